r"""Actions of `\documentclass`, `\usepackage` and their kin: what the paper's own styles define.

Of a style file only plain definitions are taken. Of the packages that mark what was edited,
which are seldom beside a paper, the commands are known here.
"""

from __future__ import annotations

import posixpath
import re

from astrosearch.corpus.latex import vocabulary
from astrosearch.corpus.latex.macros.expansion import Expansion
from astrosearch.corpus.latex.macros.macro import Frame, Macro, define
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.latex.tokens import prepare
from astrosearch.errors import Unreadable

MAX_DEFINITION = 5_000  # characters that are read of one in a style file
MAX_STYLE = 300_000  # bytes

_DEFINITION = re.compile(
    r"\\(newcommand|renewcommand|providecommand|def|DeclareMathOperator|DeclareRobustCommand|newif"
    r"|NewDocumentCommand|DeclareDocumentCommand|newenvironment|LoadClass|LoadClassWithOptions"
    r"|RequirePackage|RequirePackageWithOptions|usepackage)(?![A-Za-z@])"
)
_DEFINITION_END = re.compile(r"\n[ \t]*\n|@[A-Za-z]|[A-Za-z]@")
# The reader knows what the commands of these mean; their definitions say less.
_PUBLIC_CLASS = re.compile(
    r"aastex\w*|aa|aanda|emulateapj\w*|apj\w*|mnras\w*|mn\d?e?\w*|revtex[\d-]*\w*|elsart\w*|cas-\w+"
    r"|ieee\w*|iopart\w*|iopjournal|jhep\w*|jcap\w*|pos|pasj\w*|pasa\w*|pasp\w*|svjour\w*|sn-jnl|llncs"
    r"|spie\w*|ws-\w+|iau\w*|nature\w*|wlscirep|acmart|sig-\w+|ams\w+|article|book|report|letter|memoir"
    r"|scr\w+|beamer|minimal|standalone|subfiles|cup\w*|ctexart|raa\w*|an|asp\w*|copernicus|agu\w*"
    r"|tufte\w*|mdpi|frontiers\w*|osajnl|openjournal|scipost|oja|proc|slides|moderncv|achemso",
    re.IGNORECASE,
)
_UNDERSTOOD = vocabulary.LAYOUT.union(vocabulary.ARGUMENTS, vocabulary.CITATIONS)
# Commands of packages that mark edits: how many arguments, the option's default, the text.
_EDITING: dict[str, dict[str, tuple[int, str | None, str]]] = {
    "changes": {
        "replaced": (3, "", "#2"), "added": (2, "", "#2"), "deleted": (2, "", ""),
        "highlight": (2, "", "#2"), "comment": (2, "", ""), "chreplaced": (3, "", "#2"),
        "chadded": (2, "", "#2"), "chdeleted": (2, "", ""), "chcomment": (2, "", ""),
        "chhighlight": (2, "", "#2"), "definechangesauthor": (2, "", ""),
    },
    "trackchanges": {
        "add": (2, "", "#2"), "remove": (2, "", ""), "change": (3, "", "#3"),
        "annote": (3, "", "#2"), "note": (2, "", ""), "addeditor": (1, None, ""),
    },
    "easyReview": {
        "add": (1, None, "#1"), "remove": (1, None, ""), "replace": (2, None, "#2"),
        "highlight": (1, None, "#1"), "comment": (2, None, "#1"), "alert": (1, None, "#1"),
        "task": (1, None, ""),
    },
}  # fmt: skip


def use_class(expansion: Expansion, start: int) -> None:
    r"""`\documentclass` or `\LoadClass`, where the class is the paper's own."""
    for name in _names(expansion, start, written=True):
        if not _PUBLIC_CLASS.fullmatch(posixpath.basename(name)):
            _take_style(expansion, name, ".cls")


def use_package(expansion: Expansion, start: int) -> None:
    r"""`\usepackage`, where the style file lies beside the paper or marks edits."""
    for name in _names(expansion, start, written=False):
        if not _take_style(expansion, name, ".sty"):
            for command, (count, default, body) in _EDITING.get(name, {}).items():
                expansion.active[command] = define(body, count, default)


def _names(expansion: Expansion, start: int, *, written: bool) -> list[str]:
    """Names in the argument; the whole is `written` to the result where others look for it."""
    frame = expansion.frames[-1]
    frame.skip_blank()
    frame.bracket()
    frame.skip_blank()
    names = frame.group()
    whole = frame.text[start : frame.position]
    if written or "pdftitle" in whole:
        expansion.emit(whole)
    else:
        expansion.keep_lines(whole)
    return [name.strip() for name in (names or "").split(",") if name.strip()]


def _take_style(expansion: Expansion, name: str, suffix: str) -> bool:
    """Take the definitions of a style or class file of the paper's own; say if there is one."""
    file = _beside(expansion, name + suffix)
    if file is None:
        return False
    if file not in expansion.result.parts:
        _style(expansion, file)
    return True


def _beside(expansion: Expansion, name: str) -> str | None:
    """Where a style lies: beside the paper, or alone of its name in a folder below."""
    file = posixpath.normpath(posixpath.join(expansion.folder, name))
    if file in expansion.names:
        return file
    if not expansion.folder:
        return None
    ending, above = "/" + posixpath.basename(name), expansion.folder + "/"
    below = [one for one in expansion.names if one.startswith(above) and one.endswith(ending)]
    return below[0] if len(below) == 1 else None


def _style(expansion: Expansion, file: str) -> None:
    """Take the plain definitions of a style file that lies beside the paper."""
    expansion.result.parts.append(file)
    try:
        data = expansion.tree.read(file)
        if data is None or len(data) > MAX_STYLE:
            return
        text = prepare(decode(data, file))
    except Unreadable as error:
        expansion.warn(str(error))
        return
    for match in _DEFINITION.finditer(text):
        expansion.budget.check()
        stop = _DEFINITION_END.search(text, match.end(), match.end() + MAX_DEFINITION)
        ends = stop.start() if stop else match.end() + MAX_DEFINITION
        frame = Frame(text[match.start() : ends], len(match[0]), file=file)
        expansion.frames.append(frame)
        output, length = expansion.output, expansion.length
        expansion.output = []
        action = expansion.active.get(match[1])
        known = file.endswith(".cls") and Frame(frame.text, frame.position).name() in _UNDERSTOOD
        if action is not None and not isinstance(action, Macro) and not known:
            action(expansion, 0)
        expansion.output, expansion.length = output, length
        expansion.frames.pop()

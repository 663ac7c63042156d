r"""Actions of conditionals: TeX's, and the author's own made by `\newif`.

Which branch is read follows from what can be known without typesetting; a condition that
can't is false, as it is for most papers' drafts.
"""

from __future__ import annotations

import re

from astrosearch.corpus.latex.macros.expansion import TOKEN, Action, Expansion
from astrosearch.corpus.latex.macros.macro import Frame, Macro
from astrosearch.corpus.latex.tokens import words

_CONDITIONAL = re.compile(r"\\(if[A-Za-z@]*|else|or|fi|newif[ \t]*\\if[A-Za-z@]*)(?![A-Za-z@])")
_IF = re.compile(r"[ \t]*([^\s\\{}])[ \t]*([^\s\\{}])")
PRIMITIVE_IFS = words(
    """
    if ifcat ifx ifnum ifdim ifodd ifvmode ifhmode ifmmode ifinner ifvoid ifhbox ifvbox
    ifeof iftrue iffalse ifcase ifdefined ifcsname iffontchar ifpdf ifPDFTeX ifxetex
    ifluatex ifXeTeX ifLuaTeX ifpdftex
    """
)


def new_conditional(expansion: Expansion, start: int) -> None:
    r"""`\newif\ifdraft`."""
    name = expansion.frames[-1].name()
    if name and name.startswith("if") and name not in expansion.active:
        add_flag(expansion, name[2:], value=False)


def add_flag(expansion: Expansion, name: str, *, value: bool) -> None:
    r"""Make `\ifname`, `\nametrue` and `\namefalse`."""
    expansion.flags["if" + name] = value
    expansion.active["if" + name] = conditional

    def setter(to: bool) -> Action:
        def action(expansion: Expansion, start: int) -> None:
            expansion.flags["if" + name] = to

        return action

    expansion.active[name + "true"] = setter(True)
    expansion.active[name + "false"] = setter(False)


def conditional(expansion: Expansion, start: int) -> None:
    r"""Any `\if...`: the branch that is read follows, the other is skipped."""
    frame = expansion.frames[-1]
    name = TOKEN.match(frame.text, start)
    word = name[1] if name else ""
    truth = _truth(expansion, word, frame)
    while frame.starts(" "):
        frame.position += 1
    expansion.keep_lines(frame.text[start : frame.position])
    if truth or _skip_branch(expansion, frame, stop_at_else=True):
        expansion.open_ifs += 1


def _truth(expansion: Expansion, word: str, frame: Frame) -> bool:
    text = frame.text
    if word == "ifmmode":
        return expansion.math
    if word == "ifcase":
        return True
    if word == "if":
        match = _IF.match(text, frame.position)
        if match is None:
            return False
        frame.position = match.end()
        return match[1] == match[2]
    if word in expansion.flags:
        return expansion.flags[word]
    if word == "ifx":
        match = re.compile(r"\s*\\?([A-Za-z@]+|.)\s*\\?([A-Za-z@]+|.)").match(text, frame.position)
        if match is None:
            return False
        frame.position = match.end()
        return _same(expansion, match[1], match[2])
    if word == "ifdefined":
        defined = frame.name()
        return defined in expansion.active
    if word == "ifcsname":
        end = text.find("\\endcsname", frame.position, frame.position + 200)
        if end < 0:
            return False
        csname = text[frame.position : end].strip()
        frame.position = end + len("\\endcsname")
        return csname in expansion.active
    if word == "ifnum":
        match = re.compile(r"\s*(\d+)\s*([<=>])\s*(\d+)\s?").match(text, frame.position)
        if match:
            frame.position = match.end()
            a, b = int(match[1][:9]), int(match[3][:9])
            return {"<": a < b, "=": a == b, ">": a > b}[match[2]]
        return False
    return word in ("iftrue", "ifpdf", "ifPDFTeX", "ifhmode", "ifpdftex")


def _same(expansion: Expansion, first: str, second: str) -> bool:
    one, two = expansion.active.get(first), expansion.active.get(second)
    if isinstance(one, Macro) and isinstance(two, Macro):
        return one == two
    return first == second or (one is None and two is None and "undefined" in (first, second))


def _skip_branch(expansion: Expansion, frame: Frame, *, stop_at_else: bool) -> bool:
    r"""Skip to `\else` or `\fi`; True when an `\else` branch follows."""
    depth, begin = 0, frame.position
    if frame.endless:
        return True
    for match in _CONDITIONAL.finditer(frame.text, begin):
        word = match[1]
        if word.startswith("newif"):
            continue
        if word == "fi":
            if depth == 0:
                frame.position = match.end()
                expansion.keep_lines(frame.text[begin : frame.position])
                frame.skip_space()
                return False
            depth -= 1
        elif word == "else":
            if depth == 0 and stop_at_else:
                frame.position = match.end()
                expansion.keep_lines(frame.text[begin : frame.position])
                return True
        elif word != "or" and (word in PRIMITIVE_IFS or word in expansion.flags):
            depth += 1
    frame.endless = True
    return True  # it never ends: rather show the text than lose the paper


def alternative(expansion: Expansion, start: int) -> None:
    r"""`\else` or `\or` after the branch that was read."""
    if expansion.open_ifs:
        _skip_branch(expansion, expansion.frames[-1], stop_at_else=False)
        expansion.open_ifs -= 1


def end_of_branch(expansion: Expansion, start: int) -> None:
    r"""`\fi`."""
    expansion.open_ifs = max(0, expansion.open_ifs - 1)
    expansion.drop(start + len("\\fi"))

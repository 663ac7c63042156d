"""Which document of a bundle is the paper, and which are drafts, letters and supplements beside it.

A bundle often holds more than one file that LaTeX would print. arXiv's 00README tells which are
meant; without one the names, the places and what the files hold decide.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence
from dataclasses import dataclass

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.kinds import LATEX
from astrosearch.corpus.latex.filenames import FileNames
from astrosearch.corpus.latex.plain_documents import is_plain_document
from astrosearch.corpus.latex.readme import Directives, directives, is_readme
from astrosearch.corpus.latex.source import children_of, document_class, is_plain_tex, uncommented
from astrosearch.corpus.suffixes import SUPPORT

_ASIDE = re.compile(
    r"respon|referee|reply|cover.?letter|rebuttal|suppl|appendix|onlinematerial|template|sample|"
    r"guide|^si\.",
    re.IGNORECASE,
)
# Words, set off from others in the name of a file or folder, of what was replaced.
_DRAFT = re.compile(
    r"(?:^|[^a-z])(?:old|older|draft|drafts|backup|backups|bak|bck|bkp|copy|copies|orig|original|prev|"
    r"previous|previously|archive|archived|attic|obsolete|outdated|deprecated|unused|superseded|tmp|"
    r"temp|scratch|trash|junk|diff|latexdiff|tracked|trackchanges|marked|markup|annotated|changes|"
    r"submitted|submission|wip|kopie|copie|save|saved|sav)(?:$|[^a-z])|~$|#$",
    re.IGNORECASE,
)
_USUAL = re.compile(
    r"(?:ms|main|paper|article|manuscript|root|thesis|arxiv|[0-9]{4}\.[0-9]{4,5}|[a-z-]*[0-9]{7})",
    re.IGNORECASE,
)
_VERSION = re.compile(
    r"(?:^|[^a-z])(?:v|ver|version|rev|r)[._-]?([0-9]{1,4})(?![0-9])", re.IGNORECASE
)
_TITLE = re.compile(r"\\title\s*+(?:\[[^\]]{0,500}\])?\s*+\{([^\n]{0,200}(?:\n[^\n]{1,200}){0,3})")
_MARKUP = re.compile(r"\\[A-Za-z]+|[^A-Za-z0-9]+")
# What a document of plain TeX has, and a file of macros or a chapter hasn't.
_ENDS = re.compile(
    r"\\bye(?![A-Za-z])|\\end\s*\Z|\\enddocument(?![A-Za-z])|\\magnification|\\topmatter"
)
_TITLE_LENGTH = 60  # of the signs by which two titles are told apart


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document among others: how likely it is the paper itself, and what it calls itself."""

    name: str
    rank: tuple[bool | int, ...]
    title: str  # without markup and blanks; "" without one
    stated: bool  # a 00README says that it is printed
    beside: bool  # by its name a draft, a letter or a supplement


def documents_in(tree: SourceTree, names: Sequence[str] | None = None) -> list[Candidate]:
    """All documents that no other one reads, the paper itself first.

    `names` are the files that may be one; else all of the tree.
    """
    every = tree.names()
    said = directives(tree, every)
    sources = _sources(every if names is None else names)
    found = _documents(tree, [name for name in sources if name not in said.ignored], every, said)
    if not found and said.ignored:
        found = _documents(tree, sources, every, said)
    return found


def ignored_documents(tree: SourceTree, found: Sequence[Candidate]) -> list[Candidate]:
    """Documents that a 00README has left out of those that `documents_in` found in a tree.

    A part that another document reads is none.
    """
    every = tree.names()
    ignored = directives(tree, every).ignored - {each.name for each in found}
    if not ignored:
        return []
    said = Directives()
    return [each for each in _documents(tree, _sources(every), every, said) if each.name in ignored]


def choose_main(tree: SourceTree, names: Sequence[str] | None = None) -> str | None:
    """The main file of a bundle that holds one paper, as arXiv's do; None where there is none."""
    found = documents_in(tree, names)
    return found[0].name if found else None


def _sources(names: Sequence[str]) -> list[str]:
    return [name for name in names if not name.lower().endswith(SUPPORT) and not is_readme(name)]


def _documents(
    tree: SourceTree, names: Sequence[str], every: Sequence[str], said: Directives
) -> list[Candidate]:
    known, files = frozenset(every), FileNames(every)
    common = len(posixpath.commonpath([posixpath.dirname(name) for name in names])) if names else 0
    latex: list[Candidate] = []
    plain: list[Candidate] = []
    likely: list[Candidate] = []  # of the plain ones
    children: set[str] = set()
    for name in names:  # one text in memory at a time
        text = uncommented(tree, name)
        is_latex = document_class(text) is not None
        if not is_latex and name not in said.toplevel and not is_plain_tex(text):
            continue
        found = _candidate(name, text, known, said, name[common:].lstrip("/"))
        document = found.stated or _is_likely(text)
        if is_latex or document:
            children.update(children_of(text, name, files))
        (latex if is_latex else plain).append(found)
        if not is_latex and document:
            likely.append(found)
    return _in_order([*latex, *(likely if latex or likely else plain)], children, said)


def _is_likely(text: str) -> bool:
    """Whether plain TeX is a document, and no chapter or file of macros."""
    return _ENDS.search(text) is not None or is_plain_document(text, reads=False)


def _in_order(found: list[Candidate], children: set[str], said: Directives) -> list[Candidate]:
    found.sort(key=lambda each: (each.name not in children, each.rank, each.name), reverse=True)
    stated = sorted(
        (each for each in found if each.stated), key=lambda each: said.toplevel.index(each.name)
    )
    others = [each for each in found if not each.stated]
    if not stated:
        stated, others = others[:1], others[1:]
    return stated + [each for each in others if each.name not in children]


def _candidate(
    name: str, text: str, known: frozenset[str], said: Directives, below: str
) -> Candidate:
    """Judge a document; `below` is its name below the folder that all documents share."""
    base = posixpath.basename(name)
    stem = base.partition(".")[0]
    title = _TITLE.search(text)
    aside = _ASIDE.search(base) is not None
    draft = _DRAFT.search(below.lower().removesuffix(".tex")) is not None
    version = _VERSION.search(base)
    rank = (
        name.lower().endswith(LATEX.suffixes),
        not aside,
        not draft,
        "\\title" in text or "\\abstract" in text or "{abstract}" in text,
        "abstract" in text,
        -name.count("/"),
        f"{posixpath.splitext(name)[0]}.bbl" in known,
        _USUAL.fullmatch(stem) is not None,
        int(version[1]) if version else 0,
        len(text),
    )
    plain_title = _MARKUP.sub("", title[1]).lower()[:_TITLE_LENGTH] if title else ""
    return Candidate(name, rank, plain_title, name in said.toplevel, aside or draft)

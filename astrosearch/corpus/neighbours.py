"""What lies beside papers: figures that they print, and TeX under a name that doesn't tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from astrosearch.corpus.identifiers import without_suffix
from astrosearch.corpus.tree import FolderTree, inside
from astrosearch.errors import Unreadable

_HEAD = 2**16  # bytes of a file that may be TeX
_DOCUMENT = re.compile(
    rb"\\document(?:class|style)\b|\\magnification|\\nopagenumbers|\\topmatter|\\beginsection"
)
# Commands that print a figure, and what follows them.
_PRINTS = re.compile(
    rb"\\(?:include(?:graphics|pdf|svg)|plot[a-z]*|eps[a-z]*|psfig|special|pgfimage|fig|leftfig"
    rb"|rightfig|boxedfig|rotatefig|gridline|overpic|begin\{overpic\}|figurenum|input)"
    rb"[ \t]*\*?[ \t]*(?:\[[^\]]{0,500}\])?([^\n]{0,500})"
)
_NAME = re.compile(rb"[^\s{}\[\]/=,;:\"']{1,200}")
_FOLDER = re.compile(
    r"(?:fig(?:ure)?s?|plots?|images?|img|imgs|graphics|pics?|pictures|illustrations|eps|ps|pdfs?"
    r"[-_]?fig(?:ure)?s?)(?:[-_].*)?",
    re.IGNORECASE,
)


class Figures:
    """Tells the figures of a corpus' papers from papers that are printed.

    Parameters
    ----------
    tree, mains
        The corpus, and its documents of LaTeX.
    only
        Whether they lie at its root and nothing else in it is a paper, so that what lies beside
        them is theirs.
    """

    def __init__(self, tree: FolderTree, mains: Sequence[str], *, only: bool) -> None:
        self._tree, self._mains = tree, mains
        self._only = only and bool(mains)
        self._printed = {without_suffix(name) for name in mains}  # `ms.pdf` is `ms.tex` printed
        self._at_root = any("/" not in name for name in mains)

    def __call__(self, name: str) -> bool:
        """Whether a file, in no folder of a paper, is a figure of one."""
        if self._only or without_suffix(name) in self._printed:
            return True
        if not self._at_root:
            return False
        *folders, last = name.split("/")
        in_figures = any(map(_FOLDER.fullmatch, folders))
        return in_figures or without_suffix(last).encode() in self._named

    @cached_property
    def _named(self) -> set[bytes]:
        """Names, without suffix, of the figures that documents at the root print."""
        found: set[bytes] = set()
        for main in self._mains:
            if "/" in main:
                continue
            try:
                content = self._tree.read(main) or b""
            except Unreadable:
                continue
            for command in _PRINTS.finditer(content):
                names = map(bytes, _NAME.findall(command[1]))
                found.update(without_suffix(n.decode("latin-1")).encode("latin-1") for n in names)
        return found


def is_tex_document(path: Path) -> bool:
    """Whether a file whose name doesn't say so begins as a document of TeX."""
    from astrosearch.corpus.signatures import is_plain

    try:
        with path.open("rb") as file:
            head = file.read(4096)
            if not is_plain(head):
                return False
            if head.lstrip()[:1] == b"%":
                head += file.read(_HEAD)
    except OSError:
        return False
    return _DOCUMENT.search(head) is not None


def is_main(tree: FolderTree, name: str) -> bool:
    """Whether a TeX file by another name, `0704.1659` or `ms.ltx`, is a document."""
    if inside(name) is None:
        return False
    try:
        content = tree.read(name) or b""
    except Unreadable:
        return True  # its reading will say why
    return _DOCUMENT.search(content) is not None

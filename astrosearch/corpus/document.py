"""What a reader makes of one source: a paper and its passages of running text.

A passage's `text` is what people read, with formulas, citations and references rendered.
Its marks say which stretches were rendered, and from what, so that an encoder's text form
can be written from the same passage.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from astrosearch.errors import Unreadable
from astrosearch.records import Paper

MarkKind = Literal["math", "cite", "ref"]


@dataclass(frozen=True, slots=True)
class Mark:
    """A rendered stretch, `text[start:end]`.

    `tex` is the formula without its dollars (`M_{\\odot}`), the citation keys
    (`Planck2018,Riess2016`) or the label (`fig:map`).
    """

    start: int
    end: int
    kind: MarkKind
    tex: str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a passage's text was read: from offset `start` on, at `line` of `file`."""

    start: int
    file: str
    line: int  # from 1


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, caption, title or abstract.

    `text` is NFC, on one line, with single spaces. `origins` ascend, and the first starts at 0:
    one for each source line the passage spans, so that any offset can be traced to its line.
    """

    section: str | None  # as printed: "Title", "Abstract", "3 Observations" without its number
    text: str
    marks: tuple[Mark, ...]
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A paper as one source gives it, with its passages.

    `version` is the arXiv version where the name tells. `parts` are the names of all files
    that were read or looked for: when one of them changes, the paper is read again.
    """

    paper: Paper
    passages: tuple[Passage, ...]
    full_text: bool  # False for an abstract alone
    version: int | None = None
    parts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


class LeftOut(Unreadable):
    """What a source holds and isn't read on purpose, such as a draft beside a paper.

    `count` is the number of documents, which have one name where they are records of one file.
    """

    def __init__(self, name: str, reason: str, count: int = 1) -> None:
        super().__init__(name, reason)
        self.count = count

    def __reduce__(self) -> tuple[type[Unreadable], tuple[object, ...]]:
        return LeftOut, (self.name, self.reason, self.count)


class SourceTree(Protocol):
    """Files a document may be read from: a corpus folder, or a bundle unpacked in memory."""

    def names(self) -> list[str]:
        """Names of all files, sorted, relative, with forward slashes."""
        ...

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None when it isn't there or lies outside the tree.

        Raises
        ------
        Unreadable
            When it is there but can't be read, or is larger than a paper can be.
        """
        ...

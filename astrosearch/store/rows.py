"""What an indexing run asks of the writer, and what the index knows of sources and editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

from astrosearch.records import Paper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.corpus.document import SourceSentence


IMPACTS = 110  # of one unit of a word's impact; the largest, K1 + 1, fits a byte


class Selection(Protocol):
    """Which papers and sections a search may answer from; what a person asked for stays theirs."""

    @property
    def within(self) -> tuple[str, ...]:
        """Ids of the only papers; empty: all."""
        ...

    @property
    def sections(self) -> tuple[str, ...]:
        """Whether any section is asked for."""
        ...

    def takes(self, paper: Paper) -> bool:
        """Whether a paper's sentences may be returned, their sections aside."""
        ...

    def takes_section(self, section: str | None) -> bool:
        """Whether sentences under this heading may be returned."""
        ...


@dataclass(frozen=True, slots=True)
class Postings:
    """The sentences of one word.

    Attributes
    ----------
    ids : int64 [n]
        Ascending.
    impacts : float32 [n]
        In (0, K1 + 1]: how much the word says of each sentence.
    """

    ids: NDArray[np.int64]
    impacts: NDArray[np.float32]

    @classmethod
    def of(cls, ids: NDArray[np.int64], quantized: NDArray[np.uint8]) -> Self:
        """Take ids with impacts of a byte each."""
        import numpy as np

        return cls(ids, quantized.astype(np.float32) / np.float32(IMPACTS))

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class SourceRow:
    """What the index knows of a source: a file (a LaTeX main file, a bundle, ...) of a corpus."""

    source_id: int
    path: str  # absolute
    root: str
    name: str  # relative to root
    kind: str
    status: str  # pending, done or failed
    stamp: str | None
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """One source's version of a paper. The best edition of a paper is the one indexed."""

    source_id: int
    paper: Paper  # as this source tells of it
    full_text: bool
    version: int | None
    digest: str  # of its sentences
    places: str  # of its sentences' files, lines and paragraphs
    seen: int = 0  # the last run that met it


@dataclass(frozen=True, slots=True)
class PutPaper:
    """Make this edition the indexed one, with these sentences."""

    edition: Edition
    sentences: Sequence[SourceSentence]


@dataclass(frozen=True, slots=True)
class NoteEdition:
    """Record an edition whose text is not to be stored: unchanged, or another one is better.

    `moved` are its sentences when the same text now stands at other lines.
    """

    edition: Edition
    moved: Sequence[SourceSentence] = ()


@dataclass(frozen=True, slots=True)
class EndSource:
    """A source was read to its end."""

    source_id: int
    stamp: str
    parts: tuple[str, ...]
    failures: tuple[tuple[str, str], ...]  # (name, reason) of what in it could not be read
    gave_papers: bool
    keep: frozenset[str] | None  # papers to keep though they were not met; None for all


Change = PutPaper | NoteEdition | EndSource


def merged(editions: Sequence[Paper]) -> Paper:
    """Fill what the first edition's record leaves open from the next ones.

    >>> merged([Paper("a", title="T"), Paper("a", title="t", year=1998)])
    Paper(id='a', title='T', authors=(), year=1998, categories=(), doi=None, url=None)
    """
    paper = editions[0]
    for other in editions[1:]:
        paper = replace(
            paper,
            title=paper.title or other.title,
            authors=paper.authors or other.authors,
            year=paper.year if paper.year is not None else other.year,
            categories=paper.categories or other.categories,
            doi=paper.doi or other.doi,
            url=paper.url or other.url,
        )
    return paper

"""What an indexing run asks of the writer, and what the index knows of sources and editions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from astrosearch.records import Paper, SourceSentence


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

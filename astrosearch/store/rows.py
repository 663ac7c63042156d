"""The rows of an index's tables, and the changes an indexing run asks of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar, cast

from astrosearch.errors import EncoderMismatch
from astrosearch.names import Name
from astrosearch.records import Paper, SourceSentence, TextForm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMPACTS = 110  # of one unit of a word's impact; the largest, K1 + 1, fits a byte
T = TypeVar("T")
Packed = bytes  # a row below has a field of that name
_TYPES = {
    **{"i": (int,), "s": (str,)},
    **{"I": (int, type(None)), "S": (str, type(None)), "B": (bytes, type(None))},
}


@dataclass(frozen=True, slots=True)
class EncoderIdentity:
    """The encoder an index was built with, as its `meta` table names it."""

    name: str
    fingerprint: str
    dimension: int
    text_form: TextForm

    @property
    def label(self) -> str:
        """Name and fingerprint, for messages: two encoders may share a name."""
        return label(self.name, self.fingerprint)

    def expect(self, name: str, fingerprint: str) -> None:
        """Raise EncoderMismatch unless an encoder is this one."""
        if fingerprint != self.fingerprint:
            raise EncoderMismatch(self.label, label(name, fingerprint))


def label(name: str, fingerprint: str) -> str:
    """Name an encoder and its fingerprint, for messages: two may share a name."""
    return f"{name} ({fingerprint[:12]})"


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One live segment file; its ids lie in [first_id, last_id], apart from all others'."""

    segment_id: int
    file: str
    kind: str
    bytes: int
    sha256: str
    vectors: int
    first_id: int
    last_id: int
    sums: Packed | None  # None in formats 1 and 2


@dataclass(frozen=True, slots=True)
class CodesRow:
    """The live file of codes, over all sentences up to `segment.last_id`."""

    segment: SegmentRow
    probes: int
    candidates: int
    recall: float
    asked: float

    @classmethod
    def read(cls, segment: SegmentRow, tuning: str) -> Self:
        """Read what `meta` says of the codes in a file.

        Raises
        ------
        KeyError, TypeError, ValueError
            When that is damaged.
        """
        known = json.loads(tuning)
        return cls(segment, known["probes"], known["candidates"], known["recall"], known["asked"])


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file a paper was read from: a LaTeX main file, a bundle, metadata, or a text."""

    root: Path  # absolute: what names of files are relative to
    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an index holds."""

    papers: int
    full_texts: int
    sentences: int
    segments: int
    dead_vectors: int


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
        """Make postings of ids and their impacts, a byte each."""
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
    """Record an edition without storing its text: it is unchanged, or another one is better.

    `moved` are its sentences when the same text now stands at other lines.
    """

    edition: Edition
    moved: Sequence[SourceSentence] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Documents of a source that are not papers in the index, and why.

    `duplicate_of` is the paper that they are another copy or version of.
    """

    name: str
    reason: str
    documents: int = 1
    duplicate_of: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the documents of some sources: each is one of three.

    `removed` are those of the refused that people took out of the index.
    """

    found: int
    indexed: int
    duplicates: int
    refused: int
    removed: int


@dataclass(frozen=True, slots=True)
class EndSource:
    """A source was read to its end."""

    source_id: int
    stamp: str
    parts: tuple[str, ...]
    failures: tuple[Refusal, ...]  # what in it is no paper of its own
    gave_papers: bool
    keep: frozenset[str] | None  # papers to keep though they were not met; None for all
    documents: int | None = None  # it holds, whatever became of them


Change = PutPaper | NoteEdition | EndSource


def paper_of_record(record: str) -> Paper:
    """Read a paper as an edition's row keeps it."""
    fields = json.loads(record)
    fields["authors"], fields["categories"] = tuple(fields["authors"]), tuple(fields["categories"])
    fields["names"] = tuple(Name(*name) for name in fields.get("names", ()))
    return Paper(**fields)


def merge_records(editions: Sequence[Paper]) -> Paper:
    """Complete the first record of a paper with what later ones know.

    A title and its TeX come from one record, and so do authors and the parts of their names. A
    year that a record states wins over an estimate.

    >>> merged = merge_records([Paper("a", title="T"), Paper("a", title="t", year=1998)])
    >>> merged.title, merged.year
    ('T', 1998)
    """
    paper = editions[0]
    titled = next((one for one in editions if one.title), paper)
    signed = next((one for one in editions if one.authors), paper)
    years = [one for one in editions if one.year is not None]
    dated = min(years, key=lambda one: one.year_estimated, default=paper)
    return replace(
        paper,
        title=titled.title,
        title_tex=titled.title_tex,
        authors=signed.authors,
        names=signed.names,
        year=dated.year,
        year_estimated=dated.year_estimated,
        categories=_first(one.categories for one in editions) or (),
        doi=_first(one.doi for one in editions),
        url=_first(one.url for one in editions),
        journal=_first(one.journal for one in editions),
        bibcode=_first(one.bibcode for one in editions),
    )


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value), None)


def are_of_types(rows: Iterable[Sequence[object]], types: str) -> bool:
    """Whether the values of some rows have the types of their columns: SQLite takes any.

    `types` has a letter a column: `i`nteger, `s`tring, `b`ytes; a capital where null is allowed
    too.
    """
    expected = [_TYPES[letter] for letter in types]
    return all(
        all(one in allowed for one, allowed in zip(found, expected, strict=True))
        for found in {tuple(map(type, row)) for row in rows}
    )


def paper_from(row: Sequence[object]) -> Paper:
    """Read a paper from its columns, its key and checksum left out."""
    paper_id, title, authors, year, categories, doi, url, *known = row
    names, year_estimated, journal, title_tex, bibcode = known
    return Paper(
        id=cast("str", paper_id),
        title=cast("str | None", title),
        authors=tuple(json.loads(cast("str", authors))),
        year=cast("int | None", year),
        categories=tuple(json.loads(cast("str", categories))),
        doi=cast("str | None", doi),
        url=cast("str | None", url),
        names=tuple(Name(*name) for name in json.loads(cast("str", names))) if names else (),
        year_estimated=bool(year_estimated),
        journal=cast("str | None", journal),
        title_tex=cast("str | None", title_tex),
        bibcode=cast("str | None", bibcode),
    )


def columns_of(paper: Paper) -> dict[str, object]:
    """Return the columns of a paper's row that tell of it, those that name it left out."""
    return {
        "title": paper.title,
        "authors": json.dumps(paper.authors, ensure_ascii=False),
        "year": paper.year,
        "categories": json.dumps(paper.categories),
        "doi": paper.doi,
        "url": paper.url,
        "names": json.dumps(paper.names, ensure_ascii=False) if paper.names else None,
        "year_estimated": int(paper.year_estimated),
        "journal": paper.journal,
        "title_tex": paper.title_tex,
        "bibcode": paper.bibcode,
    }

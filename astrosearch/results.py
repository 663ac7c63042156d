"""Answers to one query and to a batch: lists of hits, tables, pages of a notebook."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from astrosearch.errors import AstrosearchError
from astrosearch.records import COLUMNS, COUNTS, Hit, Paper, Sentence

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# Columns of whole numbers; a year may be unknown.
WHOLE = ("rank", "sentence_id", "year", "line", "matches", "alike")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is to be said of one answer besides its hits.

    Attributes
    ----------
    weak : bool
        Nothing close was found: the best hit scores less than a chance hit may.
    undated_papers, undated_sentences : int
        How many fulfil all but the years asked for, and were left out because their year isn't
        known.
    reason : str, optional
        Why there are no hits, where that can be told.
    """

    weak: bool = False
    undated_papers: int = 0
    undated_sentences: int = 0
    reason: str | None = None


class Hits(list[Hit]):
    """The answer to one query, best first: a list, which prints short.

    Examples
    --------
    >>> paper = Paper("1807.06209", "Planck 2018 results. VI")
    >>> sentence = Sentence(383, "The tail is damped.", "Damping", "peaks/main.tex", 33)
    >>> Hits([Hit(1, 0.76, sentence, paper)], "damping tail")
    1 hit for 'damping tail'
     1  0.760  The tail is damped.  [1807.06209, id 383]
    """

    def __init__(self, hits: Iterable[Hit], query: str, remarks: Remarks | None = None) -> None:
        super().__init__(hits)
        self.query, self.remarks = query, remarks or Remarks()

    def __repr__(self) -> str:
        from astrosearch.output.plain import hits_text

        return hits_text(self.query, self)

    @overload
    def __getitem__(self, i: SupportsIndex) -> Hit: ...
    @overload
    def __getitem__(self, i: slice) -> Hits: ...
    def __getitem__(self, i: SupportsIndex | slice) -> Hit | Hits:
        if isinstance(i, slice):
            return Hits(super().__getitem__(i), self.query, self.remarks)
        return super().__getitem__(i)

    def _repr_html_(self) -> str:
        from astrosearch.output.notebook import to_html

        return to_html([self])

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a flat row for every hit; the columns of `to_pandas` and of CSV output."""
        return ({"query": self.query, **hit.row()} for hit in self)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of what `rows` yields."""
        return COLUMNS + COUNTS if any(hit.matches is not None for hit in self) else COLUMNS

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame, one row per hit; years are `Int64`. Needs pandas."""
        return _to_pandas(self.rows(), self.columns)

    def to_astropy(self) -> Any:
        """Return an astropy Table, one row per hit, which can be written as FITS. Needs astropy.

        Text is bytes in UTF-8, which astropy shows as text; what isn't known is masked.
        """
        return _to_astropy(self.rows(), self.columns)

    def to_bibtex(self) -> str:
        """Return a BibTeX entry for every paper among the hits, each once."""
        from astrosearch.output.bibtex import to_bibtex

        return to_bibtex(self)


@dataclass(frozen=True, slots=True, eq=False)
class Results(Sequence[Hits]):
    """Answers to a batch of queries; `results[i]` is the list of hits of query i.

    Attributes
    ----------
    ids : int64 [n, k]
        Sentence ids, best first; -1 where a query has fewer than k hits.
    scores : float32 [n, k]
        Their scores; NaN beside -1.
    queries : tuple of str
    sentences : dict
        Each id's sentence and paper.
    alike : int64 [n, k], optional
        How many other sentences that say the same were folded into each.
    matches : int64 [n, k], optional
        How many sentences of its paper were found, where hits are papers.
    remarks : tuple of Remarks, optional
        What is to be said of each answer besides its hits.
    offset : int
        How many better hits were passed over: ranks begin after them.

    Examples
    --------
    >>> import astrosearch
    >>> with astrosearch.open(index_folder) as index:
    ...     found = index.query_batch(["acoustic peaks at small scales", "dust in winds"], k=3)
    >>> found.ids.shape, len(found), found[0][0].rank
    ((2, 3), 2, 1)
    >>> found.columns[:4]
    ('query', 'rank', 'score', 'sentence_id')
    """

    queries: tuple[str, ...]
    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    sentences: dict[int, tuple[Sentence, Paper]] = field(repr=False)
    alike: NDArray[np.int64] | None = field(default=None, repr=False)
    matches: NDArray[np.int64] | None = field(default=None, repr=False)
    remarks: tuple[Remarks, ...] | None = field(default=None, repr=False)
    offset: int = 0

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    def __eq__(self, other: object) -> bool:
        """Whether the queries are the same, and their answers."""
        if not isinstance(other, Results):
            return NotImplemented
        return (
            self.queries == other.queries
            and self.offset == other.offset
            and len(self) == len(other)
            and all(list(own) == list(others) for own, others in zip(self, other, strict=True))
        )

    def __len__(self) -> int:
        return len(self.queries)

    @overload
    def __getitem__(self, i: int) -> Hits: ...
    @overload
    def __getitem__(self, i: slice) -> list[Hits]: ...
    def __getitem__(self, i: int | slice) -> Hits | list[Hits]:
        if isinstance(i, slice):
            return [self[at] for at in range(*i.indices(len(self)))]
        ids = self.ids[i].tolist()
        alike = [0] * len(ids) if self.alike is None else self.alike[i].tolist()
        matches = [None] * len(ids) if self.matches is None else self.matches[i].tolist()
        found = zip(ids, self.scores[i].tolist(), matches, alike, strict=True)
        hits = (
            Hit(rank, score, *self.sentences[sentence_id], *counts)
            for rank, (sentence_id, score, *counts) in enumerate(found, 1 + self.offset)
            if sentence_id >= 0
        )
        remarks = None if self.remarks is None else self.remarks[i]
        return Hits(hits, self.queries[i], remarks)

    def __iter__(self) -> Iterator[Hits]:
        return (self[i] for i in range(len(self)))

    def __repr__(self) -> str:
        from astrosearch.output.plain import results_text

        return results_text(self)

    def _repr_html_(self) -> str:
        from astrosearch.output.notebook import to_html

        return to_html(self)

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield a flat row for every hit; the columns of `to_pandas` and of CSV output."""
        for query, hits in zip(self.queries, self, strict=True):
            for hit in hits:
                yield {"query": query, **hit.row()}

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of what `rows` yields."""
        return COLUMNS if self.matches is None else COLUMNS + COUNTS

    def to_pandas(self) -> Any:
        """Return a pandas DataFrame, one row per hit; years are `Int64`. Needs pandas."""
        return _to_pandas(self.rows(), self.columns)

    def to_astropy(self) -> Any:
        """Return an astropy Table, one row per hit, as `Hits.to_astropy` does. Needs astropy."""
        return _to_astropy(self.rows(), self.columns)

    def to_bibtex(self) -> str:
        """Return a BibTeX entry for every paper among the hits, each once."""
        from astrosearch.output.bibtex import to_bibtex

        return to_bibtex(hit for hits in self for hit in hits)


def _to_pandas(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Any:
    try:
        import pandas as pd
    except ImportError as error:
        raise _missing("pandas") from error
    frame = pd.DataFrame(list(rows), columns=list(columns))
    return frame.astype({name: "Int64" for name in WHOLE if name in frame.columns})


def _to_astropy(rows: Iterable[dict[str, Any]], columns: Sequence[str]) -> Any:
    try:
        from astropy.table import MaskedColumn, Table
    except ImportError as error:
        raise _missing("astropy") from error
    held = list(rows)
    table = Table()
    for name in columns:
        values = [row[name] for row in held]
        if name == "score":
            table[name] = values
            continue
        # FITS has no text but ASCII; bytes in UTF-8 it takes, and astropy shows them as text.
        empty: Any = 0 if name in WHOLE else b""
        filled = [
            empty if value is None else value.encode() if isinstance(value, str) else value
            for value in values
        ]
        unknown = [value is None for value in values]
        kind = "int64" if name in WHOLE else None if any(filled) else "S1"
        table[name] = MaskedColumn(filled, mask=unknown, dtype=kind)
    return table


def _missing(package: str) -> AstrosearchError:
    return AstrosearchError(
        f"this conversion needs {package}, which isn't installed.\n"
        f"Install it: pip install {package}"
    )

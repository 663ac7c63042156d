"""What the rooms hand each other: papers, sentences, hits."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, overload

from astrosearch.errors import AstrosearchError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TextForm = Literal["plain", "seed"]  # how an encoder wants its text written: corpus/textform.py

# What steers a terminal, or has it show text in another order than it stands in: control
# characters but line ends and tabs, and the marks, overrides and isolates of direction.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper; what isn't known is None or empty, never made up.

    `id` is the arXiv id without version (`1807.06209`, `astro-ph/9805201`) where there is one,
    else the source's path in its corpus without suffix.
    """

    id: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    categories: tuple[str, ...] = ()
    doi: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a paper and where it stands: the line, from 1, on which it begins.

    `paragraph` counts the paper's paragraphs, from 1; titles and captions are some too. It is None
    where an older version indexed the paper.
    """

    id: int
    text: str
    section: str | None
    file: str
    line: int
    paragraph: int | None = None


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A sentence not yet stored.

    `tex` is `text` with its marks written as TeX; None if it has none. `paragraph` numbers the
    paper's passages, from 1.
    """

    text: str
    tex: str | None
    section: str | None
    file: str
    line: int
    paragraph: int | None = None


Context = tuple[list[Sentence], list[Sentence]]  # before and after a sentence, in reading order


def is_text(text: str) -> bool:
    """Whether a string is text, not bytes of another encoding that the system let through."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def escaped(text: str) -> str:
    """Return text as it can be shown, bytes of another encoding written `\\udc..`."""
    return text.encode(errors="backslashreplace").decode()


def harmless(text: str) -> str:
    """Return text without what steers a terminal; right-to-left scripts need none of it."""
    return CONTROL.sub("", text)


def is_link(url: str) -> bool:
    """Whether an address may be followed with a click: of the web, and nothing hidden in it."""
    return re.fullmatch(r"https?://[!-~]+", url) is not None


def byline(authors: Sequence[str]) -> str:
    """Name a paper's authors as a citation does.

    >>> byline(["A. Ames", "B. Bell"]), byline(["A. Ames", "B. Bell", "C. Cox"])
    ('A. Ames & B. Bell', 'A. Ames et al.')
    """
    if len(authors) > 2:
        return f"{authors[0]} et al."
    return " & ".join(authors)


def is_sentence_id(text: str) -> bool:
    """Whether an id as people type it is a sentence's: papers are never named by digits alone."""
    return text.isascii() and text.isdecimal() and len(text) < 19  # int64


@dataclass(frozen=True, slots=True)
class Hit:
    """One sentence returned for a query."""

    rank: int  # from 1
    score: float  # at most 1 in hybrid mode; a cosine in dense mode; BM25 in lexical mode
    sentence: Sentence
    paper: Paper
    matches: int | None = None  # sentences of the paper among the candidates; None: not by paper
    alike: int = 0  # other candidates that say the same, folded into this one

    @property
    def place(self) -> tuple[str, ...]:
        """Where the sentence stands, and how many others say it, for people."""
        said = (
            f"§ {self.sentence.section}" if self.sentence.section else "",
            f"{self.sentence.file}:{self.sentence.line}",
            f"id {self.sentence.id}",
            f"+{self.alike} alike" if self.alike else "",
        )
        return tuple(item for item in said if item)

    @property
    def counted(self) -> str:
        """How many sentences of the paper matched, for people; empty where hits are sentences."""
        return "" if self.matches is None else f"{self.matches} sentence{'s' * (self.matches > 1)}"

    def row(self) -> dict[str, Any]:
        """Return the hit as one flat row; COUNTS are in it where hits are papers."""
        counts = {} if self.matches is None else {"matches": self.matches, "alike": self.alike}
        return {
            "rank": self.rank,
            "score": self.score,
            "sentence_id": self.sentence.id,
            "text": self.sentence.text,
            "section": self.sentence.section,
            "paper_id": self.paper.id,
            "title": self.paper.title,
            "authors": "; ".join(self.paper.authors),
            "year": self.paper.year,
            "categories": " ".join(self.paper.categories),
            "url": self.paper.url,
            "file": self.sentence.file,
            "line": self.sentence.line,
            **counts,
        }


COLUMNS = (
    "query",
    "rank",
    "score",
    "sentence_id",
    "text",
    "section",
    "paper_id",
    "title",
    "authors",
    "year",
    "categories",
    "url",
    "file",
    "line",
)
COUNTS = ("matches", "alike")  # columns after them where hits are papers


class Hits(list[Hit]):
    """The answer to one query, best first: a list, which notebooks show as a page."""

    def __init__(self, hits: Iterable[Hit], query: str) -> None:
        super().__init__(hits)
        self.query = query

    @overload
    def __getitem__(self, i: SupportsIndex) -> Hit: ...
    @overload
    def __getitem__(self, i: slice) -> Hits: ...
    def __getitem__(self, i: SupportsIndex | slice) -> Hit | Hits:
        if isinstance(i, slice):
            return Hits(super().__getitem__(i), self.query)
        return super().__getitem__(i)

    def _repr_html_(self) -> str:
        from astrosearch.output.notebook import to_html

        return to_html([self])


def shares(scores: Sequence[float]) -> list[float]:
    """Return how near each score comes to the best of its answer, from 0 to 1.

    Cosines, BM25 and fused scores have no common scale, so only this can be compared by eye.
    Zero is the foot of the scale, or the worst score where one is negative.

    >>> shares([0.8, 0.4]), shares([2.0, -2.0, float("nan")])
    ([1.0, 0.5], [1.0, 0.0, 0.0])
    """
    known = [score for score in scores if math.isfinite(score)]
    foot, top = min([0.0, *known]), max(known, default=0.0)
    return [
        0.0 if not math.isfinite(score) else (score - foot) / (top - foot) if top > foot else 1.0
        for score in scores
    ]


@dataclass(frozen=True, slots=True)
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
    """

    queries: tuple[str, ...]
    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    sentences: dict[int, tuple[Sentence, Paper]] = field(repr=False)
    alike: NDArray[np.int64] | None = field(default=None, repr=False)
    matches: NDArray[np.int64] | None = field(default=None, repr=False)

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
            for rank, (sentence_id, score, *counts) in enumerate(found, 1)
            if sentence_id >= 0
        )
        return Hits(hits, self.queries[i])

    def __iter__(self) -> Iterator[Hits]:
        return (self[i] for i in range(len(self)))

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
        """Return a pandas DataFrame, one row a hit. Needs pandas."""
        try:
            import pandas as pd
        except ImportError as error:
            raise _missing("pandas") from error
        return pd.DataFrame(list(self.rows()), columns=self.columns)

    def to_astropy(self) -> Any:
        """Return an astropy Table, one row a hit. Needs astropy."""
        try:
            from astropy.table import Table
        except ImportError as error:
            raise _missing("astropy") from error
        rows = list(self.rows())
        return Table({column: [row[column] for row in rows] for column in self.columns})


def _missing(package: str) -> AstrosearchError:
    return AstrosearchError(
        f"this conversion needs {package}, which isn't installed.\n"
        f"Install it: pip install {package}"
    )

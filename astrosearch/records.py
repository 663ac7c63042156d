"""What the rooms hand each other: papers, sentences, hits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from astrosearch.links import ads_address, bibcode_of, is_arxiv_id
from astrosearch.names import Name

TextForm = Literal["plain", "seed"]  # how an encoder wants its text written: corpus/textform.py
# Names of files that tell nothing: the folder's does.
_USUAL_FILES = frozenset(
    ("main", "ms", "paper", "article", "manuscript", "root", "text", "thesis", "index", "readme")
)


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper; what isn't known is None or empty, never made up.

    `id` is the arXiv id without version (`1807.06209`, `astro-ph/9805201`) where there is one,
    else a record's own (`record/101` where that is a number), or the source's path in its corpus
    without suffix.

    Attributes
    ----------
    names
        The parts of each author's name, in the order of `authors`; empty where nothing tells them.
    year_estimated
        Whether `year` is told by something near: the newest reference, a file's last change.
    journal
        Where the paper appeared, as arXiv's `journal-ref` has it.
    title_tex
        The title with its TeX, as its record or its LaTeX has it; None where it is plain text.
    bibcode
        ADS's name of the paper.

    Examples
    --------
    >>> paper = Paper("1807.06209", "Planck 2018 results. VI", ("Planck Collaboration",), 2018)
    >>> paper.year, paper.doi is None, paper.categories
    (2018, True, ())
    """

    id: str
    title: str | None = None
    authors: tuple[str, ...] = ()
    year: int | None = None
    categories: tuple[str, ...] = ()
    doi: str | None = None
    url: str | None = None
    names: tuple[Name, ...] = ()
    year_estimated: bool = False
    journal: str | None = None
    title_tex: str | None = None
    bibcode: str | None = None

    @property
    def heading(self) -> str:
        """What people call it: by its title, or where none is known by its file or its folder.

        >>> Paper("x/1807.06209", "Planck 2018").heading, Paper("drafts/winds").heading
        ('Planck 2018', 'winds')
        >>> Paper("drafts/winds/main").heading, Paper("astro-ph/9805201").heading
        ('winds', 'astro-ph/9805201')
        """
        if self.title or is_arxiv_id(self.id) or self.id.startswith(("10.", "record/")):
            return self.title or self.id
        folders, _, file = self.id.rstrip("/").rpartition("/")
        usual = file.lower() in _USUAL_FILES
        return (folders.rpartition("/")[2] if usual else file) or self.id

    @property
    def ads(self) -> str | None:
        """The address of its page in ADS; None where nothing tells it."""
        return ads_address(self.id, self.bibcode)

    @property
    def ads_bibcode(self) -> str | None:
        """Its bibcode: the one a record gives, or the one ADS makes of an arXiv id."""
        return self.bibcode or bibcode_of(self.id, self.authors, self.names)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of a paper and where it stands: the line, from 1, on which it begins.

    `paragraph` counts the paper's paragraphs, from 1; a title and a caption are paragraphs too. It
    is None where an older version indexed the paper.

    Examples
    --------
    >>> sentence = Sentence(383, "The tail is damped.", "Damping", "peaks/main.tex", 33)
    >>> f"{sentence.file}:{sentence.line}"
    'peaks/main.tex:33'
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


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper and some of its sentences; `marked` is the one asked for, if one was."""

    paper: Paper
    sentences: tuple[Sentence, ...]
    marked: Sentence | None = None

    @property
    def asked(self) -> Sentence:
        """The sentence asked for, or the paper's first."""
        return self.marked or self.sentences[0]


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
    """One sentence returned for a query, with its paper, its rank and its score.

    Examples
    --------
    >>> sentence = Sentence(383, "The tail is damped.", "Damping", "peaks/main.tex", 33)
    >>> hit = Hit(1, 0.76, sentence, Paper("1807.06209"))
    >>> hit.place
    ('§ Damping', 'peaks/main.tex:33', 'id 383')
    """

    rank: int  # from 1
    score: float  # at most 1 in hybrid mode; a cosine in dense mode; BM25 in lexical mode
    sentence: Sentence
    paper: Paper
    matches: int | None = None  # sentences of the paper among the candidates; None: not by paper
    alike: int = 0  # other candidates that say the same, folded into this one

    @property
    def place(self) -> tuple[str, ...]:
        """Section, file and line, id, and how many sentences are alike, for people."""
        facts = (
            f"§ {self.sentence.section}" if self.sentence.section else "",
            f"{self.sentence.file}:{self.sentence.line}",
            f"id {self.sentence.id}",
            f"+{self.alike} similar" if self.alike else "",
        )
        return tuple(fact for fact in facts if fact)

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
            "doi": self.paper.doi,
            "bibcode": self.paper.ads_bibcode,
            "ads": self.paper.ads,
            **counts,
        }


SCORE_DIGITS = 6  # of a score as JSON and CSV have it
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
    "doi",
    "bibcode",
    "ads",
)
COUNTS = ("matches", "alike")  # columns after them where hits are papers


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

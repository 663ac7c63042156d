"""All that is asked of an index, checked and parsed once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from astrosearch.encoder.cross_encoder import Reranker
from astrosearch.errors import AstrosearchError, BadType, BadValue
from astrosearch.records import Hit, Paper, Sentence
from astrosearch.search.arrange import Arrangement
from astrosearch.search.checked import number, one_of, several_texts, whole_number
from astrosearch.search.filters import EVERYTHING, Filters
from astrosearch.search.language import LONGEST, ParsedQuery, parse
from astrosearch.search.ordering import SORTS, Sort
from astrosearch.search.universal import reference_in

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

Mode = Literal["hybrid", "dense", "lexical"]
YearUnknown = Literal["drop", "keep"]
Seed = str | int | Hit | Sentence | Paper  # what hits can be like
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")


@dataclass(frozen=True, slots=True)
class More:
    """Which page of the hits is wanted, how it is ordered, and which hits are left out.

    Attributes
    ----------
    per_paper : int, optional
        At most so many sentences of one paper.
    min_score : float, optional
        The least score of a hit.
    offset : int
        How many of the best hits to pass over.
    sort : {"score", "year", "-year", "paper"}
        The order of the hits shown: best first, oldest first, newest first, or by paper.
    """

    per_paper: int | None = None
    min_score: float | None = None
    offset: int = 0
    sort: Sort = "score"

    def check(self, papers: bool = False) -> None:
        """Refuse what makes no sense.

        Raises
        ------
        BadValue, BadType
        """
        if self.per_paper is not None:
            whole_number("per_paper", self.per_paper, 1)
            if papers:
                raise BadValue(
                    "per_paper limits sentences, but papers are asked for, one hit each.\n"
                    "Give one of the two."
                )
        if self.min_score is not None:
            number("min_score", self.min_score)
        whole_number("offset", self.offset, 0)
        one_of("sort", self.sort, SORTS)


EVERY_HIT = More()


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of an index: by texts, or by likeness to what it holds and to a draft.

    Make one with `Request.query` or `Request.similar`, which check and parse what they are given,
    and answer it with `Index.answer`.

    Attributes
    ----------
    texts : tuple of str
        The queries as typed; for likeness one name of what hits shall be like.
    k : int
        How many hits.
    mode : {"hybrid", "dense", "lexical"}
        By meaning and words together, by meaning alone, by words alone.
    filters : Filters
        Which papers and sections may answer.
    papers, diverse, fold : bool
        Whether hits are papers, differ from each other, and stand for others that say the same.
    rerank : str or Reranker, optional
        The cross-encoder that orders the best hits anew.
    more : More
        Which page of the hits, how they are ordered, and which are left out.
    queries : tuple of ParsedQuery
        The texts, understood; none for likeness.
    ids : tuple of str
        Likeness: to these sentences and papers.
    draft : tuple of str, optional
        Likeness: to a text in these sentences.
    """

    texts: tuple[str, ...]
    k: int = 10
    mode: Mode = "hybrid"
    filters: Filters = EVERYTHING
    papers: bool = False
    diverse: bool = False
    fold: bool = True
    rerank: str | Reranker | None = None
    more: More = EVERY_HIT
    queries: tuple[ParsedQuery, ...] = ()
    ids: tuple[str, ...] = ()
    draft: tuple[str, ...] | None = None

    @classmethod
    def query(
        cls,
        texts: Iterable[str],
        k: int = 10,
        mode: Mode = "hybrid",
        filters: Filters = EVERYTHING,
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        rerank: str | Reranker | None = None,
        more: More = EVERY_HIT,
    ) -> Request:
        """Ask with texts, in the language of queries.

        Raises
        ------
        AstrosearchError
            If a text is empty, `k` is below 1, or `mode` is none of MODES.

        Examples
        --------
        >>> request = Request.query(["dust in winds -supernova"], k=5)
        >>> request.queries[0].text, request.mode, request.k
        ('dust in winds', 'hybrid', 5)
        """
        texts = _check(texts, k, mode)
        more.check(papers)
        queries = tuple(_parsed(texts))
        how = (mode, filters, papers, diverse, fold, rerank, more)
        return cls(texts, int(k), *how, queries=queries)

    @classmethod
    def similar(
        cls,
        id: Seed | Iterable[Seed] = (),
        k: int = 10,
        text: str | Sequence[str] | None = None,
        filters: Filters = EVERYTHING,
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        more: More = EVERY_HIT,
    ) -> Request:
        """Ask for what is like sentences and papers, named by their ids, and like a text.

        Raises
        ------
        AstrosearchError
            If neither an id nor a text is given, the text is empty, or `k` is below 1.
        """
        _check([], k, "dense")
        given = [id] if isinstance(id, str) or not isinstance(id, Iterable) else list(id)
        ids = tuple(dict.fromkeys(id_named(each) for each in given))
        draft = None if text is None else tuple(_sentences_of(text))
        if not ids and draft is None:
            raise AstrosearchError(
                "the request names nothing to be like: it has neither an id nor a text.\n"
                "Give an id of a paper or a sentence, or a text."
            )
        more.check(papers)
        how = (papers, diverse, fold, None, more)
        return cls((" ".join(ids),), k, "dense", filters, *how, ids=ids, draft=draft)

    @property
    def by_likeness(self) -> bool:
        """Whether it asks for likeness, not with a query."""
        return bool(self.ids) or self.draft is not None

    @property
    def arrangement(self) -> Arrangement:
        """How candidates become hits."""
        more = (self.more.per_paper, self.more.min_score)
        return Arrangement(self.k, self.fold, self.papers, self.diverse, self.ids, *more)

    @property
    def depth(self) -> int:
        """How many hits are needed, with those before the first one that is wanted."""
        return self.more.offset + self.k

    @property
    def surely_found(self) -> int:
        """How many candidates a search through codes should miss none of, as far as it can."""
        return self.depth + max(2, self.depth // 5)

    def encoded(
        self, encoder: Encoder, progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return the vectors float32 [n, dim] of the queries, or of the draft's sentences."""
        from astrosearch.corpus.textform import of_query
        from astrosearch.encoder import encoded

        form = encoder.text_form
        if self.draft is not None:
            return encoded(encoder, [of_query(sentence, form) for sentence in self.draft], progress)
        if form == "plain":
            return encoded(encoder, [query.text for query in self.queries], progress)
        texts = [of_query(_understood(text[:LONGEST]).text, form) for text in self.texts]
        return encoded(encoder, texts, progress)

    @property
    def needs_encoder(self) -> bool:
        """Whether anything of it must be encoded."""
        ranks = not all(query.is_listing for query in self.queries)
        return self.draft is not None or (not self.by_likeness and self.mode != "lexical" and ranks)


def _understood(text: str) -> ParsedQuery:
    """Parse a query; the name of a paper behind a field, `doi:10.1086/300499`, is that name."""
    try:
        return parse(text)
    except AstrosearchError:
        reference = reference_in(text)
        if reference is None:
            raise
        return parse(reference.value)


def _parsed(texts: Sequence[str]) -> list[ParsedQuery]:
    """Read what was typed, with its formulas made readable."""
    from astrosearch.corpus.textform import of_query

    parsed = []
    for i, text in enumerate(texts):
        try:
            parsed.append(_understood(of_query(text[:LONGEST], "plain")))
        except AstrosearchError as error:
            if len(texts) == 1:
                raise
            raise AstrosearchError(f"query {i + 1} of {len(texts)}: {error}") from error
    return parsed


def _sentences_of(text: str | Sequence[str]) -> list[str]:
    from astrosearch.corpus.drafts import sentences_in

    if isinstance(text, str):
        return sentences_in(text, "the text")
    sentences = [sentence for sentence in text if sentence.strip()]
    if not sentences:
        raise AstrosearchError("the text holds no sentence.\nGive a sentence or more.")
    return sentences


def _check(texts: Iterable[str], k: int, mode: str) -> tuple[str, ...]:
    """Check what is asked; return the texts."""
    whole_number("k", k, 1)
    one_of("mode", mode, MODES)
    found = several_texts("texts", texts)
    for i, text in enumerate(found):
        if not text.strip():
            raise BadValue(
                f"query {i + 1} of {len(found)} is empty.\nGive some words to search for."
            )
    return found


def keeps_undated(year_unknown: str) -> bool:
    """Read what is to be done with papers of unknown year."""
    one_of("year_unknown", year_unknown, ("drop", "keep"))
    return year_unknown == "keep"


def id_named(seed: object) -> str:
    """Return the id of what hits shall be like."""
    if isinstance(seed, Hit):
        return str(seed.sentence.id)
    if isinstance(seed, Sentence | Paper):
        return str(seed.id)
    if isinstance(seed, str):
        return seed
    try:
        return str(whole_number("id", seed, 0))
    except BadType as error:
        raise BadType(
            f"id must be a paper or a sentence, or the id of one, not {seed!r:.60}."
        ) from error

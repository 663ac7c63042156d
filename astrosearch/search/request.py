"""All that is asked of an index, checked and parsed once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from astrosearch.encoder.cross_encoder import Reranker
from astrosearch.errors import AstrosearchError
from astrosearch.search.arrange import Arrangement
from astrosearch.search.filters import EVERYTHING, Filters
from astrosearch.search.language import LONGEST, ParsedQuery, parse

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

Mode = Literal["hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")


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
    queries: tuple[ParsedQuery, ...] = ()
    ids: tuple[str, ...] = ()
    draft: tuple[str, ...] | None = None

    @classmethod
    def query(
        cls,
        texts: Sequence[str],
        k: int = 10,
        mode: Mode = "hybrid",
        filters: Filters = EVERYTHING,
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        rerank: str | Reranker | None = None,
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
        _check(texts, k, mode)
        queries = tuple(_parsed(texts))
        return cls(tuple(texts), k, mode, filters, papers, diverse, fold, rerank, queries)

    @classmethod
    def similar(
        cls,
        id: str | int | Iterable[str | int] = (),
        k: int = 10,
        text: str | Sequence[str] | None = None,
        filters: Filters = EVERYTHING,
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
    ) -> Request:
        """Ask for what is like sentences and papers, named by their ids, and like a text.

        Raises
        ------
        AstrosearchError
            If neither an id nor a text is given, the text is empty, or `k` is below 1.
        """
        _check([], k, "dense")
        given = [id] if isinstance(id, str) or not isinstance(id, Iterable) else list(id)
        ids = tuple(dict.fromkeys(str(each) for each in given))
        draft = None if text is None else tuple(_sentences_of(text))
        if not ids and draft is None:
            raise AstrosearchError(
                "the request names nothing to be like: it has neither an id nor a text.\n"
                "Give an id of a paper or a sentence, or a text."
            )
        how = (papers, diverse, fold)
        return cls((" ".join(ids),), k, "dense", filters, *how, ids=ids, draft=draft)

    @property
    def by_likeness(self) -> bool:
        """Whether it asks for likeness, not with a query."""
        return bool(self.ids) or self.draft is not None

    @property
    def arrangement(self) -> Arrangement:
        """How candidates become hits."""
        return Arrangement(self.k, self.fold, self.papers, self.diverse, self.ids)

    def encoded(self, encoder: Encoder) -> NDArray[np.float32]:
        """Return the vectors float32 [n, dim] of the queries, or of the draft's sentences."""
        from astrosearch.corpus.textform import of_query
        from astrosearch.encoder import encoded

        form = encoder.text_form
        if self.draft is not None:
            return encoded(encoder, [of_query(sentence, form) for sentence in self.draft])
        if form == "plain":
            return encoded(encoder, [query.text for query in self.queries])
        texts = [of_query(parse(text[:LONGEST]).text, form) for text in self.texts]
        return encoded(encoder, texts)

    @property
    def needs_encoder(self) -> bool:
        """Whether anything of it must be encoded."""
        ranks = not all(query.is_listing for query in self.queries)
        return self.draft is not None or (not self.by_likeness and self.mode != "lexical" and ranks)


def _parsed(texts: Sequence[str]) -> list[ParsedQuery]:
    """Read what was typed, with its formulas made readable."""
    from astrosearch.corpus.textform import of_query

    parsed = []
    for i, text in enumerate(texts):
        try:
            parsed.append(parse(of_query(text[:LONGEST], "plain")))
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


def _check(texts: Sequence[str], k: int, mode: str) -> None:
    if k < 1:
        raise AstrosearchError(f"k is {k}, but at least one hit must be asked for.\nGive -k 10.")
    if mode not in MODES:
        raise AstrosearchError(f"there is no mode {mode!r}.\nThe modes are {', '.join(MODES)}.")
    if isinstance(texts, str):
        raise AstrosearchError("a batch is a list of texts.\nFor one text, use query().")
    for i, text in enumerate(texts):
        if not text.strip():
            raise AstrosearchError(
                f"query {i + 1} of {len(texts)} is empty.\nGive some words to search for."
            )

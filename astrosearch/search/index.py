"""Open an index and ask it: by meaning and words, single and in batches, and for likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.encoder.cross_encoder import Reranker
from astrosearch.errors import BadType
from astrosearch.results import Hits, Results
from astrosearch.search.answer import Answer
from astrosearch.search.filters import Year, filters_of
from astrosearch.search.lookup import Lookup
from astrosearch.search.ordering import Sort
from astrosearch.search.references import with_ids
from astrosearch.search.request import (
    MODES,
    Mode,
    More,
    Request,
    Seed,
    YearUnknown,
    keeps_undated,
)
from astrosearch.search.snapshot import Snapshot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

__all__ = ["MODES", "Index", "Mode", "open_index"]


def open_index(
    path: str | Path = "index", *, encoder: str | Encoder | None = None, device: str = "cpu"
) -> Index:
    """Open an index for searching.

    Parameters
    ----------
    path : str or Path
    encoder : str or Encoder, optional
        Where the index's encoder now lies, if it moved, or an encoder already loaded.
        Another than the index was built with is refused.
    device : {"auto", "cpu", "cuda"}
        A GPU pays for batches of thousands; the CPU answers one query before torch has started.

    Raises
    ------
    NotFound, NotAnIndex, FormatTooNew
        When there is no index at `path` that this version can read.

    Examples
    --------
    >>> import astrosearch
    >>> with astrosearch.open(index_folder) as index:
    ...     index.encoder_identity.name, len(index) > 1000
    ('default', True)
    """
    return Index(Path(path).expanduser(), encoder=encoder, device=device)


class Index(Lookup):
    """An open index. Use it as a context manager.

    Every answer is that of one committed state: the newest when it was asked. Threads may share
    an index; they encode and search side by side.

    Examples
    --------
    >>> import astrosearch
    >>> index = astrosearch.open(index_folder)
    >>> hits = index.query("acoustic peaks at small scales", k=3)
    >>> [hit.rank for hit in hits], hits[0].sentence.file
    ([1, 2, 3], 'cosmology/acoustic-peaks/damping.tex')
    >>> papers = index.query("merging neutron stars", k=2, papers=True, year="2019..")
    >>> found = index.query_batch(["dust reddens starlight", "pulsar timing"], k=5)
    >>> found.scores.shape
    (2, 5)
    >>> near = index.similar(hits[0].paper.id, k=3)
    >>> before, after = index.context(hits[0], n=2)
    >>> index.close()
    """

    def query(
        self,
        text: str,
        k: int = 10,
        *,
        mode: Mode = "hybrid",
        year: Year | None = None,
        category: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        section: str | Sequence[str] = (),
        within: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        rerank: str | Reranker | None = None,
        per_paper: int | None = None,
        min_score: float | None = None,
        offset: int = 0,
        sort: Sort = "score",
        year_unknown: YearUnknown = "drop",
    ) -> Hits:
        """Return the `k` sentences that answer `text` best, best first.

        `text` is a question, or words, in the language of the command line. All else is as in
        `query_batch`, and so is what it raises. The best ten are the first of the best hundred.

        Examples
        --------
        >>> import astrosearch
        >>> with astrosearch.open(index_folder) as index:
        ...     hits = index.query("acoustic peaks at small scales", k=3, per_paper=1)
        >>> len({hit.paper.id for hit in hits})
        3
        """
        if not isinstance(text, str):
            raise BadType(f"text must be a string, not {text!r:.60}.\nFor many, use query_batch().")
        return self.query_batch(
            [text],
            k,
            mode=mode,
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
            papers=papers,
            diverse=diverse,
            fold=fold,
            rerank=rerank,
            per_paper=per_paper,
            min_score=min_score,
            offset=offset,
            sort=sort,
            year_unknown=year_unknown,
        )[0]

    def query_batch(
        self,
        texts: Iterable[str],
        k: int = 10,
        *,
        mode: Mode = "hybrid",
        year: Year | None = None,
        category: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        section: str | Sequence[str] = (),
        within: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        rerank: str | Reranker | None = None,
        per_paper: int | None = None,
        min_score: float | None = None,
        offset: int = 0,
        sort: Sort = "score",
        year_unknown: YearUnknown = "drop",
        progress: Callable[[int], None] | None = None,
    ) -> Results:
        """Answer many queries at once: one encoding, one matrix product, one metadata look-up.

        Parameters
        ----------
        texts : iterable of str
        k : int
            How many hits of each.
        mode : {"hybrid", "dense", "lexical"}
            By meaning and words together, by meaning alone (cosine), by words alone (BM25).
        year, category, author, section, within, exclude
            Which sentences to search, as `filters_of` reads them. Values of one kind are
            alternatives, and all kinds must hold.
        papers : bool
            Hits are papers, with their best sentence and how many matched; `by_paper` scores them.
        diverse, fold : bool
            Hits differ from each other; sentences that say the same are one hit, which counts them.
        rerank : str or Reranker, optional
            A cross-encoder, by its folder or hub id, that helps to order the best candidates.
        per_paper : int, optional
            At most so many sentences of one paper.
        min_score : float, optional
            The least score of a hit.
        offset : int
            How many of the best hits to pass over: `offset=10` gives the second page of ten.
        sort : {"score", "year", "-year", "paper"}
            The order of the hits shown: best first, oldest first, newest first, or by paper.
        year_unknown : {"drop", "keep"}
            Whether papers of unknown year are left out or kept where `year` is given. How many were
            left out is in the answer's `remarks`.
        progress : callable, optional
            Called now and then with how many more of the queries are encoded.

        Returns
        -------
        Results
            `results[i]` is the list of hits of query i, with its `remarks`: whether the answer is
            weak, and why it is empty.

        Raises
        ------
        AstrosearchError
            If a text is empty, `k` is below 1, `mode` is none of MODES, or a filter makes no
            sense; NotFound if a paper of `within` isn't there.
        """
        filters = filters_of(
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
            undated=keeps_undated(year_unknown),
        )
        more = More(per_paper, min_score, offset, sort)
        how = (mode, filters, papers, diverse, fold, rerank, more)
        return self.answer(Request.query(texts, k, *how), progress)

    def similar(
        self,
        id: Seed | Iterable[Seed] = (),
        k: int = 10,
        *,
        text: str | Sequence[str] | None = None,
        year: Year | None = None,
        category: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        section: str | Sequence[str] = (),
        within: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        per_paper: int | None = None,
        min_score: float | None = None,
        offset: int = 0,
        sort: Sort = "score",
        year_unknown: YearUnknown = "drop",
    ) -> Hits:
        """Return sentences like sentences, papers and a text, themselves left out.

        A paper, or a text, is the mean of its sentences' vectors. Of several, each counts the
        same: what they have in common comes first. Copies are left out too, unless `fold` is off:
        of a sentence, and of a paper that is there under another id with the same title.

        Parameters
        ----------
        id : str, int, Hit, Sentence or Paper, or several
            Sentences and papers, or their ids. A hit is its sentence.
        k : int
        text : str or sequence of str, optional
            A text, LaTeX or plain, or its sentences.
        year, category, author, section, within, exclude, papers, diverse, fold, \
        per_paper, min_score, offset, sort, year_unknown
            As `query_batch` has them.

        Raises
        ------
        NotFound
            If there is no such sentence or paper.
        AstrosearchError
            If neither an id nor a text is given, or the text is empty.
        """
        filters = filters_of(
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
            undated=keeps_undated(year_unknown),
        )
        more = More(per_paper, min_score, offset, sort)
        how = (text, filters, papers, diverse, fold, more)
        return self.answer(Request.similar(id, k, *how))[0]

    def answer(self, request: Request, progress: Callable[[int], None] | None = None) -> Results:
        """Answer a request: what `query`, `query_batch` and `similar` do.

        Raises
        ------
        AstrosearchError
            When a filter leaves nothing, or the request needs an encoder that can't be loaded;
            NotFound when it names what isn't there.
        """
        reranker = self.reranker_of(request.rerank)
        vectors: dict[str, NDArray[np.float32]] = {}  # by the encoder's fingerprint

        def encode(state: Snapshot) -> None:
            if request.needs_encoder and state.encoder.fingerprint not in vectors:
                encoder = self.encoder_of(state.encoder)
                vectors[encoder.fingerprint] = request.encoded(encoder, progress)

        def answer(state: Snapshot) -> Results:
            encoded = vectors[state.encoder.fingerprint] if request.needs_encoder else None
            return Answer(with_ids(request, state), state, encoded, reranker).results()

        return self.read(answer, encode)

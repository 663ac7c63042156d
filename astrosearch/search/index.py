"""Open an index and ask it: by meaning and words, single and in batches, and for likeness."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.encoder.cross_encoder import Reranker
from astrosearch.results import Hits, Results
from astrosearch.search.answer import Answer
from astrosearch.search.filters import filters_of
from astrosearch.search.lookup import Lookup
from astrosearch.search.references import with_ids
from astrosearch.search.request import MODES, Mode, Request
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
    return Index(Path(path), encoder=encoder, device=device)


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
        year: int | str | None = None,
        category: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        section: str | Sequence[str] = (),
        within: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        rerank: str | Reranker | None = None,
    ) -> Hits:
        """Return the `k` sentences that answer `text` best, best first.

        For the parameters see `query_batch`.
        """
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
        )[0]

    def query_batch(
        self,
        texts: Sequence[str],
        k: int = 10,
        *,
        mode: Mode = "hybrid",
        year: int | str | None = None,
        category: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        section: str | Sequence[str] = (),
        within: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
        rerank: str | Reranker | None = None,
    ) -> Results:
        """Answer many queries at once: one encoding, one matrix product, one metadata look-up.

        Parameters
        ----------
        texts : sequence of str
        k : int
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
        )
        how = (mode, filters, papers, diverse, fold, rerank)
        return self.answer(Request.query(texts, k, *how))

    def similar(
        self,
        id: str | int | Iterable[str | int] = (),
        k: int = 10,
        *,
        text: str | Sequence[str] | None = None,
        year: int | str | None = None,
        category: str | Sequence[str] = (),
        author: str | Sequence[str] = (),
        section: str | Sequence[str] = (),
        within: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        papers: bool = False,
        diverse: bool = False,
        fold: bool = True,
    ) -> Hits:
        """Return sentences like sentences, papers and a text, themselves left out.

        A paper, or a text, is the mean of its sentences' vectors. Of several, each counts the
        same: what they have in common comes first. Copies are left out too, unless `fold` is off:
        of a sentence, and of a paper that is there under another id with the same title.

        Parameters
        ----------
        id : str or int, or several
            Ids of sentences and papers.
        k : int
        text : str or sequence of str, optional
            A text, LaTeX or plain, or its sentences.
        year, category, author, section, within, exclude, papers, diverse, fold
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
        )
        return self.answer(Request.similar(id, k, text, filters, papers, diverse, fold))[0]

    def answer(self, request: Request) -> Results:
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
                vectors[encoder.fingerprint] = request.encoded(encoder)

        def answer(state: Snapshot) -> Results:
            encoded = vectors[state.encoder.fingerprint] if request.needs_encoder else None
            return Answer(with_ids(request, state), state, encoded, reranker).results()

        return self.read(answer, encode)

"""Open an index and ask it: by meaning and words, single and in batches, and for likeness."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from astrosearch.encoder.cross_encoder import Reranker, mixed, reranked
from astrosearch.errors import AstrosearchError
from astrosearch.records import Context, Hit, Paper, Sentence
from astrosearch.results import Hits, Results
from astrosearch.search.arrange import Arrangement, Arranger, Found, copies
from astrosearch.search.candidates import may_answer
from astrosearch.search.filters import filters_of
from astrosearch.search.fusion import by_both, by_words
from astrosearch.search.language import Asked, parse
from astrosearch.search.session import Session
from astrosearch.search.similar import like, seeds_of
from astrosearch.search.snapshot import Opened
from astrosearch.store.reader import (
    DATABASE,
    CodesRow,
    Counts,
    EncoderIdentity,
    SegmentRow,
    SourceFile,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder
    from astrosearch.search.snapshot import Ranked

    Search = Callable[[Opened, list[int], int], Ranked]  # for these of a batch, so many

Mode = Literal["hybrid", "dense", "lexical"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")

RERANKED = 50  # candidates that a reranker reads, or as many as are asked for


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
    """
    return Index(Path(path), encoder=encoder, device=device)


class Index(Session):
    """An open index. Use it as a context manager.

    Every answer is that of one committed state: the newest when it was asked. Threads may share
    an index; they are served in turn.
    """

    # -- asking

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
            Hits are papers, with their best sentence, how many matched, and a score that these
            add to: `ordering.by_paper`.
        diverse : bool
            Hits differ from each other.
        fold : bool
            Sentences that say the same but for a few words are one hit, that counts them.
        rerank : str or Reranker, optional
            A cross-encoder, by its folder or hub id, that helps to order the best RERANKED.

        Raises
        ------
        AstrosearchError
            If a text is empty, `k` is below 1, `mode` is none of MODES, or a filter makes no
            sense; NotFound if a paper of `within` isn't there.
        """
        _check(texts, k, mode)
        filters = filters_of(
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
        )
        asked = _parsed(texts)
        encoded: dict[str, NDArray[np.float32]] = {}

        def encode() -> None:
            if mode != "lexical" and self.encoder.fingerprint not in encoded:
                encoded[self.encoder.fingerprint] = _encode(self.encoder, texts, asked)

        def search(state: Opened, rows: list[int], depth: int) -> Ranked:
            def find(places: list[int], most: int, among: NDArray[np.int64] | None) -> Ranked:
                own = [rows[place] for place in places]
                said = [asked[row] for row in own]
                if mode == "lexical":
                    return by_words(state.words, said, most, among, state.store.dead_vectors())
                vectors = encoded[self.encoder.fingerprint][own]
                if mode == "dense":
                    return state.vectors.search(vectors, most, among)
                return by_both(state.vectors, state.words, vectors, said, most, among)

            return state.each([asked[row] for row in rows], depth, filters, find)

        ordered: Search = search
        if rerank is not None:
            ordered = self._reranking(search, [each.text for each in asked], rerank)
        return self._answer(texts, ordered, Arrangement(k, fold, papers, diverse), prepare=encode)

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
        _check([], k, "dense")
        given = [id] if isinstance(id, str) or not isinstance(id, Iterable) else list(id)
        ids = list(dict.fromkeys(str(each) for each in given))
        sentences = None if text is None else _sentences_of(text)
        if not ids and sentences is None:
            raise AstrosearchError("there is nothing to be like.\nGive an id, or a text.")
        filters = filters_of(
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
        )
        encoded: dict[str, NDArray[np.float32]] = {}

        def encode() -> None:
            if sentences is not None and self.encoder.fingerprint not in encoded:
                encoded[self.encoder.fingerprint] = _encode_plain(self.encoder, sentences)

        def search(state: Opened, rows: list[int], depth: int) -> Ranked:
            own = None if sentences is None else encoded[self.encoder.fingerprint]
            seeds = seeds_of(state.store, state.vectors, ids, own)
            among = may_answer(state.store, Asked(""), filters)
            return like(state.vectors, seeds, depth, among)

        how = Arrangement(k, fold, papers, diverse, tuple(ids))
        return self._answer([" ".join(ids)], search, how, prepare=encode)[0]

    def _answer(
        self,
        texts: Sequence[str],
        search: Search,
        how: Arrangement,
        prepare: Callable[[], None],
    ) -> Results:
        """Search, look up what was found, and make hits of it."""

        def answer(state: Opened) -> Results:
            wished = replace(how, k=state.at_most(how.k))

            def candidates(rows: list[int], depth: int) -> Found:
                ids, scores = search(state, rows, state.at_most(depth))
                return Found(ids, scores, state.found(ids))

            if how.plain:
                found = candidates(list(range(len(texts))), wished.k)
                return Results(tuple(texts), found.ids, found.scores, found.sentences)
            copied = copies(state.store, how.given)
            return Arranger(wished, state.sound_vectors, copied).results(texts, candidates)

        return self.read(answer, prepare)

    def _reranking(self, search: Search, asked: Sequence[str], model: str | Reranker) -> Search:
        """Have a cross-encoder order anew what a search finds."""
        reranker = model if isinstance(model, Reranker) else Reranker(model, self._device)

        def searched(state: Opened, rows: list[int], depth: int) -> Ranked:
            ids, scores = search(state, rows, state.at_most(max(depth, RERANKED)))
            sentences = state.found(ids)
            for at, row in enumerate(rows):
                there = ids[at] >= 0
                own, first = ids[at][there], scores[at][there]
                second = reranker.scores(asked[row], [sentences[i][0].text for i in own.tolist()])
                ids[at][there], scores[at][there] = reranked(own, mixed(first, second))
            return ids[:, :depth], scores[:, :depth]

        return searched

    # -- looking up

    def sentence(self, sentence_id: int) -> tuple[Sentence, Paper]:
        """Return a sentence and its paper; NotFound if it isn't there."""
        return self.read(lambda state: state.sentence(sentence_id))

    def paper(self, paper_id: str) -> tuple[Paper, list[Sentence]]:
        """Return a paper and its sentences in reading order; NotFound if it isn't there."""
        return self.read(lambda state: state.paper(paper_id))

    def context(self, of: Hit | int, n: int = 3) -> Context:
        """Return up to `n` sentences before and after a hit, or a sentence by its id, in its paper.

        NotFound if it isn't there.
        """
        sentence_id = of.sentence.id if isinstance(of, Hit) else of
        found = self.contexts([sentence_id], n)
        if sentence_id not in found:
            raise self._state.no_sentence(sentence_id)
        return found[sentence_id]

    def contexts(self, sentence_ids: Iterable[int], n: int = 3) -> dict[int, Context]:
        """Return the contexts of many sentences by their ids, looked up at once.

        Those that are not there, or no longer, are left out.
        """
        if n < 0:
            raise AstrosearchError(f"a context of {n} sentences makes no sense.\nGive 0 or more.")
        wanted = sorted(set(sentence_ids))
        return self.read(lambda state: state.contexts(wanted, n))

    def source_of(self, paper_id: str) -> SourceFile:
        """Return the file that a paper was read from; NotFound if there is no such paper."""
        return self.read(lambda state: state.store.source_of(state.key_of(paper_id)))

    def has_paper(self, paper_id: str) -> bool:
        """Say whether there is such a paper."""
        return self.read(lambda state: state.store.paper_key(paper_id)) is not None

    @property
    def encoder_identity(self) -> EncoderIdentity:
        """The encoder the index was built with."""
        return self.read(lambda state: state.store.encoder())

    @property
    def counts(self) -> Counts:
        """How much the index holds."""
        return self.read(lambda state: state.store.counts())

    @property
    def segments(self) -> list[SegmentRow]:
        """The live segment files."""
        return self.read(lambda state: state.store.segments())

    @property
    def codes(self) -> CodesRow | None:
        """The codes that a large index is searched through; None: every search is exact."""
        return self.read(lambda state: state.store.codes())

    @property
    def database_bytes(self) -> int:
        """Size of the database file."""
        return (self.path / DATABASE).stat().st_size

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(file, reason) of what could not be indexed."""
        return self.read(lambda state: state.store.failures())

    def __len__(self) -> int:
        """Return the number of sentences."""
        return self.counts.sentences


def _parsed(texts: Sequence[str]) -> list[Asked]:
    """Read what was typed, with its formulas made readable."""
    from astrosearch.corpus.textform import of_query

    asked = []
    for i, text in enumerate(texts):
        try:
            asked.append(parse(of_query(text, "plain")))
        except AstrosearchError as error:
            if len(texts) == 1:
                raise
            raise AstrosearchError(f"query {i + 1} of {len(texts)}: {error}") from error
    return asked


def _encode(encoder: Encoder, texts: Sequence[str], asked: Sequence[Asked]) -> NDArray[np.float32]:
    from astrosearch.corpus.textform import of_query

    form = encoder.text_form
    if form == "plain":
        return encoder.encode([each.text for each in asked])
    return encoder.encode([of_query(parse(text).text, form) for text in texts])


def _sentences_of(text: str | Sequence[str]) -> list[str]:
    from astrosearch.corpus.drafts import sentences_in

    if isinstance(text, str):
        return sentences_in(text, "the text")
    sentences = [sentence for sentence in text if sentence.strip()]
    if not sentences:
        raise AstrosearchError("the text holds no sentence.\nGive a sentence or more.")
    return sentences


def _encode_plain(encoder: Encoder, sentences: Sequence[str]) -> NDArray[np.float32]:
    from astrosearch.corpus.textform import of_query

    return encoder.encode([of_query(sentence, encoder.text_form) for sentence in sentences])


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

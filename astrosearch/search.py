"""Open an index and ask it: dense and lexical queries, single and in batches, and likeness."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self, TypeVar

from astrosearch.arranging import Arrangement, Arranger, Found, copies
from astrosearch.choosing import may_answer
from astrosearch.errors import (
    AstrosearchError,
    EncoderError,
    MissingExtra,
    NotAnIndex,
    NotFound,
)
from astrosearch.filtering import Filters, filters_of
from astrosearch.hybrid import by_both, by_words
from astrosearch.lexical import WordRanking
from astrosearch.likeness import like, seeds_of
from astrosearch.queries import Asked, parse
from astrosearch.records import Context, Hit, Paper, Results, Sentence
from astrosearch.store import (
    DATABASE,
    SEGMENTS,
    CodesRow,
    Counts,
    EncoderIdentity,
    SegmentRow,
    SourceFile,
    Store,
)
from astrosearch.vectors import Tuning, VectorIndex, check_size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

    Ranked = tuple[NDArray[np.int64], NDArray[np.float32]]  # ids and scores [n, k]

Mode = Literal["hybrid", "dense", "lexical"]
Search = Callable[[list[int], int, "NDArray[np.int64] | None"], "Ranked"]
MODES: tuple[Mode, ...] = ("hybrid", "dense", "lexical")

TRIES = 50  # at an answer; each but the last met a commit in between

T = TypeVar("T")


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


class Index:
    """An open index. Use it as a context manager.

    Every answer is that of one committed state: the newest when it was asked. Threads may share
    an index; they are served in turn.
    """

    def __init__(
        self, path: Path, *, encoder: str | Encoder | None = None, device: str = "cpu"
    ) -> None:
        self.path = path
        self._given_encoder, self._device = encoder, device
        self._encoder: Encoder | None = None
        self._store = Store(path)
        self._vectors: VectorIndex | None = None
        self._words: WordRanking | None = None
        self._version = self._store.data_version()
        self._lock = threading.RLock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index's files."""
        with self._lock:
            self._closed = True
            self._store.close()
            self._vectors = self._words = None

    def refresh(self) -> bool:
        """Take up what was committed since the last answer; return whether anything was.

        Every answer does this first, so it is seldom called for itself.
        """
        with self._lock:
            self._require_open()
            if self._is_current():
                return False
            store = Store(self.path)
            self._store.close()
            self._store, self._vectors, self._words = store, None, None
            self._version = store.data_version()
            built_with = self._store.encoder().fingerprint
            if self._encoder is not None and self._encoder.fingerprint != built_with:
                self._encoder = None  # rebuilt with another
            return True

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
    ) -> list[Hit]:
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
            add to: `ranking.by_paper`.
        diverse : bool
            Hits differ from each other.
        fold : bool
            Sentences that say the same but for a few words are one hit, that counts them.

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
        how = Arrangement(k, fold, papers, diverse)
        encoded: dict[str, NDArray[np.float32]] = {}

        def encode() -> None:
            if mode == "lexical":
                return
            encoder = self.encoder
            if encoder.fingerprint not in encoded:
                encoded[encoder.fingerprint] = _encode(encoder, texts, asked)

        def search(rows: list[int], depth: int) -> Ranked:
            def find(places: list[int], most: int, among: NDArray[np.int64] | None) -> Ranked:
                own = [rows[place] for place in places]
                terms = [asked[row] for row in own]
                if mode == "lexical":
                    return by_words(self._worded(), terms, most, among, self._store.dead_vectors())
                vectors = encoded[self.encoder.fingerprint][own]
                if mode == "dense":
                    return self._opened().search(vectors, most, among)
                return by_both(self._opened(), self._worded(), vectors, terms, most, among)

            return self._each([asked[row] for row in rows], depth, filters, find)

        return self._answer(texts, search, how, prepare=encode)

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
    ) -> list[Hit]:
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

        def search(rows: list[int], depth: int) -> Ranked:
            own = None if sentences is None else encoded[self.encoder.fingerprint]
            seeds = seeds_of(self._store, self._opened(), ids, own)
            among = may_answer(self._store, Asked(""), filters)
            return like(self._opened(), seeds, depth, among)

        how = Arrangement(k, fold, papers, diverse, tuple(ids))
        return self._answer([" ".join(ids)], search, how, prepare=encode)[0]

    # -- looking up

    def sentence(self, sentence_id: int) -> tuple[Sentence, Paper]:
        """Return a sentence and its paper; NotFound if it isn't there."""
        found = self._read(lambda store: _look_up(store, [sentence_id]))
        if sentence_id not in found:
            raise self._no_sentence(sentence_id)
        return found[sentence_id]

    def paper(self, paper_id: str) -> tuple[Paper, list[Sentence]]:
        """Return a paper and its sentences in reading order; NotFound if it isn't there."""

        def look_up(store: Store) -> tuple[Paper, list[Sentence]]:
            key = self._key_of(store, paper_id)
            ids = store.sentence_ids(key)
            found, papers = store.sentences(ids), store.papers([key])
            whole = key in papers and papers[key].id == paper_id and len(found) == len(ids)
            if not whole or any(of != key for _, of in found.values()):
                raise store.damaged(f"the row of {paper_id}")
            return papers[key], [found[int(i)][0] for i in ids]

        return self._read(look_up)

    def context(self, of: Hit | int, n: int = 3) -> Context:
        """Return up to `n` sentences before and after a hit, or a sentence by its id, in its paper.

        NotFound if it isn't there.
        """
        sentence_id = of.sentence.id if isinstance(of, Hit) else of
        found = self.contexts([sentence_id], n)
        if sentence_id not in found:
            raise self._no_sentence(sentence_id)
        return found[sentence_id]

    def contexts(self, sentence_ids: Iterable[int], n: int = 3) -> dict[int, Context]:
        """Return the contexts of many sentences by their ids, looked up at once.

        Those that are not there, or no longer, are left out.
        """
        if n < 0:
            raise AstrosearchError(f"a context of {n} sentences makes no sense.\nGive 0 or more.")
        wanted = sorted(set(sentence_ids))

        def look_up(store: Store) -> dict[int, Context]:
            near = store.neighbours(wanted, n)
            found = store.sentences({i for sides in near.values() for side in sides for i in side})
            return {
                i: ([found[b][0] for b in before], [found[a][0] for a in after])
                for i, (before, after) in near.items()
            }

        return self._read(look_up)

    def source_of(self, paper_id: str) -> SourceFile:
        """Return the file that a paper was read from; NotFound if there is no such paper."""
        return self._read(lambda store: store.source_of(self._key_of(store, paper_id)))

    def has_paper(self, paper_id: str) -> bool:
        """Say whether there is such a paper."""
        return self._read(lambda store: store.paper_key(paper_id)) is not None

    @property
    def encoder(self) -> Encoder:
        """The index's encoder, loaded on first use."""
        with self._lock:
            if self._encoder is None:
                self._encoder = self._load_encoder()
            return self._encoder

    @property
    def encoder_identity(self) -> EncoderIdentity:
        """The encoder the index was built with."""
        return self._read(Store.encoder)

    @property
    def counts(self) -> Counts:
        """How much the index holds."""
        return self._read(Store.counts)

    @property
    def segments(self) -> list[SegmentRow]:
        """The live segment files."""
        return self._read(Store.segments)

    @property
    def codes(self) -> CodesRow | None:
        """The codes that a large index is searched through; None: every search is exact."""
        return self._read(Store.codes)

    @property
    def database_bytes(self) -> int:
        """Size of the database file."""
        return (self.path / DATABASE).stat().st_size

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(file, reason) of what could not be indexed."""
        return self._read(Store.failures)

    def __len__(self) -> int:
        """Return the number of sentences."""
        return self.counts.sentences

    # -- inside

    def _load_encoder(self) -> Encoder:
        from astrosearch.encoder import load_encoder

        built_with = self._store.encoder()
        given = self._given_encoder
        try:
            encoder = (
                load_encoder(given or built_with.name, self._device)
                if given is None or isinstance(given, str)
                else given
            )
        except EncoderError as error:
            if given is not None or isinstance(error, MissingExtra):
                raise
            raise EncoderError(
                f"the index's encoder, {built_with.name}, can't be loaded: {error}\n"
                "If it has moved, say where: --encoder DIR"
            ) from error
        built_with.expect(encoder.name, encoder.fingerprint)
        return encoder

    def _answer(
        self,
        texts: Sequence[str],
        search: Callable[[list[int], int], Ranked],
        how: Arrangement,
        prepare: Callable[[], None] = lambda: None,
    ) -> Results:
        """Search, look up what was found, and make hits of it."""

        def answer(store: Store) -> Results:
            wished = replace(how, k=self._at_most(how.k))
            if how.diverse:
                self._opened()  # so that the vectors looked at are compared with their checksums

            def candidates(rows: list[int], depth: int) -> Found:
                ids, scores = search(rows, self._at_most(depth))
                return Found(ids, scores, self._look_up(store, ids))

            if how.plain:
                found = candidates(list(range(len(texts))), wished.k)
                return Results(tuple(texts), found.ids, found.scores, found.sentences)
            copied = copies(store, how.given)
            arranger = Arranger(wished, lambda ids: self._opened().vectors(ids), copied)
            return arranger.results(texts, candidates)

        return self._read(answer, prepare)

    def _look_up(self, store: Store, ids: NDArray[np.int64]) -> dict[int, tuple[Sentence, Paper]]:
        """Return the sentences of what was found."""
        import numpy as np

        wanted = np.unique(ids[ids >= 0])
        found = _look_up(store, wanted.tolist())
        if len(found) < len(wanted):
            raise KeyError
        if self._vectors is not None:
            self._vectors.check(wanted)
        return found

    def _read(self, read: Callable[[Store], T], prepare: Callable[[], None] = lambda: None) -> T:
        """Read from the newest committed state, and from that alone.

        Once more if a writer got in between: a merged segment's file may be gone, and a database
        that was replaced may find the new one's log beside it. Then the state is held while it is
        read; at first it is not, for that would keep a writer from starting.
        """
        failure = AstrosearchError(
            f"{self.path.absolute()} changed all the while it was asked.\nAsk again."
        )
        with self._lock:
            for attempt in range(TRIES):
                self._require_open()
                try:
                    self.refresh()
                    prepare()
                    with self._store.snapshot() if attempt else contextlib.nullcontext():
                        if self._is_current():
                            result = self._agreeing(read)
                            if self._is_current():
                                return result
                except AstrosearchError as error:
                    failure = error
                if self._is_current():
                    break
        raise failure

    def _require_open(self) -> None:
        if self._closed:
            raise AstrosearchError("this Index is closed.\nOpen it again: astrosearch.open()")

    def _is_current(self) -> bool:
        return not self._store.is_replaced() and self._store.data_version() == self._version

    def _agreeing(self, read: Callable[[Store], T]) -> T:
        try:
            return read(self._store)
        except KeyError as error:
            raise NotAnIndex(
                self.path.absolute(),
                "vectors and sentences disagree",
                "Look closer: astrosearch verify. Mend it: astrosearch repair",
            ) from error

    def _at_most(self, k: int, among: NDArray[np.int64] | None = None) -> int:
        there = self._store.living_vectors() if among is None else len(among)
        return min(k, max(1, there))

    def _each(self, asked: Sequence[Asked], k: int, filters: Filters, search: Search) -> Ranked:
        """Search for all queries, those together that demand the same."""
        import numpy as np

        k = self._at_most(k)
        ids = np.full((len(asked), k), -1, dtype=np.int64)
        scores = np.full((len(asked), k), np.nan, dtype=np.float32)
        alike: dict[Asked, list[int]] = {}
        for place, each in enumerate(asked):
            alike.setdefault(each.demands, []).append(place)
        for demands, places in alike.items():
            among = may_answer(self._store, demands, filters)
            if among is not None and not len(among):
                continue
            found, found_scores = search(places, self._at_most(k, among), among)
            ids[places, : found.shape[1]] = found
            scores[places, : found.shape[1]] = found_scores
        return ids, scores

    def _opened(self) -> VectorIndex:
        if self._vectors is None:
            self._vectors = open_vectors(self._store)
        return self._vectors

    def _worded(self) -> WordRanking:
        if self._words is None:
            self._words = WordRanking(self._store.postings, self._store.living_vectors())
        return self._words

    def _key_of(self, store: Store, paper_id: str) -> int:
        key = store.paper_key(paper_id)
        if key is None:
            raise NotFound(
                f"the index {self.path.absolute()} has no paper {paper_id}.\n"
                "Give a sentence_id or a paper's id as a query shows it, such as 1807.06209."
            )
        return key

    def _no_sentence(self, sentence_id: int) -> NotFound:
        return NotFound(
            f"the index {self.path.absolute()} has no sentence {sentence_id}.\n"
            "Give a sentence_id or a paper's id as a query shows it."
        )


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


def open_vectors(store: Store) -> VectorIndex:
    """Open all that an index's manifest says is live."""
    row, segments = store.codes(), store.segments()
    sums = {}
    for live in store.files():
        check_size(store.folder / SEGMENTS / live.file, live.bytes)
        sums[live.file] = live.sums
    return VectorIndex(
        store.folder / SEGMENTS,
        [segment.file for segment in segments],
        store.encoder().dimension,
        store.dead_vectors(),
        None
        if row is None
        else (
            row.segment.file,
            Tuning(row.probes, row.candidates, row.recall, row.asked),
            row.segment.last_id,
        ),
        sums,
    )


def _look_up(store: Store, ids: Sequence[int]) -> dict[int, tuple[Sentence, Paper]]:
    found = store.sentences(ids)
    papers = store.papers({key for _, key in found.values()})
    if len(papers) < len({key for _, key in found.values()}):
        raise store.damaged("the paper of a sentence")
    return {i: (sentence, papers[key]) for i, (sentence, key) in found.items()}


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

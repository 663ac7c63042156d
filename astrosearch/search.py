"""Open an index and ask it: dense and lexical queries, single and in batches, and likeness."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

from astrosearch.errors import (
    AstrosearchError,
    EncoderError,
    EncoderMismatch,
    MissingExtra,
    NotAnIndex,
    NotFound,
)
from astrosearch.records import Hit, Paper, Results, Sentence, is_sentence_id
from astrosearch.store import (
    DATABASE,
    SEGMENTS,
    CodesRow,
    Counts,
    EncoderIdentity,
    SegmentRow,
    Store,
)
from astrosearch.vectors import Tuning, VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

Mode = Literal["dense", "lexical"]
MODES: tuple[Mode, ...] = ("dense", "lexical")

TRIES = 5  # at an answer, when a writer keeps committing between its steps


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
        self._state = self._current_state()
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
            self._vectors = None

    def refresh(self) -> bool:
        """Take up what was committed since the last answer; return whether anything was.

        Every answer does this first, so it is seldom called for itself.
        """
        with self._lock:
            if self._closed:
                raise AstrosearchError("this Index is closed.\nOpen it again: astrosearch.open()")
            if self._current_state() == self._state:
                return False
            self._store.close()
            self._store = Store(self.path)
            self._vectors = None
            self._state = self._current_state()
            built_with = self._store.encoder().fingerprint
            if self._encoder is not None and self._encoder.fingerprint != built_with:
                self._encoder = None  # rebuilt with another
            return True

    # -- asking

    def query(self, text: str, k: int = 10, *, mode: Mode = "dense") -> list[Hit]:
        """Return the `k` sentences nearest in meaning to `text`, best first.

        `mode="lexical"` ranks by the words themselves (BM25).
        """
        return self.query_batch([text], k, mode=mode)[0]

    def query_batch(self, texts: Sequence[str], k: int = 10, *, mode: Mode = "dense") -> Results:
        """Answer many queries at once: one encoding, one matrix product, one metadata look-up.

        Raises
        ------
        AstrosearchError
            If a text is empty, `k` is below 1, or `mode` is none of MODES.
        """
        _check(texts, k, mode)
        if mode == "lexical":
            return self._answer(texts, lambda: self._lexical(texts, self._at_most(k)))
        encoded: dict[str, NDArray[np.float32]] = {}

        def search() -> tuple[NDArray[np.int64], NDArray[np.float32]]:
            encoder = self.encoder
            if encoder.fingerprint not in encoded:
                encoded[encoder.fingerprint] = self._encode(encoder, texts)
            return self._opened().search(encoded[encoder.fingerprint], self._at_most(k))

        return self._answer(texts, search)

    def similar(self, id: str | int, k: int = 10) -> list[Hit]:
        """Return sentences like a sentence (by its id) or like a paper, itself left out.

        A paper is the mean of its sentences' vectors.
        """
        _check([], k, "dense")
        return self._answer([str(id)], lambda: self._similar(id, self._at_most(k)))[0]

    # -- looking up

    def sentence(self, sentence_id: int) -> tuple[Sentence, Paper]:
        """Return a sentence and its paper; NotFound if it isn't there."""
        with self._reading() as store:
            found = _look_up(store, [sentence_id])
        if sentence_id not in found:
            raise NotFound(
                f"the index {self.path.absolute()} has no sentence {sentence_id}.\n"
                "Give a sentence_id or a paper's id as a query shows it."
            )
        return found[sentence_id]

    def paper(self, paper_id: str) -> tuple[Paper, list[Sentence]]:
        """Return a paper and its sentences in reading order; NotFound if it isn't there."""
        with self._reading() as store:
            key = store.paper_key(paper_id)
            if key is None:
                raise NotFound(
                    f"the index {self.path.absolute()} has no paper {paper_id}.\n"
                    "Give a sentence_id or a paper's id as a query shows it, such as 1807.06209."
                )
            ids = store.sentence_ids(key)
            found = _look_up(store, ids.tolist())
            papers = store.papers([key])
            if not papers or len(found) < len(ids):
                raise store.damaged(f"the row of {paper_id}, or one of its sentences,")
            return papers[key], [found[i][0] for i in ids.tolist()]

    def has_paper(self, paper_id: str) -> bool:
        """Say whether there is such a paper."""
        with self._reading() as store:
            return store.paper_key(paper_id) is not None

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
        with self._reading() as store:
            return store.encoder()

    @property
    def counts(self) -> Counts:
        """How much the index holds."""
        with self._reading() as store:
            return store.counts()

    @property
    def segments(self) -> list[SegmentRow]:
        """The live segment files."""
        with self._reading() as store:
            return store.segments()

    @property
    def codes(self) -> CodesRow | None:
        """The codes that a large index is searched through; None: every search is exact."""
        with self._reading() as store:
            return store.codes()

    @property
    def database_bytes(self) -> int:
        """Size of the database file."""
        return (self.path / DATABASE).stat().st_size

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(file, reason) of what could not be indexed."""
        with self._reading() as store:
            return store.failures()

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
        if encoder.fingerprint != built_with.fingerprint:
            raise EncoderMismatch(built_with.label, f"{encoder.name} ({encoder.fingerprint[:12]})")
        return encoder

    @contextlib.contextmanager
    def _reading(self) -> Iterator[Store]:
        """Hold the newest committed state for several look-ups."""
        with self._lock:
            self.refresh()
            with self._store.snapshot():
                yield self._store

    def _answer(
        self,
        texts: Sequence[str],
        search: Callable[[], tuple[NDArray[np.int64], NDArray[np.float32]]],
    ) -> Results:
        """Search and look up; once more if a writer's commit fell between the two."""
        import numpy as np

        with self._lock:
            for _ in range(TRIES):
                self.refresh()
                try:
                    ids, scores = search()
                    wanted = np.unique(ids[ids >= 0]).tolist()
                    with self._store.snapshot():
                        found = _look_up(self._store, wanted)
                except (KeyError, NotAnIndex) as error:
                    if self.refresh():  # a segment or a paper went while it was asked for
                        continue
                    if isinstance(error, KeyError):
                        break
                    raise
                if len(found) == len(wanted):
                    return Results(tuple(texts), ids, scores, found)
        raise NotAnIndex(
            self.path.absolute(),
            "vectors and sentences disagree",
            "Look closer: astrosearch verify. Build anew: astrosearch index --rebuild",
        )

    def _at_most(self, k: int) -> int:
        return min(k, max(1, self._store.living_vectors()))

    def _encode(self, encoder: Encoder, texts: Sequence[str]) -> NDArray[np.float32]:
        from astrosearch.corpus.textform import of_query

        return encoder.encode([of_query(text, encoder.text_form) for text in texts])

    def _opened(self) -> VectorIndex:
        if self._vectors is None:
            with self._store.snapshot():
                self._vectors = open_vectors(self._store)
        return self._vectors

    def _lexical(
        self, texts: Sequence[str], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        import numpy as np

        ids = np.full((len(texts), k), -1, dtype=np.int64)
        scores = np.full((len(texts), k), np.nan, dtype=np.float32)
        for i, text in enumerate(texts):
            found, found_scores = self._store.lexical(text, k)
            ids[i, : len(found)] = found
            scores[i, : len(found)] = found_scores
        return ids, scores

    def _similar(self, id: str | int, k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        import numpy as np

        sentence_ids = self._ids_of(id)
        mean = self._opened().vectors(sentence_ids).mean(axis=0, keepdims=True)
        mean /= max(float(np.linalg.norm(mean)), 1e-12)
        ids, scores = self._opened().search(mean, k + len(sentence_ids))
        others = ~np.isin(ids[0], sentence_ids)
        return ids[:, others][:, :k], scores[:, others][:, :k]

    def _ids_of(self, id: str | int) -> NDArray[np.int64]:
        import numpy as np

        if is_sentence_id(str(id)):
            return np.array([self.sentence(int(id))[0].id], dtype=np.int64)
        return np.array([s.id for s in self.paper(str(id))[1]], dtype=np.int64)

    def _current_state(self) -> tuple[int, int]:
        try:
            return self._store.data_version(), os.stat(self.path / DATABASE).st_ino  # noqa: PTH116
        except FileNotFoundError as error:
            raise NotFound(f"the index {self.path.absolute()} was deleted.") from error


def open_vectors(store: Store) -> VectorIndex:
    """Open all that an index's manifest says is live."""
    row = store.codes()
    return VectorIndex(
        store.folder / SEGMENTS,
        [segment.file for segment in store.segments()],
        store.encoder().dimension,
        store.dead_vectors(),
        None
        if row is None
        else (
            row.segment.file,
            Tuning(row.probes, row.candidates, row.recall, row.asked),
            row.segment.last_id,
        ),
    )


def _look_up(store: Store, ids: Sequence[int]) -> dict[int, tuple[Sentence, Paper]]:
    found = store.sentences(ids)
    papers = store.papers({key for _, key in found.values()})
    if len(papers) < len({key for _, key in found.values()}):
        raise store.damaged("a sentence, or its paper,")
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

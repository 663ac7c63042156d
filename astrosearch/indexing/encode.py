"""Encoding a group of papers while the next one is read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING, Self

from astrosearch.corpus.textform import render
from astrosearch.encoder import Encoder, encoded
from astrosearch.store.rows import Change, PutPaper

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TELL_SECONDS = 0.2


@dataclass(slots=True)
class Group:
    """Changes that will be committed together."""

    changes: list[Change] = field(default_factory=list)
    papers: set[str] = field(default_factory=set)  # ids of the papers that the changes are about
    ended: set[int] = field(default_factory=set)  # sources that end in it

    @property
    def puts(self) -> list[PutPaper]:
        """The papers whose sentences are new."""
        return [change for change in self.changes if isinstance(change, PutPaper)]

    @property
    def sentences(self) -> int:
        """Count the sentences to encode."""
        return sum(len(put.sentences) for put in self.puts)


class EncodingThread:
    """A thread that encodes one group at a time, while the next one is read.

    Leaving the context gives up what is being encoded.
    """

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.encoded = 0  # sentences, in all groups
        self.seconds = 0.0  # in which the encoder was at work
        self.group: Group | None = None  # being encoded, or encoded and not yet taken
        self._future: Future[NDArray[np.float32]] | None = None
        self._given_up = threading.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoding")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._given_up.set()
        self._thread.shutdown()

    def start(self, group: Group) -> None:
        """Begin to encode a group's sentences; the one before must have landed."""
        self.group = group
        self._future = self._thread.submit(self._vectors, group)

    def land(self, tell: Callable[[], None]) -> tuple[Group, NDArray[np.float32]] | None:
        """Wait for the group and its vectors [n, dim]; None if there is no group."""
        if self.group is None or self._future is None:
            return None
        while not self._future.done():
            wait([self._future], timeout=TELL_SECONDS)
            tell()
        group, vectors = self.group, self._future.result()
        self.group = self._future = None
        return group, vectors

    def _vectors(self, group: Group) -> NDArray[np.float32]:
        texts = [
            render(sentence.text, sentence.tex, self._encoder.text_form)
            for put in group.puts
            for sentence in put.sentences
        ]
        rows: dict[str, int] = {}  # a sentence met twice is encoded once
        places = [rows.setdefault(text, len(rows)) for text in texts]
        before, repeated = self.encoded, len(texts) - len(rows)

        def tell(count: int) -> None:
            self.encoded += count
            if self._given_up.is_set():
                raise GivenUp

        started = time.monotonic()
        vectors = encoded(self._encoder, list(rows), tell)
        self.seconds += time.monotonic() - started
        self.encoded = before + len(rows) + repeated
        return vectors[places] if repeated else vectors


class GivenUp(Exception):
    """The run ended before this group was encoded."""

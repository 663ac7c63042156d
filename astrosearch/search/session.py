"""An index while it is asked: every answer from one committed state, the newest."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from astrosearch.errors import (
    AstrosearchError,
    EncoderError,
    MissingExtra,
    NotAnIndex,
    StorageError,
)
from astrosearch.search.snapshot import Snapshot

if TYPE_CHECKING:
    from astrosearch.encoder import Encoder
    from astrosearch.store.rows import EncoderIdentity

TRIES = 50  # at an answer; each but the last met a commit in between

T = TypeVar("T")


def _nothing(snapshot: Snapshot) -> None:
    """Prepare nothing."""


class Session:
    """An index's files and encoder, kept open and up to date. Use it as a context manager.

    Threads may share a session. Its lock is held only to choose the state that is read, never
    while something is encoded or searched, so that threads answer side by side.
    """

    def __init__(
        self, path: Path, *, encoder: str | Encoder | None = None, device: str = "cpu"
    ) -> None:
        self.path = path
        self._given_encoder, self._device = encoder, device
        self._encoder: Encoder | None = None
        self._loading = threading.Lock()  # one thread loads an encoder, the others wait for it
        self._lock = threading.Lock()  # of all below
        self._state = Snapshot(path)
        self._readers = {self._state: 0}  # how many threads read a state, of those not closed
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
        """Close the index's files; what another thread reads, when it is done."""
        with self._lock:
            self._closed = True
            self._close_unread()

    def refresh(self) -> bool:
        """Take up what was committed since the last answer; return whether anything was.

        Every answer does this first, so it is seldom called for itself.
        """
        with self._lock:
            return self._refresh()

    @property
    def encoder(self) -> Encoder:
        """The index's encoder, loaded on first use."""
        with self._lock:
            built_with = self._state.encoder
        return self.encoder_of(built_with)

    def read(
        self,
        read: Callable[[Snapshot], T],
        prepare: Callable[[Snapshot], None] = _nothing,
    ) -> T:
        """Read from the newest committed state, and from that alone.

        Once more if a writer got in between: a merged segment's file may be gone, and a database
        that was replaced may find the new one's log beside it. Then the state is held while it is
        read; at first it is not, for that would keep a writer from starting. `prepare` is told of
        the state before it is held.
        """
        failure = AstrosearchError(
            f"{self.path.absolute()} was changed by another process while each answer was sought.\n"
            "Ask again."
        )
        for attempt in range(TRIES):
            settled = False  # whether once more would give the same
            try:
                with self._own_state() if attempt else self._shared_state() as state:
                    try:
                        prepare(state)
                        with state.held() if attempt else contextlib.nullcontext():
                            if state.is_current:
                                result = self._agreeing(read, state)
                                if state.is_current:
                                    return result
                    except AstrosearchError:
                        settled = state.is_current
                        raise
            except AstrosearchError as error:
                failure = error
                if settled or isinstance(error, StorageError):
                    break
        raise failure

    # -- which state

    @contextlib.contextmanager
    def _shared_state(self) -> Iterator[Snapshot]:
        """Give the newest state, which other threads may be reading."""
        with self._lock:
            self._refresh()
            state = self._state
            self._readers[state] += 1
        try:
            yield state
        finally:
            with self._lock:
                self._readers[state] -= 1
                self._close_unread()

    @contextlib.contextmanager
    def _own_state(self) -> Iterator[Snapshot]:
        """Give the newest state in a snapshot for this thread alone, which may be held."""
        self.refresh()  # so that it has nothing left to tell of what this answer shows
        with contextlib.closing(Snapshot(self.path)) as state:
            yield state

    def _refresh(self) -> bool:
        if self._closed:
            raise AstrosearchError("this Index is closed.\nOpen it again: astrosearch.open()")
        if self._state.is_current:
            return False
        self._state = Snapshot(self.path)
        self._readers[self._state] = 0
        self._close_unread()
        return True

    def _close_unread(self) -> None:
        """Close the states that nobody reads, but for the newest of an open session."""
        for state, readers in list(self._readers.items()):
            if not readers and (self._closed or state is not self._state):
                del self._readers[state]
                state.close()

    def _agreeing(self, read: Callable[[Snapshot], T], state: Snapshot) -> T:
        try:
            return read(state)
        except KeyError as error:
            raise NotAnIndex(
                self.path.absolute(),
                "vectors and sentences disagree",
                "Look closer: astrosearch verify. Mend it: astrosearch repair",
            ) from error

    # -- the encoder

    def encoder_of(self, built_with: EncoderIdentity) -> Encoder:
        """Return the encoder that a state was built with; another one after a rebuild."""
        with self._loading:
            if self._encoder is None or self._encoder.fingerprint != built_with.fingerprint:
                self._encoder = self._loaded(built_with)
            return self._encoder

    def _loaded(self, built_with: EncoderIdentity) -> Encoder:
        from astrosearch.encoder import load_encoder

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

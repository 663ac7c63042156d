"""An index while it is asked: every answer from one committed state, the newest."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from astrosearch.encoder.cross_encoder import Reranker
from astrosearch.errors import (
    AstrosearchError,
    EncoderError,
    MissingExtra,
    NotAnIndex,
    OutOfMemory,
    StorageError,
)
from astrosearch.search.snapshot import Snapshot
from astrosearch.search.states import States, closed_error

if TYPE_CHECKING:
    from astrosearch.encoder import Encoder
    from astrosearch.store.rows import EncoderIdentity

TRIES = 50  # at an answer; each but the last met a commit in between

T = TypeVar("T")


def _nothing(snapshot: Snapshot) -> None:
    """Prepare nothing."""


class Session:
    """An index's files and encoder, kept open and up to date. Use it as a context manager.

    Threads may share a session. A lock is held only to choose the state that is read, never while
    something is encoded or searched, so that threads answer side by side. A process forked from
    one that uses a session opens the files for itself, and a pickled session is opened anew.
    """

    def __init__(
        self, path: Path, *, encoder: str | Encoder | None = None, device: str = "cpu"
    ) -> None:
        self.path = path
        self._given_encoder, self._device = encoder, device
        self._encoder: Encoder | None = None
        self._rerankers: dict[str, Reranker] = {}  # by name
        self._opened = States(path)
        self._inherited: list[States] = []  # from a parent process: never closed, for they are its

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle the path: whoever unpickles it, such as another process, opens the index anew."""
        return _reopened, (type(self), self.path.absolute(), self._given_encoder, self._device)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def _states(self) -> States:
        """What this process has open; a forked child opens the index for itself."""
        states = self._opened
        if states.process != os.getpid():
            self._inherited.append(states)
            if states.closed:
                raise closed_error()
            self._opened = states = States(self.path)
        return states

    def close(self) -> None:
        """Close the index's files; what another thread reads, when it is done."""
        self._opened.close()

    def refresh(self) -> bool:
        """Take up what was committed since the last answer; return whether anything was.

        Every answer does this first, so it is seldom called for itself.
        """
        return self._states.refresh()

    @property
    def encoder(self) -> Encoder:
        """The index's encoder, loaded on first use."""
        return self.encoder_of(self._states.newest.encoder)

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
        states = self._states
        for attempt in range(TRIES):
            settled = False  # whether once more would give the same
            try:
                with states.own() if attempt else states.shared() as state:
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

    def _agreeing(self, read: Callable[[Snapshot], T], state: Snapshot) -> T:
        try:
            return read(state)
        except OutOfMemory:
            raise
        except MemoryError as error:
            raise OutOfMemory(f"this answer from {self.path.absolute()}") from error
        except KeyError as error:
            raise NotAnIndex(
                self.path.absolute(),
                "vectors and sentences disagree",
                "Look closer: astrosearch verify. Repair it: astrosearch repair",
            ) from error

    # -- the encoder

    def encoder_of(self, built_with: EncoderIdentity) -> Encoder:
        """Return the encoder that a state was built with; another one after a rebuild."""
        with self._states.loading:
            if self._encoder is None or self._encoder.fingerprint != built_with.fingerprint:
                self._encoder = self._loaded(built_with)
            return self._encoder

    def reranker_of(self, model: str | Reranker | None) -> Reranker | None:
        """Return a reranker, loaded once for all requests that name it."""
        if not isinstance(model, str):
            return model
        with self._states.loading:
            if model not in self._rerankers:
                self._rerankers[model] = Reranker(model, self._device)
            return self._rerankers[model]

    def _loaded(self, built_with: EncoderIdentity) -> Encoder:
        from astrosearch.encoder import load_encoder

        given = self._given_encoder
        try:
            encoder = (
                load_encoder(given or built_with.name, self._device, False)
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


def _reopened(
    kind: type[Session], path: Path, encoder: str | Encoder | None, device: str
) -> Session:
    """Open the index of a pickled session."""
    return kind(path, encoder=encoder, device=device)

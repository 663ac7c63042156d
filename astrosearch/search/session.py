"""An index while it is asked: every answer from one committed state, the newest."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from astrosearch.errors import AstrosearchError, EncoderError, MissingExtra, NotAnIndex
from astrosearch.search.snapshot import Opened

if TYPE_CHECKING:
    from astrosearch.encoder import Encoder

TRIES = 50  # at an answer; each but the last met a commit in between

T = TypeVar("T")


class Session:
    """An index's files and encoder, kept open and up to date. Use it as a context manager."""

    def __init__(
        self, path: Path, *, encoder: str | Encoder | None = None, device: str = "cpu"
    ) -> None:
        self.path = path
        self._given_encoder, self._device = encoder, device
        self._encoder: Encoder | None = None
        self._state = Opened(path)
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
            self._state.close()

    def refresh(self) -> bool:
        """Take up what was committed since the last answer; return whether anything was.

        Every answer does this first, so it is seldom called for itself.
        """
        with self._lock:
            self._require_open()
            if self._state.is_current:
                return False
            state = Opened(self.path)
            self._state.close()
            self._state = state
            built_with = state.store.encoder().fingerprint
            if self._encoder is not None and self._encoder.fingerprint != built_with:
                self._encoder = None  # rebuilt with another
            return True

    @property
    def encoder(self) -> Encoder:
        """The index's encoder, loaded on first use."""
        with self._lock:
            if self._encoder is None:
                self._encoder = self._load_encoder()
            return self._encoder

    def read(self, read: Callable[[Opened], T], prepare: Callable[[], None] = lambda: None) -> T:
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
                    held = self._state.store.snapshot() if attempt else contextlib.nullcontext()
                    with held:
                        if self._state.is_current:
                            result = self._agreeing(read)
                            if self._state.is_current:
                                return result
                except AstrosearchError as error:
                    failure = error
                if self._state.is_current:
                    break
        raise failure

    def _require_open(self) -> None:
        if self._closed:
            raise AstrosearchError("this Index is closed.\nOpen it again: astrosearch.open()")

    def _agreeing(self, read: Callable[[Opened], T]) -> T:
        try:
            return read(self._state)
        except KeyError as error:
            raise NotAnIndex(
                self.path.absolute(),
                "vectors and sentences disagree",
                "Look closer: astrosearch verify. Mend it: astrosearch repair",
            ) from error

    def _load_encoder(self) -> Encoder:
        from astrosearch.encoder import load_encoder

        built_with = self._state.store.encoder()
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

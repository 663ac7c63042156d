"""The committed states of an index that a process has open."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from astrosearch.errors import AstrosearchError
from astrosearch.search.gate import ForkGate
from astrosearch.search.snapshot import Snapshot


class States:
    """The newest committed state of an index, and those before it that threads still read.

    They belong to the process that opened them: a forked child mustn't use its parent's
    connections to the database, nor wait for locks that a thread of its parent held.
    """

    def __init__(self, path: Path) -> None:
        self.process = os.getpid()
        self.loading = threading.Lock()  # one thread loads a model, the others wait for it
        self._path = path
        self._gate = ForkGate()
        self._lock = threading.Lock()  # of all below
        self._newest = Snapshot(path)
        self._readers = {self._newest: 0}  # how many threads read a state, of those not closed
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether no more may be read."""
        return self._closed

    @property
    def newest(self) -> Snapshot:
        """The newest state that was taken up."""
        with self._lock:
            return self._newest

    def close(self) -> None:
        """Close the index's files; what another thread reads, when it is done."""
        if self.process != os.getpid():
            self._closed = True  # the files stay open, as they are the parent process's
            return
        with self._lock:
            self._closed = True
            self._close_unread()

    def refresh(self) -> bool:
        """Take up what was committed since; return whether anything was."""
        with self._lock:
            return self._refresh()

    @contextlib.contextmanager
    def shared(self) -> Iterator[Snapshot]:
        """Give the newest state, which other threads may be reading."""
        with self._gate.inside():
            with self._lock:
                self._refresh()
                state = self._newest
                self._readers[state] += 1
            try:
                yield state
            finally:
                with self._lock:
                    self._readers[state] -= 1
                    self._close_unread()

    @contextlib.contextmanager
    def own(self) -> Iterator[Snapshot]:
        """Give the newest state in a snapshot for this thread alone, which may be held."""
        with self._gate.inside():
            self.refresh()  # so that it has nothing left to tell of what this answer shows
            with contextlib.closing(Snapshot(self._path, self._newest)) as state:
                yield state

    def _refresh(self) -> bool:
        if self._closed:
            raise closed_error()
        if self._newest.is_current:
            return False
        self._newest = Snapshot(self._path, self._newest)
        self._readers[self._newest] = 0
        self._close_unread()
        return True

    def _close_unread(self) -> None:
        """Close the states that nobody reads, but for the newest of an open index."""
        for state, readers in list(self._readers.items()):
            if not readers and (self._closed or state is not self._newest):
                del self._readers[state]
                state.close()


def closed_error() -> AstrosearchError:
    """Return the error that says that an index is closed."""
    return AstrosearchError("this Index is closed.\nOpen it again: astrosearch.open()")

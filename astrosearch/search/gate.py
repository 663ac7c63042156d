"""Waiting with a fork until no thread is at work that a child could never finish."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakSet

PATIENCE = 5.0  # seconds that a fork waits; then the child may find a lock that nobody opens


class ForkGate:
    """Keeps a process from forking while its threads are inside SQLite, FAISS or OpenVINO.

    Their own locks, held by another thread at that moment, would stay closed for ever in the child.
    """

    def __init__(self) -> None:
        self._renew()
        _GATES.add(self)

    def _renew(self) -> None:
        self._change, self._inside, self._forking = threading.Condition(), 0, False

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Be inside for a block; a block within it isn't allowed."""
        with self._change:
            self._change.wait_for(lambda: not self._forking)
            self._inside += 1
        try:
            yield
        finally:
            with self._change:
                self._inside -= 1
                self._change.notify_all()

    def close(self) -> None:
        """Let nobody in, and wait until nobody is inside."""
        with self._change:
            self._forking = True
            self._change.wait_for(lambda: not self._inside, PATIENCE)

    def open(self) -> None:
        """Let threads in again."""
        with self._change:
            self._forking = False
            self._change.notify_all()

    @staticmethod
    def close_all() -> None:
        """Close every gate of this process."""
        for gate in list(_GATES):
            gate.close()

    @staticmethod
    def open_all() -> None:
        """Open every gate of this process."""
        for gate in list(_GATES):
            gate.open()

    @staticmethod
    def renew_all() -> None:
        """Make every gate new: none of those inside is in a forked child."""
        for gate in list(_GATES):
            gate._renew()


# A fork is the whole process's, so all gates must be known to it.
_GATES: WeakSet[ForkGate] = WeakSet()

if hasattr(os, "register_at_fork"):  # not on Windows, which can't fork
    os.register_at_fork(
        before=ForkGate.close_all,
        after_in_parent=ForkGate.open_all,
        after_in_child=ForkGate.renew_all,
    )

"""How much of the machine one paper may take.

What readers are given is bounded (`tree`, `bundles`, `expansion`), and the time they take
grows with it in proportion. A `Budget` stands behind these: readers ask it wherever they go
round, and it gives up a paper that takes far more time or memory than papers do. It counts
the processor time of the thread that reads, so that neither a busy machine nor one that
slept fails a paper, and Python's objects, so that what an encoder takes meanwhile doesn't.
It needs no signal, which only a main thread could take.

A reader process has limits of the system's besides, `confine` and `allow`: it may be killed,
as this one may not. `indexing.workers` says what happens then.
"""

from __future__ import annotations

import contextlib
import sys
import time

from astrosearch.errors import Unreadable

SECONDS = 60.0  # of the processor, for one paper; most take less than one
SECONDS_PER_MIB = 2.0  # and for its size: a slow machine reads 1 MiB of TeX in as long
OBJECTS = 8_000_000  # held while a paper is read: 1 GB; 10 MB of prose are 3 million
PROCESS_MEMORY = 4 * 2**30  # bytes of address space that a reader process may have
TOO_MUCH_MEMORY = "given up: it takes more memory to read than papers do"
_ROUNDS = 500  # between two looks at the clock
_LOOKS = 10  # at the clock, between two at the memory, which cost more


class Budget:
    """What one paper may take.

    Parameters
    ----------
    size
        Bytes to read, which earn it more time.
    seconds
        Of processor time, whatever the size; None for the default.
    """

    def __init__(self, size: int = 0, seconds: float | None = None) -> None:
        self.seconds = SECONDS if seconds is None else seconds
        self.seconds += SECONDS_PER_MIB * size / 2**20
        self.restart()

    def restart(self) -> None:
        """Begin to count anew, for the next paper of the same source."""
        self._rounds, self._looks = _ROUNDS, _LOOKS
        self._until = time.thread_time() + self.seconds
        self._most = sys.getallocatedblocks() + OBJECTS

    def check(self) -> None:
        """Do nothing, unless the paper took too much time or memory.

        Raises
        ------
        Unreadable
            When it took too much; its name is empty, for the caller knows it better.
        """
        self._rounds -= 1
        if self._rounds > 0:
            return
        self._rounds = _ROUNDS
        if time.thread_time() > self._until:
            raise Unreadable("", f"given up: it takes more than {self.seconds:.0f} s to read")
        self._looks -= 1
        if self._looks <= 0:
            self._looks = _LOOKS
            if sys.getallocatedblocks() > self._most:
                raise Unreadable("", TOO_MUCH_MEMORY)


def confine() -> None:
    """Have the system refuse this process, a reader, more memory than any paper needs.

    Windows knows no such limit, and macOS refuses to set it: there a `Budget` stands alone.
    """
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = PROCESS_MEMORY if hard == resource.RLIM_INFINITY else min(PROCESS_MEMORY, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))


def allow(seconds: float) -> None:
    """Have the system kill this process, a reader, after `seconds` more of processor time.

    Windows knows no such limit.
    """
    if sys.platform == "win32":
        return
    import resource

    with contextlib.suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time() + seconds) + 1, hard))

"""One writer at a time: a lock file that names its process.

The operating system holds the lock, so it goes with the process however that ends; what the
file says is only for the message another writer shows.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from astrosearch.errors import IndexLocked

LOCK_FILE = "writer.lock"
# The byte locked on Windows, where nobody else can read what is locked: far behind the text.
_LOCKED_BYTE = 2**30


class WriterLock:
    """Hold `folder/writer.lock` for the block; IndexLocked if another process has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LOCK_FILE
        self._descriptor = -1

    def __enter__(self) -> Self:
        # A link there, of somebody who may write in the folder, would have another file emptied.
        kept_apart = getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | kept_apart, 0o644)
        try:
            if not _try_lock(descriptor):
                raise IndexLocked(self.folder.absolute(), *_parse(os.read(descriptor, 4096)))
            started = datetime.now().astimezone().isoformat(" ", "seconds")
            os.ftruncate(descriptor, 0)
            os.write(descriptor, json.dumps({"pid": os.getpid(), "since": started}).encode())
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # The file stays: removing it could take the lock from under a writer just starting.
        with contextlib.suppress(OSError):  # what it says is only for a message
            os.ftruncate(self._descriptor, 0)
        with contextlib.suppress(OSError):  # closing does it too, on Windows after a while
            _unlock(self._descriptor)
        os.close(self._descriptor)


def writer_of(folder: Path) -> tuple[int, str] | None:
    """Return the process that writes the index in `folder`, and since when; None if none does.

    The lock is left alone, so that asking never keeps a writer from starting. What a killed writer
    left there counts only while its process lives; Windows doesn't tell, so there it counts.
    """
    try:
        pid, since = _parse((folder / LOCK_FILE).read_bytes()[:4096])
    except OSError:
        return None
    return None if pid is None or not _lives(pid) else (pid, since)


def _lives(pid: int) -> bool:
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:  # it is another user's
        return True
    return True


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            _at_locked_byte(descriptor, msvcrt.LK_NBLCK)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            raise  # such as a network file system without locks
        return False
    return True


def _unlock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        _at_locked_byte(descriptor, msvcrt.LK_UNLCK)


def _at_locked_byte(descriptor: int, mode: int) -> None:
    """Lock or unlock the byte on Windows, and go back to the start of the text."""
    if sys.platform == "win32":
        import msvcrt

        os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, mode, 1)
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)


def _parse(holder: bytes) -> tuple[int | None, str]:
    try:
        said = json.loads(holder)
        return int(said["pid"]), str(said["since"])
    except (ValueError, KeyError, TypeError, ArithmeticError):  # it is just about to write it
        return None, "just now"

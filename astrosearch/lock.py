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
FAR = 2**30  # bytes from the start


class WriterLock:
    """Hold `folder/writer.lock` for the block; IndexLocked if another process has it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LOCK_FILE
        self._descriptor = -1

    def __enter__(self) -> Self:
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
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
        os.close(self._descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":  # pragma: no cover
            import msvcrt

            # Nobody else may read what is locked there: a byte that the file never has.
            os.lseek(descriptor, FAR, os.SEEK_SET)
            try:
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            finally:
                os.lseek(descriptor, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EACCES, errno.EAGAIN, errno.EDEADLK):
            raise  # such as a network file system without locks
        return False
    return True


def _parse(holder: bytes) -> tuple[int | None, str]:
    try:
        said = json.loads(holder)
        return int(said["pid"]), str(said["since"])
    except (ValueError, KeyError, TypeError, ArithmeticError):  # it is just about to write it
        return None, "just now"

"""Where inputs that are read from files are written."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path


def scratch_of(pid: int) -> Path:
    """Name the folder of a process, in memory where the system has files there.

    The name is of one length for every process: an index holds its sources' paths, and edits of
    its bytes should fall on the same places.
    """
    memory = Path("/dev/shm")
    place = memory if memory.is_dir() else Path(tempfile.gettempdir())
    return place / f"astrosearch-fuzz-{pid:08}"


@cache
def scratch() -> Path:
    """Make this process's folder; it goes when the process ends."""
    folder = scratch_of(os.getpid())
    remove(folder)
    folder.mkdir()
    atexit.register(remove, folder)
    return folder


def remove(folder: Path) -> None:
    """Remove a folder, if it is there."""
    shutil.rmtree(folder, ignore_errors=True)

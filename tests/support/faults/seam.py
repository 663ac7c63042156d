"""interpose.c from Python: compiled, armed, and its log read."""

from __future__ import annotations

import ctypes
import errno
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path(__file__).with_name("interpose.c")

# What happens at the n-th operation: a number of interpose.c's, and an error.
MODES = {
    "nothing": (0, 0),
    "ENOSPC": (1, errno.ENOSPC),
    "EIO": (1, errno.EIO),
    "disk gone": (2, errno.EIO),  # from then on nothing works
    "disk full": (3, errno.ENOSPC),  # from then on nothing that takes room works
    "short write": (4, 0),  # half is written, and said to be
    "torn write": (5, 0),  # half is written, then the process is killed
    "kill before": (6, 0),
    "kill after": (7, 0),
}
WRITES_ONLY = ("short write", "torn write")


@dataclass(frozen=True, slots=True)
class Operation:
    """One call that changes a file, or makes it last."""

    kind: str  # create, write, pwrite, ftruncate, fsync, rename, unlink, mkdir
    file: str  # relative to the folder
    more: tuple[str, ...]  # a rename's new name; the segment files that a write's bytes name

    @property
    def is_write(self) -> bool:
        """Whether it has halves."""
        return self.kind in ("write", "pwrite")


def compiled(folder: Path) -> Path:
    """Compile interpose.c into `folder`; RuntimeError with the reason where that can't be."""
    if sys.platform != "linux":
        raise RuntimeError("LD_PRELOAD and /proc are Linux's")
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if compiler is None:
        raise RuntimeError("there is no C compiler")
    library = folder / "interpose.so"
    command = [compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library


class Seam:
    """The library that this process was started with."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(os.environ["LD_PRELOAD"])
        self._library.seam_log.restype = ctypes.c_char_p
        self._library.seam_count.restype = ctypes.c_long

    def arm(self, folder: Path, mode: str = "nothing", at: int = 0) -> None:
        """Count operations below `folder` from 1, and let `mode` happen at number `at`."""
        what, number = MODES[mode]
        self._library.seam_arm(os.fsencode(folder), what, number, ctypes.c_long(at))

    def disarm(self) -> None:
        """Let everything pass; the count and the log stay."""
        self._library.seam_disarm()

    def operations(self) -> list[Operation]:
        """Return what was counted."""
        lines = os.fsdecode(self._library.seam_log()).splitlines()
        fields = [line.split("\t") for line in lines]
        return [Operation(kind, file, tuple(more)) for kind, file, *more in fields]

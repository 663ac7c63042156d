"""Files that can be computed again at any time, kept between processes.

One file an encoder, version and machine: its content and, at the end, the content's sha256.
Any number of processes may read, write and drop them at once: a file appears whole, by a rename,
and whoever finds one missing or damaged computes it again.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.errors import StorageError
from astrosearch.files import written_whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIGEST = hashlib.sha256().digest_size
READ = 2**20  # bytes at once
PART = ".part"  # ends the name of what is still being written
ABANDONED = 3600  # seconds after which nobody is still writing a part
MOST = 8  # files of a kind; the default encoder's compiled graph takes 67 MB


def cache_folder() -> Path:
    """Name the folder of what can be computed again at any time."""
    if os.environ.get("ASTROSEARCH_CACHE"):
        return Path(os.environ["ASTROSEARCH_CACHE"]).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    if base:
        return Path(base).expanduser() / "astrosearch"
    return Path(os.path.expanduser("~"), ".cache", "astrosearch")  # noqa: PTH111 - never raises


def kept_file(kind: str, fingerprint: str, versions: Iterable[str], machine: Iterable[str]) -> Path:
    """Name a file after all that decides its content.

    A file replaces those of the same encoder that other versions made, but not those made for
    other machines, which may share the folder.
    """
    parts = [fingerprint[:16]]
    parts += [hashlib.sha256("\n".join(p).encode()).hexdigest()[:16] for p in (versions, machine)]
    return cache_folder() / kind / "-".join(parts)


def read_kept(file: Path) -> NDArray[np.uint8] | None:
    """Map a kept file's content into memory; None if it isn't there, whole."""
    import numpy as np

    try:
        with file.open("rb") as stream:
            content = np.frombuffer(
                mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_COPY), np.uint8
            )
        whole = len(content) > DIGEST and _digest(file) == content[-DIGEST:].tobytes()
    except (OSError, ValueError):
        return None
    if not whole:
        return None
    with suppress(OSError):
        os.utime(file)  # what was read last is dropped last
    return content[:-DIGEST]


def unload(content: NDArray[np.uint8]) -> None:
    """Give a mapped content's memory back; what is looked at again is read again."""
    base: Any = content
    while isinstance(base, type(content)):
        base = base.base
    mapped = getattr(base, "obj", None)  # of numpy's memoryview
    if sys.platform != "win32" and isinstance(mapped, mmap.mmap):
        mapped.madvise(mmap.MADV_DONTNEED)


def _digest(file: Path) -> bytes:
    """Compute the sha256 of a kept file's content.

    Read, not mapped: what is mapped and looked at counts as memory in use.
    """
    total = hashlib.sha256()
    with file.open("rb") as stream:
        left = os.fstat(stream.fileno()).st_size - DIGEST
        while left > 0 and (part := stream.read(min(left, READ))):
            total.update(part)
            left -= len(part)
    return total.digest()


def write_kept(file: Path, content: Iterable[Any]) -> bool:
    """Keep a content given as buffers, and tell whether that was possible."""
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=PART)
    except OSError:
        return False
    total = hashlib.sha256()
    try:
        with written_whole(file, partial=Path(name)), os.fdopen(handle, "wb") as stream:
            for buffer in content:
                stream.write(buffer)
                total.update(buffer)
            stream.write(total.digest())
    except (OSError, StorageError):
        return False
    with suppress(OSError):
        drop_others(file)
    return True


def drop_others(file: Path) -> None:
    """Drop what a new file replaces, what was read longest ago, and what was never finished."""
    encoder, versions, _ = file.name.split("-")
    others = sorted(other for other in file.parent.iterdir() if other != file)
    ages = {other: age(other) for other in others}
    whole = [other for other in others if other.suffix != PART]
    replaced = [
        other
        for other in whole
        if other.name.startswith(f"{encoder}-")
        and not other.name.startswith(f"{encoder}-{versions}-")
    ]
    rest = sorted(set(whole) - set(replaced), key=ages.__getitem__)
    abandoned = [other for other in others if other.suffix == PART and ages[other] > ABANDONED]
    for other in (*replaced, *rest[MOST - 1 :], *abandoned):
        with suppress(OSError):  # another process was quicker, or still reads it (on Windows)
            if other.is_dir():
                shutil.rmtree(other)
            else:
                other.unlink()


def age(file: Path) -> float:
    """Seconds since a file was written or read; infinite if it is gone."""
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return float("inf")

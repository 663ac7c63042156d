"""Files that are written whole or not at all, durable where asked; and what disks refuse.

A file is written beside its place, under another name, and renamed: whoever looks finds the old
one or the new one. Durable means that it is on the disk before anything is built on it.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from astrosearch.errors import StorageError

PARTIAL = ".partial"  # ends the name of a file that is still being written
KEPT = "What was finished before is kept; run the same command again to go on."
WINDOWS = os.name == "nt"
PATIENCE = 2.0  # seconds for what looks at a new file on Windows, such as a virus scanner

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)
FAILING = (errno.EIO, errno.ENXIO, errno.ENODEV, errno.ESTALE, errno.ETIMEDOUT)
UNLOCKABLE = (errno.ENOLCK, errno.EOPNOTSUPP)
TOO_MANY = (errno.EMFILE, errno.ENFILE)  # files open at once
MOST_FILES = 10_240  # asked for where the system names no limit; macOS grants no more
UNKNOWN_TO_DISK = (errno.ENOTSUP, errno.EINVAL, errno.ENOTTY)  # a network's, often


@contextlib.contextmanager
def written_whole(
    path: Path, *, durable: bool = False, partial: Path | None = None
) -> Iterator[Path]:
    """Let a block write a file that appears as `path` once the block ends; not if it fails.

    Yields the name to write to.

    Parameters
    ----------
    path : Path
    durable : bool
        Have the file and its new name on the disk when this ends.
    partial : Path, optional
        That name, in the same folder; else `path` with PARTIAL behind it, which fits where one
        process writes at a time.
    """
    if partial is None:
        partial = path.with_name(path.name + PARTIAL)
    try:
        yield partial
        put_in_place(partial, path, durable=durable)
    except BaseException:
        discard(partial)
        raise


def put_in_place(partial: Path, path: Path, *, durable: bool = False) -> None:
    """Give a finished file its name, in place of a file that has it."""
    if durable:
        sync_file(partial)
    _patiently(lambda: partial.replace(path), path)
    if durable:
        sync_folder(path.parent)


def remove(path: Path) -> None:
    """Delete a file, if it is there."""
    _patiently(lambda: path.unlink(missing_ok=True), path)


def _patiently(change: Callable[[], object], path: Path) -> None:
    """Replace or delete a file; on Windows wait a moment while a program has it open."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            change()
        except PermissionError as error:
            if not WINDOWS or not path.exists():
                raise
            if time.monotonic() > until:
                raise StorageError(
                    f"{path} can't be replaced or deleted while a program has it open "
                    f"({error.strerror}).\n"
                    f"Close what has it open, such as a search in a notebook. {KEPT}"
                ) from error
            time.sleep(0.05)
        else:
            return


def sync_file(path: Path) -> None:
    """Have all bytes of a file on the disk."""
    with path.open("r+b" if WINDOWS else "rb") as file:  # Windows syncs what it may write
        if sys.platform == "darwin":  # where fsync leaves them in the disk's own memory
            import fcntl

            try:
                fcntl.fcntl(file.fileno(), fcntl.F_FULLFSYNC)
                return
            except OSError as error:
                if error.errno not in UNKNOWN_TO_DISK:
                    raise
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable, where the system knows how."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Have all files below a folder on the disk."""
    for path in folder.rglob("*"):
        if path.is_file():
            sync_file(path)


def discard(path: Path) -> None:
    """Delete a file that nothing counts on; where it can't be deleted now, it stays."""
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the checksum of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def disk_errors(folder: Path) -> Iterator[None]:
    """Turn what the file system says of a full, refusing or failing disk into StorageError."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise StorageError(
                f"the disk holding {folder} is full ({error.strerror}).\n{KEPT}"
            ) from error
        if error.errno in FAILING:
            raise StorageError(
                f"the disk holding {folder} is failing ({error.strerror}).\nLook at it. {KEPT}"
            ) from error
        if error.errno in REFUSED:
            raise StorageError(
                f"{error.filename or folder} can't be read or written ({error.strerror}).\n"
                "Check its permissions, or give --index DIR."
            ) from error
        if error.errno in TOO_MANY:
            raise too_many_files() from error
        if error.errno in UNLOCKABLE:
            raise StorageError(
                f"the disk holding {folder} can't lock files ({error.strerror}).\n"
                "Put the index on a local disk: --index DIR"
            ) from error
        raise


def too_many_files() -> StorageError:
    """Return the error that says that no more files can be opened."""
    return StorageError(
        "this process, or the system, has too many files open.\n"
        "Allow more (ulimit -n 4096), or have the index use fewer: astrosearch optimize"
    )


def allow_files(count: int) -> None:
    """Let this process have at least `count` files open, as far as the system allows it."""
    if sys.platform == "win32":  # which has no such limit
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    most = max(count, MOST_FILES) if hard == resource.RLIM_INFINITY else hard
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(count, 2 * soft), most), hard))

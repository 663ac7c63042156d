"""Connections to an index's database, and what goes wrong with the disk it lies on."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from astrosearch.errors import AstrosearchError, NotAnIndex, OutOfMemory, StorageError
from astrosearch.files import KEPT, disk_errors
from astrosearch.spelling import phrase_words
from astrosearch.store.functions import raise_interruption, teach

BUSY_SECONDS = 30.0
LOG_UNDER_WAY = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY_CANTINIT,
    sqlite3.SQLITE_READONLY_DIRECTORY,
}


@contextlib.contextmanager
def storage_errors(folder: Path) -> Iterator[None]:
    """Turn what SQLite and the file system say of disk or database into an AstrosearchError."""
    with disk_errors(folder):
        try:
            yield
        except sqlite3.OperationalError as error:
            raise_interruption(error)
            raise _translated(folder, str(error)) from error
        except MemoryError as error:
            raise OutOfMemory(f"reading the database in {folder}") from error
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            raise NotAnIndex(
                folder,
                str(error),
                "Restore it from a copy, or rebuild it: astrosearch index --rebuild",
            ) from error


def _translated(folder: Path, text: str) -> AstrosearchError:
    """Say what an OperationalError of SQLite's means for an index."""
    if "full" in text:
        return StorageError(f"the disk holding {folder} is full ({text}).\n{KEPT}")
    # A quota's limit too; and a disk's error ends a transaction under sqlite-utils' feet.
    if "disk I/O" in text or "no such savepoint" in text:
        return StorageError(
            f"the disk holding {folder} is failing or full ({text}).\nLook at it. {KEPT}"
        )
    if "readonly" in text or "unable to open" in text:
        return StorageError(
            f"{folder} can't be written ({text}).\nCheck its permissions, or give --index DIR."
        )
    if "locked" in text:
        return StorageError(
            f"{folder} is busy: another program holds its database ({text}).\n"
            "Close the program that has astrosearch.db open, and run again."
        )
    return NotAnIndex(folder, text, "Check it: astrosearch verify")


def connect(database: Path, *, write: bool = False) -> sqlite3.Connection:
    """Open an existing database file; transactions are explicit."""
    return _connect(database, "mode=rw" if write else "mode=ro")


def _connect(database: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(database.absolute()))}?{how}",
        uri=True,
        timeout=BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )
    know_spelling(connection)
    return connection


def know_spelling(connection: sqlite3.Connection) -> None:
    """Teach a connection the function by which full text is spelled."""
    teach(connection, "phrase_words", 1, phrase_words)


def connect_reading(database: Path) -> tuple[sqlite3.Connection, bool]:
    """Open a database for reading; return also whether it is read without locks.

    It is where its writer was killed and this process may write nothing: SQLite can't then make
    the shared memory by which readers of a write-ahead log and a writer know of each other.
    """
    connection = connect(database)
    try:
        _touch(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        if "unable to open" not in str(error) and "readonly" not in str(error):
            raise
    else:
        if holds_bytes(database, "-wal") or not _is_protected(database, "-shm"):
            return connection, False
        connection.close()  # it would take every read for one of a new state
    if holds_bytes(database, "-journal"):  # of a writer killed in the middle of a transaction
        with contextlib.closing(connect(database, write=True)) as writing:
            _touch(writing)
        return connect_reading(database)
    if holds_bytes(database, "-wal") and os.name == "posix":
        connection = _connect(database, "mode=ro&vfs=unix-none")
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")  # its log's index in own memory
    else:
        connection = _connect(database, "mode=ro&immutable=1")
    _touch(connection)
    return connection, True


def _is_protected(database: Path, suffix: str) -> bool:
    beside = database.with_name(database.name + suffix)
    return beside.exists() and not os.access(beside, os.W_OK)


def _touch(connection: sqlite3.Connection) -> None:
    # On read-only media that is how it stays.
    fetch(connection, "SELECT 1 FROM sqlite_master LIMIT 1", patience=0.2)


def fetch(
    connection: sqlite3.Connection,
    sql: str,
    values: Sequence[object] = (),
    patience: float = BUSY_SECONDS,
) -> list[tuple[Any, ...]]:
    """Run a query, waiting while another user's writer begins or ends its log.

    The log's files are missing in that moment, and a process that may write nothing in the
    folder can't make them.
    """
    until = time.monotonic() + patience
    while True:
        try:
            return connection.execute(sql, values).fetchall()
        except sqlite3.OperationalError as error:
            if (
                getattr(error, "sqlite_errorcode", None) not in LOG_UNDER_WAY
                or time.monotonic() > until
            ):
                raise
        time.sleep(0.01)


def file_state(database: Path, *, commits: bool) -> tuple[int, ...]:
    """Say which file a database is; with `commits`, in numbers that change with each commit."""
    status = database.stat()
    if not commits:
        return status.st_dev, status.st_ino
    states = [status]
    with contextlib.suppress(FileNotFoundError):
        states.append(database.with_name(f"{database.name}-wal").stat())
    return tuple(n for s in states for n in (s.st_ino, s.st_size, s.st_mtime_ns))


def holds_bytes(database: Path, suffix: str) -> bool:
    """Whether the log of that suffix beside a database holds anything."""
    try:
        return database.with_name(database.name + suffix).stat().st_size > 0
    except FileNotFoundError:
        return False

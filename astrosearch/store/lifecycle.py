"""How an index's database comes to be: new, upgraded, or rebuilt in another's place; its seal."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from astrosearch._version import __version__
from astrosearch.store import vectors
from astrosearch.store.database import connect, holds_bytes, storage_errors
from astrosearch.store.layout import DATABASE, LOGS, REBUILDING, SEAL, SEGMENTS, UPGRADING
from astrosearch.store.reader import Store
from astrosearch.store.rows import EncoderIdentity
from astrosearch.store.schema import FORMAT_VERSION, migrate
from astrosearch.store.words import table as words


def create_database(path: Path, identity: EncoderIdentity) -> None:
    """Make an empty database; it appears under its name once it is complete."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    connection = sqlite3.connect(partial, isolation_level=None)
    try:
        migrate(connection)
        meta: dict[str, object] = {
            "format_version": FORMAT_VERSION,
            "written_by": __version__,
            "encoder_name": identity.name,
            "encoder_fingerprint": identity.fingerprint,
            "dimension": identity.dimension,
            "text_form": identity.text_form,
        }
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in meta.items()]
        )
        connection.execute("COMMIT")
    finally:
        connection.close()
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    break_seal(path)  # of another database that had this name
    _drop_logs(path)
    partial.replace(path)
    vectors.sync_folder(path.parent)


def upgrade(folder: Path, database: str) -> None:
    """Bring an index of an older format to this version's: a copy of it, put in its place."""
    with (
        storage_errors(folder),
        contextlib.ExitStack() as undo,
        contextlib.closing(Store(folder, database)) as old,
    ):
        if old.format == FORMAT_VERSION:
            return
        if sealed(folder / database) is False:
            raise old.damaged(database)
        copy = folder / UPGRADING
        copy.unlink(missing_ok=True)
        _drop_logs(copy)
        undo.callback(vectors.discard, copy)  # a full disk wants it gone at once
        with contextlib.closing(sqlite3.connect(copy, isolation_level=None)) as new:
            old.connection.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
            new.execute("BEGIN")
            migrate(new)
            for row in old.files():
                sums = vectors.sums_of(folder / SEGMENTS / row.file, row.kind)
                new.execute("UPDATE segments SET sums = ? WHERE file = ?", [sums, row.file])
                if row.kind != vectors.CODES:
                    words.gather(new, row.first_id, row.last_id)
            new.execute(
                "UPDATE meta SET value = ? WHERE key = 'format_version'", [str(FORMAT_VERSION)]
            )
            new.execute("COMMIT")
        undo.pop_all()
    with copy.open("rb") as file:
        os.fsync(file.fileno())
    swap_in(folder, UPGRADING, database)


def swap_in(folder: Path, finished: str = REBUILDING, name: str = DATABASE) -> None:
    """Put a finished database in an index's place, in one rename."""
    database = folder / name
    with storage_errors(folder):
        break_seal(database)
        break_seal(folder / finished)
        _fold(folder / finished)  # its writer may not have been able to
        if database.exists():
            # The old one stays whole until the rename, in case that is never reached.
            try:
                _fold(database)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                _drop_logs(database)  # damaged: nothing of it is to be kept
        (folder / finished).replace(database)
        _drop_logs(database)  # that a reader of the old one made meanwhile
        vectors.sync_folder(folder)
        seal(database)


def _fold(database: Path) -> None:
    """Put all of a database into its one file."""
    with contextlib.closing(connect(database, write=True)) as connection:
        connection.execute("SELECT 1 FROM sqlite_master")  # plays a journal back
        _, logged, folded = connection.execute("PRAGMA wal_checkpoint(FULL)").fetchone()
        if folded < logged:
            raise sqlite3.OperationalError("database is locked")
        with contextlib.suppress(sqlite3.OperationalError):  # a reader may hold the log open
            connection.execute("PRAGMA journal_mode = DELETE")
    _drop_logs(database)


def _drop_logs(database: Path) -> None:
    """Delete the logs beside a database's name: SQLite would play them into another one."""
    for suffix in LOGS:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def seal(database: Path) -> None:
    """Write a database's checksum beside it, unless some of it is still in a log."""
    if any(holds_bytes(database, suffix) for suffix in ("-wal", "-journal")):
        return
    path = database.with_name(database.name + SEAL)
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("w") as file:
            file.write(_signature(database))
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError:
        vectors.discard(partial)
        raise
    vectors.sync_folder(path.parent)


def sealed(database: Path) -> bool | None:
    """Whether a database's bytes are those that were sealed; None without a seal."""
    try:
        content = database.with_name(database.name + SEAL).read_text(errors="replace")
    except FileNotFoundError:
        return None
    return content == _signature(database)


def _signature(database: Path) -> str:
    return f"{vectors.sha256_of(database)}  {database.name}\n"


def break_seal(database: Path) -> None:
    """Take the seal off a database that is about to change, or the one it nearly had."""
    path = database.with_name(database.name + SEAL)
    vectors.discard(path.with_name(f"{path.name}.partial"))
    if path.exists():
        path.unlink()
        vectors.sync_folder(path.parent)

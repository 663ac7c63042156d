"""How an index's database comes to be: new, upgraded, or rebuilt in another's place; its seal."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from astrosearch._version import __version__
from astrosearch.files import (
    PARTIAL,
    discard,
    put_in_place,
    remove,
    sha256_of,
    sync_file,
    sync_folder,
    written_whole,
)
from astrosearch.store import vectors
from astrosearch.store.database import connect, holds_bytes, storage_errors
from astrosearch.store.layout import DATABASE, LOGS, REBUILDING, SEAL, SEGMENTS, UPGRADING
from astrosearch.store.reader import Store
from astrosearch.store.rows import EncoderIdentity
from astrosearch.store.schema import FORMAT_VERSION, migrate
from astrosearch.store.words import table as words


def create_database(path: Path, identity: EncoderIdentity) -> None:
    """Make an empty database; it appears under its name once it is complete."""
    meta: dict[str, object] = {
        "format_version": FORMAT_VERSION,
        "written_by": __version__,
        "encoder_name": identity.name,
        "encoder_fingerprint": identity.fingerprint,
        "dimension": identity.dimension,
        "text_form": identity.text_form,
    }
    with written_whole(path, durable=True) as partial:
        partial.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(partial, isolation_level=None)) as connection:
            migrate(connection)
            connection.execute("BEGIN")
            connection.executemany(
                "INSERT INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in meta.items()]
            )
            connection.execute("COMMIT")
        break_seal(path)  # of another database that had this name
        _drop_logs(path)


def upgrade(folder: Path, database: str) -> None:
    """Bring an index of an older format to this version's: a copy of it, put in its place."""
    with (
        storage_errors(folder),
        contextlib.ExitStack() as undo,
        contextlib.closing(Store(folder, database)) as old,
    ):
        if old.format == FORMAT_VERSION:
            return
        if seal_fits(folder / database) is False:
            raise old.damage_error(database)
        copy = folder / UPGRADING
        copy.unlink(missing_ok=True)
        _drop_logs(copy)
        undo.callback(discard, copy)  # a full disk wants it gone at once
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
    sync_file(copy)
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
        put_in_place(folder / finished, database)
        _drop_logs(database)  # that a reader of the old one made meanwhile
        sync_folder(folder)
        seal(database)


def _fold(database: Path) -> None:
    """Move what a database's logs hold into its one file."""
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
        remove(database.with_name(database.name + suffix))


def seal(database: Path) -> None:
    """Write a database's checksum beside it, unless some of it is still in a log."""
    if any(holds_bytes(database, suffix) for suffix in ("-wal", "-journal")):
        return
    path = database.with_name(database.name + SEAL)
    with written_whole(path, durable=True) as partial:
        partial.write_bytes(_signature(database))


def seal_fits(database: Path) -> bool | None:
    """Whether a database's bytes are those that were sealed; None without a seal."""
    try:
        content = database.with_name(database.name + SEAL).read_bytes()
    except FileNotFoundError:
        return None
    return content == _signature(database)


def _signature(database: Path) -> bytes:
    return f"{sha256_of(database)}  {database.name}\n".encode()


def break_seal(database: Path) -> None:
    """Delete the seal of a database that is about to change, or one left half-written."""
    path = database.with_name(database.name + SEAL)
    discard(path.with_name(path.name + PARTIAL))
    if path.exists():
        remove(path)
        sync_folder(path.parent)

"""Which files make an index, and how an index comes to be: new, or rebuilt in another's place.

Format: index/README.md.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from astrosearch import __version__, vectors
from astrosearch.errors import NotAnIndex
from astrosearch.locking import LOCK_FILE
from astrosearch.schema import FIRST_FORMAT, migrate
from astrosearch.store import DATABASE, SEGMENTS, EncoderIdentity, connect, storage_errors

REBUILDING = "rebuild.db"  # becomes DATABASE in one rename once it is finished


def check_target(folder: Path) -> None:
    """Refuse to make an index in a folder that holds something else, or in a file's place."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotAnIndex(folder.absolute(), "it is a file", "Give a folder: --index DIR")
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    # A writer killed at its start leaves a lock, and the database under another name.
    others = {
        name
        for name in names - {SEGMENTS, LOCK_FILE, "README.md"}
        if not name.startswith((DATABASE, REBUILDING))
    }
    if DATABASE not in names and others:
        raise NotAnIndex(
            folder.absolute(),
            f"it holds other files ({', '.join(sorted(others)[:3])})",
            "Give a new or empty folder: --index DIR",
        )


def create_database(path: Path, identity: EncoderIdentity) -> None:
    """Make an empty database; it appears under its name once it is complete."""
    partial = path.with_name(f"{path.name}.partial")
    partial.unlink(missing_ok=True)
    connection = sqlite3.connect(partial, isolation_level=None)
    try:
        migrate(connection)
        meta: dict[str, object] = {
            "format_version": FIRST_FORMAT,  # `optimize` may raise it
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
    _drop_logs(path)
    partial.replace(path)
    vectors.sync_folder(path.parent)


def swap_in(folder: Path) -> None:
    """Put a finished rebuild in the index's place, in one rename, and drop the old vectors."""
    database, rebuilt = folder / DATABASE, folder / REBUILDING
    with storage_errors(folder):
        _fold(rebuilt)  # its writer may not have been able to
        if database.exists():
            # The old one stays whole until the rename, in case that is never reached.
            try:
                _fold(database)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                _drop_logs(database)  # damaged: nothing of it is to be kept
        rebuilt.replace(database)
        vectors.sync_folder(folder)


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
    """Delete what another database of this name left: SQLite would play it into the next."""
    for suffix in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)

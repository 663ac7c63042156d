"""Which files make an index, and how an index comes to be: new, or rebuilt in another's place.

Format: index/README.md.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from astrosearch import __version__, vectors
from astrosearch.errors import NotAnIndex, StorageError
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
    partial.replace(path)
    vectors.sync_folder(path.parent)


def swap_in(folder: Path) -> None:
    """Put a finished rebuild in the index's place, in one rename. The caller holds the lock."""
    database, rebuilt = folder / DATABASE, folder / REBUILDING
    with storage_errors(folder):
        if database.exists() and not (_fold(rebuilt) and _fold(database)):
            raise StorageError(
                f"{folder} is busy: another program has been reading it for long.\n"
                "Close it, and run the same command again: what was built anew is kept."
            )
        # A log left lying would be played into the new database, whoever made it.
        _drop_logs(database)
        rebuilt.replace(database)
        _drop_logs(database)
        _drop_logs(rebuilt)
        vectors.sync_folder(folder)


def _fold(database: Path) -> bool:
    """Bring all that a log holds into its database; say whether readers let it be done."""
    with (
        contextlib.suppress(sqlite3.DatabaseError),
        contextlib.closing(connect(database, write=True)) as db,
    ):  # it may be damaged, and be built anew for that
        busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if busy:
            return False
        db.execute("PRAGMA journal_mode = DELETE")
    return True


def _drop_logs(database: Path) -> None:
    for suffix in ("-wal", "-shm", "-journal"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)

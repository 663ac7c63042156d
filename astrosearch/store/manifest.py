"""The rows of segment files and codes: a file counts once its row is committed.

All of these run within a writer's transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict

from astrosearch.store import vectors


def add_file(db: sqlite3.Connection, file: vectors.SegmentFile) -> None:
    """Enter a segment file, or a file of codes: it is live from the commit on."""
    db.execute(
        """INSERT INTO segments (segment_id, file, kind, bytes, sha256, vectors,
                                 first_id, last_id, sums, encoder_fingerprint)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?,
                   (SELECT value FROM meta WHERE key = 'encoder_fingerprint'))""",
        [
            int(file.file.split(".")[0]),
            file.file,
            file.kind,
            file.bytes,
            file.sha256,
            file.vectors,
            file.first_id,
            file.last_id,
            file.sums,
        ],
    )


def drop_files(db: sqlite3.Connection, names: Iterable[str]) -> None:
    """Take files out of the manifest."""
    db.executemany("DELETE FROM segments WHERE file = ?", [[name] for name in names])


def drop_dead(db: sqlite3.Connection, first_id: int, last_id: int) -> None:
    """Forget removed sentences whose vectors no file holds any more."""
    db.execute("DELETE FROM dead_vectors WHERE sentence_id BETWEEN ? AND ?", [first_id, last_id])


def drop_codes(db: sqlite3.Connection) -> None:
    """Take the codes out of the manifest; searches are then exact."""
    db.execute("DELETE FROM segments WHERE kind = ?", [vectors.CODES])
    db.execute("DELETE FROM meta WHERE key = 'codes'")


def set_tuning(db: sqlite3.Connection, tuning: vectors.Tuning) -> None:
    """Store how wide the codes are searched."""
    db.execute("INSERT OR REPLACE INTO meta VALUES ('codes', ?)", [json.dumps(asdict(tuning))])

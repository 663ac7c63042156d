"""Steps of a repair: each makes one thing anew from what other tables still hold.

All but `rewrite` and `texts` run within a writer's transaction.
"""

from __future__ import annotations

import sqlite3

from astrosearch.store.reader import Store
from astrosearch.store.words import table as words


def reindex(db: sqlite3.Connection) -> None:
    """Make SQLite's indexes anew from their tables."""
    db.execute("REINDEX")


def revive(db: sqlite3.Connection) -> None:
    """Take sentences that exist off the list of removed ones."""
    db.execute("DELETE FROM dead_vectors WHERE sentence_id IN (SELECT sentence_id FROM sentences)")


def check_full_text(db: sqlite3.Connection) -> None:
    """Compare full text with the sentences.

    Raises
    ------
    sqlite3.DatabaseError
        When it is not what they say.
    """
    db.execute("INSERT INTO sentences_fts(sentences_fts, rank) VALUES ('integrity-check', 1)")


def make_full_text(db: sqlite3.Connection) -> None:
    """Make full text anew from the sentences."""
    db.execute("INSERT INTO sentences_fts(sentences_fts) VALUES ('rebuild')")


def drop_stray_words(db: sqlite3.Connection) -> None:
    """Delete the rows of words that belong to no segment."""
    db.execute(f"DELETE {words.STRAYS}")


def rewrite(db: sqlite3.Connection) -> None:
    """Write the whole database file anew from its tables."""
    db.execute("VACUUM")


def texts(store: Store, first_id: int, last_id: int) -> list[tuple[str, str | None]]:
    """Return text and TeX of the sentences whose ids lie between two, in their order."""
    return store.rows(
        """SELECT text, tex FROM sentences WHERE sentence_id BETWEEN ? AND ?
           ORDER BY sentence_id""",
        [first_id, last_id],
    )

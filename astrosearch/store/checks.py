"""What an index's tables say of their own soundness. Nothing is written."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from astrosearch.store.reader import Store
from astrosearch.store.rows import SegmentRow
from astrosearch.store.schema import (
    CHECKED_FORMAT,
    NAMES_FORMAT,
    PAPER_SUM,
    PAPER_SUM_BEFORE,
    SENTENCE_SUM,
    SENTENCE_SUM_BEFORE,
    WORDS_FORMAT,
    know_sums,
)
from astrosearch.store.words import table as words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def integrity_faults(store: Store) -> list[str]:
    """Return what SQLite finds wrong with its own structures."""
    rows = store.rows("PRAGMA integrity_check")
    return [row[0] for row in rows if row[0] != "ok"]


def missing_references(store: Store) -> list[tuple[str, str]]:
    """Return, for each dangling reference, its row's table and the table it refers to."""
    return [(row[0], row[2]) for row in store.rows("PRAGMA foreign_key_check")]


def damaged_rows(store: Store) -> tuple[list[int], list[int]]:
    """Return keys of papers and ids of sentences whose checksums don't fit."""
    if store.format < CHECKED_FORMAT:
        return [], []
    know_sums(store.connection)
    # Before there were names and paragraphs, sums were as they are without.
    summed = PAPER_SUM if store.format >= NAMES_FORMAT else PAPER_SUM_BEFORE
    papers = store.rows(f"SELECT paper_key FROM papers WHERE checksum IS NOT {summed}")
    summed = SENTENCE_SUM if store.format >= WORDS_FORMAT else SENTENCE_SUM_BEFORE
    rows = store.rows(f"SELECT sentence_id FROM sentences WHERE checksum IS NOT {summed}")
    return [row[0] for row in papers], [row[0] for row in rows]


def full_text_entries(store: Store) -> int:
    """Count the sentences that full text covers."""
    return int(store.rows("SELECT count(*) FROM sentences_fts_docsize")[0][0])


def papers_without_sentences(store: Store) -> int:
    """Count papers that have no sentence."""
    rows = store.rows(
        """SELECT count(*) FROM papers
           WHERE paper_key NOT IN (SELECT paper_key FROM sentences)"""
    )
    return int(rows[0][0])


def living_ids(store: Store) -> NDArray[np.int64]:
    """Return the ids of all sentences, ascending."""
    return store.ids("SELECT sentence_id FROM sentences ORDER BY 1")


def segments_without_words(store: Store) -> list[SegmentRow]:
    """Return the segments whose words are not what their sentences say."""
    dead = store.dead_vectors()

    def agree(row: SegmentRow) -> bool:
        try:
            return words.agree(store.connection, row.first_id, row.last_id, dead)
        except (ValueError, sqlite3.DatabaseError):
            return False

    return [row for row in store.segments() if not agree(row)]


def stray_words(store: Store) -> int:
    """Count the rows of words that belong to no segment."""
    return int(store.rows(f"SELECT count(*) {words.STRAYS}")[0][0])

"""Texts split into words: spelled in one way (astrosearch.spelling), then by SQLite's full text."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from astrosearch.spelling import spelled
from astrosearch.store.words.postings import impacts_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOKENIZE = "porter unicode61 remove_diacritics 2"  # of words that rank
PHRASES_TOKENIZE = "unicode61 remove_diacritics 2"  # of full text, which compares words themselves


class Splitter:
    """Splits texts into words as those of an index are. For one thread at a time."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute(
            f"CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='{TOKENIZE}')"
        )
        self._db.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")

    def close(self) -> None:
        """Free its memory."""
        self._db.close()

    def words_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the words of each text, in order."""
        return self.words_of_phrases([spelled(text) for text in texts])

    def words_of_phrases(self, phrases: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the words of phrases that are spelled already."""
        found: list[list[str]] = [[] for _ in phrases]
        self._hold(phrases)
        for word, number in self._db.execute("SELECT term, doc FROM words ORDER BY doc, offset"):
            found[number].append(word)
        return [tuple(words) for words in found]

    def matching(self, expression: str) -> NDArray[np.int64]:
        """Return the places, ascending, of those texts last split that an expression matches."""
        import numpy as np

        rows = self._db.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid", [expression]
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def postings_of(self, texts: Sequence[str]) -> dict[str, tuple[NDArray[np.int64], bytes]]:
        """Return each word's places among texts, ascending, and its impacts there, a byte each."""
        import numpy as np

        self._hold([spelled(text) for text in texts])
        rows = self._db.execute(
            "SELECT term, group_concat(doc), count(*) FROM words GROUP BY term ORDER BY term"
        ).fetchall()
        if not rows:
            return {}
        places = np.array(",".join(row[1] for row in rows).split(","), dtype=np.int64)
        numbers = np.repeat(np.arange(len(rows)), [row[2] for row in rows])
        lengths = np.bincount(places, minlength=len(texts))
        pairs, times = np.unique(numbers * len(texts) + places, return_counts=True)
        numbers, places = np.divmod(pairs, len(texts))
        quantized = impacts_of(times, lengths[places])
        bounds = np.searchsorted(numbers, np.arange(len(rows) + 1))
        return {
            row[0]: (places[start:end], quantized[start:end].tobytes())
            for row, (start, end) in zip(rows, pairwise(bounds), strict=True)
        }

    def _hold(self, texts: Sequence[str]) -> None:
        self._db.execute("BEGIN")
        self._db.execute("INSERT INTO texts(texts) VALUES ('delete-all')")
        self._db.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(texts))
        self._db.execute("COMMIT")

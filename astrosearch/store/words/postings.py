"""For each word the sentences it stands in, and how much it says there.

A word's postings are ids of sentences with an impact each: BM25's factor for how often the word
stands in the sentence and how long that is (Robertson & Zaragoza 2009), in one byte. With the
word's weight, `idf`, times its impact a sentence is ranked by adding up (Anh & Moffat 2006).
Words are what SQLite's tokenizer of the full text makes of them, so that both agree.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from astrosearch.store.rows import IMPACTS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOKENIZE = "porter unicode61 remove_diacritics 2"
K1 = 0.9
B = 0.4
USUAL_LENGTH = 26  # words of a sentence: the mean over 450,000 of 16,856 papers
SUM_BYTES = 4


def packed(part: int, word: str, ids: NDArray[np.int64], impacts: bytes) -> bytes:
    """Write postings down: a CRC-32 of all and their key, the ids from `part` on, the impacts.

    `ids` int64 [n] ascend from `part`; `impacts` has a byte for each.
    """
    body = (ids - part).astype("<u4").tobytes() + impacts
    return _sum_of(part, word, body) + body


def unpacked(part: int, word: str, blob: bytes) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Read ids int64 [n] and impacts uint8 [n], in units of 1 / IMPACTS.

    Raises
    ------
    ValueError
        When they are damaged.
    """
    import numpy as np

    if not (isinstance(part, int) and isinstance(word, str) and isinstance(blob, bytes)):
        raise ValueError("a row of words is damaged")  # SQLite reads on, whatever is stored
    body = memoryview(blob)[SUM_BYTES:]
    count, rest = divmod(len(body), 5)
    if rest or not count or bytes(blob[:SUM_BYTES]) != _sum_of(part, word, body):
        raise ValueError(f"the postings of {word!r} are damaged")
    return (
        np.frombuffer(body, dtype="<u4", count=count).astype(np.int64) + part,
        np.frombuffer(body, dtype=np.uint8, offset=4 * count),
    )


def _sum_of(part: int, word: str, body: bytes | memoryview) -> bytes:
    key = f"{part} {word} ".encode(errors="surrogatepass")
    return zlib.crc32(body, zlib.crc32(key)).to_bytes(SUM_BYTES, "little")


class Splitter:
    """Splits texts into words as the full text does. For one thread at a time."""

    def __init__(self) -> None:
        self._db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._db.execute(
            f"CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='{TOKENIZE}')"
        )
        self._db.execute("CREATE VIRTUAL TABLE words USING fts5vocab(texts, 'instance')")

    def close(self) -> None:
        """Let go of its memory."""
        self._db.close()

    def words_of(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return the words of each text, in order."""
        found: list[list[str]] = [[] for _ in texts]
        self._hold(texts)
        for word, number in self._db.execute("SELECT term, doc FROM words ORDER BY doc, offset"):
            found[number].append(word)
        return [tuple(words) for words in found]

    def matching(self, expression: str) -> NDArray[np.int64]:
        """Return the places, ascending, of the last texts split that an FTS5 expression matches."""
        import numpy as np

        rows = self._db.execute(
            "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid", [expression]
        )
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

    def postings_of(self, texts: Sequence[str]) -> dict[str, tuple[NDArray[np.int64], bytes]]:
        """Return each word's places among texts, ascending, and its impacts there, a byte each."""
        import numpy as np

        self._hold(texts)
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
        norms = K1 * (1 - B + B * lengths[places] / USUAL_LENGTH)
        impacts = np.rint(IMPACTS * times * (K1 + 1) / (times + norms)).clip(1, 255)
        quantized = impacts.astype(np.uint8)
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

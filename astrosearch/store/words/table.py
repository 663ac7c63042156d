"""The table `words`: postings of every word, in parts that lie within one segment each.

A commit adds a part, merging segments merges theirs, and ids of removed sentences stay until then,
as their vectors do. Format: index/README.md.
"""

from __future__ import annotations

import contextlib
import heapq
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from astrosearch.store.rows import Postings
from astrosearch.store.words.postings import pack, unpack
from astrosearch.store.words.splitter import Splitter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = 16_384  # sentences whose words are gathered at once: some 60 MB

# There are few parts, and the table is ordered by them: one step a part instead of a scan.
_PARTS = """WITH RECURSIVE parts(part) AS (
    SELECT min(part) FROM words
    UNION ALL SELECT (SELECT min(part) FROM words WHERE part > parts.part) FROM parts
    WHERE part IS NOT NULL
) SELECT part FROM parts WHERE part IS NOT NULL"""
# Rows that belong to no segment: only damage makes them.
STRAYS = """FROM words WHERE NOT EXISTS (
    SELECT 1 FROM segments WHERE part BETWEEN first_id AND last_id)"""
LOOK_UP = f"""SELECT part, word, postings FROM words
    WHERE part IN ({_PARTS}) AND word IN (SELECT value FROM json_each(?)) ORDER BY word, part"""


def rows_of(
    ids: NDArray[np.int64], texts: Sequence[str], splitter: Splitter
) -> list[tuple[int, str, bytes]]:
    """Make the rows of new sentences, which form one part; `ids` int64 [n] ascend."""
    return [
        (int(ids[0]), word, pack(int(ids[0]), word, ids[places], impacts))
        for word, (places, impacts) in splitter.postings_of(texts).items()
    ]


def add(db: sqlite3.Connection, rows: Sequence[tuple[int, str, bytes]]) -> None:
    """Store rows that `rows_of` made; within a transaction."""
    db.executemany("INSERT INTO words VALUES (?, ?, ?)", rows)


def gather(db: sqlite3.Connection, first_id: int, last_id: int) -> None:
    """Make the parts of a segment anew, from its sentences; within a transaction."""
    db.execute("DELETE FROM words WHERE part BETWEEN ? AND ?", [first_id, last_id])
    with contextlib.closing(Splitter()) as splitter:
        for ids, texts in _batches(db, first_id, last_id):
            add(db, rows_of(ids, texts, splitter))


def merge(
    db: sqlite3.Connection, first_id: int, last_id: int, part: int, dead: NDArray[np.int64]
) -> None:
    """Join the parts of merged segments, without `dead` ids; within a transaction.

    `part` is the first id that is left, which names the new part.

    Raises
    ------
    ValueError
        When a row is damaged.
    """
    parts = [row[0] for row in db.execute(_PARTS) if first_id <= row[0] <= last_id]
    part_rows = "SELECT word, part, postings FROM words WHERE part = ? ORDER BY word"
    held = (_check_rows(db.execute(part_rows, [number])) for number in parts)
    rows = heapq.merge(*held, key=lambda row: row[:2])
    merged = list(_merged(rows, part, dead))  # of one segment: some 20 MB
    db.execute("DELETE FROM words WHERE part BETWEEN ? AND ?", [first_id, last_id])
    add(db, merged)


def _check_rows(rows: Iterable[tuple[str, int, bytes]]) -> Iterator[tuple[str, int, bytes]]:
    for row in rows:
        if [type(value) for value in row] != [str, int, bytes]:
            raise ValueError("a row of words is damaged")
        yield row


def _merged(
    rows: Iterable[tuple[str, int, bytes]], part: int, gone: NDArray[np.int64]
) -> Iterator[tuple[int, str, bytes]]:
    import numpy as np

    for word, group in groupby(rows, key=lambda row: row[0]):
        pieces = [unpack(piece, word, blob) for _, piece, blob in group]
        ids = np.concatenate([piece[0] for piece in pieces])
        impacts = np.concatenate([piece[1] for piece in pieces])
        if len(gone):
            alive = ~np.isin(ids, gone)
            ids, impacts = ids[alive], impacts[alive]
        if len(ids):
            yield part, word, pack(part, word, ids, impacts.tobytes())


def join(rows: Sequence[tuple[int, str, bytes]]) -> dict[str, Postings]:
    """Join the parts of each word; `rows` are what LOOK_UP returns.

    Raises
    ------
    ValueError
        When some are damaged.
    """
    import numpy as np

    found = {}
    for word, group in groupby(rows, key=lambda row: row[1]):
        pieces = [unpack(part, word, blob) for part, _, blob in group]
        ids = np.concatenate([piece[0] for piece in pieces])
        impacts = np.concatenate([piece[1] for piece in pieces])
        found[word] = Postings.of(ids, impacts)
    return found


def agree(
    db: sqlite3.Connection,
    first_id: int,
    last_id: int,
    dead: NDArray[np.int64],
) -> bool:
    """Say whether the parts of a segment hold just what its sentences say.

    Raises
    ------
    ValueError, sqlite3.DatabaseError
        When a row is damaged.
    """
    import numpy as np

    stored = expected = 0
    for part, word, blob in db.execute(
        "SELECT part, word, postings FROM words WHERE part BETWEEN ? AND ?", [first_id, last_id]
    ):
        ids, impacts = unpack(part, word, blob)
        alive = ~np.isin(ids, dead) if len(dead) else slice(None)
        stored += _sum(word, ids[alive], impacts[alive])
    with contextlib.closing(Splitter()) as splitter:
        for ids, texts in _batches(db, first_id, last_id):
            for word, (places, made) in splitter.postings_of(texts).items():
                expected += _sum(word, ids[places], np.frombuffer(made, dtype=np.uint8))
    return stored % 2**64 == expected % 2**64


def _sum(word: str, ids: NDArray[np.int64], impacts: NDArray[np.uint8]) -> int:
    """Sum up postings so that neither their order nor their parts matter."""
    import numpy as np

    # The finalizer of splitmix64 (Steele et al. 2014) spreads neighbouring ids over all bits.
    key = np.uint64(zlib.crc32(word.encode(errors="surrogatepass")) << 8)
    mixed = (ids.astype(np.uint64) << np.uint64(40)) ^ key ^ impacts.astype(np.uint64)
    with np.errstate(over="ignore"):
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        return int(mixed.sum(dtype=np.uint64))


def _batches(
    db: sqlite3.Connection, first_id: int, last_id: int
) -> Iterator[tuple[NDArray[np.int64], list[str]]]:
    import numpy as np

    cursor = db.execute(
        """SELECT sentence_id, text FROM sentences WHERE sentence_id BETWEEN ? AND ?
           ORDER BY sentence_id""",
        [first_id, last_id],
    )
    last = first_id - 1
    while rows := cursor.fetchmany(BATCH):
        ids = [row[0] for row in rows]
        # A damaged table may give rows in any order, some twice, and of any type.
        ascends = all(isinstance(id, int) for id in ids) and all(
            one < other for one, other in pairwise([last, *ids])
        )
        if not ascends or not all(isinstance(row[1], str) for row in rows):
            raise sqlite3.DatabaseError("the table of sentences is damaged")
        last = ids[-1]
        yield np.array(ids, dtype=np.int64), [row[1] for row in rows]

"""What an index holds, paper by paper, to be compared."""

from __future__ import annotations

import contextlib
import hashlib
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrosearch.store.layout import DATABASE, SEAL, SEGMENTS
from astrosearch.store.reader import Store
from astrosearch.store.vectors import VectorIndex

State = dict[str, str]  # paper id -> a hash of its fields, sentences and vectors

CODES = "codes"


def content(index: Path) -> tuple[list[tuple[Any, ...]], NDArray[np.float32]]:
    """Return every sentence with its paper's fields, by id, and their vectors [n, dim]."""
    with contextlib.closing(Store(index)) as store:
        rows = store.rows(
            """SELECT sentence_id, paper_id, title, authors, text, tex, section, file, line
               FROM sentences JOIN papers USING (paper_key) ORDER BY sentence_id"""
        )
        vectors = VectorIndex(
            index / SEGMENTS,
            [row.file for row in store.segments()],
            store.encoder().dimension,
            store.dead_vectors(),
        )
        return rows, vectors.vectors(np.array([row[0] for row in rows], dtype=np.int64))


def state(index: Path) -> State | None:
    """Return the state of an index; None where there is none yet.

    Codes, where there are any, count as a paper of their own.
    """
    if not (index / DATABASE).exists():
        return None
    rows, vectors = content(index)
    numbered = sorted(enumerate(rows), key=lambda item: (item[1][1], item[0]))
    papers = {
        paper: hashlib.sha256(
            b"".join(repr(row).encode() + vectors[i].tobytes() for i, row in group)
        ).hexdigest()[:16]
        for paper, group in groupby(numbered, key=lambda item: str(item[1][1]))
    }
    with contextlib.closing(Store(index)) as store:
        codes = store.codes()
    return papers | ({CODES: codes.segment.sha256} if codes else {})


def names(index: Path) -> set[str]:
    """Name the files of an index, but for the live segments and those that may stay or lack.

    These are the database's seal, what a writer will write over, and what SQLite could not delete
    and holds nothing.
    """
    nothing = {
        *(f"{DATABASE}-shm", f"{DATABASE}{SEAL}", f"{DATABASE}{SEAL}.partial"),
        f"{DATABASE}.partial",
        *(path.name for path in index.glob(f"{DATABASE}-wal") if not path.stat().st_size),
    }
    inside = {path.name for path in index.iterdir() if path.name != SEGMENTS} - nothing
    segments = {path.name for path in (index / SEGMENTS).iterdir()}
    with contextlib.closing(Store(index)) as store:
        live = store.live_files()
    return inside | (segments ^ live)

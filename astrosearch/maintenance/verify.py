"""Checking an index against itself: every checksum, and every id of sentences and vectors."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError, NotAnIndex
from astrosearch.files import sha256_of
from astrosearch.store import checks
from astrosearch.store.database import storage_errors
from astrosearch.store.layout import DATABASE, SEGMENTS
from astrosearch.store.lifecycle import seal_fits
from astrosearch.store.reader import Store
from astrosearch.store.rows import SegmentRow
from astrosearch.store.schema import WORDS_FORMAT
from astrosearch.store.vectors import Segment, coded_ids

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TRIES = 3  # while a writer keeps committing


def verify(index: str | Path = "index", progress: Callable[[str], None] | None = None) -> list[str]:
    """Check an index against itself; return what is wrong with it, nothing if it is sound.

    Checked: the database's checksum, SQLite's own integrity, references between tables, every
    row's checksum, every segment file's size and checksum, that sentences and vectors have the
    same ids, that every vector is finite and of unit length, that the full-text table covers
    every sentence, and that words have the sentences they stand in. Nothing is written.

    Raises
    ------
    NotFound, NotAnIndex, FormatTooNew
        When there is no index to check.
    """
    folder = Path(index).expanduser()
    tell = progress or (lambda step: None)
    for _ in range(TRIES):
        with contextlib.closing(Store(folder)) as store, storage_errors(folder):
            before = store.data_version()
            tell("database")
            seal = seal_fits(folder / DATABASE)
            problems = _database_problems(store)
            problems += _segment_problems(store, tell)
            problems += _words_problems(store, tell)
            if seal is False:
                problems.insert(0, f"{DATABASE}: its bytes are not those that were written")
            if not problems or (not store.is_replaced() and store.data_version() == before):
                return problems
    raise AstrosearchError(
        f"{folder.absolute()} was changed by another process while it was checked.\n"
        "Run verify again when nobody writes to it."
    )


def _database_problems(store: Store) -> list[str]:
    problems = [f"database: {fault}" for fault in checks.integrity_faults(store)]
    problems += [
        f"database: a row of {table} refers to a missing row of {other}"
        for table, other in checks.missing_references(store)
    ]
    papers, sentences = checks.damaged_rows(store)
    problems += [f"papers: {len(papers)} rows are damaged"] if papers else []
    problems += [f"sentences: {len(sentences)} rows are damaged"] if sentences else []
    counts = store.counts()
    indexed = checks.full_text_entries(store)
    if indexed != counts.sentences:
        problems.append(f"full text: {indexed} entries for {counts.sentences} sentences")
    empty = checks.papers_without_sentences(store)
    if empty:
        problems.append(f"papers: {empty} have no sentence")
    return problems


def _segment_problems(store: Store, tell: Callable[[str], None]) -> list[str]:
    import numpy as np

    problems = []
    folder = store.folder / SEGMENTS
    dimension = store.encoder().dimension
    stored = [np.empty(0, dtype=np.int64)]
    last = 0
    for row in store.segments():
        tell(row.file)
        path = folder / row.file
        if row.first_id <= last:
            problems.append(f"segments: {row.file} overlaps the one before it")
        last = row.last_id
        found = file_problem(path, row)
        if found:
            problems.append(found)
            continue
        try:
            segment = Segment(path)
        except NotAnIndex:
            problems.append(f"{row.file}: can't be opened")
            continue
        stored.append(segment.ids)
        if segment.vectors.shape != (row.vectors, dimension):
            problems.append(f"{row.file}: holds {segment.vectors.shape} vectors")
        bad = 0
        with np.errstate(over="ignore", invalid="ignore"):  # damaged numbers may be any
            for _, part in segment.chunks():
                bad += int((~(np.abs(np.linalg.norm(part, axis=1) - 1) < 1e-3)).sum())
        if bad:
            problems.append(f"{row.file}: {bad} vectors are not of unit length")
    ids = np.concatenate(stored)
    alive = checks.living_ids(store)
    dead = store.dead_vectors()
    without = len(np.setdiff1d(alive, ids))
    strangers = len(np.setdiff1d(np.setdiff1d(ids, alive), dead))
    both = len(np.intersect1d(alive, dead))
    if without:
        problems.append(f"{without} sentences have no vector")
    if strangers:
        problems.append(f"{strangers} vectors have no sentence")
    if both:
        problems.append(f"{both} sentences are marked as removed but are there")
    if len(np.unique(ids)) != len(ids):
        problems.append("some ids have two vectors")
    return problems + _codes_problems(store, alive, tell)


def file_problem(path: Path, row: SegmentRow) -> str | None:
    """Say what is wrong with a segment's bytes; None if nothing."""
    try:
        sound = path.stat().st_size == row.bytes and sha256_of(path) == row.sha256
    except FileNotFoundError:
        return f"{row.file}: missing"
    return None if sound else f"{row.file}: its bytes are not those that were written"


def _words_problems(store: Store, tell: Callable[[str], None]) -> list[str]:
    if store.format < WORDS_FORMAT:
        return []
    tell("words")
    bad = len(checks.segments_without_words(store))
    strays = checks.stray_words(store)
    problems = [f"words: those of {bad} segments are not what their sentences say"] if bad else []
    return problems + ([f"words: {strays} belong to no segment"] if strays else [])


def _codes_problems(
    store: Store, alive: NDArray[np.int64], tell: Callable[[str], None]
) -> list[str]:
    import numpy as np

    codes = store.codes()
    if codes is None:
        return []
    row = codes.segment
    tell(row.file)
    path = store.folder / SEGMENTS / row.file
    found = file_problem(path, row)
    if found:
        return [found]
    try:
        coded = coded_ids(path)
    except NotAnIndex:
        return [f"{row.file}: can't be opened"]
    problems = []
    if len(coded) != row.vectors or len(np.unique(coded)) != len(coded):
        problems.append(f"{row.file}: holds {len(coded)} codes, not {row.vectors} of one id each")
    without = len(np.setdiff1d(alive[alive <= row.last_id], coded))
    if without:
        problems.append(f"{row.file}: {without} sentences have no code")
    return problems

"""Changing an index: one writer, and every change whole or not at all.

A group of papers becomes visible in this order: its segment file is written, synced and renamed,
then ONE transaction stores papers, sentences, full text and the segment's row. A crash at any
point leaves the previous state in force, and at most an orphan file, which the next writer removes.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from astrosearch.errors import NotAnIndex
from astrosearch.files import PARTIAL, discard
from astrosearch.lock import WriterLock
from astrosearch.store import manifest, vectors
from astrosearch.store.commit import Commit
from astrosearch.store.database import storage_errors
from astrosearch.store.layout import DATABASE, REBUILDING, SEGMENTS, check_target, refuse_links
from astrosearch.store.lifecycle import (
    break_seal,
    create_database,
    seal,
    seal_fits,
    swap_in,
    upgrade,
)
from astrosearch.store.reader import Store
from astrosearch.store.rows import Change, EncoderIdentity, NoteEdition, PutPaper
from astrosearch.store.sources import Sources
from astrosearch.store.words import table as words
from astrosearch.store.words.splitter import Splitter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


# fullfsync is for macOS alone, where a plain one leaves what it syncs in the disk's own memory.
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON")
LOG_BYTES = 2**16  # of an empty log, its shared memory, and the journal that it starts with


class Writer:
    """The one process that may change an index; an older format is brought to this one first.

    Parameters
    ----------
    folder : Path
    create : EncoderIdentity, optional
        Make the index if it isn't there.
    database : str
    for_repair : bool
        Write to a database whose seal doesn't fit, as only a repair may.

    Raises
    ------
    IndexLocked
        When another process is writing.
    NotAnIndex
        When the folder holds something else.
    StorageError
        When it can't be written.
    """

    def __init__(
        self,
        folder: Path,
        create: EncoderIdentity | None = None,
        database: str = DATABASE,
        *,
        for_repair: bool = False,
    ) -> None:
        self.folder, self._for_repair = folder, for_repair
        self.segments_folder = folder / SEGMENTS
        with contextlib.ExitStack() as undo, storage_errors(folder):
            refuse_links(folder)
            if create is None:
                Store(folder, database).close()  # says what is wrong before anything is touched
            else:
                check_target(folder)
                folder.mkdir(parents=True, exist_ok=True)
                self.segments_folder.mkdir(exist_ok=True)
            undo.enter_context(WriterLock(folder))
            if create is not None and not (folder / database).exists():
                create_database(folder / database, create)
            upgrade(folder, database)
            self._open(database)
            undo.callback(lambda: self.store.close())
            self._splitter = undo.enter_context(contextlib.closing(Splitter()))
            self._remove_orphans()
            self._undo = undo.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._undo:
            self._finish()

    def take_place(self) -> None:
        """Put this finished rebuild in the index's place; later changes go there."""
        self._finish()
        swap_in(self.folder)
        self.store.close()
        self._open(DATABASE)
        self._remove_orphans()  # the old segments

    def _open(self, database: str) -> None:
        self.database, self.store = database, Store(self.folder, database, write=True)
        self.connection = self.store.connection
        self.sources = Sources(self.store, self.transaction)
        self._logging = self._finished = False

    def _finish(self) -> None:
        with storage_errors(self.folder):
            # A plain journal lets a finished index open from a read-only disk. A reader at work
            # may keep the log in place: it is whole all the same, and the next writer folds it in.
            if not self._finished and not self._logging and self._has_log():
                self._start_log()
            if self._finished or not self._logging:
                return
            for pragma in ("wal_checkpoint(TRUNCATE)", "journal_mode = DELETE"):
                with contextlib.suppress(sqlite3.OperationalError):
                    self.connection.execute(f"PRAGMA {pragma}")
            self._finished = True
            self.store.close()  # SQLite may have had something to roll back
            seal(self.folder / self.database)

    def _has_log(self) -> bool:
        """Whether another writer had to leave the database with a log."""
        return bool(self.connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal")

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Run a block as one transaction; nothing of it stays if it raises."""
        with storage_errors(self.folder):
            if not self._logging:
                self._start_log()
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield self.connection
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:
                    self.connection.execute("ROLLBACK")
                raise

    def _start_log(self) -> None:
        # Not before there is something to write: a run that finds nothing new changes no byte.
        if not self._for_repair and seal_fits(self.folder / self.database) is False:
            raise self.store.damage_error(self.database)
        # Once a database has a log, nobody can open it without room for the log's shared memory.
        room = self.folder / f"{self.database}{PARTIAL}"
        try:
            discard(room)
            with room.open("xb") as file:  # never through a link that somebody put there
                file.write(bytes(LOG_BYTES))
        finally:
            discard(room)
        break_seal(self.folder / self.database)
        for pragma in PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")
        self._logging = True

    # -- changes

    def commit(
        self, changes: Sequence[Change], rows: NDArray[np.float32], run: int
    ) -> list[tuple[int, str]]:
        """Make a group of changes visible at once.

        Returns (source, paper) for each paper that left, since its source no longer holds it.

        `rows` float32 [n, dim] holds the unit vectors of all sentences of the group's PutPapers,
        in their order. `run` numbers the indexing run: editions a source no longer has keep an
        older number and go when the source ends.
        """
        import numpy as np

        first = self._last("sentences") + 1
        segment = None
        with storage_errors(self.folder):
            if len(rows):
                ids = np.arange(first, first + len(rows), dtype=np.int64)
                segment = vectors.write_segment(
                    self.segments_folder, self.next_segment(), [(ids, rows)]
                )
                texts = [
                    sentence.text
                    for change in changes
                    if isinstance(change, PutPaper)
                    for sentence in change.sentences
                ]
                words_rows = words.rows_of(ids, texts, self._splitter)
        left: list[tuple[int, str]] = []
        with self.transaction() as db:
            commit = Commit(self.store)
            for change in changes:
                if isinstance(change, PutPaper):
                    commit.put(change, first, run)
                    first += len(change.sentences)
                elif isinstance(change, NoteEdition):
                    commit.note(change, run)
                else:
                    left += [(change.source_id, paper) for paper in commit.end(change, run)]
            if segment is not None:
                manifest.add_file(db, segment)
                words.add(db, words_rows)
        return left

    def next_run(self) -> int:
        """Number an indexing run."""
        with self.transaction() as db:
            row = db.execute(
                """INSERT INTO meta VALUES ('runs', '1')
                   ON CONFLICT (key) DO UPDATE SET value = CAST(value + 1 AS TEXT)
                   RETURNING value"""
            ).fetchone()
        return int(row[0])

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Remove papers with their sentences; return how many sentences went.

        Their editions stay, which tell later runs that the papers are to stay away.
        """
        with self.transaction() as db:
            commit = Commit(self.store)
            db.executemany(
                "UPDATE editions SET digest = 'removed' WHERE paper_id = ? AND digest = ''",
                [[paper_id] for paper_id in paper_ids],
            )
            return sum(commit.remove_paper(paper_id) for paper_id in paper_ids)

    def prune(self, source_ids: Sequence[int]) -> list[tuple[int, str]]:
        """Forget sources whose files are gone; return (source, paper) for each that went too."""
        if not source_ids:
            return []
        with self.transaction():
            commit = Commit(self.store)
            return [(id, paper) for id in source_ids for paper in commit.remove_source(id)]

    def leave_out(self, root: str, files: Sequence[tuple[str, str]]) -> None:
        """Keep (name, reason) of the files of a corpus that are no sources, for `info`."""
        known = self.store.rows("SELECT name, reason FROM left_out WHERE root = ?", [root])
        if dict(known) != dict(files):
            with self.transaction() as db:
                db.execute("DELETE FROM left_out WHERE root = ?", [root])
                rows = [(root, name, reason) for name, reason in dict(files).items()]
                db.executemany("INSERT INTO left_out VALUES (?, ?, ?)", rows)

    def remember(self, key: str, value: str) -> None:
        """Keep what an indexing run is told of, for later runs; `meta` holds it."""
        if self.store.meta().get(key) != value:
            with self.transaction() as db:
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", [key, value])

    # -- segments

    def next_segment(self) -> int:
        """Return a number for a new segment file: above all that were given, a rebuild's too."""
        there = (path.stem for path in self.segments_folder.glob("*.faiss"))
        numbers = (int(stem) for stem in there if stem.isdecimal())
        return 1 + max(self._last("segments"), max(numbers, default=0))

    def _last(self, table: str) -> int:
        """Return the largest id that a table ever gave."""
        row = self.connection.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", [table]
        ).fetchone()
        return int(row[0]) if row else 0

    def _remove_orphans(self) -> None:
        """Delete segment files that no manifest names: left by a crash before its commit."""
        live = self.store.live_files()
        beside = DATABASE if self.database == REBUILDING else REBUILDING
        if (self.folder / beside).exists():
            with (
                contextlib.suppress(NotAnIndex),
                contextlib.closing(Store(self.folder, beside)) as other,
            ):
                live |= other.live_files()
        self.segments_folder.mkdir(exist_ok=True)
        for path in self.segments_folder.iterdir():
            if path.name not in live and path.suffix in (".faiss", PARTIAL):
                discard(path)

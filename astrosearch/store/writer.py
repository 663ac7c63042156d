"""Changing an index: one writer, and every change whole or not at all.

A group of papers becomes visible in this order: its segment file is written, synced and renamed,
then ONE transaction stores papers, sentences, full text and the segment's row. A crash at any
point leaves the previous state in force, and at most an orphan file, which the next writer removes.
"""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from astrosearch.errors import NotAnIndex
from astrosearch.lock import WriterLock
from astrosearch.records import Paper
from astrosearch.store import manifest, vectors
from astrosearch.store.checksums import paper_sum, sentence_sum
from astrosearch.store.database import storage_errors
from astrosearch.store.lifecycle import (
    REBUILDING,
    break_seal,
    check_target,
    create_database,
    seal,
    sealed,
    swap_in,
    upgrade,
)
from astrosearch.store.reader import DATABASE, SEGMENTS, EncoderIdentity, Store
from astrosearch.store.rows import (
    Change,
    Edition,
    EndSource,
    NoteEdition,
    PutPaper,
    SourceRow,
    merged,
)
from astrosearch.store.words import table as words
from astrosearch.store.words.postings import Splitter

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


LOG_BYTES = 2**16  # of an empty log, its shared memory, and the journal that it starts with


class Writer:
    """The one process that may change an index; an older format is brought to this one first.

    Parameters
    ----------
    folder : Path
    create : EncoderIdentity, optional
        Make the index if it isn't there.
    database : str
    damaged : bool
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
        damaged: bool = False,
    ) -> None:
        self.folder, self.database, self._damaged = folder, database, damaged
        self.segments_folder = folder / SEGMENTS
        with contextlib.ExitStack() as undo, storage_errors(folder):
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
            self.store = Store(folder, database, write=True)
            undo.callback(lambda: self.store.close())
            self.connection = self.store.connection
            self._logging = self._finished = False
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
        """Put this finished rebuild in the index's place, and write that from now on."""
        self._finish()
        swap_in(self.folder)
        self.store.close()
        self.database, self.store = DATABASE, Store(self.folder, write=True)
        self.connection, self._logging, self._finished = self.store.connection, False, False
        self._remove_orphans()  # the old segments

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
        if not self._damaged and sealed(self.folder / self.database) is False:
            raise self.store.damaged(self.database)
        # Once a database has a log, nobody can open it without room for the log's shared memory.
        room = self.folder / f"{self.database}.partial"
        try:
            room.write_bytes(bytes(LOG_BYTES))
        finally:
            vectors.discard(room)
        break_seal(self.folder / self.database)
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            self.connection.execute(f"PRAGMA {pragma}")
        self._logging = True

    # -- sources and editions, as known before

    def sources(self) -> dict[str, SourceRow]:
        """Return every source known, by path."""
        return {row.path: row for row in self._sources("1")}

    def source(self, source_id: int) -> SourceRow:
        """Return one source."""
        return self._sources("source_id = ?", [source_id])[0]

    def _sources(self, where: str, values: Sequence[object] = ()) -> list[SourceRow]:
        rows = self.connection.execute(
            f"""SELECT source_id, path, root, name, kind, status, stamp, parts FROM sources
                WHERE {where}""",
            values,
        )
        return [replace(SourceRow(*row), parts=tuple(json.loads(row[7]))) for row in rows]

    def register(self, sources: Iterable[tuple[str, str, str, str]]) -> dict[str, SourceRow]:
        """Add sources not known yet, as (path, root, name, kind); return every row by path."""
        known = self.sources()
        new = list({source[0]: source for source in sources if source[0] not in known}.values())
        if not new:
            return known
        with self.transaction() as db:
            db.executemany(
                """INSERT INTO sources (path, root, name, kind, status, parts)
                   VALUES (?, ?, ?, ?, 'pending', '[]')""",
                new,
            )
        return self.sources()

    def edition(self, source_id: int, paper_id: str) -> Edition | None:
        """Return what a source told of a paper when it was last read."""
        return self._edition("source_id = ? AND paper_id = ?", [source_id, paper_id])

    def indexed_edition(self, paper_id: str) -> Edition | None:
        """Return the edition of a paper that its sentences come from; None without the paper."""
        return self._edition(
            "edition_id = (SELECT edition_id FROM papers WHERE paper_id = ?)", [paper_id]
        )

    def _edition(self, where: str, values: Sequence[object]) -> Edition | None:
        row = self.connection.execute(
            f"SELECT source_id, record, full_text, version, digest, places, seen FROM editions "
            f"WHERE {where}",
            values,
        ).fetchone()
        if row is None:
            return None
        return Edition(row[0], _record(row[1]), bool(row[2]), *row[3:])

    def failures_of(self, source_ids: Sequence[int]) -> list[tuple[str, str]]:
        """Return (name, reason) of what some sources could not give."""
        rows = self.store.rows(
            "SELECT name, reason FROM json_each(?) JOIN failures ON source_id = value",
            [json.dumps(list(source_ids))],
        )
        return [(name, reason) for name, reason in rows]

    # -- changes

    def commit(self, changes: Sequence[Change], rows: NDArray[np.float32], run: int) -> None:
        """Make a group of changes visible at once.

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
        with self.transaction() as db:
            for change in changes:
                if isinstance(change, PutPaper):
                    self._put(db, change, first, run)
                    first += len(change.sentences)
                elif isinstance(change, NoteEdition):
                    self._note(db, change, run)
                else:
                    self._end(db, change, run)
            if segment is not None:
                manifest.add_file(db, segment)
                words.add(db, words_rows)

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
        """Remove papers with their sentences; return how many sentences went."""
        with self.transaction() as db:
            return sum(self._drop_paper(db, paper_id) for paper_id in paper_ids)

    def prune(self, source_ids: Sequence[int]) -> int:
        """Forget sources whose files are gone; return how many papers went with them."""
        if not source_ids:
            return 0
        with self.transaction() as db:
            dropped = 0
            for source_id in source_ids:
                dropped += self._drop_editions(db, source_id, before=None)
                db.execute("DELETE FROM failures WHERE source_id = ?", [source_id])
                db.execute("DELETE FROM sources WHERE source_id = ?", [source_id])
        return dropped

    def _put(self, db: sqlite3.Connection, change: PutPaper, first: int, run: int) -> None:
        edition_id = self._upsert(db, change.edition, run)
        paper_id = change.edition.paper.id
        key = self.store.paper_key(paper_id)
        if key is None:
            key = db.execute(
                """INSERT INTO papers (paper_id, authors, categories, edition_id)
                   VALUES (?, '[]', '[]', ?) RETURNING paper_key""",
                [paper_id, edition_id],
            ).fetchone()[0]
        else:
            self._drop_sentences(db, key)
            db.execute("UPDATE papers SET edition_id = ? WHERE paper_key = ?", [edition_id, key])
        db.executemany(
            """INSERT INTO sentences
                 (sentence_id, paper_key, text, tex, section, file, line, paragraph, checksum)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            [
                (*row, sentence_sum(*row))
                for i, s in enumerate(change.sentences)
                for row in [(first + i, key, s.text, s.tex, s.section, s.file, s.line, s.paragraph)]
            ],
        )
        # It may have become worse than another source's: the next reading of that one will tell.
        self._ask_again(
            db,
            "paper_id = ? AND source_id != ? AND (full_text, ifnull(version, 0)) > (?, ?)",
            [
                paper_id,
                change.edition.source_id,
                change.edition.full_text,
                change.edition.version or 0,
            ],
        )
        self._describe(db, paper_id)

    def _note(self, db: sqlite3.Connection, change: NoteEdition, run: int) -> None:
        edition_id = self._upsert(db, change.edition, run)
        if change.moved:
            key = self.store.paper_key(change.edition.paper.id)
            ids = self.store.sentence_ids(key or 0)
            db.execute("UPDATE papers SET edition_id = ? WHERE paper_key = ?", [edition_id, key])
            db.executemany(
                "UPDATE sentences SET file = ?, line = ?, paragraph = ? WHERE sentence_id = ?",
                [
                    (s.file, s.line, s.paragraph, int(i))
                    for s, i in zip(change.moved, ids, strict=True)
                ],
            )
            rows = db.execute(
                """SELECT sentence_id, paper_key, text, tex, section, file, line, paragraph
                   FROM sentences WHERE paper_key = ?""",
                [key],
            ).fetchall()
            db.executemany(
                "UPDATE sentences SET checksum = ? WHERE sentence_id = ?",
                [(sentence_sum(*row), row[0]) for row in rows],
            )
        self._describe(db, change.edition.paper.id)

    def _end(self, db: sqlite3.Connection, change: EndSource, run: int) -> None:
        db.execute("DELETE FROM failures WHERE source_id = ?", [change.source_id])
        db.executemany(
            "INSERT INTO failures VALUES (?, ?, ?)",
            [(change.source_id, *failure) for failure in change.failures],
        )
        status = "done" if change.gave_papers or not change.failures else "failed"
        db.execute(
            "UPDATE sources SET status = ?, stamp = ?, parts = ? WHERE source_id = ?",
            [status, change.stamp, json.dumps(change.parts), change.source_id],
        )
        if change.keep is not None:
            self._drop_editions(db, change.source_id, before=run, keep=change.keep)

    def _upsert(self, db: sqlite3.Connection, edition: Edition, run: int) -> int:
        row = db.execute(
            """INSERT INTO editions
                 (source_id, paper_id, full_text, version, digest, places, record, seen)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?)
               ON CONFLICT (paper_id, source_id) DO UPDATE SET
                 full_text = excluded.full_text, version = excluded.version,
                 digest = excluded.digest, places = excluded.places,
                 record = excluded.record, seen = excluded.seen
               RETURNING edition_id""",
            [
                edition.source_id,
                edition.paper.id,
                edition.full_text,
                edition.version,
                edition.digest,
                edition.places,
                json.dumps(asdict(edition.paper), ensure_ascii=False),
                run,
            ],
        ).fetchone()
        return int(row[0])

    def _describe(self, db: sqlite3.Connection, paper_id: str) -> None:
        """Write a paper's fields: an archive's record first, then what its indexed text says."""
        rows = db.execute(
            """SELECT e.record FROM editions e LEFT JOIN papers p USING (edition_id)
               WHERE e.paper_id = ?
               ORDER BY e.full_text, p.paper_key IS NULL, e.version DESC, e.seen DESC,
                        e.edition_id""",
            [paper_id],
        ).fetchall()
        if not rows:
            return
        paper = merged([_record(row[0]) for row in rows])
        db.execute(
            """UPDATE papers SET title = ?, authors = ?, year = ?, categories = ?, doi = ?, url = ?
               WHERE paper_id = ?""",
            [
                paper.title,
                json.dumps(paper.authors, ensure_ascii=False),
                paper.year,
                json.dumps(paper.categories),
                paper.doi,
                paper.url,
                paper_id,
            ],
        )
        row = db.execute(
            """SELECT paper_key, paper_id, title, authors, year, categories, doi, url
               FROM papers WHERE paper_id = ?""",
            [paper_id],
        ).fetchone()
        if row is not None:
            db.execute(
                "UPDATE papers SET checksum = ? WHERE paper_key = ?", [paper_sum(*row), row[0]]
            )

    def _drop_editions(
        self,
        db: sqlite3.Connection,
        source_id: int,
        before: int | None,
        keep: frozenset[str] = frozenset(),
    ) -> int:
        """Forget a source's editions (those not seen since run `before`), and their papers."""
        where = "source_id = ?" if before is None else "source_id = ? AND seen < ?"
        values = [source_id] if before is None else [source_id, before]
        rows = db.execute(
            f"""SELECT edition_id, e.paper_id, p.paper_key FROM editions e
                LEFT JOIN papers p USING (edition_id) WHERE {where}""",
            values,
        ).fetchall()
        rows = [row for row in rows if row[1] not in keep]
        for edition_id, paper_id, key in rows:
            if key is not None:
                self._drop_paper(db, paper_id)
            db.execute("DELETE FROM editions WHERE edition_id = ?", [edition_id])
            if key is not None:
                # Another source may still tell of this paper: have it read again.
                self._ask_again(db, "paper_id = ?", [paper_id])
            else:
                self._describe(db, paper_id)
        return sum(key is not None for _, _, key in rows)

    def forget(self, paper_keys: Sequence[int], sentence_ids: Sequence[int]) -> list[str]:
        """Drop these papers, those of these sentences, and any without sentences or row.

        Their sources will be read again. Return the papers' ids, as far as they are known.
        """
        with self.transaction() as db:
            rows = db.execute(
                """SELECT paper_key FROM json_each(?) JOIN sentences ON sentence_id = value
                   UNION SELECT paper_key FROM papers
                         WHERE paper_key NOT IN (SELECT paper_key FROM sentences)
                   UNION SELECT paper_key FROM sentences
                         WHERE paper_key NOT IN (SELECT paper_key FROM papers)""",
                [json.dumps(list(sentence_ids))],
            ).fetchall()
            names = []
            keys = {*paper_keys, *(row[0] for row in rows)}
            for key in sorted(key for key in keys if isinstance(key, int)):
                found = db.execute(
                    """SELECT e.paper_id FROM papers JOIN editions e USING (edition_id)
                       WHERE paper_key = ?""",
                    [key],
                ).fetchone()
                self._drop_sentences(db, key)
                db.execute("DELETE FROM papers WHERE paper_key = ?", [key])
                names.append(found[0] if found else f"of key {key}")
                if found:
                    self._ask_again(db, "paper_id = ?", [found[0]])
        return names

    def _ask_again(self, db: sqlite3.Connection, where: str, values: Sequence[object]) -> None:
        """Have the sources of some editions read again, as if they had changed."""
        db.execute(
            f"""UPDATE sources SET status = 'pending' WHERE source_id IN
                (SELECT source_id FROM editions WHERE {where})""",
            values,
        )
        db.execute(f"UPDATE editions SET digest = '' WHERE {where}", values)

    def _drop_paper(self, db: sqlite3.Connection, paper_id: str) -> int:
        key = self.store.paper_key(paper_id)
        if key is None:
            return 0
        count = self._drop_sentences(db, key)
        db.execute("DELETE FROM papers WHERE paper_key = ?", [key])
        return count

    def _drop_sentences(self, db: sqlite3.Connection, key: int) -> int:
        db.execute(
            """INSERT INTO dead_vectors
               SELECT sentence_id FROM sentences WHERE paper_key = ?""",
            [key],
        )
        return db.execute("DELETE FROM sentences WHERE paper_key = ?", [key]).rowcount

    # -- segments

    def next_segment(self) -> int:
        """Number a new segment file, past all that were, or that a rebuild has beside them."""
        there = (path.stem for path in self.segments_folder.glob("*.faiss"))
        numbers = (int(stem) for stem in there if stem.isdecimal())
        return 1 + max(self._last("segments"), max(numbers, default=0))

    def _last(self, table: str) -> int:
        """Return the largest id `table` ever gave."""
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
            if path.name not in live and path.suffix in (".faiss", ".partial"):
                vectors.discard(path)


def _record(text: str) -> Paper:
    fields = json.loads(text)
    fields["authors"], fields["categories"] = tuple(fields["authors"]), tuple(fields["categories"])
    return Paper(**fields)

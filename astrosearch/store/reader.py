"""The database of an index, for reading: who wrote it, papers, sentences, full text.

SQLite is the manifest: a segment file counts once its row is committed. Format: index/README.md.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from astrosearch.errors import FormatTooNew, NotAnIndex, NotFound
from astrosearch.records import Paper, Sentence, TextForm
from astrosearch.store import schema
from astrosearch.store.checksums import paper_sum, sentence_sum
from astrosearch.store.database import connect, connect_reading, fetch, file_state, storage_errors
from astrosearch.store.layout import DATABASE, SEGMENT_FILE
from astrosearch.store.rows import (
    CodesRow,
    Counts,
    EncoderIdentity,
    Postings,
    SegmentRow,
    SourceFile,
    are_of_types,
    paper_from,
)
from astrosearch.store.words import table as words
from astrosearch.text import composed, is_text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Store:
    """An index's database, opened for reading.

    Raises
    ------
    NotFound, NotAnIndex, FormatTooNew
        When `folder` holds no index this version can read.
    """

    def __init__(self, folder: Path, database: str = DATABASE, *, write: bool = False) -> None:
        self.folder = folder
        path = folder / database
        with storage_errors(folder):
            if not folder.is_dir():
                raise NotFound(
                    f"there is no index at {folder.absolute()}.\n"
                    "Build one: astrosearch index CORPUS --index DIR, or name one with --index DIR."
                )
            if not path.is_file():
                raise NotAnIndex(
                    folder.absolute(),
                    f"it holds no {DATABASE}",
                    "Name an index with --index DIR, or build one: astrosearch index CORPUS",
                )
            if not os.access(path, os.R_OK):  # SQLite would not say why it can't be opened
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
            self._path, self._unlocked = path, False
            self._asking = threading.Lock()  # a connection answers one thread at a time
            # Before it is opened, when a rebuild may take its place, or a commit change what it is.
            self._identity, last_commit = self._identify(), self._identify(commits=True)
            if write:
                self.connection = connect(path, write=True)
            else:
                self.connection, self._unlocked = connect_reading(path)
                self._identity = last_commit if self._unlocked else self._identity
            try:
                self.format = self._check_format()
            except BaseException:
                self.connection.close()
                raise

    def _check_format(self) -> int:
        tables = {row[0] for row in self.rows("SELECT name FROM sqlite_master WHERE type='table'")}
        meta = self.meta() if "meta" in tables else {}
        version = schema.format_of(meta)
        if version is None:
            raise NotAnIndex(
                self.folder.absolute(),
                f"{DATABASE} is not astrosearch's, or damaged",
                "Name an index with --index DIR, or rebuild it: astrosearch index CORPUS --rebuild",
            )
        if version > schema.FORMAT_VERSION:
            by = meta.get("written_by", "?")
            raise FormatTooNew(self.folder, version, schema.FORMAT_VERSION, by)
        return version

    def damage_error(self, what: str) -> NotAnIndex:
        """Return the error that says what of this index is damaged."""
        return NotAnIndex(
            self.folder.absolute(),
            f"{what} is damaged",
            "Look closer: astrosearch verify. Repair it: astrosearch repair",
        )

    def close(self) -> None:
        """Close the database."""
        self.connection.close()

    # -- the whole index

    def meta(self) -> dict[str, str]:
        """The `meta` table."""
        return {str(key): str(value) for key, value in self.rows("SELECT key, value FROM meta")}

    def encoder(self) -> EncoderIdentity:
        """Return the encoder that every vector of this index comes from."""
        meta = self.meta()
        return EncoderIdentity(
            meta["encoder_name"],
            meta["encoder_fingerprint"],
            int(meta["dimension"]),
            cast("TextForm", meta["text_form"]),
        )

    def data_version(self) -> int:
        """Return a number that changes when another process has committed."""
        return int(self.rows("PRAGMA data_version")[0][0])

    def is_replaced(self) -> bool:
        """Say whether a rebuild has put another database in this one's place."""
        # Without locks, nobody tells of new commits.
        return self._identify(commits=self._unlocked) != self._identity

    def _identify(self, *, commits: bool = False) -> tuple[int, ...]:
        try:
            return file_state(self._path, commits=commits)
        except FileNotFoundError as error:
            raise NotFound(f"the index {self.folder.absolute()} was deleted.") from error

    def counts(self) -> Counts:
        """Count papers, sentences and vectors."""
        row = self.rows(
            """SELECT (SELECT count(*) FROM papers),
                      (SELECT count(*) FROM papers JOIN editions USING (edition_id)
                       WHERE full_text),
                      (SELECT count(*) FROM sentences),
                      (SELECT count(*) FROM segments WHERE kind != 'codes'),
                      (SELECT count(*) FROM dead_vectors)"""
        )[0]
        return Counts(*row)

    def living_vectors(self) -> int:
        """Return the number of sentences, from the manifest: a query can't wait for a count."""
        rows = self.rows(
            """SELECT (SELECT ifnull(sum(vectors), 0) FROM segments WHERE kind != 'codes')
                    - (SELECT count(*) FROM dead_vectors)"""
        )
        return int(rows[0][0])

    def segments(self) -> list[SegmentRow]:
        """Return the live segments, ascending in ids."""
        return [row for row in self.files() if row.kind != "codes"]

    def codes(self) -> CodesRow | None:
        """Return the live codes; None if there are none, and every search is exact."""
        rows = [row for row in self.files() if row.kind == "codes"]
        if not rows:
            return None
        try:
            return CodesRow.read(rows[0], self.meta()["codes"])
        except (KeyError, TypeError, ValueError) as error:
            raise self.damage_error("what it says of searching its codes") from error

    def live_files(self) -> set[str]:
        """Return the names of all live files."""
        return {row.file for row in self.files()}

    def files(self) -> list[SegmentRow]:
        """Return every live file, of segments and of codes, ascending in first ids."""
        rows = self.rows(
            f"""SELECT segment_id, file, kind, bytes, sha256, vectors, first_id, last_id,
                       {self._column("sums", schema.CHECKED_FORMAT)}
                FROM segments ORDER BY first_id"""
        )
        self._check_types(rows, "issisiiiB")
        found = [SegmentRow(*row) for row in rows]
        if not all(SEGMENT_FILE.fullmatch(row.file) for row in found):
            raise self.damage_error("the name of a segment's file")
        return found

    def _column(self, name: str, since: int) -> str:
        return name if self.format >= since else "NULL"

    def dead_vectors(self) -> NDArray[np.int64]:
        """Return ids that segments still hold though their sentences are gone, ascending."""
        return self.ids("SELECT sentence_id FROM dead_vectors ORDER BY 1")

    # -- papers and sentences

    def sentences(self, ids: Iterable[int]) -> dict[int, tuple[Sentence, int]]:
        """Look up sentences: id -> (sentence, its paper's key); unknown ids are left out."""
        rows = self.rows(
            f"""SELECT {self._column("checksum", schema.CHECKED_FORMAT)},
                       sentence_id, paper_key, text, tex, section, file, line,
                       {self._column("paragraph", schema.WORDS_FORMAT)}
                FROM json_each(?) JOIN sentences ON sentence_id = value""",
            [json.dumps([int(i) for i in ids])],
        )
        self._check_types(rows, "IiisSSsiI")
        found = {}
        for summed, *row in rows:
            sentence_id, paper_key, text, _, section, file, line, paragraph = row
            if self.format >= schema.CHECKED_FORMAT and summed != sentence_sum(*row):
                raise self.damage_error(f"sentence {sentence_id}")
            sentence = Sentence(sentence_id, text, section, file, line, paragraph)
            found[sentence_id] = sentence, paper_key
        return found

    def papers(self, keys: Iterable[int]) -> dict[int, Paper]:
        """Look up papers by `paper_key`."""
        rows = self.rows(
            f"""SELECT {self._column("checksum", schema.CHECKED_FORMAT)},
                       {schema.paper_columns(self.format)}
                FROM json_each(?) JOIN papers ON paper_key = value""",
            [json.dumps([int(key) for key in keys])],
        )
        self._check_types(rows, "IisSsIsSSSiSSS")
        found = {}
        for summed, *row in rows:
            if self.format >= schema.CHECKED_FORMAT and summed != paper_sum(*row):
                raise self.damage_error(f"the row of paper {row[1]}")
            try:
                found[row[0]] = paper_from(row[1:])
            except (TypeError, ValueError) as error:
                raise self.damage_error(f"the row of paper {row[1]}") from error
        return found

    def paper_key(self, paper_id: str) -> int | None:
        """Return the key of a paper; None if there is no such paper."""
        if not is_text(paper_id):
            return None
        # An id made of a file's name is composed, whatever form of Unicode a disk or a person uses.
        rows = self.rows(
            "SELECT paper_key FROM papers WHERE paper_id IN (?1, ?2) ORDER BY paper_id != ?1",
            [paper_id, composed(paper_id)],
        )
        self._check_types(rows, "i")
        return int(rows[0][0]) if rows else None

    def sentence_ids(self, paper_key: int) -> NDArray[np.int64]:
        """Return the sentence ids of a paper, in reading order."""
        return self.ids(
            "SELECT sentence_id FROM sentences WHERE paper_key = ? ORDER BY sentence_id",
            [paper_key],
        )

    def neighbours(self, ids: Iterable[int], count: int) -> dict[int, tuple[list[int], list[int]]]:
        """Return up to `count` ids before and after each sentence within its paper, ascending.

        Unknown ids are left out.
        """
        before, after = (
            f"""(SELECT json_group_array(sentence_id) FROM
                 (SELECT sentence_id FROM sentences
                  WHERE paper_key = here.paper_key AND sentence_id {side} here.sentence_id
                  ORDER BY sentence_id {order} LIMIT ?2))"""
            for side, order in (("<", "DESC"), (">", "ASC"))
        )
        rows = self.rows(
            f"""SELECT here.sentence_id, {before}, {after}
                FROM json_each(?1) JOIN sentences AS here ON here.sentence_id = value""",
            [json.dumps([int(i) for i in ids]), min(count, 2**31)],
        )
        self._check_types(rows, "iss")
        return {i: (sorted(json.loads(low)), sorted(json.loads(high))) for i, low, high in rows}

    def source_of(self, paper_key: int) -> SourceFile:
        """Return the file that a paper's sentences come from."""
        rows = self.rows(
            """SELECT root, name, kind FROM papers JOIN editions USING (edition_id)
               JOIN sources USING (source_id) WHERE paper_key = ?""",
            [paper_key],
        )
        self._check_types(rows, "sss")
        if not rows:
            raise self.damage_error("what it says of a paper's source")
        root, name, kind = rows[0]
        return SourceFile(Path(root), name, kind)

    def matching(self, expression: str, section: str | None = None) -> NDArray[np.int64]:
        """Return ids, ascending, that an FTS5 expression matches; of one section if it is given."""
        if section is None:
            return self.ids(
                "SELECT rowid FROM sentences_fts WHERE sentences_fts MATCH ? ORDER BY rowid",
                [expression],
            )
        return self.ids(
            """SELECT sentence_id FROM sentences_fts
               JOIN sentences ON sentence_id = sentences_fts.rowid
               WHERE sentences_fts MATCH ? AND section = ? ORDER BY 1""",
            [expression, section],
        )

    def postings(self, asked: Sequence[str]) -> dict[str, Postings]:
        """Look up the postings of words; those that no sentence holds are left out.

        An index of an older format has no postings: its full text tells where words stand, and all
        impacts are 1.
        """
        import numpy as np

        if self.format < schema.WORDS_FORMAT:
            held = {word: self.matching(f'"{word}"') for word in asked}
            return {
                word: Postings(ids, np.ones(len(ids), dtype=np.float32))
                for word, ids in held.items()
                if len(ids)
            }
        try:
            return words.join(self.rows(words.LOOK_UP, [json.dumps(list(asked))]))
        except ValueError as error:
            raise self.damage_error("the table of words") from error

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[None]:
        """Let all look-ups of a block see one committed state."""
        with storage_errors(self.folder):
            self.connection.execute("BEGIN")
        try:
            yield
        finally:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")

    def _check_types(self, rows: Iterable[Sequence[object]], types: str) -> None:
        """Refuse rows whose values are of other types than their columns."""
        if not are_of_types(rows, types):
            raise self.damage_error(f"a value in {DATABASE}")

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Run a query; a damaged database is NotAnIndex, not SQLite's own error."""
        with storage_errors(self.folder), self._asking:
            return fetch(self.connection, sql, values)

    def ids(self, sql: str, values: Sequence[object] = ()) -> NDArray[np.int64]:
        """Run a query for ids."""
        import numpy as np

        rows = self.rows(sql, values)
        self._check_types(rows, "i")
        return np.fromiter((row[0] for row in rows), dtype=np.int64)

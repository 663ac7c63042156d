"""The sources of an index, and the editions of papers that they gave when they were last read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from astrosearch.store.reader import Store
from astrosearch.store.rows import Edition, SourceRow, paper_of_record


class Sources:
    """Looks up sources and editions, and registers new sources.

    Parameters
    ----------
    store : Store
    transaction : callable
        The writer's, for sources that are registered.
    """

    def __init__(
        self, store: Store, transaction: Callable[[], AbstractContextManager[sqlite3.Connection]]
    ) -> None:
        self._store, self._transaction = store, transaction

    def by_path(self) -> dict[str, SourceRow]:
        """Return every source known, by path."""
        return {row.path: row for row in self._rows("1")}

    def by_id(self, source_id: int) -> SourceRow:
        """Return one source."""
        return self._rows("source_id = ?", [source_id])[0]

    def _rows(self, where: str, values: Sequence[object] = ()) -> list[SourceRow]:
        rows = self._store.connection.execute(
            f"""SELECT source_id, path, root, name, kind, status, stamp, parts FROM sources
                WHERE {where}""",
            values,
        )
        return [replace(SourceRow(*row), parts=tuple(json.loads(row[7]))) for row in rows]

    def register(self, sources: Iterable[tuple[str, str, str, str]]) -> dict[str, SourceRow]:
        """Add sources not known yet, as (path, root, name, kind); return every row by path."""
        known = self.by_path()
        new = list({source[0]: source for source in sources if source[0] not in known}.values())
        if not new:
            return known
        with self._transaction() as db:
            db.executemany(
                """INSERT INTO sources (path, root, name, kind, status, parts)
                   VALUES (?, ?, ?, ?, 'pending', '[]')""",
                new,
            )
        return self.by_path()

    def edition(self, source_id: int, paper_id: str) -> Edition | None:
        """Return what a source told of a paper when it was last read."""
        return self._edition("source_id = ? AND paper_id = ?", [source_id, paper_id])

    def indexed_edition(self, paper_id: str) -> Edition | None:
        """Return the edition of a paper that its sentences come from; None without the paper."""
        return self._edition(
            "edition_id = (SELECT edition_id FROM papers WHERE paper_id = ?)", [paper_id]
        )

    def _edition(self, where: str, values: Sequence[object]) -> Edition | None:
        row = self._store.connection.execute(
            f"SELECT source_id, record, full_text, version, digest, places, seen FROM editions "
            f"WHERE {where}",
            values,
        ).fetchone()
        if row is None:
            return None
        return Edition(row[0], paper_of_record(row[1]), bool(row[2]), *row[3:])

    def ids_by_digest(self, source_ids: Sequence[int]) -> dict[str, tuple[str, int]]:
        """Return digest -> (paper, source) of the papers that are indexed from some sources."""
        rows = self._store.rows(
            """SELECT digest, e.paper_id, e.source_id FROM json_each(?)
               JOIN editions e ON e.source_id = value JOIN papers p USING (paper_id)
               WHERE p.edition_id = e.edition_id AND digest != ''""",
            [json.dumps(list(source_ids))],
        )
        return {digest: (paper_id, source_id) for digest, paper_id, source_id in rows}

    def paper_of(self, source_id: int) -> str | None:
        """Return the one paper that is indexed from a source; None if there is none, or more."""
        rows = self._store.rows(
            """SELECT e.paper_id FROM editions e JOIN papers p USING (paper_id)
               WHERE e.source_id = ? AND p.edition_id = e.edition_id LIMIT 2""",
            [source_id],
        )
        return str(rows[0][0]) if len(rows) == 1 else None

    def gives_papers(self, source_id: int) -> bool:
        """Whether any paper is indexed from a source."""
        return bool(
            self._store.rows(
                """SELECT 1 FROM editions e JOIN papers p USING (paper_id)
                   WHERE e.source_id = ? AND p.edition_id = e.edition_id LIMIT 1""",
                [source_id],
            )
        )

    def failures_of(self, source_ids: Sequence[int]) -> list[tuple[str, str]]:
        """Return (name, reason) of what some sources could not give."""
        rows = self._store.rows(
            """SELECT name, reason FROM json_each(?) JOIN failures ON source_id = value
               WHERE duplicate_of IS NULL""",
            [json.dumps(list(source_ids))],
        )
        return [(name, reason) for name, reason in rows]

"""What a transaction writes: papers with their sentences, editions, and how sources ended."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, astuple

from astrosearch.store.checksums import paper_sum, sentence_sum
from astrosearch.store.reader import Store
from astrosearch.store.rows import (
    Edition,
    EndSource,
    NoteEdition,
    PutPaper,
    columns_of,
    merge_records,
    paper_of_record,
)
from astrosearch.store.schema import PAPER_COLUMNS

NEWEST = 10**6  # counts as the version of a source that names none


class Commit:
    """Changes of an index's tables, within one transaction of its writer."""

    def __init__(self, store: Store) -> None:
        self._store, self._db = store, store.connection

    def put(self, change: PutPaper, first: int, run: int) -> None:
        """Store a paper's sentences, numbered from `first`, in place of those it had."""
        edition_id = self._upsert(change.edition, run)
        paper_id = change.edition.paper.id
        key = self._store.paper_key(paper_id)
        if key is None:
            key = self._db.execute(
                """INSERT INTO papers (paper_id, authors, categories, edition_id)
                   VALUES (?, '[]', '[]', ?) RETURNING paper_key""",
                [paper_id, edition_id],
            ).fetchone()[0]
        else:
            self._drop_sentences(key)
            self._db.execute(
                "UPDATE papers SET edition_id = ? WHERE paper_key = ?", [edition_id, key]
            )
        self._db.executemany(
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
            "paper_id = ? AND source_id != ? AND (full_text, ifnull(version, ?)) > (?, ?)",
            [
                paper_id,
                change.edition.source_id,
                NEWEST,
                change.edition.full_text,
                NEWEST if change.edition.version is None else change.edition.version,
            ],
        )
        self._describe(paper_id)

    def note(self, change: NoteEdition, run: int) -> None:
        """Record an edition, and where its sentences now stand."""
        edition_id = self._upsert(change.edition, run)
        if change.moved:
            key = self._store.paper_key(change.edition.paper.id)
            ids = self._store.sentence_ids(key or 0)
            self._db.execute(
                "UPDATE papers SET edition_id = ? WHERE paper_key = ?", [edition_id, key]
            )
            self._db.executemany(
                "UPDATE sentences SET file = ?, line = ?, paragraph = ? WHERE sentence_id = ?",
                [
                    (s.file, s.line, s.paragraph, int(i))
                    for s, i in zip(change.moved, ids, strict=True)
                ],
            )
            rows = self._db.execute(
                """SELECT sentence_id, paper_key, text, tex, section, file, line, paragraph
                   FROM sentences WHERE paper_key = ?""",
                [key],
            ).fetchall()
            self._db.executemany(
                "UPDATE sentences SET checksum = ? WHERE sentence_id = ?",
                [(sentence_sum(*row), row[0]) for row in rows],
            )
        self._describe(change.edition.paper.id)

    def end(self, change: EndSource, run: int) -> list[str]:
        """Record how a source ended; editions it no longer has go, with their papers.

        Returns the ids of those papers.
        """
        self._db.execute("DELETE FROM failures WHERE source_id = ?", [change.source_id])
        self._db.executemany(
            """INSERT INTO failures (source_id, name, reason, documents, duplicate_of)
               VALUES (?, ?, ?, ?, ?)""",
            [(change.source_id, *astuple(failure)) for failure in change.failures],
        )
        status = "done" if change.gave_papers or not change.failures else "failed"
        self._db.execute(
            """UPDATE sources SET status = ?, stamp = ?, parts = ?, documents = ?, run = ?
               WHERE source_id = ?""",
            [
                *(status, change.stamp, json.dumps(change.parts)),
                *(change.documents, run, change.source_id),
            ],
        )
        if change.keep is None:
            return []
        return self._drop_editions(change.source_id, before=run, keep=change.keep)

    def remove_paper(self, paper_id: str) -> int:
        """Remove a paper; return how many sentences went with it."""
        key = self._store.paper_key(paper_id)
        if key is None:
            return 0
        count = self._drop_sentences(key)
        self._db.execute("DELETE FROM papers WHERE paper_key = ?", [key])
        return count

    def remove_source(self, source_id: int) -> list[str]:
        """Forget a source; return the papers that went with it."""
        papers = self._drop_editions(source_id, before=None)
        self._db.execute("DELETE FROM failures WHERE source_id = ?", [source_id])
        self._db.execute("DELETE FROM sources WHERE source_id = ?", [source_id])
        return papers

    def remove_damaged(self, paper_keys: Sequence[int], sentence_ids: Sequence[int]) -> list[str]:
        """Remove papers with a damaged row, of their own or of a sentence.

        Papers without a sentence, and sentences without a paper, go too. The sources will be read
        again. Returns the papers' ids, where they are known.
        """
        rows = self._db.execute(
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
            found = self._db.execute(
                """SELECT e.paper_id FROM papers JOIN editions e USING (edition_id)
                   WHERE paper_key = ?""",
                [key],
            ).fetchone()
            self._drop_sentences(key)
            self._db.execute("DELETE FROM papers WHERE paper_key = ?", [key])
            names.append(found[0] if found else f"of key {key}")
            if found:
                self._ask_again("paper_id = ?", [found[0]])
        return names

    def _upsert(self, edition: Edition, run: int) -> int:
        row = self._db.execute(
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

    def _describe(self, paper_id: str) -> None:
        """Write a paper's fields: an archive's record first, then what its indexed text says."""
        rows = self._db.execute(
            """SELECT e.record FROM editions e LEFT JOIN papers p USING (edition_id)
               WHERE e.paper_id = ?
               ORDER BY e.full_text, p.paper_key IS NULL, e.version DESC, e.seen DESC,
                        e.edition_id""",
            [paper_id],
        ).fetchall()
        if not rows:
            return
        columns = columns_of(merge_records([paper_of_record(row[0]) for row in rows]))
        self._db.execute(
            f"UPDATE papers SET {', '.join(f'{name} = ?' for name in columns)} WHERE paper_id = ?",
            [*columns.values(), paper_id],
        )
        row = self._db.execute(
            f"SELECT {PAPER_COLUMNS} FROM papers WHERE paper_id = ?", [paper_id]
        ).fetchone()
        if row is not None:
            self._db.execute(
                "UPDATE papers SET checksum = ? WHERE paper_key = ?", [paper_sum(*row), row[0]]
            )

    def _drop_editions(
        self,
        source_id: int,
        before: int | None,
        keep: frozenset[str] = frozenset(),
    ) -> list[str]:
        """Forget a source's editions (those not seen since run `before`), and their papers.

        Returns the ids of the papers.
        """
        where = "source_id = ?" if before is None else "source_id = ? AND seen < ?"
        values = [source_id] if before is None else [source_id, before]
        rows = self._db.execute(
            f"""SELECT edition_id, e.paper_id, p.paper_key FROM editions e
                LEFT JOIN papers p USING (edition_id) WHERE {where}""",
            values,
        ).fetchall()
        rows = [row for row in rows if row[1] not in keep]
        for edition_id, paper_id, key in rows:
            if key is not None:
                self.remove_paper(paper_id)
            self._db.execute("DELETE FROM editions WHERE edition_id = ?", [edition_id])
            if key is not None:
                # Another source may still tell of this paper: have it read again.
                self._ask_again("paper_id = ?", [paper_id])
            else:
                self._describe(paper_id)
        return [paper_id for _, paper_id, key in rows if key is not None]

    def _ask_again(self, where: str, values: Sequence[object]) -> None:
        """Have the sources of some editions read again, as if they had changed."""
        self._db.execute(
            f"""UPDATE sources SET status = 'pending' WHERE source_id IN
                (SELECT source_id FROM editions WHERE {where})""",
            values,
        )
        self._db.execute(f"UPDATE editions SET digest = '' WHERE {where}", values)

    def _drop_sentences(self, key: int) -> int:
        self._db.execute(
            """INSERT INTO dead_vectors
               SELECT sentence_id FROM sentences WHERE paper_key = ?""",
            [key],
        )
        return self._db.execute("DELETE FROM sentences WHERE paper_key = ?", [key]).rowcount

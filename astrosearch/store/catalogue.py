"""The papers of an index as a catalogue: listed, counted, and found by what they are called."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from astrosearch.errors import NotFound
from astrosearch.store.layout import DATABASE

if TYPE_CHECKING:
    from astrosearch.records import Paper
    from astrosearch.store.reader import Store

LISTED = 1000  # papers whose rows are looked up at once


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many papers lack what filters ask for."""

    without_year: int
    without_authors: int
    without_categories: int


class Catalogue:
    """What a store's papers are called, and how many sentences each has."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def papers(self) -> Iterator[tuple[Paper, int]]:
        """Yield every paper with the number of its sentences, in the order they were indexed."""
        counts = self._store.rows(
            """SELECT paper_key, count(sentence_id) FROM papers LEFT JOIN sentences
               USING (paper_key) GROUP BY paper_key ORDER BY paper_key"""
        )
        for start in range(0, len(counts), LISTED):
            part = counts[start : start + LISTED]
            papers = self._store.papers(key for key, _ in part)
            for key, count in part:
                if key in papers:
                    yield papers[key], count

    def first_sentences(self, paper_ids: Sequence[str]) -> dict[str, int]:
        """Return the id of each paper's first sentence; papers that aren't there are left out."""
        rows = self._store.rows(
            """SELECT paper_id, (SELECT min(sentence_id) FROM sentences
                                 WHERE sentences.paper_key = papers.paper_key) AS first
               FROM json_each(?) JOIN papers ON paper_id = value WHERE first IS NOT NULL""",
            [json.dumps(list(paper_ids))],
        )
        return {str(paper_id): int(first) for paper_id, first in rows}

    def coverage(self) -> Coverage:
        """Count the papers of which the year, the authors or the categories aren't known."""
        rows = self._store.rows(
            """SELECT count(*) FILTER (WHERE year IS NULL),
                      count(*) FILTER (WHERE authors = '[]'),
                      count(*) FILTER (WHERE categories = '[]') FROM papers"""
        )
        return Coverage(*map(int, rows[0]))

    def written_by(self) -> tuple[str | None, int]:
        """Return the version of astrosearch that wrote the index last, and the index's format."""
        return self._store.meta().get("written_by"), self._store.format

    def last_written(self) -> datetime:
        """Return when the database was last changed, in local time."""
        changed = (self._store.folder / DATABASE).stat().st_mtime
        return datetime.fromtimestamp(changed).astimezone()

    def roots(self) -> list[str]:
        """Return the folders that papers were read from, sorted."""
        rows = self._store.rows("SELECT DISTINCT root FROM sources ORDER BY 1")
        return [str(row[0]) for row in rows]

    # -- found by a name

    def by_doi(self, doi: str) -> list[str]:
        """Return ids of the papers of a DOI, in any case."""
        return self._ids("SELECT paper_id FROM papers WHERE doi = ? COLLATE NOCASE", [doi])

    def by_bibcode(self, bibcode: str) -> list[str]:
        """Return ids of the papers that a record gives this bibcode."""
        columns = self._store.rows("SELECT name FROM pragma_table_info('papers')")
        if ("bibcode",) not in columns:  # formats before it
            return []
        return self._ids("SELECT paper_id FROM papers WHERE bibcode = ?", [bibcode])

    def by_id(self, paper_id: str) -> list[str]:
        """Return ids of papers that are this one in any case."""
        return self._ids(
            "SELECT paper_id FROM papers WHERE paper_id = ? COLLATE NOCASE LIMIT 9", [paper_id]
        )

    def by_ending(self, path: str) -> list[str]:
        """Return ids that end in a path: `main` is one of `x/main` and `y/main`."""
        return self._ids(
            "SELECT paper_id FROM papers WHERE substr(paper_id, -length(?1)) = ?1 LIMIT 99",
            [f"/{path}"],
        )

    def by_file(self, name: str) -> list[str]:
        """Return ids of the papers that were read from a file of the corpus."""
        whole = self._ids(
            """SELECT DISTINCT papers.paper_id FROM sources JOIN editions USING (source_id)
               JOIN papers USING (edition_id) WHERE name = ? LIMIT 99""",
            [name],
        )
        return whole or self._ids(
            """SELECT DISTINCT paper_id FROM sentences JOIN papers USING (paper_key)
               WHERE file = ? LIMIT 99""",
            [name],
        )

    def by_title(self, words: Sequence[str]) -> list[tuple[str, str]]:
        """Return (id, title) of papers whose titles may hold some words, written in ASCII.

        A title with other letters may have them with accents, and is among them whatever it says.
        """
        holds = " AND ".join(["instr(lower(title), ?) > 0"] * len(words)) or "title IS NOT NULL"
        rows = self._store.rows(
            f"""SELECT paper_id, title FROM papers WHERE ({holds}) OR title GLOB '*[^ -~]*'
                ORDER BY paper_key""",
            [word.lower() for word in words],
        )
        return [(str(paper_id), str(title)) for paper_id, title in rows]

    def none_named(self, names: str) -> NotFound:
        """Say that there is nothing of some names."""
        shown = names if len(names) <= 200 else f"{names[:200]}…"
        return NotFound(
            f"the index {self._store.folder.absolute()} has no {shown}.\n"
            "Give an id as a query shows it, an arXiv id, a DOI, a bibcode, an address of one of "
            "them, a file of the corpus, or words of the title."
        )

    def sentence_at(self, file: str, line: int) -> int | None:
        """Return the id of the sentence that stands at a line of a file, or last before it."""
        rows = self._store.rows(
            """SELECT sentence_id FROM sentences WHERE file = ? AND line <= ?
               ORDER BY line DESC, sentence_id LIMIT 1""",
            [file, min(line, 2**31)],
        )
        return int(rows[0][0]) if rows else None

    def _ids(self, sql: str, values: Sequence[object]) -> list[str]:
        return [str(row[0]) for row in self._store.rows(sql, values)]

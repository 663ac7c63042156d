"""What became of the files of a corpus and of the documents in them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from astrosearch.store.reader import Store
from astrosearch.store.rows import Outcome, are_of_types
from astrosearch.store.schema import NAMES_FORMAT

# Editions that the last reading of their source met, each with its paper.
_MET = """FROM json_each(?) JOIN sources s ON s.source_id = value
          JOIN editions e ON e.source_id = s.source_id AND (s.run IS NULL OR e.seen = s.run)
          LEFT JOIN papers p ON p.paper_id = e.paper_id"""


# An edition without its paper is one that people removed; or its source is to be read again.
_REMOVED = "e.paper_id NOT IN (SELECT paper_id FROM papers) AND e.digest != ''"


def not_read(store: Store) -> list[tuple[str, str]]:
    """Return (file or part of one, reason) of all that was not indexed."""
    if store.format < NAMES_FORMAT:
        sql = "SELECT name, reason FROM failures ORDER BY source_id, rowid"
    else:
        sql = """SELECT name, reason FROM (
                     SELECT name, reason, source_id AS source, rowid AS place FROM failures
                     WHERE duplicate_of IS NULL
                     UNION ALL SELECT name, reason, 1 << 62, 0 FROM left_out)
                 ORDER BY source, place, name"""
    rows = store.rows(sql)
    if not are_of_types(rows, "ss"):
        raise store.damage_error("a value in the list of what was not read")
    return [(name, reason) for name, reason in rows]


def outcome(store: Store, source_ids: Sequence[int]) -> Outcome:
    """Count what became of the documents that some sources held when they were last read."""
    ids = [json.dumps(list(source_ids))]
    [(indexed, duplicates, without, removed)] = store.rows(
        f"""SELECT count(*) FILTER (WHERE p.edition_id = e.edition_id),
                   count(*) FILTER (WHERE p.edition_id != e.edition_id),
                   count(*) FILTER (WHERE p.edition_id IS NULL),
                   count(*) FILTER (WHERE p.edition_id IS NULL AND e.digest != '') {_MET}""",
        ids,
    )
    [(repeated, refused)] = store.rows(
        """SELECT ifnull(sum(documents) FILTER (WHERE duplicate_of IS NOT NULL), 0),
                  ifnull(sum(documents) FILTER (WHERE duplicate_of IS NULL), 0)
           FROM json_each(?) JOIN failures ON source_id = value""",
        ids,
    )
    [(found, unknown)] = store.rows(
        """SELECT ifnull(sum(documents), 0), count(*) FILTER (WHERE documents IS NULL)
           FROM json_each(?) JOIN sources ON source_id = value""",
        ids,
    )
    duplicates, refused = duplicates + repeated, refused + without
    if unknown:  # of an index that an earlier format held
        found = indexed + duplicates + refused
    return Outcome(found, indexed, duplicates, refused, removed)


def duplicates(store: Store, source_ids: Sequence[int]) -> list[tuple[str, str]]:
    """Return (document, reason) of each that is another copy or version of an indexed paper."""
    ids = [json.dumps(list(source_ids))]
    rows = store.rows(
        f"""SELECT s.name, e.paper_id, other.name {_MET}
            JOIN editions won ON won.edition_id = p.edition_id
            JOIN sources other ON other.source_id = won.source_id
            WHERE p.edition_id != e.edition_id ORDER BY s.source_id, e.edition_id""",
        ids,
    )
    repeated = store.rows(
        """SELECT name, reason FROM json_each(?) JOIN failures ON source_id = value
           WHERE duplicate_of IS NOT NULL ORDER BY source_id, failures.rowid""",
        ids,
    )
    named = [
        (name if Path(name).stem == paper else f"{name}: {paper}", f"the same paper as {other}")
        for name, paper, other in rows
    ]
    return [*named, *((name, reason) for name, reason in repeated)]


def paths_with_papers(store: Store) -> frozenset[str]:
    """Return the paths of all sources that gave a paper when they were last read."""
    rows = store.rows(
        "SELECT path FROM sources WHERE source_id IN (SELECT source_id FROM editions)"
    )
    return frozenset(path for (path,) in rows)


@dataclass(frozen=True, slots=True)
class RemovedPaper:
    """A paper that people removed, in one of the files that hold it.

    `digest` is that of its text there; `alone` says that the file holds no other paper.
    """

    path: str
    paper_id: str
    digest: str
    alone: bool


def removed_papers(store: Store) -> list[RemovedPaper]:
    """Return each paper that people removed, once for each source that gave it."""
    rows = store.rows(
        f"""SELECT path, paper_id, digest,
                   (SELECT count(*) FROM editions o WHERE o.source_id = e.source_id) = 1
            FROM editions e JOIN sources USING (source_id)
            WHERE {_REMOVED} ORDER BY edition_id"""
    )
    return [RemovedPaper(path, paper, digest, bool(alone)) for path, paper, digest, alone in rows]


def takes_all_categories(store: Store) -> bool:
    """Whether an index holds metadata records of every category, not astro-ph's alone."""
    kept = store.meta().get("all_categories")
    if kept is None:  # an earlier version noted it with each source
        return bool(store.rows("SELECT 1 FROM sources WHERE stamp LIKE '% +all%' LIMIT 1"))
    return kept == "1"

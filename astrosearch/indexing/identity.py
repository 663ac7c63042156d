"""Which source and which paper a file is that may have been met before, under another name."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from pathlib import Path

from astrosearch.corpus import kinds
from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.corpus.source import Source
from astrosearch.indexing import decide
from astrosearch.store.rows import Edition, SourceRow
from astrosearch.store.writer import Writer


class Identities:
    """Knows the files and papers of an index again."""

    def __init__(self, writer: Writer) -> None:
        self._sources = writer.sources
        self._moved: dict[str, tuple[str, int]] = {}  # digest -> (paper, source) of files gone
        self._left: set[int] = set()  # sources whose papers were found elsewhere

    def known_places(
        self, sources: Sequence[Source]
    ) -> tuple[dict[str, Source], list[tuple[str, str]]]:
        """Return sources by the path that the index knows them by, and those met twice.

        A file reached by two paths, through a link or a mount, is one source.
        """
        known = self._sources.by_path()
        given = {str(source.path): source for source in sources}
        if all(path in known for path in given):
            return given, []
        files: dict[tuple[int, int], str] = {}
        for path in (*(path for path in given if path in known), *known, *given):
            if (file := _file_of(path)) is not None:
                files.setdefault(file, path)
        found: dict[str, Source] = {}
        doubles: list[tuple[str, str]] = []
        for path, source in given.items():
            file = _file_of(path)
            place = path if path in known or file is None else files[file]
            if place != path and (place in found or place in given):
                other = given[place].name if place in given else found[place].name
                doubles.append((source.name, f"the same file as {other}"))
            else:
                found[place] = source
        return found, doubles

    def look_for_moved(self, rows: Mapping[str, SourceRow], present: Collection[str]) -> None:
        """Look for sources whose files are gone, to know their papers again in new files."""
        if all(rows[path].stamp is not None for path in present):
            return
        gone = [
            row.source_id for path, row in rows.items() if path not in present and is_gone(path)
        ]
        self._moved = self._sources.ids_by_digest(gone)

    def has_moved(self, source_id: int) -> bool:
        """Whether all papers of a source were found in another file."""
        return source_id in self._left and not self._sources.gives_papers(source_id)

    def place_of(self, edition: Edition, row: SourceRow) -> tuple[str, Edition | None]:
        """Choose an id that no other paper has, and give the edition that is indexed under it.

        A file that moved keeps its paper's id.
        """
        indexed = cache(self._sources.indexed_edition)  # asked for once for each of the ids
        paper_id = self._id_for(edition, row, indexed)
        return paper_id, indexed(paper_id)

    def _id_for(
        self, edition: Edition, row: SourceRow, indexed: Callable[[str], Edition | None]
    ) -> str:
        ids = decide.possible_ids(edition.paper, row)
        if len(ids) == 1:
            return ids[0]
        if row.stamp is not None:  # it was read before: its paper keeps the name that it has
            alone = kinds.rank(row.kind) and kinds.named(row.kind).holds == "paper"
            kept = self._sources.paper_of(row.source_id) if alone else None
            if kept is not None and parse_arxiv_id(kept) is None:
                return kept
            for paper_id in ids:
                holder = indexed(paper_id)
                if holder is not None and holder.source_id == row.source_id:
                    return paper_id
        elif edition.digest in self._moved:
            paper_id, source_id = self._moved.pop(edition.digest)
            self._left.add(source_id)
            return paper_id
        for paper_id in ids[:-1]:
            holder = indexed(paper_id)
            if holder is None or holder.source_id == row.source_id:
                return paper_id
            if holder.digest == edition.digest:
                return paper_id  # the same text under the same name
        return ids[-1]


def _file_of(path: str) -> tuple[int, int] | None:
    """Device and number of a file, which no other has; None where there is none."""
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return (status.st_dev, status.st_ino) if status.st_ino else None


def is_gone(path: str) -> bool:
    """Whether a file isn't there; False if its folder may not be entered."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False

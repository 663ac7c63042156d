"""What filters ask of papers and sentences, read once from a store and held in arrays."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from astrosearch.names import Name
from astrosearch.store.rows import paper_from
from astrosearch.store.schema import paper_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.store.reader import Store

NO_YEAR = -32768
MOST = 100_000  # rows read at once: they take ten times the memory of the arrays made of them


@dataclass(frozen=True, slots=True)
class Sections:
    """The heading over each sentence.

    Attributes
    ----------
    ids : int64 [n], ascending
    codes : int32 [n]
        Places in `names`.
    names : list
    """

    ids: NDArray[np.int64]
    codes: NDArray[np.int32]
    names: list[str | None]


class Columns:
    """The papers of one state of an index, by ascending keys; each column is read when needed."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @cached_property
    def keys(self) -> NDArray[np.int64]:
        """The keys of the papers, [n]."""
        return self._store.ids("SELECT paper_key FROM papers ORDER BY paper_key")

    @cached_property
    def places(self) -> dict[str, int]:
        """Each paper's place, by its id."""
        return {str(id): place for place, id in enumerate(self._column("paper_id"))}

    @cached_property
    def years(self) -> NDArray[np.int16]:
        """The years of the papers, [n]; NO_YEAR where it isn't known."""
        import numpy as np

        years = self._column("year")
        return np.array(
            [NO_YEAR if year is None else min(max(year, 0), 9999) for year in years], np.int16
        )

    @cached_property
    def categories(self) -> tuple[NDArray[np.int32], list[tuple[str, ...]]]:
        """Places [n] in a list of all lists of categories that papers have, and that list."""
        import numpy as np

        numbers: dict[str, int] = {}
        codes = [numbers.setdefault(text, len(numbers)) for text in self._column("categories")]
        try:
            lists = [tuple(map(str, json.loads(text))) for text in numbers]
        except (TypeError, ValueError) as error:
            raise self._store.damage_error("the categories of a paper") from error
        return np.array(codes, np.int32), lists

    @cached_property
    def titles(self) -> list[str | None]:
        """The titles of the papers, [n]."""
        return self._column("title")

    def authors(self) -> Iterator[tuple[tuple[str, ...], tuple[Name, ...]]]:
        """Yield the authors of each paper, and the parts of their names where they are known."""
        rows = self._store.rows(
            f"SELECT {paper_columns(self._store.format)} FROM papers ORDER BY paper_key"
        )
        for row in rows:
            try:
                paper = paper_from(row[1:])
            except (TypeError, ValueError) as error:
                raise self._store.damage_error(f"the row of paper {row[1]}") from error
            yield paper.authors, paper.names

    @cached_property
    def having_authors(self) -> int:
        """How many papers have an author that is known."""
        return sum(authors != "[]" for authors in self._column("authors"))

    @cached_property
    def spans(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Of each paper the first id of its sentences, the last one's successor, and their number.

        The ids of a paper lie side by side where the two differ by the number.
        """
        import numpy as np

        rows = self._store.rows(
            """SELECT paper_key, min(sentence_id), max(sentence_id) + 1, count(*)
               FROM sentences GROUP BY paper_key ORDER BY 1"""
        )
        found = np.array(rows, dtype=np.int64).reshape(-1, 4)
        spans = np.zeros((3, len(self.keys)), dtype=np.int64)
        at = np.searchsorted(self.keys, found[:, 0])
        if len(found) and (at[-1] >= len(self.keys) or (self.keys[at] != found[:, 0]).any()):
            raise self._store.damage_error("the paper of a sentence")
        spans[:, at] = found[:, 1:].T
        return spans[0], spans[1], spans[2]

    @cached_property
    def sections(self) -> Sections:
        """The heading over each sentence."""
        import numpy as np

        numbers: dict[str | None, int] = {}
        parts, last = [], -1
        while True:
            rows = self._store.rows(
                """SELECT sentence_id, section FROM sentences WHERE sentence_id > ?
                   ORDER BY 1 LIMIT ?""",
                [last, MOST],
            )
            ids = np.fromiter((row[0] for row in rows), np.int64, len(rows))
            own = (numbers.setdefault(section, len(numbers)) for _, section in rows)
            parts.append((ids, np.fromiter(own, np.int32, len(rows))))
            if len(rows) < MOST:
                break
            last = int(ids[-1])
        return Sections(
            np.concatenate([ids for ids, _ in parts]),
            np.concatenate([codes for _, codes in parts]),
            list(numbers),
        )

    def sentence_ids(self, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        """Return ids of the sentences of some papers, ascending; `chosen` is bool [n]."""
        import numpy as np

        first, after, count = (span[chosen] for span in self.spans)
        apart = after - first != count
        parts = [self._store.sentence_ids(int(key)) for key in self.keys[chosen][apart]]
        first, count = first[~apart], count[~apart]
        starts = np.repeat(first - np.concatenate([[0], np.cumsum(count)[:-1]]), count)
        parts.append(starts + np.arange(len(starts)))
        ids = np.concatenate(parts).astype(np.int64)
        return ids if bool((ids[1:] > ids[:-1]).all()) else np.sort(ids)

    def _column(self, name: str) -> list[Any]:
        rows = self._store.rows(f"SELECT {name} FROM papers ORDER BY paper_key")
        return [row[0] for row in rows]

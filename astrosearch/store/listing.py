"""Papers found by their titles, papers listed without ranking, and how words are spelled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from astrosearch.store.reader import Store
from astrosearch.store.schema import NAMES_FORMAT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def is_spelled(store: Store) -> bool:
    """Whether words and full text are of spelled texts; in older formats, of texts as written."""
    return store.format >= NAMES_FORMAT


def titled(store: Store, expression: str) -> NDArray[np.int64]:
    """Return ids, ascending, of all sentences of papers whose title an expression matches."""
    return store.ids(
        """SELECT sentence_id FROM sentences WHERE paper_key IN (
               SELECT paper_key FROM sentences_fts
               JOIN sentences ON sentence_id = sentences_fts.rowid
               WHERE sentences_fts MATCH ? AND section = 'Title')
           ORDER BY 1""",
        [expression],
    )


def first_sentences(store: Store) -> NDArray[np.int64]:
    """Return the id of each paper's first sentence: the newest papers first, then by their ids."""
    return store.ids(
        """SELECT min(sentence_id) FROM papers JOIN sentences USING (paper_key)
           GROUP BY paper_key ORDER BY year IS NULL, year DESC, paper_id"""
    )


def heads_of(store: Store) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the ids of all papers' first sentences, ascending, and how many each paper has."""
    import numpy as np

    rows = store.rows("SELECT min(sentence_id), count(*) FROM sentences GROUP BY paper_key")
    found = np.array(rows, dtype=np.int64).reshape(-1, 2)
    found = found[found[:, 0].argsort()]
    return found[:, 0].copy(), found[:, 1].copy()


def sentences_of_papers(store: Store, head_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ids, ascending, of all sentences of papers that hold some sentences."""
    return store.ids(
        """SELECT sentence_id FROM sentences WHERE paper_key IN (
               SELECT paper_key FROM sentences
               WHERE sentence_id IN (SELECT value FROM json_each(?)))
           ORDER BY 1""",
        [json.dumps(head_ids.tolist())],
    )

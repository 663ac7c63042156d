"""Sentences like others: what papers, sentences and a text of one's own have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.errors import NotFound
from astrosearch.records import is_sentence_id
from astrosearch.store.reader import Store
from astrosearch.store.vectors import VectorIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Seeds:
    """What hits shall be like.

    Attributes
    ----------
    vectors : float32 [m, dim], of unit length
        A paper's or a text's is the mean of its sentences'.
    own : int64 [n]
        Ids of their sentences, ascending.
    """

    vectors: NDArray[np.float32]
    own: NDArray[np.int64]


def seeds_of(
    store: Store, vectors: VectorIndex, ids: Sequence[str], text: NDArray[np.float32] | None
) -> Seeds:
    """Find the papers and sentences of these ids; `text` are vectors [n, dim] of one more.

    Raises
    ------
    NotFound
        When some aren't there; it names them all.
    """
    import numpy as np

    found = {id: _sentences_of(store, id) for id in ids}
    missing = [id for id, own in found.items() if not len(own)]
    if missing:
        named = ", ".join(f"{'sentence' if is_sentence_id(id) else 'paper'} {id}" for id in missing)
        raise NotFound(
            f"the index {store.folder.absolute()} has no {named}.\n"
            "Give a sentence_id or a paper's id as a query shows it, such as 1807.06209."
        )
    rows = []
    for own in found.values():
        vectors.check(own)
        rows.append(mean_of(vectors.vectors(own)))
    if text is not None:
        rows.append(mean_of(text))
    none = np.empty(0, dtype=np.int64)
    return Seeds(np.array(rows), np.unique(np.concatenate([none, *found.values()])))


def like(
    vectors: VectorIndex, seeds: Seeds, depth: int, among: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Find the sentences nearest to the seeds, [1, at most `depth`], their own left out.

    Of several, by the mean of their cosines, which is that with the mean of the seeds: each seed
    has length 1, so none outweighs the others, however many sentences it has. The least of their
    cosines, and soft minima between, find less of what papers cited together have in common
    (benchmarks/results/common_likeness.json).
    """
    import numpy as np

    if among is not None:
        among = np.setdiff1d(among, seeds.own, assume_unique=True)
        if not len(among):
            return np.empty((1, 0), dtype=np.int64), np.empty((1, 0), dtype=np.float32)
    more = len(seeds.own) if among is None else 0
    ids, scores = vectors.search(mean_of(seeds.vectors)[None], depth + more, among)
    others = (ids[0] >= 0) & ~np.isin(ids[0], seeds.own)
    return ids[:, others][:, :depth], scores[:, others][:, :depth]


def mean_of(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of vectors [n, dim] at unit length, [dim]."""
    import numpy as np

    mean = vectors.mean(axis=0)
    unit: NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit


def _sentences_of(store: Store, id: str) -> NDArray[np.int64]:
    import numpy as np

    if is_sentence_id(id):
        return np.array([int(id)] if store.sentences([int(id)]) else [], dtype=np.int64)
    key = store.paper_key(id)
    return np.empty(0, dtype=np.int64) if key is None else store.sentence_ids(key)

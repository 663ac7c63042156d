"""Sentences like others: what papers, sentences and a text of one's own have in common."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.errors import NotFound
from astrosearch.records import is_sentence_id

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked
    from astrosearch.search.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Seeds:
    """What hits shall be like.

    Attributes
    ----------
    vectors : float32 [m, dim], of unit length
        A paper's or a text's is the mean of its sentences'.
    sentence_ids : int64 [n]
        Ids of their sentences, ascending.
    """

    vectors: NDArray[np.float32]
    sentence_ids: NDArray[np.int64]


def seeds_of(snapshot: Snapshot, ids: Sequence[str], text: NDArray[np.float32] | None) -> Seeds:
    """Find the papers and sentences of these ids; `text` are vectors [n, dim] of one more.

    Raises
    ------
    NotFound
        When some aren't there; it names them all.
    """
    import numpy as np

    found = {id: snapshot.sentence_ids(id) for id in ids}
    missing = [id for id, sentence_ids in found.items() if not len(sentence_ids)]
    if missing:
        named = ", ".join(f"{'sentence' if is_sentence_id(id) else 'paper'} {id}" for id in missing)
        raise NotFound(
            f"the index {snapshot.path.absolute()} has no {named}.\n"
            "Give a sentence_id or a paper's id as a query shows it, such as 1807.06209."
        )
    rows = [mean_of(snapshot.vectors(ids, checked=True)) for ids in found.values()]
    if text is not None:
        rows.append(mean_of(text))
    none = np.empty(0, dtype=np.int64)
    return Seeds(np.array(rows), np.unique(np.concatenate([none, *found.values()])))


def like(
    snapshot: Snapshot, seeds: Seeds, depth: int, allowed_ids: NDArray[np.int64] | None
) -> Ranked:
    """Find the sentences nearest to the seeds, [1, at most `depth`], but for the seeds' own.

    Of several seeds, by the mean of their cosines, which is that with the mean of the seeds: each
    seed has length 1, so none outweighs the others, however many sentences it has. The least of
    their cosines, and soft minima between, find less of what papers cited together have in common
    (benchmarks/results/common_likeness.json).
    """
    import numpy as np

    if allowed_ids is not None:
        allowed_ids = np.setdiff1d(allowed_ids, seeds.sentence_ids, assume_unique=True)
        if not len(allowed_ids):
            return np.empty((1, 0), dtype=np.int64), np.empty((1, 0), dtype=np.float32)
    more = len(seeds.sentence_ids) if allowed_ids is None else 0
    ids, scores = snapshot.nearest(mean_of(seeds.vectors)[None], depth + more, allowed_ids)
    others = (ids[0] >= 0) & ~np.isin(ids[0], seeds.sentence_ids)
    return ids[:, others][:, :depth], scores[:, others][:, :depth]


def mean_of(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of vectors [n, dim] at unit length, [dim]."""
    import numpy as np

    mean = vectors.mean(axis=0)
    unit: NDArray[np.float32] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    return unit

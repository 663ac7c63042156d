"""Meaning and words together.

A sentence's score is its cosine and the share of the query's weight that its words have, summed
with weights. Each has a bound that doesn't depend on what else was found (Bruch et al. 2023, ACM
TOIS 42, 20), so that scores of one query stay what they are, whatever is filtered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astrosearch.search.bm25 import best, bound, scores_of
from astrosearch.search.language import ParsedQuery
from astrosearch.search.ordering import unfilled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked
    from astrosearch.search.snapshot import Snapshot
    from astrosearch.store.rows import Postings

# nDCG@10 is above both on four dev benchmarks, and that of meaning alone within the interval on the
# fifth (docs/searching.md).
DENSE_WEIGHT = 0.7
# Candidates by meaning and by words, or as many as hits are asked for; with 50 of each, nDCG@10 is
# the same.
DEPTH, WORDED_DEPTH = 10, 20


def by_words(
    snapshot: Snapshot,
    queries: Sequence[ParsedQuery],
    k: int,
    allowed_ids: NDArray[np.int64] | None,
) -> Ranked:
    """Rank sentences by BM25: ids [n, k] and scores; -1 and NaN where no more hold a word."""
    removed_ids = snapshot.removed_ids
    ids, scores = unfilled(len(queries), k)
    for i, weighted in enumerate(snapshot.words.weighted([each.ranking for each in queries])):
        found, found_scores = best(weighted, k, allowed_ids, removed_ids)
        ids[i, : len(found)], scores[i, : len(found)] = found, found_scores
    return ids, scores


def by_both(
    snapshot: Snapshot,
    vectors: NDArray[np.float32],
    queries: Sequence[ParsedQuery],
    k: int,
    allowed_ids: NDArray[np.int64] | None,
) -> Ranked:
    """Rank sentences by both: ids [n, k] and scores of queries whose vectors are [n, dim].

    Candidates are the nearest of either side, each scored by both.
    """
    import numpy as np

    near, cosines = snapshot.nearest(vectors, max(k, DEPTH), allowed_ids)
    removed_ids = snapshot.removed_ids
    ids, scores = unfilled(len(queries), k)
    for i, weighted in enumerate(snapshot.words.weighted([each.ranking for each in queries])):
        found = near[i] >= 0
        candidates, cosine = near[i][found], cosines[i][found]
        worded = best(weighted, max(k, WORDED_DEPTH), allowed_ids, removed_ids)[0]
        worded = worded[~np.isin(worded, candidates, kind="sort")]
        candidates = np.concatenate([candidates, worded])
        cosine = np.concatenate([cosine, snapshot.vectors(worded) @ vectors[i]])
        score = fused(cosine, weighted, candidates)
        order = np.lexsort((candidates, -score))[:k]
        ids[i, : len(order)], scores[i, : len(order)] = candidates[order], score[order]
    return ids, scores


def fused(
    cosines: NDArray[np.float32], weighted: Sequence[Postings], ids: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Score candidates: at most 1, float32 [n]."""
    return hybrid_scores(cosines, scores_of(weighted, ids) / max(bound(weighted), 1e-9))


def hybrid_scores(
    cosines: NDArray[np.float32], shares: NDArray[np.float32], dense_weight: float = DENSE_WEIGHT
) -> NDArray[np.float32]:
    """Weigh cosines, and shares of a query's words, both of one shape, into scores: at most 1."""
    scores: NDArray[np.float32] = dense_weight * cosines
    scores += (1 - dense_weight) * shares
    return scores

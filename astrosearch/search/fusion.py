"""Meaning and words together.

A sentence's score is its cosine and the share of the query's weight that its words have, summed
with weights. Each has a bound that doesn't depend on what else was found (Bruch et al. 2023, ACM
TOIS 42, 20), so that scores of one query stay what they are, whatever is filtered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astrosearch.search.bm25 import WordRanking, best, bound, scores_of
from astrosearch.search.language import Asked
from astrosearch.store.vectors import VectorIndex, unfilled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.store.words.postings import Postings

# nDCG@10 is above both on four dev benchmarks, and that of meaning alone within the interval on the
# fifth (docs/searching.md).
DENSE_WEIGHT = 0.7
# Candidates by meaning and by words, or as many as hits are asked for; with 50 of each, nDCG@10 is
# the same.
DEPTH, WORDED_DEPTH = 10, 20


def by_words(
    words: WordRanking,
    asked: Sequence[Asked],
    k: int,
    among: NDArray[np.int64] | None,
    dead: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rank sentences by BM25: ids [n, k] and scores; -1 and NaN where no more hold a word."""
    ids, scores = unfilled(len(asked), k)
    for i, weighted in enumerate(words.weighted([each.ranking for each in asked])):
        found, found_scores = best(weighted, k, among, dead)
        ids[i, : len(found)], scores[i, : len(found)] = found, found_scores
    return ids, scores


def by_both(
    vectors: VectorIndex,
    words: WordRanking,
    rows: NDArray[np.float32],
    asked: Sequence[Asked],
    k: int,
    among: NDArray[np.int64] | None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rank sentences by both: ids [n, k] and scores of queries whose vectors are `rows` [n, dim].

    Candidates are the nearest of either side, each scored by both.
    """
    import numpy as np

    near, cosines = vectors.search(rows, max(k, DEPTH), among)
    ids, scores = unfilled(len(asked), k)
    for i, weighted in enumerate(words.weighted([each.ranking for each in asked])):
        found = near[i] >= 0
        candidates, cosine = near[i][found], cosines[i][found]
        worded = best(weighted, max(k, WORDED_DEPTH), among, vectors.dead)[0]
        worded = worded[~np.isin(worded, candidates, kind="sort")]
        candidates = np.concatenate([candidates, worded])
        cosine = np.concatenate([cosine, vectors.vectors(worded) @ rows[i]])
        score = fused(cosine, weighted, candidates)
        order = np.lexsort((candidates, -score))[:k]
        ids[i, : len(order)], scores[i, : len(order)] = candidates[order], score[order]
    return ids, scores


def fused(
    cosines: NDArray[np.float32], weighted: Sequence[Postings], ids: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Score candidates: at most 1, float32 [n]."""
    share = scores_of(weighted, ids) / max(bound(weighted), 1e-9)
    score: NDArray[np.float32] = DENSE_WEIGHT * cosines + (1 - DENSE_WEIGHT) * share
    return score

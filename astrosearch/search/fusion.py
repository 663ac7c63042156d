"""Meaning and words together.

A sentence's score is its cosine and the share of the query's weight that its words have, summed
with weights. Each has a bound that doesn't depend on what else was found (Bruch et al. 2023, ACM
TOIS 42, 20), so that scores of one query stay what they are, whatever is filtered.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astrosearch.search.bm25 import best, bound, summed
from astrosearch.search.language import ParsedQuery
from astrosearch.search.ordering import unfilled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked
    from astrosearch.search.snapshot import Snapshot

# nDCG@10 is above both on four dev benchmarks, and that of meaning alone within the interval on the
# fifth (docs/searching.md).
DENSE_WEIGHT = 0.7
# The nearest sentences that are scored first. For the best 30, half of 133 queries needed at most 3
# others then, one in a hundred 230 (benchmarks/results/exact_fusion.json).
NEAREST = 100
ROUNDING = 1e-5  # of scores in single precision
MOST_SCORED = 20_000  # other sentences: a bound for queries whose words are everywhere


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


def by_year(
    snapshot: Snapshot, count: int, k: int, allowed_ids: NDArray[np.int64] | None
) -> Ranked:
    """List papers for `count` queries, the newest first, then by id.

    Each stands for itself by its first sentence, if that is among `allowed_ids`, and scores 0.
    """
    import numpy as np

    ids, scores = unfilled(count, k)
    firsts = snapshot.first_sentences()
    if allowed_ids is not None:
        firsts = firsts[np.isin(firsts, allowed_ids, assume_unique=True)]
    firsts = firsts[:k]
    ids[:, : len(firsts)], scores[:, : len(firsts)] = firsts, 0
    return ids, scores


def by_both(
    snapshot: Snapshot,
    vectors: NDArray[np.float32],
    queries: Sequence[ParsedQuery],
    k: int,
    allowed_ids: NDArray[np.int64] | None,
    sure: int = 0,
) -> Ranked:
    """Rank sentences by both: ids [n, k] and scores of queries whose vectors are [n, dim].

    They are the `k` best of all sentences, as if each had been scored by both. The nearest are
    scored first. Any other is no nearer than the last of them, so that only those are looked at
    whose words could lift them among the `k` best (Fagin et al. 2003, J. Comput. Syst. Sci. 66,
    614). For `sure` see `Snapshot.nearest`.
    """
    near, cosines = snapshot.nearest(vectors, max(NEAREST, k), allowed_ids, sure or k)
    removed_ids = snapshot.removed_ids
    ids, scores = unfilled(len(queries), k)
    for i, weighted in enumerate(snapshot.words.weighted([each.ranking for each in queries])):
        found = near[i] >= 0
        words = summed(weighted, allowed_ids, removed_ids)
        words /= max(bound(weighted), 1e-9)
        best_ids, best_scores = _best(
            snapshot, vectors[i], near[i][found], cosines[i][found], words, k
        )
        ids[i, : len(best_ids)], scores[i, : len(best_ids)] = best_ids, best_scores
    return ids, scores


def _best(
    snapshot: Snapshot,
    vector: NDArray[np.float32],
    near: NDArray[np.int64],
    cosines: NDArray[np.float32],
    words: NDArray[np.float32],
    k: int,
) -> Ranked:
    """Rank one query's sentences, of which the nearest are known: at most `k` ids and scores.

    `words` [any] are the shares of the query's words, by id.
    """
    import numpy as np

    scores = hybrid_scores(cosines, _at(words, near))
    enough = min(k, len(scores))
    least = np.finfo(np.float32).tiny
    if enough == k and k:
        kth = np.partition(scores, len(scores) - k)[len(scores) - k]
        reach = (kth - DENSE_WEIGHT * cosines[-1]) / (1 - DENSE_WEIGHT)
        least = max(least, reach - ROUNDING)
    others = np.flatnonzero(words >= least)
    others = others[~np.isin(others, near, kind="sort")]
    if len(others) > MOST_SCORED:
        others = np.sort(others[np.lexsort((others, -words[others]))[:MOST_SCORED]])
    ids = np.concatenate([near, others])
    if len(others):
        further = hybrid_scores(snapshot.vectors(others, checked=True) @ vector, words[others])
        scores = np.concatenate([scores, further])
    order = np.lexsort((ids, -scores))[:k]
    return ids[order], scores[order]


def _at(words: NDArray[np.float32], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the values at some ids, 0 past the last."""
    import numpy as np

    found: NDArray[np.float32] = words[np.minimum(ids, len(words) - 1)]
    return np.where(ids < len(words), found, np.float32(0))


def hybrid_scores(
    cosines: NDArray[np.float32], shares: NDArray[np.float32], dense_weight: float = DENSE_WEIGHT
) -> NDArray[np.float32]:
    """Weigh cosines, and shares of a query's words, both of one shape, into scores: at most 1."""
    scores: NDArray[np.float32] = dense_weight * cosines
    scores += (1 - dense_weight) * shares
    return scores

"""Papers ranked by themselves and by their best sentences together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from astrosearch.search.context import (
    DEEPER,
    MOST,
    MOST_READ,
    POOL,
    Asked,
    in_context,
    paper_scores,
    sentence_scores,
    shares_of_all,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked
    from astrosearch.search.snapshot import Snapshot

# What a paper's own cosine and words add to the score of its best sentence, which has a share of
# them already. Tried on citing sentences with both of their halves in view
# (benchmarks/results/context.json).
COSINE, WORDS = 0.3, 0.2
READ = 20  # papers of the first whose sentences are all looked at for the one to show


def papers_in_context(
    snapshot: Snapshot, asked: Asked, ids: NDArray[np.int64], k: int, sure: int
) -> Ranked:
    """Rank papers: ids of their sentences that answer, paper by paper, best first, and scores.

    All sentences of a paper have the paper's score; the first of them is the one to show. `ids`
    are the best sentences of the index, best first. Papers are those of these, those nearest to the
    query and those with most of its words. They are ranked so many together that the order of the
    best doesn't depend on `k`, the number of sentences asked for.
    """
    import numpy as np

    found: list[NDArray[np.int64]] = []
    scores: list[NDArray[np.float32]] = []
    seen = np.empty(0, dtype=np.int64)  # places of papers
    depth = POOL
    while True:
        ranked, best_scores = in_context(snapshot, asked, ids[:depth], depth)
        block = _block(snapshot, asked, (ranked, best_scores), seen, depth, sure)
        for sentences, score in block:
            lowest = float(scores[-1][0]) if scores else np.inf
            found.append(sentences)
            scores.append(np.full(len(sentences), min(score, lowest), dtype=np.float32))
        seen = np.union1d(seen, snapshot.heads.places(np.array([s[0] for s, _ in block], np.int64)))
        if sum(map(len, found)) >= k or depth >= max(k, len(ids)):
            break
        depth *= DEEPER
    none = np.empty(0, dtype=np.int64)
    all_scores = np.concatenate([none.astype(np.float32), *scores])
    return np.concatenate([none, *found])[:k], all_scores[:k]


def _block(
    snapshot: Snapshot,
    asked: Asked,
    ranked: Ranked,
    seen: NDArray[np.int64],
    depth: int,
    sure: int,
) -> list[tuple[NDArray[np.int64], float]]:
    """Rank the papers of one block: the sentences of each, the one to show first, and scores."""
    import numpy as np

    ids, scores = ranked
    heads = snapshot.heads
    at = heads.places(ids)
    others = _other_papers(snapshot, asked, depth, sure)
    places = np.setdiff1d(np.union1d(at, others), seen)
    if not len(places):
        return []
    # A paper none of whose sentences is among the best has none that is better than the last.
    best = np.full(len(places), scores[-1] if len(scores) else 0, dtype=np.float32)
    known = np.isin(at, places)
    np.maximum.at(best, np.searchsorted(places, at[known]), scores[known])
    cosines, shares = paper_scores(snapshot, asked, places)
    total = (MOST * best + COSINE * cosines + WORDS * shares) / (MOST + COSINE + WORDS)
    order = np.lexsort((places, -total))
    shown = _shown(snapshot, asked, places[order[:READ]], at, depth)
    block = []
    for place in order.tolist():
        own = ids[at == places[place]]
        if not len(own):
            own = shown.get(int(places[place]), heads.ids[places[place]][None])
        block.append((own, float(total[place])))
    return block


def _other_papers(snapshot: Snapshot, asked: Asked, depth: int, sure: int) -> NDArray[np.int64]:
    """Return the places of the papers nearest to the query and of those with most of its words."""
    import numpy as np

    heads = snapshot.heads
    allowed = heads.ids
    if asked.allowed_ids is not None:
        allowed = np.intersect1d(allowed, asked.allowed_ids, assume_unique=True)
    if not len(allowed):
        return np.empty(0, dtype=np.int64)
    near, _ = snapshot.nearest(asked.vector[None], depth, allowed, sure)
    shares = shares_of_all(snapshot, asked)
    some = np.flatnonzero(shares)
    worded = some[np.lexsort((some, -shares[some]))[:depth]]
    worded = worded[np.isin(heads.ids[worded], allowed, assume_unique=True)]
    return np.union1d(heads.places(near[near >= 0]), worded)


def _shown(
    snapshot: Snapshot, asked: Asked, places: NDArray[np.int64], at: NDArray[np.int64], depth: int
) -> dict[int, NDArray[np.int64]]:
    """Find the best sentence [1] of papers that have none among those ranked, by their places."""
    import numpy as np

    missing = np.setdiff1d(places, at) if depth == POOL else places[:0]
    if not len(missing):
        return {}
    ids = snapshot.sentences_of_papers(snapshot.heads.ids[missing])
    if asked.allowed_ids is not None:
        ids = np.intersect1d(ids, asked.allowed_ids, assume_unique=True)
    ids = ids[: MOST_READ * 2]
    of = snapshot.heads.places(ids)
    ids, of = ids[np.isin(of, missing)], of[np.isin(of, missing)]
    order = np.lexsort((ids, -sentence_scores(snapshot, asked, ids)))
    shown: dict[int, NDArray[np.int64]] = {}
    for place in order.tolist():
        shown.setdefault(int(of[place]), ids[place][None])
    return shown

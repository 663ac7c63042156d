"""What a sentence owes to its paper: sentences scored with the paper that they stand in.

A sentence says "the excess" and its paper's title what that is an excess of. So a sentence's score
is that of its own meaning and words, and a share of its paper's: the cosine of the query with the
paper's first sentence, its title mostly, and how much of the query's words the paper has. Words of
the title count half for every sentence that lacks them.

Queries don't rank like this yet; benchmarks/context.py tells what it gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.search.bm25 import bound, scores_of
from astrosearch.search.cues import BEST, worth

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.heads import Heads
    from astrosearch.search.ordering import Ranked
    from astrosearch.search.snapshot import Snapshot
    from astrosearch.store.rows import Postings

# Tried on graded topics with both of their halves in view, so not yet checked where nothing was
# chosen (benchmarks/results/context.json).
DENSE_WEIGHT = 0.6
PAPER_COSINE, PAPER_WORDS = 0.2, 0.15
MOST = 1 + PAPER_COSINE + PAPER_WORDS + BEST  # what a score is divided by, to be at most 1
TITLE_SHARE = 0.5  # of a word that the title has and the sentence lacks

# A word's share of what a paper could have of it, as in BM25: for sentences that have it among
# those of a paper of usual length.
K1, B = 1.2, 0.75

# Sentences that are scored with their papers together, the best first; then so many times as many.
POOL, DEEPER = 100, 4
READ_WHOLE = 5  # papers of the first of these whose other sentences are scored too
MOST_READ = 2_000  # of these sentences: those with most of the query's words


@dataclass(frozen=True, slots=True)
class Asked:
    """One query, as sentences and papers are scored for it.

    Attributes
    ----------
    vector : float32 [dim], of unit length
    weighted : sequence of Postings
        The postings of its words, as `WordRanking.weighted` gives them.
    allowed_ids : int64 [n], optional
        The only sentences that may answer, ascending.
    """

    vector: NDArray[np.float32]
    weighted: Sequence[Postings]
    allowed_ids: NDArray[np.int64] | None = None


def block_end(k: int) -> int:
    """Return how many sentences are ranked to be sure of the order of the best `k`.

    >>> block_end(10), block_end(101)
    (100, 400)
    """
    end = POOL
    while end < k:
        end *= DEEPER
    return end


def in_context(snapshot: Snapshot, asked: Asked, ids: NDArray[np.int64], k: int) -> Ranked:
    """Rank sentences anew, with their papers: at most `k` ids and scores.

    `ids` are the best by their own meaning and words, best first. They are ranked POOL together,
    then DEEPER times as many, and no score is above the last one before, so that the order of the
    best doesn't depend on how many are asked for. With the first of them are ranked the other
    sentences of the papers that answer best.
    """
    import numpy as np

    first = ids[:POOL]
    pool = np.union1d(first, _of_best_papers(snapshot, asked, first))
    scores = sentence_scores(snapshot, asked, pool)
    kept = np.sort(np.lexsort((pool, -scores))[:POOL])
    ranked = _with_cues(snapshot, pool[kept], scores[kept])
    found, found_scores = [ranked[0]], [ranked[1]]
    places = np.flatnonzero(~np.isin(ids, ranked[0]))
    start, end = 0, POOL * DEEPER
    while start < len(ids) and sum(map(len, found)) < k:
        block = ids[places[(places >= start) & (places < end)]]
        start, end = end, end * DEEPER
        if len(block):
            own = sentence_scores(snapshot, asked, block)
            next_ids, next_scores = _with_cues(snapshot, block, own)
            next_scores -= max(0.0, float(next_scores[0] - found_scores[-1][-1]))
            found.append(next_ids)
            found_scores.append(next_scores)
    return np.concatenate(found)[:k], np.concatenate(found_scores)[:k]


def paper_scores(
    snapshot: Snapshot, asked: Asked, places: NDArray[np.int64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return cosines with papers [n], and their shares [n] of the query's words, in [0, 1)."""

    heads = snapshot.heads
    cosines = snapshot.vectors(heads.ids[places], checked=True) @ asked.vector
    starts, ends = heads.ids[places], heads.ends(places)
    holding = [
        each.ids.searchsorted(ends) - each.ids.searchsorted(starts) for each in asked.weighted
    ]
    return cosines, _shares(asked, holding, heads, heads.counts[places])


def shares_of_all(snapshot: Snapshot, asked: Asked) -> NDArray[np.float32]:
    """Return the shares of the query's words that all papers have, [n]."""
    import numpy as np

    heads = snapshot.heads
    holding = [
        np.bincount(heads.places(each.ids), minlength=len(heads.ids)) for each in asked.weighted
    ]
    return _shares(asked, holding, heads, heads.counts)


def _shares(
    asked: Asked, holding: Sequence[NDArray[np.int64]], heads: Heads, counts: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Weigh how many sentences hold each word, of papers that have so many sentences."""
    import numpy as np

    whole = K1 * (1 - B + B * counts / max(1.0, float(heads.counts.mean())))
    shares = np.zeros(len(counts), dtype=np.float32)
    for each, held in zip(asked.weighted, holding, strict=True):
        shares += (float(each.impacts.max()) * held / (held + whole)).astype(np.float32)
    shares /= max(bound(asked.weighted), 1e-9)
    return shares


def _of_best_papers(snapshot: Snapshot, asked: Asked, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sentences of those papers of some sentences that answer best, ascending."""
    import numpy as np

    places = np.unique(snapshot.heads.places(ids))
    cosines, shares = paper_scores(snapshot, asked, places)
    best = np.lexsort((places, -(PAPER_COSINE * cosines + PAPER_WORDS * shares)))[:READ_WHOLE]
    found = snapshot.sentences_of_papers(snapshot.heads.ids[places[best]])
    if asked.allowed_ids is not None:
        found = np.intersect1d(found, asked.allowed_ids, assume_unique=True)
    if len(found) > MOST_READ:
        words = scores_of(asked.weighted, found)
        found = np.sort(found[np.lexsort((found, -words))[:MOST_READ]])
    return found


def sentence_scores(
    snapshot: Snapshot, asked: Asked, ids: NDArray[np.int64]
) -> NDArray[np.float32]:
    """Score sentences [n] with their papers, but for what their wording tells."""
    import numpy as np

    heads = snapshot.heads
    places, at = np.unique(heads.places(ids), return_inverse=True)
    cosines, shares = paper_scores(snapshot, asked, places)
    titles = heads.ids[places][at]
    words = np.zeros(len(ids), dtype=np.float32)
    for each in asked.weighted:
        inherited = TITLE_SHARE * scores_of([each], heads.ids[places])[at]
        words += np.maximum(scores_of([each], ids), inherited)
    words /= max(bound(asked.weighted), 1e-9)
    own = snapshot.vectors(ids, checked=True) @ asked.vector
    scores = DENSE_WEIGHT * own + (1 - DENSE_WEIGHT) * words
    of_paper = PAPER_COSINE * cosines + PAPER_WORDS * shares
    scores += np.where(ids == titles, np.float32(0), of_paper[at].astype(np.float32))
    return scores


def _with_cues(snapshot: Snapshot, ids: NDArray[np.int64], scores: NDArray[np.float32]) -> Ranked:
    """Add what the wording of sentences tells to their scores, and sort them by these."""
    import numpy as np

    rows = snapshot.rows(ids.tolist())
    added = np.array([worth(rows[id][0].text) for id in ids.tolist()], dtype=np.float32)
    scores = (scores + added) / np.float32(MOST)
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]

"""What is to be said of an answer besides its hits: that it is weak, or why it is empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from astrosearch.results import Remarks
from astrosearch.search.fusion import DENSE_WEIGHT
from astrosearch.search.language import ParsedQuery

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.request import Request
    from astrosearch.search.snapshot import Snapshot

# Nothing close was found where no hit has this cosine with the query, nor this share of the weight
# of its words. Of 30 graded topics none is below, of 48 queries about other things 60 %, of the
# names of 296 astronomical concepts 6 %, most of which the corpus lacks
# (benchmarks/results/weak_answers.json). BM25 alone tells the two apart at no score.
CLOSE = 0.5
WORDED = 0.8


def least_score(mode: str) -> float | None:
    """Return what a sentence must score to be close by meaning alone; None by words alone.

    >>> least_score("dense"), least_score("lexical")
    (0.5, None)
    """
    return {"dense": CLOSE, "hybrid": DENSE_WEIGHT * CLOSE}.get(mode)


def remarks_on(
    request: Request,
    snapshot: Snapshot,
    ids: NDArray[np.int64],
    scores: NDArray[np.float32],
    vectors: NDArray[np.float32] | None,
) -> tuple[Remarks, ...]:
    """Look at the answers [n, k] to a request, whose vectors are [n, dim] where it has some."""
    queries = request.queries or (ParsedQuery(""),) * len(ids)
    looked_up: dict[tuple[ParsedQuery, bool], Remarks] = {}  # by what is demanded, and if empty
    remarks = []
    for row, query in enumerate(queries):
        there = ids[row] >= 0
        key = (query.demands, not there.any())
        if key not in looked_up:
            looked_up[key] = _remark(request, snapshot, *key)
        weak = (
            vectors is not None
            and there.any()
            and not (request.by_likeness or request.rerank or query.is_listing)
            and is_weak(request, snapshot, row, vectors, ids[row][there], scores[row][there])
        )
        remarks.append(replace(looked_up[key], weak=True) if weak else looked_up[key])
    return tuple(remarks)


def is_weak(
    request: Request,
    snapshot: Snapshot,
    row: int,
    vectors: NDArray[np.float32],
    ids: NDArray[np.int64],
    scores: NDArray[np.float32],
) -> bool:
    """Whether no hit is close to the query of a row, for all that is known of its hits [k]."""
    best = float(scores.max())
    if request.mode == "dense" and not request.papers:
        return best < CLOSE
    if best >= DENSE_WEIGHT * CLOSE + 1 - DENSE_WEIGHT and not request.papers:
        return False  # as most are; no vectors need be read
    cosines = snapshot.vectors(ids) @ vectors[row]
    if float(cosines.max()) >= CLOSE:
        return False
    if request.mode == "dense" or request.papers:  # a paper's score is that of several sentences
        return True
    shares = (scores - DENSE_WEIGHT * cosines) / (1 - DENSE_WEIGHT)
    asked = request.queries[row].ranking
    held = next(snapshot.words.weighted([asked]))  # the others stand in no sentence at all
    return float(shares.max()) * len(held) / max(1, len(asked)) < WORDED


def _remark(request: Request, snapshot: Snapshot, query: ParsedQuery, empty: bool) -> Remarks:
    """Say what is left out for want of a year, and why there is no hit."""
    chooser = snapshot.chooser
    papers, sentences = chooser.undated(query, request.filters)
    reason = None
    if empty:
        reason = chooser.why_none(query, request.filters)
        if reason is None and request.more.min_score is not None:
            reason = f"no hit has a score of {request.more.min_score:g} or more"
        if reason is None and request.more.offset:
            reason = f"there are no more than {request.more.offset:,} hits"
    return Remarks(undated_papers=papers, undated_sentences=sentences, reason=reason)

"""What is to be said of an answer besides its hits: that it is weak, or why it is empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from astrosearch.results import Remarks
from astrosearch.search.language import ParsedQuery

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.request import Request
    from astrosearch.search.snapshot import Snapshot

# Below it, the best hit's score says that nothing close was found
# (benchmarks/results/weak_answers.json).
FLOORS = {"hybrid": 0.42, "dense": 0.42}


def remarks_on(
    request: Request,
    snapshot: Snapshot,
    ids: NDArray[np.int64],
    scores: NDArray[np.float32],
) -> tuple[Remarks, ...]:
    """Look at the answers [n, k] to a request."""
    import numpy as np

    floors = FLOORS.get(request.mode, -np.inf)
    asks = request.queries or (ParsedQuery(""),) * len(ids)
    looked_up: dict[tuple[ParsedQuery, bool], Remarks] = {}  # by what is demanded, and if empty
    remarks = []
    for query, found, own in zip(asks, ids, scores, strict=True):
        there = found >= 0
        empty = not there.any()
        key = (query.demands, empty)
        if key not in looked_up:
            looked_up[key] = _remark(request, snapshot, query, empty)
        ranked = request.rerank is None and not query.is_listing and not empty
        weak = ranked and request.more.offset == 0 and float(own[there].max()) < floors
        remarks.append(replace(looked_up[key], weak=True) if weak else looked_up[key])
    return tuple(remarks)


def _remark(request: Request, snapshot: Snapshot, query: ParsedQuery, empty: bool) -> Remarks:
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

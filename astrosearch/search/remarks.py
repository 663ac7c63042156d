"""What is to be said of an answer besides its hits: that it is weak, or why it is empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from astrosearch.results import Remarks

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

    floor = FLOORS.get(request.mode, -np.inf)
    remarks = []
    for found, own in zip(ids, scores, strict=True):
        there = found >= 0
        top = float(own[there].max()) if there.any() else np.nan
        remarks.append(Remarks(weak=request.rerank is None and top < floor))
    return tuple(remarks)

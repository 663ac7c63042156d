"""Rankings of several parts, merged to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def merge_rankings(
    found: Sequence[tuple[NDArray[np.int64], NDArray[np.float32]]], n: int, k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Merge rankings [n, any] into the best `k` by score, then id, filled up with (-1, -inf)."""
    import numpy as np

    ids = np.hstack([np.full((n, k), -1, dtype=np.int64), *(f[0] for f in found)])
    scores = np.hstack([np.full((n, k), -np.inf, dtype=np.float32), *(f[1] for f in found)])
    order = np.lexsort((ids, -scores), axis=1)[:, :k]
    return np.take_along_axis(ids, order, axis=1), np.take_along_axis(scores, order, axis=1)

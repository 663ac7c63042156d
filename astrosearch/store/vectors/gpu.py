"""The one seam to a GPU: what FAISS can do there, and the same on the CPU without one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from astrosearch.store.vectors.library import faiss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def gpus() -> int:
    """Count the GPUs that FAISS can use: none with faiss-cpu."""
    library = faiss()
    return int(library.get_num_gpus()) if hasattr(library, "StandardGpuResources") else 0


def where() -> str:
    """Say for people where the work is done."""
    count = gpus()
    return "CPU" if count == 0 else "GPU" if count == 1 else f"{count} GPUs"


def nearest(
    queries: NDArray[np.float32], vectors: NDArray[Any], k: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Return scores and rows [n, k] of the nearest vectors, by brute force."""
    import numpy as np

    library = faiss()
    if gpus():
        resources, metric = library.StandardGpuResources(), library.METRIC_INNER_PRODUCT
        scores, rows = library.knn_gpu(
            resources, queries, np.ascontiguousarray(vectors, np.float32), k, metric=metric
        )
    else:
        scores, rows = library.knn(
            queries, vectors.astype(np.float32), k, library.METRIC_INNER_PRODUCT
        )
    return scores, rows


def clustering_index(dimension: int) -> Any:
    """Return the index that k-means finds centroids with; None for FAISS's own, on the CPU."""
    if not gpus():
        return None
    library = faiss()
    return library.index_cpu_to_all_gpus(library.IndexFlatIP(dimension))


@contextlib.contextmanager
def assigning(index: Any) -> Iterator[None]:
    """Let the GPUs choose the list of each vector that a block adds."""
    if not gpus():
        yield
        return
    own = index.quantizer
    index.quantizer = faiss().index_cpu_to_all_gpus(own)
    try:
        yield
    finally:
        index.quantizer = own

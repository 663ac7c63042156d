"""The one seam to a GPU: what FAISS can do there, and the same on the CPU without one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from astrosearch.vectors.library import faiss


def gpus() -> int:
    """Count the GPUs that FAISS can use: none with faiss-cpu."""
    library = faiss()
    return int(library.get_num_gpus()) if hasattr(library, "StandardGpuResources") else 0


def clustering_index(dimension: int) -> Any:
    """Give what k-means asks for the nearest centroid; None: FAISS's own, on the CPU."""
    if not gpus():
        return None
    library = faiss()
    return library.index_cpu_to_all_gpus(library.IndexFlatIP(dimension))


@contextlib.contextmanager
def assigning(index: Any) -> Iterator[None]:
    """Choose the lists of what is added on the GPUs, while a block runs."""
    if not gpus():
        yield
        return
    own = index.quantizer
    index.quantizer = faiss().index_cpu_to_all_gpus(own)
    try:
        yield
    finally:
        index.quantizer = own

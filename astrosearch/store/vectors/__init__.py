"""Vectors on disk and inner-product search over them. The only room that imports faiss.

Inner product on unit vectors is cosine. Segments hold the vectors (segments.py); a large index has
codes over them too (codes.py, made by build_codes.py), which say what few vectors to look at.
VectorIndex searches all of it as one (search.py). What a GPU can do is in gpu.py.
"""

from astrosearch.store.vectors.build_codes import tune, write_codes
from astrosearch.store.vectors.codes import CODES, EXACT_UP_TO, Codes, Tuning, coded_ids
from astrosearch.store.vectors.opened import OpenFiles
from astrosearch.store.vectors.search import VectorIndex
from astrosearch.store.vectors.segments import (
    MAX_SEGMENT_BYTES,
    Kind,
    Segment,
    SegmentFile,
    check_size,
    merge_segments,
    sums_of,
    write_segment,
)

__all__ = [
    "CODES",
    "EXACT_UP_TO",
    "MAX_SEGMENT_BYTES",
    "Codes",
    "Kind",
    "OpenFiles",
    "Segment",
    "SegmentFile",
    "Tuning",
    "VectorIndex",
    "check_size",
    "coded_ids",
    "merge_segments",
    "sums_of",
    "tune",
    "write_codes",
    "write_segment",
]

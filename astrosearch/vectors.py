"""Vectors on disk and exact inner-product search over them. The only room that imports faiss.

A segment is a FAISS file (an IDMap over a flat inner-product index) that never changes once
written; sentence ids are the FAISS ids, ascending. Inner product on unit vectors is cosine.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.errors import MissingExtra, NotAnIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FLAT = "flat"

# Merging stops here, so that memory while indexing has a bound whatever the corpus' size.
MAX_SEGMENT_BYTES = 128 * 2**20

# Up to here it is cheaper to find the dead too and drop them than to select the living.
MANY_DEAD = 256


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment just written: what its row in the manifest will say."""

    file: str
    bytes: int
    sha256: str
    vectors: int
    first_id: int
    last_id: int
    kind: str = FLAT


def write_segment(
    folder: Path,
    number: int,
    parts: Iterable[tuple[NDArray[np.int64], NDArray[np.float32]]],
) -> SegmentFile | None:
    """Write vectors as `folder/NNNNNN.faiss`; None, and no file, if there are none.

    `parts` are ids int64 [n], ascending from part to part, with their unit vectors float32
    [n, dim]. The file is complete and on the disk when this returns: written under another name,
    synced, renamed, and its folder synced.
    """
    faiss = _faiss()
    folder.mkdir(exist_ok=True)
    index = None
    for ids, vectors in parts:
        if index is None:
            index = faiss.IndexIDMap(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(vectors, ids)
    if index is None or not index.ntotal:
        return None
    name = f"{number:06d}.faiss"
    partial = folder / f"{name}.partial"
    try:
        with partial.open("wb") as file:
            faiss.write_index(index, faiss.PyCallbackIOWriter(file.write))
            file.flush()
            os.fsync(file.fileno())
        digest = sha256_of(partial)
        partial.replace(folder / name)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    stored = faiss.vector_to_array(index.id_map)
    return SegmentFile(
        name,
        (folder / name).stat().st_size,
        digest,
        len(stored),
        int(stored[0]),
        int(stored[-1]),
    )


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` durable, where the system knows how."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sha256_of(path: Path) -> str:
    """Return the checksum of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Segment:
    """An open segment file, memory-mapped: `ids` int64 [n] and `vectors` float32 [n, dim]."""

    def __init__(self, path: Path) -> None:
        faiss = _faiss()
        try:
            self.index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            flat = faiss.downcast_index(self.index.index)
            self.ids: NDArray[np.int64] = faiss.vector_to_array(self.index.id_map)
            self.vectors: NDArray[np.float32] = faiss.rev_swig_ptr(
                flat.get_xb(), flat.ntotal * flat.d
            ).reshape(flat.ntotal, flat.d)
        except (RuntimeError, AttributeError) as error:
            raise NotAnIndex(
                path.parent.parent,
                f"segment {path.name} is missing or damaged",
                "Look closer: astrosearch verify. Build anew: astrosearch index --rebuild",
            ) from error

    def search(
        self, queries: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `k` best ids and scores [n, k] of each query; -1 where there are fewer."""
        faiss = _faiss()
        parameters = None
        if among is not None:
            selector = faiss.IDSelectorBatch(among)
            parameters = faiss.SearchParameters(sel=selector)
        scores, ids = self.index.search(queries, min(k, len(self.ids)), params=parameters)
        return ids, scores


class VectorIndex:
    """All live segments of an index, searched as one.

    `dead` are ids whose sentences are gone: never returned.
    """

    def __init__(
        self, folder: Path, files: Sequence[str], dimension: int, dead: NDArray[np.int64]
    ) -> None:
        self.dimension = dimension
        self.segments = [Segment(folder / file) for file in files]
        self.dead = [self._dead_in(segment, dead) for segment in self.segments]

    def search(
        self, queries: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Exact search.

        Parameters
        ----------
        queries : float32 [n, dim], of unit length
        k : int
        among : int64 [m], optional
            The only ids that may be returned.

        Returns
        -------
        ids : int64 [n, k]
            Best first, equal scores by smaller id; -1 where there are fewer than `k`.
        scores : float32 [n, k]
            Cosines; NaN beside -1.
        """
        import numpy as np

        found_ids = [np.full((len(queries), k), -1, dtype=np.int64)]
        found_scores = [np.full((len(queries), k), -np.inf, dtype=np.float32)]
        for segment, lost in zip(self.segments, self.dead, strict=True):
            if len(lost) > MANY_DEAD:
                living = np.setdiff1d(segment.ids if among is None else among, lost)
                ids, scores = segment.search(queries, k, living)
            else:
                ids, scores = segment.search(queries, k + len(lost), among)
            gone = (ids < 0) | np.isin(ids, lost)
            found_ids.append(np.where(gone, -1, ids))
            found_scores.append(np.where(gone, -np.inf, scores).astype(np.float32))
        all_ids, all_scores = np.hstack(found_ids), np.hstack(found_scores)
        order = np.lexsort((all_ids, -all_scores), axis=1)[:, :k]
        best_ids = np.take_along_axis(all_ids, order, axis=1)
        best_scores = np.take_along_axis(all_scores, order, axis=1)
        best_scores[best_ids < 0] = np.nan
        return best_ids, best_scores

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the stored vectors [n, dim] of `ids`; KeyError if one isn't there."""
        import numpy as np

        out = np.empty((len(ids), self.dimension), dtype=np.float32)
        missing = np.ones(len(ids), dtype=bool)
        for segment in self.segments:
            at = np.searchsorted(segment.ids, ids)
            at[at == len(segment.ids)] = 0
            here = (segment.ids[at] == ids) & missing
            out[here] = segment.vectors[at[here]]
            missing &= ~here
        if missing.any():
            raise KeyError(int(ids[missing][0]))
        return out

    @staticmethod
    def _dead_in(segment: Segment, dead: NDArray[np.int64]) -> NDArray[np.int64]:
        import numpy as np

        low, high = np.searchsorted(dead, [segment.ids[0], segment.ids[-1] + 1])
        return dead[low:high]


def merge_segments(
    folder: Path, number: int, files: Sequence[str], is_dead: Callable[[Any], Any]
) -> SegmentFile | None:
    """Write the living vectors of adjacent segments as one; None when none lives.

    `is_dead` maps ids int64 [n] to bool [n].
    """

    def living() -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        for file in files:  # one at a time: memory holds one old file beside the new one
            part = Segment(folder / file)
            kept = ~is_dead(part.ids)
            yield part.ids[kept], part.vectors[kept]

    return write_segment(folder, number, living())


def _faiss() -> Any:
    try:
        import faiss
    except ImportError as error:
        raise MissingExtra("faiss", "cpu", "searching vectors") from error
    return faiss

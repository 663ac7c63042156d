"""Segment files: unit vectors on disk with their sentence ids, searched exactly.

A segment is a FAISS file that never changes once written: an IDMap, whose ids are sentence ids,
ascending, over the vectors in single (`flat`) or half precision (`half`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from astrosearch.errors import NotAnIndex
from astrosearch.vectors.library import faiss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Kind = Literal["flat", "half"]

# Merging stops here, so that memory while indexing has a bound whatever the corpus' size.
MAX_SEGMENT_BYTES = 128 * 2**20

CHUNK = 16_384  # vectors handled at once


@dataclass(frozen=True, slots=True)
class SegmentFile:
    """A segment just written: what its row in the manifest will say."""

    file: str
    bytes: int
    sha256: str
    vectors: int
    first_id: int
    last_id: int
    kind: str


def write_segment(
    folder: Path,
    number: int,
    parts: Iterable[tuple[NDArray[np.int64], NDArray[Any]]],
    kind: Kind = "flat",
) -> SegmentFile | None:
    """Write vectors as `folder/NNNNNN.faiss`; None, and no file, if there are none.

    `parts` are ids int64 [n], ascending from part to part, with their unit vectors [n, dim]. The
    file is complete and on the disk when this returns.
    """
    index = None
    for ids, vectors in parts:
        if index is None:
            index = _empty(vectors.shape[1], kind)
        index.add_with_ids(vectors, ids)  # FAISS makes them float32
    if index is None or not index.ntotal:
        return None
    stored = faiss().vector_to_array(index.id_map)
    return written(folder, number, index, stored, kind)


def _empty(dimension: int, kind: Kind) -> Any:
    library = faiss()
    if kind == "flat":
        return library.IndexIDMap(library.IndexFlatIP(dimension))
    half = library.ScalarQuantizer.QT_fp16
    return library.IndexIDMap(
        library.IndexScalarQuantizer(dimension, half, library.METRIC_INNER_PRODUCT)
    )


def written(
    folder: Path, number: int, index: Any, ids: NDArray[np.int64], kind: str
) -> SegmentFile:
    """Write a FAISS index: under another name, synced, renamed, and its folder synced."""
    library = faiss()
    folder.mkdir(exist_ok=True)
    name = f"{number:06d}.faiss"
    partial = folder / f"{name}.partial"
    try:
        with partial.open("wb") as file:
            library.write_index(index, library.PyCallbackIOWriter(file.write))
            file.flush()
            os.fsync(file.fileno())
        digest = sha256_of(partial)
        partial.replace(folder / name)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    size = (folder / name).stat().st_size
    return SegmentFile(name, size, digest, len(ids), int(ids[0]), int(ids[-1]), kind)


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


def damaged(path: Path) -> NotAnIndex:
    """Say that a segment file can't be read."""
    try:
        path.open("rb").close()
    except PermissionError as error:
        return NotAnIndex(
            path.parent.parent,
            f"segment {path.name} can't be read ({error.strerror})",
            f"Check the permissions of {path}",
        )
    except OSError:
        pass
    return NotAnIndex(
        path.parent.parent,
        f"segment {path.name} is missing or damaged",
        "Look closer: astrosearch verify. Build anew: astrosearch index --rebuild",
    )


class Segment:
    """An open segment file, memory-mapped.

    Attributes
    ----------
    ids : int64 [n], ascending
    vectors : float32 or float16 [n, dim]
    """

    def __init__(self, path: Path) -> None:
        library = faiss()
        try:
            self.index = library.read_index(str(path), library.IO_FLAG_MMAP_IFC)
            self.ids: NDArray[np.int64] = library.vector_to_array(self.index.id_map)
            self.vectors = _view(self.index)
        except (RuntimeError, AttributeError) as error:
            raise damaged(path) from error
        first, last = int(self.ids[0]), int(self.ids[-1])
        self._first = first if last - first + 1 == len(self.ids) else None  # None: with gaps

    def search(
        self, queries: NDArray[np.float32], k: int, among: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the `k` best ids and scores [n, k] of each query; -1 where there are fewer."""
        library = faiss()
        parameters = None
        if among is not None:
            selector = library.IDSelectorBatch(among)
            parameters = library.SearchParameters(sel=selector)
        scores, ids = self.index.search(queries, min(k, len(self.ids)), params=parameters)
        return ids, scores

    def places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the row [n] of each id; -1 where it has none."""
        import numpy as np

        if self._first is not None:
            rows = ids - self._first
            return np.where((rows >= 0) & (rows < len(self.ids)), rows, -1)
        rows = np.searchsorted(self.ids, ids)
        rows[rows == len(self.ids)] = 0
        return np.where(self.ids[rows] == ids, rows, -1)


@dataclass(frozen=True, slots=True)
class _Held:
    """An index's memory, for numpy: the index lives as long as an array looks at it."""

    index: Any
    __array_interface__: dict[str, Any]


def _view(index: Any) -> NDArray[Any]:
    """Look at the vectors of a FAISS index without copying them."""
    import numpy as np

    library = faiss()
    stored = library.downcast_index(index.index)
    n, dimension = stored.ntotal, stored.d
    if isinstance(stored, library.IndexFlat):
        values = library.rev_swig_ptr(stored.get_xb(), n * dimension)
    else:
        half = library.rev_swig_ptr(stored.codes.data(), n * stored.code_size)
        values = half.view(np.float16)
    return np.asarray(_Held(index, values.reshape(n, dimension).__array_interface__))


def merge_segments(
    folder: Path,
    number: int,
    files: Sequence[str],
    is_dead: Callable[[Any], Any],
    kind: Kind = "flat",
) -> SegmentFile | None:
    """Write the living vectors of adjacent segments as one; None when none lives.

    `is_dead` maps ids int64 [n] to bool [n].
    """

    def living() -> Iterator[tuple[NDArray[np.int64], NDArray[Any]]]:
        for file in files:  # one at a time: memory holds one old file beside the new one
            part = Segment(folder / file)
            kept = ~is_dead(part.ids)
            yield part.ids[kept], part.vectors[kept]

    return write_segment(folder, number, living(), kind)

"""Segment files: unit vectors on disk with their sentence ids, searched exactly.

A segment is a FAISS file that never changes once written: an IDMap, whose ids are sentence ids,
ascending, over the vectors in single (`flat`) or half precision (`half`).
"""

from __future__ import annotations

import os
import struct
import sys
import weakref
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from astrosearch.errors import AstrosearchError, NotAnIndex, OutOfMemory
from astrosearch.files import TOO_MANY, disk_errors, sha256_of, too_many_files, written_whole
from astrosearch.store.vectors.headers import check_header
from astrosearch.store.vectors.library import faiss
from astrosearch.store.vectors.sums import BLOCK, Packed, Sums

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
    sums: Packed  # see Sums


SPARSE = 8  # rows to each one wanted, up to which it is quicker to read them all


def sums_of(path: Path, kind: str) -> bytes | None:
    """Compute the checksums of a file that has none yet; None if it can't be read."""
    try:
        vectors = Segment(path).vectors if kind in get_args(Kind) else None
        return Sums.of(path, vectors).pack()
    except (NotAnIndex, FileNotFoundError):
        return None


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
    return write_index(folder, number, index, stored, kind)


def _empty(dimension: int, kind: Kind) -> Any:
    library = faiss()
    if kind == "flat":
        return library.IndexIDMap(library.IndexFlatIP(dimension))
    half = library.ScalarQuantizer.QT_fp16
    return library.IndexIDMap(
        library.IndexScalarQuantizer(dimension, half, library.METRIC_INNER_PRODUCT)
    )


def write_index(
    folder: Path, number: int, index: Any, ids: NDArray[np.int64], kind: str
) -> SegmentFile:
    """Write a FAISS index as `folder/NNNNNN.faiss`, complete and on the disk."""
    name = f"{number:06d}.faiss"
    path = folder / name
    with written_whole(path, durable=True) as partial:
        write_faiss(index, partial)
        digest = sha256_of(partial)
    sums = Sums.of(path, _view(index) if kind in get_args(Kind) else None)
    return SegmentFile(
        name, sums.bytes, digest, len(ids), int(ids[0]), int(ids[-1]), kind, sums.pack()
    )


def write_faiss(index: Any, path: Path) -> None:
    """Write a FAISS index to a file."""
    library = faiss()
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        library.write_index(index, library.PyCallbackIOWriter(file.write))


def damage_error(path: Path) -> AstrosearchError:
    """Return the error that says why a segment file can't be used."""
    try:
        path.open("rb").close()
    except PermissionError as error:
        return NotAnIndex(
            path.parent.parent,
            f"segment {path.name} can't be read ({error.strerror})",
            f"Check the permissions of {path}",
        )
    except OSError as error:
        if error.errno in TOO_MANY:
            return too_many_files()
    return NotAnIndex(
        path.parent.parent,
        f"segment {path.name} is missing or damaged",
        "Look closer: astrosearch verify. Repair it: astrosearch repair",
    )


def check_size(path: Path, size: int) -> None:
    """Raise NotAnIndex unless a file is there and has this size."""
    try:
        sound = path.stat().st_size == size
    except FileNotFoundError as error:
        raise damage_error(path) from error
    if not sound:
        raise damage_error(path)


def check_sums(path: Path, sums: bytes | None) -> Sums | None:
    """Check a file by its checksums before FAISS reads it; without checksums do nothing."""
    if sums is None:
        return None
    try:
        unpacked = Sums.unpack(sums)
        with disk_errors(path.parent):
            sound = unpacked.fits(path)
    except (struct.error, FileNotFoundError) as error:
        raise damage_error(path) from error
    if not sound:
        raise damage_error(path)
    return unpacked


class Segment:
    """An open segment file, memory-mapped.

    Parameters
    ----------
    path : Path
    sums : bytes, optional
        What the manifest has of it: the file is checked, but for its vectors, before it is read.

    Attributes
    ----------
    ids : int64 [n], ascending
    vectors : float32 or float16 [n, dim]
    """

    def __init__(self, path: Path, sums: bytes | None = None) -> None:
        self.path = path
        self._sums = check_sums(path, sums)
        library = faiss()
        try:
            check_header(path)
            self.index = library.read_index(str(path), library.IO_FLAG_MMAP_IFC)
            self.ids: NDArray[np.int64] = library.vector_to_array(self.index.id_map)
            self.vectors = _view(self.index)
            self._row_bytes = self.vectors.nbytes // len(self.ids)
            self._start = path.stat().st_size - 8 - 8 * len(self.ids) - self.vectors.nbytes
            self._file: int | None = None
            if sys.platform != "win32":  # which reads at a place only by moving a file there
                self._file = os.open(path, os.O_RDONLY)
                weakref.finalize(self, os.close, self._file)
        except MemoryError as error:
            raise OutOfMemory(f"opening the vectors in {path}") from error
        except (RuntimeError, AttributeError, ValueError, OSError) as error:
            raise damage_error(path) from error
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

    def take(self, rows: NDArray[np.int64]) -> NDArray[Any]:
        """Read the vectors at some rows.

        Not through the map, whose pages would count as this process's memory.
        """
        import numpy as np

        if sys.platform == "win32" or not len(rows) or self._file is None:
            return self.vectors[rows]
        first, last = int(rows.min()), int(rows.max())
        if last - first < SPARSE * len(rows):
            return self._read(first, last + 1)[rows - first]
        size, start, file = self._row_bytes, self._start, self._file
        parts = [os.pread(file, size, start + size * row) for row in rows.tolist()]
        if any(len(part) != size for part in parts):
            raise damage_error(self.path)
        read = np.frombuffer(b"".join(parts), self.vectors.dtype)
        return read.reshape(len(rows), -1)

    def _read(self, first: int, after: int) -> NDArray[Any]:
        """Read the vectors of adjacent rows."""
        import numpy as np

        if sys.platform == "win32" or self._file is None:
            return self.vectors[first:after]
        size = self._row_bytes
        read = os.pread(self._file, size * (after - first), self._start + size * first)
        if len(read) != size * (after - first):
            raise damage_error(self.path)
        return np.frombuffer(read, self.vectors.dtype).reshape(after - first, -1)

    def chunks(self, after: int = 0) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Yield ids and vectors in chunks, leaving out the first `after`."""
        import numpy as np

        for first in range(after, len(self.ids), CHUNK):
            ids = self.ids[first : first + CHUNK]
            yield ids, self._read(first, first + len(ids)).astype(np.float32)

    def sound(self, rows: NDArray[np.int64]) -> bool:
        """Whether the vectors at some rows are those that were written."""
        import numpy as np

        if self._sums is None:
            return True
        blocks = np.unique(rows // BLOCK).tolist()
        return all(
            zlib.crc32(self._read(n * BLOCK, min((n + 1) * BLOCK, len(self.ids))).data)
            == self._sums.blocks[n]
            for n in blocks
        )

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
    files: Sequence[tuple[str, bytes | None]],
    is_dead: Callable[[Any], Any],
    kind: Kind = "flat",
) -> SegmentFile | None:
    """Write the living vectors of adjacent segments as one; None when none lives.

    `files` are names with the manifest's checksums. A damaged file raises NotAnIndex, lest its
    vectors get checksums that fit. `is_dead` maps ids int64 [n] to bool [n].
    """
    import numpy as np

    def living() -> Iterator[tuple[NDArray[np.int64], NDArray[Any]]]:
        for file, sums in files:  # one at a time: memory holds one old file beside the new one
            part = Segment(folder / file, sums)
            if not part.sound(np.arange(len(part.ids))):
                raise damage_error(part.path)
            kept = ~is_dead(part.ids)
            yield part.ids[kept], part.vectors[kept]

    return write_segment(folder, number, living(), kind)

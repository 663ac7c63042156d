"""Checksums of parts of a segment file: a search proves the vectors it reads, not all."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

Packed = bytes  # a record here has a field of that name

BLOCK = 16  # vectors under one checksum: what proves one vector, 24 KiB of 384 numbers


@dataclass(frozen=True, slots=True)
class Sums:
    """Checksums of a file, to look at parts of it: CRC-32 of each BLOCK vectors, and of the rest.

    A file whose vectors can't be looked at alone, such as codes, is all rest.
    """

    bytes: int  # the whole file's
    start: int  # of the vectors
    stop: int
    rest: int
    blocks: tuple[int, ...]

    @classmethod
    def of(cls, path: Path, vectors: NDArray[Any] | None) -> Sums:
        """Sum up a file just written; `vectors` [n, dim] as it holds them, just before the ids."""
        size = path.stat().st_size
        stop = size if vectors is None else size - 8 - 8 * len(vectors)
        start = stop if vectors is None else stop - vectors.nbytes
        blocks = () if vectors is None else tuple(_block_sums(vectors))
        return cls(size, start, stop, _crc_around(path, start, stop), blocks)

    def pack(self) -> Packed:
        """Write as bytes: three uint64, then uint32, little-endian."""
        return struct.pack(
            f"<QQQI{len(self.blocks)}I", self.bytes, self.start, self.stop, self.rest, *self.blocks
        )

    @classmethod
    def unpack(cls, packed: Packed) -> Sums:
        """Read what `pack` wrote."""
        count = (len(packed) - 28) // 4
        size, start, stop, rest, *blocks = struct.unpack(f"<QQQI{count}I", packed)
        return cls(size, start, stop, rest, tuple(blocks))

    def fits(self, path: Path) -> bool:
        """Whether the file has its size, and its bytes outside the vectors are sound."""
        if path.stat().st_size != self.bytes:
            return False
        return _crc_around(path, self.start, self.stop) == self.rest


def _block_sums(vectors: NDArray[Any]) -> Iterator[int]:
    for first in range(0, len(vectors), BLOCK):
        yield zlib.crc32(vectors[first : first + BLOCK].data)


def _crc_around(path: Path, start: int, stop: int) -> int:
    crc = 0
    with path.open("rb") as file:
        while block := file.read(min(2**20, start - file.tell())):
            crc = zlib.crc32(block, crc)
        file.seek(stop)
        while block := file.read(2**20):
            crc = zlib.crc32(block, crc)
    return crc

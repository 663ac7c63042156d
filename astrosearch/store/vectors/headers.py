"""What a segment file must begin with, looked at before FAISS follows its numbers.

FAISS trusts the sizes that a file states: a damaged one makes it ask for memory without bound, or
read beyond the file's end. The layout is that of faiss/impl/index_write.cpp.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

_INDEX = struct.Struct("<4sIQ16x?I")  # name, dimension, vectors, trained, metric
_HALF = struct.Struct("<IIfQQQ")  # type, range and its argument, dimension, bytes a vector, trained
_SIZE = struct.Struct("<Q")
_INNER_PRODUCT, _FP16 = 0, 4


def check_header(path: Path) -> None:
    """Compare what a segment file states with its size.

    Raises
    ------
    ValueError
        When it is no IDMap over flat vectors or halves, or states another size than it has.
    """
    with path.open("rb") as file:
        outer, inner = _read(file.read(_INDEX.size)), _read(file.read(_INDEX.size))
        (_, dimension, vectors), (kind, *same) = outer, inner
        if outer[0] != b"IxMp" or same != [dimension, vectors] or not vectors or not dimension:
            raise ValueError("its headers disagree")
        width, stated = 4 * dimension, dimension * vectors  # bytes a vector; numbers
        if kind == b"IxSQ":
            width, stated = 2 * dimension, 2 * dimension * vectors  # bytes
            fields = _HALF.unpack(_exactly(file.read(_HALF.size), _HALF.size))
            if (fields[0], *fields[3:]) != (_FP16, dimension, width, 0):
                raise ValueError("its vectors are not of half precision")
        elif kind != b"IxFI":
            raise ValueError("it holds another kind of index")
        _expect(file.read(_SIZE.size), stated)
        file.seek(width * vectors, os.SEEK_CUR)
        _expect(file.read(_SIZE.size), vectors)
        end = file.tell() + 8 * vectors
        if end != file.seek(0, os.SEEK_END):
            raise ValueError("it is shorter or longer than it states")


def _read(header: bytes) -> tuple[bytes, int, int]:
    name, dimension, vectors, trained, metric = _INDEX.unpack(_exactly(header, _INDEX.size))
    if not trained or metric != _INNER_PRODUCT:
        raise ValueError("it searches in another way")
    return name, dimension, vectors


def _exactly(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise ValueError("it is cut off")
    return data


def _expect(stated: bytes, size: int) -> None:
    if stated != _SIZE.pack(size):
        raise ValueError("it states another size")

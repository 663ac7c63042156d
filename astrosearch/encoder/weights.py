"""Tensors of safetensors files, mapped into memory rather than read.

The format: 8 bytes with the header's length, the header (JSON: name -> dtype, shape, offsets),
then the bytes. https://github.com/huggingface/safetensors#format
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.folder import unusable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NUMPY_TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}


class Weights:
    """All floating point tensors of an encoder, by name, each checked against a shape."""

    def __init__(self, files: Sequence[Path]) -> None:
        self.files = tuple(files)
        self._tensors: dict[str, NDArray[Any]] = {}
        for file in files:
            self._tensors.update(read_safetensors(file))

    def __contains__(self, name: str) -> bool:
        return name in self._tensors

    def take(self, name: str, *shape: int) -> NDArray[np.float16 | np.float32]:
        """Give the tensor `name`, which must have this shape."""
        tensor = self._tensors.get(name)
        if tensor is None:
            raise unusable(self.files[0], f"it has no tensor {name}")
        if tensor.shape != shape:
            raise unusable(
                self.files[0],
                f"its tensor {name} has shape {list(tensor.shape)}, "
                f"but config.json asks for {list(shape)}",
            )
        return tensor

    def names(self) -> list[str]:
        """List the names of all tensors."""
        return list(self._tensors)


def read_safetensors(file: Path) -> dict[str, NDArray[Any]]:
    """Map the floating point tensors of one file; bfloat16 becomes float32."""
    import numpy as np

    try:
        # Copy on write, for OpenVINO takes no read-only memory. Nothing writes to it.
        data = np.memmap(file, np.uint8, "c")
    except (OSError, ValueError) as error:
        raise unusable(file, str(error)) from error
    tensors = {}
    for name, dtype, shape, begin, end in read_header(file, data):
        values = data[begin:end].view(NUMPY_TYPES[dtype]).reshape(shape)
        if dtype == "BF16":
            values = (values.astype(np.uint32) << 16).view(np.float32)
        elif dtype == "F64":
            values = values.astype(np.float32)
        tensors[name] = values
    return tensors


def read_header(
    file: Path, data: NDArray[np.uint8]
) -> list[tuple[str, str, tuple[int, ...], int, int]]:
    """List name, dtype, shape and place of a file's floating point tensors, all of them checked."""
    length = int.from_bytes(data[:8].tobytes(), "little")
    start = 8 + length
    if len(data) < 8 or start > len(data):
        raise unusable(file, "it is cut short")
    try:
        header = json.loads(data[8:start].tobytes())
        found = []
        for name, entry in header.items():
            if name == "__metadata__" or entry["dtype"] not in NUMPY_TYPES:
                continue
            dtype, shape = entry["dtype"], tuple(int(n) for n in entry["shape"])
            begin, end = (start + int(offset) for offset in entry["data_offsets"])
            if end - begin != math.prod(shape) * int(NUMPY_TYPES[dtype][-1]) or begin < start:
                raise ValueError(f"tensor {name} has the wrong size")
            if end > len(data):
                raise ValueError("it is cut short")
            found.append((name, dtype, shape, begin, end))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise unusable(file, f"its header is damaged ({error})") from error
    return found

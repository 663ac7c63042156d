"""Text to unit vectors.

`load_encoder` takes a name and gives back an `Encoder`. What a name stands for: locate.py.
What an encoder's folder may hold, and its fingerprint: folder.py. On the CPU a BERT-like
encoder runs without torch (graph.py, openvino_runtime.py), any other after torch converted it
once (conversion.py). A GPU, and what can't be converted, goes through sentence-transformers
(torch_runtime.py).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.records import TextForm

__all__ = ["Encoder", "fingerprint", "load_encoder", "resolve"]


class Encoder(Protocol):
    """Turns texts into unit vectors whose inner product says how alike the texts are."""

    name: str  # "default", a folder's name, or a hub id
    fingerprint: str  # sha256 over the folder's files: the same on every machine and device
    dimension: int
    text_form: TextForm
    max_tokens: int  # what is longer is cut
    device: str  # for people: "cpu (OpenVINO, bf16)"

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Vectors [len(texts), dimension], in the order given, each of length 1.

        `progress` is told now and then how many more texts are done.
        """
        ...


def resolve(name: str) -> Path:
    """Find the folder that an encoder's name stands for: "default", a folder, or a hub id."""
    from astrosearch.encoder.locate import locate

    return locate(name)[0]


def fingerprint(folder: Path) -> str:
    """Compute the sha256 over the files of `folder` that decide its vectors."""
    from astrosearch.encoder.folder import read_folder

    return read_folder(folder, folder.name).fingerprint()


def load_encoder(name: str = "default", device: str = "auto") -> Encoder:
    """Load an encoder, ready to encode.

    `device` is "cpu", "cuda", or "auto": a GPU if there is one that torch can use, else the CPU.
    """
    from astrosearch.encoder.devices import choose
    from astrosearch.encoder.folder import read_folder
    from astrosearch.encoder.locate import locate

    folder = read_folder(*locate(name))
    if choose(device) == "cuda":
        from astrosearch.encoder.torch_runtime import load_torch

        return load_torch(folder, "cuda")
    from astrosearch.encoder.openvino_runtime import load_openvino

    return load_openvino(folder)

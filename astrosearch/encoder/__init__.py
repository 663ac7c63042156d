"""Text to unit vectors.

`load_encoder` takes a name and returns an `Encoder`; load.py chooses the runtime. What a name
stands for: locate.py. What an encoder's folder may hold, and its fingerprint: folder.py. On the
CPU a BERT-like encoder runs without torch (graph.py, openvino_runtime.py), any other after torch
converted it once (conversion.py). A GPU, and what can't be converted, goes through
sentence-transformers (torch_runtime.py). Scores of two texts read together: cross_encoder.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

from astrosearch.encoder.checked import encoded
from astrosearch.encoder.load import fingerprint, load_encoder, resolve

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.records import TextForm

__all__ = ["Encoder", "encoded", "fingerprint", "load_encoder", "resolve"]


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
        """Return unit vectors [len(texts), dimension], in the order given.

        `progress` is called now and then with how many more texts are done.
        """
        ...

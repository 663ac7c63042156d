"""Encoders whose vectors can be worked out by hand."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from astrosearch.records import TextForm


class WordEncoder:
    """Counts words in `dimension` buckets by their CRC-32: texts with the same words coincide."""

    name = "words"
    device = "cpu"
    max_tokens = 10**6

    def __init__(
        self, dimension: int = 64, fingerprint: str = "f" * 64, text_form: TextForm = "plain"
    ) -> None:
        self.dimension = dimension
        self.fingerprint = fingerprint
        self.text_form = text_form
        self.seen: list[str] = []

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.seen += texts
        out = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for i, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or ["nothing"]:
                out[i, zlib.crc32(word.encode()) % self.dimension] += 1
            if progress:
                progress(1)
        out /= np.linalg.norm(out, axis=1, keepdims=True).clip(1e-9)
        return out

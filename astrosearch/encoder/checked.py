"""Vectors as encoders give them, checked before anything is built on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from astrosearch.errors import EncoderError
from astrosearch.text import one_line

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

SHOWN = 100  # characters of a text that an error names


def encoded(
    encoder: Encoder, texts: Sequence[str], progress: Callable[[int], None] | None = None
) -> NDArray[np.float32]:
    """Encode texts to vectors [len(texts), dimension].

    Raises
    ------
    EncoderError
        When the encoder gives another number of vectors, or one that isn't made of finite numbers.
        Half precision overflows on some GPUs; a damaged encoder does so anywhere.
    """
    import numpy as np

    vectors = encoder.encode(texts, progress)
    shape = (len(texts), encoder.dimension)
    if vectors.shape != shape:
        raise EncoderError(
            f"the encoder {encoder.name} gives vectors of shape {vectors.shape} where "
            f"{shape} is due.\nCopy or download its folder again, or choose another"
        )
    if len(vectors) and not np.isfinite(vectors.sum(dtype=np.float64)):
        bad = int(np.flatnonzero(~np.isfinite(vectors).all(axis=1))[0])
        text = one_line(texts[bad])
        shown = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
        raise EncoderError(
            f"the encoder {encoder.name} ({encoder.device}) gives numbers that are not "
            f"finite for this text: {shown}\n"
            "Copy or download its folder again, choose another, or give --device cpu"
        )
    return vectors

"""Turning an encoder's vectors so that their first numbers hold the most.

An orthogonal matrix after pooling changes no cosine between whole vectors. Made of the principal
axes of many vectors, it puts what distinguishes texts first, so that vectors cut short lose little.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from astrosearch.encoder.folder import is_projection


def rotated(model: Any, texts: Sequence[str]) -> Any:
    """Return a model whose vectors are turned to the principal axes of the vectors of `texts`."""
    import numpy as np
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Dense

    vectors = model.encode(
        list(texts), normalize_embeddings=True, show_progress_bar=False, batch_size=64
    )
    # By decreasing eigenvalue; not centred, for cosines are not.
    values, axes = np.linalg.eigh(vectors.T.astype(np.float64) @ vectors)
    axes = axes[:, np.argsort(-values)].T
    modules = list(model)
    normalizing = [m for m in modules if type(m).__name__ == "Normalize"]
    first = [m for m in modules if type(m).__name__ != "Normalize"]
    last = first[-1]
    if isinstance(last, Dense) and is_projection(last.get_config_dict()):
        # The model was turned before: multiply the two matrices into one.
        axes = axes @ last.linear.weight.detach().cpu().double().numpy()
        first.pop()
    turn = Dense(
        axes.shape[1],
        axes.shape[0],
        bias=False,
        activation_function=torch.nn.Identity(),
        init_weight=torch.from_numpy(np.ascontiguousarray(axes)).float(),
    )
    return SentenceTransformer(modules=[*first, turn, *normalizing], device="cpu")

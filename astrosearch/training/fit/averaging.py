"""The mean of the weights of several runs and of their base: one encoder, as fast as each of them.

A mean of several runs' weights finds more than any one of them (Wortsman et al. 2022,
arXiv:2203.05482). A share of the base's weights keeps what the base knew of texts unlike those
trained on (Wortsman et al. 2021, arXiv:2109.01903).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from astrosearch.training.fit.base import load_model


def averaged(checkpoints: Sequence[Path], base: Path, base_share: float) -> Any:
    """Return a model with the mean weights of checkpoints, of which `base_share` are the base's."""
    parts = [(path, (1 - base_share) / len(checkpoints)) for path in checkpoints]
    if base_share:
        parts.append((base, base_share))
    model = load_model(checkpoints[0], "cpu")
    mean = {name: tensor.new_zeros(tensor.shape) for name, tensor in model.state_dict().items()}
    for path, share in parts:
        for name, tensor in load_model(path, "cpu").state_dict().items():
            if tensor.is_floating_point():
                mean[name] += share * tensor
            else:
                mean[name] = tensor
    model.load_state_dict(mean)
    return model

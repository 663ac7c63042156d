"""One training step in bf16 and in single precision on this processor, in turn.

Run: python -m benchmarks.training_precision [--rounds 3]

A step is what training the bundled encoder repeats: 32 texts of 48 tokens forward and backward, on
one thread. Seconds are those of the processor, so that other work beside counts less.
"""

from __future__ import annotations

import argparse
import statistics
import time
from typing import Any

from astrosearch.encoder.locate import find_folder
from astrosearch.encoder.processor import has_bfloat16
from astrosearch.training.fit.base import load_model
from benchmarks.measured import save

TEXTS, WORDS = 32, 46  # and two tokens that begin and end a text


def step(model: Any, features: Any, dtype: Any) -> float:
    """Return the processor's seconds of one step in a precision; None is single precision."""
    import torch

    started = time.process_time()
    with torch.autocast("cpu", torch.bfloat16, enabled=dtype is not None):
        vectors = model(features)["sentence_embedding"]
        loss = (vectors @ vectors.T).float().logsumexp(dim=1).mean()
    loss.backward()
    model.zero_grad()
    return time.process_time() - started


def main() -> None:
    """Measure and save."""
    import torch

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    rounds = parser.parse_args().rounds
    torch.set_num_threads(1)
    model = load_model(find_folder("default")[0], "cpu").train()
    features = model.preprocess(["star " * WORDS] * TEXTS)
    seconds: dict[str, list[float]] = {"f32": [], "bf16": []}
    for _ in range(rounds + 1):  # the first isn't counted
        for name, dtype in (("f32", None), ("bf16", torch.bfloat16)):
            seconds[name].append(step(model, dict(features), dtype))
    medians = {name: statistics.median(each[1:]) for name, each in seconds.items()}
    save(
        "training_precision",
        {
            "torch": torch.__version__,
            "multiplies_bfloat16": has_bfloat16(),
            "texts": TEXTS,
            "tokens": WORDS + 2,
            "rounds": rounds,
            "seconds": medians,
            "bf16_over_f32": medians["bf16"] / medians["f32"],
        },
    )


if __name__ == "__main__":
    main()

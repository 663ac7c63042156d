"""In which precision this machine encodes fastest: measured once, and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.cache import kept_file, read_kept, write_kept
from astrosearch.encoder.compiled import Graph, machine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRECISION = "INFERENCE_PRECISION_HINT"
OFFERED = {"BF16": "bf16", "FP32": "f32"}  # half precision as a processor offers it; never int8
ROUNDS = 3


def quickest(
    core: Any, graph: Graph, settings: Mapping[str, str], batch: list[NDArray[np.generic]]
) -> tuple[str, Any]:
    """Name the precision that encodes a batch fastest, and give the graph compiled for it.

    It is measured where the processor offers a choice that the graph leaves open, and kept for
    the next process.
    """
    import openvino

    offered = [OFFERED[c] for c in machine(core) if c in OFFERED]
    if PRECISION in graph.settings:
        offered = [graph.settings[PRECISION]]
    file = kept_file("precision", graph.fingerprint, [openvino.__version__], machine(core))
    body = read_kept(file)
    known = body is not None and body.tobytes().decode("ascii", "replace")
    candidates = [known] if known in offered else offered or ["f32"]
    compiled = {
        name: core.compile_model(graph.build(), "CPU", {**settings, PRECISION: name})
        for name in candidates
    }
    if len(compiled) == 1:
        return next(iter(compiled.items()))
    times = {name: _seconds(model, batch) for name, model in compiled.items()}
    best = min(times, key=times.__getitem__)
    write_kept(file, [best.encode()])
    return best, compiled[best]


def _seconds(compiled: Any, batch: list[NDArray[np.generic]]) -> float:
    """Time a batch: the best of some rounds, after one that isn't counted."""
    request = compiled.create_infer_request()
    seconds = []
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        request.infer(batch)
        seconds.append(time.perf_counter() - started)
    return min(seconds[1:])

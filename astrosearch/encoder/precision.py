"""In which precision this machine encodes fastest: measured once, and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.cache import kept_file, read_kept, write_kept
from astrosearch.encoder.compiled import Graph
from astrosearch.encoder.processor import machine, precisions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PRECISION = "INFERENCE_PRECISION_HINT"
ROUNDS = 3


def quickest(
    core: Any, graph: Graph, settings: Mapping[str, str], batch: list[NDArray[np.generic]]
) -> tuple[str, Any]:
    """Name the precision that encodes a batch fastest, and give the graph compiled for it.

    It is measured where the processor offers a choice that the graph leaves open, and kept for
    the next process. What is named is what a compiled graph says it computes in: a processor that
    doesn't know the precision asked for takes another, and a kept answer may come from one.
    """
    import openvino

    def compiled(name: str) -> Any:
        return core.compile_model(graph.build(), "CPU", {**settings, PRECISION: name})

    offered = precisions(core)
    if PRECISION in graph.settings:
        offered = [graph.settings[PRECISION]]
    file = kept_file("precision", graph.fingerprint, [openvino.__version__], machine(core))
    body = read_kept(file)
    known = body is not None and body.tobytes().decode("ascii", "replace")
    if known in offered:
        model = compiled(known)
        if precision_of(model) == known:
            return known, model
    models: dict[str, Any] = {}
    for name in offered:
        model = compiled(name)
        models.setdefault(precision_of(model), model)
    best, *others = models
    if others:
        times = {name: _seconds(model, batch) for name, model in models.items()}
        best = min(times, key=times.__getitem__)
    if len(offered) > 1:
        write_kept(file, [best.encode()])
    return best, models[best]


def precision_of(compiled: Any) -> str:
    """Name the precision a compiled graph computes in, whichever it was compiled for."""
    return str(compiled.get_property(PRECISION).get_type_name())


def _seconds(compiled: Any, batch: list[NDArray[np.generic]]) -> float:
    """Time a batch: the best of some rounds, after one that isn't counted."""
    request = compiled.create_infer_request()
    seconds = []
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        request.infer(batch)
        seconds.append(time.perf_counter() - started)
    return min(seconds[1:])

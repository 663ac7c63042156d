"""Compiled graphs kept between processes, so that a query needn't compile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.cache import kept_file, read_kept, write_kept
from astrosearch.encoder.processor import machine

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Graph:
    """An encoder's graph for OpenVINO, before it is compiled."""

    fingerprint: str  # of the encoder
    source: str  # names the code that made the graph
    build: Callable[[], Any]  # gives an openvino.Model
    settings: Mapping[str, str] = field(default_factory=dict)  # that this graph can't do without


def compiled_graph(
    core: Any, graph: Graph, settings: Mapping[str, str]
) -> tuple[Any, NDArray[np.uint8] | None]:
    """Give the compiled graph of an encoder from the cache, else build, compile and keep it.

    The second value is memory that the graph reads: it must live as long as the graph does.
    """
    import openvino

    chosen = {**settings, **graph.settings}
    names = (f"{name}={value}" for name, value in sorted(chosen.items()))
    versions = [openvino.__version__, graph.source, *names]
    file = kept_file("compiled", graph.fingerprint, versions, machine(core))
    body = read_kept(file)
    if body is not None:
        memory = openvino.Tensor(body, shared_memory=True)
        try:
            return core.import_model(memory, "CPU", chosen), body
        except RuntimeError:
            pass  # it wasn't OpenVINO that wrote this
    compiled = core.compile_model(graph.build(), "CPU", chosen)
    write_kept(file, [compiled.export_model().getbuffer()])
    return compiled, None

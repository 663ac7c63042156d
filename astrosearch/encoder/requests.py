"""Inference requests for few texts at a time: one caller has all cores, several share them."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


class Requests:
    """Infers for one caller on all cores, and for several side by side, each on its share.

    On two cores eight threads get 1.35 times as many queries answered so as in turn
    (benchmarks/results/threads.json). The graph that callers share is compiled when two of them
    first meet; whoever comes meanwhile waits in turn.

    Parameters
    ----------
    alone : openvino.CompiledModel
        Uses all cores for one request.
    compile_shared : callable
        Compiles the same graph, in the same precision, for one request a core.
    """

    def __init__(self, alone: Any, compile_shared: Callable[[], Any]) -> None:
        self._alone = alone.create_infer_request()
        self._in_turn = threading.Lock()  # a request serves one caller at a time
        self._compile_shared = compile_shared
        self._compiling = threading.Lock()
        self._shared: queue.LifoQueue[Any] | None = None
        self._counting = threading.Lock()
        self._callers = 0

    @contextmanager
    def taken(self) -> Iterator[Any]:
        """Give the caller a request to use for a block."""
        with self._counting:
            self._callers += 1
            several = self._callers > 1
        try:
            shared = self._side_by_side() if several else None
            if shared is None:
                with self._in_turn:
                    yield self._alone
            else:
                request = shared.get()
                try:
                    yield request
                finally:
                    shared.put(request)
        finally:
            with self._counting:
                self._callers -= 1

    def _side_by_side(self) -> queue.LifoQueue[Any] | None:
        """Return the requests that run side by side; None while they are being made."""
        if self._shared is None and self._compiling.acquire(blocking=False):
            try:
                if self._shared is None:
                    compiled = self._compile_shared()
                    shared: queue.LifoQueue[Any] = queue.LifoQueue()
                    for _ in range(compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")):
                        shared.put(compiled.create_infer_request())
                    self._shared = shared
            finally:
                self._compiling.release()
        return self._shared

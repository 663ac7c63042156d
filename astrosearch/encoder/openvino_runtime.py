"""Encoding on the CPU with OpenVINO, without torch."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.cache import unload
from astrosearch.encoder.compiled import Graph, compiled_graph
from astrosearch.encoder.folder import EncoderFolder, unusable
from astrosearch.encoder.precision import PRECISION, precision_of, quickest
from astrosearch.encoder.processor import openvino_core, was_forked
from astrosearch.encoder.remote import RemoteEncoder
from astrosearch.encoder.requests import Requests
from astrosearch.encoder.tokens import TextTokenizer, batches

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Progress = Callable[[int], None] | None

# Both from benchmarks/results/encoder_speed.json.
TOKEN_BUDGET = 1024  # tokens a batch, padding included
FEW_TOKENS = 2048  # up to here one request on all cores; above, one request a core
ONE_BY_ONE = {"PERFORMANCE_HINT": "LATENCY"}
MANY_AT_ONCE = {"PERFORMANCE_HINT": "THROUGHPUT"}
REPORTER = "openvino_telemetry"  # of usage; OpenVINO works without it
CONVERTER = "openvino.tools.ovc"
WINDOW = 16_384  # texts whose token ids are held at once


def open_tokenizer(folder: EncoderFolder) -> TextTokenizer:
    """Open a folder's tokenizer; it mustn't know more words than the encoder."""
    tokenizer = TextTokenizer(folder)
    rows = folder.config.get("vocab_size")
    if isinstance(rows, int) and tokenizer.vocabulary_size() > rows:
        raise unusable(folder.path / "config.json", "its vocab_size is less than the tokenizer's")
    return tokenizer


def has_openvino() -> bool:
    """Import OpenVINO without its converter, and tell whether that worked.

    The converter takes 40 ms to import, and imports a package that can report usage.
    """
    hide = () if "openvino" in sys.modules else (REPORTER, CONVERTER)
    try:
        with hidden(*hide):
            import openvino  # noqa: F401
    except ImportError:
        return False
    return True


@contextmanager
def hidden(*modules: str) -> Iterator[None]:
    """Make imports of `modules` fail while a block runs, unless they were imported before."""
    hide = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(hide))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in hide:
            if sys.modules.get(name) is None:
                del sys.modules[name]


class Runtime:
    """OpenVINO with one graph."""

    def __init__(self, graph: Graph) -> None:
        self.core = openvino_core()
        compiled, self.memory = compiled_graph(self.core, graph, ONE_BY_ONE)
        self.precision = precision_of(compiled)  # bf16 where the processor computes in it, else f32
        settings = {**MANY_AT_ONCE, **graph.settings, PRECISION: self.precision}
        self.requests = Requests(
            compiled, lambda: self.core.compile_model(graph.build(), "CPU", settings)
        )
        self.queue: Any = None  # compiled when first needed: a query never does
        self.in_turn = threading.Lock()  # the queue serves one caller at a time
        self.started = False


class OpenVinoEncoder:
    """An encoder compiled for this machine's processor.

    Where its process was forked from one that had started OpenVINO, another process encodes for it.
    """

    def __init__(self, folder: EncoderFolder, tokenizer: TextTokenizer, graph: Graph) -> None:
        self.name, self.fingerprint = folder.name, graph.fingerprint
        self.dimension, self.text_form = folder.dimension, folder.text_form
        self.max_tokens, self.opened_by = folder.max_tokens, folder.opened_by
        self._folder, self._tokenizer, self._graph = folder, tokenizer, graph
        self._runtime = None if was_forked() else Runtime(graph)
        self._remote: RemoteEncoder | None = None
        precision = "in another process" if self._runtime is None else self._runtime.precision
        self.device = f"cpu (OpenVINO, {precision})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it is made from: another process compiles it for itself."""
        return type(self), (self._folder, self._tokenizer, self._graph)

    def _elsewhere(self) -> RemoteEncoder:
        """Return what encodes for a forked process."""
        remote = self._remote
        if remote is None or remote.process != os.getpid():
            folder = self._folder
            self._remote = remote = RemoteEncoder(folder.path, folder.name, folder.dimension)
        return remote

    def encode(self, texts: Sequence[str], progress: Progress = None) -> NDArray[np.float32]:
        """Return unit vectors [len(texts), dimension], in the order given."""
        import numpy as np

        runtime = self._runtime
        if runtime is None or was_forked():  # the parent's is never let go of: it would wait
            return self._elsewhere().encode(texts, progress)
        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), WINDOW):
            ids = [self._tokenizer.ids(text) for text in texts[start : start + WINDOW]]
            part = vectors[start : start + WINDOW]
            if sum(map(len, ids)) <= FEW_TOKENS:
                encode_few(runtime, ids, part, progress)
            else:
                with runtime.in_turn:
                    self._encode_many(runtime, ids, part, progress)
        return vectors

    def _encode_many(
        self,
        runtime: Runtime,
        ids: list[list[int]],
        vectors: NDArray[np.float32],
        progress: Progress,
    ) -> None:
        """Fill `vectors`, several batches at a time, each on cores of its own."""
        done: list[int] = []  # written to by the queue's threads; told by this one

        def keep(request: Any, rows: list[int]) -> None:
            vectors[rows] = request.get_output_tensor(0).data
            done.append(len(rows))

        def tell(told: int) -> int:
            finished = done[told:]
            if progress is not None and finished:
                progress(sum(finished))
            return told + len(finished)

        groups = list(batches([len(i) for i in ids], TOKEN_BUDGET))
        if runtime.queue is None:
            sample = pad([ids[row] for row in groups[len(groups) // 2]])
            precision = open_queue(runtime, self._graph, sample)
            self.device = f"cpu (OpenVINO, {precision})"
        runtime.queue.set_callback(keep)
        told = 0
        try:
            for rows in groups:
                runtime.queue.start_async(pad([ids[row] for row in rows]), rows)
                told = tell(told)
        finally:  # an interrupted call mustn't write into the next one's vectors
            runtime.queue.wait_all()
        tell(told)


def encode_few(
    runtime: Runtime, ids: list[list[int]], vectors: NDArray[np.float32], progress: Progress
) -> None:
    """Fill `vectors`, one batch after the other."""
    for rows in batches([len(i) for i in ids], TOKEN_BUDGET):
        with runtime.requests.taken() as request:
            vectors[rows] = request.infer(pad([ids[row] for row in rows]))[0]
        if not runtime.started:  # the first inference copies the weights as it needs them
            runtime.started = True
            if runtime.memory is not None:
                unload(runtime.memory)
        if progress is not None:
            progress(len(rows))


def open_queue(runtime: Runtime, graph: Graph, sample: list[NDArray[Any]]) -> str:
    """Compile a graph for many texts, in the precision that is quickest for a sample of them."""
    import openvino

    settings = {**MANY_AT_ONCE, **graph.settings}
    precision, compiled = quickest(runtime.core, graph, settings, sample)
    # Twice as many requests as run at once: none waits while Python takes a result.
    requests = 2 * compiled.get_property("OPTIMAL_NUMBER_OF_INFER_REQUESTS")
    runtime.queue = openvino.AsyncInferQueue(compiled, requests)
    return precision


def pad(ids: list[list[int]]) -> list[NDArray[Any]]:
    """Token ids and mask of one batch, each [n, length of the longest]."""
    import numpy as np

    shape = len(ids), max(map(len, ids))
    padded, mask = np.zeros(shape, np.int32), np.zeros(shape, np.float32)
    for row, tokens in enumerate(ids):
        padded[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
    return [padded, mask]

"""Any other encoder, converted once from torch to an OpenVINO graph, then run without torch.

Two files are kept: the graph (weights in half precision, then its XML, then the XML's length in
8 bytes), and the outcome, which says how to run the graph or why there is none. A graph is
used only if its vectors of some sentences agree with torch's; else torch runs the encoder.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.cache import PART, kept_file, read_kept, write_kept
from astrosearch.encoder.compiled import Graph
from astrosearch.encoder.openvino_runtime import REPORTER, OpenVinoEncoder, hidden, open_tokenizer
from astrosearch.encoder.precision import PRECISION
from astrosearch.encoder.processor import machine, openvino_core
from astrosearch.encoder.torch_runtime import load_torch
from astrosearch.errors import EncoderError

if TYPE_CHECKING:
    from astrosearch.encoder import Encoder
    from astrosearch.encoder.folder import EncoderFolder

LEAST_COSINE = 0.999  # with torch in single precision, for each sentence
ATTENTION = "eager"  # in plain steps, which OpenVINO fuses; torch's own gave NaN beside padding
LENGTH_BYTES = 8
CHECKS = [
    "",
    "halo",
    "The disc warps beyond three scale lengths, where the gas is no longer held by the stars.",
    "Reionization ended late (z ~ 5.3), as the dark gaps in quasar spectra show.",
    "Löfgren & Ähnlich measured Δχ² ≈ 12 for a 4.5-σ dip at 1.4×10⁻³ Jy.",
    "WHY DO CLUSTERS COOL SO SLOWLY?",
]
MIDDLING = " ".join(CHECKS * 3)  # some 300 tokens: far more than the others have
LONG = " ".join(CHECKS * 8)
TRACING_FAILS = (
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    ImportError,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a conversion."""

    settings: dict[str, str] | None  # to run the graph with; None: torch runs the encoder
    reason: str  # why torch runs the encoder
    converter: str  # versions of what converted; with others it is tried again


@dataclass(frozen=True, slots=True)
class Files:
    """Where an encoder's conversion is kept."""

    graph: Path
    outcome: Path


def load_converted(folder: EncoderFolder) -> Encoder:
    """Load an encoder that was converted before; else convert it; else run it with torch."""
    import openvino

    fingerprint = folder.fingerprint()
    code = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    versions, place = [openvino.__version__, code], machine(openvino_core())
    files = Files(*(kept_file(k, fingerprint, versions, place) for k in ("converted", "outcomes")))
    build = partial(read_graph, folder, files.graph, [])
    graph = partial(Graph, fingerprint, code, build)
    outcome = read_outcome(files.outcome)
    if outcome is None or (outcome.settings is None and outcome.converter != converter()):
        outcome = try_conversion(folder, files, graph)
    if outcome.settings is None:
        return load_torch(folder, "cpu", note=outcome.reason)
    return OpenVinoEncoder(folder, open_tokenizer(folder), graph(outcome.settings))


def try_conversion(
    folder: EncoderFolder, files: Files, graph: Callable[[dict[str, str]], Graph]
) -> Outcome:
    """Convert an encoder, compare it with torch, and keep what came of it."""
    from openvino.frontend import OpConversionFailure
    from openvino.tools.ovc.error import BasicError

    outcome = partial(Outcome, converter=converter())
    slow = load_torch(folder, "cpu", ATTENTION)
    try:
        if not convert(slow.model, files.graph):
            return outcome(None, "the cache can't be written")
        cosine = 0.0
        # bf16, where the processor has it, is too coarse for some encoders.
        for settings in ({}, {PRECISION: "f32"}):
            fast = OpenVinoEncoder(folder, open_tokenizer(folder), graph(settings))
            cosine = worst_cosine(fast, slow)
            if cosine >= LEAST_COSINE:
                found = outcome(settings, "")
                break
        else:
            files.graph.unlink(missing_ok=True)
            found = outcome(None, f"OpenVINO's vectors differ, cosine {cosine:.4f}")
    except EncoderError as error:
        found = outcome(None, str(error).splitlines()[0])
    except (*TRACING_FAILS, BasicError, OpConversionFailure) as error:
        found = outcome(None, f"OpenVINO can't run it, {type(error).__name__}")
    write_kept(files.outcome, [json.dumps(asdict(found)).encode()])
    return found


def convert(model: Any, file: Path) -> bool:
    """Trace a sentence-transformers model and keep its graph; tell whether it could be written."""
    import openvino

    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        scratch = tempfile.TemporaryDirectory(
            dir=file.parent, suffix=PART, ignore_cleanup_errors=True
        )
    except OSError:
        return False
    with scratch as name:
        graph = trace(model)
        xml = Path(name, "graph.xml")
        try:
            openvino.save_model(graph, xml, compress_to_fp16=True)
            weights, text = map_file(xml.with_suffix(".bin")), xml.read_bytes()
        except (OSError, RuntimeError):
            return False
        length = len(text).to_bytes(LENGTH_BYTES, "little")
        return write_kept(file, [weights, text, length])


def map_file(file: Path) -> Any:
    """Map a file of any size into memory, to be copied."""
    import numpy as np

    return np.memmap(file, np.uint8, "r").data


def trace(model: Any) -> Any:
    """Turn a sentence-transformers model into a graph, all its modules and the scaling included."""
    import torch

    with hidden(REPORTER):  # so that no usage is reported
        from openvino.tools.ovc import convert_model

    class UnitVectors(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model.eval()

        def forward(self, ids: Any, mask: Any) -> Any:
            features = self.model({"input_ids": ids.long(), "attention_mask": mask.long()})
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=1)

    ids, mask = torch.ones(2, 7, dtype=torch.int32), torch.ones(2, 7)
    mask[1, 5:] = 0
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # about what a trace may miss: the vectors are compared
        return convert_model(UnitVectors(), example_input=(ids, mask))


def read_graph(folder: EncoderFolder, file: Path, memory: list[Any]) -> Any:
    """Read a kept graph; one that is gone or damaged is converted again.

    `memory` is given what the graph reads: it must live as long as the graph does.
    """
    import openvino

    body = read_kept(file)
    if body is None and convert(load_torch(folder, "cpu", ATTENTION).model, file):
        body = read_kept(file)
    if body is None:
        raise EncoderError(
            f"the converted encoder {file} is gone and can't be written.\n"
            "Make room on that disk, or set ASTROSEARCH_CACHE to another folder"
        )
    end = len(body) - LENGTH_BYTES
    start = end - int.from_bytes(body[end:].tobytes(), "little")
    weights = openvino.Tensor(body[:start], shared_memory=True)
    memory.append((body, weights))
    return openvino_core().read_model(body[start:end].tobytes(), weights)


def read_outcome(file: Path) -> Outcome | None:
    """Read what came of an earlier conversion."""
    body = read_kept(file)
    return None if body is None else Outcome(**json.loads(body.tobytes()))


def converter() -> str:
    """List the versions of the packages that convert; leave out those not installed."""
    found = []
    for package in ("torch", "transformers", "sentence-transformers"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)


def worst_cosine(fast: Encoder, slow: Encoder) -> float:
    """Return the least cosine of two runtimes' vectors, for texts of like and unlike lengths."""
    import numpy as np

    cosines = [
        float((fast.encode(texts) * slow.encode(texts)).sum(axis=1).min())
        for texts in ([*CHECKS, MIDDLING, LONG], [CHECKS[1], MIDDLING])
    ]
    return float(np.nan_to_num(cosines, nan=-1.0).min())

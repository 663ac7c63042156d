"""How fast the default encoder runs on a CPU, by runtime, and how true each runtime stays.

Real sentences (the folder `shared` beside the project's), sorted by length, padded to the longest
of each batch. Speed: the best of some rounds over 2,000 sentences. Truth: cosine and top-10
overlap with torch in single precision. Cold: a fresh process from start to one query's vector.
The ONNX rows need the packages onnx, onnxscript and onnxruntime, the torch row the gpu extra.

    python benchmarks/encoder_speed.py [--rounds 3] [--sentences 2000] [--parity 5000]
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import importlib.util
import json
import os
import platform
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrosearch.encoder import Encoder, load_encoder, resolve
from astrosearch.encoder.folder import read_folder
from astrosearch.encoder.graph import GraphBuilder, known_names
from astrosearch.encoder.openvino_runtime import pad
from astrosearch.encoder.tokens import TextTokenizer, batches
from astrosearch.encoder.torch_runtime import load_torch

ROOT = Path(__file__).parents[1]
TEXTS = ROOT / ".." / "shared" / "corpus" / "fulltext"
RESULT = ROOT / "benchmarks" / "results" / "encoder_speed.json"
Vectors = NDArray[np.float32]
Encode = Callable[[list[list[int]]], Vectors]
COLD = """
from pathlib import Path
from astrosearch.encoder import load_encoder
vector = load_encoder("default", "cpu").encode(["acoustic peaks at small angular scales"])
status = Path("/proc/self/status").read_text()  # getrusage would count the parent's memory too
print(int(status.split("VmHWM:")[1].split()[0]) / 1024)
"""


class Int8Builder(GraphBuilder):
    """The encoder's graph with 8 bit matrices, one scale a row."""

    def dense(self, x: Any, name: str, width_in: int, width_out: int) -> Any:
        matrix = self.take(f"{name}.weight", width_out, width_in).astype(np.float32)
        scale = np.abs(matrix).max(axis=1, keepdims=True) / 127
        whole = np.rint(matrix / scale).astype(np.int8)
        ops = self.ops
        node = ops.multiply(ops.convert(ops.constant(whole), "f32"), ops.constant(scale))
        offset = self.constant(self.take(f"{name}.bias", width_out))
        return ops.add(ops.matmul(x, node, False, True), offset)


def real_sentences(count: int) -> list[str]:
    """Sentences of 40-800 characters from every eighth paper, in a fixed random order."""
    found = []
    for file in sorted(TEXTS.glob("*.txt"))[::8]:
        for paragraph in file.read_text(encoding="utf-8", errors="replace").split("\n\n")[3:]:
            parts = re.split(r"(?<=[.!?]) +(?=[A-Z])", paragraph.replace("\n", " "))
            found += [part for part in parts if 40 < len(part) < 800]
    random.Random(1).shuffle(found)
    return found[:count]


def openvino_encode(builder: type[GraphBuilder], settings: dict[str, Any], budget: int) -> Encode:
    import openvino

    folder = read_folder(resolve("default"), "default")
    names = known_names(folder)
    if names is None:
        raise SystemExit("the default encoder has an unknown architecture")
    compiled = openvino.Core().compile_model(builder(folder, names).build(), "CPU", settings)
    queue = openvino.AsyncInferQueue(compiled)

    def encode(ids: list[list[int]]) -> Vectors:
        vectors = np.empty((len(ids), folder.dimension), np.float32)

        def keep(request: Any, rows: list[int]) -> None:
            vectors[rows] = request.get_output_tensor(0).data

        queue.set_callback(keep)
        for rows in batches([len(i) for i in ids], budget):
            queue.start_async(pad([ids[row] for row in rows]), rows)
        queue.wait_all()
        return vectors

    return encode


def onnx_encode(file: str) -> Encode:
    onnxruntime = importlib.import_module("onnxruntime")
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])

    def encode(ids: list[list[int]]) -> Vectors:
        vectors = np.empty((len(ids), 384), np.float32)
        for rows in batches([len(i) for i in ids], 1024):
            padded, mask = pad([ids[row] for row in rows])
            inputs = {"ids": padded.astype(np.int64), "mask": mask.astype(np.int64)}
            vectors[rows] = session.run(None, inputs)[0]
        return vectors

    return encode


def export_onnx(folder: Path) -> dict[str, str]:
    """Write the default encoder as ONNX files, in single precision and in dynamic int8."""
    import torch
    from transformers import AutoModel

    quantization = importlib.import_module("onnxruntime.quantization")
    model = AutoModel.from_pretrained(
        resolve("default"), dtype=torch.float32, attn_implementation="eager"
    )

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model.eval()

        def forward(self, ids: Any, mask: Any) -> Any:
            x = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            total = (x * mask.unsqueeze(-1).float()).sum(1)
            return torch.nn.functional.normalize(total, dim=1)

    example = torch.ones(2, 7, dtype=torch.long), torch.ones(2, 7, dtype=torch.long)
    axes = {name: {0: "n", 1: "length"} for name in ("ids", "mask")}
    single, whole = str(folder / "f32.onnx"), str(folder / "int8.onnx")
    torch.onnx.export(
        Pooled(),
        example,
        single,
        input_names=["ids", "mask"],
        dynamic_axes=axes,
        dynamo=False,
        opset_version=17,
    )
    quantization.quantize_dynamic(single, whole, per_channel=True)
    return {"ONNX Runtime f32": single, "ONNX Runtime int8 (dynamic, per channel)": whole}


def overlap(reference: Vectors, other: Vectors) -> float:
    """Mean share of the ten nearest that both agree on, over at most 1,000 of them as queries."""

    def nearest(vectors: Vectors) -> NDArray[np.int64]:
        scores = vectors[:1000] @ vectors.T
        scores[np.arange(len(scores)), np.arange(len(scores))] = -2
        return np.argpartition(-scores, 10, axis=1)[:, :10]

    pairs = zip(nearest(reference), nearest(other), strict=True)
    return float(np.mean([len(set(a) & set(b)) / 10 for a, b in pairs]))


def truth(reference: Vectors, other: Vectors) -> dict[str, float]:
    cosines = (reference * other).sum(axis=1)
    return {
        "cosine_min": round(float(cosines.min()), 6),
        "cosine_mean": round(float(cosines.mean()), 6),
        "top10_overlap": round(overlap(reference, other), 4),
    }


def prepare_all(files: dict[str, str]) -> dict[str, Callable[[], Encode]]:
    """Every way to run the encoder that is compared, each prepared when it is its turn."""
    one, each = {"PERFORMANCE_HINT": "LATENCY"}, {"PERFORMANCE_HINT": "THROUGHPUT"}
    single = {"INFERENCE_PRECISION_HINT": "f32"}
    half = {"INFERENCE_PRECISION_HINT": "bf16"}
    group = "DYNAMIC_QUANTIZATION_GROUP_SIZE"
    ours: list[tuple[str, type[GraphBuilder], dict[str, Any], int]] = [
        ("f32, a request a core, 1024 tokens", GraphBuilder, each | single, 1024),
        ("bf16, one request on all cores, 2048 tokens", GraphBuilder, one | half, 2048),
        ("bf16, a request a core, 512 tokens", GraphBuilder, each | half, 512),
        ("bf16, a request a core, 1024 tokens", GraphBuilder, each | half, 1024),
        ("bf16, a request a core, 2048 tokens", GraphBuilder, each | half, 2048),
        ("int8 weights, f32", Int8Builder, each | single | {group: "0"}, 1024),
        ("int8 weights, int8 activations by 32", Int8Builder, each | single | {group: "32"}, 1024),
    ]
    ways: dict[str, Callable[[], Encode]] = {
        f"OpenVINO {name}": partial(openvino_encode, builder, settings, budget)
        for name, builder, settings, budget in ours
    }
    return ways | {name: partial(onnx_encode, file) for name, file in files.items()}


def speeds(
    ways: dict[str, Callable[[], Vectors]], count: int, rounds: int
) -> dict[str, dict[str, int]]:
    """Sentences a second, and a second of processor time, in the best of some rounds.

    The ways take turns, so that whatever else the machine does hinders all of them alike.
    """
    wall: dict[str, list[float]] = {name: [] for name in ways}
    busy: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, encode in ways.items():
            start, used = time.perf_counter(), time.process_time()
            encode()
            wall[name].append(time.perf_counter() - start)
            busy[name].append(time.process_time() - used)
    return {
        name: {
            "per_s": round(count / min(wall[name])),
            "per_processor_s": round(count / min(busy[name])),
        }
        for name in ways
    }


def cold() -> dict[str, float]:
    """Seconds and peak memory of a fresh process that encodes one query; the best of five."""
    runs = []
    for _ in range(5):
        start = time.perf_counter()
        out = subprocess.run(
            [sys.executable, "-c", COLD], capture_output=True, text=True, check=True, cwd=ROOT
        )
        runs.append((time.perf_counter() - start, float(out.stdout)))
    seconds, megabytes = min(runs)
    return {"seconds": round(seconds, 3), "peak_rss_mb": round(megabytes)}


def query_milliseconds(encoder: Encoder) -> float:
    times = []
    for number in range(60):
        start = time.perf_counter()
        encoder.encode([f"acoustic peaks at small angular scales {number}"])
        times.append(time.perf_counter() - start)
    return round(float(np.median(times)) * 1000, 2)


def company(encoder: Encoder, texts: list[str], together: Vectors) -> dict[str, float]:
    """How much a vector differs when its text is encoded alone."""
    alone = np.concatenate([encoder.encode([text]) for text in texts[:300]])
    same = together[: len(alone)]
    return {
        "largest_component_difference": round(float(np.abs(alone - same).max()), 6),
        "cosine_min": round(float((alone * same).sum(axis=1).min()), 6),
    }


def installed_megabytes(package: str) -> float | None:
    try:
        files = importlib.metadata.distribution(package).files or []
    except importlib.metadata.PackageNotFoundError:
        return None
    return round(sum(file.size or 0 for file in files) / 1e6, 1)


def processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    model = next((s.split(":")[1].strip() for s in lines if s.startswith("model name")), "")
    flags = next((s.split() for s in lines if s.startswith("flags")), [])
    useful = [f for f in ("avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16") if f in flags]
    return f"{model or platform.processor()}, {os.cpu_count()} cores, {' '.join(useful)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sentences", type=int, default=2000)
    parser.add_argument("--parity", type=int, default=5000)
    options = parser.parse_args()
    if not TEXTS.is_dir():
        raise SystemExit(f"needs real papers in {TEXTS.resolve()}")

    encoder = load_encoder("default", "cpu")
    many = real_sentences(options.parity)
    texts = many[: options.sentences]
    tokenizer = TextTokenizer(read_folder(resolve("default"), "default"))
    ids = [tokenizer.ids(text) for text in texts]
    slow = load_torch(read_folder(resolve("default"), "default"), "cpu")
    reference = slow.encode(many)
    ours = encoder.encode(many)
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as scratch:
        exporters = ("onnx", "onnxscript", "onnxruntime")
        available = all(importlib.util.find_spec(package) for package in exporters)
        prepared = prepare_all(export_onnx(Path(scratch)) if available else {})
        ways = {name: partial(prepare(), ids) for name, prepare in prepared.items()}
        rows |= {name: truth(reference[: len(ids)], encode()) for name, encode in ways.items()}
        whole: dict[str, Callable[[], Vectors]] = {
            "as shipped, tokenizing included": partial(encoder.encode, texts),
            "torch f32, tokenizing included": partial(slow.encode, texts),
        }
        for name, figures in speeds(whole | ways, len(ids), options.rounds).items():
            rows[name] = figures | rows.get(name, {})
    rows["as shipped, tokenizing included"] |= truth(reference, ours)

    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=ROOT
    )
    versions = ("openvino", "onnxruntime", "torch", "sentence-transformers", "tokenizers", "numpy")
    result = {
        "commit": commit.stdout.strip(),
        "machine": processor(),
        "python": platform.python_version(),
        "versions": {v: importlib.metadata.version(v) for v in versions},
        "sentences": len(texts),
        "tokens_mean": round(float(np.mean([len(i) for i in ids])), 1),
        "parity_sentences": len(many),
        "device": encoder.device,
        "load_average": [round(load, 1) for load in os.getloadavg()],
        "rows": rows,
        "query_ms": query_milliseconds(encoder),
        "cold_start_to_vector": cold(),
        "alone_or_in_company": company(encoder, many, ours),
        "installed_mb": {p: installed_megabytes(p) for p in ("openvino", "onnxruntime", "torch")},
    }
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(RESULT.read_text())


if __name__ == "__main__":
    main()

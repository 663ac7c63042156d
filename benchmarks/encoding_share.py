"""Where indexing's time goes: the encoder's share, padding, a second core, the processor's limit.

Run: python -m benchmarks.encoding_share [--papers 160]

Every run indexes the same full texts in a process of its own. The limit is what a bf16 matrix
product of the encoder's own shapes reaches; a sentence takes 2 operations a weight and token.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.against_peers import corpus
from benchmarks.measured import ROOT, save

INDEX = """
import json, sys
import astrosearch
if __name__ == "__main__":
    summary = astrosearch.build(sys.argv[1], index=sys.argv[2], device="cpu", jobs=int(sys.argv[3]))
    print(json.dumps({"sentences": summary.sentences, "seconds": round(summary.seconds, 2),
                      "per_s": round(summary.sentences / summary.seconds, 1),
                      "encoder_share": round(summary.encoding_seconds / summary.seconds, 4)}))
"""
ROUNDS = 5
HIDDEN, INNER = 384, 1536


def indexed(papers: Path, folder: Path, cores: int, jobs: int = 1) -> dict[str, Any]:
    script = folder.with_suffix(".py")
    script.write_text(INDEX)
    allowed = sorted(os.sched_getaffinity(0))[:cores]
    out = subprocess.run(
        [sys.executable, str(script), str(papers), str(folder), str(jobs)],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        preexec_fn=lambda: os.sched_setaffinity(0, allowed),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ).stdout
    found: dict[str, Any] = json.loads(out.splitlines()[-1])
    return found


def tokens(folder: Path) -> tuple[int, float]:
    """Count the tokens of an index's sentences, and their share of those computed."""
    from astrosearch.encoder import resolve
    from astrosearch.encoder.folder import read_folder
    from astrosearch.encoder.openvino_runtime import TOKEN_BUDGET
    from astrosearch.encoder.tokens import TextTokenizer, batches
    from astrosearch.indexing import run as updating
    from astrosearch.store.reader import Store

    tokenizer = TextTokenizer(read_folder(resolve("default"), "default"))
    texts = [row[0] for row in Store(folder).rows("SELECT text FROM sentences ORDER BY 1")]
    lengths = [len(tokenizer.ids(text)) for text in texts]
    computed = 0
    for start in range(0, len(lengths), updating.GROUP_SENTENCES):
        part = lengths[start : start + updating.GROUP_SENTENCES]
        computed += sum(
            len(group) * max(part[i] for i in group) for group in batches(part, TOKEN_BUDGET)
        )
    return sum(lengths), sum(lengths) / computed


def peak() -> float:
    """Measure operations a second of bf16 matrix products as the encoder has them."""
    import numpy as np
    import openvino
    from openvino import Model, opset13

    rows, layers = 2048, 16
    x = opset13.parameter([rows, HIDDEN], np.float32)
    y = x
    weights = np.full((HIDDEN, INNER), 1e-3, np.float32)
    for _ in range(layers):
        y = opset13.matmul(y, opset13.constant(weights), False, False)
        y = opset13.matmul(y, opset13.constant(weights), False, True)
    compiled = openvino.Core().compile_model(
        Model([opset13.result(y)], [x], "products"),
        "CPU",
        {"INFERENCE_PRECISION_HINT": "bf16", "PERFORMANCE_HINT": "LATENCY"},
    )
    request = compiled.create_infer_request()
    given = [np.ones((rows, HIDDEN), np.float32)]
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        request.infer(given)
        best = min(best, time.perf_counter() - started)
    return 2.0 * rows * HIDDEN * INNER * 2 * layers / best


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--papers", type=int, default=160)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        papers = corpus(work / "corpus", options.papers)
        indexed(papers, work / "first", 2)  # compiles, and measures the precision, once
        both = indexed(papers, work / "both", 2)
        one = indexed(papers, work / "one", 1)
        readers = indexed(papers, work / "readers", 2, jobs=2)
        count, useful = tokens(work / "both")
    limit = peak()
    # Six layers of four square matrices and two of the feed-forward network.
    operations = 2 * 6 * (4 * HIDDEN * HIDDEN + 2 * HIDDEN * INNER)
    reached = count / both["seconds"] * operations
    save(
        "encoding_share",
        {
            "papers": options.papers,
            "two_cores": both,
            "one_core": one,
            "two_cores_two_readers": readers,
            "second_core": round(both["per_s"] / one["per_s"], 3),
            "tokens_a_sentence": round(count / both["sentences"], 1),
            "useful_tokens": round(useful, 4),
            "bf16_peak_tflops": round(limit / 1e12, 3),
            "share_of_peak": round(reached / limit, 3),
        },
    )


if __name__ == "__main__":
    main()

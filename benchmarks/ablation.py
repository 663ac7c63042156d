"""What each part of the recipe `astro` is worth: short runs that differ in one thing.

Run: python -m benchmarks.ablation PAIRS.jsonl BASE [--steps 60] [--share 0.15] [--arm NAME]...

PAIRS.jsonl is what `astrosearch pairs` makes, held-out papers excluded. Every arm takes the same
number of steps of BATCH pairs of the same sample of them, from the same base, and is scored on
samples of the benchmarks. An arm is kept as soon as it is done; a run again does what is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from astrosearch.encoder import Encoder, load_encoder
from astrosearch.evaluation.benchmark import AnyBenchmark, Benchmark, sampled
from astrosearch.evaluation.evaluate import evaluate
from astrosearch.evaluation.suite import build_benchmark
from astrosearch.training.fit.recipe import ASTRO, Recipe
from astrosearch.training.fit.train import train
from astrosearch.training.pairs.file import Pair, read_pairs, write_pairs
from benchmarks.measured import RESULTS, SHARED, save

MEASURES = {
    "citation-title": "nDCG@10",
    "definition": "R@1",
    "questions": "nDCG@10",
    "pairs": "AUC",
}
CUT = 256
SAMPLED = {"citation-title": 1500}  # queries; all documents stay
BATCH = 128
SHORT = replace(ASTRO, batch_size=BATCH, dev=False, patience=None)

Change = Callable[[Pair], Pair | None]


def without(kind: str, pair: Pair) -> Pair | None:
    return None if pair.kind == kind else pair


ARMS: dict[str, tuple[Recipe, Change | None]] = {
    "astro": (SHORT, None),
    "without citation": (SHORT, partial(without, "citation")),
    "without title": (SHORT, partial(without, "title")),
    "without neighbour": (SHORT, partial(without, "neighbour")),
    "without abstract": (SHORT, partial(without, "abstract")),
    "a hard negative": (replace(SHORT, hard_negatives=1), None),
    "one direction": (replace(SHORT, symmetric=False), None),
    "all dimensions only": (replace(SHORT, matryoshka=(), matryoshka_weights=()), None),
    "batches of 32": (replace(SHORT, batch_size=32), None),
    "without turning": (replace(SHORT, rotate=False), None),
}


def chosen(pair: Pair, share: float) -> bool:
    """Whether a pair is in the sample: decided by its texts, so the same in every arm."""
    digest = hashlib.sha256(f"{pair.text_a}\0{pair.text_b}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def sample(pairs: Path, share: float, change: Change | None, folder: Path) -> Path:
    """Write a sample of the training pairs, as an arm wants them."""
    file = folder / "pairs.jsonl"
    found = (
        kept
        for pair in read_pairs(pairs)
        if pair.split == "train"
        and chosen(pair, share)
        and (kept := change(pair) if change else pair) is not None
    )
    with file.open("w", encoding="utf-8") as stream:
        write_pairs(found, stream)
    return file


def benchmarks() -> list[AnyBenchmark]:
    found: list[AnyBenchmark] = []
    for name in MEASURES:
        built = build_benchmark(name, SHARED)
        if isinstance(built, Benchmark) and name in SAMPLED:
            built = sampled(built, SAMPLED[name])
        found.append(built)
    return found


def scores(encoder: Encoder, on: list[AnyBenchmark]) -> dict[str, float]:
    report = evaluate([encoder], on, baselines=False, dimensions=[CUT])
    found = {}
    for row in report.rows:
        cut = f" @{CUT}" if row.system.endswith(f" @{CUT}") else ""
        value = row.measures[MEASURES[row.benchmark]].mean.value
        found[f"{row.benchmark}{cut}"] = round(value, 4)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", type=Path)
    parser.add_argument("base", help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--steps", type=int, default=60)
    parser.add_argument("--share", type=float, default=0.15)
    parser.add_argument("--arm", action="append", choices=ARMS)
    options = parser.parse_args()
    file = RESULTS / "ablation.json"
    same = {"steps": options.steps, "batch": BATCH, "share": options.share}
    before = json.loads(file.read_text()) if file.exists() else {}
    rows = before.get("arms", {}) if before.items() >= same.items() else {}
    on = benchmarks()
    if "base" not in rows:
        rows["base"] = scores(load_encoder(options.base, "cpu"), on)
    for arm in options.arm or ARMS:
        if arm in rows:
            continue
        recipe, change = ARMS[arm]
        recipe = replace(recipe, base=options.base)
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            pairs = sample(options.pairs, options.share, change, folder)
            # As many pairs in all, where a batch holds fewer.
            steps = options.steps * BATCH // recipe.batch_size
            trained = train(
                [pairs], folder / "encoder", recipe=recipe, device="cpu", max_steps=steps
            )
            seconds = round(time.monotonic() - started)
            found = scores(load_encoder(str(trained.folder), "cpu"), on)
        rows[arm] = {**found, "seconds": seconds}
        save("ablation", {**same, "arms": rows})


if __name__ == "__main__":
    main()

"""What each part of the recipe `astro` is worth: short runs that differ in one thing.

Run: python -m benchmarks.ablation PAIRS.jsonl [--steps 120] [--arm NAME]...

PAIRS.jsonl is what `astrosearch pairs` makes, held-out papers excluded. Every arm takes the same
number of steps of the same batch size from the same base, and is scored on samples of the
benchmarks. An arm is kept as soon as it is done; a run again does what is missing.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from astrosearch.encoder import Encoder, load_encoder
from astrosearch.evaluation.benchmark import AnyBenchmark, Benchmark, sampled
from astrosearch.evaluation.evaluate import evaluate
from astrosearch.evaluation.suite import build_benchmark
from astrosearch.training.fit import train
from astrosearch.training.pairs import Pair, read_pairs, write_pairs
from astrosearch.training.recipe import ASTRO, Recipe
from benchmarks.measured import RESULTS, SHARED, save

MEASURES = {
    "citation-title": "nDCG@10",
    "definition": "R@1",
    "questions": "nDCG@10",
    "pairs": "AUC",
}
SAMPLED = {"citation-title": 1500}  # queries; all documents stay
SHORT = replace(ASTRO, dev=False, patience=None)

Change = Callable[[Pair], Pair | None]


def without(kind: str, pair: Pair) -> Pair | None:
    return None if pair.kind == kind else pair


def weighed(kind: str, weight: float, pair: Pair) -> Pair:
    return replace(pair, weight=weight) if pair.kind == kind else pair


ARMS: dict[str, tuple[Recipe, Change | None]] = {
    "astro": (SHORT, None),
    "one direction": (replace(SHORT, symmetric=False), None),
    "all dimensions only": (replace(SHORT, matryoshka=()), None),
    "a hard negative": (replace(SHORT, hard_negatives=1), None),
    "half the learning rate": (replace(SHORT, learning_rate=SHORT.learning_rate / 2), None),
    "scale 40": (replace(SHORT, scale=40.0), None),
    "without citation": (SHORT, partial(without, "citation")),
    "without title": (SHORT, partial(without, "title")),
    "without neighbour": (SHORT, partial(without, "neighbour")),
    "without abstract": (SHORT, partial(without, "abstract")),
    "neighbour x 5": (SHORT, partial(weighed, "neighbour", 0.3)),
    "citation x 6": (SHORT, partial(weighed, "citation", 6.0)),
}


def changed(pairs: Path, change: Change, folder: Path) -> Path:
    """Write the pairs as an arm wants them."""
    file = folder / "pairs.jsonl"
    found: Iterator[Pair] = (
        kept for pair in read_pairs(pairs) if (kept := change(pair)) is not None
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


def scores(encoder: Encoder, on: list[AnyBenchmark]) -> dict[str, Any]:
    report = evaluate([encoder], on, baselines=False)
    return {row.benchmark: row.measures[MEASURES[row.benchmark]].mean.value for row in report.rows}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", type=Path)
    parser.add_argument("--steps", type=int, default=120)
    parser.add_argument("--arm", action="append", choices=ARMS)
    options = parser.parse_args()
    file = RESULTS / "ablation.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    rows = before.get("arms", {}) if before.get("steps") == options.steps else {}
    on = benchmarks()
    if "base" not in rows:
        rows["base"] = scores(load_encoder("default", "cpu"), on)
    for arm in options.arm or ARMS:
        if arm in rows:
            continue
        recipe, change = ARMS[arm]
        started = time.monotonic()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            pairs = options.pairs if change is None else changed(options.pairs, change, folder)
            trained = train(
                [pairs], folder / "encoder", recipe=recipe, device="cpu", max_steps=options.steps
            )
            seconds = round(time.monotonic() - started)
            found = scores(load_encoder(str(trained.folder), "cpu"), on)
        rows[arm] = {**found, "seconds": seconds}
        save("ablation", {"steps": options.steps, "batch": recipe.batch_size, "arms": rows})


if __name__ == "__main__":
    main()

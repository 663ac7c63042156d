"""Ways to put meaning and words together, on the dev benchmarks.

Run: python -m benchmarks.fusion [--benchmark NAME]... [--queries N]

Candidates are the DEPTH nearest of either side, as in a search; what excludes itself is left out
before. Every way is compared with meaning alone, query by query.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrosearch.encoder import load_encoder
from astrosearch.evaluation.benchmark import Benchmark, sampled
from astrosearch.evaluation.metrics import intervals, ndcg
from astrosearch.evaluation.suite import build_benchmark
from astrosearch.evaluation.systems import BM25, Dense, Memory, Words, top_documents
from astrosearch.search.fusion import DENSE_WEIGHT
from benchmarks.measured import SHARED, save

NAMES = ("citation", "citation-title", "title", "definition", "questions")
K = 10
DEPTH = 50
WEIGHTS = (0.6, 0.7, 0.8, 0.9)

Scores = NDArray[np.float64]


def ways(dense: Scores, words: Scores) -> Iterator[tuple[str, Scores]]:
    """Yield each way's scores of candidates, from cosines and shares of words."""
    near, worded = ranks(dense), ranks(words)
    either = (near <= DEPTH) | (worded <= DEPTH)
    for constant in (10, 60):
        yield f"rrf {constant}", 1 / (constant + near) + 1 / (constant + worded)
    for weight in WEIGHTS:
        yield f"weighted rrf 60, {weight}", weight / (60 + near) + (1 - weight) / (60 + worded)
    for name, scale in (("min-max", spanned), ("z-score", standardized), ("share", alone)):
        left, right = scale(dense, either), scale(words, either)
        for weight in WEIGHTS:
            yield f"{name} {weight}", weight * left + (1 - weight) * right


def ranks(scores: Scores) -> Scores:
    order = np.argsort(-scores, kind="stable")
    places = np.empty(len(scores))
    places[order] = np.arange(1, len(scores) + 1)
    return np.where((places <= DEPTH) & (scores > 0), places, np.inf)


def spanned(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    low, high = scores[among].min(), scores[among].max()
    scaled: Scores = (scores - low) / max(high - low, 1e-12)
    return scaled


def standardized(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    scaled: Scores = (scores - scores[among].mean()) / max(scores[among].std(), 1e-12)
    return scaled


def alone(scores: Scores, among: NDArray[np.bool_]) -> Scores:
    return scores


def compare(benchmark: Benchmark, dense: Dense) -> list[dict[str, Any]]:
    place = {id: at for at, id in enumerate(benchmark.documents)}
    texts = list(benchmark.queries.values()), list(benchmark.documents.values())
    scorers = [each.prepare(*texts, readable=True) for each in (dense, Words(), BM25())]
    grades = [
        {place[id]: grade for id, grade in benchmark.relevant_of(query).items() if id in place}
        for query in benchmark.queries
    ]
    ranked: dict[str, list[NDArray[np.int64]]] = {}

    def keep(name: str, scores: Scores) -> None:
        top = top_documents(scores[None].astype(np.float32), K, above=-1e29)[0]
        ranked.setdefault(name, []).append(np.pad(top, (0, K - len(top)), constant_values=-1))

    for i, query in enumerate(benchmark.queries):
        rows = [scorer(i, i + 1)[0].astype(np.float64) for scorer in scorers]
        left_out = [place[id] for id in benchmark.excluded.get(query, ()) if id in place]
        kept = np.ones(len(place), dtype=bool)
        kept[left_out] = False
        for name, scores in zip(("dense", "words", "BM25"), rows, strict=True):
            keep(name, np.where(kept, scores, -1e30))
        near, worded = (np.where(kept, row, -1e30) for row in rows[:2])
        either = np.isfinite(ranks(near)) | np.isfinite(ranks(worded))
        for name, scores in ways(near, worded):
            keep(name, np.where(either, scores, -1e30))
    values = {name: ndcg(np.stack(tops), grades, K) for name, tops in ranked.items()}
    names = list(values)
    found = intervals([values[n] for n in names], [values["dense"]] * len(names))
    return [
        {
            "way": name,
            "ndcg@10": round(value.value, 4),
            "low": round(value.low, 4),
            "high": round(value.high, 4),
            "over_dense": None if over is None else [round(v, 4) for v in astuple(over)],
        }
        for name, (value, over) in zip(names, found, strict=True)
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--benchmark", action="append", choices=NAMES)
    parser.add_argument("--queries", type=int, default=1500, help="at most so many of each")
    options = parser.parse_args()
    dense = Dense("default", load_encoder("default", "cpu"), Memory())
    rows: dict[str, Any] = {}
    for name in options.benchmark or NAMES:
        benchmark = build_benchmark(name, SHARED)
        assert isinstance(benchmark, Benchmark)
        rows[name] = compare(sampled(benchmark, options.queries), dense)
        for row in rows[name]:
            print(name, row["way"], row["ndcg@10"], row["over_dense"], file=sys.stderr)
    save("fusion", {"depth": DEPTH, "chosen": f"share {DENSE_WEIGHT}", "benchmarks": rows})


if __name__ == "__main__":
    main()

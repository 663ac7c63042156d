"""What reranking with a cross-encoder gives, and what it costs.

Run: python -m benchmarks.reranking RERANKER INDEX [--data DIR] [--queries 150] [--depth 50]

RERANKER is a CrossEncoder: one of `python -m benchmarks.train_reranker`, or any other. On each
benchmark the best 50 of dense and hybrid search are ordered anew: by the cross-encoder alone, and
by the mean of its score and theirs, each scaled to [0, 1]. The cost is that of queries of INDEX,
asked in a process of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from astrosearch.encoder import load_encoder
from astrosearch.encoder.cross_encoder import SHARE, Reranker, mixed, reranked
from astrosearch.evaluation.benchmark import Benchmark, sampled
from astrosearch.evaluation.metrics import Interval, intervals
from astrosearch.evaluation.scoring import per_query
from astrosearch.evaluation.suite import build_benchmark
from astrosearch.evaluation.systems import (
    Dense,
    Hybrid,
    Memory,
    Scorer,
    System,
    Words,
    top_documents,
)
from benchmarks.measured import SHARED, save

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = ("citation-title", "title", "definition", "questions")
ROUNDS = 3  # over the questions, each asked plainly, then reranked
ASKED = 20  # questions that are timed


@dataclass(slots=True)
class Judge:
    """A cross-encoder that remembers: two searches find much the same texts."""

    reranker: Reranker
    pairs: int = 0
    seconds: float = 0.0
    known: dict[tuple[str, str], float] = field(default_factory=dict)

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if (query, text) not in self.known]
        started = time.perf_counter()
        found = self.reranker.scores(query, new)
        self.seconds += time.perf_counter() - started
        self.pairs += len(new)
        self.known |= {(query, text): float(s) for text, s in zip(new, found, strict=True)}
        return np.array([self.known[query, text] for text in texts], np.float32)


@dataclass(frozen=True, slots=True)
class Reranked:
    """A system whose best documents are ordered anew; those below them stay as they were."""

    name: str
    first: System
    judge: Judge
    depth: int
    share: float  # of the cross-encoder's score in the new one; the rest is the first system's
    cosine: bool = False

    def prepare(
        self, queries: Sequence[str], documents: Sequence[str], *, readable: bool
    ) -> Scorer:
        scorer = self.first.prepare(queries, documents, readable=readable)

        def scores(start: int, end: int) -> NDArray[np.float32]:
            rows = scorer(start, end)
            above = float("-inf") if self.first.cosine else 0.0
            chosen = top_documents(rows, self.depth, above=above)
            out = rows / np.maximum(np.abs(rows).max(axis=1, keepdims=True), 1e-12)
            for query, row, positions, new in zip(
                queries[start:end], rows, chosen, out, strict=True
            ):
                at = positions[positions >= 0]
                judged = self.judge.scores(query, [documents[p] for p in at.tolist()])
                order, _ = reranked(at, mixed(row[at], judged, self.share))
                new[order] = 2 + np.arange(len(order))[::-1]
            ordered: NDArray[np.float32] = out.astype(np.float32)
            return ordered

        return scores


def rounded(interval: Interval | None) -> list[float]:
    """Value, low, high."""
    if interval is None:
        return []
    return [round(each, 4) for each in (interval.value, interval.low, interval.high)]


def gains(
    judge: Judge, data: Path, queries: int, depth: int, done: Callable[[str, Any], None]
) -> None:
    """Each benchmark's measure before and after, the difference on the same resamples."""
    dense = Dense("dense", load_encoder("default", "cpu"), Memory())
    hybrid = Hybrid("hybrid", dense, Words())
    for name in NAMES:
        whole = build_benchmark(name, data)
        if not isinstance(whole, Benchmark):
            raise TypeError(name)
        benchmark = sampled(whole, queries)
        measure = "R@1" if benchmark.at_one else "nDCG@10"
        rows: dict[str, Any] = {}
        for first in (dense, hybrid):
            systems: list[System] = [
                first,
                Reranked("reranked", first, judge, depth, 1.0),
                Reranked("mean of both", first, judge, depth, SHARE),
            ]
            found = [per_query(system, benchmark) for system in systems]
            values = [each[measure] for each in found]
            compared = intervals(values, [values[0]] * len(values))
            rows[first.name] = {"in the best 100": round(float(found[0]["R@100"].mean()), 4)} | {
                system.name: {
                    "value": rounded(value),
                    "difference": rounded(difference) if system is not first else None,
                }
                for system, (value, difference) in zip(systems, compared, strict=True)
            }
        asked, of = len(benchmark.queries), len(whole.queries)
        done(name, {"measure": measure, "queries": asked, "of": of, "systems": rows})


def peak_mb() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def cost(index: Path, model: str, depth: int, questions: Sequence[str], out: Any) -> None:
    """Time queries of an index, plain and reranked by turns; memory before and after."""
    import astrosearch

    found: dict[str, Any] = {}
    with astrosearch.open(index) as opened:
        opened.query(questions[0], depth)
        found["plain_peak_mb"] = peak_mb()
        started = time.perf_counter()
        reranker = Reranker(model, "cpu")
        reranker.scores(questions[0], ["warm"])
        found["load_s"] = round(time.perf_counter() - started, 2)
        plain, more = [], []
        for question in [*questions] * ROUNDS:
            started = time.perf_counter()
            hits = opened.query(question, depth)
            between = time.perf_counter()
            reranker.scores(question, [hit.sentence.text for hit in hits])
            plain.append(between - started)
            more.append(time.perf_counter() - between)
        found["sentences"] = len(opened)
    plain_s, more_s = statistics.median(plain), statistics.median(more)
    found |= {
        "plain_ms": round(1e3 * plain_s, 1),
        "reranking_ms": round(1e3 * more_s, 1),
        "times_plain": round((plain_s + more_s) / plain_s, 1),
        "reranked_peak_mb": peak_mb(),
        "load_average": round(os.getloadavg()[0], 1),
    }
    out.put(found)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("reranker")
    parser.add_argument("index", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--queries", type=int, default=150, help="of each benchmark")
    parser.add_argument("--depth", type=int, default=50)
    options = parser.parse_args()
    reranker = Reranker(options.reranker, "cpu")
    training = reranker.path / "training.json"
    figures: dict[str, Any] = {
        "reranker": json.loads(training.read_text()) if training.exists() else reranker.name,
        "depth": options.depth,
        "packages": {name: version(name) for name in ("torch", "sentence-transformers")},
    }
    asked = build_benchmark("questions", options.data)
    if not isinstance(asked, Benchmark):
        raise TypeError("questions")
    questions = list(asked.queries.values())[:ASKED]
    context = get_context("spawn")
    out = context.Queue()
    arguments = (options.index, options.reranker, options.depth, questions, out)
    process = context.Process(target=cost, args=arguments)
    process.start()
    figures["cost"] = out.get(timeout=600)
    process.join()
    figures["gains"] = {}
    judge = Judge(reranker)

    def done(name: str, rows: Any) -> None:
        figures["gains"][name] = rows
        save("reranking", figures)

    gains(judge, options.data, options.queries, options.depth, done)
    figures["pairs_a_second"] = round(judge.pairs / judge.seconds)
    save("reranking", figures)


if __name__ == "__main__":
    main()

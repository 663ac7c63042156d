"""Threads that ask one open index: how many queries a second eight get answered, and one.

Run: python -m benchmarks.threads INDEX [--before CHECKOUT] [--rounds 5] [--queries 400]

The queries are sentences of the index itself, cut to their first dozen words, in hybrid mode. One
thread and eight take turns in one process; with `--before`, so do this checkout and another one,
process by process. The figures are medians; those of two checkouts compare as a ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

THREADS = 8
ROOT = Path(__file__).parents[1]


def measured(folder: Path, count: int) -> dict[str, float]:
    """Return queries a second of one thread and of eight, of whatever astrosearch is imported."""
    import astrosearch

    with sqlite3.connect(f"file:{folder}/astrosearch.db?mode=ro", uri=True) as db:
        rows = db.execute(
            "SELECT text FROM sentences WHERE length(text) > 60 ORDER BY sentence_id * 7919 % 1009"
        ).fetchmany(count)
    queries = [" ".join(text.replace('"', " ").replace(" -", " ").split()[:12]) for (text,) in rows]
    seconds: dict[int, list[float]] = {1: [], THREADS: []}
    with astrosearch.open(folder) as index:
        for threads in (1, THREADS, 1, THREADS, 1, THREADS):
            with ThreadPoolExecutor(threads) as pool:
                started = time.perf_counter()
                list(pool.map(index.query, queries))
                seconds[threads].append(time.perf_counter() - started)
    # The first turn of each warms up: files are mapped, the graph for several is compiled.
    return {
        f"{threads} threads": len(queries) / statistics.median(each[1:])
        for threads, each in seconds.items()
    }


def in_checkout(checkout: Path, arguments: list[str]) -> dict[str, float]:
    """Measure in a process that imports another checkout's package."""
    command = [sys.executable, str(Path(__file__).resolve()), *arguments, "--inner"]
    environment = {**os.environ, "PYTHONPATH": str(checkout)}
    out = subprocess.run(
        command, env=environment, cwd=checkout, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(out.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--queries", type=int, default=400)
    parser.add_argument("--inner", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inner:
        print(json.dumps(measured(options.index, options.queries)))
        return
    from benchmarks.measured import save

    arguments = [str(options.index.absolute()), "--queries", str(options.queries)]
    checkouts = {"this": ROOT} | ({"before": options.before} if options.before else {})
    found: dict[str, list[dict[str, float]]] = {name: [] for name in checkouts}
    for _ in range(options.rounds):
        for name, checkout in checkouts.items():
            found[name].append(in_checkout(checkout, arguments))
    medians = {
        name: {key: round(statistics.median(run[key] for run in runs), 1) for key in runs[0]}
        for name, runs in found.items()
    }
    gains = {
        name: round(statistics.median(run["8 threads"] / run["1 threads"] for run in runs), 2)
        for name, runs in found.items()
    }
    save("threads", {"queries_a_second": medians, "eight_threads_against_one": gains})


if __name__ == "__main__":
    main()

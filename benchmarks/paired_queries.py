"""This checkout's queries beside another checkout's: one question each, in turn.

Run: python -m benchmarks.paired_queries INDEX... --before CHECKOUT [--queries 250]

A process of each checkout keeps the index open; every question goes to both, now to one first and
now to the other, so that a machine whose speed drifts slows both alike. The ratios are medians over
the questions: below 1, this checkout is quicker.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
MODES = ("lexical", "dense", "hybrid")


class Asked:
    """A process that answers questions from one index and tells how long each took."""

    def __init__(self, checkout: Path, index: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), str(index), "--answer"],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def seconds(self, question: str, mode: str) -> tuple[float, float]:
        """Return the seconds by the clock, and those of the processor."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([question, mode]) + "\n")
        self._process.stdin.flush()
        wall, processor = json.loads(self._process.stdout.readline())
        return wall, processor

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def answer(index: Path) -> None:
    """Answer the questions that come in, one a line."""
    import astrosearch

    with astrosearch.open(index) as opened:
        for line in sys.stdin:
            question, mode = json.loads(line)
            wall, processor = time.perf_counter(), time.process_time()
            opened.query(question, mode=mode)
            took = [time.perf_counter() - wall, time.process_time() - processor]
            sys.stdout.write(json.dumps(took) + "\n")
            sys.stdout.flush()


def compared(index: Path, before: Path, questions: list[str]) -> dict[str, dict[str, float]]:
    this, other = Asked(ROOT, index), Asked(before, index)
    found = {}
    for mode in MODES:
        for question in questions[-20:]:
            this.seconds(question, mode)
            other.seconds(question, mode)
        pairs = []
        for i, question in enumerate(questions[:-20]):
            turns = (this, other) if i % 2 else (other, this)
            took = {asked: asked.seconds(question, mode) for asked in turns}
            pairs.append((took[this], took[other]))
        found[mode] = {
            "this_ms": round(1e3 * statistics.median(one[0] for one, _ in pairs), 2),
            "before_ms": round(1e3 * statistics.median(two[0] for _, two in pairs), 2),
            "ratio": round(statistics.median(one[0] / two[0] for one, two in pairs), 3),
            "processor_ratio": round(statistics.median(one[1] / two[1] for one, two in pairs), 3),
        }
    this.close()
    other.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("indexes", metavar="INDEX", type=Path, nargs="+")
    parser.add_argument("--before", type=Path)
    parser.add_argument("--queries", type=int, default=250)
    parser.add_argument("--answer", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.answer:
        answer(options.indexes[0])
        return
    import astrosearch
    from benchmarks.against_peers import queries
    from benchmarks.measured import save

    questions = queries(options.queries + 20)
    figures = {}
    for index in options.indexes:
        with astrosearch.open(index) as opened:
            sentences = len(opened)
        found = compared(index.absolute(), options.before.absolute(), questions)
        figures[f"{sentences} sentences"] = found
    save("paired_queries", figures)


if __name__ == "__main__":
    main()

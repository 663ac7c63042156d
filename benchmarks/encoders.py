"""Encoders on the benchmarks of `astrosearch evaluate`, beside BM25 and hybrids.

Run: python -m benchmarks.encoders [ENCODER...] [--baseline DIR] [--benchmark NAME]...
"""

from __future__ import annotations

import argparse
import json
import sys
import time

from astrosearch.evaluation.by_name import evaluate_by_name
from astrosearch.evaluation.suite import NAMES
from benchmarks.measured import SHARED, save


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("encoders", nargs="*", default=["default"])
    parser.add_argument("--baseline", help="the folder of all-MiniLM-L6-v2")
    parser.add_argument("--benchmark", action="append", choices=NAMES)
    parser.add_argument("--dimension", type=int, action="append", default=[])
    parser.add_argument("--results", default="encoders")
    options = parser.parse_args()
    started = time.monotonic()
    report = evaluate_by_name(
        options.encoders,
        options.benchmark or NAMES,
        data=SHARED,
        baseline=options.baseline,
        dense_weights=(0.5, 0.6, 0.7, 0.8),
        dimensions=options.dimension,
        device="cpu",
    )
    for note in report.notes:
        print(note, file=sys.stderr)
    rows = [json.loads(line) for line in report.json_lines()]
    save(options.results, {"seconds": round(time.monotonic() - started), "rows": rows})


if __name__ == "__main__":
    main()

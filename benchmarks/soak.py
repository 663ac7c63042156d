"""One writer and many readers for an hour: no error, and every answer that of one committed state.

Run: python -m benchmarks.soak [--minutes 60] [--readers 8] [--pause 0.3]

The writer adds and replaces papers, removes some, optimizes (with codes) and rebuilds, over and
over, in small groups. Each reader is a process: some keep one index open for all the time, some
open it for every question, some share it between two threads. Every sentence of the corpus names
its paper and edition, every answer is judged by itself, and every whole state that was met must be
one that the writer committed, none older than the one before.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

from astrosearch.indexing import run as updating
from astrosearch.maintenance.verify import verify
from astrosearch.store import vectors
from astrosearch.store.writer import Writer
from benchmarks.measured import ROOT, save
from tests.support.editions import Writing, fingerprint

PAPERS = 80
KINDS: tuple[tuple[str, list[str]], ...] = (
    ("one index open all the time", []),
    ("opened for every question", ["--anew"]),
    ("two threads share one index", ["--threads", "2"]),
)


def start(index: Path, reports: list[Path], pause: float) -> list[subprocess.Popen[bytes]]:
    one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
    return [
        subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-m",
                    "tests.support.reader",
                    index,
                    report,
                    "--seed",
                    str(number),
                ),
                *("--pause", str(pause), *KINDS[number % len(KINDS)][1]),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            env=one_thread,
        )
        for number, report in enumerate(reports)
    ]


def write(writing: Writing, rng: random.Random, until: float, pause: float) -> Counter[str]:
    """Change the index in every way, over and over."""
    runs: Counter[str] = Counter()
    steps = ["update"] * 5 + ["add"] * 2 + ["remove"] * 2 + ["optimize"] * 2 + ["rebuild"]
    with contextlib.suppress(KeyboardInterrupt):
        while time.monotonic() < until:
            updating.GROUP_SENTENCES = rng.choice([10, 40, 200])
            step = rng.choice(steps)
            if step == "update":
                writing.update(rng.sample(sorted(writing.files), rng.randint(1, 30)))
            elif step == "add":
                writing.update(set(rng.sample(range(PAPERS), 6)) - writing.files.keys())
            elif step == "remove":
                writing.remove(max(0, min(len(writing.state) - 20, rng.randint(1, 6))))
            elif step == "optimize":
                writing.optimize()
            else:
                writing.rebuild()
            runs[step] += 1
            if sum(runs.values()) % 20 == 0:
                runs["verify"] += 1
                runs["verify: problems"] += len(verify(writing.index))
            time.sleep(rng.uniform(0, 2 * pause))
    return runs


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--readers", type=int, default=8)
    parser.add_argument("--pause", type=float, default=0.3, help="seconds between two questions")
    options = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="astrosearch-soak-"))
    vectors.EXACT_UP_TO, updating.MANY_SEGMENTS = 100, 4
    commits: Counter[str] = Counter()
    transaction = Writer.transaction

    def counted(writer: Writer) -> Any:
        commits["all"] += 1
        return transaction(writer)

    writing = Writing(work)
    writing.update(range(PAPERS // 2))
    reports = [work / f"report{number}" for number in range(options.readers)]
    started = time.monotonic()
    processes = start(writing.index, reports, options.pause)
    with mock.patch.object(Writer, "transaction", counted):
        until = started + 60 * options.minutes
        runs = write(writing, random.Random(7), until, options.pause)
    minutes = (time.monotonic() - started) / 60
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    ended_badly = sum(process.wait() != 0 for process in processes)
    told: list[dict[str, Any]] = [json.loads(p.read_text()) for p in reports if p.exists()]
    last = fingerprint(writing.state)
    wrong_states = [
        wrong
        for report in told
        for states in report["states"]
        for wrong in writing.strangers(states) + ["not the last"] * (states[-1:] != [last])
    ]
    answers = sum((Counter(report["answers"]) for report in told), Counter())
    save(
        "soak",
        {
            "minutes": round(minutes, 1),
            "readers": {
                kind: len(range(at, options.readers, len(KINDS)))
                for at, (kind, _) in enumerate(KINDS)
            },
            "runs": dict(sorted(runs.items())),
            "commits": commits["all"],
            "answers": sum(answers.values()),
            "answers_of_each_kind": dict(sorted(answers.items())),
            "whole_states_met": len({s for r in told for states in r["states"] for s in states}),
            "errors": ended_badly + sum(report["errors"] for report in told),
            "inconsistent_answers": len(wrong_states) + sum(report["wrong"] for report in told),
            "problems_found_by_verify": runs["verify: problems"] + len(verify(writing.index)),
            "examples": [e for r in told for e in r["examples"]][:5] + wrong_states[:5],
            "open_files_of_readers_at_most": max(report["open_files"] for report in told),
            "memory_of_readers_at_most_mb": max(report["memory_mb"] for report in told),
        },
    )
    shutil.rmtree(work)


if __name__ == "__main__":
    main()

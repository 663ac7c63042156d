"""Fail every write, sync, rename and deletion of runs that change an index, and kill such runs.

Run: python -m benchmarks.faults [--every 1] [--kills 210]

The faults, and what must hold after each, are those of tests/test_faults.py: the index opens,
passes `verify`, holds what some commit made, and the next run ends as an undisturbed one does.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.measured import save
from tests.faults.client import Faults, can_mount
from tests.faults.scenarios import OLD_OR_NEW, SCENARIOS
from tests.faults.seam import MODES
from tests.faults.sweep import ROOMS, Tally, inject, kill, limits, points


def every_point(faults: Faults, every: int) -> tuple[dict[str, Any], list[str]]:
    """Return counts by run and by fault, and the problems."""
    counts: dict[str, Any] = {}
    problems: list[str] = []
    for scenario in OLD_OR_NEW:
        counts[scenario] = {"operations": len(faults.operations(scenario))}
        for mode in MODES:
            if mode == "nothing":
                continue
            tally = inject(faults, scenario, mode, points(faults, scenario, mode)[::every])
            counts[scenario][mode] = counted(tally)
            problems += tally.problems
            print(scenario, mode, counted(tally), *tally.problems[:3], flush=True)
    return counts, problems


def full_disks(faults: Faults) -> tuple[dict[str, Any], list[str]]:
    """Return counts by run, for small disks and for a limit on the size of files."""
    counts: dict[str, Any] = {}
    problems: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        kinds = ["largest", "disk"] if can_mount(Path(folder)) else ["largest"]
    for kind in kinds:
        for scenario in OLD_OR_NEW:
            tally = limits(faults, scenario, kind, ROOMS)
            counts.setdefault(kind, {})[scenario] = counted(tally)
            problems += tally.problems
            print(scenario, kind, counted(tally), *tally.problems[:3], flush=True)
    return counts, problems


def counted(tally: Tally) -> dict[str, int]:
    return {"faults": tally.faults, **tally.ended, "problems": len(tally.problems)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="leave out all but every n-th point")
    parser.add_argument("--kills", type=int, default=210, help="spread over all runs")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, Faults(Path(folder)) as faults:
        killed: Counter[str] = Counter()
        problems: list[str] = []
        by_run = {}
        for scenario in SCENARIOS:
            tally = kill(faults, scenario, options.kills // len(SCENARIOS), random.Random(2026))
            by_run[scenario] = counted(tally)
            killed.update(tally.ended)
            problems += tally.problems
            print(scenario, counted(tally), *tally.problems[:3], flush=True)
        save(
            "kills",
            {
                "kills": killed["killed"],
                "runs_finished_after_kills": killed["runs"],
                "problems": problems,
                "by_run": by_run,
            },
            part="made papers",
        )
        points_counts, problems = every_point(faults, options.every)
        disk_counts, more = full_disks(faults)
        save(
            "faults",
            {
                "seconds": round(time.monotonic() - started),
                "every": options.every,
                "faults": total(points_counts),
                "full_disks": total(disk_counts),
                "problems": problems + more,
                "by_run_and_fault": points_counts,
                "by_limit_and_run": disk_counts,
            },
        )


def total(counts: dict[str, Any]) -> int:
    """Add up the faults of a table of tables."""
    return sum(
        cell["faults"] for row in counts.values() for cell in row.values() if isinstance(cell, dict)
    )


if __name__ == "__main__":
    main()

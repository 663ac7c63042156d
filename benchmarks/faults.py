"""Fail every write, sync, rename and deletion of runs that change an index, and kill such runs.

Run: python -m benchmarks.faults [--every 1] [--kills 210] [--jobs 1]

The faults, and what must hold after each, are those of tests/promises/test_faults.py: the index
opens, passes `verify`, holds what some commit made, and the next run ends as an undisturbed one
does.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from queue import Queue
from typing import Any

from benchmarks.measured import save
from tests.support.faults.client import Faults, can_mount
from tests.support.faults.scenarios import OLD_OR_NEW, SCENARIOS
from tests.support.faults.seam import MODES
from tests.support.faults.sweep import ROOMS, Tally, inject, kill, limits, points

# Faults that last: at the next point they hardly differ. Every one is in the tests marked slow.
SPARSE = {"disk gone": 3, "disk full": 3, "short write": 3}

Jobs = dict[tuple[str, str], Callable[[Faults], Tally]]


class Servers:
    """Several servers of faults, each for one job at a time."""

    def __init__(self, stack: ExitStack, count: int) -> None:
        self._free: Queue[Faults] = Queue()
        self._threads = stack.enter_context(ThreadPoolExecutor(count))
        for _ in range(count):
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            self._free.put(stack.enter_context(Faults(Path(folder))))

    def tallies(self, jobs: Jobs) -> tuple[dict[str, Any], list[str]]:
        """Return counts by a job's first name and its second, and all problems."""

        def done(job: Callable[[Faults], Tally]) -> Tally:
            faults = self._free.get()
            try:
                return job(faults)
            finally:
                self._free.put(faults)

        counts: dict[str, Any] = {}
        problems: list[str] = []
        for (one, other), tally in zip(jobs, self._threads.map(done, jobs.values()), strict=True):
            counted = {"faults": tally.faults, **tally.ended, "problems": len(tally.problems)}
            counts.setdefault(one, {})[other] = counted
            problems += tally.problems
            print(one, other, counted, *tally.problems[:3], flush=True)
        return counts, problems


def kills(count: int) -> Jobs:
    return {
        ("kills", scenario): partial(
            kill, scenario=scenario, count=count // len(SCENARIOS), rng=random.Random(2026)
        )
        for scenario in SCENARIOS
    }


def every_point(every: int) -> Jobs:
    def work(faults: Faults, scenario: str, mode: str) -> Tally:
        step = every * SPARSE.get(mode, 1)
        return inject(faults, scenario, mode, points(faults, scenario, mode)[::step])

    return {
        (scenario, mode): partial(work, scenario=scenario, mode=mode)
        for scenario in OLD_OR_NEW
        for mode in MODES
        if mode != "nothing"
    }


def full_disks() -> Jobs:
    with tempfile.TemporaryDirectory() as folder:
        kinds = ["largest", "disk"] if can_mount(Path(folder)) else ["largest"]
    return {
        (kind, scenario): partial(limits, scenario=scenario, limit=kind, sizes=ROOMS)
        for kind in kinds
        for scenario in OLD_OR_NEW
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--every", type=int, default=1, help="leave out all but every n-th point")
    parser.add_argument("--kills", type=int, default=210, help="spread over all runs")
    parser.add_argument("--jobs", type=int, default=1)
    options = parser.parse_args()
    started = time.monotonic()
    with ExitStack() as stack:
        servers = Servers(stack, options.jobs)
        by_run, killed_problems = servers.tallies(kills(options.kills))
        by_point, point_problems = servers.tallies(every_point(options.every))
        by_limit, limit_problems = servers.tallies(full_disks())
    save(
        "kills",
        {"kills": total(by_run), "problems": killed_problems, "by_run": by_run["kills"]},
        part="made papers",
    )
    save(
        "faults",
        {
            "seconds": round(time.monotonic() - started),
            "every": {mode: options.every * SPARSE.get(mode, 1) for mode in MODES},
            "faults": total(by_point),
            "full_disks": total(by_limit),
            "problems": point_problems + limit_problems,
            "by_run_and_fault": by_point,
            "by_limit_and_run": by_limit,
        },
    )


def total(counts: dict[str, Any]) -> int:
    """Add up the faults of a table of tables."""
    return sum(cell["faults"] for row in counts.values() for cell in row.values())


if __name__ == "__main__":
    main()

"""Fault after fault, counted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.support.faults.client import Faults
from tests.support.faults.seam import WRITES_ONLY

KILLS_A_RUN = 3  # at most, before it is left to come to its end
ROOMS = [round(1_000 * 1.3**i) for i in range(28)]  # bytes: up to 1.2 million


@dataclass(slots=True)
class Tally:
    """How many faults there were, how the runs ended, and what was wrong afterwards."""

    faults: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def add(self, fault: str, outcome: dict[str, Any]) -> None:
        """Count what server.Outcome says of a fault."""
        self.faults += 1
        self.ended[outcome["ended"]] += 1
        self.problems += [f"{fault}: {problem}" for problem in outcome["problems"]]


def points(faults: Faults, scenario: str, mode: str) -> list[int]:
    """Number the operations of a scenario that a mode can disturb.

    A kill after one is a kill before the next, so that it is only wanted of the last.
    """
    if mode == "kill after":
        return [len(faults.operations(scenario))]
    return [
        number
        for number, operation in enumerate(faults.operations(scenario), start=1)
        if operation.is_write or mode not in WRITES_ONLY
    ]


def inject(faults: Faults, scenario: str, mode: str, at: Iterable[int]) -> Tally:
    """Put a fault at each of some operations, each time under a fresh run."""
    tally = Tally()
    operations = faults.operations(scenario)
    for number in at:
        outcome = faults.disturbed(scenario, mode=mode, at=number)
        tally.add(f"{scenario}, {mode} at {number} ({operations[number - 1]})", outcome)
    return tally


def kill(faults: Faults, scenario: str, count: int, rng: random.Random) -> Tally:
    """Kill runs at random moments, up to KILLS_A_RUN times each, `count` times in all."""
    tally = Tally()
    seconds = faults.undisturbed(scenario)["seconds"]
    while tally.ended["killed"] < count:
        wanted = min(rng.randint(1, KILLS_A_RUN), count - tally.ended["killed"])
        outcome = faults.disturbed(scenario, kills=[rng.uniform(0, seconds) for _ in range(wanted)])
        tally.faults += outcome["killed"]
        tally.ended["killed"] += outcome["killed"]
        tally.ended["runs"] += 1
        tally.problems += [f"{scenario}, killed: {problem}" for problem in outcome["problems"]]
    return tally


def limits(faults: Faults, scenario: str, limit: str, sizes: Iterable[int]) -> Tally:
    """Run with so many bytes for the `largest` file, or left on the `disk`."""
    tally = Tally()
    held = faults.undisturbed(scenario)["bytes"] if limit == "disk" else 0
    for size in sizes:
        tally.add(f"{scenario}, {limit} {size}", faults.disturbed(scenario, **{limit: held + size}))
    return tally

"""Fault after fault, counted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests.faults.client import Faults
from tests.faults.seam import WRITES_ONLY

KILLS_A_RUN = 3  # at most, before it is left to come to its end


@dataclass(slots=True)
class Tally:
    """How many faults there were, how the runs ended, and what was wrong afterwards."""

    faults: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    messages: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def points(faults: Faults, scenario: str, mode: str) -> list[int]:
    """Number the operations of a scenario that a mode can disturb."""
    return [
        number
        for number, operation in enumerate(faults.operations(scenario), start=1)
        if operation.is_write or mode not in WRITES_ONLY
    ]


def spread(numbers: Sequence[int], count: int, rng: random.Random) -> list[int]:
    """Draw one number from each of `count` equal parts."""
    edges = [round(i * len(numbers) / count) for i in range(count + 1)]
    return [rng.choice(numbers[a:b]) for a, b in pairwise(edges) if a < b]


def inject(faults: Faults, scenario: str, mode: str, at: Iterable[int]) -> Tally:
    """Put a fault at each of some operations, each time under a fresh run."""
    tally = Tally()
    operations = faults.operations(scenario)
    for number in at:
        outcome = faults.disturbed(scenario, mode=mode, at=number)
        tally.faults += 1
        tally.ended[outcome["ended"]] += 1
        tally.messages.add(outcome["message"])
        tally.problems += [
            f"{scenario}, {mode} at {number} ({operations[number - 1]}): {problem}"
            for problem in outcome["problems"]
        ]
    return tally


def kill(faults: Faults, scenario: str, count: int, rng: random.Random) -> Tally:
    """Kill runs at random moments, up to KILLS_A_RUN times each, `count` times in all."""
    tally = Tally()
    seconds = faults.undisturbed(scenario)["seconds"]
    while tally.ended["killed"] < count:
        wanted = min(rng.randint(1, KILLS_A_RUN), count - tally.ended["killed"])
        moments = [rng.uniform(0, seconds) for _ in range(wanted)]
        outcome = faults.disturbed(scenario, kills=moments)
        tally.faults += wanted
        tally.ended["killed"] += outcome["killed"]
        tally.ended["done"] += wanted - outcome["killed"]
        tally.problems += [f"{scenario}, killed: {problem}" for problem in outcome["problems"]]
    return tally

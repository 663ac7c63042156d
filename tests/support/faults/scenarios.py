"""What a fault is put under: runs that change an index, each with groups, merges and deletions.

Run in a process of its own: the limits that make few sentences into many groups are set for good.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import astrosearch
from astrosearch.errors import NotFound
from astrosearch.indexing import run as updating
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.store import reader as store
from astrosearch.store import vectors
from astrosearch.store.database import connect
from astrosearch.store.vectors import build_codes as coding
from astrosearch.store.vectors import segments
from tests.support.encoders import WordEncoder
from tests.support.places import FIXTURES

WORDS = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores", "rings"]
DIMENSION = 64
LONG_AGO = 1_700_000_000
REMOVED = ["2502.99001", "2502.99003"]


@dataclass(frozen=True, slots=True)
class Scenario:
    """How the corpus and the index before are made, and what is then done."""

    prepare: Callable[[Path, Path], None]
    act: Callable[[Path, Path], None]


def lower_limits() -> None:
    """Let few sentences make several groups, merges, codes kept half made, and checkpoints."""
    updating.GROUP_SENTENCES = 10
    updating.MANY_SEGMENTS = 2
    vectors.EXACT_UP_TO = 30
    segments.CHUNK = 16
    coding.KEPT_EVERY = 0.0
    coding.KEPT_SHARE = 0

    def connected(database: Path, *, write: bool = False) -> sqlite3.Connection:
        connection = connect(database, write=write)
        if write:
            connection.execute("PRAGMA wal_autocheckpoint = 60")
        return connection

    store.connect = connected  # type: ignore[attr-defined]


def sentences(rng: random.Random, count: int) -> str:
    """Make up some sentences."""
    return " ".join(f"The {' '.join(rng.choices(WORDS, k=5))} move." for _ in range(count))


def text(corpus: Path, number: int, seed: int | None = None, count: int = 5) -> None:
    """Write a paper's file, old enough to count as settled."""
    rng = random.Random(number if seed is None else seed)
    path = corpus / f"2502.{99000 + number}.txt"
    path.write_text(f"Note {number}\n\nMethods\n\n{sentences(rng, count)}\n")
    os.utime(path, (LONG_AGO, LONG_AGO + (seed or 0)))


def records(corpus: Path, numbers: range) -> None:
    """Write a metadata file."""
    rng = random.Random(numbers.start)
    lines = [
        json.dumps(
            {
                "id": f"2502.{99000 + number}",
                "title": f"Record {number}",
                "abstract": sentences(rng, 2),
                "authors": "Ada Examplar",
                "categories": "astro-ph.CO",
                "update_date": "2025-01-31",
            }
        )
        for number in numbers
    ]
    path = corpus / f"records{numbers.start}.jsonl"
    path.write_text("\n".join(lines) + "\n")
    os.utime(path, (LONG_AGO, LONG_AGO))


def build(corpus: Path, index: Path) -> None:
    """Index the corpus, or go on with it."""
    astrosearch.build(corpus, index=index, encoder=WordEncoder(DIMENSION))


def rebuild(corpus: Path, index: Path) -> None:
    """Build anew in the index's place."""
    astrosearch.build(corpus, index=index, encoder=WordEncoder(DIMENSION), rebuild=True)


def optimize(_: Path, index: Path) -> None:
    """Merge, and make codes."""
    optimizing.optimize(index, recall=0.9)


def remove(_: Path, index: Path) -> None:
    """Remove two papers; if they are gone already, there is nothing to do."""
    with contextlib.suppress(NotFound):
        removing.remove(REMOVED, index)


def first_papers(corpus: Path, index: Path) -> None:
    """Index some papers."""
    for number in range(6):
        text(corpus, number)
    records(corpus, range(50, 54))
    build(corpus, index)


def with_changed_files(corpus: Path, index: Path) -> None:
    """Then change one, add one and lose one's words."""
    first_papers(corpus, index)
    text(corpus, 2, seed=100, count=7)
    text(corpus, 4, seed=101, count=12)
    text(corpus, 7)


def with_codes_and_dead(corpus: Path, index: Path) -> None:
    """Optimize, then add papers and remove others: all that another optimize has to do."""
    first_papers(corpus, index)
    optimize(corpus, index)
    for number in range(10, 16):
        text(corpus, number)
    build(corpus, index)
    remove(corpus, index)


def format_2(_: Path, index: Path) -> None:
    """Take an index with codes as an older version left it."""
    shutil.copytree(FIXTURES / "format2", index)


def remove_from_format_2(_: Path, index: Path) -> None:
    """Remove a paper, which first upgrades the index."""
    with contextlib.suppress(NotFound):
        removing.remove(["2503.99001"], index)


def new_corpus(corpus: Path, _: Path) -> None:
    """Write papers, and no index."""
    for number in range(6):
        text(corpus, number)
    records(corpus, range(50, 54))


def same_papers_twice(corpus: Path, _: Path) -> None:
    """Write papers of which some are there both as texts and as records."""
    for number in range(8):
        text(corpus, number, count=9)
    records(corpus, range(3, 12))
    records(corpus, range(50, 60))


SCENARIOS = {
    "index": Scenario(new_corpus, build),
    "replace": Scenario(with_changed_files, build),
    "remove": Scenario(first_papers, remove),
    "optimize": Scenario(with_codes_and_dead, optimize),
    "rebuild": Scenario(with_changed_files, rebuild),
    "upgrade": Scenario(format_2, remove_from_format_2),
    "several sources": Scenario(same_papers_twice, build),
}

# In the last one a paper is first indexed by its abstract, so it has a state between old and new.
OLD_OR_NEW = ("index", "replace", "remove", "optimize", "rebuild", "upgrade")

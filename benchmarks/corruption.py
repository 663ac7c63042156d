"""Damage every file of an index at many places: is it found, is it answered with, is it mended?

Run: python -m benchmarks.corruption [--places 200]

`answer` is right (what was damaged had no part in it), refused with an error, or wrong. `repair`
is whole, without the papers whose own rows were lost, or beyond repair: build anew.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.measured import save
from tests.support.damage import content, damages, make_index, outcome


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--places", type=int, default=200)
    options = parser.parse_args()
    rows: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        index = make_index(work)
        sound = content(index)
        for damage in damages(index, options.places):
            came = outcome(index, damage, work, sound)
            row = rows.setdefault(
                damage.file, {"places": 0, "found": 0, "answer": Counter(), "repair": Counter()}
            )
            row["places"] += 1
            row["found"] += came.found
            row["answer"][came.answer] += 1
            row["repair"][came.repair] += 1
    save("corruption", {"sentences": len(sound[0]), "files": rows})


if __name__ == "__main__":
    main()

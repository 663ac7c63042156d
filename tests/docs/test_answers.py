"""Questions that the documentation shows have right answers in the sample corpus."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

import astrosearch
from docs import gallery
from tests.support.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SEARCHING = (ROOT / "docs" / "searching.md").read_text(encoding="utf-8")

PEAKS = "cosmology/acoustic-peaks/main"
# Question -> papers that answer it, one of them the first; every paper shown is one of them.
RIGHT = {
    "acoustic peaks at small scales": {PEAKS},
    "why is the corona hotter than the photosphere": {"stars/coronal-heating"},
    "merging neutron stars": {
        *("2501.99001", "astro-ph/9812999", "compact-objects/gamma-ray-bursts"),
    },
    "how fast do stars spin": {"2501.99006"},
    '"damping tail" -supernova title:peaks': {PEAKS},
}
FILTERS: dict[str, dict[str, Any]] = {
    "how fast do stars spin": {
        "year": "2020..",
        "category": "astro-ph.*",
        "author": "Templar, C.",
    },
}
SHOWN = {"merging neutron stars": 3}  # papers


def asked() -> list[str]:
    """The questions of the README's commands, and the papers' picture."""
    lines = re.findall(r"^(?:\$ )?(astrosearch query .*)$", README, re.MULTILINE)
    words = [shlex.split(line.split("  #")[0]) for line in lines]
    return [each[2] for each in words if not each[2].startswith("--")]


def test_every_question_of_the_readme_is_looked_at():
    assert set(asked()) == set(RIGHT)
    assert "merging neutron stars" in gallery.COMMANDS["papers"]
    assert "merging neutron stars" in SEARCHING


@pytest.mark.parametrize("question", RIGHT)
def test_its_answer_is_right(example_index: Path, question: str):
    k, papers = SHOWN.get(question, 1), question in SHOWN
    with astrosearch.open(example_index) as index:
        hits = index.query(question, k, papers=papers, **FILTERS.get(question, {}))
    assert len(hits) == k
    assert {hit.paper.id for hit in hits} <= RIGHT[question]

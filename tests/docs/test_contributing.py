"""CONTRIBUTING.md leads to files that exist."""

from __future__ import annotations

import re

import pytest

from tests.support.places import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
ROOTS = ("astrosearch/", "tests/", "docs/", "benchmarks/", "fuzz/")
NAMED = sorted(
    name
    for name in set(re.findall(r"`([\w./-]+)`", TEXT))
    if name.startswith(ROOTS) or re.fullmatch(r"[A-Z]+\.(md|cff)", name)
)


def anchor(heading: str) -> str:
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", [name for name in NAMED if "NEW" not in name])
def test_a_file_it_names_exists(name: str):
    path = ROOT / name
    assert path.is_dir() if name.endswith("/") else path.is_file()


def test_it_names_enough_and_new_files_go_into_folders_that_exist():
    assert len(NAMED) > 30
    new = [name for name in NAMED if "NEW" in name]
    assert len(new) == 3
    assert all((ROOT / name).parent.is_dir() for name in new)


def test_its_table_of_contents_is_its_headings():
    listed = re.findall(r"^- \[(.*)\]\(#(.*)\)$", TEXT, re.MULTILINE)
    headings = re.findall(r"^## (.*)$", TEXT, re.MULTILINE)
    assert listed == [(heading, anchor(heading)) for heading in headings]


def test_make_targets_it_names_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        word
        for line in re.findall(r"(?:^|`)make ([a-z ]+)", TEXT, re.MULTILINE)
        for word in line.split()[:1]
    }
    assert named <= targets, named - targets

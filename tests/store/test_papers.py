"""What the index keeps of a paper: every field comes back as it was given, and damage is seen."""

from __future__ import annotations

import dataclasses
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from astrosearch.maintenance.verify import verify
from astrosearch.names import Name
from astrosearch.records import Paper, SourceSentence
from astrosearch.store.reader import Store
from astrosearch.store.rows import (
    Edition,
    EncoderIdentity,
    PutPaper,
    merge_records,
    paper_of_record,
)
from astrosearch.store.writer import Writer

WHOLE = Paper(
    "2501.99007",
    "Dust at z < 3",
    ("M. L. King Jr.", "Ana García Pérez", "Planck Collaboration"),
    2025,
    ("astro-ph.GA",),
    "10.1000/x",
    "https://arxiv.org/abs/2501.99007",
    (
        Name("King", "M. L.", "Jr."),
        Name("García Pérez", "Ana"),
        Name("Planck Collaboration"),
    ),
    True,
    "ApJ 901, 12 (2025)",
    "Dust at $z < 3$",
    "2025ApJ...901...12K",
)
BARE = Paper("2501.99008", "Ice")


@pytest.fixture
def index(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    with Writer(folder, create=EncoderIdentity("words", "f" * 64, 4, "plain")) as writer:
        with writer.transaction() as db:
            db.execute(
                """INSERT INTO sources
                     (source_id, path, root, name, kind, status, stamp, parts) VALUES
                   (1, '/c/a.jsonl', '/c', 'a.jsonl', 'metadata', 'done', '', '[]')"""
            )
        put = [
            PutPaper(
                Edition(1, paper, False, None, "d", "p"),
                [SourceSentence(f"The gas of {paper.id}.", None, "Abstract", "a.jsonl", 1, 1)],
            )
            for paper in (WHOLE, BARE)
        ]
        writer.commit(put, np.eye(2, 4, dtype=np.float32), run=1)
    return folder


def test_a_paper_comes_back_as_it_was_given(index: Path):
    assert list(Store(index).papers([1, 2]).values()) == [WHOLE, BARE]
    assert verify(index) == []


def test_an_edition_keeps_all_that_its_source_tells(index: Path):
    store = Store(index)
    (row,) = store.rows("SELECT record FROM editions WHERE paper_id = ?", [WHOLE.id])
    assert paper_of_record(row[0]) == WHOLE


@pytest.mark.parametrize(
    "change",
    [
        'names = \'[["Kong", "M. L.", "Jr."]]\'',
        "names = NULL",
        "year_estimated = 0",
        "journal = 'ApJ 901, 13 (2025)'",
        "title_tex = NULL",
        "bibcode = '2025ApJ...901...13K'",
    ],
)
def test_a_damaged_field_is_noticed(index: Path, change: str):
    with sqlite3.connect(index / "astrosearch.db") as db:
        db.execute(f"UPDATE papers SET {change} WHERE paper_id = ?", [WHOLE.id])
    db.close()
    (index / "astrosearch.db.sha256").unlink()
    assert any(WHOLE.id in problem or "paper" in problem for problem in verify(index))


def test_parts_of_names_come_with_their_authors_and_tex_with_its_title():
    text = dataclasses.replace(BARE, title="Dust", authors=("A. Ames",), year=2020)
    assert merge_records([WHOLE, text]) == dataclasses.replace(
        WHOLE, year=2020, year_estimated=False
    )
    merged = merge_records([text, WHOLE])
    assert (merged.authors, merged.names, merged.title_tex) == (("A. Ames",), (), None)
    assert (merged.journal, merged.bibcode) == (WHOLE.journal, WHOLE.bibcode)


def test_an_estimated_year_is_better_than_none():
    assert merge_records([BARE, WHOLE]).year == 2025
    assert merge_records([BARE, WHOLE]).year_estimated

"""What people see: blocks that wrap, words lit, nothing that steers a terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from astrosearch.cli.main import main
from astrosearch.output.bibtex import to_bibtex
from astrosearch.output.jsonlines import to_json
from astrosearch.output.spreadsheet import write_csv
from astrosearch.output.terminal import FactRow, print_hits
from astrosearch.records import Hit, Paper, Sentence
from astrosearch.text import CONTROL
from tests.support.counts import examples

PAPER = Paper(
    id="2501.99101",
    title="Haloes & winds: 50% of Ω_m, {braces} and #hashes",
    authors=("José Núñez", "Bo Samplar", "C. Third"),
    year=2025,
    categories=("astro-ph.CO",),
    doi="10.1000/a_b",
    url="https://arxiv.org/abs/2501.99101",
)
SENTENCE = Sentence(7, "The damped peaks are peaking. " * 8, "Damping", "a/b.tex", 12)


def shown(hits: list[Hit], width: int, *, terminal: bool, query: str = "damping peak") -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
    )
    print_hits(console, query, hits)
    return file.getvalue()


@pytest.mark.parametrize("width", [40, 80, 140])
def test_blocks_wrap_within_the_width(width: int):
    text = shown(
        [Hit(1, 0.5, SENTENCE, PAPER), Hit(2, 0.4, SENTENCE, PAPER)], width, terminal=False
    )
    assert all(len(line) <= width for line in text.splitlines())
    joined = " ".join(text.split())
    for part in ("0.500", "José Núñez et al.", "2025", "§ Damping", "a/b.tex:12", "id 7"):
        assert part in joined


@pytest.mark.parametrize("width", [80, 140])
def test_nothing_is_cut_and_no_fact_is_torn(width: int):
    sentence = Sentence(
        123456, "Gas cools. " * 30, "On the cooling of gas", "a/long/path/of/main.tex", 1234
    )
    title = "A title of a length that many papers have nowadays, with a colon: and more beyond it"
    paper = Paper(
        id="x", title=title, authors=("Ada B. Examplar-Longname", "Bo Samplar"), year=2025
    )
    text = shown([Hit(10, 0.5, sentence, paper)], width, terminal=False)
    lines = [line.strip() for line in text.splitlines()]
    assert max(map(len, text.splitlines())) <= width
    joined = " ".join(text.split())
    assert sentence.text.strip() in joined
    assert title in joined
    assert "…" not in text
    for fact in ("Ada B. Examplar-Longname & Bo Samplar", "2025", "a/long/path/of/main.tex:1234"):
        assert any(fact in line for line in lines)
    assert any("id 123456" in line for line in lines)
    assert not [line for line in lines if line.startswith("·") or line.endswith("·")]


@pytest.mark.parametrize("columns", ["80", "140"])
def test_the_command_keeps_to_the_columns(built: Path, columns: str):
    result = CliRunner().invoke(
        main,
        ["query", "winds giants halo", "--mode", "lexical", "--index", str(built)],
        env={"COLUMNS": columns},
    )
    assert result.exit_code == 0
    widths = [len(line) for line in result.stdout.splitlines()]
    assert 60 < max(widths) <= int(columns)
    assert "https://arxiv.org/abs/2501.99102" in result.stdout
    assert "records.jsonl:2" in result.stdout


@settings(max_examples=examples(100))
@given(
    st.lists(st.text("ab 星·", max_size=30).map(lambda t: " ".join(t.split())), max_size=5),
    st.integers(4, 140),
)
def test_facts_in_a_row_are_all_there(facts: list[str], width: int):
    console = Console(file=io.StringIO(), width=width)
    with console.capture() as capture:
        console.print(FactRow(Text(fact) for fact in facts))
    lines = capture.get().splitlines()
    assert all(cell_len(line) <= width for line in lines)
    kept = "".join("".join(lines).split()).replace("·", "")
    assert kept == "".join("".join(facts).split()).replace("·", "")
    for fact in facts:
        assert cell_len(fact) > width or any(fact in line for line in lines)


def test_scores_of_any_scale_are_lit_by_the_best():
    for best in (0.03, 0.9, 25.0):
        hits = [Hit(i, best * part, SENTENCE, PAPER) for i, part in enumerate((1, 0.9, 0.2), 1)]
        text = shown(hits, 80, terminal=True)
        assert f"\x1b[1m{best:.3f}" in text
        assert f"\x1b[2m{best * 0.2:.3f}" in text


def test_matched_words_are_lit_and_links_clickable_on_a_terminal():
    text = shown([Hit(1, 0.5, SENTENCE, PAPER)], 80, terminal=True)
    assert "\x1b[1;35mdamped\x1b[0m" in text
    assert "\x1b[1;35mpeaks\x1b[0m" in text
    assert "https://arxiv.org/abs/2501.99101" in text
    assert "ui.adsabs.harvard.edu/abs/arXiv:2501.99101" in text
    assert "\x1b]8;" in text


def test_no_hits_says_so():
    assert "nothing found" in shown([], 80, terminal=False)


@settings(max_examples=examples(100))
@given(st.text(max_size=60), st.text(max_size=30))
def test_nothing_in_a_paper_steers_the_terminal(text: str, other: str):
    evil = "\x1b[2J\x07" + text
    paper = Paper(id=other or "x", title=evil, authors=(evil,), url=None)
    hit = Hit(1, 0.1, Sentence(1, evil, evil, evil, 1), paper)
    out = shown([hit], 80, terminal=False, query=other)
    assert not set(out) & {chr(c) for c in (*range(10), *range(11, 32), *range(127, 160))}


@settings(max_examples=examples(100))
@given(
    st.lists(
        st.builds(
            Paper,
            id=st.text(min_size=1, max_size=12),
            title=st.none() | st.text(max_size=40),
            authors=st.lists(st.text(max_size=15), max_size=3).map(tuple),
            year=st.none() | st.integers(1900, 2100),
        ),
        max_size=4,
    )
)
def test_any_paper_makes_bibtex_that_parses(papers: list[Paper]):
    hits = [Hit(1, 0.0, SENTENCE, paper) for paper in papers]
    text = to_bibtex(hits)
    assert len(parse_string(text, "bibtex").entries) == len({paper.id for paper in papers})


def test_bibtex_of_a_known_paper():
    text = to_bibtex([Hit(1, 0.5, SENTENCE, PAPER), Hit(2, 0.4, SENTENCE, PAPER)])
    entry = parse_string(text, "bibtex").entries["Nunez2025arXiv250199101"]
    assert entry.fields["eprint"] == "2501.99101"
    assert entry.fields["primaryclass"] == "astro-ph.CO"
    assert (
        entry.fields["title"]
        == r"{Haloes \& winds: 50\% of $\Omega_{m}$, {\textbraceleft}braces{\textbraceright} and "
        r"\#hashes}"
    )
    assert str(entry.persons["author"][0]) == "Núñez, José"


def test_two_papers_of_one_author_and_year_have_two_keys():
    other = Paper(id="b", title="B", authors=("Ada Núñez",), year=2025)
    one, two = Hit(1, 0.5, SENTENCE, PAPER), Hit(2, 0.4, SENTENCE, other)
    keys = set(parse_string(to_bibtex([one, two]), "bibtex").entries)
    assert keys == {"Nunez2025arXiv250199101", "Nunez2025.3e23e8"}
    # Each is the same in every export, whatever else is in it.
    assert set(parse_string(to_bibtex([two]), "bibtex").entries) < keys
    assert set(parse_string(to_bibtex([one]), "bibtex").entries) < keys


def test_unknown_values_are_null_in_json():
    bare = Hit(1, 0.25, Sentence(3, "Text.", None, "f.txt", 1), Paper(id="f"))
    assert json.loads(to_json("q", [bare])) == {
        "query": "q",
        "hits": [
            {
                "rank": 1,
                "score": 0.25,
                "sentence_id": 3,
                "text": "Text.",
                "section": None,
                "paper": {
                    "id": "f",
                    "title": None,
                    "authors": [],
                    "year": None,
                    "categories": [],
                    "url": None,
                    "doi": None,
                    "bibcode": None,
                    "ads": None,
                    "journal": None,
                },
                "source": {"file": "f.txt", "line": 1},
            }
        ],
    }


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-x", "@sum", " =1", "\t=1", "\tx", "\n=1", "\ufeff=1", "\u200b@x", "\uff1d1"],
)
def test_csv_cells_are_no_formulas(text: str):
    file = io.StringIO()
    write_csv([("q", [Hit(1, 0.5, Sentence(1, text, None, "f", 1), PAPER)])], file)
    row = next(csv.DictReader(io.StringIO(file.getvalue())))
    assert row["text"] == "'" + text


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("\r=1", "'=1"),
        ("\x00=1", "'=1"),
        ("\u202e=1", "'=1"),
        ("a\x1b[2Jb", "a[2Jb"),
        ("1-2", "1-2"),
    ],
)
def test_csv_cells_steer_nothing(text: str, cell: str):
    file = io.StringIO()
    write_csv([("q", [Hit(1, -0.5, Sentence(1, text, None, "f", 1), PAPER)])], file)
    row = next(csv.DictReader(io.StringIO(file.getvalue())))
    assert (row["text"], row["score"]) == (cell, "-0.5")


def test_json_is_exact_and_steers_no_terminal():
    text = "a\x1b[2J\x9b1m\u202e\x7f\u2028b"
    line = to_json(text, [Hit(1, 0.5, Sentence(1, text, text, text, 1), PAPER)])
    assert json.loads(line)["hits"][0]["text"] == json.loads(line)["query"] == text
    assert not CONTROL.search(line)


def test_an_address_of_a_foreign_index_is_no_link():
    evil = Paper(id="x", title="T", url="https://arxiv.org/abs/1\x1b]8;;http://evil\x07 bold red")
    out = shown([Hit(1, 0.5, SENTENCE, evil)], 200, terminal=True)
    assert "\x1b]8;" not in out
    assert "\x07" not in out
    odd = Paper(id="1\x1b]8;;http://evil\x07", title="T", url="https://arxiv.org/abs/1")
    out = shown([Hit(1, 0.5, SENTENCE, odd)], 200, terminal=True)
    assert "\x07" not in out
    assert not re.search(r"\x1b\]8;[^\x1b]*evil", out)  # the id is shown, but leads nowhere
    assert parse_string(to_bibtex([Hit(1, 0.5, SENTENCE, evil)]), "bibtex").entries

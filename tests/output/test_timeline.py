"""The figure of a query's matches: what it counts, what it draws, and where it is written."""

from __future__ import annotations

import errno
import json
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import AstrosearchError, MissingExtra, StorageError
from astrosearch.output import timeline as plotting
from astrosearch.output.timeline import (
    BARS,
    MATCHES,
    OTHER,
    UNCATEGORISED,
    count,
    draw,
    plot_answers,
)
from astrosearch.records import Hit, Paper, Sentence
from tests.conftest import record
from tests.support.counts import examples
from tests.support.encoders import WordEncoder
from tests.support.places import ROOT


def hits(*papers: tuple[int | None, str | None], first: int = 1) -> list[Hit]:
    """One hit a paper, given by its year and primary category."""
    return [
        Hit(
            at,
            0.5,
            Sentence(at, "Text.", None, "f", 1),
            Paper(str(at), year=year, categories=(name, "gr-qc") if name else ()),
        )
        for at, (year, name) in enumerate(papers, first)
    ]


def test_counts_by_year_and_primary_category():
    found = count(hits((2001, "a"), (2003, "a"), (2003, "b"), (None, "b"), (2003, None)))
    assert found.starts == (2001, 2002, 2003)
    assert found.step == 1
    assert found.counts == {"a": (1, 0, 1, 0), "b": (0, 0, 1, 1), UNCATEGORISED: (0, 0, 1, 0)}
    assert (found.matches, found.papers, found.unknown) == (5, 5, 1)


def test_the_largest_categories_are_named_and_the_rest_are_one():
    sizes = {"f": 8, "c": 7, "b": 6, "e": 5, "d": 4, "a": 3, "g": 2, "h": 1}
    found = count(hits(*((2001, name) for name, size in sizes.items() for _ in range(size))))
    assert list(found.counts) == ["f", "c", "b", "e", "d", "a", OTHER]
    assert found.counts[OTHER] == (3, 0)


def test_a_sentence_that_answers_two_queries_counts_once():
    both = hits((2001, "a"), (2002, "a"))
    assert count([*both, *both]).matches == 2


@settings(max_examples=examples(200))
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(1950, 2030) | st.integers(-(10**6), 10**6),
            st.none() | st.sampled_from("abcdefghij"),
        )
    )
)
def test_every_match_is_in_one_bar(papers: list[tuple[int | None, str | None]]):
    found = count(hits(*papers))
    assert found.matches == len(papers)
    assert found.unknown == sum(year is None for year, _ in papers)
    assert len(found.starts) <= BARS
    for at, start in enumerate(found.starts):
        wanted = sum(year is not None and start <= year < start + found.step for year, _ in papers)
        assert sum(numbers[at] for numbers in found.counts.values()) == wanted


@pytest.mark.parametrize(
    ("papers", "bars"),
    [
        ([(2001, "a")], 1),
        ([(2001, "a"), (2001, "b"), (2004, "a"), (None, "c")], 4),
        ([(None, None), (None, "a")], 2),
    ],
)
def test_every_number_is_a_bar(papers: list[tuple[int | None, str | None]], bars: int):
    timeline = count(hits(*papers))
    (axes,) = draw(timeline, "dust").axes
    rectangles = [patch for patch in axes.patches if isinstance(patch, Rectangle)]
    heights = sorted(bar.get_height() for bar in rectangles if bar.get_height())
    numbers = (number for row in timeline.counts.values() for number in row if number)
    assert len(heights) == bars
    assert heights == sorted(numbers)
    labels = [label.get_text().strip() for label in axes.get_xticklabels()]
    assert ("year unknown" in labels) == any(year is None for year, _ in papers)


def test_many_of_unknown_year_do_not_dwarf_the_others():
    (axes,) = draw(count(hits((2001, "a"), (2001, "a"), *[(None, "a")] * 90)), "dust").axes
    assert axes.get_ylim()[1] < 3
    assert "90 ↑" in [text.get_text() for text in axes.texts]


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """An index of 60 papers of three years, each on dust."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    categories = ("astro-ph.GA", "astro-ph.SR astro-ph.GA")
    lines = [
        record(
            f"{9 + at % 3:02}01.{1000 + at}",
            f"Title {at}",
            f"Dust number {at} is cold.",
            categories=categories[at % 2],
        )
        for at in range(60)
    ]
    (folder / "records.jsonl").write_text("\n".join(lines))
    astrosearch.build(folder, index=tmp_path / "index", encoder=WordEncoder())
    return tmp_path / "index"


def ask(index: Path, *arguments: object) -> Result:
    words = ["query", *map(str, arguments), "--mode", "lexical", "--index", str(index)]
    return CliRunner().invoke(main, words)


def test_a_png_is_drawn_beside_the_usual_answer(papers: Path, tmp_path: Path):
    file = tmp_path / "timeline.png"
    result = ask(papers, "dust", "-k", 3, "--format", "json", "--plot", file)
    assert result.exit_code == 0
    assert result.stdout == ask(papers, "dust", "-k", 3, "--format", "json").stdout
    assert len(json.loads(result.stdout)["hits"]) == 3
    assert result.stderr == f"60 matches drawn in {file}\n"
    content = file.read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", content[16:24]) == (1350, 750)
    assert 10_000 < len(content) < 200_000
    assert matplotlib.image.imread(file)[..., :3].std() > 0.1


def test_an_svg_holds_the_words_and_the_bars(papers: Path, tmp_path: Path):
    file = tmp_path / "TIMELINE.SVG"
    assert ask(papers, "dust", "--plot", file).exit_code == 0
    root = ElementTree.fromstring(file.read_text())
    text = " ".join(part.text or "" for part in root.iter("{http://www.w3.org/2000/svg}text"))
    for words in ("dust", "60 best matches, in 60 papers", "2009", "2011", "astro-ph.SR"):
        assert words in text


def test_a_pdf_is_a_pdf(papers: Path, tmp_path: Path):
    assert ask(papers, "dust", "--plot", tmp_path / "t.pdf").exit_code == 0
    assert (tmp_path / "t.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("suffix", plotting.SUFFIXES)
def test_the_same_matches_make_the_same_file(tmp_path: Path, suffix: str):
    files = [tmp_path / f"{name}{suffix}" for name in "ab"]
    for file in files:
        plot_answers([("dust", hits((2001, "a"), (None, "b")))], file)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_more_matches_are_drawn_than_are_printed(papers: Path, tmp_path: Path):
    assert MATCHES > 60
    few = ask(papers, "dust", "-k", 1, "--plot", tmp_path / "a.png")
    assert few.stderr.startswith("60 matches")
    assert "\n2  " not in few.stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--sort", "year"),
        ("--sort", "-year", "--offset", "7"),
        ("--sort", "paper"),
        ("--per-paper", "1"),
        ("--offset", "55"),
        ("--diverse",),
        ("--papers", "--sort", "year"),
    ],
    ids=" ".join,
)
def test_a_figure_changes_nothing_of_what_is_printed(
    papers: Path, tmp_path: Path, options: tuple[str, ...]
):
    file = tmp_path / "t.svg"
    drawn = ask(papers, "dust", "-k", 5, *options, "--plot", file)
    assert drawn.stdout == ask(papers, "dust", "-k", 5, *options).stdout
    assert drawn.stderr == f"60 matches drawn in {file}\n"
    assert "60 best matches, in 60 papers" in file.read_text()


def test_the_figure_has_no_more_of_a_paper_than_is_asked_for(tmp_path: Path):
    (tmp_path / "a.jsonl").write_text(
        record("2501.99201", "Dust", " ".join(f"Dust of kind {n} is cold." for n in range(5)))
    )
    index = tmp_path / "index"
    astrosearch.build(tmp_path / "a.jsonl", index=index, encoder=WordEncoder())
    for n in (1, 2):
        drawn = ask(index, "dust", "--no-fold", "--per-paper", n, "--plot", tmp_path / "t.svg")
        assert drawn.stderr.startswith(f"{n} match")


def test_a_batch_is_one_figure(papers: Path, tmp_path: Path):
    (tmp_path / "q.txt").write_text("dust\nnumber\ncold\n")
    file = tmp_path / "t.svg"
    result = ask(papers, "--batch", tmp_path / "q.txt", "--plot", file, "--format", "json")
    assert len(result.stdout.splitlines()) == 3
    assert result.stderr.startswith("60 matches")
    assert "3 queries" in file.read_text()


@pytest.mark.parametrize(
    "name", ["timeline", "timeline.jpg", ".png", "missing/t.png", "folder.png"]
)
def test_what_can_not_be_a_picture_is_refused_before_searching(tmp_path: Path, name: str):
    (tmp_path / "folder.png").mkdir()
    result = ask(tmp_path / "no-index", "dust", "--plot", tmp_path / name)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert name in result.stderr
    assert "no-index" not in result.stderr
    assert result.stderr.count("\n") == 2


def test_without_matplotlib_it_says_what_to_install(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = ask(papers, "dust", "--plot", tmp_path / "t.png")
    assert result.exit_code == 1
    assert "pip install 'astrosearch[plot]'" in result.stderr
    with pytest.raises(MissingExtra):
        plotting.check_target(tmp_path / "t.png")


def test_nothing_found_draws_nothing(papers: Path, tmp_path: Path):
    file = tmp_path / "t.png"
    file.write_bytes(b"an older figure")
    result = ask(papers, "zyzzyva", "--plot", file)
    assert result.exit_code == 1
    assert result.stdout == "nothing found\n"
    assert "nothing was found" in result.stderr
    assert file.read_bytes() == b"an older figure"


def test_a_full_disk_leaves_no_half_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    file = tmp_path / "t.png"
    file.write_bytes(b"an older figure")

    def fail(self: Figure, target: Path, **more: Any) -> None:
        target.write_bytes(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(StorageError, match="No space left"):
        plot_answers([("dust", hits((2001, "a")))], file)
    assert [path.name for path in tmp_path.iterdir()] == ["t.png"]
    assert file.read_bytes() == b"an older figure"


def test_the_answer_is_printed_even_if_the_figure_fails(
    papers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def fail(*arguments: Any) -> None:
        raise StorageError("full.\nMake room.")

    monkeypatch.setattr(plotting, "save_timeline", fail)
    result = ask(papers, "dust", "--plot", tmp_path / "t.png", "--format", "json")
    assert result.exit_code == 1
    assert len(json.loads(result.stdout)["hits"]) == 10


@pytest.mark.parametrize(
    "query",
    [r"$\frac{1}{0$", "_x", "星系 \U0001f52d", "\x1b[2J", "word " * 20_000, "x" * 100_000, "a\nb"],
    ids=["math", "underscore", "glyphs", "control", "long", "one long word", "two lines"],
)
def test_any_words_can_be_drawn(tmp_path: Path, query: str):
    name = query[:500]
    plot_answers([(query, hits((2001, name), (2002, "$")))], tmp_path / "t.svg")
    text = (tmp_path / "t.svg").read_bytes()
    assert b"\x1b" not in text
    assert len(text) < 60_000
    ElementTree.fromstring(text)


def test_own_settings_of_matplotlib_neither_matter_nor_change(tmp_path: Path):
    plot_answers([("a_b", hits((2001, "a")))], tmp_path / "a.svg")
    with matplotlib.rc_context({"text.usetex": True, "font.size": 40}):
        plot_answers([("a_b", hits((2001, "a")))], tmp_path / "b.svg")
        assert matplotlib.rcParams["text.usetex"]
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()


def test_drawing_leaves_no_state_of_pyplot(tmp_path: Path):
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from astrosearch.output.timeline import plot_answers\n"
        "from tests.output.test_timeline import hits\nbefore = 'matplotlib.pyplot' in sys.modules\n"
        f"plot_answers([('q', hits((2001, 'a')))], Path({str(tmp_path / 't.png')!r}))\n"
        "assert not before and 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_nothing_to_draw_is_an_error_of_the_library_too(tmp_path: Path):
    with pytest.raises(AstrosearchError, match="nothing was found"):
        plot_answers([("dust", [])], tmp_path / "t.png")


def test_a_category_has_one_colour_in_every_figure():
    usual = ["CO", "GA", "SR", "EP", "IM", "HE"]
    colours = [plotting.colour_of(f"astro-ph.{name}") for name in usual]
    assert len(set(colours)) == len(usual)
    assert plotting.colour_of("cs.LG") == plotting.colour_of("cs.LG")
    assert plotting.colour_of("\udc80").startswith("#")


def test_what_is_weak_is_left_out_unless_all_is(tmp_path: Path):
    found = [
        Hit(n, score, Sentence(n, "Text.", None, "f", n), Paper(str(n), year=2020))
        for n, score in enumerate((0.9, 0.6, 0.3), 1)
    ]
    said = plot_answers([("q", found)], tmp_path / "a.svg", 0.5)
    assert said.startswith("2 matches drawn")
    assert "1 with scores below 0.5 left out" in said
    assert "scores 0.90 to 0.60" in (tmp_path / "a.svg").read_text()
    assert plot_answers([("q", found)], tmp_path / "b.svg", 0.95).startswith("3 matches drawn")
    assert plot_answers([("q", found)], tmp_path / "c.svg").endswith("c.svg")

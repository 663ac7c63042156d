"""Answers that are easy to read: grouped by paper, marked, on one line in a pipe, on any ground."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

import astrosearch
from astrosearch.cli.main import main
from astrosearch.output.progress import showing_progress
from astrosearch.output.show import print_shown
from astrosearch.output.terminal import LIT, print_compact, print_hits, shortened
from astrosearch.records import Hit, Paper, Sentence, Shown
from tests.support.places import EXAMPLES

QUESTION = "acoustic peaks at small scales"
ONE = Paper("notes/one", "On the damping of peaks", ("A. Examplar",), 2025)
TWO = Paper("2501.99102", "Winds", ("B. Samplar",), 2024, url="https://arxiv.org/abs/2501.99102")
LONG = "a-project-of-2019/papers/the-second-one/chapters/observations/winds-of-cool-giants.tex"


def sentence(id: int, text: str, file: str = "one.tex") -> Sentence:
    return Sentence(id, text, "Peaks", file, id)


HITS = [
    Hit(1, 0.9, sentence(1, "The damped peaks are low."), ONE),
    Hit(2, 0.8, sentence(2, "Winds blow."), TWO),
    Hit(3, 0.7, sentence(3, "On the damping of peaks."), ONE),
    Hit(4, 0.2, sentence(4, "Low peaks are rare."), ONE),
]


def printed(width: int = 80, *, terminal: bool = False, hits: Any = HITS, **more: Any) -> str:
    file = io.StringIO()
    console = Console(
        file=file,
        width=width,
        force_terminal=terminal,
        color_system="standard" if terminal else None,
    )
    more.pop("printer", print_hits)(console, "damping peaks", hits, **more)
    return file.getvalue()


def cli(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)


def test_hits_of_a_paper_stand_under_one_title():
    lines = printed().splitlines()
    assert lines[0] == "On the damping of peaks · A. Examplar · 2025 · notes/one"
    assert [line for line in lines if line.startswith("Winds")] == [
        "Winds · B. Samplar · 2024 · 2501.99102"
    ]
    ranks = [int(found[1]) for line in lines if (found := re.match(r" ?(\d)  0\.", line))]
    assert ranks == [1, 3, 4, 2]
    assert lines.count("") == 1  # between the two papers


def test_a_title_that_is_a_hit_is_printed_once():
    text = printed()
    assert text.count("On the damping of peaks") == 1
    assert "3  0.700  the title · § Peaks · one.tex:3 · id 3" in text
    lit = printed(terminal=True)
    assert "\x1b[1;4;35mdamping\x1b[0m" in lit


def test_the_id_of_every_paper_is_shown():
    for name in ("notes/one", "2501.99102", "id 1", "id 2"):
        assert name in printed()
    untitled = Paper("notes/untitled")
    assert printed(hits=[Hit(1, 0.5, sentence(1, "Text."), untitled)]).startswith(
        "untitled · notes/untitled\n"
    )


def test_the_hit_is_marked_among_its_neighbours():
    around = {1: ([sentence(8, "Before it.")], [sentence(9, "After it.")])}
    lines = [line.strip() for line in printed(contexts=around).splitlines()]
    at = lines.index("> The damped peaks are low.")
    assert lines[at - 1].endswith("Before it.")
    assert lines[at + 1] == "After it."
    assert ">" not in printed()


def test_a_pipe_gets_whole_lines(example_index: Path):
    text = cli("query", QUESTION, "--index", example_index).stdout
    with astrosearch.open(example_index) as index:
        hits = index.query(QUESTION)
    for hit in hits:
        assert hit.sentence.text in text or "the title" in text
        assert f"{hit.sentence.file}:{hit.sentence.line}" in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]


def test_long_paths_lose_their_middle():
    hit = Hit(1, 0.5, sentence(7, "Text.", LONG), ONE)
    text = printed(80, hits=[hit])
    assert f"{LONG}:7" not in text
    assert re.search(r"a-project-of-2019/…/\S*winds-of-cool-giants\.tex:7", text)
    assert f"{LONG}:7" in printed(200, hits=[hit])
    assert len(shortened("x" * 90, 20)) == 20
    assert shortened("a/b.tex", 20) == "a/b.tex"


@pytest.mark.parametrize("width", [30, 55, 80, 140])
def test_underlines_and_colours_end_with_the_text(width: int):
    text = printed(width, terminal=True)
    for line in text.splitlines():
        plain = re.sub(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\", "", line)
        assert plain == plain.rstrip()
    assert "ADS" in text


def test_compact_is_a_line_for_each_hit():
    lines = printed(60, printer=print_compact).splitlines()
    assert len(lines) == len(HITS)
    assert all(len(line) <= 60 for line in lines)
    assert re.match(r"1 0\.900 1 notes/one +The damped peaks are low\.", lines[0])
    assert [line[0] for line in lines] == ["1", "2", "3", "4"]


def test_compact_on_the_command_line(example_index: Path):
    result = cli("query", QUESTION, "--compact", "-k", 4, "--index", example_index)
    assert len(result.stdout.splitlines()) == 4
    for more in (["--format", "json"], ["--context", "1"]):
        assert cli("query", QUESTION, "--compact", *more).exit_code == 2


def test_tsv_has_a_cell_for_each_column(example_index: Path):
    rows = cli("query", QUESTION, "--format", "tsv", "-i", example_index).stdout.splitlines()
    columns = rows[0].split("\t")
    assert columns[:4] == ["query", "rank", "score", "sentence_id"]
    assert len(rows) == 11
    assert {len(row.split("\t")) for row in rows} == {len(columns)}
    assert not [row for row in rows if '"' in row.split("\t")[0]]


def test_colour_is_as_asked_for(example_index: Path):
    asked = ("query", QUESTION, "-k", 2, "--index", example_index)
    assert "\x1b[" not in cli(*asked).stdout
    assert "\x1b[" in cli(*asked, "--color", "always").stdout
    assert "\x1b[" in cli(*asked, "--colour", "always", env={"NO_COLOR": ""}).stdout
    assert "\x1b[" not in cli(*asked, "--color", "never", env={"FORCE_COLOR": "1"}).stdout
    assert "\x1b[" in cli("show", MERGERS, "--color", "always", "-i", example_index).stdout


MERGERS = "2501.99001"

# Magenta, and what it stands on, in the usual palettes of terminals: light grounds and dark ones.
GROUNDS = {
    "xterm": [("#cd00cd", "#ffffff"), ("#cd00cd", "#000000")],
    "Tango": [("#75507b", "#ffffff"), ("#ad7fa8", "#300a24")],
    "Solarized": [("#d33682", "#fdf6e3"), ("#d33682", "#002b36")],
    "VS Code": [("#bc05bc", "#ffffff"), ("#bc3fbc", "#1e1e1e")],
    "macOS": [("#b200b2", "#ffffff"), ("#b200b2", "#000000")],
    "Windows": [("#b4009e", "#0c0c0c"), ("#b4009e", "#ffffff")],  # bold is bright there
}


def luminance(colour: str) -> float:
    """As WCAG 2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(weight * p for weight, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("palette", GROUNDS)
def test_lit_words_can_be_read_on_light_and_dark(palette: str):
    assert LIT == "bold magenta"
    for ink, ground in GROUNDS[palette]:
        high, low = sorted((luminance(ink), luminance(ground)), reverse=True)
        assert (high + 0.05) / (low + 0.05) >= 2.7, (palette, ink, ground)


def test_only_colours_that_can_be_read_are_used():
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="standard")
    print_hits(console, "damping peaks", HITS, contexts={1: ([HITS[1].sentence], [])})
    print_shown(console, Shown(ONE, (HITS[0].sentence, HITS[2].sentence), HITS[0].sentence))
    codes = {
        code
        for found in re.findall(r"\x1b\[([0-9;]*)m", file.getvalue())
        for code in found.split(";")
    }
    assert codes <= {"0", "1", "2", "3", "4", "35"}


def test_hits_and_results_print_short(example_index: Path):
    with astrosearch.open(example_index) as index:
        hits, found = index.query("dust", k=20), index.query_batch(["dust"] * 9, k=3)
        assert re.fullmatch(r"Index\('.*': 41 papers, 1,431 sentences, default\)", repr(index))
    assert str(hits).splitlines()[0] == "20 hits for 'dust'"
    assert str(hits).splitlines()[-1] == "... and 10 more"
    assert max(map(len, str(hits).splitlines())) < 170
    assert str(found).splitlines()[0] == "9 queries"
    assert len(str(found).splitlines()) < 20
    assert repr(index) == f"Index({str(example_index)!r})"  # closed


def test_a_summary_shows_itself_in_a_notebook():
    failed = [(f"<{n}>.tex", "it is empty") for n in range(30)]
    html = astrosearch.Summary(papers_added=1200, failed=failed)._repr_html_()
    assert "papers added: 1,200" in html
    assert "not read (30)" in html
    assert "&lt;0&gt;.tex: it is empty" in html
    assert "replaced" not in html


def test_info_says_what_is_there_and_no_zeros(example_index: Path):
    text = cli("info", "--index", example_index).stdout
    for part in (
        "last written",
        "astrosearch 0",
        str(EXAMPLES),
        "without year",
        "41 (33 with full",
    ):
        assert part in text
    for zero in ("dead", "not coded", "codes", "not read", "being written"):
        assert zero not in text


def test_progress_counts_papers(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    told: list[Any] = []
    astrosearch.build(EXAMPLES / "cosmology", index=tmp_path / "index", progress=told.append)
    assert told
    last = told[-1]
    assert (last.papers, last.total_papers, last.fraction) == (6, 6, 1.0)
    assert all(step.papers <= step.total_papers for step in told)
    assert [step.papers for step in told] == sorted(step.papers for step in told)
    astrosearch.build(EXAMPLES / "cosmology", index=tmp_path / "index")
    assert capsys.readouterr().err == ""


def test_lines_of_progress_become_rare(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    from astrosearch.indexing.summary import Progress
    from astrosearch.output import progress as module

    class Clock:
        now = 1000.0

        def monotonic(self) -> float:
            return self.now

    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    with showing_progress() as tell:
        for step in range(36_000):  # ten hours
            clock.now += 1
            tell(Progress(1, 1, step, step / 36_000, step // 10, 3600))
    lines = capsys.readouterr().err.splitlines()
    assert 5 < len(lines) < 80
    assert "of about 3,600 papers" in lines[0]
    assert "left" in lines[-1]


def test_quiet_says_nothing_but_what_failed(tmp_path: Path, corpus: Path):
    index = tmp_path / "index"
    assert cli("index", corpus, "--index", index, "--quiet").output == ""
    (corpus / "bad.txt").write_bytes(b"\x00\x01\x02" * 999)
    text = cli("index", corpus, "--index", index, "-q").output
    assert "bad.txt" in text
    assert "holds" not in text


def test_verbose_lists_every_file(tmp_path: Path, corpus: Path):
    for n in range(30):
        (corpus / f"bad{n}.txt").write_bytes(b"\x00\x01\x02" * 999)
    index = tmp_path / "index"
    short = cli("index", corpus, "--index", index).output
    assert "and 10 more" in short
    assert "more" not in cli("index", corpus, "--index", index, "--verbose").output


def test_a_notebook_shows_one_line_of_progress(
    tmp_path: Path,
    corpus: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    from tests.support.encoders import WordEncoder

    class Shell:
        kernel = "a notebook's"

    class IPython:
        get_ipython = Shell

    monkeypatch.setitem(sys.modules, "IPython", IPython)
    astrosearch.build(corpus, index=tmp_path / "index", encoder=WordEncoder())
    written = capsys.readouterr().err
    assert written.startswith("\rindexing ")
    assert " papers, " in written
    assert "\n" not in written
    astrosearch.build(corpus, index=tmp_path / "b", encoder=WordEncoder(), progress=False)
    assert capsys.readouterr().err == ""

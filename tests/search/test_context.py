"""Paragraphs, a sentence shown within its own, and the sentences around a hit."""

from __future__ import annotations

import io
import itertools
import json
import re
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.maintenance.verify import verify
from astrosearch.output.show import print_shown
from astrosearch.output.terminal import print_hits
from astrosearch.search.overview import look_up
from astrosearch.store.reader import Store
from astrosearch.store.schema import SENTENCE_SUM_BEFORE, know_sums
from tests.conftest import record
from tests.support.encoders import WordEncoder

LATEX = r"""\documentclass{article}
\title{Rings of dust}
\begin{document}
\maketitle
\begin{abstract}
Rings are seen in discs. Planets may carve them.
\end{abstract}
\section{Drift}
Grains drift inwards\footnote{Unless they are tiny. Those stay.} at the speed
\begin{equation} v = -2 \tau \eta v_K , \end{equation}
where $\tau$ is the stopping time. Large grains drift fast.
%
They pile up in traps.

Traps come in kinds. These are known:
\begin{itemize}
\item Edges of dead zones. They are sharp.
\item Gaps of planets.
\end{itemize}
Both are seen.
%
They last.
\input{end}
\end{document}
"""
END = "\\section{End}\nWe thank all. Goodbye.\n"
PLAIN = """Winds of giants

Introduction

Giants lose mass. The wind is slow.
It carries dust.

Dust grains form far out. They scatter light.
"""
MARKDOWN = """# Jets of young stars

## Launch

Jets are *cold*. They are narrow.

- Knots move. They fade.
- Shocks glow.
"""


def texts_of(index: Path, paper: str) -> list[list[str]]:
    """Sentences of a paper, a list a paragraph."""
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        _, sentences = opened.paper(paper)
    numbers = [s.paragraph for s in sentences]
    assert numbers == sorted(numbers, key=lambda number: number or 0)
    assert set(numbers) == set(range(1, len(set(numbers)) + 1))
    groups = itertools.groupby(sentences, lambda s: s.paragraph)
    return [[s.text for s in group] for _, group in groups]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "rings").mkdir(parents=True)
    (folder / "rings/main.tex").write_text(LATEX)
    (folder / "rings/end.tex").write_text(END)
    (folder / "winds.txt").write_text(PLAIN)
    (folder / "jets.md").write_text(MARKDOWN)
    abstract = "We look at haloes. They are round.\n  We end here. Thanks."
    (folder / "records.jsonl").write_text(record("2501.99101", "On haloes", abstract) + "\n")
    return folder


def cli(index: Path, *arguments: object) -> Result:
    return CliRunner().invoke(main, [*map(str, arguments), "--index", str(index)])


def id_of(index: Path, beginning: str) -> int:
    with sqlite3.connect(index / "astrosearch.db") as db:
        ((found,),) = db.execute(
            "SELECT sentence_id FROM sentences WHERE text LIKE ?", [beginning + "%"]
        )
    db.close()
    return int(found)


# -- paragraphs


def test_paragraphs_of_latex_hold_their_formulas_and_end_at_items(built: Path):
    paragraphs = texts_of(built, "rings/main")
    assert [paragraph[0].split()[0] for paragraph in paragraphs] == [
        *("Rings", "Rings", "Grains", "Unless", "Traps", "Edges", "Gaps", "Both", "We")
    ]
    assert paragraphs[1] == ["Rings are seen in discs.", "Planets may carve them."]
    drift = paragraphs[2]
    assert len(drift) == 3
    assert "where τ is the stopping time" in drift[0]
    assert drift[2] == "They pile up in traps."
    assert paragraphs[-1] == ["We thank all.", "Goodbye."]


def test_paragraphs_of_text_markdown_and_metadata(built: Path):
    assert texts_of(built, "winds") == [
        ["Winds of giants"],
        ["Giants lose mass.", "The wind is slow.", "It carries dust."],
        ["Dust grains form far out.", "They scatter light."],
    ]
    assert texts_of(built, "jets") == [
        ["Jets of young stars"],
        ["Jets are cold.", "They are narrow."],
        ["Knots move.", "They fade."],
        ["Shocks glow."],
    ]
    assert texts_of(built, "2501.99101") == [
        ["On haloes"],
        ["We look at haloes.", "They are round."],
        ["We end here.", "Thanks."],
    ]
    assert verify(built) == []


def test_paragraphs_may_move_alone(corpus: Path, built: Path):
    main = corpus / "rings/main.tex"
    before = id_of(built, "They last")
    assert ["Both are seen.", "They last."] in texts_of(built, "rings/main")
    main.write_text(main.read_text().replace("%\nThey last", "\nThey last"))
    encoder = WordEncoder()
    astrosearch.build(corpus, index=built, encoder=encoder)
    assert encoder.seen == []
    assert id_of(built, "They last") == before
    assert ["They last."] in texts_of(built, "rings/main")
    assert verify(built) == []


def test_a_paragraph_that_was_altered_is_damage(built: Path):
    number = id_of(built, "Large grains")
    with sqlite3.connect(built / "astrosearch.db") as db:
        db.execute("UPDATE sentences SET paragraph = 1 WHERE sentence_id = ?", [number])
    db.close()
    result = cli(built, "show", number)
    assert result.exit_code == 1
    assert f"sentence {number} is damaged" in result.stderr
    assert cli(built, "verify").exit_code == 1


def as_format_3(index: Path) -> None:
    """Make an index as it was before paragraphs."""
    with sqlite3.connect(index / "astrosearch.db") as db:
        know_sums(db)
        db.execute("UPDATE sentences SET paragraph = NULL")
        db.execute(f"UPDATE sentences SET checksum = {SENTENCE_SUM_BEFORE}")
        db.execute("ALTER TABLE sentences DROP COLUMN paragraph")
        db.execute("DROP TABLE words")
        db.execute("UPDATE editions SET places = 'of files and lines alone'")
        db.execute("UPDATE meta SET value = '3' WHERE key = 'format_version'")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_words'")
    db.close()
    (index / "astrosearch.db.sha256").unlink()


def test_format_3_is_read_without_paragraphs_until_papers_are_read_again(corpus: Path, built: Path):
    as_format_3(built)
    assert verify(built) == []
    number = id_of(built, "Large grains")
    shown = json.loads(cli(built, "show", number, "--format", "json").stdout)["sentences"]
    assert [s["paragraph"] for s in shown] == [None] * 7
    assert cli(built, "show", number).exit_code == 0
    (corpus / "winds.txt").write_text(PLAIN + "\n")  # asks for a new reading
    encoder = WordEncoder()
    astrosearch.build(corpus, index=built, encoder=encoder)
    assert encoder.seen == []
    assert texts_of(built, "winds")[2][1] == "They scatter light."
    with astrosearch.open(built, encoder=encoder) as opened:
        assert opened.sentence(number)[0].paragraph is None
    assert verify(built) == []
    astrosearch.build(corpus, index=built, encoder=encoder, rebuild=True)
    assert len(texts_of(built, "rings/main")) == 9


# -- show


def test_show_marks_a_sentence_within_its_paragraph(built: Path):
    number = id_of(built, "Large grains")
    out = cli(built, "show", number).stdout
    assert "Drift  rings/main.tex:11\n" in out
    blocks = re.split(r"\n\n", out.strip())
    own = next(block for block in blocks if "Large grains" in block)
    assert re.search(rf"^> {number}  Large grains drift fast\.$", own, re.MULTILINE)
    assert "Grains drift inwards" in own
    assert "They pile up" in own
    assert "Unless they" not in own
    assert f"previous {number - 1} · next {number + 1}" in blocks[-1]


def test_show_has_the_whole_of_a_long_paragraph_and_what_is_next_to_it(tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    long = " ".join(f"Star number {n} shines." for n in range(40))
    text = f"Stars\n\nIntroduction\n\nBefore it. Just before.\n\n{long}\n\nJust after. Later on.\n"
    (tmp_path / "corpus/stars.txt").write_text(text)
    index = tmp_path / "index"
    astrosearch.build(tmp_path / "corpus", index=index, encoder=WordEncoder())
    number = id_of(index, "Star number 20")
    shown = json.loads(cli(index, "show", number, "--format", "json").stdout)["sentences"]
    assert [shown[0]["text"], shown[-1]["text"]] == ["Just before.", "Just after."]
    assert len(shown) == 42
    assert {s["paragraph"] for s in shown[1:-1]} == {3}
    assert list(shown[0]) == ["sentence_id", "text", "section", "source", "paragraph"]


@pytest.mark.parametrize("width", [30, 80, 140])
def test_show_dims_what_is_around_the_paragraph(built: Path, width: int):
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=True, color_system="standard")
    number = id_of(built, "Traps come")
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        print_shown(console, look_up(opened, str(number)))
    out = file.getvalue()
    assert "\x1b[1;35mTraps come in kinds." in out
    assert "\x1b[2mEdges of dead zones." in out
    assert "These are known:" in out
    assert "\x1b[2mThese" not in out
    lines = re.sub(r"\x1b\[[0-9;]*m", "", out).splitlines()
    assert all(len(line) <= width for line in lines)


def test_show_of_a_paper_parts_its_paragraphs(built: Path):
    out = cli(built, "show", "winds").stdout
    paragraph = next(block for block in out.split("\n\n") if "Giants lose mass" in block)
    assert [line.split()[1] for line in paragraph.splitlines()[1:]] == ["Giants", "The", "It"]
    assert re.search(r"It carries dust\.\n\n *\d+  Dust grains form", out)
    assert "previous" not in out
    assert ">" not in out


def test_show_at_a_papers_first_and_last_sentence(built: Path):
    first, last = id_of(built, "Winds of giants"), id_of(built, "They scatter")
    assert cli(built, "show", first).stdout.endswith(f"\nnext {first + 1}\n")
    assert cli(built, "show", last).stdout.endswith(f"\nprevious {last - 1}\n")


# -- the context of hits


def test_context_of_a_hit_or_a_sentence(built: Path):
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        (hit,) = opened.query("The wind is slow", 1)
        before, after = opened.context(hit, 2)
        assert [s.text for s in before] == ["Winds of giants", "Giants lose mass."]
        assert [s.text for s in after] == ["It carries dust.", "Dust grains form far out."]
        assert opened.context(hit.sentence.id, 2) == (before, after)
        assert opened.context(hit, 0) == ([], [])
        last = id_of(built, "They scatter")
        _, sentences = opened.paper("winds")
        assert opened.context(last, 10**30) == (sentences[:-1], [])
        assert opened.context(sentences[0].id, 1) == ([], sentences[1:2])
        with pytest.raises(NotFound, match="no sentence 999"):
            opened.context(999)
        with pytest.raises(AstrosearchError, match=r"-1 sentences.*\n.*0 or more"):
            opened.context(hit, -1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 60), max_size=8), st.integers(0, 12))
def test_contexts_are_those_counted_by_hand(
    all_of: dict[str, list[int]], index_of_all: astrosearch.Index, ids: list[int], n: int
):
    found = index_of_all.contexts(ids, n)
    expected = {}
    for numbers in all_of.values():
        for at, number in enumerate(numbers):
            if number in ids:
                expected[number] = numbers[max(0, at - n) : at], numbers[at + 1 : at + 1 + n]
    assert {i: tuple([s.id for s in side] for side in sides) for i, sides in found.items()} == (
        expected
    )


@pytest.fixture(scope="module")
def index_of_all(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("all")
    (folder / "corpus").mkdir()
    for name, count in (("a", 9), ("b", 1), ("c", 20)):
        text = " ".join(f"Cloud {name} {n} moves on." for n in range(count))
        (folder / f"corpus/{name}.txt").write_text(f"Clouds {name}\n\nAbstract\n\n{text}\n")
    astrosearch.build(folder / "corpus", index=folder / "index", encoder=WordEncoder())
    with astrosearch.open(folder / "index", encoder=WordEncoder()) as opened:
        yield opened


@pytest.fixture(scope="module")
def all_of(index_of_all: astrosearch.Index) -> dict[str, list[int]]:
    return {name: [s.id for s in index_of_all.paper(name)[1]] for name in "abc"}


def test_all_hits_contexts_are_one_look_up(
    index_of_all: astrosearch.Index, monkeypatch: pytest.MonkeyPatch
):
    asked: list[str] = []
    rows = Store.rows

    def noted(store: Store, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return rows(store, sql, values)

    monkeypatch.setattr(Store, "rows", noted)
    assert len(index_of_all.contexts([1], 2)) == 1
    few = len(asked)
    asked.clear()
    assert len(index_of_all.contexts(range(1, 30), 2)) == 29
    assert len(asked) == few


@pytest.mark.parametrize("command", ["query", "similar"])
def test_context_on_the_command_line(built: Path, monkeypatch: pytest.MonkeyPatch, command: str):
    monkeypatch.setattr("astrosearch.encoder.load_encoder", lambda *_: WordEncoder())
    asked = "the wind is slow" if command == "query" else str(id_of(built, "The wind"))
    plain = json.loads(cli(built, command, asked, "-k", 3, "--format", "json").stdout)["hits"]
    assert all("context" not in hit for hit in plain)
    out = cli(built, command, asked, "-k", 3, "--context", 1, "--format", "json").stdout
    hits = json.loads(out)["hits"]
    assert [{**hit, "context": 0} for hit in hits] == [{**hit, "context": 0} for hit in plain]
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        for hit in hits:
            before, after = opened.context(hit["sentence_id"], 1)
            texts = {"before": [s.text for s in before], "after": [s.text for s in after]}
            assert hit["context"] == texts
    table = cli(built, command, asked, "-k", 1, "--context", 1).stdout
    (around, *_) = hits
    flat = " ".join(table.split())
    assert all(text in flat for side in around["context"].values() for text in side)
    for wrong in ("csv", "bibtex"):
        result = cli(built, command, asked, "--context", 1, "--format", wrong)
        assert result.exit_code == 2
        assert "--format table or --format json" in result.stderr
        assert cli(built, command, asked, "--context", 0, "--format", wrong).exit_code == 0
    for number in ("-1", "many"):
        assert cli(built, command, asked, "--context", number).exit_code == 2
    assert cli(built, command, asked, "--context", 10**30).exit_code == 0


def test_context_is_dim_before_and_after_the_hit(built: Path):
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, color_system="standard")
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        hits = opened.query("The wind is slow", 1)
        contexts = opened.contexts([hits[0].sentence.id], 1)
    print_hits(console, "wind", hits, contexts=contexts)
    before, hit, after = (file.getvalue().index(t) for t in ("Giants lose", "is slow", "It carr"))
    assert before < hit < after
    assert "\x1b[2mGiants lose mass." in file.getvalue()
    assert "\x1b[2mIt carries dust." in file.getvalue()


def test_a_sentence_that_is_gone_has_no_context(corpus: Path, built: Path):
    number = id_of(built, "The wind")
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        assert list(opened.contexts([number])) == [number]
        (corpus / "winds.txt").write_text(PLAIN.replace("slow", "fast"))
        astrosearch.build(corpus, index=built, encoder=WordEncoder())
        assert opened.contexts([number]) == {}

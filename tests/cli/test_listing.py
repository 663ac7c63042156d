"""The papers of an index, listed; and writers that wait for each other."""

from __future__ import annotations

import csv
import io
import json
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pybtex.database import parse_string

import astrosearch
from astrosearch.cli import waiting
from astrosearch.cli.main import main
from astrosearch.lock import WriterLock, writer_of
from tests.support.encoders import WordEncoder


def cli(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)


def listed(index: Path, *arguments: object) -> list[dict[str, Any]]:
    result = cli("papers", *arguments, "--format", "json", "--index", index)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_every_paper_is_listed_with_its_sentences(example_index: Path):
    papers = listed(example_index)
    with astrosearch.open(example_index) as index:
        assert len(papers) == index.counts.papers == 41
        assert sum(paper["sentences"] for paper in papers) == len(index)
    years = [paper["year"] for paper in papers]
    known = [year for year in years if year is not None]
    assert known == sorted(known)
    assert years[len(known) :] == [None] * (len(years) - len(known))


def test_papers_are_chosen_and_sorted(example_index: Path):
    papers = listed(example_index, "--author", "Templar", "--year", "2025")
    assert papers
    assert all("C. Templar" in paper["authors"] and paper["year"] == 2025 for paper in papers)
    titles = [paper["title"] for paper in listed(example_index, "stars", "--sort", "title")]
    assert len(titles) > 2
    assert all("stars" in title.lower() for title in titles)
    counts = [p["sentences"] for p in listed(example_index, "--sort", "sentences", "-n", 5)]
    assert counts == sorted(counts, reverse=True)
    assert len(counts) == 5
    newest = [p["year"] for p in listed(example_index, "--sort", "-year") if p["year"]]
    assert newest == sorted(newest, reverse=True)
    assert listed(example_index, "--author", "Nobody") == []


def test_papers_are_written_for_people_and_programs(example_index: Path):
    table = cli("papers", "--index", example_index)
    assert len(table.stdout.splitlines()) == 41
    assert "41 of 41 papers" in table.stderr
    for format, tab in (("csv", ","), ("tsv", "\t")):
        text = cli("papers", "--format", format, "--index", example_index).stdout
        rows = list(csv.DictReader(io.StringIO(text), delimiter=tab))
        assert len(rows) == 41
        assert {"paper_id", "title", "authors", "year", "sentences"} <= rows[0].keys()
    text = cli("papers", "--format", "bibtex", "--index", example_index).stdout
    assert len(parse_string(text, "bibtex").entries) == 41


def test_a_paper_without_a_title_is_called_as_its_file_or_folder(
    tmp_path: Path, encoder: WordEncoder
):
    (tmp_path / "winds").mkdir()
    tex = r"\documentclass{article}\title{}\begin{document}Dust drives winds.\end{document}"
    for name in ("winds/main.tex", "winds-of-giants.tex", "2501.99001.tex"):
        (tmp_path / name).write_text(tex)
    record = {"id": "10.3847/1538-4357/abcd", "title": "", "abstract": "Dust again."}
    (tmp_path / "r.jsonl").write_text(json.dumps(record | {"categories": "astro-ph.SR"}))
    astrosearch.build(tmp_path, index=tmp_path / "index", encoder=encoder)
    assert {paper["title"] for paper in listed(tmp_path / "index")} == {None}
    lines = cli("papers", "--index", tmp_path / "index").stdout.splitlines()
    ends = {line.split()[0]: line.split()[-1] for line in lines}
    doi = "10.3847/1538-4357/abcd"
    assert ends == {
        **{"winds/main": "winds", "winds-of-giants": "winds-of-giants"},
        **{"2501.99001": "2501.99001", doi: doi},
    }
    query = ("query", "dust", "--mode", "lexical", "--no-fold", "--index", tmp_path / "index")
    assert "winds · " in cli(*query).stdout
    for id, name in ends.items():
        assert name in cli("show", id, "--index", tmp_path / "index").stdout.splitlines()[0]


def test_a_line_is_cut_at_the_width_of_a_terminal(example_index: Path):
    text = cli("papers", "--index", example_index, env={"COLUMNS": "70"}).stdout
    assert len(text.splitlines()) == 41
    assert max(map(len, text.splitlines())) <= 70


def test_a_writer_that_waits_begins_when_the_other_ends(
    built: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(waiting, "SECONDS", 0.01)
    begun, ended = threading.Event(), []

    def hold() -> None:
        with WriterLock(built):
            begun.set()
            time.sleep(0.5)
            ended.append(time.monotonic())

    other = threading.Thread(target=hold)
    other.start()
    begun.wait()
    assert "--wait" in cli("optimize", "--index", built).stderr
    result = cli("optimize", "--wait", "--index", built)
    other.join()
    assert result.exit_code == 0, result.output
    assert ended
    assert result.stderr.startswith("waiting: ")
    assert "is being written by process" in result.stderr


def test_info_names_the_process_that_writes(built: Path):
    def said() -> Any:
        return json.loads(cli("info", "--format", "json", "--index", built).stdout)

    assert said()["being_written_by"] is None
    with WriterLock(built):
        assert said()["being_written_by"].startswith("process ")
        assert "being written" in cli("info", "--index", built).stdout
    assert writer_of(built) is None
    (built / "writer.lock").write_text('{"pid": 99999999, "since": "2025"}')  # a killed one's
    assert writer_of(built) is None


def test_removing_takes_names_but_no_titles(example_copy: Path):
    result = cli(
        "remove", "arXiv:2501.99001v2", "https://arxiv.org/abs/2501.99002", "-i", example_copy
    )
    assert "removed 2 papers" in result.stderr
    assert cli("remove", "acoustic peaks", "--index", example_copy).exit_code == 1
    assert len(listed(example_copy)) == 39


def test_a_query_by_author_or_year_alone_is_a_list(example_index: Path):
    lines = cli("query", "author:Templar", "-k", 4, "-i", example_index).stdout.splitlines()
    assert len(lines) == 4
    assert all("Templar" in line for line in lines)
    batch = cli("query", "--batch", "-", "-k", 1, "-i", example_index, input="year:2025\ndust\n")
    assert batch.stdout.splitlines()[:2] == ["year:2025", ""]
    assert "  0." in batch.stdout.split("\ndust\n")[1]


def test_json_says_that_nothing_close_was_found(example_index: Path):
    def said(query: str) -> dict[str, Any]:
        result = cli("query", query, "--format", "json", "--index", example_index)
        answer: dict[str, Any] = json.loads(result.stdout)
        return answer

    assert said("zorblax fnord quux")["weak"] is True
    assert "weak" not in said("acoustic peaks at small scales")


def test_each_query_of_a_batch_says_for_itself_that_nothing_close_was_found(
    example_index: Path, tmp_path: Path
):
    queries = ["zorblax fnord quux", "acoustic peaks at small scales", "year:2025", "florb grelk"]
    (tmp_path / "q.txt").write_text("\n".join(queries))
    for mode, weak in (("hybrid", [True, False, False, True]), ("lexical", [False] * 4)):
        asked = ("query", "--batch", tmp_path / "q.txt", "--format", "json", "--mode", mode)
        result = cli(*asked, "--index", example_index)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        assert [line["query"] for line in lines] == queries
        assert [line.get("weak", False) for line in lines] == weak
        assert ("nothing close for 2 of 4 queries" in result.stderr) == any(weak)

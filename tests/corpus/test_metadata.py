"""arXiv's metadata records as papers: fields, TeX, broken lines, memory."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus import metadata
from astrosearch.corpus.authors import split_authors
from astrosearch.corpus.document import Document, LeftOut
from astrosearch.corpus.fragment import render
from astrosearch.corpus.metadata import is_metadata, read_metadata
from astrosearch.errors import Unreadable
from tests.support.counts import examples

RECORD: dict[str, Any] = {
    "id": "0704.0009",
    "submitter": "A. Adams",
    "authors": "A. Adams and B. Brown",
    "title": "Cold dust in\n  warm discs",
    "abstract": "  We weigh dust grains in\ntwelve discs.\n  They are cold.\n",
    "categories": "astro-ph.EP physics.space-ph",
    "doi": "10.1000/x",
    "journal-ref": None,
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 1 Jan 2008 00:00:00 GMT"},
    ],
    "update_date": "2009-02-05",
    "authors_parsed": [["Adams", "Ann", ""], ["Brown", "Bob", "Jr."]],
}


def records(path: Path, content: str | bytes, **options: bool) -> list[Document | Unreadable]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_metadata(path, path.name, **options))


def one(tmp_path: Path, **changed: Any) -> Document:
    (document,) = records(tmp_path / "m.jsonl", json.dumps(RECORD | changed))
    assert isinstance(document, Document), document
    return document


def refusals(found: list[Document | Unreadable]) -> dict[str, str]:
    return {each.name: each.reason for each in found if isinstance(each, Unreadable)}


def test_a_record_becomes_a_paper_with_title_and_abstract(tmp_path: Path) -> None:
    document = one(tmp_path)
    paper = document.paper
    assert (paper.id, paper.title, paper.year) == ("0704.0009", "Cold dust in warm discs", 2007)
    assert paper.authors == ("Ann Adams", "Bob Brown Jr.")
    assert paper.categories == ("astro-ph.EP", "physics.space-ph")
    assert (paper.doi, paper.url) == ("10.1000/x", "https://arxiv.org/abs/0704.0009")
    assert (document.full_text, document.version, document.parts) == (False, 2, ("m.jsonl",))
    assert [(each.section, each.text) for each in document.passages] == [
        ("Title", "Cold dust in warm discs"),
        ("Abstract", "We weigh dust grains in twelve discs."),
        ("Abstract", "They are cold."),  # two blanks begin a paragraph
    ]


def test_the_year_comes_from_the_first_version_else_created_else_the_id(tmp_path: Path) -> None:
    assert one(tmp_path, versions=None, created="2006-12-31").paper.year == 2006
    assert one(tmp_path, versions=[], created=None).paper.year == 2007
    assert one(tmp_path, id="hep-th/9901001", versions=None).paper.year == 1999
    unknown = one(tmp_path, id="mine-17", versions=None, update_date=None).paper
    assert (unknown.year, unknown.url, unknown.year_estimated) == (None, None, False)
    changed = one(tmp_path, id="mine-17", versions=None).paper
    assert (changed.year, changed.year_estimated) == (2009, True)
    printed = one(tmp_path, id="mine-17", versions=None, **{"journal-ref": "ApJ 1999 (2005) 2011"})
    assert (printed.paper.year, printed.paper.journal) == (2005, "ApJ 1999 (2005) 2011")


def test_only_astro_ph_is_kept_unless_all_are_asked_for(tmp_path: Path) -> None:
    lines = "\n".join(
        json.dumps(RECORD | {"id": f"0704.000{i}", "categories": each})
        for i, each in enumerate(["gr-qc astro-ph", "astro-ph.CO", "hep-th", "math.AP"])
    )
    path = tmp_path / "m.jsonl"
    *kept, others = records(path, lines)
    assert len(kept) == 2
    assert isinstance(others, LeftOut)
    assert others.count == 2
    assert len(records(path, lines, all_categories=True)) == 4
    none = refusals(records(path, lines.split("\n")[2]))
    assert none == {"m.jsonl": "none of its 1 records is in astro-ph"}


def test_wrong_lines_are_listed_with_their_number_and_the_rest_goes_on(tmp_path: Path) -> None:
    good = json.dumps(RECORD)
    lines = [
        good,
        '{"id": "0704.0001", "abstract": ',
        "",
        json.dumps(RECORD | {"id": None}),
        json.dumps(RECORD | {"abstract": " "}),
        json.dumps(RECORD | {"title": ["x"]}),
        json.dumps(RECORD | {"authors_parsed": [["A", 1]]}),
        json.dumps(RECORD | {"categories": 7}),
        "[" * 100_000,
        "17",
        good,
    ]
    content = "\n".join(lines).encode() + b'\n{"id": "\xff"}\n' + good.encode()
    found = records(tmp_path / "m.jsonl", content)
    reasons = refusals(found)
    assert [each.passages[0].origins[0].line for each in found if isinstance(each, Document)] == [
        1,
        11,
        13,
    ]
    assert list(reasons) == [f"m.jsonl:{line}" for line in (2, 4, 5, 6, 7, 8, 9, 10, 12)]
    assert "without id" in reasons["m.jsonl:4"]
    assert "without abstract" in reasons["m.jsonl:5"]
    assert reasons["m.jsonl:12"] == "not UTF-8"


@pytest.mark.parametrize("name", ["m.jsonl", "m.json", "m.jsonl.gz", "m.json.gz"])
def test_lines_arrays_and_single_objects_are_read_also_gzipped(tmp_path: Path, name: str) -> None:
    second = RECORD | {"id": "0704.0010", "title": 'Brackets "}{][" in a \\ title'}
    both = [RECORD, second]
    forms = {
        "\n".join(map(json.dumps, both)): [1, 2],
        "[" + ",\n".join(map(json.dumps, both)) + "]": [1, 2],
        json.dumps(both): [1, 1],
        json.dumps(both, indent=2): [2, 2 + json.dumps(RECORD, indent=2).count("\n") + 1],
        json.dumps(RECORD): [1],
        json.dumps(RECORD, indent=1): [1],
        "\ufeff" + json.dumps(RECORD) + "\r\n": [1],
    }
    for text, lines in forms.items():
        content = text.encode()
        if name.endswith(".gz"):
            content = gzip.compress(content)
        found = records(tmp_path / name, content)
        assert is_metadata(tmp_path / name)
        assert refusals(found) == {}
        assert [d.passages[0].origins[0].line for d in found if isinstance(d, Document)] == lines


def test_an_array_cut_off_gives_what_is_whole(tmp_path: Path) -> None:
    text = json.dumps([RECORD, RECORD], indent=1)
    first, failure = records(tmp_path / "m.json", text[:-20])
    assert isinstance(first, Document)
    assert isinstance(failure, Unreadable)
    assert "ends inside" in failure.reason
    assert failure.name.startswith("m.json:")


def test_a_cut_off_gzip_file_gives_what_is_whole(tmp_path: Path) -> None:
    lines = "\n".join(json.dumps(RECORD | {"id": f"0704.{i:04}"}) for i in range(3000))
    found = records(tmp_path / "m.jsonl.gz", gzip.compress(lines.encode())[:-100])
    assert len(found) > 100
    assert list(refusals(found).values())[-1] == "the gzip file is cut off"


def test_json_of_another_kind_is_told_without_reading_it(tmp_path: Path) -> None:
    for content in ('{"name": "x", "version": "1"}', '{"cells": [{"id": "a"}]}', "[1, 2]", "", "x"):
        path = tmp_path / "x.json"
        path.write_text(content)
        assert not is_metadata(path)


def test_a_broken_gzip_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "m.jsonl.gz"
    found = records(path, b"\x1f\x8bnonsense")
    assert is_metadata(path)
    assert "broken gzip file" in refusals(found)["m.jsonl.gz"]


def test_a_huge_line_is_skipped_and_memory_stays_flat(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metadata, "MAX_RECORD_BYTES", 2**20)
    path = tmp_path / "m.jsonl"
    line = json.dumps(RECORD).encode() + b"\n"
    with path.open("wb") as file:
        for _ in range(1000):
            file.write(line)
        for _ in range(24):
            file.write(b"x" * 2**20)
        file.write(b"\n" + line)
    tracemalloc.start()
    kept = 0
    reasons = []
    for each in read_metadata(path, "m.jsonl"):
        kept += isinstance(each, Document)
        reasons += [str(each)] if isinstance(each, Unreadable) else []
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert kept == 1001
    assert reasons == ["m.jsonl:1001: a record of more than 1 MiB"]
    assert peak < 12 * 2**20


def test_half_a_surrogate_pair_does_not_reach_the_index(tmp_path: Path) -> None:
    text = one(tmp_path, abstract="Dust \ud800 grains").passages[1].text
    assert text == "Dust ? grains"


@given(st.binary(max_size=300))
@settings(max_examples=examples(100))
def test_no_bytes_raise(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    path = tmp_path_factory.mktemp("noise") / "m.jsonl"
    for content in (noise, b"[" + noise, json.dumps(RECORD).encode() + b"\n" + noise):
        assert all(isinstance(each, Document | Unreadable) for each in records(path, content))


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("A. Adams, B. Brown", ("A. Adams", "B. Brown")),
        ("A. Adams, B. Brown, and C. Clark", ("A. Adams", "B. Brown", "C. Clark")),
        ("A. Adams (1 and 2), B. Brown (2) ((1) Here, (2) There)", ("A. Adams", "B. Brown")),
        ("A. Adams (Institute of Dust, Town", ("A. Adams",)),
        ("A. Adams Jr., B. Brown, III", ("A. Adams Jr.", "B. Brown III")),
        ("A. Adams for the DUST Collaboration", ("A. Adams", "the DUST Collaboration")),
        ("DUST Collaboration: A. Adams, et al.", ("DUST Collaboration", "A. Adams")),
        ("Adams, A.; van Brown, B. C.; Clark, Cy", ("A. Adams", "B. C. van Brown", "Cy Clark")),
        ("Adams, Jr., A.; Brown, B.", ("A. Adams Jr.", "B. Brown")),
        ("Adams, A., Brown, B.-C., and Clark, CD", ("A. Adams", "B.-C. Brown", "CD Clark")),
        ("J. Adams, G. Qin", ("J. Adams", "G. Qin")),
        ("Adams, A.", ("A. Adams",)),
        ("DUST Team, :, A. Anders & B. Sandler", ("DUST Team", "A. Anders", "B. Sandler")),
        ("", ()),
    ],
)
def test_author_lines_are_split(line: str, names: tuple[str, ...]) -> None:
    assert split_authors(line) == names


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (
            r"B. Paczy\'nski, M. \v{S}t\v{e}p\'an and K. M\"{u}\ss{}ig",
            "B. Paczyński, M. Štěpán and K. Müßig",
        ),
        (r"Garc\'{\i}a and Mu\~noz", "García and Muñoz"),
        (r"{\em Slow} and \textbf{fast} winds", "Slow and fast winds"),
        (r"about~10\% of {\sc Horizon} runs", "about 10% of Horizon runs"),
        ("a radius of ~ 3 kpc, or (~2 kpc)", "a radius of ~ 3 kpc, or (~2 kpc)"),
        ("the ``old'' law -- and more", "the “old” law – and more"),
        (r"seen before \citep[see][]{Key2001}.", "seen before."),
        (r"lines of \ion{C}{4}", "lines of C IV"),
        (
            "a telescope for $500, less than $900 before",
            "a telescope for $500, less than $900 before",
        ),
    ],
)
def test_tex_in_records_becomes_readable(tex: str, text: str) -> None:
    assert render(tex)[0] == text


def test_formulas_are_marked_with_their_tex() -> None:
    text, marks = render(r"Discs of  $\sim 10^{-3}$ M$_\odot$ lose \(\dot{M}\)")
    assert text[marks[0].start : marks[0].end] == "∼10⁻³"
    assert [each.tex for each in marks] == [r"\sim 10^{-3}", r"_\odot", r"\dot{M}"]


@given(st.text(alphabet="ab $\\{}~^_'`-\"c.é\u0301", max_size=60))
@settings(max_examples=examples(300))
def test_any_fragment_gives_single_spaced_text_and_marks_inside_it(tex: str) -> None:
    text, marks = render(tex)
    assert text == " ".join(text.split())
    assert all(0 <= each.start < each.end <= len(text) for each in marks)
    assert all(a.end <= b.start for a, b in pairwise(marks))

"""Hits as tables: pandas, astropy with FITS, and CSV that both read as it was meant."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

import astrosearch
from astrosearch.output.jsonlines import to_json
from astrosearch.output.spreadsheet import as_no_number, write_csv
from astrosearch.records import COLUMNS, COUNTS, Hit, Paper, Sentence
from astrosearch.results import Hits
from tests.support.encoders import WordEncoder

PAPERS = (
    Paper("1905.08470", "Dust of η Car", ("José Núñez",), 2019, ("astro-ph.SR",), "10.1/x"),
    Paper("1911.01230", "Ice", ("B. Bell",), None),
    Paper("2001.00010"),
)
HITS = Hits(
    (
        Hit(rank, 0.6549270749092102, Sentence(rank, "Grains grow, η.", None, "a.tex", 1), paper)
        for rank, paper in enumerate(PAPERS, 1)
    ),
    "dust",
)


def csv_of(hits: Hits) -> str:
    file = io.StringIO()
    write_csv([(hits.query, hits)], file)
    return file.getvalue()


def test_pandas_knows_whole_years():
    pytest.importorskip("pandas")
    frame = HITS.to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert str(frame["year"].dtype) == "Int64"
    assert frame["year"].isna().tolist() == [False, True, True]
    assert frame["paper_id"].tolist() == [paper.id for paper in PAPERS]
    assert frame["bibcode"][0] == "2019arXiv190508470N"
    assert frame["ads"][0] == "https://ui.adsabs.harvard.edu/abs/arXiv:1905.08470"
    assert frame["doi"][0] == "10.1/x"


def test_astropy_writes_fits_and_reads_it_again(tmp_path: Path):
    table = pytest.importorskip("astropy.table")
    found = HITS.to_astropy()
    assert found.colnames == list(COLUMNS)
    assert found["year"].dtype == np.int64
    assert found["year"].mask.tolist() == [False, True, True]
    assert found["title"][0] == "Dust of η Car"
    assert list(found["title"].mask) == [False, False, True]
    for name in ("hits.fits", "hits.ecsv"):
        found.write(tmp_path / name)
        read = table.Table.read(tmp_path / name)
        assert read["title"][0] == "Dust of η Car"
        assert read["year"].tolist() == [2019, None, None]
        assert read["paper_id"][0] == "1905.08470"


def test_no_hits_are_an_empty_table(tmp_path: Path):
    pytest.importorskip("astropy")
    pytest.importorskip("pandas")
    none = Hits([], "dust")
    assert none.to_astropy().colnames == list(none.to_pandas().columns) == list(COLUMNS)
    none.to_astropy().write(tmp_path / "none.fits")
    assert none.to_bibtex() == ""


def test_hits_of_papers_have_their_counts():
    pytest.importorskip("astropy")
    pytest.importorskip("pandas")
    hits = Hits([Hit(1, 0.5, HITS[0].sentence, PAPERS[0], matches=3, alike=1)], "dust")
    assert hits.to_astropy().colnames == list(COLUMNS + COUNTS)
    assert hits.to_pandas()["matches"].tolist() == [3]


def test_a_batch_converts_as_its_answers_do(tmp_path: Path):
    pytest.importorskip("astropy")
    pytest.importorskip("pandas")
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "winds.txt").write_text("Winds\n\nAbstract\n\nThe winds of η Car are dusty.\n")
    astrosearch.build(corpus, index=tmp_path / "index", encoder=WordEncoder())
    with astrosearch.open(tmp_path / "index", encoder=WordEncoder()) as index:
        found = index.query_batch(["dusty winds", "winds"], k=2)
    assert len(found.to_pandas()) == len(found.to_astropy()) == 4
    found.to_astropy().write(tmp_path / "found.fits")
    assert str(found.to_pandas()["year"].dtype) == "Int64"
    assert found.to_bibtex().count("@misc{") == 1
    assert found[0].to_pandas().equals(found.to_pandas()[:2])


def test_csv_is_read_with_its_ids_whole():
    pandas = pytest.importorskip("pandas")
    text = csv_of(HITS)
    ids = [f"arXiv:{paper.id}" for paper in PAPERS]
    assert pandas.read_csv(io.StringIO(text))["paper_id"].tolist() == ids
    table = pytest.importorskip("astropy.table")
    for format in ("csv", "ascii.csv", "ascii"):
        options = {"delimiter": ","} if format == "ascii" else {}
        read = table.Table.read(text, format=format, **options)
        assert read["paper_id"].tolist() == ids


def test_csv_and_json_have_the_same_score():
    pandas = pytest.importorskip("pandas")
    score = json.loads(to_json("dust", HITS))["hits"][0]["score"]
    assert f",{score}," in csv_of(HITS)
    assert pandas.read_csv(io.StringIO(csv_of(HITS)))["score"][0] == score


@pytest.mark.parametrize(
    "id",
    [
        *("2020", "12.5", "1e5", "1E+5", "-3", "inf", "-Infinity", "0x1F", "1,000", "1_000", "3j"),
        *(
            "nan",
            "NA",
            "N/A",
            "null",
            "None",
            "<NA>",
            "#N/A",
            "true",
            "2020-01-02",
            "12:30",
            " 12 ",
        ),
        *(" 12 ", ""),
    ],
)
def test_no_id_is_taken_for_a_number(id: str):
    pandas = pytest.importorskip("pandas")
    hits = Hits([Hit(1, 0.5, HITS[0].sentence, Paper(id))], "dust")
    assert pandas.read_csv(io.StringIO(csv_of(hits)))["paper_id"].tolist() == [f"id:{id}"]


@pytest.mark.parametrize("id", ["notes/2020", "main", "null-tests", "paper 12", "2020/x", "info"])
def test_other_ids_stay_as_they_are(id: str):
    assert as_no_number(id) == id


def test_json_has_doi_bibcode_and_address():
    first, second, third = (hit["paper"] for hit in json.loads(to_json("dust", HITS))["hits"])
    assert (first["doi"], first["bibcode"]) == ("10.1/x", "2019arXiv190508470N")
    assert second["bibcode"] == "2019arXiv191101230B"
    assert (third["doi"], third["bibcode"]) == (None, None)
    assert third["ads"] == "https://ui.adsabs.harvard.edu/abs/arXiv:2001.00010"


@pytest.mark.parametrize(
    ("author", "initial"),
    [
        ("Łukasz Łoś", "L"),
        ("F. van Leeuwen", "V"),
        ("The Planck Collaboration", "P"),
        ("G. 't Hooft", "T"),
        ("Петров", "."),
    ],
)
def test_a_bibcode_ends_with_the_initial(author: str, initial: str):
    assert Paper("0704.0009", authors=(author,)).ads_bibcode == f"2007arXiv0704.0009{initial}"


def test_a_bibcode_that_a_record_gives_is_kept():
    paper = Paper("0704.0009", authors=("A. Ames",), bibcode="2008A&A...477....1A")
    assert paper.ads_bibcode == "2008A&A...477....1A"
    assert paper.ads == "https://ui.adsabs.harvard.edu/abs/2008A%26A...477....1A"

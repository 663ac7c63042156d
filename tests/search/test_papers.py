"""Hits folded, gathered by paper and spread; likeness of several and of a text of one's own."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

import astrosearch
from astrosearch.cli.main import main
from astrosearch.corpus.drafts import sentences_in
from astrosearch.corpus.tree import MAX_FILE_BYTES
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.records import COLUMNS, Hit
from astrosearch.search.index import MODES, Mode
from astrosearch.search.ordering import says_the_same, wording
from astrosearch.store import reader as store
from tests.conftest import record
from tests.support.encoders import WordEncoder

COPIED = "Dust drives the slow winds of many cool red giants."
TOLD = {
    "2501.00001": f"{COPIED} Pulsation lifts the gas first.",
    "2501.00002": "In all, dust drives the slow winds of many cool red giants. We see shells.",
    "2501.00003": "DUST drives the slow winds of many cool  red giants! Their haloes are dim.",
    "2501.00004": "Dust does not drive the slow winds of many cool red giants. Gas cools.",
    "2501.00005": "Haloes of dark matter are triaxial. Winds and dust shape the giants of old.",
    "2501.00006": "Giants lose dust. Giants lose gas. Winds blow from giants. Winds carry dust.",
    "2501.00007": "Peaks of the acoustic spectrum are damped. Photons leave dense regions.",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("papers")
    lines = [record(id, f"Title {id[-1]}", text) for id, text in TOLD.items()]
    (place / "records.jsonl").write_text("\n".join(lines) + "\n")
    astrosearch.build(place / "records.jsonl", index=place / "index", encoder=WordEncoder())
    return place / "index"


@pytest.fixture
def index(folder: Path):
    with astrosearch.open(folder, encoder=WordEncoder()) as opened:
        yield opened


def cli(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)


def ids(hits: list[Hit]) -> list[int]:
    return [hit.sentence.id for hit in hits]


# -- folding


@pytest.mark.parametrize("mode", MODES)
def test_sentences_that_say_the_same_are_one_hit_with_a_count(index: astrosearch.Index, mode: Mode):
    hits = index.query(COPIED, k=4, mode=mode)
    assert len(hits) == 4
    assert hits[0].sentence.text in TOLD["2501.00001"] + TOLD["2501.00003"]
    assert [hit.alike for hit in hits] == [2, 0, 0, 0]
    assert any("does not drive" in hit.sentence.text for hit in hits)
    said = [wording(hit.sentence.text) for hit in hits]
    assert not any(says_the_same(a, b) for at, a in enumerate(said) for b in said[:at])
    apart = index.query(COPIED, k=4, mode=mode, fold=False)
    assert [hit.alike for hit in apart] == [0] * 4
    assert {hit.paper.id for hit in apart} == {f"2501.0000{i}" for i in (1, 2, 3, 4)}


def test_hits_are_those_of_folding_the_whole_ranking(index: astrosearch.Index):
    for text in (COPIED, "haloes", "winds of giants", "zzz"):
        kept: list[Hit] = []
        counts: list[int] = []
        for hit in index.query(text, k=100, fold=False):
            said = wording(hit.sentence.text)
            same = [says_the_same(wording(each.sentence.text), said) for each in kept]
            if any(same):
                counts[same.index(True)] += 1
            else:
                kept.append(hit)
                counts.append(0)
        hits = index.query(text, k=100)
        assert ids(hits) == ids(kept)
        assert [hit.alike for hit in hits] == counts
        for k in range(1, len(kept) + 1):
            few = index.query(text, k=k)
            assert [hit.score for hit in few] == [hit.score for hit in kept[:k]]


def test_many_copies_are_searched_past(tmp_path: Path):
    lines = [
        record(f"2502.{n:05}", f"On {n}", f"The shells {'of gas ' * (n % 3)}glow.")
        for n in range(90)
    ]
    lines.append(record("2502.99999", "Other", "Glow worms glow in caves."))
    (tmp_path / "records.jsonl").write_text("\n".join(lines) + "\n")
    astrosearch.build(tmp_path / "records.jsonl", index=tmp_path / "index", encoder=WordEncoder())
    with astrosearch.open(tmp_path / "index", encoder=WordEncoder()) as index:
        hits = index.query("the shells glow", k=3)
        assert [hit.sentence.text for hit in hits[:2]] == [
            "The shells glow.",
            "The shells of gas glow.",
        ]
        assert len(hits) == 3
        everything = index.query("the shells glow", k=1000)
        assert everything[:3] == hits  # with the same counts
        said = [wording(hit.sentence.text) for hit in everything]
        assert not any(says_the_same(a, b) for at, a in enumerate(said) for b in said[:at])
        assert len(everything) == 94  # three sentences about shells, one about worms, 90 titles
        assert index.query_batch(["the shells glow", "caves"], k=3)[0] == hits


@pytest.mark.parametrize(
    "asked", [{}, {"papers": True}, {"diverse": True}, {"papers": True, "diverse": True}]
)
@pytest.mark.parametrize("mode", MODES)
def test_a_batch_equals_single_queries(index: astrosearch.Index, mode: Mode, asked: dict[str, Any]):
    queries = [COPIED, "haloes", "winds of giants", "zzz"]
    results = index.query_batch(queries, k=3, mode=mode, **asked)
    assert results.ids.shape == results.scores.shape == (4, 3)
    assert results.ids.dtype == np.int64
    assert results.scores.dtype == np.float32
    assert (np.isnan(results.scores) == (results.ids < 0)).all()
    for at, query in enumerate(queries):
        assert results[at] == index.query(query, k=3, mode=mode, **asked)
        assert [hit.rank for hit in results[at]] == list(range(1, len(results[at]) + 1))
    assert set(results.sentences) == set(results.ids[results.ids >= 0].tolist())


def test_a_batch_is_looked_up_once(index: astrosearch.Index, monkeypatch: pytest.MonkeyPatch):
    looked_up: list[int] = []
    own = store.Store.sentences

    def counting(self: store.Store, wanted: Any) -> Any:
        looked_up.append(len(wanted := list(wanted)))
        return own(self, wanted)

    monkeypatch.setattr(store.Store, "sentences", counting)
    index.query_batch(["haloes of dark matter", "photons", "acoustic peaks"] * 50, k=2)
    assert [count for count in looked_up if count] == [max(looked_up)]


# -- papers


def test_a_paper_is_its_best_sentence_and_counts_the_others(index: astrosearch.Index):
    query = "winds of dust from giants"
    hits = index.query(query, k=10, papers=True, fold=False)
    ranked = index.query(query, k=100, fold=False)
    own: dict[str, list[Hit]] = {}
    for hit in ranked:
        own.setdefault(hit.paper.id, []).append(hit)
    assert {hit.paper.id for hit in hits} == set(own)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    for hit in hits:
        sentences = own[hit.paper.id]
        assert hit.sentence == sentences[0].sentence
        assert hit.matches == len(sentences)
        more = [(s.score - ranked[-1].score) / 2**at for at, s in enumerate(sentences) if at]
        assert hit.score == pytest.approx(sentences[0].score + sum(more))
    assert all(hit.matches is None for hit in ranked)


def test_a_copied_sentence_hides_no_paper(index: astrosearch.Index):
    hits = index.query(COPIED, k=4, papers=True)
    assert {hit.paper.id for hit in hits} == {f"2501.0000{i}" for i in (1, 2, 3, 4)}


# -- diverse


def test_diverse_hits_differ_more(index: astrosearch.Index):
    def likeness(hits: list[Hit]) -> float:
        rows = WordEncoder().encode([hit.sentence.text for hit in hits])
        return float((rows @ rows.T)[np.triu_indices(len(rows), 1)].mean())

    query = "winds of dust from cool giants"
    plain, diverse = index.query(query, k=5), index.query(query, k=5, diverse=True)
    assert len(diverse) == 5
    assert diverse[0] == plain[0]
    assert likeness(diverse) < likeness(plain)
    scores = {hit.sentence.id: hit.score for hit in index.query(query, k=100)}
    assert all(hit.score == scores[hit.sentence.id] for hit in diverse)
    both = index.query(query, k=5, diverse=True, papers=True)
    assert len({hit.paper.id for hit in both}) == 5
    assert all(hit.matches for hit in both)


# -- how it is shown


def test_json_counts_only_where_there_is_something_to_count(folder: Path):
    asked = ("query", COPIED, "--mode", "lexical", "--index", folder, "-k", 3)
    hits = json.loads(cli(*asked, "--format", "json").stdout)["hits"]
    keys = {"rank", "score", "sentence_id", "text", "section", "paper", "source"}
    for hit in hits:
        assert set(hit) - {"alike"} == keys
        assert hit.get("alike", 1) > 0
    assert any("alike" in hit for hit in hits)
    shown = json.loads(cli(*asked, "--format", "json", "--no-fold").stdout)["hits"]
    assert all(set(hit) == keys for hit in shown)
    papers = json.loads(cli(*asked, "--format", "json", "--papers").stdout)["hits"]
    assert all(hit["matches"] >= 1 for hit in papers)
    assert len({hit["paper"]["id"] for hit in papers}) == len(papers) == 3


def test_csv_has_more_columns_for_papers_only(folder: Path, index: astrosearch.Index):
    asked = ("query", "dust", "--mode", "lexical", "--index", folder, "--format", "csv")
    assert tuple(next(csv.reader(io.StringIO(cli(*asked).stdout)))) == COLUMNS
    rows = list(csv.DictReader(io.StringIO(cli(*asked, "--papers").stdout)))
    assert (*rows[0],) == (*COLUMNS, "matches", "alike")
    assert all(int(row["matches"]) >= 1 for row in rows)
    none = cli("query", "zzz", *asked[2:], "--papers").stdout
    assert none.strip().split(",") == [*COLUMNS, "matches", "alike"]
    frame = index.query_batch(["dust"], k=2, papers=True).to_pandas()
    assert list(frame.columns) == [*COLUMNS, "matches", "alike"]
    assert list(index.query_batch(["dust"], k=2).to_astropy().colnames) == list(COLUMNS)


def test_a_table_shows_the_counts(folder: Path):
    asked = ("query", COPIED, "--mode", "lexical", "--index", folder, "-k", 2)
    assert "+2 similar" in cli(*asked).stdout
    assert "alike" not in cli(*asked, "--no-fold").stdout
    lines = cli("query", "giants", *asked[2:], "--papers").stdout.splitlines()
    assert "Title" in lines[0]
    assert "sentence" in lines[0]
    assert "sentence" not in cli(*asked).stdout.splitlines()[0]


# -- more like this


def test_several_are_each_as_weighty(index: astrosearch.Index):
    both = ["2501.00005", "2501.00007"]
    sentences = [[s.text for s in index.paper(id)[1]] for id in both]
    means = [WordEncoder().encode(texts).mean(axis=0) for texts in sentences]
    seed = sum(mean / np.linalg.norm(mean) for mean in means)
    seed /= np.linalg.norm(seed)
    hits = index.similar(both, k=100, fold=False)
    own = {s.id for id in both for s in index.paper(id)[1]}
    assert not own & set(ids(hits))
    assert len(hits) == len(index) - len(own)
    for hit in hits:
        cosine = WordEncoder().encode([hit.sentence.text])[0] @ seed
        assert hit.score == pytest.approx(cosine, abs=1e-5)
    assert index.similar([*reversed(both), both[0]], k=100, fold=False) == hits


def test_copies_of_a_sentence_are_not_like_it(index: astrosearch.Index):
    first = next(s for s in index.paper("2501.00001")[1] if s.text == COPIED)
    near = index.similar(first.id, k=100)
    assert not [hit for hit in near if wording(hit.sentence.text) == wording(COPIED)]
    assert [hit for hit in near if hit.sentence.text.startswith("In all, dust drives")]
    copies = index.similar(first.id, k=100, fold=False)
    assert copies[0].sentence.text.startswith("DUST drives")
    assert len(copies) == len(index) - 1


def test_a_paper_under_another_id_is_not_like_itself(tmp_path: Path):
    title, text = "Winds of cool red giants", "Dust drives winds. Giants pulsate."
    lines = [record(f"2501.0000{n}", title if n < 3 else "Other winds", text) for n in range(1, 4)]
    (tmp_path / "records.jsonl").write_text("\n".join(lines) + "\n")
    astrosearch.build(tmp_path / "records.jsonl", index=tmp_path / "index", encoder=WordEncoder())
    with astrosearch.open(tmp_path / "index", encoder=WordEncoder()) as index:
        assert {hit.paper.id for hit in index.similar("2501.00001")} == {"2501.00003"}
        every = index.similar("2501.00001", fold=False)
        assert {hit.paper.id for hit in every} == {"2501.00002", "2501.00003"}
        papers = index.query("dust drives winds", papers=True)
        assert [hit.paper.id for hit in papers] == ["2501.00001", "2501.00003"]


def test_likeness_takes_all_that_queries_take(index: astrosearch.Index):
    hits = index.similar("2501.00001", k=3, papers=True, diverse=True, exclude="2501.00002")
    assert len({hit.paper.id for hit in hits}) == 3
    assert not {"2501.00001", "2501.00002"} & {hit.paper.id for hit in hits}
    within = index.similar("2501.00001", within=["2501.00006", "2501.00001"])
    assert {hit.paper.id for hit in within} == {"2501.00006"}
    assert index.similar("2501.00001", within="2501.00001") == []


def test_a_text_is_the_mean_of_its_sentences(index: astrosearch.Index):
    text = "Photons leave regions that are dense.\n\nThe peaks are damped."
    hits = index.similar(text=text, k=3)
    assert {hit.paper.id for hit in hits[:2]} == {"2501.00007"}
    assert index.similar(text=text.split("\n\n"), k=3) == hits
    tex = r"\section{A} Photons \emph{leave} regions that are dense. The peaks are damped."
    assert index.similar(text=tex, k=3) == hits
    with_paper = index.similar("2501.00005", text=text, k=100)
    assert "2501.00005" not in {hit.paper.id for hit in with_paper}


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, AstrosearchError, "nothing to be like"),
        ({"id": []}, AstrosearchError, "nothing to be like"),
        ({"text": " \n"}, AstrosearchError, "holds no text"),
        ({"text": []}, AstrosearchError, "holds no sentence"),
        ({"id": "2501.00001", "k": 0}, AstrosearchError, "k is 0"),
        ({"id": "2501.00001", "year": "20x5"}, AstrosearchError, "20x5"),
        (
            {"id": ["2501.00001", "no/such", 987654, "9999.99999"]},
            NotFound,
            "no paper no/such, sentence 987654, paper 9999.99999",
        ),
    ],
)
def test_what_nothing_can_be_like_says_why(
    index: astrosearch.Index, arguments: dict[str, Any], error: type, message: str
):
    with pytest.raises(error, match=message):
        index.similar(**arguments)


def test_similar_on_the_command_line(folder: Path, index: astrosearch.Index):
    asked = ("similar", "2501.00001", "2501.00007", "--index", folder, "--format", "json")
    answer = json.loads(cli(*asked, "--papers", "--diverse", "-k", 2, "--year", "2025..").stdout)
    assert answer["query"] == "2501.00001 2501.00007"
    assert [hit["matches"] > 0 for hit in answer["hits"]] == [True, True]
    plain = json.loads(cli(*asked, "-k", 3).stdout)
    hits = index.similar(["2501.00001", "2501.00007"], k=3)
    assert [hit["sentence_id"] for hit in plain["hits"]] == ids(hits)
    assert cli("similar", "--index", folder).exit_code == 2
    unknown = cli("similar", "a/b", "2501.00001", 99999, "--index", folder)
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert "no paper a/b, sentence 99999" in unknown.stderr


MANUSCRIPT = r"""\documentclass{article}
\title{Damped oscillations}
\begin{document}
\maketitle
\section{Introduction}
\input{body}
\end{document}
"""


def test_a_draft_in_a_file(example_index: Path, tmp_path: Path):
    said = "The acoustic peaks of the microwave background are damped at small scales."
    (tmp_path / "draft.txt").write_text(said)
    (tmp_path / "paper.tex").write_text(MANUSCRIPT)
    (tmp_path / "body.tex").write_text(said + " Photons diffuse \\citep{Silk1968}.\n")
    (tmp_path / "notes").write_text(said)
    asked = ("--index", example_index, "--format", "json", "-k", 3)
    found = {}
    for name in ("draft.txt", "paper.tex", "notes"):
        result = cli("similar", "--file", tmp_path / name, *asked)
        assert result.exit_code == 0, result.output
        found[name] = json.loads(result.stdout)["hits"]
        assert len(found[name]) == 3
    assert found["draft.txt"] == found["notes"]
    piped = json.loads(cli("similar", "--file", "-", *asked, input=said).stdout)
    assert (piped["query"], piped["hits"]) == ("-", found["draft.txt"])
    with astrosearch.open(example_index) as index:
        assert [hit["sentence_id"] for hit in found["paper.tex"]] == ids(
            index.similar(text=["Damped oscillations", said, "Photons diffuse […]."], k=3)
        )


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.txt", None, "there is no file"),
        ("empty.txt", b"", "holds no text"),
        ("empty.tex", b"\n", "holds no text"),
        ("stops.txt", b"...", "holds no text"),
        ("binary.tex", bytes(range(256)) * 20, "is not text"),
        ("binary", b"\x00\x01" * 500, "is not text"),
        ("paper.pdf", b"%PDF-1.7", "PDF files are not read"),
        ("records.jsonl", record("2501.00009", "T", "A.").encode(), "metadata"),
    ],
)
def test_files_that_are_no_text(
    folder: Path, tmp_path: Path, name: str, content: Any, message: str
):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    result = cli("similar", "--file", tmp_path / name, "--index", folder)
    assert (result.exit_code, result.stdout) == (1, "")
    assert message in result.stderr
    assert str(tmp_path / name) in result.stderr
    assert len(result.stderr.strip().splitlines()) >= 2


def test_a_file_larger_than_papers_are_is_refused(folder: Path, tmp_path: Path):
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    result = cli("similar", "--file", tmp_path / "large.txt", "--index", folder)
    assert result.exit_code == 1
    assert "larger than a paper can be" in result.stderr
    with pytest.raises(AstrosearchError, match="larger than"):
        sentences_in("a" * (MAX_FILE_BYTES + 1), "the text")


def test_a_folder_and_an_empty_pipe_are_no_text(folder: Path, tmp_path: Path):
    result = cli("similar", "--file", tmp_path, "--index", folder)
    assert result.exit_code == 1
    assert "is no file" in result.stderr
    result = cli("similar", "--file", "-", "--index", folder, input="")
    assert result.exit_code == 1
    assert "standard input holds no text" in result.stderr

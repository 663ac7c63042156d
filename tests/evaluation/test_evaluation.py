"""Benchmarks, measures, intervals, baselines, and the evaluate command."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from astrosearch.cli import evaluate as evaluate_module
from astrosearch.cli.main import main
from astrosearch.cli.show_evaluation import print_report
from astrosearch.errors import AstrosearchError, MissingExtra, NotFound
from astrosearch.evaluation import baselines
from astrosearch.evaluation import by_name as named
from astrosearch.evaluation.benchmark import Benchmark, PairsBenchmark, sampled
from astrosearch.evaluation.citations import (
    citation,
    citation_title,
    citing_sentences,
    normalized,
    without_citations,
)
from astrosearch.evaluation.evaluate import dense_ndcg, evaluate, per_query
from astrosearch.evaluation.files import MalformedLine
from astrosearch.evaluation.metrics import intervals, ranking_measures
from astrosearch.evaluation.questions import questions, sentence_digest
from astrosearch.evaluation.suite import NAMES, build_benchmark
from astrosearch.evaluation.systems import (
    BM25,
    Dense,
    Hybrid,
    Memory,
    System,
    Words,
    top_documents,
    truncated,
)
from astrosearch.evaluation.trec import read_trec
from astrosearch.records import TextForm
from tests.support.encoders import WordEncoder
from tests.support.places import SHARED

needs_shared = pytest.mark.skipif(
    not (SHARED / "eval").is_dir(), reason="the benchmarks' data folder isn't beside the checkout"
)

BENCHMARK = Benchmark(
    "hand",
    {"q1": "halo shapes", "q2": "winds of giants", "q3": "acoustic peaks"},
    {
        "d1": "shapes of a halo",
        "d2": "giants lose mass in winds",
        "d3": "peaks of sound",
        "d4": "a telescope",
    },
    {"q1": {"d1": 1}, "q2": {"d2": 2, "d4": 1}, "q3": {"d3": 1}},
)


class Angles:
    """Texts that name an angle in degrees, encoded as unit vectors in the plane and four zeros."""

    name, device, max_tokens, dimension = "angles", "cpu", 9, 6
    fingerprint = "a" * 64
    text_form: TextForm = "plain"

    def __init__(self) -> None:
        self.calls = 0

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        self.calls += 1
        radians = np.radians([float(text.split()[-1]) for text in texts])
        vectors = np.stack([np.cos(radians), np.sin(radians)], axis=1)
        return np.pad(vectors, ((0, 0), (0, 4))).astype(np.float32)


ANGLES = Benchmark(
    "angles",
    {"q": "a 0"},
    {"far": "x 80", "near": "x 10", "mid": "x 40", "wrong": "x 20"},
    {"q": {"near": 1, "mid": 1}},
    at_one=True,
)


def means(system: System, benchmark: Benchmark | PairsBenchmark) -> dict[str, float]:
    return {name: float(each.mean()) for name, each in per_query(system, benchmark).items()}


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["evaluate", *map(str, arguments)])


# --- measures ---------------------------------------------------------------------------------


def test_measures_are_those_worked_out_by_hand():
    # ranking: near (relevant), wrong, mid (relevant), far
    found = means(Dense("a", Angles(), Memory()), ANGLES)
    ideal = 1 + 1 / math.log2(3)
    assert found["nDCG@10"] == pytest.approx((1 + 1 / math.log2(4)) / ideal)
    assert found["MRR@10"] == 1
    assert found["R@10"] == 1
    assert found["R@1"] == 0.5


def test_graded_ndcg_is_that_worked_out_by_hand():
    rankings = {"q1": ["d4", "d1"], "q2": ["d4", "d2"]}
    values = ranking_measures(BENCHMARK, rankings)
    second = (1 + 2 / math.log2(3)) / (2 + 1 / math.log2(3))
    assert values["nDCG@10"] == pytest.approx([1 / math.log2(3), second, 0])
    assert values["MRR@10"] == pytest.approx([0.5, 1, 0])


def test_light_ndcg_is_that_of_ir_measures(encoder: WordEncoder):
    for benchmark in (BENCHMARK, sampled(BENCHMARK, 2, 3)):
        full = per_query(Dense("w", encoder, Memory()), benchmark)["nDCG@10"].mean()
        assert dense_ndcg(encoder.encode, benchmark) == pytest.approx(full, abs=1e-6)


def test_an_excluded_document_is_neither_ranked_nor_missed():
    left_out = Benchmark(
        "x", ANGLES.queries, ANGLES.documents, ANGLES.relevant, {"q": frozenset({"mid", "wrong"})}
    )
    assert means(Dense("a", Angles(), Memory()), left_out)["nDCG@10"] == 1
    assert dense_ndcg(Angles().encode, left_out) == 1


def test_intervals_hold_the_mean_and_identical_systems_do_not_differ():
    values = np.random.default_rng(0).random(200)
    (mean, difference), (_, other) = intervals([values, values + 0.5], [values, values])
    assert mean.low < mean.value < mean.high
    assert mean.value == pytest.approx(values.mean())
    assert difference is not None
    assert other is not None
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)
    assert (other.low, other.high) == pytest.approx((0.5, 0.5))  # paired: no spread of its own
    assert intervals([values]) == intervals([values])


def test_interval_is_as_wide_as_the_normal_one():
    values = np.random.default_rng(1).random(400)
    ((mean, _),) = intervals([values])
    expected = 2 * 1.96 * values.std() / math.sqrt(len(values))
    assert mean.high - mean.low == pytest.approx(expected, rel=0.15)


@given(st.lists(st.lists(st.integers(0, 3), min_size=5, max_size=5), min_size=1, max_size=4))
def test_best_is_a_stable_sort(rows: list[list[int]]):
    scores = np.array(rows, dtype=np.float32)
    expected = np.argsort(-scores, axis=1, kind="stable")[:, :3]
    assert np.array_equal(top_documents(scores, 3, above=-1), expected)
    above = top_documents(scores, 5, above=1)
    assert all((scores[i][row[row >= 0]] > 1).all() for i, row in enumerate(above))


# --- systems ----------------------------------------------------------------------------------


def test_bm25_ignores_case_and_stop_words_and_finds_nothing_without_a_shared_word():
    values = per_query(BM25(), BENCHMARK)
    assert values["nDCG@10"][0] == 1
    texts = Benchmark("b", {"q": "The OF winds"}, {"d": "of the", "e": "Winds"}, {"q": {"d": 1}})
    assert means(BM25(), texts)["R@100"] == 0


class Fixed:
    """Scores as given."""

    cosine = False

    def __init__(self, name: str, scores: list[list[float]]) -> None:
        self.name, self.table = name, np.array(scores, dtype=np.float32)

    def prepare(self, queries: Sequence[str], documents: Sequence[str], *, readable: bool):
        return lambda start, end: self.table[start:end].copy()


def test_hybrid_wins_where_each_half_knows_half():
    benchmark = Benchmark(
        "h", {"p": "p", "q": "q"}, {"d": "d", "e": "e", "f": "f"}, {"p": {"d": 1}, "q": {"e": 1}}
    )
    dense = Fixed("dense", [[1.0, 0.2, 0.1], [0.9, 0.8, 0.1]])
    lexical = Fixed("lexical", [[0.5, 0.8, 0.1], [0.1, 1, 0.2]])
    fused = means(Hybrid("hybrid", dense, lexical, 0.5), benchmark)["nDCG@10"]
    assert fused == 1 > max(means(each, benchmark)["nDCG@10"] for each in (dense, lexical))


def test_hybrid_of_weight_one_is_the_dense_ranking(encoder: WordEncoder):
    dense = Dense("w", encoder, Memory())
    assert means(Hybrid("h", dense, Words(), 1.0), BENCHMARK)["MRR@10"] == pytest.approx(
        means(dense, BENCHMARK)["MRR@10"]
    )


def test_words_score_by_the_share_that_a_text_holds_and_find_names_in_other_spellings():
    texts = Benchmark(
        "w",
        {"q": "Halpha of NGC 1068"},
        {"d": "H-alpha in NGC1068", "e": "H-alpha elsewhere", "f": "None of it"},
        {"q": {"d": 1}},
    )
    score = Words().prepare(
        list(texts.queries.values()), list(texts.documents.values()), readable=True
    )
    shares = score(0, 1)[0]
    assert shares[0] == pytest.approx(1, abs=0.05)
    assert 0 < shares[1] < 0.6
    assert shares[2] == 0
    assert means(Words(), texts)["MRR@10"] == 1


def test_truncated_vectors_have_unit_length():
    vectors = truncated(np.array([[0.6, 0.0, 0.8], [0.0, 0.0, 1.0]], dtype=np.float32), 2)
    assert vectors == pytest.approx(np.array([[1, 0], [0, 0]]))
    assert truncated(vectors, 9) is vectors


def test_seed_form_encoder_is_fed_its_form():
    encoder = WordEncoder(text_form="seed")
    benchmark = Benchmark("s", {"q": "see Fig. 3, too"}, {"d": "in M31."}, {"q": {"d": 1}})
    means(Dense("w", encoder, Memory()), benchmark)
    assert encoder.seen == ["see Fig . 3 , too", "in M31 ."]


def test_texts_are_encoded_once_for_an_encoder_and_its_hybrids():
    encoder = Angles()
    evaluate([encoder], [ANGLES], dense_weights=(0.3, 0.7))
    assert encoder.calls == 2  # queries, documents


# --- pairs ------------------------------------------------------------------------------------

PAIRS = PairsBenchmark(
    "pairs",
    (("a 0", "b 10"), ("a 90", "b 50"), ("a 180", "b 170")),
    (("p", "q"), ("r", "s"), ("t", "u")),
)


def test_pairs_are_scored_against_all_others():
    found = per_query(Dense("a", Angles(), Memory()), PAIRS)
    # cosines of others: 0|50: .643, 0|170: -.985, 90|10: .174, 90|170: .174, 180|10: -.985,
    # 180|50: -.643
    assert found["AUC"].tolist() == [1, 1, 1]
    others = np.cos(np.radians([50, 170, 80, 80, 170, 130])).mean()
    assert found["gap"] == pytest.approx(np.cos(np.radians([10, 40, 10])) - others, abs=1e-6)
    assert found["R@1"].tolist() == [1, 1, 1]


def test_two_texts_of_one_paper_are_no_random_pair():
    wrong = PairsBenchmark("pairs", (("a 0", "b 30"), ("a 90", "b 10")), (("p", "q"), ("q", "p")))
    with pytest.raises(AstrosearchError, match="no random pairs"):
        per_query(Dense("a", Angles(), Memory()), wrong)


def test_equal_scores_count_half():
    same = PairsBenchmark("pairs", (("a 0", "b 0"), ("c 0", "d 0")), (("p", "q"), ("r", "s")))
    assert means(Dense("a", Angles(), Memory()), same)["AUC"] == 0.5


def test_bm25_has_no_gap_of_cosines():
    texts = PairsBenchmark(
        "pairs",
        (("halo of <CIT>", "halo"), ("winds [MATH_tex=alpha]", "winds")),
        (("p", "q"), ("r", "s")),
    )
    found = means(BM25(), texts)
    assert found["AUC"] == 1
    assert "gap" not in found


# --- a report -----------------------------------------------------------------------------------


def test_report_compares_all_systems_with_the_first(encoder: WordEncoder):
    report = evaluate([encoder, WordEncoder(fingerprint="e" * 64)], [BENCHMARK, PAIRS])
    systems = ["words", "words (2)", "BM25", "hybrid words", "hybrid words (2)"]
    assert [row.system for row in report.rows] == systems * 2
    first, second = report.rows[:2]
    assert all(each.difference is None for each in first.measures.values())
    for each in second.measures.values():
        assert each.difference is not None
        assert (each.difference.low, each.difference.value, each.difference.high) == (0, 0, 0)
    rows = [json.loads(line) for line in report.json_lines()]
    assert rows[2]["system"] == "BM25"
    assert rows[2]["queries"] == 3
    assert set(rows[2]["measures"]["nDCG@10"]) == {"value", "low", "high", "difference"}
    assert set(rows[2]["measures"]["nDCG@10"]["difference"]) == {"value", "low", "high"}


def test_table_fits_80_columns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, encoder: WordEncoder
):
    monkeypatch.setenv("COLUMNS", "80")
    encoder.name = "an-encoder-with-quite-a-long-name"
    print_report(evaluate([encoder], [ANGLES, PAIRS]))
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= 80
    assert "angles: 1 queries, 4 documents" in out
    assert "nDCG@10" in out


def test_missing_bm25_is_a_note_not_a_failure(
    monkeypatch: pytest.MonkeyPatch, encoder: WordEncoder
):
    def missing(*_: object, **__: object) -> None:
        raise MissingExtra("bm25s", "train", "the BM25 baseline")

    monkeypatch.setattr(BM25, "prepare", missing)
    report = evaluate([encoder], [BENCHMARK])
    assert [row.system for row in report.rows] == ["words", "hybrid words"]
    assert any("bm25s" in note for note in report.notes)


def test_cut_vectors_are_measured_beside_whole_ones():
    report = evaluate([Angles()], [ANGLES], dimensions=(1, 2, 6), baselines=False)
    assert [row.system for row in report.rows] == ["angles", "angles @1", "angles @2"]
    whole, one, two = (row.measures["R@1"].mean.value for row in report.rows)
    assert whole == two == 0.5
    assert one == 0  # of a plane's first half only the sign is left: the first document wins


def test_no_encoder_is_an_error():
    with pytest.raises(AstrosearchError, match="no encoder"):
        evaluate([], [BENCHMARK])


# --- one's own texts ----------------------------------------------------------------------------


@pytest.fixture
def own(tmp_path: Path) -> tuple[Path, Path, Path]:
    queries, documents, qrels = (tmp_path / each for each in ("mine.tsv", "docs.jsonl", "qrels"))
    queries.write_text("q1\thalo shapes\nq2\tstellar winds\nq3\tnot judged\n")
    rows = [
        {"_id": "d1", "title": "Haloes", "text": "The shape of a halo"},
        {"id": "d2", "text": "Winds of stars"},
    ]
    documents.write_text("".join(json.dumps(row) + "\n" for row in rows))
    qrels.write_text("q1 0 d1 1\nq2 0 d2 2\nq1 0 d2 0\n\n")
    return queries, documents, qrels


def test_trec_files_are_read(own: tuple[Path, Path, Path]):
    found = read_trec(*own)
    assert found == Benchmark(
        "mine",
        {"q1": "halo shapes", "q2": "stellar winds"},
        {"d1": "Haloes The shape of a halo", "d2": "Winds of stars"},
        {"q1": {"d1": 1}, "q2": {"d2": 2}},
    )


@pytest.mark.parametrize(
    ("which", "line", "cause"),
    [
        (0, "q9 without tab", "no tab"),
        (0, "q1\tonce more", "given before"),
        (0, "q9\t  ", "no text"),
        (0, "q 9\ttext", "is no id"),
        (1, '{"id": "d9"}', "no text"),
        (1, '{"id": "d9", "text": 3}', "no text"),
        (1, "{broken", "broken JSON"),
        (1, "[1]", "not a JSON object"),
        (1, '{"text": "x"}', "id or text"),
        (2, "q1 d1 1", "3 fields"),
        (2, "q1 0 d1 high", "no grade"),
        (2, "q8 0 d1 1", "no query 'q8'"),
        (2, "q1 0 d8 1", "no document 'd8'"),
    ],
)
def test_bad_lines_are_named(own: tuple[Path, Path, Path], which: int, line: str, cause: str):
    with own[which].open("a") as file:
        file.write(line + "\n")
    number = own[which].read_text().count("\n")
    with pytest.raises(MalformedLine, match=cause) as caught:
        read_trec(*own)
    assert f"{own[which]}:{number}: " in str(caught.value)
    assert "\n" in str(caught.value)  # cause, then cure


def test_bytes_that_are_no_text_are_named(own: tuple[Path, Path, Path]):
    own[0].write_bytes(b"q1\thalo\nq2\t\xff\xfe\n")
    with pytest.raises(MalformedLine, match=":2: not UTF-8"):
        read_trec(*own)


def test_qrels_without_a_relevant_document_are_an_error(own: tuple[Path, Path, Path]):
    own[2].write_text("q1 0 d1 0\n")
    with pytest.raises(AstrosearchError, match="no relevant document"):
        read_trec(*own)


@given(st.text(), st.text())
def test_any_text_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, texts: str, qrels: str
):
    folder = tmp_path_factory.mktemp("trec")
    paths = [folder / name for name in ("q", "d", "r")]
    for path, content in zip(paths, (texts, texts, qrels), strict=True):
        path.write_bytes(content.encode("utf-8", "surrogatepass"))
    try:
        found = read_trec(*paths)
    except AstrosearchError:
        return
    assert found.relevant


# --- the command --------------------------------------------------------------------------------


def options(own: tuple[Path, Path, Path]) -> list[object]:
    return ["--queries", own[0], "--documents", own[1], "--qrels", own[2]]


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setattr(baselines, "PACKAGE", "a_package_that_is_not_installed")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.delenv("ASTROSEARCH_BENCHMARKS", raising=False)


@pytest.fixture
def words(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(named, "load_encoder", lambda name, device: WordEncoder())


def test_command_writes_json_lines(own: tuple[Path, Path, Path]):
    result = run("default", *options(own), "--format", "json", "--dimension", 64)
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["system"] for row in rows] == ["default", "default @64", "BM25", "hybrid default"]
    assert {row["benchmark"] for row in rows} == {"mine"}
    assert rows[0]["measures"]["nDCG@10"]["value"] == 1
    assert "left out all-MiniLM-L6-v2" in result.stderr  # and why, and how to get it
    assert "--baseline" in result.stderr


def test_command_prints_a_table(own: tuple[Path, Path, Path], words: None):
    result = run("default", *options(own), "--no-baselines", "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert "mine: 2 queries, 2 documents" in result.stdout
    assert "BM25" not in result.output


def test_command_weighs_hybrids(own: tuple[Path, Path, Path], words: None):
    weights = ["--dense-weight", "0.25", "--dense-weight", "0.75"]
    result = run("default", *options(own), "--format", "json", *weights)
    systems = [json.loads(line)["system"] for line in result.stdout.splitlines()]
    assert systems == ["words", "BM25", "hybrid words 0.25", "hybrid words 0.75"]


def test_command_names_a_bad_line(own: tuple[Path, Path, Path], words: None):
    own[2].write_text("q1 0 d1\n")
    result = run("default", *options(own))
    assert result.exit_code == 1
    assert f"error: {own[2]}:1: 3 fields" in result.stderr


def test_command_needs_all_three_files(own: tuple[Path, Path, Path]):
    assert run("default", *options(own)[:4]).exit_code == 2


def test_command_says_where_the_data_should_be(tmp_path: Path, words: None):
    result = run("default")
    assert result.exit_code == 1
    assert "--data" in result.stderr
    result = run("default", "--data", tmp_path / "gone")
    assert result.exit_code == 1
    assert str(tmp_path / "gone") in result.stderr
    result = run("default", "--data", tmp_path, "--benchmark", "definition")
    assert result.exit_code == 1
    assert "uat_concepts.json" in result.stderr


def test_command_offers_the_benchmarks_there_are():
    assert evaluate_module._BENCHMARKS == NAMES
    assert run("default", "--benchmark", "nonsense").exit_code == 2


def test_an_unknown_encoder_is_an_error(own: tuple[Path, Path, Path]):
    result = run("nowhere/such", *options(own))
    assert result.exit_code == 1
    assert "nowhere/such" in result.stderr


# --- benchmarks from a data folder --------------------------------------------------------------


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"Stars shine \citep[e.g.][p. 3]{A,B}.", "Stars shine."),
        (r"As \citet{A} and \citeauthor*{B} say, it is", "As and say, it is"),
        (r"Haloes~\cite{A} are (see \citealt{B}) big", "Haloes are big"),
        (r"We use {\it this} \nocite{A}($z\sim2$; \citealp{C})", "We use this (z ∼ 2)"),
        ("Nothing here", "Nothing here"),
    ],
)
def test_citations_leave_a_citing_sentence(tex: str, expected: str):
    assert without_citations(tex) == expected


@given(st.text())
def test_any_sentence_can_be_stripped(tex: str):
    assert "  " not in without_citations(tex)
    assert normalized(tex) == normalized(normalized(tex))


def test_digest_ignores_case_spacing_and_signs():
    assert sentence_digest("The H II region!") == sentence_digest("the hii  region")
    assert len(sentence_digest("x")) == 16
    assert sentence_digest("x") != sentence_digest("y")


@pytest.fixture
def data(tmp_path: Path, corpus: Path) -> Path:
    """A data folder: a dev paper and a train paper that cite the small corpus."""
    folder = tmp_path / "data"
    (folder / "eval").mkdir(parents=True)
    (folder / "corpus" / "metadata").mkdir(parents=True)
    (folder / "corpus" / "fulltext").mkdir()
    (corpus / "records.jsonl").rename(folder / "corpus" / "metadata" / "records.jsonl")
    (corpus / "2501.99101.txt").rename(folder / "corpus" / "fulltext" / "2501.99103.txt")
    (folder / "eval" / "citation_split.tsv").write_text(
        "folder\tsplit\nsome-dev\tdev\nsome-train\ttrain\n"
    )
    halo = {"title": "{On the shapes} of dark matter haloes", "arxiv_id": None}
    winds = {"title": "as printed", "arxiv_id": "2501.99102v2"}
    rows = [
        ("some-dev", r"Haloes are far from round \citep{A}.", [halo]),
        ("some-dev", r"Cool giants have slow winds \citep{B}.", [winds]),
        ("some-dev", r"Nobody has this one at hand \citep{C}.", [{"title": "Unheard of works"}]),
        ("some-dev", r"\citet{A}.", [halo]),
        ("some-dev", r"Both papers write this sentence \citep{A}.", [halo]),
        ("some-train", r"Both papers write this sentence \citep{A}.", [halo]),
        ("some-train", r"Haloes rotate slowly in the models \citep{A}.", [halo]),
    ]
    lines = [
        json.dumps({"slug": slug, "sentence_tex": tex, "cited": cited, "paper_title": slug})
        for slug, tex, cited in rows
    ]
    (folder / "eval" / "citation_contexts.jsonl").write_text("\n".join(lines))
    return folder


def test_citation_matches_by_id_and_title(data: Path):
    found = citation(data)
    assert found.queries == {
        "some-dev#1": "Haloes are far from round.",
        "some-dev#2": "Cool giants have slow winds.",
    }
    assert found.relevant == {"some-dev#1": {"2501.99101": 1}, "some-dev#2": {"2501.99102": 1}}
    assert found.documents.keys() == {"2501.99101", "2501.99102", "2501.99103"}
    assert found.documents["2501.99103"].startswith("Haloes and their shapes\nDark matter haloes")


def test_citation_title_has_every_dev_sentence_and_no_train_one(data: Path):
    found = citation_title(data)
    assert list(found.queries) == ["some-dev#1", "some-dev#2", "some-dev#3"]
    assert set(found.documents.values()) == {
        "On the shapes of dark matter haloes",
        "as printed",
        "Unheard of works",
    }


def test_the_citing_paper_is_no_answer(data: Path):
    path = data / "eval" / "citation_contexts.jsonl"
    row = json.loads(path.read_text().splitlines()[0])
    row["paper_title"] = "On the shapes of dark matter haloes"
    path.write_text(json.dumps(row) + "\n" + path.read_text().partition("\n")[2])
    assert "some-dev#1" not in citation(data).queries
    assert "some-dev#1" not in citation_title(data).queries


def test_a_wrong_split_is_named(data: Path):
    (data / "eval" / "citation_split.tsv").write_text("folder\tsplit\nsome-dev\ttest\n")
    with pytest.raises(MalformedLine, match=r"citation_split.tsv:2"):
        citation(data)
    (data / "eval" / "citation_split.tsv").unlink()
    with pytest.raises(NotFound):
        citation(data)


def test_questions_find_their_sentences(data: Path, tmp_path: Path):
    answer = "Baryons make the inner halo rounder."
    row = {
        "id": "1",
        "question": "What makes haloes round?",
        "paper_id": "2501.99103",
        "file": "fulltext/2501.99103.txt",
        "answers": [sentence_digest(answer)],
    }
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps(row))
    found = questions(data, file)
    ((id, grade),) = found.relevant["1"].items()
    assert (found.documents[id], grade) == (answer, 1)
    assert len(found.documents) == 6
    file.write_text(json.dumps(row | {"answers": ["0" * 16]}))
    with pytest.raises(AstrosearchError, match="question 1"):
        questions(data, file)


@needs_shared
def test_thesaurus_and_pairs_build():
    found = build_benchmark("definition", SHARED)
    assert isinstance(found, Benchmark)
    assert len(found.queries) == 859
    assert 2360 < len(found.documents) <= 2372  # deprecated concepts may share a name
    held_out = build_benchmark("pairs", SHARED)
    assert isinstance(held_out, PairsBenchmark)
    assert len(held_out.pairs) == 578


@needs_shared
def test_citation_title_builds_without_a_train_papers_sentence():
    found = citation_title(SHARED)
    assert 4_000 < len(found.queries) <= 4_328
    assert 8_500 < len(found.documents) <= 9_300
    split = dict(
        line.split("\t")
        for line in (SHARED / "eval" / "citation_split.tsv").read_text().splitlines()
    )
    assert {split[id.partition("#")[0]] for id in found.queries} == {"dev"}
    trained = {normalized(each.text) for each in citing_sentences(SHARED, "train")}
    texts = [*found.queries.values(), *found.documents.values()]
    assert not trained & set(map(normalized, texts))
    for id, grades in found.relevant.items():
        assert grades.keys() <= found.documents.keys(), id


@needs_shared
@pytest.mark.slow
def test_the_larger_benchmarks_build():
    found = build_benchmark("citation", SHARED)
    assert isinstance(found, Benchmark)
    assert 150 < len(found.queries) < 260
    assert 16_500 < len(found.documents) < 16_722
    trained = {normalized(each.text) for each in citing_sentences(SHARED, "train")}
    texts = [*found.queries.values(), *found.documents.values()]
    assert not trained & set(map(normalized, texts))
    titles = build_benchmark("title", SHARED)
    assert isinstance(titles, Benchmark)
    assert len(titles.documents) == 30 * len(titles.queries) > 1_500
    assert len(questions(SHARED).queries) >= 60

"""Answers that hold: for every number of hits, in pages, in any order, and what is said of them."""

from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from numpy.typing import NDArray

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import (
    AstrosearchError,
    BadType,
    BadValue,
    EncoderError,
    NotFound,
    OutOfMemory,
    StorageError,
)
from astrosearch.files import disk_errors
from astrosearch.maintenance.remove import remove
from astrosearch.search.index import MODES, Mode
from astrosearch.search.ordering import says_the_same, wording
from astrosearch.store.database import storage_errors
from tests.conftest import record
from tests.support.encoders import WordEncoder

WORDS = [
    "gas",
    "dust",
    "stars",
    "winds",
    "haloes",
    "shocks",
    "grains",
    "jets",
    "cores",
    "rings",
    "discs",
    "planets",
]


def text_of(number: int) -> str:
    """Write three sentences; words and numbers decide how like a query they are."""
    drawn = np.random.default_rng(number).choice(WORDS, (3, 5))
    return " ".join(f"We see {' '.join(words)} in field {number % 17}." for words in drawn)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("answers")
    lines = [
        record(
            f"2501.{number:05}",
            f"On {WORDS[number % 12]} {number}",
            text_of(number),
            update_date=f"{2000 + number % 20}-01-31",
            versions=[{"created": f"Mon, 1 Jan {2000 + number % 20} 00:00:00 GMT"}],
        )
        for number in range(150)
    ]
    (place / "records.jsonl").write_text("\n".join(lines) + "\n")
    (place / "notes.txt").write_text("Notes on dust\n\nDust and gas and winds are seen in notes.\n")
    astrosearch.build(place, index=place / "index", encoder=WordEncoder())
    return place / "index"


@pytest.fixture
def index(folder: Path):
    with astrosearch.open(folder, encoder=WordEncoder()) as opened:
        yield opened


def cli(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def shown(hits: Any) -> list[tuple[int, float, int, int | None]]:
    return [(hit.sentence.id, hit.score, hit.alike, hit.matches) for hit in hits]


# -- the same for every number of hits


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"fold": False},
        {"papers": True},
        {"diverse": True},
        {"papers": True, "diverse": True},
        {"per_paper": 1},
        {"per_paper": 2, "diverse": True},
        {"min_score": 0.2},
        {"year": "2005..2012"},
    ],
    ids=str,
)
@pytest.mark.parametrize("mode", MODES)
def test_the_best_few_are_the_first_of_the_best_many(
    index: astrosearch.Index, mode: Mode, how: dict[str, Any]
):
    for query in ("dust and gas in winds", "jets"):
        many = shown(index.query(query, k=1000, mode=mode, **how))
        for k in (1, 3, 10, 29, 30, 31, 75, 130):
            assert shown(index.query(query, k=k, mode=mode, **how)) == many[:k]


def test_pages_are_parts_of_one_ranking(index: astrosearch.Index):
    whole = index.query("dust and gas", k=60)
    pages = [index.query("dust and gas", k=20, offset=offset) for offset in (0, 20, 40)]
    assert [hit for page in pages for hit in page] == list(whole)
    assert [hit.rank for hit in pages[1]] == list(range(21, 41))
    none = index.query("dust and gas", k=5, offset=10**6)
    assert not none
    assert "no more than" in (none.remarks.reason or "")


def test_no_paper_has_more_hits_than_are_allowed(index: astrosearch.Index):
    for limit in (1, 2):
        hits = index.query("dust and gas", k=50, per_paper=limit)
        ids = [hit.paper.id for hit in hits]
        assert max(map(ids.count, ids)) <= limit
        assert len(hits) == 50
    one = index.query("dust and gas", k=500, per_paper=1)
    assert len(one) == len({hit.paper.id for hit in one}) == 151


def test_hits_may_be_ordered_otherwise(index: astrosearch.Index):
    best = index.query("dust and gas", k=40)
    for sort, sign in (("year", 1), ("-year", -1)):
        hits = index.query("dust and gas", k=40, sort=sort)  # type: ignore[arg-type]
        assert {hit.sentence.id for hit in hits} == {hit.sentence.id for hit in best}
        years = [hit.paper.year for hit in hits if hit.paper.year is not None]
        assert years == sorted(years, key=lambda year: sign * year)
    papers = [hit.paper.id for hit in index.query("dust and gas", k=40, sort="paper")]
    assert papers == sorted(papers, key=papers.index)


def test_hits_below_a_score_are_left_out(index: astrosearch.Index):
    everything = index.query("dust and gas", k=100)
    floor = everything[20].score
    hits = index.query("dust and gas", k=100, min_score=floor)
    assert shown(hits) == [one for one in shown(everything) if one[1] >= floor]
    none = index.query("dust and gas", min_score=5)
    assert (len(none), none.remarks.reason) == (0, "no hit has a score of 5 or more")


def test_one_sentence_in_thousands_of_papers_is_one_hit_at_once(tmp_path: Path):
    said = "This research has made use of the data system of the agency."
    lines = [record(f"2502.{n:05}", f"On {n}", f"{said} Field {n} is seen.") for n in range(3000)]
    (tmp_path / "records.jsonl").write_text("\n".join(lines) + "\n")
    astrosearch.build(tmp_path / "records.jsonl", index=tmp_path / "index", encoder=WordEncoder())
    with astrosearch.open(tmp_path / "index", encoder=WordEncoder()) as index:
        hits = index.query(said, k=10)
        assert [hit.sentence.text == said for hit in hits] == [True] + [False] * 9
        assert hits[0].alike == index.query(said, k=1)[0].alike


# -- folding


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("increases", "decreases"),
        ("upper", "lower"),
        ("consistent", "inconsistent"),
        ("northern", "southern"),
        ("redder", "bluer"),
        ("inner", "outer"),
        ("above", "below"),
        ("with", "without"),
        ("metal-rich", "metal-poor"),
        ("more", "less"),
        ("bar", "merger"),
        ("hydrogen", "helium"),
        ("always", "never"),
        ("accretes", "ejects"),
    ],
)
def test_a_sentence_is_not_folded_into_its_opposite(one: str, other: str):
    said = (
        "In all of the nearby galaxies of our large and complete sample the {} part of the disc "
        "shows a gradient of the stellar metallicity that we measure with long slit spectra."
    )
    assert not says_the_same(wording(said.format(one)), wording(said.format(other)))
    assert says_the_same(wording(said.format(one)), wording(said.format(one).upper()))


@pytest.mark.parametrize(
    ("one", "other"),
    [("the galaxies", "galaxies"), ("our sample", "the sample"), ("this disc", "the disc")],
)
def test_words_that_tell_nothing_may_differ(one: str, other: str):
    said = "We find that {} and all of their satellites rotate slowly around one common axis."
    assert says_the_same(wording(said.format(one)), wording(said.format(other)))


# -- years that aren't known, and answers without hits


def test_papers_of_unknown_year_are_left_out_and_counted_or_kept(index: astrosearch.Index):
    with_year = index.query("dust and gas and winds", k=200, year=(2000, 2019))
    assert all(hit.paper.year for hit in with_year)
    assert with_year.remarks.undated_papers == 1
    assert with_year.remarks.undated_sentences > 0
    kept = index.query("dust and gas and winds", k=500, year=2005, year_unknown="keep")
    assert {hit.paper.year for hit in kept} == {2005, None}
    assert kept.remarks.undated_papers == 0
    typed = index.query("dust year:2005", k=500)
    assert typed.remarks.undated_papers == 1


def test_the_command_tells_what_was_left_out(folder: Path, monkeypatch: pytest.MonkeyPatch):
    asked = ("query", "dust", "--mode", "lexical", "--index", folder)
    out = cli(*asked, "--year", "2005")
    assert out.stderr.startswith("1 paper (2 sentences) of unknown year left out")
    assert "unknown year" not in cli(*asked, "--year", "2005", "--year-unknown", "keep").stderr
    out = cli(*asked, "--author", "Nobody", "--format", "json")
    assert out.stderr == "no author like Nobody among 150 papers with authors\n"
    assert json.loads(out.stdout)["hits"] == []
    assert out.exit_code == 0
    out = cli(*asked, "--year", "1950")
    assert "among 150 papers with a year, from 2000 to 2019" in out.stderr
    assert "headed zebras" in cli(*asked, "--section", "zebras").stderr


def test_the_command_pages_limits_and_orders(folder: Path):
    asked = ("query", "dust and gas", "--mode", "lexical", "--index", folder, "--format", "json")
    first = json.loads(cli(*asked, "-k", 4).stdout)["hits"]
    second = json.loads(cli(*asked, "-k", 2, "--offset", 2).stdout)["hits"]
    assert second == first[2:]
    years = [
        hit["paper"]["year"]
        for hit in json.loads(cli(*asked, "-k", 9, "--sort", "-year", "--year", "2001..").stdout)[
            "hits"
        ]
    ]
    assert years == sorted(years, reverse=True)
    papers = [
        hit["paper"]["id"] for hit in json.loads(cli(*asked, "--per-paper", 1).stdout)["hits"]
    ]
    assert len(papers) == len(set(papers)) == 10
    assert json.loads(cli(*asked, "--min-score", 1000).stdout)["hits"] == []
    assert cli(*asked, "--papers", "--per-paper", 2).exit_code == 2


def test_an_answer_with_nothing_close_says_so(example_index: Path):
    with astrosearch.open(example_index) as index:
        assert index.query("how do I knit a scarf").remarks.weak
        assert not index.query("acoustic peaks at small scales").remarks.weak
        assert not index.query_batch(["dust reddens starlight"])[0].remarks.weak
    out = cli("query", "how do I knit a scarf", "--index", example_index)
    assert out.stderr == "nothing close; nearest:\n"


# -- arguments


@pytest.mark.parametrize(
    ("asked", "kind", "named"),
    [
        ({"text": None}, BadType, "text"),
        ({"text": ["a", "b"]}, BadType, "text"),
        ({"k": "3"}, BadType, "k must be a whole number"),
        ({"k": 2.5}, BadType, "k must be a whole number"),
        ({"k": True}, BadType, "k must be a whole number"),
        ({"k": 0}, BadValue, "k is 0"),
        ({"k": None}, BadType, "not None"),
        ({"mode": "psychic"}, BadValue, "mode"),
        ({"mode": 3}, BadType, "mode"),
        ({"offset": -1}, BadValue, "offset is -1"),
        ({"per_paper": 0}, BadValue, "per_paper is 0"),
        ({"per_paper": 2, "papers": True}, BadValue, "per_paper"),
        ({"min_score": "high"}, BadType, "min_score"),
        ({"min_score": float("nan")}, BadValue, "min_score"),
        ({"sort": "length"}, BadValue, "sort"),
        ({"year_unknown": "maybe"}, BadValue, "year_unknown"),
        ({"year": (2000,)}, BadValue, "pair"),
        ({"year": (2020, 2000)}, BadValue, "earlier one first"),
        ({"year": 2000.5}, BadType, "year"),
        ({"author": 7}, BadType, "author"),
        ({"category": [7]}, BadType, "category"),
    ],
    ids=str,
)
def test_an_argument_that_makes_no_sense_is_named(
    index: astrosearch.Index, asked: dict[str, Any], kind: type[Exception], named: str
):
    with pytest.raises(kind, match=named) as caught:
        index.query(**{"text": "dust", **asked})
    assert isinstance(caught.value, AstrosearchError)
    assert isinstance(caught.value, ValueError if kind is BadValue else TypeError)


@pytest.mark.parametrize("texts", ["dust", None, ["dust", None], ["dust", float("nan")], 5])
def test_texts_that_are_none_are_named(index: astrosearch.Index, texts: Any):
    with pytest.raises(BadType):
        index.query_batch(texts)


def test_what_python_people_type_is_taken(index: astrosearch.Index):
    one = index.query("dust", k=np.int64(3), year=(2005, 2007))  # type: ignore[arg-type]
    assert {hit.paper.year for hit in one} <= {2005, 2006, 2007}
    assert index.query("dust", k=3, year=range(2005, 2008)) == one
    assert index.query("dust", k=3, year=[2005, 2007]) == one
    assert index.query("dust", k=3, year=np.int64(2005)) == index.query("dust", k=3, year="2005")  # type: ignore[arg-type]
    assert {hit.paper.year for hit in index.query("dust", year=(2015, None))} <= set(
        range(2015, 2020)
    )
    assert index.query("dust", within=None) == index.query("dust")  # type: ignore[arg-type]
    done: list[int] = []
    found = index.query_batch((text for text in ("dust", "gas")), k=2, progress=done.append)
    assert sum(done) == 2
    assert found == index.query_batch(["dust", "gas"], k=2)
    assert found != index.query_batch(["dust", "jets"], k=2)


def test_likeness_takes_hits_and_papers(index: astrosearch.Index):
    hit = index.query("dust and gas", k=1)[0]
    assert index.similar(hit, k=3) == index.similar(hit.sentence.id, k=3)
    assert index.similar(hit.sentence, k=3) == index.similar(str(hit.sentence.id), k=3)
    assert list(index.similar(hit.paper, k=3)) == list(index.similar(hit.paper.id, k=3))
    assert len(index.similar([hit, hit.paper], k=3, per_paper=1)) == 3
    with pytest.raises(BadType, match="id must be"):
        index.similar(2.5)  # type: ignore[arg-type]


def test_an_index_gives_vectors_and_is_true(index: astrosearch.Index, tmp_path: Path):
    hits = index.query("dust and gas", k=3)
    vectors = index.vectors([hit.sentence.id for hit in hits])
    expected = WordEncoder().encode([hit.sentence.text for hit in hits])
    np.testing.assert_allclose(vectors, expected, atol=1e-6)
    assert index.vectors([]).shape == (0, 64)
    with pytest.raises(NotFound):
        index.vectors([10**9])
    assert bool(index)
    assert len(index) == index.counts.sentences


def test_a_paper_to_leave_out_must_be_there(index: astrosearch.Index):
    assert index.query("dust", exclude="2501.00001")
    with pytest.raises(NotFound, match=r"2599\.00001"):
        index.query("dust", exclude="2599.00001")


# -- what goes wrong


class Overflowing(WordEncoder):
    """Gives no numbers for some texts, as half precision does that overflows."""

    def encode(self, texts: Any, progress: Any = None) -> NDArray[np.float32]:
        vectors = super().encode(texts, progress)
        vectors[["overflow" in text for text in texts]] = np.nan
        return vectors


def test_vectors_that_are_no_numbers_are_refused_with_their_text(tmp_path: Path):
    (tmp_path / "2501.00001.txt").write_text("A title\n\nAll is well. Here is overflow again.\n")
    with pytest.raises(EncoderError, match="Here is overflow again"):
        astrosearch.build(tmp_path, index=tmp_path / "index", encoder=Overflowing())


def test_a_query_without_a_vector_is_refused(folder: Path):
    with (
        astrosearch.open(folder, encoder=Overflowing()) as index,
        pytest.raises(EncoderError, match="overflow of dust"),
    ):
        index.query("overflow of dust")


def test_too_little_memory_is_no_damage(
    index: astrosearch.Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def too_little(*_: object, **__: object) -> None:
        raise MemoryError

    with pytest.raises(OutOfMemory, match="memory"), storage_errors(tmp_path):
        too_little()
    monkeypatch.setattr("astrosearch.search.answer.Answer.results", too_little)
    with pytest.raises(OutOfMemory) as caught:
        index.query("dust")
    assert isinstance(caught.value, MemoryError)


def test_too_many_open_files_say_what_to_do(tmp_path: Path):
    with pytest.raises(StorageError, match="ulimit"), disk_errors(tmp_path):
        raise OSError(errno.EMFILE, "Too many open files")


def test_segments_stay_open_when_somebody_commits(tmp_path: Path):
    lines = [record(f"2501.0000{n}", f"On {n}", text_of(n)) for n in range(5)]
    (tmp_path / "records.jsonl").write_text("\n".join(lines) + "\n")
    astrosearch.build(tmp_path / "records.jsonl", index=tmp_path / "index", encoder=WordEncoder())
    with astrosearch.open(tmp_path / "index", encoder=WordEncoder()) as index:
        assert len(index.query("we see", k=5, papers=True)) == 5
        before = index.read(lambda state: state._vector_index.segments)
        remove(["2501.00003"], tmp_path / "index")
        assert len(index.query("we see", k=5, papers=True)) == 4
        after = index.read(lambda state: state._vector_index.segments)
        assert [id(segment) for segment in after] == [id(segment) for segment in before]

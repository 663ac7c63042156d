"""Filters: what they take, inside dense and lexical search, against doing it by hand."""

from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.maintenance.optimize import optimize
from astrosearch.records import Paper
from astrosearch.search.arrange import PAPERS as FIRST_TIER
from astrosearch.search.filters import filters_of, fold
from astrosearch.search.fusion import DENSE_WEIGHT
from astrosearch.store import vectors
from astrosearch.store.words.postings import K1, USUAL_LENGTH, B
from astrosearch.store.words.splitter import Splitter
from tests.conftest import record
from tests.support.counts import examples
from tests.support.encoders import WordEncoder

CATEGORIES = ["astro-ph.CO", "astro-ph.GA", "astro-ph.SR", "astro-ph", "gr-qc"]
AUTHORS = ["P. J. E. Peebles", "Jim Müller", "Anna van der Berg", "Wei Li", "W. Li", "A. Lin"]
HEADINGS = ["Introduction", "Data and Methods", "Results"]
WORDS = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores", "rings"]
PAPERS = [f"{number % 11 + 5:02d}01.{10000 + number}" for number in range(90)]


def told(number: int) -> str:
    return record(
        PAPERS[number],
        f"On the {WORDS[number % 10]} of field {number}",
        f"We map {WORDS[number % 7]} near {WORDS[number % 9]}. They move outwards.",
        categories=f"{CATEGORIES[number % 5]} astro-ph.IM",
        authors=f"{AUTHORS[number % 6]} and {AUTHORS[number % 4]}",
        versions=[{"version": "v1", "created": f"Mon, 2 Jan {2005 + number % 11} 19:18:42 GMT"}]
        if number % 7
        else [],
    )


@pytest.fixture(scope="module", params=["exact", "coded"])
def index(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ninety papers, every fifth with its text; searched exactly, or through codes."""
    folder = tmp_path_factory.mktemp("filtered")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "records.jsonl").write_text("\n".join(told(n) for n in range(90)) + "\n")
    for number in range(0, 90, 5):
        parts = [
            f"{heading}\n\nThe {WORDS[(number + i) % 10]} and {WORDS[i]} meet. Nothing moves.\n"
            for i, heading in enumerate(HEADINGS)
        ]
        (corpus / f"{PAPERS[number]}.txt").write_text(f"Field {number}\n\n" + "\n".join(parts))
    astrosearch.build(corpus, index=folder / "index", encoder=WordEncoder())
    if request.param == "coded":
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(vectors, "EXACT_UP_TO", 50)
            optimize(folder / "index", recall=0.99)
    return folder / "index"


def rows(index: Path) -> list[tuple[Any, ...]]:
    with sqlite3.connect(index / "astrosearch.db") as db:
        found = db.execute(
            """SELECT sentence_id, text, section, paper_id, year, authors, categories
               FROM sentences JOIN papers USING (paper_key) ORDER BY 1"""
        ).fetchall()
    db.close()
    return found


some = st.lists(st.integers(0, 5), max_size=2)
filters = st.fixed_dictionaries(
    {},
    optional={
        "year": st.sampled_from(["2008", "2006..2009", "2010..", "..2007", 2005, "1990"]),
        "category": st.lists(
            st.sampled_from(["astro-ph.CO", "astro-ph.GA", "astro-ph.*", "gr-qc", "astro-ph.IM"]),
            max_size=2,
        ),
        "author": st.lists(
            st.sampled_from(["peebles", "Muller", "van der Berg, A.", "Li, Wei", "P. Peebles"]),
            max_size=2,
        ),
        "section": st.lists(st.sampled_from(["method", "RESULTS", "abstract"]), max_size=2),
        "within": st.lists(st.sampled_from(PAPERS), max_size=4),
        "exclude": st.lists(st.sampled_from(PAPERS), max_size=4),
    },
)

NAMES = {  # what each author asked for is called in the index
    "peebles": {"P. J. E. Peebles"},
    "Muller": {"Jim Müller"},
    "van der Berg, A.": {"Anna van der Berg"},
    "Li, Wei": {"Wei Li", "W. Li"},
    "P. Peebles": {"P. J. E. Peebles"},
}


def by_hand(row: tuple[Any, ...], asked: dict[str, Any]) -> bool:
    _, _, section, paper, year, authors, categories = row
    if "year" in asked:
        first, _, last = str(asked["year"]).partition("..")
        last = last or ("9999" if ".." in str(asked["year"]) else first)
        if year is None or not int(first or 0) <= year <= int(last):
            return False
    if asked.get("category") and not any(
        f'"{c}"' in categories or (c == "astro-ph.*" and "astro-ph" in categories)
        for c in asked["category"]
    ):
        return False
    if asked.get("author") and not any(
        f'"{name}"' in authors for a in asked["author"] for name in NAMES[a]
    ):
        return False
    if asked.get("section") and not any(s.lower() in section.lower() for s in asked["section"]):
        return False
    if asked.get("within") and paper not in asked["within"]:
        return False
    return paper not in asked.get("exclude", [])


@settings(max_examples=examples(60))
@given(asked=filters, text=st.sampled_from(WORDS), k=st.sampled_from([1, 5, 300]))
def test_search_is_that_of_what_filters_take(index: Path, asked: dict[str, Any], text: str, k: int):
    everything = rows(index)
    wanted = [row for row in everything if by_hand(row, asked)]
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        hits = opened.query(f"{text} move", k=k, mode="dense", fold=False, **asked)
        hybrid = opened.query(f"{text} move", k=k, fold=False, **asked)
        lexical = opened.query(f"{text} move", k=k, mode="lexical", fold=False, **asked)
    model = WordEncoder()
    query = model.encode([f"{text} move"])[0]
    best: Any = (
        np.sort(model.encode([row[1] for row in wanted]) @ query)[::-1][:k] if wanted else []
    )
    assert {hit.sentence.id for hit in hits} <= {row[0] for row in wanted}
    assert len(hits) == min(k, len(wanted))
    np.testing.assert_allclose([hit.score for hit in hits], best, atol=2e-3)
    expected = by_both(f"{text} move", everything, {row[0] for row in wanted})
    assert len(hybrid) == min(k, len(wanted))
    np.testing.assert_allclose(
        [hit.score for hit in hybrid], sorted(expected.values(), reverse=True)[:k], atol=2e-3
    )
    for hit in hybrid:
        assert hit.score == pytest.approx(expected[hit.sentence.id], abs=2e-3)
    with_words = {row[0] for row in wanted if {text, "move", "moves"} & words_of(row[1])}
    assert {hit.sentence.id for hit in lexical} <= {row[0] for row in wanted}
    assert len(lexical) >= min(k, len(with_words))


def by_both(text: str, rows: list[tuple[Any, ...]], wanted: set[int]) -> dict[int, float]:
    """Score every sentence wanted as docs/searching.md says, without an index."""
    model, splitter = WordEncoder(), Splitter()
    query = model.encode([text])[0]
    held = splitter.words_of([row[1] for row in rows])
    scores = dict.fromkeys([row[0] for row in rows], 0.0)
    most = 0.0
    for word in set(splitter.words_of([text])[0]):
        having = [(row[0], words) for row, words in zip(rows, held, strict=True) if word in words]
        if not having:
            continue
        idf = np.log(1 + (len(rows) - len(having) + 0.5) / (len(having) + 0.5))
        own = {
            id: idf
            * (times := words.count(word))
            * (K1 + 1)
            / (times + K1 * (1 - B + B * len(words) / USUAL_LENGTH))
            for id, words in having
        }
        most += max(own.values())
        for id, score in own.items():
            scores[id] += score
    return {
        row[0]: float(DENSE_WEIGHT * (model.encode([row[1]])[0] @ query))
        + (1 - DENSE_WEIGHT) * scores[row[0]] / max(most, 1e-9)
        for row in rows
        if row[0] in wanted
    }


some_ids = st.lists(st.sampled_from(PAPERS) | st.integers(1, 150).map(str), min_size=1, max_size=3)


@settings(max_examples=examples(60))
@given(asked=filters, given_ids=some_ids, k=st.sampled_from([1, 5, 300]))
def test_likeness_is_that_of_what_filters_take(
    index: Path, asked: dict[str, Any], given_ids: list[str], k: int
):
    everything = rows(index)
    model = WordEncoder()
    seeds, own = [], set()
    for id in dict.fromkeys(given_ids):
        members = [row for row in everything if id in (row[3], str(row[0]))]
        own |= {row[0] for row in members}
        mean = model.encode([row[1] for row in members]).mean(axis=0)
        seeds.append(mean / np.linalg.norm(mean))
    seed = np.mean(seeds, axis=0)
    seed /= np.linalg.norm(seed)
    wanted = [row for row in everything if by_hand(row, asked) and row[0] not in own]
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        hits = opened.similar(given_ids, k=k, fold=False, **asked)
        folded = opened.similar(given_ids, k=k, **asked)
    cosines: Any = model.encode([row[1] for row in wanted]) @ seed if wanted else np.empty(0)
    assert {hit.sentence.id for hit in hits} <= {row[0] for row in wanted}
    assert len(hits) == min(k, len(wanted))
    np.testing.assert_allclose([h.score for h in hits], np.sort(cosines)[::-1][:k], atol=2e-3)
    assert {hit.sentence.id for hit in folded} <= {row[0] for row in wanted}


@settings(max_examples=examples(60))
@given(asked=filters, text=st.sampled_from(WORDS), k=st.sampled_from([1, 5, 60]))
def test_papers_are_those_that_filters_take(index: Path, asked: dict[str, Any], text: str, k: int):
    wanted = [row for row in rows(index) if by_hand(row, asked)]
    model = WordEncoder()
    query = model.encode([f"{text} move"])[0]
    cosines: Any = model.encode([row[1] for row in wanted]) @ query if wanted else np.empty(0)
    found = sorted(zip(cosines.tolist(), (row[3] for row in wanted), strict=True), reverse=True)
    foot = found[:FIRST_TIER][-1][0] if found else 0.0
    own: dict[str, list[float]] = {}
    for cosine, paper in found[:FIRST_TIER]:
        own.setdefault(paper, []).append(cosine - foot)
    best = {
        paper: foot + sum(over / 2**at for at, over in enumerate(overs))
        for paper, overs in own.items()
    }
    for cosine, paper in found[FIRST_TIER:]:  # papers that only these have
        best.setdefault(paper, cosine)
    counts = Counter(row[3] for row in wanted)
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        hits = opened.query(f"{text} move", k=k, papers=True, fold=False, mode="dense", **asked)
        spread = opened.query(f"{text} move", k=k, papers=True, diverse=True, **asked)
    for shown in (hits, spread):
        assert len({hit.paper.id for hit in shown}) == len(shown) == min(k, len(counts))
        assert {hit.sentence.id for hit in shown} <= {row[0] for row in wanted}
        assert all(1 <= (hit.matches or 0) <= counts[hit.paper.id] for hit in shown)
    scores = [hit.score for hit in hits]
    np.testing.assert_allclose(scores, sorted(best.values(), reverse=True)[:k], atol=2e-3)
    if len(wanted) <= FIRST_TIER:  # all were candidates
        assert [hit.matches for hit in hits] == [counts[hit.paper.id] for hit in hits]


def words_of(text: str) -> set[str]:
    return set(text.lower().replace(".", "").split())


@pytest.mark.parametrize(
    ("name", "asked", "same"),
    [
        ("Peebles, P. J. E.", "peebles", True),
        ("P. J. E. Peebles", "Peebles, P.", True),
        ("James Peebles", "J. Peebles", True),
        ("James Peebles", "P. Peebles", False),
        ("Peeblesson, J.", "peebles", False),
        ("Jim Müller", "muller", True),
        ("Anna van der Berg", "van der Berg", True),
        ("van der Berg, Anna", "van der Berg, A", True),
        ("Di Li", "Li", True),
        ("Anna van der Berg", "Berg", True),
        ("Planck Collaboration", "planck", True),
        ("Planck Collaboration", "Planck Collaboration", True),
        ("Wei Li", "Li, Wen", False),
    ],
)
def test_authors_as_people_type_them(name: str, asked: str, same: bool):
    assert filters_of(author=asked).takes(Paper("a", authors=(name,))) == same


@given(st.text())
def test_folding_is_idempotent(text: str):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"year": "20x5"}, r"'20x5' is not a year.*\n.*2015\.\.2020"),
        ({"year": "2020..2015"}, r"\n.*2015\.\.2020"),
        ({"year": ".."}, "not a year"),
        ({"category": "cosmology!"}, r"not an arXiv category.*\n.*astro-ph\.CO"),
        ({"category": "astro-ph.XX"}, r"no paper here.*\n.*astro-ph\.CO, "),
        ({"author": " "}, "author asked for is empty"),
        ({"section": ""}, "section asked for is empty"),
    ],
)
def test_filters_that_make_no_sense_are_refused(index: Path, asked: dict[str, Any], message: str):
    with (
        astrosearch.open(index, encoder=WordEncoder()) as opened,
        pytest.raises(AstrosearchError, match=message),
    ):
        opened.query("gas", **asked)


def test_an_unknown_paper_is_not_found(index: Path):
    with (
        astrosearch.open(index, encoder=WordEncoder()) as opened,
        pytest.raises(NotFound, match=r"no paper 1234\.56789"),
    ):
        opened.query("gas", within=["1234.56789", PAPERS[0]])


def test_filters_on_the_command_line(index: Path):
    arguments = ["query", "gas", "--mode", "lexical", "--format", "csv", "--index", str(index)]
    asked = ["--year", "2005..2010", "--category", "astro-ph.*", "--author", "Peebles"]
    more = ["--section", "abstract", "--exclude", PAPERS[0], "--in", PAPERS[0], "--in", PAPERS[12]]
    result = CliRunner().invoke(main, [*arguments, *asked, *more])
    assert result.exit_code == 0, result.stderr
    assert PAPERS[0] not in result.stdout
    wrong = CliRunner().invoke(main, [*arguments, "--year", "20x5"])
    assert (wrong.exit_code, wrong.stdout) == (1, "")
    assert wrong.stderr.startswith("error: '20x5' is not a year")

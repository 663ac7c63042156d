"""Names, lines, molecules, units and surveys are found in whichever spelling they are typed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import astrosearch
from astrosearch.corpus.textform import of_query
from astrosearch.search.language import any_of, parse, phrase
from astrosearch.search.snapshot import in_memory
from astrosearch.spelling import phrase_words
from astrosearch.store.words.splitter import PHRASES_TOKENIZE
from tests.support.encoders import WordEncoder

HERE = Path(__file__).parent
# A catalogue's name may be left out before a place, but then a phrase begins with the place.
PLACED = {"pulsar", "quasar", "dwarf"}


def rows(file: str) -> Iterator[list[str]]:
    for line in (HERE / file).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.replace("\\u00ad", "\u00ad").split("\t")


NAMES = {(kind, spellings[0]): spellings for kind, *spellings in rows("names.tsv")}
OTHERS = {name: others for name, *others in rows("other_names.tsv")}


def said(name: str) -> str:
    return f"We see {of_query(name, 'plain')} in detail."


def in_quotes(asked: str, texts: list[str]) -> set[int]:
    """Which texts a quoted phrase finds."""
    term = phrase(of_query(asked, "plain"))
    assert term is not None, asked
    with closing(sqlite3.connect(":memory:")) as db:
        db.execute(f"CREATE VIRTUAL TABLE t USING fts5(text, tokenize = '{PHRASES_TOKENIZE}')")
        spelled = [(i, phrase_words(text)) for i, text in enumerate(texts)]
        db.executemany("INSERT INTO t (rowid, text) VALUES (?, ?)", spelled)
        found = db.execute("SELECT rowid FROM t WHERE t MATCH ?", [any_of([term])])
        return {row[0] for row in found}


def by_words(asked: str, texts: list[str]) -> set[int]:
    """Which texts have every word and name of a query."""
    terms = parse(of_query(asked, "plain")).ranking
    terms = tuple(term for term in terms if term.name) or terms
    with in_memory(texts) as ranking:
        (held,) = ranking.weighted([terms])
    assert len(held) <= len(terms)
    if len(held) < len(terms):
        return set()
    found = held[0].ids
    for postings in held[1:]:
        found = np.intersect1d(found, postings.ids)
    return set(found.tolist())


def test_there_are_many_names():
    assert len(NAMES) > 400
    assert sum(map(len, NAMES.values())) > 1300


@pytest.mark.parametrize(("kind", "name"), NAMES, ids=lambda part: part)
def test_each_spelling_finds_all_others(kind: str, name: str):
    spellings = NAMES[kind, name]
    texts = [said(spelling) for spelling in spellings]
    every = set(range(len(texts)))
    for spelling in spellings:
        assert in_quotes(spelling, texts) == every, spelling
        assert in_quotes(f"{spelling} in detail", texts) == every, spelling
        if kind not in PLACED:
            assert in_quotes(f"we see {spelling} in", texts) == every, spelling
        assert by_words(spelling, texts) == every, spelling


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_near_a_name_is_not_found(name: str):
    texts = [said(other) for other in OTHERS[name]]
    found = in_quotes(name, [*texts, said(name)])
    assert found == {len(texts)}, [texts[i] for i in found - {len(texts)}]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("names")
    texts = [said(spellings[-1]) for spellings in NAMES.values()]
    text = "Names of the sky\n\nABSTRACT\n" + " ".join(texts)
    (folder / "corpus").mkdir()
    (folder / "corpus" / "2501.00001.txt").write_text(text, encoding="utf-8")
    astrosearch.build(folder / "corpus", index=folder / "index", encoder=WordEncoder())
    return folder / "index"


@pytest.mark.parametrize("name", ["NGC 1068", "Cyg X-1", "HCO+", "sigma_8", "47 Tuc", "[CII] 158"])
def test_an_index_finds_a_name_by_words_and_in_quotes(index: Path, name: str):
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        first = opened.query(name, k=1, mode="lexical")[0].sentence.text
        assert in_quotes(name, [first]) or by_words(name, [first]), first
        (quoted, *_) = opened.query(f'"{name}"', mode="lexical")
        assert in_quotes(name, [quoted.sentence.text])
        left = opened.query(f'detail -"{name}"', k=1000, mode="lexical", fold=False)
        assert not any(in_quotes(name, [hit.sentence.text]) for hit in left)

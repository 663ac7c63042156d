"""Ranking by words: the same as adding up every sentence's score, however it is cut short."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import astrosearch
from astrosearch.errors import NotAnIndex
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.repair import repair
from astrosearch.maintenance.verify import verify
from astrosearch.search.bm25 import WordRanking, best, scores_of
from astrosearch.search.index import Mode
from astrosearch.search.language import terms
from astrosearch.store.reader import Store
from astrosearch.store.rows import Postings
from astrosearch.store.words import table as words
from astrosearch.store.words.postings import pack, unpack
from astrosearch.store.words.splitter import Splitter
from tests.support.encoders import WordEncoder

WORDS = ("gas", "dust", "halo", "ring", "the", "of")


@st.composite
def weighted_lists(draw):
    lists = []
    for _ in range(draw(st.integers(1, 5))):
        ids = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=40)))
        scores = draw(
            st.lists(st.integers(1, 8).map(lambda n: n / 4), min_size=len(ids), max_size=len(ids))
        )
        lists.append(Postings(np.array(ids, dtype=np.int64), np.array(scores, dtype=np.float32)))
    return lists


subsets = st.none() | st.sets(st.integers(1, 60)).map(
    lambda ids: np.array(sorted(ids), dtype=np.int64)
)


@given(weighted_lists(), st.integers(1, 70), subsets, subsets)
def test_best_is_what_adding_everything_up_gives(lists, k, among, without):
    sums: dict[int, float] = {}
    for each in lists:
        for id, score in zip(each.ids.tolist(), each.impacts.tolist(), strict=True):
            sums[id] = sums.get(id, 0) + score
    allowed = set(sums) if among is None else set(sums) & set(among.tolist())
    allowed -= set() if without is None else set(without.tolist())
    expected = sorted(allowed, key=lambda id: (-sums[id], id))[:k]
    ids, scores = best(lists, k, among, without)
    assert ids.tolist() == expected
    assert scores.tolist() == [sums[id] for id in expected]
    np.testing.assert_array_equal(scores_of(lists, ids), scores)


@given(st.integers(0, 2**40), st.sets(st.integers(0, 2**31), min_size=1), st.text())
def test_postings_are_read_as_they_were_written(part, offsets, word):
    ids = np.array(sorted(offsets), dtype=np.int64) + part
    impacts = bytes(1 + i % 255 for i in range(len(ids)))
    blob = pack(part, word, ids, impacts)
    read_ids, read_impacts = unpack(part, word, blob)
    np.testing.assert_array_equal(read_ids, ids)
    assert read_impacts.tobytes() == impacts


@given(st.data())
def test_damaged_postings_are_never_read(data):
    blob = bytearray(pack(3, "gas", np.array([3, 5, 9]), b"\x05\x06\x07"))
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="damaged"):
        unpack(3, "gas", bytes(blob))
    for other in ((3, "dust"), (4, "gas")):
        with pytest.raises(ValueError, match="damaged"):
            unpack(*other, pack(3, "gas", np.array([5, 9]), b"\x05\x06"))


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=6))
def test_postings_name_each_text_of_a_word_once(texts):
    splitter = Splitter()
    split = splitter.words_of(texts)
    made = splitter.postings_of(texts)
    assert set(made) == {word for words in split for word in words}
    for word, (places, impacts) in made.items():
        assert places.tolist() == [i for i, words in enumerate(split) if word in words]
        assert len(impacts) == len(places)
        assert min(impacts) > 0


def test_words_are_split_as_the_full_text_splits_them():
    split = Splitter().words_of(["Galaxies, H-alpha", "Étoiles σ₈", "", "NGC1068 N-body's"])
    assert split == [
        ("galaxi", "halpha"),
        ("etoil", "sigma", "sigma8"),
        (),
        ("ngc", "1068", "ngc1068", "n", "bodi", "s"),
    ]


def test_a_name_is_its_words_side_by_side():
    texts = ["The cluster M 13 is old.", "M dwarfs within 13 parsecs", "Messier 13", "a 13 M star"]
    with closing(Splitter()) as splitter, closing(Splitter()) as phrases:
        held = {
            word: Postings.of(places, np.frombuffer(impacts, np.uint8))
            for word, (places, impacts) in splitter.postings_of(texts).items()
        }
        ranking = WordRanking(
            lambda asked: {word: held[word] for word in asked if word in held},
            splitter.matching,
            phrases.words_of_phrases,
            len(texts),
        )
        name, other = ranking.weighted([tuple(terms("M 13")), tuple(terms("M-dwarf"))])
    assert [each.ids.tolist() for each in name] == [[0, 2]]
    assert [each.ids.tolist() for each in other] == [[1]]


def test_an_article_is_no_part_of_a_name():
    found = list(terms("is GW151226 a merger near HD 209458 b"))
    named = [term.phrases for term in found if term.name]
    assert named == [("gw151226",), ("hd209458b",)]


# --- the table ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE words SET postings = zeroblob(length(postings)) WHERE word = 'halo'",
        "UPDATE words SET postings = (SELECT postings FROM words WHERE word = 'the') "
        "WHERE word = 'halo'",
        "UPDATE words SET word = 'haloed' WHERE word = 'halo'",
        "DELETE FROM words WHERE word = 'halo'",
        "UPDATE words SET part = part + 100000",
    ],
)
def test_damaged_words_are_refused_found_and_mended(built: Path, damage: str):
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        before = opened.query("halo gas", mode="lexical")
    with closing(sqlite3.connect(built / "astrosearch.db")) as db:
        db.execute(damage)
        db.commit()
    if "SET postings" in damage or "SET part" in damage:
        with (
            astrosearch.open(built, encoder=WordEncoder()) as opened,
            pytest.raises(NotAnIndex, match="words is damaged"),
        ):
            opened.query("halo gas")
    assert any(problem.startswith("words") for problem in verify(built))
    assert "words: rebuilt" in repair(built, encoder=WordEncoder()).done
    assert verify(built) == []
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        assert opened.query("halo gas", mode="lexical") == before


def test_merging_drops_the_words_of_what_is_gone(corpus: Path, built: Path):
    def held() -> set[int]:
        with closing(Store(built)) as store:
            return set(store.postings(["halo"])["halo"].ids.tolist())

    before = held()
    (corpus / "2501.99101.txt").write_text(
        (corpus / "2501.99101.txt").read_text().replace("rounder", "more spherical")
    )
    astrosearch.build(corpus, index=built, encoder=WordEncoder())
    optimizing.optimize(built)
    assert held()
    assert not held() & before
    assert verify(built) == []
    with closing(Store(built)) as store:
        parts = store.rows("SELECT DISTINCT part FROM words")
        assert len(parts) == len(store.segments())


def test_removed_sentences_weigh_nothing(tmp_path: Path):
    """Scores are those of the papers that are left, before `optimize` as after it."""
    for number in range(40):
        animal = "zebra" if number % 2 else "quokka"
        (tmp_path / f"2501.{number:05}.txt").write_text(f"Title\n\nThe {animal} eats grass.\n")
    index, left = tmp_path / "index", tmp_path / "left"
    astrosearch.build(tmp_path, index=index, encoder=WordEncoder())
    gone = [f"2501.{number:05}" for number in range(1, 37, 2)]
    removing.remove(gone, index)
    for name in gone:
        (tmp_path / f"{name}.txt").unlink()
    astrosearch.build(tmp_path, index=left, encoder=WordEncoder())

    def found(folder: Path, mode: Mode) -> list[tuple[str, float]]:
        with astrosearch.open(folder, encoder=WordEncoder()) as opened:
            hits = opened.query("zebra quokka", k=100, mode=mode, fold=False)
            return [(hit.paper.id, hit.score) for hit in hits]

    modes: tuple[Mode, ...] = ("lexical", "hybrid")
    for mode in modes:
        expected = found(left, mode)
        assert [id for id, _ in found(index, mode)] == [id for id, _ in expected]
        scores = [score for _, score in expected]
        assert [score for _, score in found(index, mode)] == pytest.approx(scores, abs=1e-6)
        assert found(index, "lexical")[0][0] in ("2501.00037", "2501.00039")
    before = found(index, "lexical")
    optimizing.optimize(index)
    assert found(index, "lexical") == before


def test_what_is_removed_is_read_once_however_many_ask(
    built: Path, monkeypatch: pytest.MonkeyPatch
):
    removing.remove(["2501.99102"], built)
    reads: list[Store] = []
    dead_vectors = Store.dead_vectors

    def counted(store: Store) -> object:
        reads.append(store)
        return dead_vectors(store)

    monkeypatch.setattr(Store, "dead_vectors", counted)
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        opened.query("halo", mode="lexical")
        first = len(reads)
        for word in ("halo", "gas", "peaks", "dust -winds"):
            opened.query(word, mode="lexical")
        assert len(reads) == first <= 2


class OutOfOrder:
    """A database whose table of sentences is damaged: rows in no order, again and again."""

    def execute(self, sql: str, values: object = ()) -> OutOfOrder:
        return self

    def fetchmany(self, count: int) -> list[tuple[object, str]]:
        return [(5, "gas"), (3, "dust")]


def test_sentences_out_of_order_end_with_an_error():
    damaged: Any = OutOfOrder()
    with pytest.raises(sqlite3.DatabaseError, match="sentences is damaged"):
        words.gather(damaged, 1, 9)


@pytest.mark.parametrize("row", [(1, "gas", None), (1, b"gas", b""), ("1", "gas", "text")])
def test_rows_of_other_types_are_damaged(row: Any):
    with pytest.raises(ValueError, match="damaged"):
        unpack(*row)

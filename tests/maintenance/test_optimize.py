"""Optimizing an index: codes above a size, the same answers, and nothing lost on the way."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest

import astrosearch
from astrosearch.errors import AstrosearchError
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.verify import verify
from astrosearch.store import vectors
from astrosearch.store.reader import Store
from astrosearch.store.schema import FORMAT_VERSION
from astrosearch.store.vectors import build_codes as coding
from astrosearch.store.vectors import segments
from tests.support.encoders import WordEncoder

WORDS = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores", "rings"]

TRAINING = "training on the CPU"


def paper(corpus: Path, number: int, sentences: int = 40) -> None:
    rng = random.Random(number)
    text = " ".join(f"The {' '.join(rng.choices(WORDS, k=7))} move." for _ in range(sentences))
    (corpus / f"2503.{99000 + number}.txt").write_text(f"Note {number}\n\nMethods\n\n{text}\n")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of 408 distinct sentences where more than 100 are too many for exact search."""
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    (tmp_path / "corpus").mkdir()
    for number in range(10):
        paper(tmp_path / "corpus", number)
    return update(tmp_path)


def update(tmp_path: Path) -> Path:
    astrosearch.build(tmp_path / "corpus", index=tmp_path / "index", encoder=WordEncoder())
    return tmp_path / "index"


def answers(index: Path, count: int = 50) -> list[list[tuple[int, float]]]:
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        asked = [" ".join(random.Random(i).choices(WORDS, k=4)) for i in range(count)]
        found = opened.query_batch(asked, k=10, fold=False)
        return [[(hit.sentence.id, hit.score) for hit in found[i]] for i in range(count)]


def agreement(found: list[list[tuple[int, float]]], exact: list[list[tuple[int, float]]]) -> float:
    """Share of the exact scores that were reached: ids of equal scores may change places."""
    reached = [
        np.mean([a[1] >= b[1] - 2e-3 for a, b in zip(one, other, strict=True)])
        for one, other in zip(found, exact, strict=True)
    ]
    return float(np.mean(reached))


def test_answers_stay_nearly_the_same(index: Path):
    exact = answers(index)
    told: list[str] = []
    optimizing.optimize(index, recall=0.95, progress=lambda step, done: told.append(step))
    assert verify(index) == []
    assert list(dict.fromkeys(told)) == ["merging", TRAINING, "coding", "measuring", "tuning"]
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is not None
        assert opened.codes.asked == 0.95
        assert opened.codes.recall > 0.8
        assert {row.kind for row in opened.segments} == {"half"}
        assert opened.codes.segment.vectors == len(opened)
    assert agreement(answers(index), exact) > 0.9


def test_small_indexes_stay_exact(index: Path, monkeypatch: pytest.MonkeyPatch):
    exact = answers(index)
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 10_000)
    optimizing.optimize(index)
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is None
    assert answers(index) == exact


def test_what_is_added_and_removed_later_counts_at_once(index: Path, tmp_path: Path):
    optimizing.optimize(index)
    paper(tmp_path / "corpus", 77)
    (tmp_path / "corpus" / "new.txt").write_text("News\n\nQuasars flicker without warning.\n")
    update(tmp_path)
    removing.remove(["2503.99003"], index)
    assert verify(index) == []
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        hits = opened.query("Quasars flicker without warning.", k=3)
        assert hits[0].paper.id == "new"
        everything = opened.query("gas and dust", k=1000, fold=False)
        assert len(everything) == len(opened)
        assert "2503.99003" not in {hit.paper.id for hit in everything}
        assert opened.codes is not None
        coded = opened.codes.segment.last_id
        assert all(
            row.kind == ("half" if row.last_id <= coded else "flat") for row in opened.segments
        )
    optimizing.optimize(index)
    assert verify(index) == []
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is not None
        assert (
            opened.codes.segment.vectors
            == len(opened)
            == len(opened.query("gas", k=1000, fold=False))
        )
        assert opened.counts.dead_vectors == 0


def test_all_that_codes_cover_may_be_replaced(index: Path, tmp_path: Path):
    optimizing.optimize(index)
    for path in (tmp_path / "corpus").iterdir():
        path.write_text(path.read_text().replace("move", "halt"))
    update(tmp_path)
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is not None
        assert all(row.first_id > opened.codes.segment.last_id for row in opened.segments)
        assert len(opened.query("gas and dust", k=10)) == 10
        assert len(opened.query("gas and dust", k=1000, fold=False)) == len(opened)
    optimizing.optimize(index)
    assert verify(index) == []


def test_again_does_nothing_and_another_recall_only_tunes(index: Path):
    def files() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in (index / "segments").iterdir()}

    optimizing.optimize(index, recall=0.9)
    before, database = files(), (index / "astrosearch.db").read_bytes()
    optimizing.optimize(index, recall=0.9)
    assert files() == before
    optimizing.optimize(index, recall=0.99)
    assert files() == before
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is not None
        assert opened.codes.asked == 0.99
    assert (index / "astrosearch.db").read_bytes() != database


def test_recall_of_one_is_exact_again(index: Path):
    exact = answers(index)
    optimizing.optimize(index)
    optimizing.optimize(index, recall=1)
    assert verify(index) == []
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is None
        assert {row.kind for row in opened.segments} == {"flat"}
    assert agreement(answers(index), exact) == 1
    assert len(list((index / "segments").iterdir())) == 1


@pytest.mark.parametrize("recall", [0, -1, 1.5])
def test_impossible_recall_is_refused(index: Path, recall: float):
    with pytest.raises(AstrosearchError, match="recall can't be"):
        optimizing.optimize(index, recall=recall)


@pytest.mark.parametrize("at", ["merging", TRAINING, "coding", "measuring", "tuning"])
def test_interrupted_optimize_loses_nothing_and_goes_on(index: Path, at: str):
    exact = answers(index)

    def interrupt(step: str, done: float) -> None:
        if step == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optimizing.optimize(index, progress=interrupt)
    assert verify(index) == []
    assert agreement(answers(index), exact) == 1
    optimizing.optimize(index)
    assert verify(index) == []
    assert agreement(answers(index), exact) > 0.9
    assert {p.name for p in (index / "segments").iterdir()} == Store(index).live_files()


@pytest.mark.parametrize("damage", [False, True])
def test_codes_half_made_are_gone_on_with(
    index: Path, monkeypatch: pytest.MonkeyPatch, damage: bool
):
    monkeypatch.setattr(coding, "KEPT_EVERY", 0.0)
    monkeypatch.setattr(coding, "KEPT_SHARE", 0)
    monkeypatch.setattr(segments, "CHUNK", 50)

    def interrupt(step: str, done: float) -> None:
        if step == "coding" and done > 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optimizing.optimize(index, progress=interrupt)
    (kept,) = (index / "segments").glob("*.begun")
    if damage:
        content = bytearray(kept.read_bytes())
        content[-10] ^= 1
        kept.write_bytes(content)
    told: list[tuple[str, float]] = []
    optimizing.optimize(index, progress=lambda step, done: told.append((step, done)))
    first = next(done for step, done in told if step == "coding")
    assert (TRAINING in dict(told)) == damage
    assert (first < 0.5) == damage
    assert verify(index) == []
    assert not list((index / "segments").glob("*.begun"))
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is not None
        assert opened.codes.segment.vectors == len(opened)


def test_codes_half_made_of_other_sentences_are_forgotten(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def interrupt(step: str, done: float) -> None:
        if step == "coding":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        optimizing.optimize(index, progress=interrupt)
    paper(tmp_path / "corpus", 55)
    update(tmp_path)
    told: list[str] = []
    optimizing.optimize(index, progress=lambda step, done: told.append(step))
    assert TRAINING in told
    assert verify(index) == []
    assert not list((index / "segments").glob("*.begun"))


def test_damaged_codes_are_found(index: Path):
    optimizing.optimize(index)
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.codes is not None
        file = index / "segments" / opened.codes.segment.file
    content = bytearray(file.read_bytes())
    content[-10] ^= 1
    file.write_bytes(content)
    assert any(file.name in problem for problem in verify(index))


def test_open_index_goes_on_while_it_is_optimized(index: Path):
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        before = [hit.score for hit in opened.query("gas dust", k=5, mode="dense")]
        optimizing.optimize(index)
        after = [hit.score for hit in opened.query("gas dust", k=5, mode="dense")]
        np.testing.assert_allclose(after, before, atol=2e-3)


def test_an_older_version_is_told_that_it_is_too_old(index: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("astrosearch.store.schema.FORMAT_VERSION", 2)
    with pytest.raises(AstrosearchError, match=f"format {FORMAT_VERSION}"):
        Store(index)

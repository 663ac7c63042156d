"""Distilling gives an encoder with fewer layers that has nearly its base's vectors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from astrosearch.cli.main import main
from astrosearch.encoder import load_encoder
from astrosearch.encoder.devices import has_torch
from astrosearch.encoder.weights import read_safetensors
from astrosearch.errors import StorageError, TrainingError
from astrosearch.training.fit.lessons import Lessons, batches_by_length, lesson_texts
from astrosearch.training.fit.recipe import ASTRO, DISTIL
from astrosearch.training.fit.results import Trained
from astrosearch.training.fit.train import train
from astrosearch.training.pairs.file import Pair
from tests.support.encoders import WordEncoder
from tests.training.test_training import TOPICS, Stop, fit, steps_to, toy_pairs, write, write_bert

pytestmark = pytest.mark.skipif(not has_torch(), reason="the train extra isn't installed")

TINY = replace(
    DISTIL,
    layers=2,
    batch_size=8,
    epochs=6,
    learning_rate=3e-3,
    log_every=2,
    checkpoint_every=10,
    patience=None,
)
WORDS = "embeddings.word_embeddings.weight"


@pytest.fixture(scope="module")
def deep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bases") / "deep", 32, 4, 2)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pairs") / "toy.jsonl", toy_pairs())


@pytest.fixture(scope="module")
def distilled(toy: Path, deep: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    return fit(toy, tmp_path_factory.mktemp("distilled") / "small", deep, TINY)


def cosines(one: Path, other: Path, texts: Sequence[str]) -> Any:
    first, second = (load_encoder(str(path), "cpu").encode(texts) for path in (one, other))
    return (first * second).sum(axis=1)


def test_it_has_fewer_layers_and_nearly_its_bases_vectors(distilled: Trained, deep: Path) -> None:
    config = json.loads((distilled.folder / "config.json").read_text())
    assert config["num_hidden_layers"] == 2
    assert cosines(distilled.folder, deep, [f"the light of {t}" for t in TOPICS]).mean() > 0.97
    losses = [entry["loss"] for entry in distilled.best.log if "loss" in entry]
    assert losses[-1] < losses[0] / 2


def test_words_stay_as_the_base_has_them(distilled: Trained, deep: Path) -> None:
    weights, base = (
        read_safetensors(folder / "model.safetensors") for folder in (distilled.folder, deep)
    )
    assert np.array_equal(weights[WORDS], base[WORDS].astype(np.float16))


def test_the_card_says_what_was_learned_from_what(distilled: Trained) -> None:
    card = (distilled.folder / "README.md").read_text(encoding="utf-8")
    assert "Training started from 2 of the layers of" in card
    texts = {text for pair in toy_pairs() if pair.split == "train" for text in pair_texts(pair)}
    assert f"{len(texts)} texts in the text form *plain*" in card
    assert "the vector that its base gives; there are no labels" in card
    assert "--recipe distil" in card
    assert "<li>0: " not in card
    assert len(card) < 15_000


def pair_texts(pair: Pair) -> tuple[str, str]:
    return pair.text_a, pair.text_b


def test_the_score_of_the_whole_base_stands_beside(distilled: Trained) -> None:
    assert distilled.best.base_score is not None
    assert distilled.score is not None
    assert "base | trained" in (distilled.folder / "README.md").read_text(encoding="utf-8")


def test_an_interrupted_run_goes_on_with_the_vectors_it_has(
    toy: Path, deep: Path, tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(toy, tmp_path / "out", deep, TINY, progress=Stop(14))
    (part,) = (tmp_path / "out.training" / "vectors").iterdir()
    before = part.stat().st_mtime_ns
    steps: list[int] = []

    def noting(progress: Any) -> None:
        steps_to(steps)(progress)
        assert part.stat().st_mtime_ns == before

    fit(toy, tmp_path / "out", deep, TINY, progress=noting)
    assert steps[0] == 11


def test_computed_vectors_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astrosearch.training.fit.lessons.PART", 4)
    encoder, texts = WordEncoder(), [f"text {number}" for number in range(10)]
    for _ in range(2):
        lessons = Lessons(texts, tmp_path / "vectors", lambda: encoder)
        with lessons.being_computed():
            found = lessons.vectors([9, 0, 5])
        assert np.allclose(found, WordEncoder().encode(["text 9", "text 0", "text 5"]), atol=1e-3)
    assert sorted(encoder.seen) == sorted(texts)


def test_what_goes_wrong_in_the_other_thread_is_told(tmp_path: Path) -> None:
    def broken() -> WordEncoder:
        raise StorageError("the disk is gone")

    lessons = Lessons(["text"], tmp_path / "vectors", broken)
    with pytest.raises(StorageError, match="the disk is gone"), lessons.being_computed():
        lessons.vectors([0])


def test_texts_come_once_and_some_are_short_as_queries() -> None:
    pairs = [
        Pair(f"a sentence of many words, the number {n} of all", "its title") for n in range(99)
    ]
    texts = lesson_texts(pairs, None, seed=3)
    assert len(texts) == 100
    whole = {pair.text_a for pair in pairs} | {"its title"}
    parts = [text for text in texts if text not in whole]
    assert 15 <= len(parts) <= 20
    assert all(any(part in text for text in whole) for part in parts)
    assert lesson_texts(pairs, 50, seed=3) == texts[:50]


def test_batches_hold_texts_of_like_length() -> None:
    lengths = [1, 50, 2, 51, 3, 52, 4]
    batches = list(batches_by_length(lengths, 2, seed=1))
    assert sorted(row for batch in batches for row in batch) == [*range(7)]
    assert [0, 2] in batches


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, arguments)])


def test_more_layers_than_there_are(toy: Path, deep: Path, tmp_path: Path) -> None:
    out = run(toy, "-o", tmp_path / "out", "--recipe", "distil", "--base", deep, "--layers", 9,
              "--batch-size", 8)  # fmt: skip
    assert out.exit_code == 1
    assert "the base has 4 layers, fewer than 9.\nGive fewer: --layers" in out.stderr


def test_options_of_another_recipe_are_refused(toy: Path, deep: Path, tmp_path: Path) -> None:
    out = run(toy, "-o", tmp_path / "out", "--base", deep, "--layers", 2)
    assert out.exit_code == 1
    assert "take --recipe distil" in out.stderr
    with pytest.raises(TrainingError, match="--hard-negatives"):
        train([toy], tmp_path / "out", recipe=replace(DISTIL, hard_negatives=1), base=str(deep))
    assert ASTRO.layers is None

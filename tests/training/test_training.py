"""Training gives an encoder that our runtimes load, whatever happens on the way."""

from __future__ import annotations

import errno
import hashlib
import http.server
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result

from astrosearch.cli.main import main
from astrosearch.encoder import load_encoder
from astrosearch.encoder.devices import has_torch
from astrosearch.encoder.folder import read_folder
from astrosearch.errors import EncoderError, PairsError, StorageError, TrainingError
from astrosearch.training.fit.card import base_section
from astrosearch.training.fit.curves import WIDTH, chart, save_picture
from astrosearch.training.fit.data import by_kind, read_training_pairs, weighted
from astrosearch.training.fit.dev_benchmark import dev_benchmark
from astrosearch.training.fit.negatives import mine_negatives
from astrosearch.training.fit.recipe import ASTRO, SEED, Recipe
from astrosearch.training.fit.results import SeedResult, Trained
from astrosearch.training.fit.train import train
from astrosearch.training.fit.trainer import Progress
from astrosearch.training.pairs.file import Pair, write_pairs
from tests.support.encoders import WordEncoder
from tests.support.places import ROOT, SHARED

pytestmark = [
    pytest.mark.skipif(not has_torch(), reason="the train extra isn't installed"),
    pytest.mark.skipif(find_spec("accelerate") is None, reason="the train extra isn't installed"),
]

CARD = SHARED / "seed" / "model_card.md"
TOPICS = [f"{shape}{kind}" for shape in ("ring", "dwarf", "blue", "dusty") for kind in "abcdefghij"]
TINY = replace(
    ASTRO,
    base="",
    batch_size=8,
    epochs=2,
    hard_negatives=0,
    matryoshka=(16,),
    matryoshka_weights=(),
    learning_rate=3e-3,
    log_every=2,
    checkpoint_every=4,
    patience=None,
)


def toy_pairs(count: int = 48, **fields: Any) -> list[Pair]:
    """Pairs that name the same topic; every sixth is for validation."""
    made = []
    for i in range(count):
        topic, paper = TOPICS[i % len(TOPICS)], f"2501.{i:05}"
        split = "validation" if i % 6 == 5 else "train"
        values: dict[str, Any] = {"split": split, "paper_a": paper, "paper_b": paper}
        texts = f"{topic} seen in survey {i % 7}", f"the light of {topic} is faint {i % 5}"
        made.append(Pair(*texts, **(values | fields)))
    return made


def write(path: Path, pairs: list[Pair]) -> Path:
    with path.open("w", encoding="utf-8") as stream:
        write_pairs(pairs, stream)
    return path


def write_bert(folder: Path, hidden: int, layers: int, heads: int, positions: int = 512) -> Path:
    """Write a plain transformers folder: a BERT of random weights and a small vocabulary."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *TOPICS, *map(str, range(10))]
    words += [*"seen in survey the light of is faint ring dwarf blue dusty".split()]  # noqa: SIM905
    words += [prefix + letter for letter in "abcdefghijklmnopqrstuvwxyz" for prefix in ("", "##")]
    vocabulary = {word: n for n, word in enumerate(dict.fromkeys(words))}
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * hidden,
        max_position_embeddings=positions,
    )
    BertModel(config).save_pretrained(folder)
    BertTokenizerFast(vocab=vocabulary, do_lower_case=True).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bert(tmp_path_factory.mktemp("bases") / "tiny", 32, 2, 2)


@pytest.fixture(scope="module")
def toy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("pairs") / "toy.jsonl", toy_pairs())


def fit(toy: Path, output: Path, base: Path, recipe: Recipe = TINY, **options: Any) -> Trained:
    return train([toy], output, recipe=recipe, base=str(base), device="cpu", **options)


def steps_to(steps: list[int]) -> Callable[[Progress], None]:
    """Note the steps that training tells of."""
    return lambda p: steps.append(p.done) if p.stage.startswith("training") else None


def vectors(folder: Path, texts: list[str]) -> Any:
    return load_encoder(str(folder), "cpu").encode(texts)


@pytest.fixture(scope="module")
def trained(toy: Path, tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Trained:
    recipe = replace(TINY, epochs=8, hard_negatives=1)
    return fit(toy, tmp_path_factory.mktemp("trained") / "tiny-astro", tiny, recipe)


# The recipes


def test_the_seed_recipe_has_the_seeds_values() -> None:
    assert (SEED.base, SEED.text_form) == ("allenai/specter2_base", "seed")
    assert (SEED.max_tokens, SEED.train_tokens) == (256, 256)
    assert (SEED.loss, SEED.scale, SEED.matryoshka, SEED.hard_negatives) == ("mnrl", 20.0, (), 0)
    assert (SEED.batch_size, SEED.epochs, SEED.seed) == (64, 4, 42)
    assert (SEED.learning_rate, SEED.betas, SEED.epsilon) == (5e-5, (0.9, 0.999), 1e-8)
    assert (SEED.weight_decay, SEED.warmup, SEED.max_grad_norm) == (0.0, 0.0, 1.0)
    assert (SEED.half_precision, SEED.mixture) == (True, "round_robin")
    assert (SEED.log_every, SEED.checkpoint_every) == (500, 500)
    assert (SEED.no_duplicates, SEED.dropout, SEED.dev, SEED.patience) == (False, None, False, None)


@pytest.fixture(scope="module")
def seed_trainer(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from datasets import Dataset

    from astrosearch.training.fit.base import load_model, quiet
    from astrosearch.training.fit.trainer import make_trainer

    count = 34_176
    rows = {name: [f"ring{i}" for i in range(count)] for name in ("sentence_0", "sentence_1")}
    with quiet():
        return make_trainer(
            load_model(tiny, "cpu"),
            Dataset.from_dict(rows),
            SEED,
            run=tmp_path_factory.mktemp("run"),
            device="cpu",
            seed=42,
            max_steps=None,
            dev=None,
        )


def test_the_seeds_34176_pairs_give_its_steps(seed_trainer: Any) -> None:
    loader = seed_trainer.get_train_dataloader()
    assert len(loader) == 534
    values = seed_trainer.set_initial_training_values(seed_trainer.args, loader)
    assert 2136 in values
    assert {round(step / len(loader), 4) for step in (500, 1000, 1500, 2000)} == {
        *(0.9363, 1.8727, 2.8090, 3.7453)
    }


def test_the_seed_recipe_reaches_the_trainer_whole(seed_trainer: Any) -> None:
    args = seed_trainer.args
    assert (args.per_device_train_batch_size, args.num_train_epochs, args.seed) == (64, 4, 42)
    assert (args.learning_rate, args.adam_beta1, args.adam_beta2) == (5e-5, 0.9, 0.999)
    assert (args.adam_epsilon, args.weight_decay, args.max_grad_norm) == (1e-8, 0.0, 1.0)
    assert (args.lr_scheduler_type, args.warmup_steps, args.optim) == ("linear", 0, "adamw_torch")
    assert (args.logging_steps, args.save_steps, args.dataloader_drop_last) == (500, 500, False)
    assert args.multi_dataset_batch_sampler == "round_robin"
    assert args.batch_sampler == "batch_sampler"
    assert (args.fp16, args.bf16) == (False, False)  # half precision is for a GPU
    loss = seed_trainer.loss.get_config_dict()
    assert type(seed_trainer.loss).__name__ == "MultipleNegativesRankingLoss"
    assert (loss["scale"], loss["similarity_fct"]) == (20.0, "cos_sim")
    assert loss["gather_across_devices"] is False
    assert seed_trainer.model.max_seq_length == 256


@pytest.mark.parametrize("bfloat16", [True, False])
def test_the_astro_recipe_computes_in_bf16_where_the_processor_does(
    toy: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, bfloat16: bool
) -> None:
    import torch

    monkeypatch.setattr("astrosearch.training.fit.trainer.has_bfloat16", lambda: bfloat16)

    seen = set()
    plain = torch.nn.Linear.forward

    def forward(layer: Any, inputs: Any) -> Any:
        found = plain(layer, inputs)
        seen.add((layer.training, found.dtype))
        return found

    monkeypatch.setattr(torch.nn.Linear, "forward", forward)
    told: list[str] = []
    trained = fit(toy, tmp_path / "out", tiny, max_steps=1, progress=lambda p: told.append(p.stage))
    used, other = (torch.bfloat16, torch.float32)[:: 1 if bfloat16 else -1]
    assert (True, used) in seen
    assert (True, other) not in seen
    assert trained.precision == ("bf16" if bfloat16 else "f32")
    assert any(stage.endswith(f"on cpu in {trained.precision}") for stage in told)


def test_the_epochs_in_the_log_are_the_trainers_own(toy: Path, tiny: Path, tmp_path: Path) -> None:
    result = fit(toy, tmp_path / "out", tiny, replace(TINY, batch_size=7, dev=False)).best
    per_epoch = 6  # 40 pairs in batches of 7
    assert result.steps == 2 * per_epoch
    logged = {e["step"]: e["epoch"] for e in result.log if "loss" in e}
    assert list(logged) == [2, 4, 6, 8, 10, 12]
    assert all(epoch == pytest.approx(step / per_epoch) for step, epoch in logged.items())


# The folder


@pytest.fixture(scope="module")
def seed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seed")
    base = write_bert(folder / "wide", 768, 1, 12)
    pairs = write(folder / "pairs.jsonl", toy_pairs(90, text_form="seed", kind="family"))
    out = CliRunner().invoke(
        main,
        [
            *("train", str(pairs), "-o", str(folder / "out"), "--recipe", "seed"),
            *("--device", "cpu", "--base", str(base), "--epochs", "1"),
        ],
    )
    assert out.exit_code == 0, out.stderr
    assert out.stdout == ""
    return folder / "out"


def test_the_seed_recipes_folder_has_the_cards_architecture(seed_folder: Path) -> None:
    from sentence_transformers import SentenceTransformer

    from astrosearch.training.fit.base import quiet

    with quiet():
        model = SentenceTransformer(str(seed_folder), device="cpu")
    assert [type(module).__name__ for module in model] == ["Transformer", "Pooling"]
    assert model.max_seq_length == 256
    assert model[1].get_config_dict()["pooling_mode"] == "mean"
    assert model.similarity_fn_name == "cosine"
    embeddings = model.encode(["ringa seen", "dwarfb is faint", "the light of bluec"])
    assert embeddings.shape == (3, 768)
    similarity = model.similarity(embeddings, embeddings)
    assert similarity.shape == (3, 3)
    assert np.allclose(np.diag(similarity), 1, atol=1e-5)
    assert json.loads((seed_folder / "modules.json").read_text())[1]["path"] == "1_Pooling"
    assert {p.suffix for p in seed_folder.rglob("*") if p.stat().st_size > 10**6} == {
        ".safetensors"
    }


def test_the_encoder_wants_the_form_of_its_pairs(seed_folder: Path, trained: Trained) -> None:
    assert load_encoder(str(seed_folder), "cpu").text_form == "seed"
    assert load_encoder(str(trained.folder), "cpu").text_form == "plain"


def test_the_card_has_the_seeds_sections_and_ours(seed_folder: Path) -> None:
    card = (seed_folder / "README.md").read_text()
    headings = {line for line in card.splitlines() if line.startswith("#")}
    for section in ("Model Details", "Usage", "Training Details", "Citation"):
        assert f"## {section}" in headings
    for section in ("Training Hyperparameters", "Training Dataset", "Framework Versions"):
        assert f"### {section}" in headings
    assert {"## Data", "## Scores", "## Limits", "## How to reproduce", "## Licence"} <= headings
    assert "| family | 75 |" in card
    assert "--recipe seed --base" in card
    assert "the light of" not in card  # no text of the pairs


@pytest.mark.skipif(not CARD.exists(), reason="../shared isn't there")
def test_no_section_of_the_published_card_is_missing(seed_folder: Path) -> None:
    def headings(path: Path) -> set[str]:
        text = re.sub("(?s)<!--.*?-->", "", path.read_text(encoding="utf-8"))
        return {line for line in text.splitlines() if line.startswith("##")}

    assert headings(CARD) <= headings(seed_folder / "README.md")


def test_the_loss_falls_and_the_score_rises(trained: Trained) -> None:
    losses = [entry["loss"] for entry in trained.best.log if "loss" in entry]
    assert losses[-1] < losses[0] / 2
    assert trained.best.score is not None
    assert trained.best.base_score is not None
    assert trained.best.score > trained.best.base_score
    assert trained.best.by_kind == {"pair": pytest.approx(trained.best.score)}


def test_the_kept_checkpoint_is_the_best(trained: Trained) -> None:
    scores = {e["step"]: e["eval_dev_ndcg@10"] for e in trained.best.log if "eval_runtime" in e}
    assert scores[trained.best.step] == max(score for step, score in scores.items() if step)


def test_the_torch_free_runtime_agrees(trained: Trained) -> None:
    assert trained.parity >= 0.999
    if find_spec("openvino"):
        assert "OpenVINO" in trained.runtime


def test_the_record_tells_all_that_decided(trained: Trained) -> None:
    record = json.loads((trained.folder / "training.json").read_text())
    assert record["recipe"]["batch_size"] == 8
    assert record["pairs"] == {"pair": 40}
    assert record["files"][0]["sha256"] == trained.pairs.files[0].sha256
    assert record["seeds"][0]["score"] == trained.best.score
    assert record["versions"]["torch"]
    assert (trained.folder / "training.png").read_bytes().startswith(b"\x89PNG")
    assert not trained.folder.with_name("tiny-astro.training").exists()


def test_matryoshka_half_still_finds(trained: Trained) -> None:
    pairs = toy_pairs()[:40]
    first = vectors(trained.folder, [p.text_a for p in pairs])[:, :16]
    second = vectors(trained.folder, [p.text_b for p in pairs])[:, :16]
    assert ((first @ second.T).argmax(axis=1) == np.arange(40)).mean() > 0.8


def test_turning_keeps_cosines_and_puts_what_distinguishes_first(tiny: Path) -> None:
    from astrosearch.training.fit.base import load_model
    from astrosearch.training.fit.rotation import rotated

    texts = [pair.text_a for pair in toy_pairs()]
    model = load_model(tiny, "cpu").eval()
    before = model.encode(texts, normalize_embeddings=True)
    once = rotated(model, texts)
    twice = rotated(once, texts)
    for turned in (once, twice):
        after = turned.encode(texts, normalize_embeddings=True)
        assert np.allclose(after @ after.T, before @ before.T, atol=1e-4)
        assert (np.diff((after**2).mean(axis=0)) < 1e-6).all()
        assert sum(type(module).__name__ == "Dense" for module in turned) == 1


def test_the_card_and_both_runtimes_know_that_vectors_were_turned(trained: Trained) -> None:
    assert "Dense(" in (trained.folder / "README.md").read_text()
    folder = read_folder(trained.folder, "tiny")
    assert [given for _, given in folder.projections] == [folder.dimension]
    assert not folder.other_modules
    assert trained.runtime.startswith("cpu (OpenVINO")


def test_what_training_writes_can_index(trained: Trained, corpus: Path, tmp_path: Path) -> None:
    import astrosearch

    built = astrosearch.build(corpus, index=tmp_path / "i", encoder=str(trained.folder))
    assert built.sentences_added > 0


def test_several_seeds_keep_the_best(toy: Path, tiny: Path, tmp_path: Path) -> None:
    found = fit(toy, tmp_path / "out", tiny, replace(TINY, base_share=None), seeds=2)
    assert [result.seed for result in found.seeds] == [42, 43]
    assert found.best.score == max(result.score or 0 for result in found.seeds)
    assert found.score == found.best.score
    card = (tmp_path / "out" / "README.md").read_text()
    assert f"| {found.best.seed} (this one)" in card
    assert "--seeds 2" in card


def test_several_seeds_are_averaged(toy: Path, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    found = fit(toy, out, tiny, replace(TINY, weights="f32"), seeds=2)
    assert "| mean (this one) |" in (out / "README.md").read_text()
    pairs = [pair for pair in toy_pairs() if pair.split == "validation"]
    bench = dev_benchmark(pairs)
    assert bench is not None
    score, _ = bench.score(lambda texts: vectors(out, texts))
    assert score == pytest.approx(found.score, abs=0.02)


def test_runs_of_another_kind_are_averaged_in(toy: Path, tiny: Path, tmp_path: Path) -> None:
    other = replace(TINY, rotate=False, weights="f32", learning_rate=1e-3)
    fit(toy, tmp_path / "other", tiny, other)
    fit(toy, tmp_path / "out", tiny, max_steps=2, others=[str(tmp_path / "other")])
    card = (tmp_path / "out" / "README.md").read_text()
    assert "and of other" in card
    assert "--with other" in card
    record = json.loads((tmp_path / "out" / "training.json").read_text())
    assert list(record["averaged_with"]) == ["other"]


def test_what_can_not_be_averaged_is_refused(
    toy: Path, tiny: Path, trained: Trained, tmp_path: Path
) -> None:
    arguments = ["train", toy, "-o", tmp_path / "out", "--base", tiny, "--with", trained.folder]
    assert "turned already" in refused(run(*arguments, "--batch-size", 8))
    assert "averages nothing" in refused(run(*arguments, "--recipe", "seed"))


def test_a_mean_of_weights_has_the_bases_share(tiny: Path, tmp_path: Path) -> None:
    import torch

    from astrosearch.training.fit.averaging import averaged
    from astrosearch.training.fit.base import load_model

    base = {name: t.clone() for name, t in load_model(tiny, "cpu").state_dict().items()}
    for number, step in enumerate((1.0, 4.0)):
        model = load_model(tiny, "cpu")
        with torch.no_grad():
            for parameter in model.parameters():
                parameter += step
        model.save_pretrained(str(tmp_path / f"{number}"), create_model_card=False)
    mean = averaged([tmp_path / "0", tmp_path / "1"], tiny, 0.2).state_dict()
    for name, _ in load_model(tiny, "cpu").named_parameters():
        assert torch.allclose(mean[name], base[name] + 0.8 * 2.5, atol=1e-5), name


def test_early_stopping(toy: Path, tiny: Path, tmp_path: Path) -> None:
    recipe = replace(TINY, epochs=50, learning_rate=1e-9, patience=2)
    assert fit(toy, tmp_path / "out", tiny, recipe).best.steps < 30


# Going on


class Stop:
    """Interrupts a run at a step, as Ctrl-C does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def __call__(self, progress: Progress) -> None:
        if progress.stage.startswith("training") and progress.done == self.step:
            raise KeyboardInterrupt


def test_an_interrupted_run_goes_on_as_if_nothing_had_been(
    toy: Path, tiny: Path, tmp_path: Path
) -> None:
    texts = ["ringa seen", "the light of bluec"]
    fit(toy, tmp_path / "whole", tiny)
    with pytest.raises(KeyboardInterrupt):
        fit(toy, tmp_path / "broken", tiny, progress=Stop(7))
    assert not (tmp_path / "broken").exists()
    half = tmp_path / "broken.training" / "seed-42" / "checkpoint-8.partial"
    half.mkdir()
    steps: list[int] = []
    again = fit(toy, tmp_path / "broken", tiny, progress=steps_to(steps))
    assert steps[0] == 5  # step 4 was saved
    assert not half.exists()
    assert [e["step"] for e in again.best.log if "loss" in e] == [2, 4, 6, 8, 10]
    apart = vectors(tmp_path / "whole", texts) - vectors(tmp_path / "broken", texts)
    assert np.abs(apart).max() < 1e-3


class Asked:
    """Progress that has this process asked to end, at a step that no checkpoint falls on."""

    def __init__(self, number: int, times: int = 1) -> None:
        self.number, self.times = number, times
        self.told: list[str] = []

    def __call__(self, progress: Progress) -> None:
        self.told.append(progress.stage)
        if progress.stage.startswith("training") and progress.done == 6:
            for _ in range(self.times):
                signal.raise_signal(self.number)


def test_a_run_asked_to_end_saves_its_step(toy: Path, tiny: Path, tmp_path: Path) -> None:
    fit(toy, tmp_path / "whole", tiny)
    asked = Asked(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        fit(toy, tmp_path / "broken", tiny, progress=asked)
    assert any("saving after this step" in stage for stage in asked.told)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    steps: list[int] = []
    fit(toy, tmp_path / "broken", tiny, progress=steps_to(steps))
    assert steps[0] == 7
    texts = ["ringa seen", "the light of bluec"]
    apart = vectors(tmp_path / "whole", texts) - vectors(tmp_path / "broken", texts)
    assert np.abs(apart).max() < 1e-3


def test_asked_twice_a_run_ends_at_once(toy: Path, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(toy, tmp_path / "broken", tiny, progress=Asked(signal.SIGINT, times=2))
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    steps: list[int] = []
    fit(toy, tmp_path / "broken", tiny, progress=steps_to(steps))
    assert steps[0] == 5  # the last checkpoint was that of step 4


def test_sigterm_saves_the_step_as_ctrl_c_does(toy: Path, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    options = ["--base", tiny, "--max-steps", "500", "--batch-size", "2", "--epochs", "100"]
    command = [sys.executable, "-m", "astrosearch", "train", toy, "-o", out, *options]
    lines = []
    with subprocess.Popen(
        [*map(str, command)], cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            lines.append(line)
            if line.startswith("training"):
                process.send_signal(signal.SIGTERM)
                break
        rest = process.stderr.read()
    assert process.returncode == 128 + signal.SIGTERM, rest
    assert lines[0].startswith("loading the packages")
    assert "saving after this step" in rest
    assert "what was finished is kept" in rest
    assert list((tmp_path / "out.training" / "seed-42").glob("checkpoint-*"))


def test_checkpoints_hold_no_pickle(toy: Path, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(toy, tmp_path / "out", tiny, progress=Stop(7))
    files = [p for p in (tmp_path / "out.training").rglob("*") if p.is_file()]
    assert {p.suffix for p in files} <= {".safetensors", ".json", ".lock", ".npy", ".txt"}


def test_a_run_with_other_settings_is_refused(toy: Path, tiny: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(toy, tmp_path / "out", tiny, progress=Stop(5))
    other = replace(TINY, learning_rate=1e-3)
    with pytest.raises(TrainingError, match=r"learning_rate.*\n.*--no-resume"):
        fit(toy, tmp_path / "out", tiny, other)
    changed = write(tmp_path / toy.name, toy_pairs(54))
    with pytest.raises(TrainingError, match="pairs"):
        fit(changed, tmp_path / "out", tiny)
    assert fit(toy, tmp_path / "out", tiny, other, resume=False).best.steps == 10


def test_a_full_disk_keeps_the_last_checkpoint(
    toy: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from astrosearch.training.fit import checkpoints, trainer

    resource = pytest.importorskip("resource")
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    def save(of: Any) -> None:
        if of.state.global_step > 4:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, limit[1]))
        try:
            checkpoints.save_checkpoint(of)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)

    with monkeypatch.context() as patch:
        patch.setattr(trainer, "save_checkpoint", save)
        with pytest.raises(StorageError, match="is full"):
            fit(toy, tmp_path / "out", tiny)
    run = tmp_path / "out.training" / "seed-42"
    assert checkpoints.last_checkpoint(run) == run / "checkpoint-4"
    steps: list[int] = []
    fit(toy, tmp_path / "out", tiny, progress=steps_to(steps))
    assert steps[0] == 5


def test_a_full_disk_elsewhere_says_so(
    toy: Path, tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("safetensors.torch.save_file", full)
    with pytest.raises(StorageError, match="is full"):
        fit(toy, tmp_path / "out", tiny)
    assert not (tmp_path / "out").exists()


KILLED = """
import sys
from dataclasses import replace
from pathlib import Path
from tests.training.test_training import TINY, fit
fit(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), replace(TINY, epochs=40))
"""


@pytest.mark.slow
def test_a_killed_run_goes_on(toy: Path, tiny: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [sys.executable, "-c", KILLED, str(toy), str(out), str(tiny)]
    process = subprocess.Popen(arguments, cwd=ROOT)
    run = tmp_path / "out.training" / "seed-42"
    deadline = time.monotonic() + 120
    while not list(run.glob("checkpoint-??")) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not out.exists()
    steps: list[int] = []
    recipe = replace(TINY, epochs=40)
    found = fit(toy, out, tiny, recipe, progress=steps_to(steps))
    assert steps[0] > 4
    assert found.best.steps == 200
    assert (out / "model.safetensors").is_file()


def test_ctrl_c_says_what_is_kept(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("astrosearch.training.fit.train.run_seed", interrupt)
    out = run(toy, "-o", tmp_path / "out", "--batch-size", 8, "--hard-negatives", 0)
    assert out.exit_code == 130
    assert "what was finished is kept" in out.stderr


def test_two_processes_do_not_share_a_run(toy: Path, tiny: Path, tmp_path: Path) -> None:
    from astrosearch.errors import IndexLocked
    from astrosearch.lock import WriterLock

    (tmp_path / "out.training").mkdir()
    with WriterLock(tmp_path / "out.training"), pytest.raises(IndexLocked):
        fit(toy, tmp_path / "out", tiny)


# Bad input


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["train", *map(str, arguments), "--device", "cpu"])


def refused(out: Result) -> str:
    assert out.exit_code == 1, out.stderr
    assert out.stdout == ""
    assert "Traceback" not in out.stderr
    return out.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"text_a": "one"}', "text_b is missing"),
        ('{"text_a": "one", "text_b": " "}', "text_b is empty"),
        ('{"other": 1}', "text_a is missing"),
        ("not json", "isn't JSON"),
    ],
)
def test_a_bad_line_is_named(line: str, told: str, tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"text_a": "one", "text_b": "two"}\n' + line + "\n")
    told_by = refused(run(file, "-o", tmp_path / "out"))
    assert told in told_by
    assert "bad.jsonl:2" in told_by
    assert not (tmp_path / "out.training").exists()


def test_no_file_and_no_pair(tmp_path: Path) -> None:
    assert "no file of pairs" in refused(run(tmp_path / "none", "-o", tmp_path / "out"))
    (tmp_path / "empty").write_text("")
    assert "no pair in it" in refused(run(tmp_path / "empty", "-o", tmp_path / "out"))


def test_fewer_pairs_than_a_batch(toy: Path, tmp_path: Path) -> None:
    told = refused(run(toy, "-o", tmp_path / "out"))
    assert "40 pairs to train on, fewer than a batch of" in told
    assert "--batch-size" in told


def test_pairs_in_another_form(toy: Path, tiny: Path, tmp_path: Path) -> None:
    told = refused(run(toy, "-o", tmp_path / "out", "--recipe", "seed", "--base", tiny))
    assert "40 train pairs in the plain form" in told
    assert "--text-form" in told
    with pytest.raises(PairsError):
        read_training_pairs([toy], "seed")
    assert len(read_training_pairs([toy], "seed", labelled=False).train) == 40


def test_a_base_that_does_not_exist_offline(
    toy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    told = refused(run(toy, "-o", tmp_path / "out", "--base", "someone/else"))
    assert "there is no encoder 'someone/else'" in told
    assert "HF_HUB_OFFLINE" in told


def test_a_base_with_too_few_positions(toy: Path, tmp_path: Path) -> None:
    short = write_bert(tmp_path / "short", 32, 1, 2, positions=64)
    with pytest.raises(EncoderError, match="reads at most 64 tokens"):
        fit(toy, tmp_path / "out", short, replace(TINY, max_tokens=256))


def test_an_output_that_is_there_is_left_alone(toy: Path, tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("kept")
    with pytest.raises(TrainingError, match="is there already"):
        fit(toy, tmp_path / "out", tiny)
    assert (tmp_path / "out" / "mine.txt").read_text() == "kept"


def test_a_run_that_diverges_stops(toy: Path, tiny: Path, tmp_path: Path) -> None:
    recipe = replace(TINY, learning_rate=1e30, max_grad_norm=0.0, warmup=0.0)
    with pytest.raises(TrainingError, match=r"diverged.*\n.*--learning-rate"):
        fit(toy, tmp_path / "out", tiny, recipe)


# The hub


def digest(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()


class Hub(http.server.BaseHTTPRequestHandler):
    """As much of the hub's protocol as a download asks for: one repository, one revision."""

    folder: Path
    revision = "0123456789abcdef0123456789abcdef01234567"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        file = self.folder / path.rsplit("/", 1)[-1]
        if path.startswith("/api/models/someone/tiny/tree/"):
            entries = [
                {"type": "file", "path": p.name, "size": p.stat().st_size, "oid": digest(p)}
                for p in sorted(self.folder.iterdir())
            ]
            self.answer(json.dumps(entries).encode(), "application/json")
        elif path.startswith("/api/models/someone/tiny"):
            names = [{"rfilename": p.name} for p in sorted(self.folder.iterdir())]
            told = {"id": "someone/tiny", "sha": self.revision, "siblings": names}
            self.answer(json.dumps(told).encode(), "application/json")
        elif path.startswith("/someone/tiny/resolve/") and file.is_file():
            self.answer(file.read_bytes(), "application/octet-stream")
        else:
            self.send_response(404)
            self.send_header("X-Error-Code", "RepoNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()

    def answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Repo-Commit", self.revision)
        self.send_header("ETag", f'"{hashlib.sha1(body).hexdigest()}"')
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def hub(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    from huggingface_hub import constants, hf_api

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), type("TinyHub", (Hub,), {"folder": tiny})
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    where = f"http://127.0.0.1:{server.server_port}"
    template = where + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", where)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(hf_api.api, "endpoint", where)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    yield
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.usefixtures("hub")
def test_a_hub_id_is_downloaded_and_trained(toy: Path, tiny: Path, tmp_path: Path) -> None:
    found = train([toy], tmp_path / "out", recipe=TINY, base="someone/tiny", device="cpu")
    assert found.base == "someone/tiny"
    card = (tmp_path / "out" / "README.md").read_text()
    assert "finetuned from [someone/tiny](https://huggingface.co/someone/tiny)" in card


@pytest.mark.usefixtures("hub")
def test_a_hub_id_that_is_not_there_says_what_the_hub_said(toy: Path, tmp_path: Path) -> None:
    told = refused(run(toy, "-o", tmp_path / "out", "--base", "someone/else"))
    assert "there is no encoder 'someone/else'" in told
    assert "huggingface.co: " in told


# Parts


def test_weights_repeat_and_drop_pairs() -> None:
    pairs = [*toy_pairs(1000, weight=2.25), *toy_pairs(1000, weight=0.5)]
    chosen = weighted(pairs, range(2000), seed=3)
    assert len([i for i in chosen if i < 1000]) == pytest.approx(2250, rel=0.05)
    assert len([i for i in chosen if i >= 1000]) == pytest.approx(500, rel=0.15)
    assert chosen == weighted(pairs, range(2000), seed=3)
    assert by_kind(toy_pairs(2, kind="title")) == {"title": [0, 1]}


def test_negatives_are_near_and_no_answers() -> None:
    def pair(first: str, second: str, paper: str) -> Pair:
        return Pair(first, second, paper_a=paper, paper_b=paper)

    pairs = [
        pair("halo mass", "halo mass profile", "1"),
        pair("halo mass", "halo mass function", "2"),  # another answer to the same
        pair("disc", "halo", "1"),  # near, but of the paper of the first
        pair("jet", "halo wind and dust", "3"),
        pair("ring", "bar stars spiral arm", "4"),
    ]
    found = mine_negatives(pairs, WordEncoder(512), 1, seed=0)
    assert found.dtype == np.int32
    assert found[0, 0] == 3  # near, of another paper, no answer
    assert all(pairs[j].paper_b != pairs[i].paper_a for i, (j,) in enumerate(found.tolist()))
    assert (found == mine_negatives(pairs, WordEncoder(512), 1, seed=0)).all()


def test_a_text_as_near_as_the_answer_is_no_negative() -> None:
    pairs = [
        Pair("halo mass", "halo mass profile", paper_a="1", paper_b="1"),
        Pair("x", "halo mass relation", paper_a="2", paper_b="2"),  # ties with the answer
        Pair("y", "halo dust lane", paper_a="3", paper_b="3"),
    ]
    assert mine_negatives(pairs, WordEncoder(512), 1, seed=0)[0, 0] == 2


def test_the_dev_score_is_ndcg() -> None:
    bench = dev_benchmark([Pair("a", "x"), Pair("a", "y"), Pair("b", "z", kind="title")])
    assert bench is not None
    axes = np.eye(3, dtype=np.float32)
    where = {"a": [3, 1, 2], "b": [0, 0, 1], "x": axes[0], "y": axes[1], "z": axes[2]}
    mean, kinds = bench.score(lambda texts: np.array([where[t] for t in texts], np.float32))
    ideal = 1 + 1 / np.log2(3)
    assert kinds == {"pair": pytest.approx((1 + 0.5) / ideal), "title": pytest.approx(1.0)}
    assert mean == pytest.approx((1.5 / ideal + 1) / 2)
    assert dev_benchmark([Pair("a", "x")]) is None


@pytest.mark.parametrize("kept", [0, 1 << 30], ids=["embedded twice", "activations kept"])
def test_sorting_by_length_leaves_the_loss_and_its_gradient(tiny: Path, kept: int) -> None:
    import torch
    from sentence_transformers.sentence_transformer import losses

    from astrosearch.training.fit.base import load_model, quiet
    from astrosearch.training.fit.losses import KEPT_BYTES, MINI_BATCH_TOKENS, make_loss
    from astrosearch.training.fit.trainer import set_dropout

    pairs = toy_pairs(30)
    texts = [p.text_a * (1 + i % 4) for i, p in enumerate(pairs)], [p.text_b for p in pairs]
    found = []
    with pytest.MonkeyPatch.context() as patch, quiet():
        patch.setitem(MINI_BATCH_TOKENS, "cpu", 64)
        patch.setitem(KEPT_BYTES, "cpu", kept)
        for sort in (True, False):
            model = load_model(tiny, "cpu").train()
            set_dropout(model, 0.0)
            loss = (
                make_loss(model, TINY, "cpu")
                if sort
                else losses.MatryoshkaLoss(
                    model,
                    losses.MultipleNegativesRankingLoss(
                        model,
                        scale=20.0,
                        directions=("query_to_doc", "doc_to_query"),
                        partition_mode="per_direction",
                    ),
                    [32, 16],
                )
            )
            value = loss([model.preprocess(list(column)) for column in texts], None)
            value.backward()
            gradients = [p.grad.flatten() for p in model.parameters() if p.grad is not None]
            found.append((float(value.detach()), torch.cat(gradients)))
    assert found[0][0] == pytest.approx(found[1][0], rel=1e-4)
    assert torch.allclose(found[0][1], found[1][1], atol=1e-4)


def test_a_chart_is_80_columns() -> None:
    drawn = chart("loss", [(0, 3.5), (50, 1.0), (100, 2.0)])
    assert max(map(len, drawn.splitlines())) <= 80
    assert "3.5000" in drawn
    assert "1.0000" in drawn
    assert len(drawn.splitlines()[1]) == 10 + WIDTH


def test_a_picture_of_nothing_is_one_all_the_same(tmp_path: Path) -> None:
    save_picture([SeedResult(42, 1, 1, None, None, {}, 0.0, [])], tmp_path / "x.png")
    assert (tmp_path / "x.png").stat().st_size > 1000


def test_help_names_every_option() -> None:
    out = CliRunner().invoke(main, ["train", "--help"])
    for option in ("--recipe", "--base", "--device", "--epochs", "--batch-size", "--seeds"):
        assert option in out.stdout
    assert os.environ.get("OMP_WAIT_POLICY") is None or out.exit_code == 0


def test_a_card_says_where_training_started_and_leaves_nothing_to_fill_in(
    seed_folder: Path,
) -> None:
    card = (seed_folder / "README.md").read_text()
    assert "## Base" in card
    assert "<!--" not in card
    assert "sentence_transformers_model_id" not in card
    assert "Hub\n" not in card
    assert "astrosearch pairs CORPUS -o" in card
    assert "mean of those of all seeds" not in card  # there was one


def test_a_base_that_is_bundled_is_called_by_its_name(trained: Trained) -> None:
    own = replace(trained, base="default", base_origin="sentence-transformers/all-MiniLM-L6-v2")
    assert "astro-minilm, the encoder bundled with astrosearch" in base_section(own)
    assert "itself trained from `sentence-transformers/all-MiniLM-L6-v2`" in base_section(own)

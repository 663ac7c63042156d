"""Training pairs -> an encoder's folder: resumable, and visible only once it is complete.

DIR.training/run.json        what is trained: recipe, base, pairs; another is refused
DIR.training/negatives.npy   the mined hard negatives
DIR.training/seed-42/        checkpoints, then result.json
DIR.partial                  the encoder's folder while it is written
"""

from __future__ import annotations

import json
import platform
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from astrosearch.encoder import load_encoder
from astrosearch.encoder.devices import choose
from astrosearch.encoder.weights import read_safetensors
from astrosearch.errors import MissingExtra, TrainingError
from astrosearch.files import written_whole
from astrosearch.lock import LOCK_FILE, WriterLock
from astrosearch.training.fit.averaging import averaged
from astrosearch.training.fit.base import check_tokens, find_base, load_model, quiet
from astrosearch.training.fit.card import (
    command,
    front_matter,
    hide_samples,
    prepare_card,
    trainer_card,
    whole_card,
    with_modules,
)
from astrosearch.training.fit.checkpoints import PREFIX, last_checkpoint, saving
from astrosearch.training.fit.curves import save_picture
from astrosearch.training.fit.data import TrainingPairs, datasets_of, read_training_pairs
from astrosearch.training.fit.dev_benchmark import DevBenchmark, dev_benchmark
from astrosearch.training.fit.negatives import mine
from astrosearch.training.fit.output import (
    check_output,
    check_parity,
    partial_of,
    publish,
    write_encoder,
)
from astrosearch.training.fit.recipe import ASTRO, Recipe
from astrosearch.training.fit.rotation import rotated
from astrosearch.training.fit.trainer import Progress, Tell, dev_scores, encoding, make_trainer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder.folder import EncoderFolder

ROTATED = 4096  # texts whose vectors' axes a rotation follows
RUN_FILE = "run.json"
NEGATIVES_FILE = "negatives.npy"
RESULT_FILE = "result.json"
CARD_FILE = "README.md"
PICTURE_FILE = "training.png"
RECORD_FILE = "training.json"
COMPARED = 64  # texts on which the runtimes are compared


@dataclass(frozen=True, slots=True)
class SeedResult:
    """What came of one seed's run."""

    seed: int
    steps: int
    step: int  # of the checkpoint that was kept
    base_score: float | None  # dev nDCG@10 before training
    score: float | None  # of the checkpoint kept
    by_kind: dict[str, float]
    seconds: float  # of the last sitting
    log: list[dict[str, float]]


@dataclass(frozen=True, slots=True)
class Trained:
    """An encoder that was trained, and how."""

    folder: Path
    recipe: Recipe
    base: str
    base_fingerprint: str
    base_licence: str | None
    device: str
    pairs: TrainingPairs = field(repr=False)
    max_steps: int | None
    best: SeedResult = field(repr=False)  # of the seeds
    score: float | None  # dev nDCG@10 of what was written: the best seed, or the mean of all
    by_kind: dict[str, float]
    seeds: list[SeedResult] = field(repr=False)
    others: dict[str, str]  # fingerprints by name of encoders that were averaged in
    parity: float  # least cosine between our runtime and torch
    runtime: str


@dataclass(frozen=True, slots=True)
class Job:
    """What all seeds of a command share."""

    recipe: Recipe
    base: EncoderFolder
    pairs: TrainingPairs
    negatives: NDArray[np.int32] | None
    dev: DevBenchmark | None
    device: str
    max_steps: int | None
    others: tuple[EncoderFolder, ...]
    work: Path
    tell: Tell | None


def train(
    pairs_files: Sequence[Path | str],
    output: Path | str,
    *,
    recipe: Recipe = ASTRO,
    base: str | None = None,
    device: Literal["auto", "cpu", "cuda"] | str = "auto",
    labelled: bool = True,
    max_steps: int | None = None,
    seeds: int = 1,
    others: Sequence[str] = (),
    resume: bool = True,
    progress: Tell | None = None,
) -> Trained:
    """Train an encoder on files of pairs and write its folder; the same call goes on after a kill.

    Parameters
    ----------
    recipe
        `SEED`, `ASTRO`, or one made from them with `dataclasses.replace`.
    base
        Where training starts: "default", a folder or a hub id; None: the recipe's own.
    labelled
        Whether to believe a file that says its pairs' text form, or says nothing: plain.
    seeds
        Runs, each with the next seed. Their weights are averaged, with the recipe's share of the
        base's; or the best on the validation pairs is kept, where the recipe has no such share.
    others
        Encoders trained before from the same base, in other ways, to average with: folders.
    resume
        Go on from the last checkpoint; False starts anew.

    Raises
    ------
    PairsError, EncoderError, TrainingError, StorageError
        With what to do about it. The last good checkpoint is kept.
    """
    output = Path(output).expanduser()
    check_output(output)
    require_packages()
    where = choose(device)
    found = find_base(base or recipe.base)
    check_tokens(found, recipe.max_tokens)
    averaged_in = tuple(find_base(name) for name in others)
    check_others(averaged_in, found, recipe)
    pairs = read_training_pairs([Path(p) for p in pairs_files], recipe.text_form, labelled=labelled)
    check_enough(pairs, recipe)
    work = output.with_name(output.name + ".training")
    with saving(work):
        work.mkdir(parents=True, exist_ok=True)
    with WriterLock(work):
        open_work(work, identity(recipe, found, pairs, max_steps), resume=resume)
        dev = dev_benchmark(pairs.validation)
        negatives = mined(work, pairs, found, recipe, where, progress)
        job = Job(
            recipe, found, pairs, negatives, dev, where, max_steps, averaged_in, work, progress
        )
        results = [run_seed(job, recipe.seed + number) for number in range(seeds)]
        best = max(results, key=lambda result: result.score or 0.0)
        return finish(job, output, best, results)


def require_packages() -> None:
    """Say which package of the train extra is missing, before anything is done."""
    from importlib.util import find_spec

    for package in ("torch", "sentence_transformers", "accelerate", "datasets", "matplotlib"):
        if find_spec(package) is None:
            raise MissingExtra(package.replace("_", "-"), "train", "training an encoder")


def check_others(others: Sequence[EncoderFolder], base: EncoderFolder, recipe: Recipe) -> None:
    """Refuse to average what has other weights than the base, or where nothing is averaged."""
    if others and recipe.base_share is None:
        raise TrainingError(
            f"the recipe {recipe.name} averages nothing: it keeps the best of its seeds.\n"
            "Leave out --with, or take --recipe astro"
        )
    shapes = shapes_of(base)
    for other in others:
        if shapes_of(other) != shapes:
            raise TrainingError(
                f"{other.path} has other weights than the base {base.name}.\n"
                "Only encoders of the same base can be averaged, and none that was turned already: "
                "train it with the same --base first"
            )


def shapes_of(folder: EncoderFolder) -> dict[str, tuple[int, ...]]:
    """Return the shape of every weight of an encoder, by name."""
    files = [*folder.weights, *(path / "model.safetensors" for path, _ in folder.projections)]
    return {
        f"{file.parent.name if file.parent != folder.path else ''}/{name}": tensor.shape
        for file in files
        for name, tensor in read_safetensors(file).items()
    }


def check_enough(pairs: TrainingPairs, recipe: Recipe) -> None:
    """Refuse fewer pairs than a batch holds."""
    if len(pairs.train) < recipe.batch_size:
        raise TrainingError(
            f"there are {len(pairs.train):,} pairs to train on, fewer than a batch of "
            f"{recipe.batch_size:,}.\nMine more pairs, or give a smaller --batch-size"
        )


def identity(
    recipe: Recipe, base: EncoderFolder, pairs: TrainingPairs, max_steps: int | None
) -> dict[str, Any]:
    """Return what a run has to have in common with one that it goes on from."""
    return {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "base": base.fingerprint(),
        "pairs": [[file.name, file.sha256] for file in pairs.files],
        "max_steps": max_steps,
    }


def open_work(work: Path, given: dict[str, Any], *, resume: bool) -> None:
    """Make or reopen the folder of a run; refuse to go on with another recipe, base or pairs."""
    file = work / RUN_FILE
    with saving(work):
        if not resume:
            file.unlink(missing_ok=True)  # first: without it the rest counts for nothing
        if not file.is_file():
            clear(work)
        if file.is_file():
            try:
                before = json.loads(file.read_text())
            except ValueError:
                before = {}
            if before != given:
                raise TrainingError(
                    f"{work.absolute()} holds a run with other settings "
                    f"({', '.join(differing(before, given))}).\n"
                    "Give the settings it was begun with, or start anew: --no-resume"
                )
            return
        with written_whole(file) as partial:
            partial.write_text(json.dumps(given, indent=1), encoding="utf-8")


def clear(work: Path) -> None:
    """Empty a run's folder, but for its lock."""
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()


def differing(before: dict[str, Any], given: dict[str, Any]) -> list[str]:
    """Name what differs between two runs."""
    old = before | before.get("recipe", {})
    new = given | given["recipe"]
    return [name for name in new if name != "recipe" and old.get(name) != new[name]] or ["format"]


def mined(
    work: Path,
    pairs: TrainingPairs,
    base: EncoderFolder,
    recipe: Recipe,
    device: str,
    tell: Tell | None,
) -> NDArray[np.int32] | None:
    """Mine hard negatives with the base, once for all seeds and sittings."""
    import numpy as np

    if not recipe.hard_negatives:
        return None
    file = work / NEGATIVES_FILE
    if file.is_file():
        kept: NDArray[np.int32] = np.load(file, allow_pickle=False)
        return kept

    def progress(done: int, total: int) -> None:
        if tell is not None:
            tell(Progress("mining hard negatives", done, total))

    encoder = load_encoder(str(base.path), device)
    found = mine(pairs.train, encoder, recipe.hard_negatives, recipe.seed, progress)
    with saving(work), written_whole(file) as partial, partial.open("wb") as stream:
        np.save(stream, found, allow_pickle=False)
    return found


def run_seed(job: Job, seed: int) -> SeedResult:
    """Train with one seed, from its last checkpoint where there is one."""
    run = job.work / f"seed-{seed}"
    file = run / RESULT_FILE
    if file.is_file():
        return SeedResult(**json.loads(file.read_text()))
    recipe = job.recipe
    checkpoint = last_checkpoint(run)
    model = load_model(job.base.path, job.device)
    prepare_card(model, job.base)
    started = time.monotonic()
    with quiet(), saving(run):
        data = datasets_of(job.pairs.train, job.negatives, seed, recipe.hard_negatives)
        trainer = make_trainer(
            model,
            data,
            recipe,
            run=run,
            device=job.device,
            seed=seed,
            max_steps=job.max_steps,
            dev=job.dev,
            tell=job.tell,
        )
        hide_samples(model)
        trainer.args.eval_on_start &= checkpoint is None
        trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        result = summarized(job, run, trainer.state, seed, time.monotonic() - started)
        kept = load_model(run / f"{PREFIX}{result.step}", "cpu")
        kept.max_seq_length = recipe.max_tokens or job.base.max_tokens
        text = trainer_card(kept, model.model_card_data, result.log, result.step)
        (run / CARD_FILE).write_text(text, encoding="utf-8")
        with written_whole(file) as partial:
            partial.write_text(json.dumps(asdict(result)), encoding="utf-8")
    return result


def summarized(job: Job, run: Path, state: Any, seed: int, seconds: float) -> SeedResult:
    """Say what came of a run; a recipe that doesn't score while it trains is scored now."""
    kept = int(state.best_global_step or state.global_step)
    scores = dev_scores(state)
    before, after = (scores[0], max(scores[1:])) if len(scores) > 1 else (None, None)
    by_kind: dict[str, float] = {}
    if job.dev is not None:
        model = load_model(run / f"{PREFIX}{kept}", job.device)
        model.max_seq_length = job.recipe.train_tokens
        after, by_kind = job.dev.score(encoding(model))
        if before is None:
            model = load_model(job.base.path, job.device)
            model.max_seq_length = job.recipe.train_tokens
            before, _ = job.dev.score(encoding(model))
    log = [entry for entry in state.log_history if "step" in entry]
    return SeedResult(seed, int(state.global_step), kept, before, after, by_kind, seconds, log)


def finish(job: Job, output: Path, best: SeedResult, results: list[SeedResult]) -> Trained:
    """Write the encoder that comes of all seeds, check it, and give it its name."""
    partial = partial_of(output)
    recipe = job.recipe
    model, score, by_kind = chosen(job, best, results)
    if recipe.rotate:
        pairs = job.pairs.train[:: max(1, len(job.pairs.train) // (ROTATED // 2))]
        model = rotated(model, [t for pair in pairs for t in (pair.text_a, pair.text_b)])
    tokens = recipe.max_tokens or job.base.max_tokens
    write_encoder(model, partial, tokens, recipe.text_form, recipe.weights)
    some = (job.pairs.validation or job.pairs.train)[: COMPARED // 2]
    parity, runtime = check_parity(
        partial, [t for pair in some for t in (pair.text_a, pair.text_b)]
    )
    trained = Trained(
        folder=output,
        recipe=recipe,
        base=job.base.name,
        base_fingerprint=job.base.fingerprint(),
        base_licence=front_matter(job.base.path).get("license"),
        device=job.device,
        pairs=job.pairs,
        max_steps=job.max_steps,
        best=best,
        score=score,
        by_kind=by_kind,
        seeds=results,
        others={other.name: other.fingerprint() for other in job.others},
        parity=parity,
        runtime=runtime,
    )
    with saving(partial), quiet():
        text = (job.work / f"seed-{best.seed}" / CARD_FILE).read_text(encoding="utf-8")
        text = whole_card(with_modules(text, model), trained)
        (partial / CARD_FILE).write_text(text, encoding="utf-8")
        save_picture(results, partial / PICTURE_FILE)
        record = json.dumps(record_of(trained), indent=1, ensure_ascii=False)
        (partial / RECORD_FILE).write_text(record + "\n", encoding="utf-8")
    publish(partial, output)
    shutil.rmtree(job.work, ignore_errors=True)
    return trained


def chosen(
    job: Job, best: SeedResult, results: list[SeedResult]
) -> tuple[Any, float | None, dict[str, float]]:
    """Return what is to be written, with its dev score: the mean of all seeds, or the best."""

    def checkpoint(result: SeedResult) -> Path:
        return job.work / f"seed-{result.seed}" / f"{PREFIX}{result.step}"

    share = job.recipe.base_share
    if share is None:
        return load_model(checkpoint(best), "cpu"), best.score, best.by_kind
    runs = [checkpoint(result) for result in results] + [other.path for other in job.others]
    model = averaged(runs, job.base.path, share)
    if job.dev is None:
        return model, None, {}
    model.max_seq_length = job.recipe.train_tokens
    score, by_kind = job.dev.score(encoding(model.to(job.device)))
    return model.to("cpu"), score, by_kind


def record_of(trained: Trained) -> dict[str, Any]:
    """Return all that decided a run and came of it, as it is written to training.json."""
    return {
        "command": command(trained),
        "recipe": asdict(trained.recipe),
        "base": {"name": trained.base, "fingerprint": trained.base_fingerprint},
        "device": trained.device,
        "files": [asdict(file) for file in trained.pairs.files],
        "pairs": trained.pairs.kinds(),
        "validation_pairs": len(trained.pairs.validation),
        "max_steps": trained.max_steps,
        "best_seed": trained.best.seed,
        "written": {"score": trained.score, "by_kind": trained.by_kind},
        "averaged_with": trained.others,
        "seeds": [asdict(result) for result in trained.seeds],
        "parity": {"least_cosine": trained.parity, "runtime": trained.runtime},
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of what trained."""
    packages = ("astrosearch", "sentence-transformers", "transformers", "torch", "accelerate")
    found = {"python": platform.python_version()}
    for package in (*packages, "datasets", "tokenizers"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found

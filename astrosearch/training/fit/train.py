"""Training pairs -> an encoder's folder: resumable, and visible only once it is complete.

A run works in DIR.training (run_folder.py). The encoder is written to DIR.partial, checked, and
then named DIR.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from astrosearch.encoder.devices import choose
from astrosearch.lock import WriterLock
from astrosearch.training.fit.averaging import averaged
from astrosearch.training.fit.base import check_tokens, find_base, load_model, quiet
from astrosearch.training.fit.card import CARD_FILE, front_matter, whole_card, with_modules
from astrosearch.training.fit.checkpoints import PREFIX, saving
from astrosearch.training.fit.checks import (
    check_enough,
    check_others,
    check_recipe,
    require_packages,
)
from astrosearch.training.fit.curves import save_picture
from astrosearch.training.fit.data import read_training_pairs
from astrosearch.training.fit.dev_benchmark import dev_benchmark
from astrosearch.training.fit.output import (
    check_output,
    check_parity,
    partial_of,
    publish,
    write_encoder,
)
from astrosearch.training.fit.recipe import ASTRO, Recipe
from astrosearch.training.fit.record import RECORD_FILE, record_of
from astrosearch.training.fit.results import SeedResult, Trained
from astrosearch.training.fit.rotation import rotated
from astrosearch.training.fit.run_folder import (
    identity,
    kept_negatives,
    lessons_of,
    make_work,
    open_work,
    remove_lock,
)
from astrosearch.training.fit.seed_run import Job, run_seed
from astrosearch.training.fit.trainer import Progress, Tell, encoding, precision

if TYPE_CHECKING:
    from astrosearch.encoder.folder import EncoderFolder

PICTURE_FILE = "training.png"
ROTATED = 4096  # texts whose vectors' axes a rotation follows
LOADING, READING = "loading the packages for training", "reading the pairs"
COMPARED = 64  # texts on which the runtimes are compared


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
        `SEED`, `ASTRO`, `DISTIL`, or one made from them with `dataclasses.replace`.
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
        Go on from the last checkpoint; False starts over.

    Raises
    ------
    PairsError, EncoderError, TrainingError, StorageError
        With what to do about it. The last good checkpoint is kept.
    """
    say = progress or (lambda _: None)
    check_output(output := Path(output).expanduser())
    say(Progress(LOADING))
    require_packages()
    check_recipe(recipe)
    where = choose(device)
    found = find_base(base or recipe.base)
    check_tokens(found, recipe.max_tokens)
    averaged_in = bases_of(others, found, recipe)
    say(Progress(READING))
    pairs = read_training_pairs([Path(p) for p in pairs_files], recipe.text_form, labelled=labelled)
    check_enough(pairs, recipe)
    work = make_work(output)
    with WriterLock(work):
        open_work(work, identity(recipe, found, pairs, max_steps), resume=resume)
        dev = dev_benchmark(pairs.validation)
        negatives = kept_negatives(work, pairs, found, recipe, where, progress)
        lessons = lessons_of(work, pairs, found, recipe, where, max_steps)
        job = Job(
            recipe,
            found,
            pairs,
            negatives,
            lessons,
            dev,
            where,
            max_steps,
            averaged_in,
            work,
            progress,
        )
        results = [run_seed(job, recipe.seed + number) for number in range(seeds)]
        trained = finish(job, output, results)
    remove_lock(work)
    return trained


def bases_of(
    names: Sequence[str], base: EncoderFolder, recipe: Recipe
) -> tuple[EncoderFolder, ...]:
    """Find the encoders to average with, and check that they can be averaged with the base's."""
    found = tuple(find_base(name) for name in names)
    check_others(found, base, recipe)
    return found


def finish(job: Job, output: Path, results: list[SeedResult]) -> Trained:
    """Write the encoder that comes of all seeds, check it, and give it its name."""
    partial, recipe = partial_of(output), job.recipe
    best = max(results, key=lambda result: result.score or 0.0)
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
    card = front_matter(job.base.path)
    trained = Trained(
        folder=output,
        recipe=recipe,
        base=job.base.name,
        base_fingerprint=job.base.fingerprint(),
        base_licence=card.get("license"),
        base_origin=card.get("base_model"),
        device=job.device,
        precision=precision(recipe, job.device),
        pairs=job.pairs,
        learned=None if job.lessons is None else len(job.lessons.texts),
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

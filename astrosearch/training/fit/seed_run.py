"""One seed's run: from its last checkpoint to its result and its part of the model card."""

from __future__ import annotations

import json
import time
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.files import written_whole
from astrosearch.training.fit.base import load_model, quiet
from astrosearch.training.fit.card import CARD_FILE, hide_samples, prepare_card, trainer_card
from astrosearch.training.fit.checkpoints import PREFIX, last_checkpoint, saving
from astrosearch.training.fit.data import TrainingPairs
from astrosearch.training.fit.dev_benchmark import DevBenchmark
from astrosearch.training.fit.lessons import Lessons
from astrosearch.training.fit.recipe import Recipe
from astrosearch.training.fit.results import SeedResult
from astrosearch.training.fit.shallow import freeze_words, shallow
from astrosearch.training.fit.stopping import between_steps
from astrosearch.training.fit.trainer import (
    Progress,
    Tell,
    dataset_of,
    datasets_of,
    dev_scores,
    encoding,
    make_trainer,
    precision,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder.folder import EncoderFolder

RESULT_FILE = "result.json"
STOPPING = "saving after this step (Ctrl-C again stops at once, without it)"


@dataclass(frozen=True, slots=True)
class Job:
    """What all seeds of a command share."""

    recipe: Recipe
    base: EncoderFolder
    pairs: TrainingPairs
    negatives: NDArray[np.int32] | None
    lessons: Lessons | None
    dev: DevBenchmark | None
    device: str
    max_steps: int | None
    others: tuple[EncoderFolder, ...]
    work: Path
    tell: Tell | None

    def say(self, stage: str) -> None:
        """Tell of a stage whose length isn't known."""
        if self.tell is not None:
            self.tell(Progress(stage))


def run_seed(job: Job, seed: int) -> SeedResult:
    """Train with one seed, from its last checkpoint if it has one."""
    run = job.work / f"seed-{seed}"
    file = run / RESULT_FILE
    if file.is_file():
        return SeedResult(**json.loads(file.read_text(encoding="utf-8")))
    recipe = job.recipe
    checkpoint = last_checkpoint(run)
    job.say(f"loading the base, to train on {job.device} in {precision(recipe, job.device)}")
    model = starting_model(job)
    prepare_card(model, job.base)
    started = time.monotonic()
    with quiet(), saving(run):
        data = (
            datasets_of(job.pairs.train, job.negatives, seed, recipe.hard_negatives)
            if job.lessons is None
            else dataset_of(job.lessons)
        )
        with between_steps(lambda: job.say(STOPPING)) as stop:
            trainer = make_trainer(
                model,
                data,
                recipe,
                run=run,
                device=job.device,
                seed=seed,
                max_steps=job.max_steps,
                dev=job.dev,
                lessons=job.lessons,
                stop=stop,
                tell=job.tell,
            )
            hide_samples(model)
            trainer.args.eval_on_start &= checkpoint is None
            with nullcontext() if job.lessons is None else job.lessons.being_computed():
                trainer.train(resume_from_checkpoint=str(checkpoint) if checkpoint else None)
        result = summarized(job, run, trainer.state, seed, time.monotonic() - started)
        kept = load_model(run / f"{PREFIX}{result.step}", "cpu")
        kept.max_seq_length = recipe.max_tokens or job.base.max_tokens
        text = trainer_card(kept, model.model_card_data, result.log, result.step)
        (run / CARD_FILE).write_text(text, encoding="utf-8")
        with written_whole(file) as partial:
            partial.write_text(json.dumps(asdict(result)), encoding="utf-8")
    return result


def starting_model(job: Job) -> Any:
    """Load the base as its recipe wants it: with so many layers, some weights frozen."""
    model = load_model(job.base.path, job.device)
    if job.recipe.layers is not None:
        shallow(model, job.recipe.layers)
    if job.recipe.frozen_words:
        freeze_words(model)
    return model


def summarized(job: Job, run: Path, state: Any, seed: int, seconds: float) -> SeedResult:
    """Summarize a run; if its recipe didn't score it while training, score it now."""
    kept = int(state.best_global_step or state.global_step)
    scores = dev_scores(state)
    before, after = (scores[0], max(scores[1:])) if len(scores) > 1 else (None, None)
    if job.recipe.layers is not None:
        before = None  # the first score is none of the base's
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

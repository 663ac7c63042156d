"""One training run on sentence-transformers' trainer, with our checkpoints and dev scores."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.processor import has_bfloat16
from astrosearch.errors import MissingExtra, TrainingError
from astrosearch.training.fit.checkpoints import load_optimizer, load_random, save_checkpoint
from astrosearch.training.fit.data import by_kind, weighted
from astrosearch.training.fit.dev_benchmark import METRIC, DevBenchmark
from astrosearch.training.fit.lessons import length_batches
from astrosearch.training.fit.losses import make_loss

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.training.fit.lessons import Lessons
    from astrosearch.training.fit.recipe import Recipe
    from astrosearch.training.fit.stopping import Stop
    from astrosearch.training.pairs.file import Pair

ENCODED = 64  # texts at once when scoring
COLUMNS = ("sentence_0", "sentence_1")  # of a dataset: the texts of a pair


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage is: `done` of `total` steps, or of texts and pairs while mining negatives.

    `total` is 0 where a stage's length isn't known. `dev` is the last dev score, and `scored` the
    step after which it was measured.
    """

    stage: str
    done: int = 0
    total: int = 0
    loss: float | None = None
    dev: float | None = None
    scored: int | None = None


Tell = Callable[[Progress], None]


def make_trainer(
    model: Any,
    data: Any,
    recipe: Recipe,
    *,
    run: Path,
    device: str,
    seed: int,
    max_steps: int | None,
    dev: DevBenchmark | None,
    lessons: Lessons | None = None,
    stop: Stop | None = None,
    tell: Tell | None = None,
) -> Any:
    """Build the trainer of a recipe; `run` is where its checkpoints go."""
    model.max_seq_length = recipe.train_tokens
    set_dropout(model, recipe.dropout)
    return trainer_class()(
        model=model,
        args=training_arguments(recipe, run, device, seed, max_steps, scored=dev is not None),
        train_dataset=data,
        loss=make_loss(model, recipe, device, lessons),
        evaluator=None if dev is None else evaluator(dev),
        callbacks=[watcher(recipe, f"training, seed {seed}", stop, tell)],
    )


def datasets_of(pairs: Sequence[Pair], negatives: Any, seed: int, columns: int) -> Any:
    """Build the trainer's dataset, or one for each kind if the pairs are of several kinds.

    `negatives`, int [n, columns], holds for every pair the positions of the pairs whose second
    texts are its hard negatives.
    """
    from datasets import Dataset, DatasetDict

    found = {}
    for kind, at in by_kind(pairs).items():
        rows = weighted(pairs, at, seed)
        if not rows:
            continue
        table = {
            COLUMNS[0]: [pairs[i].text_a for i in rows],
            COLUMNS[1]: [pairs[i].text_b for i in rows],
        }
        for k in range(columns):
            table[f"negative_{k}"] = [pairs[int(negatives[i, k])].text_b for i in rows]
        found[kind] = Dataset.from_dict(table)
    return next(iter(found.values())) if len(found) == 1 else DatasetDict(found)


def dataset_of(lessons: Lessons) -> Any:
    """Build the trainer's dataset of texts to learn the vectors of; a label is a text's number."""
    from datasets import Dataset

    return Dataset.from_dict({COLUMNS[0]: lessons.texts, "label": [*range(len(lessons.texts))]})


def training_arguments(
    recipe: Recipe, run: Path, device: str, seed: int, max_steps: int | None, *, scored: bool
) -> Any:
    """Translate a recipe into the trainer's arguments."""
    try:
        from sentence_transformers import SentenceTransformerTrainingArguments
    except ImportError as error:
        raise MissingExtra("sentence-transformers", "train", "training") from error
    scored = scored and recipe.dev
    on_cpu = device == "cpu"
    return SentenceTransformerTrainingArguments(
        output_dir=str(run),
        per_device_train_batch_size=recipe.batch_size,
        per_device_eval_batch_size=recipe.batch_size,
        num_train_epochs=recipe.epochs,
        max_steps=max_steps or -1,
        learning_rate=recipe.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=recipe.warmup,  # below 1: a part of all steps
        optim="adamw_torch",
        adam_beta1=recipe.betas[0],
        adam_beta2=recipe.betas[1],
        adam_epsilon=recipe.epsilon,
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.max_grad_norm,
        bf16=precision(recipe, device) == "bf16",
        fp16=precision(recipe, device) == "f16",
        use_cpu=on_cpu,
        seed=seed,
        batch_sampler=sampler(recipe),
        multi_dataset_batch_sampler=recipe.mixture,
        dataloader_drop_last=False,
        dataloader_pin_memory=not on_cpu,
        logging_steps=recipe.log_every,
        logging_nan_inf_filter=False,  # the watcher stops a run whose loss is no number
        save_strategy="steps",
        save_steps=recipe.checkpoint_every,
        eval_strategy="steps" if scored else "no",
        eval_steps=recipe.checkpoint_every if scored else None,
        eval_on_start=scored and recipe.layers is None,  # with fewer layers it is no base's score
        metric_for_best_model=METRIC if scored else None,
        greater_is_better=True if scored else None,
        disable_tqdm=True,
        report_to="none",
    )


def sampler(recipe: Recipe) -> Any:
    """Name how the trainer draws batches; those of single texts hold texts of like length."""
    if recipe.loss == "vectors":
        return length_batches()
    return "no_duplicates" if recipe.no_duplicates else "batch_sampler"


def precision(recipe: Recipe, device: str) -> str:
    """Name what a recipe computes in on this machine: "bf16", "f16" or "f32"."""
    if device == "cpu":
        return "bf16" if recipe.bf16_on_cpu and has_bfloat16() else "f32"
    return "f16" if recipe.half_precision else "f32"


def set_dropout(model: Any, dropout: float | None) -> None:
    """Set the dropout of every layer; None leaves it as the base has it."""
    import torch

    if dropout is None:
        return
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = dropout


def trainer_class() -> Any:
    """Make sentence-transformers' trainer write and read our checkpoints, without pickles."""
    from sentence_transformers import SentenceTransformerTrainer
    from transformers.trainer_callback import PrinterCallback

    class Trainer(SentenceTransformerTrainer):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.remove_callback(PrinterCallback)  # it prints to standard output

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            save_checkpoint(self)

        def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
            if checkpoint is not None:
                load_optimizer(self, Path(checkpoint))

        def _load_scaler(self, checkpoint: str | None) -> None:
            """Do nothing: `load_optimizer` reads the scaler too."""

        def _load_rng_state(self, checkpoint: str | None) -> None:
            if checkpoint is not None:
                load_random(Path(checkpoint))

    return Trainer


def evaluator(dev: DevBenchmark) -> Any:
    """Wrap the dev benchmark in the class that the trainer calls."""
    from sentence_transformers.base.evaluation import BaseEvaluator

    class Dev(BaseEvaluator):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.primary_metric = METRIC

        def __call__(
            self, model: Any, output_path: str | None = None, epoch: float = -1, steps: int = -1
        ) -> dict[str, float]:
            mean, by_kind = dev.score(encoding(model))
            return {METRIC: mean} | {f"{METRIC}_{kind}": score for kind, score in by_kind.items()}

    return Dev()


def encoding(model: Any) -> Callable[[list[str]], NDArray[np.float32]]:
    """Return a function that encodes texts with a model and gives float32 [n, dim]."""

    def encode(texts: list[str]) -> NDArray[np.float32]:
        import numpy as np

        vectors = model.encode(texts, batch_size=ENCODED, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    return encode


def watcher(recipe: Recipe, stage: str, stop: Stop | None, tell: Tell | None) -> Any:
    """Make the callback that reports progress, and stops early, on request, or on divergence."""
    from transformers import TrainerCallback

    class Watcher(TrainerCallback):  # type: ignore[misc]
        loss: float | None = None
        dev: float | None = None
        scored: int | None = None

        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if tell is not None:
                tell(Progress("scoring the base" if args.eval_on_start else "the first step"))

        def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if state.global_step >= state.max_steps and self.loss is None:
                control.should_log = True  # a run that ends before the first log
            if tell is not None:
                done, total = state.global_step, state.max_steps
                tell(Progress(stage, done, total, self.loss, self.dev, self.scored))
            if stop is not None and stop.asked:
                control.should_save = control.should_training_stop = True
                control.should_evaluate = False

        def on_log(
            self, args: Any, state: Any, control: Any, logs: dict[str, float], **kwargs: Any
        ) -> None:
            self.loss = logs.get("loss", self.loss)
            if f"eval_{METRIC}" in logs:
                self.dev, self.scored = logs[f"eval_{METRIC}"], state.global_step
            if self.loss is not None and not math.isfinite(self.loss):
                raise TrainingError(
                    f"the loss is {self.loss} at step {state.global_step}: training diverged.\n"
                    f"Lower the learning rate (it is {recipe.learning_rate:g}): --learning-rate"
                )

        def on_evaluate(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            if tell is not None and not state.global_step:
                tell(Progress("the first step"))
            if recipe.patience is not None and stalled(dev_scores(state), recipe.patience):
                control.should_training_stop = True

    return Watcher()


def dev_scores(state: Any) -> list[float]:
    """Return the dev scores of a run so far, that of the base first."""
    name = f"eval_{METRIC}"
    return [entry[name] for entry in state.log_history if name in entry]


def stalled(scores: list[float], patience: int) -> bool:
    """Tell whether the last `patience` scores all failed to beat the best before them.

    >>> stalled([0.2, 0.3, 0.29, 0.3], patience=2), stalled([0.2, 0.3, 0.29], patience=2)
    (True, False)
    """
    return len(scores) - 1 - scores.index(max(scores)) >= patience

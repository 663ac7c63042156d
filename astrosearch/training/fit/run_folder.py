"""The folder that a training command works in, so that the same command goes on after a kill.

DIR.training/run.json        what is trained: recipe, base, pairs; other settings are refused
DIR.training/negatives.npy   the mined hard negatives
DIR.training/vectors/        the vectors to learn, where the recipe distils
DIR.training/seed-42/        checkpoints, then result.json
"""

from __future__ import annotations

import contextlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder import load_encoder
from astrosearch.errors import TrainingError
from astrosearch.files import written_whole
from astrosearch.lock import LOCK_FILE
from astrosearch.training.fit.checkpoints import saving
from astrosearch.training.fit.lessons import Lessons, lesson_texts
from astrosearch.training.fit.negatives import mine_negatives
from astrosearch.training.fit.trainer import Progress, Tell

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder.folder import EncoderFolder
    from astrosearch.training.fit.data import TrainingPairs
    from astrosearch.training.fit.recipe import Recipe

RUN_FILE = "run.json"
NEGATIVES_FILE = "negatives.npy"
VECTORS_FOLDER = "vectors"


def make_work(output: Path) -> Path:
    """Make the folder that a run works in, unless there is one: DIR.training for output DIR."""
    work = output.with_name(output.name + ".training")
    with saving(work):
        work.mkdir(parents=True, exist_ok=True)
    return work


def identity(
    recipe: Recipe, base: EncoderFolder, pairs: TrainingPairs, max_steps: int | None
) -> dict[str, Any]:
    """Return the settings that a run must share with the one it goes on from."""
    return {
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "base": base.fingerprint(),
        "pairs": [[file.name, file.sha256] for file in pairs.files],
        "max_steps": max_steps,
    }


def open_work(work: Path, given: dict[str, Any], *, resume: bool) -> None:
    """Start a run in its folder, or go on; refuse to go on with another recipe, base or pairs."""
    file = work / RUN_FILE
    with saving(work):
        if not resume:
            file.unlink(missing_ok=True)  # first: without it, all else in the folder is ignored
        if not file.is_file():
            clear(work)
        if file.is_file():
            try:
                before = json.loads(file.read_text(encoding="utf-8"))
            except ValueError:
                before = {}
            if before != given:
                raise TrainingError(
                    f"{work.absolute()} holds a run with other settings "
                    f"({', '.join(differing(before, given))}).\n"
                    "Give the settings it was begun with, or start over: --no-resume"
                )
            return
        with written_whole(file) as partial:
            partial.write_text(json.dumps(given, indent=1), encoding="utf-8")


def clear(work: Path) -> None:
    """Remove all that is in a run's folder, except its lock."""
    for path in work.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK_FILE:
            path.unlink()


def remove_lock(work: Path) -> None:
    """Remove what is left of a finished run on Windows, where no open file can be removed."""
    with contextlib.suppress(OSError):
        (work / LOCK_FILE).unlink()
        work.rmdir()


def differing(before: dict[str, Any], given: dict[str, Any]) -> list[str]:
    """Name the settings in which two runs differ."""
    old = before | before.get("recipe", {})
    new = given | given["recipe"]
    return [name for name in new if name != "recipe" and old.get(name) != new[name]] or ["format"]


def kept_negatives(
    work: Path,
    pairs: TrainingPairs,
    base: EncoderFolder,
    recipe: Recipe,
    device: str,
    tell: Tell | None,
) -> NDArray[np.int32] | None:
    """Read a run's hard negatives, int32 [pairs, recipe.hard_negatives]; mine them the first time.

    The base chooses them, once for all seeds. None where the recipe wants none.
    """
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
    found = mine_negatives(pairs.train, encoder, recipe.hard_negatives, recipe.seed, progress)
    with saving(work), written_whole(file) as partial, partial.open("wb") as stream:
        np.save(stream, found, allow_pickle=False)
    return found


def lessons_of(
    work: Path,
    pairs: TrainingPairs,
    base: EncoderFolder,
    recipe: Recipe,
    device: str,
    max_steps: int | None,
) -> Lessons | None:
    """Choose the texts whose vectors a run learns from its base; None where it learns none."""
    if recipe.loss != "vectors":
        return None
    most = None if max_steps is None else max_steps * recipe.batch_size
    texts = lesson_texts(pairs.train, most, recipe.seed)
    return Lessons(texts, work / VECTORS_FOLDER, lambda: load_encoder(str(base.path), device))

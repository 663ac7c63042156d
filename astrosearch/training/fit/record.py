"""How an encoder was trained: the command line that trains the same, and training.json."""

from __future__ import annotations

import platform
import shlex
from dataclasses import asdict, fields
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from astrosearch.training.fit.recipe import RECIPES, Recipe
from astrosearch.training.fit.results import Trained

RECORD_FILE = "training.json"
OPTIONS = {  # of the command, for the recipe's values it can change
    "epochs": "--epochs",
    "batch_size": "--batch-size",
    "learning_rate": "--learning-rate",
    "seed": "--seed",
    "hard_negatives": "--hard-negatives",
    "weights": "--weights",
    "layers": "--layers",
}


def command(trained: Trained) -> str:
    """Write the command line that trains the same."""
    recipe = trained.recipe
    words = ["astrosearch", "train", *(f.name for f in trained.pairs.files)]
    words += ["-o", trained.folder.name, "--recipe", recipe.name]
    if trained.base != RECIPES[recipe.name].base:
        words += ["--base", trained.base]
    for name in changes(recipe):
        if name in OPTIONS:
            words += [OPTIONS[name], f"{getattr(recipe, name)}"]
    if "text_form" in changes(recipe):
        words += ["--text-form", recipe.text_form]
    if trained.max_steps is not None:
        words += ["--max-steps", f"{trained.max_steps}"]
    if len(trained.seeds) > 1:
        words += ["--seeds", f"{len(trained.seeds)}"]
    for name in trained.others:
        words += ["--with", name]
    return shlex.join(words)


def mining(trained: Trained) -> str:
    """Write the command line that mines such pairs; which papers they are from isn't known."""
    words = ["astrosearch", "pairs", "CORPUS", "-o", trained.pairs.files[0].name]
    weights = {pair.kind: pair.weight for pair in trained.pairs.train}
    for kind, weight in sorted(weights.items()):
        words += ["--kind", f"{kind}={weight:g}"]
    if trained.recipe.text_form != "plain":
        words += ["--text-form", trained.recipe.text_form]
    return shlex.join(words)


def changes(recipe: Recipe) -> list[str]:
    """Name the values in which a recipe differs from the one it was made from."""
    original = RECIPES[recipe.name]
    names = (field.name for field in fields(recipe))
    return [name for name in names if getattr(recipe, name) != getattr(original, name)]


def record_of(trained: Trained) -> dict[str, Any]:
    """Return all that decided a run and came of it, as it is written to training.json."""
    return {
        "command": command(trained),
        "mining": mining(trained),
        "recipe": asdict(trained.recipe),
        "base": {"name": trained.base, "fingerprint": trained.base_fingerprint},
        "device": trained.device,
        "precision": trained.precision,
        "files": [asdict(file) for file in trained.pairs.files],
        "pairs": trained.pairs.kinds(),
        "texts_learned": trained.learned,
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

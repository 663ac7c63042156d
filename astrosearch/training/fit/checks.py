"""What is refused before training starts: missing packages, unlike encoders, too few pairs."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from astrosearch.encoder.weights import read_safetensors
from astrosearch.errors import MissingExtra, TrainingError

if TYPE_CHECKING:
    from astrosearch.encoder.folder import EncoderFolder
    from astrosearch.training.fit.data import TrainingPairs
    from astrosearch.training.fit.recipe import Recipe


def require_packages() -> None:
    """Say which package of the train extra is missing, before anything is done."""
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


def check_recipe(recipe: Recipe) -> None:
    """Refuse values that only some recipes have a use for."""
    distils = recipe.loss == "vectors"
    if recipe.layers is not None and not distils:
        raise TrainingError(
            f"the recipe {recipe.name} keeps all layers of its base.\n"
            "Leave out --layers, or take --recipe distil"
        )
    if recipe.hard_negatives and distils:
        raise TrainingError(
            f"the recipe {recipe.name} learns vectors, and has no use for wrong texts.\n"
            "Leave out --hard-negatives, or take --recipe astro"
        )


def check_enough(pairs: TrainingPairs, recipe: Recipe) -> None:
    """Refuse fewer pairs than a batch holds."""
    if len(pairs.train) < recipe.batch_size:
        raise TrainingError(
            f"there are {len(pairs.train):,} pairs to train on, fewer than a batch of "
            f"{recipe.batch_size:,}.\nMine more pairs, or give a smaller --batch-size"
        )

"""How an encoder is trained: all values of a recipe in one place, and the recipes we have.

`SEED` reproduces the encoder the project starts from; `ASTRO` teaches an encoder a field; `DISTIL`
makes a quicker one of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

from astrosearch.records import TextForm

Loss = Literal["mnrl", "cached", "vectors"]
Mixture = Literal["round_robin", "proportional"]
Weights = Literal["f32", "f16"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides a training run, but for its data and its machine."""

    name: str
    base: str  # "default", a folder or a hub id
    text_form: TextForm  # of the pairs, and of what the encoder is fed later
    max_tokens: int | None  # written to the encoder's folder; None: as the base has it
    train_tokens: int  # texts are cut here while training

    loss: Loss  # multiple negatives ranking, in one piece or with cached gradients; or the distance
    # from the base's own vectors, without labels
    layers: int | None  # of the base's that are kept; None: all
    frozen_words: bool  # leave the embeddings of words as the base has them
    scale: float  # of the cosines: 1 / temperature
    symmetric: bool  # rank the first texts by the second too (under the cached loss)
    batch_size: int  # pairs; the second texts of all others are a pair's negatives
    hard_negatives: int  # mined for each pair
    matryoshka: tuple[int, ...]  # lengths at which a cut vector must work too; empty: none
    matryoshka_weights: tuple[float, ...]  # of the losses at these lengths; empty: all 1
    no_duplicates: bool  # no text twice in a batch
    mixture: Mixture  # how batches of several kinds of pairs alternate

    epochs: float
    learning_rate: float
    betas: tuple[float, float]
    epsilon: float
    weight_decay: float
    warmup: float  # part of all steps in which the rate rises from 0; then it falls linearly to 0
    max_grad_norm: float
    dropout: float | None  # None: as the base has it
    half_precision: bool  # fp16 on a GPU
    bf16_on_cpu: bool  # with torch's autocast; if false, single precision on the CPU
    seed: int

    log_every: int  # steps
    checkpoint_every: int  # steps
    dev: bool  # score the validation pairs at every checkpoint, and keep the best
    patience: int | None  # scores in a row without a new best before training stops
    base_share: float | None  # of the mean of all seeds' weights and the base's; None: no mean,
    # the best seed is kept
    rotate: bool  # turn vectors to their principal axes, so that cut ones hold the most
    weights: Weights  # how the encoder's folder holds them


SEED = Recipe(
    name="seed",
    base="allenai/specter2_base",
    text_form="seed",
    max_tokens=256,
    train_tokens=256,
    loss="mnrl",
    layers=None,
    frozen_words=False,
    scale=20.0,
    symmetric=False,
    batch_size=64,
    hard_negatives=0,
    matryoshka=(),
    matryoshka_weights=(),
    no_duplicates=False,
    mixture="round_robin",
    epochs=4,
    learning_rate=5e-5,
    betas=(0.9, 0.999),
    epsilon=1e-8,
    weight_decay=0.0,
    warmup=0.0,
    max_grad_norm=1.0,
    dropout=None,
    half_precision=True,
    bf16_on_cpu=False,
    seed=42,
    log_every=500,
    checkpoint_every=500,
    dev=False,
    patience=None,
    base_share=None,
    rotate=False,
    weights="f32",
)

ASTRO = Recipe(
    name="astro",
    base="default",
    text_form="plain",
    max_tokens=None,
    train_tokens=96,
    loss="cached",
    layers=None,
    frozen_words=False,
    scale=20.0,
    symmetric=True,
    batch_size=256,
    hard_negatives=0,
    matryoshka=(384, 256, 128),
    matryoshka_weights=(1.0, 2.0, 1.0),
    no_duplicates=True,
    mixture="proportional",
    epochs=1,
    learning_rate=2e-4,
    betas=(0.9, 0.999),
    epsilon=1e-8,
    weight_decay=0.01,
    warmup=0.1,
    max_grad_norm=1.0,
    dropout=0.0,
    half_precision=True,
    bf16_on_cpu=True,
    seed=42,
    log_every=5,
    checkpoint_every=40,
    dev=True,
    patience=5,
    base_share=0.2,
    rotate=True,
    weights="f16",
)

# The base teaches its own vectors to a copy of itself with fewer layers (LEAF, arXiv:2509.12539).
DISTIL = replace(
    ASTRO,
    name="distil",
    train_tokens=256,
    loss="vectors",
    layers=3,
    frozen_words=True,
    symmetric=False,
    batch_size=64,
    matryoshka=(),
    matryoshka_weights=(),
    no_duplicates=False,
    learning_rate=5e-4,
    log_every=20,
    checkpoint_every=400,
    base_share=None,
    rotate=False,
)

RECIPES = {recipe.name: recipe for recipe in (SEED, ASTRO, DISTIL)}


def changed(
    recipe: Recipe,
    *,
    epochs: float | None = None,
    batch_size: int | None = None,
    learning_rate: float | None = None,
    seed: int | None = None,
    text_form: TextForm | None = None,
    hard_negatives: int | None = None,
    weights: Weights | None = None,
    layers: int | None = None,
) -> Recipe:
    """Return a recipe with some values changed; None keeps the recipe's value."""
    given: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "seed": seed,
        "text_form": text_form,
        "hard_negatives": hard_negatives,
        "weights": weights,
        "layers": layers,
    }
    return replace(recipe, **{name: value for name, value in given.items() if value is not None})

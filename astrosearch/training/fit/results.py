"""What came of training: of each seed's run, and of all seeds together."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from astrosearch.training.fit.data import TrainingPairs
from astrosearch.training.fit.recipe import Recipe


@dataclass(frozen=True, slots=True)
class SeedResult:
    """The result of one seed's run."""

    seed: int
    steps: int
    step: int  # of the checkpoint that was kept
    base_score: float | None  # dev nDCG@10 before training
    score: float | None  # of the checkpoint kept
    by_kind: dict[str, float]
    seconds: float  # since it was last started
    log: list[dict[str, float]]


@dataclass(frozen=True, slots=True)
class Trained:
    """An encoder that was trained, and how."""

    folder: Path
    recipe: Recipe
    base: str
    base_fingerprint: str
    base_licence: str | None
    base_origin: str | None  # what the base was itself trained from, where its card tells
    device: str
    precision: str  # "bf16", "f16" or "f32"
    pairs: TrainingPairs = field(repr=False)
    learned: int | None  # texts whose vectors by the base were learned; None: pairs were
    max_steps: int | None
    best: SeedResult = field(repr=False)  # seed
    score: float | None  # dev nDCG@10 of what was written: the best seed, or the mean of all
    by_kind: dict[str, float]
    seeds: list[SeedResult] = field(repr=False)
    others: dict[str, str]  # fingerprints by name of encoders that were averaged in
    parity: float  # least cosine between our runtime and torch
    runtime: str

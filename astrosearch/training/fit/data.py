"""Which pairs are trained on, by text form and split, and how often each, by its weight."""

from __future__ import annotations

import hashlib
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.errors import PairsError
from astrosearch.training.pairs.file import Pair, read_pairs

if TYPE_CHECKING:
    from astrosearch.records import TextForm


@dataclass(frozen=True, slots=True)
class PairsFile:
    """A file that pairs were read from; its name and digest are recorded."""

    name: str
    sha256: str
    pairs: int


@dataclass(frozen=True, slots=True)
class TrainingPairs:
    """The pairs of a run."""

    train: list[Pair]
    validation: list[Pair]
    files: list[PairsFile]

    def kinds(self) -> dict[str, int]:
        """Count the pairs trained on, by kind."""
        return dict(sorted(Counter(pair.kind for pair in self.train).items()))


def read_training_pairs(
    paths: Sequence[Path], form: TextForm, *, labelled: bool = True
) -> TrainingPairs:
    """Read the pairs of a text form; pairs marked `test` are left alone.

    Pairs whose file names no text form count as plain. With `labelled` false, and if no pair is in
    `form`, all pairs are taken to be in it.
    """
    every: list[Pair] = []
    files = []
    for path in paths:
        pairs = list(read_pairs(path))
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        files.append(PairsFile(path.name, digest, len(pairs)))
        every += pairs
    chosen = [pair for pair in every if pair.text_form == form]
    if not chosen and not labelled:
        chosen = every
    train = [pair for pair in chosen if pair.split == "train"]
    if not train:
        raise PairsError(paths[0], None, _nothing(every, form))
    validation = [pair for pair in chosen if pair.split == "validation"]
    return TrainingPairs(train, validation, files)


def _nothing(pairs: Sequence[Pair], form: TextForm) -> str:
    if not pairs:
        return "there is no pair in it"
    found = Counter((pair.text_form, pair.split) for pair in pairs)
    held = ", ".join(f"{n:,} {split} pairs in the {f} form" for (f, split), n in found.items())
    return (
        f"no pair to train on is in the text form {form} (it holds {held}). "
        f"Mine pairs in that form, or say with --text-form which one they are in"
    )


def by_kind(pairs: Sequence[Pair]) -> dict[str, list[int]]:
    """Return the positions of the pairs of each kind."""
    kinds: dict[str, list[int]] = defaultdict(list)
    for at, pair in enumerate(pairs):
        kinds[pair.kind].append(at)
    return dict(sorted(kinds.items()))


def weighted(pairs: Sequence[Pair], at: Sequence[int], seed: int) -> list[int]:
    """Return positions among `at`, each as often as its pair's weight says, in expectation.

    A pair of weight 2.3 comes twice, and a third time with a chance of 0.3.
    """
    chance = random.Random(seed)  # noqa: S311
    chosen = []
    for i in at:
        whole, part = divmod(pairs[i].weight, 1.0)
        chosen += [i] * (int(whole) + (chance.random() < part))
    return chosen

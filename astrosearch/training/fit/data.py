"""Which pairs are trained on, and in what proportion: by their form, their split, their weight."""

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
    """A file that pairs were read from: what names its contents."""

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

    A file that doesn't say its form counts as plain. With `labelled` false, files none of whose
    pairs is in `form` are taken at the caller's word.
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
    """Repeat and drop pairs so that each is there as often as its weight says, in expectation.

    A weight of 2.3 gives two copies, and a third to three pairs in ten.
    """
    chance = random.Random(seed)  # noqa: S311
    chosen = []
    for i in at:
        whole, part = divmod(pairs[i].weight, 1.0)
        chosen += [i] * (int(whole) + (chance.random() < part))
    return chosen

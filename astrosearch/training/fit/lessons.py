"""What a shallower copy of an encoder learns from: texts, and the vectors the encoder gives them.

The encoder computes them in the runtime that indexing uses, a thousand or two at a time, ahead of
the training that learns them. They are kept in files, so that a run that was killed goes on.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.errors import TrainingError
from astrosearch.files import written_whole
from astrosearch.training.fit.checkpoints import saving
from astrosearch.training.pairs.file import Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

PART = 2048  # texts computed and learned together
AT_ONCE = 256  # of them encoded between two looks at whether training ended
EVERY = 5  # of so many texts one is a part of a sentence, as short as people's queries
SPAN = (2, 9)  # words of it


class Lessons:
    """Texts, and the unit vectors to learn of them, computed while others are learned."""

    def __init__(self, texts: list[str], folder: Path, encoder: Callable[[], Encoder]) -> None:
        self.texts, self._folder, self._encoder = texts, folder, encoder
        self._teacher: Encoder | None = None
        self._parts: list[Future[NDArray[np.float16]]] = []
        self._ended = False

    @contextmanager
    def being_computed(self) -> Iterator[None]:
        """Compute what isn't in the folder yet, in another thread, while a block runs."""
        with saving(self._folder):
            self._folder.mkdir(exist_ok=True)
        self._ended = False
        with ThreadPoolExecutor(1, "lessons") as thread:
            count = -(-len(self.texts) // PART)
            self._parts = [thread.submit(self._part, number) for number in range(count)]
            try:
                yield
            finally:
                self._ended = True
                thread.shutdown(wait=False, cancel_futures=True)

    def vectors(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """Give the vectors of some texts, float32 [len(rows), dim], once they are computed."""
        import numpy as np

        found = [self._parts[row // PART].result()[row % PART] for row in rows]
        return np.stack(found).astype(np.float32)

    def _part(self, number: int) -> NDArray[np.float16]:
        """Read the vectors of one part from its file, float16; compute and keep them first."""
        import numpy as np

        file = self._folder / f"{number:05}.npy"
        if not file.is_file():
            texts = self.texts[number * PART : (number + 1) * PART]
            found = self._encoded(texts).astype(np.float16)
            with saving(self._folder), written_whole(file) as partial, partial.open("wb") as stream:
                np.save(stream, found, allow_pickle=False)
        kept: NDArray[np.float16] = np.load(file, mmap_mode="r", allow_pickle=False)
        return kept

    def _encoded(self, texts: list[str]) -> NDArray[np.float32]:
        import numpy as np

        if self._teacher is None:
            self._teacher = self._encoder()
        parts = []
        for start in range(0, len(texts), AT_ONCE):
            if self._ended:
                raise TrainingError("training ended before the vectors to learn were computed")
            parts.append(self._teacher.encode(texts[start : start + AT_ONCE]))
        return np.concatenate(parts)


def lesson_texts(pairs: Sequence[Pair], most: int | None, seed: int) -> list[str]:
    """Choose the texts of pairs, each once, in a random order, and parts of some; at most `most`.

    >>> sorted(lesson_texts([Pair("acoustic peaks", "the sound horizon")], None, seed=1))
    ['acoustic peaks', 'the sound horizon']
    """
    chance = random.Random(seed)  # noqa: S311
    texts = list(dict.fromkeys(text for pair in pairs for text in (pair.text_a, pair.text_b)))
    chance.shuffle(texts)
    if most is not None:
        texts = texts[:most]
    return [
        span(text, chance) if number % EVERY == EVERY - 1 else text
        for number, text in enumerate(texts)
    ]


def span(text: str, chance: random.Random) -> str:
    """Cut some words in a row out of a text."""
    words = text.split()
    count = min(len(words), chance.randint(*SPAN))
    start = chance.randint(0, len(words) - count)
    return " ".join(words[start : start + count])


def length_batches() -> Any:
    """Make the sampler whose batches hold texts of like length: little padding, and all of them."""
    from sentence_transformers.base.sampler import DefaultBatchSampler

    class LengthBatches(DefaultBatchSampler):  # type: ignore[misc]
        def __init__(self, dataset: Any, **options: Any) -> None:
            super().__init__(dataset, **options)
            self.lengths = [*map(len, dataset["sentence_0"])]

        def __iter__(self) -> Iterator[list[int]]:
            yield from batches_by_length(self.lengths, self.batch_size, self.seed + self.epoch)

    return LengthBatches


def batches_by_length(lengths: Sequence[int], size: int, seed: int) -> Iterator[list[int]]:
    """Yield the positions of all texts, part by part, in batches of like length in random order.

    >>> sorted(map(sorted, batches_by_length([1, 9, 2, 8], 2, seed=0)))
    [[0, 2], [1, 3]]
    """
    chance = random.Random(seed)  # noqa: S311
    for start in range(0, len(lengths), PART):
        part = sorted(range(start, min(start + PART, len(lengths))), key=lengths.__getitem__)
        batches = [part[at : at + size] for at in range(0, len(part), size)]
        chance.shuffle(batches)
        yield from batches

"""Hard negatives: texts that the base takes for an answer, although they are none.

Positive-aware mining (NV-Retriever, Moreira et al. 2024, arXiv:2407.15831): a text that scores
nearly as high as the true answer is more likely an unlabelled answer than a negative, so it is
left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from astrosearch.training.pairs.file import Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

MARGIN = 0.95  # of the positive's cosine: the best of the paper's ablation
POOL = 30  # nearest texts a negative is drawn from
SEARCHED = 100  # nearest texts looked at to fill the pool
# Texts searched. Of more, a seeded sample is: so the cost grows with the pairs only.
MOST_TEXTS = 200_000
BLOCK = 256  # pairs searched at once


def mine_negatives(
    pairs: Sequence[Pair],
    encoder: Encoder,
    count: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> NDArray[np.int32]:
    """Choose hard negatives among the second texts of the pairs.

    Returns int32 [len(pairs), count]: positions of pairs whose `text_b` is the negative. Left out
    are the pair's own papers, all answers to the same `text_a`, and what scores 0.95 of its
    positive or more. Where too few are left the rest is drawn at random from other papers.
    `progress` is told (texts encoded and pairs searched, their sum in all).
    """
    import numpy as np

    firsts, first_of = _distinct([pair.text_a for pair in pairs])
    seconds, second_of = _distinct([pair.text_b for pair in pairs])
    total = len(firsts) + len(seconds) + len(pairs)
    done = 0

    def tell(more: int) -> None:
        nonlocal done
        done += more
        if progress is not None:
            progress(done, total)

    queries = encoder.encode([pairs[i].text_a for i in firsts], tell)
    texts = encoder.encode([pairs[i].text_b for i in seconds], tell)
    answers: dict[int, set[int]] = defaultdict(set)
    for first, second in zip(first_of, second_of, strict=True):
        answers[first].add(second)
    owners = _owners(pairs, second_of, len(seconds))
    chance = np.random.default_rng(seed)
    searched = np.arange(len(seconds))
    if len(seconds) > MOST_TEXTS:
        searched = np.sort(chance.choice(len(seconds), MOST_TEXTS, replace=False))
    candidates = texts[searched]
    found = np.empty((len(pairs), count), np.int32)
    for start in range(0, len(pairs), BLOCK):
        block = range(start, min(start + BLOCK, len(pairs)))
        scores = queries[[first_of[i] for i in block]] @ candidates.T
        for i, row in zip(block, scores, strict=True):
            most = MARGIN * float(queries[first_of[i]] @ texts[second_of[i]])
            row[row >= most] = -np.inf
            near = _nearest(row, SEARCHED)
            near = searched[near[np.isfinite(row[near])]]
            own = {paper for paper in (pairs[i].paper_a, pairs[i].paper_b) if paper}
            barred = answers[first_of[i]]
            pool = [j for j in near.tolist() if j not in barred and not (owners[j] & own)][:POOL]
            chosen = chance.permutation(pool)[:count].astype(int).tolist()
            chosen += _others(count - len(chosen), barred, owners, own, chance)
            found[i] = [seconds[j] for j in chosen]
        tell(len(block))
    return found


def _distinct(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the first position of each distinct text, and each text's number among these."""
    seen: dict[str, int] = {}
    first: list[int] = []
    which: list[int] = []
    for at, text in enumerate(texts):
        if text not in seen:
            seen[text] = len(first)
            first.append(at)
        which.append(seen[text])
    return first, which


def _owners(pairs: Sequence[Pair], second_of: Sequence[int], count: int) -> list[set[str]]:
    """Return, for each distinct second text, the papers that have it."""
    owners: list[set[str]] = [set() for _ in range(count)]
    for pair, second in zip(pairs, second_of, strict=True):
        if pair.paper_b:
            owners[second].add(pair.paper_b)
    return owners


def _nearest(scores: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    import numpy as np

    if k >= len(scores):
        return np.argsort(-scores, kind="stable")
    top = np.argpartition(-scores, k)[:k]
    return top[np.argsort(-scores[top], kind="stable")]


def _others(
    count: int,
    barred: set[int],
    owners: Sequence[set[str]],
    own: set[str],
    chance: np.random.Generator,
) -> list[int]:
    """Draw texts of other papers at random; of any paper where chance gives none."""
    chosen: list[int] = []
    for attempt in range(20 * count):
        if len(chosen) == count:
            break
        j = int(chance.integers(len(owners)))
        strict = attempt < 10 * count
        if j not in barred and j not in chosen and not (strict and owners[j] & own):
            chosen.append(j)
    while len(chosen) < count:  # two or three texts in all: nothing else is left
        chosen.append(int(chance.integers(len(owners))))
    return chosen

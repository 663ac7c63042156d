"""The dev benchmark: how well an encoder finds a validation pair's second text by its first."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.training.pairs.file import Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_PAIRS = 2000  # scored; of more, a seeded sample, for scoring interrupts training
TOP = 10
METRIC = "dev_ndcg@10"


@dataclass(frozen=True, slots=True)
class DevBenchmark:
    """Queries, the texts to find, and which of them are right."""

    queries: list[str]
    texts: list[str]
    relevant: list[set[int]]  # for each query, positions in `texts`
    kinds: list[str]  # of each query

    def score(
        self, encode: Callable[[list[str]], NDArray[np.float32]]
    ) -> tuple[float, dict[str, float]]:
        """Return the mean nDCG@10, over all queries and for each kind of pair.

        `encode` gives float32 [n, dim]; relevance is binary (Järvelin & Kekäläinen 2002).
        """
        import numpy as np

        vectors = encode([*self.queries, *self.texts])
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True).clip(1e-12)
        cosines = vectors[: len(self.queries)] @ vectors[len(self.queries) :].T
        k = min(TOP, len(self.texts))
        best = np.argpartition(-cosines, k - 1, axis=1)[:, :k]
        order = np.argsort(-np.take_along_axis(cosines, best, 1), axis=1, kind="stable")
        ranked = np.take_along_axis(best, order, 1)
        discounts = 1 / np.log2(np.arange(2, k + 2))
        gains = np.array(
            [[j in right for j in row] for row, right in zip(ranked, self.relevant, strict=True)]
        )
        ideal = np.array([discounts[: min(len(right), k)].sum() for right in self.relevant])
        ndcg = (gains * discounts).sum(axis=1) / ideal
        names = np.array(self.kinds)
        by_kind = {str(kind): float(ndcg[names == kind].mean()) for kind in sorted(set(names))}
        return float(ndcg.mean()), by_kind


def dev_benchmark(pairs: Sequence[Pair], seed: int = 0) -> DevBenchmark | None:
    """Make a benchmark of validation pairs; None if all have the same second text, or none."""
    chosen = list(pairs)
    if len(chosen) > MOST_PAIRS:
        chosen = random.Random(seed).sample(chosen, MOST_PAIRS)  # noqa: S311
    texts = {text: at for at, text in enumerate(dict.fromkeys(pair.text_b for pair in chosen))}
    if len(texts) < 2:
        return None
    relevant: dict[str, set[int]] = defaultdict(set)
    kinds: dict[str, str] = {}
    for pair in chosen:
        relevant[pair.text_a].add(texts[pair.text_b])
        kinds.setdefault(pair.text_a, pair.kind)
    return DevBenchmark(list(relevant), list(texts), list(relevant.values()), list(kinds.values()))

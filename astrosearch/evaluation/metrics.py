"""Measures of one query at a time, and intervals for their means.

Measures of rankings come from ir-measures; intervals are percentiles of a bootstrap over the
queries (Efron & Tibshirani 1993, chapter 13). Two systems are compared on the same resamples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.errors import MissingExtra
from astrosearch.evaluation.benchmark import Benchmark

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEPTH = 100  # documents of a ranking that are looked at
RESAMPLES = 1_000
SEED = 20_260
_LEVEL = (2.5, 97.5)  # per cent
_BLOCK = 2**22  # weights held at once while resampling


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean over queries with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float


def measures_of(benchmark: Benchmark) -> dict[str, str]:
    """Names of a benchmark's measures, and what ir-measures calls each."""
    names = {"nDCG@10": "nDCG@10", "R@10": "R@10", "R@100": "R@100", "MRR@10": "RR@10"}
    return names | ({"R@1": "R@1"} if benchmark.at_one else {})


def ranking_measures(
    benchmark: Benchmark, rankings: Mapping[str, Sequence[str]]
) -> dict[str, NDArray[np.float64]]:
    """Each measure's values [queries], in the order of `benchmark.queries`.

    `rankings` are document ids, best first, by query id; a query without ranking scores 0.
    """
    try:
        import ir_measures
    except ImportError as error:
        raise MissingExtra("ir-measures", "train", "evaluating") from error
    import numpy as np

    names = measures_of(benchmark)
    parsed = {ir_measures.parse_measure(theirs): ours for ours, theirs in names.items()}
    position = {id: at for at, id in enumerate(benchmark.queries)}
    values = {name: np.zeros(len(position)) for name in names}
    qrels = {id: benchmark.relevant_of(id) for id in position}
    # Scores by rank, so that equal scores keep the order of the ranking.
    run = {
        query: {id: float(-rank) for rank, id in enumerate(ranking[:DEPTH])}
        for query, ranking in rankings.items()
    }
    for found in ir_measures.iter_calc(list(parsed), qrels, run):
        if found.query_id in position:
            values[parsed[found.measure]][position[found.query_id]] = found.value
    return values


def intervals(
    values: Sequence[NDArray[np.float64]], first: Sequence[NDArray[np.float64]] | None = None
) -> list[tuple[Interval, Interval | None]]:
    """Mean of each set of values [queries], and its difference from that of `first`.

    All have the same queries in the same order; each resample is shared by all of them.
    """
    import numpy as np

    table = np.stack(values, axis=1)
    if first is not None:
        table = np.concatenate([table, table - np.stack(first, axis=1)], axis=1)
    count = len(table)
    generator = np.random.default_rng(SEED)
    means = np.empty((RESAMPLES, table.shape[1]))
    step = max(1, _BLOCK // count)
    for start in range(0, RESAMPLES, step):
        size = min(step, RESAMPLES - start)
        drawn = generator.integers(0, count, (size, count))
        drawn += np.arange(size)[:, None] * count
        weights = np.bincount(drawn.ravel(), minlength=size * count).reshape(size, count)
        means[start : start + size] = weights @ table / count
    low, high = np.percentile(means, _LEVEL, axis=0)
    found = [
        Interval(float(value), float(lower), float(upper))
        for value, lower, upper in zip(table.mean(axis=0), low, high, strict=True)
    ]
    differences = found[len(values) :] if first is not None else [None] * len(values)
    return list(zip(found, differences, strict=False))


def ndcg(
    ranked: NDArray[np.int64], grades: Sequence[Mapping[int, int]], k: int = 10
) -> NDArray[np.float64]:
    """nDCG@k [queries] of rankings [queries, >= k] of document positions; gains are the grades.

    The same as ir-measures' (Järvelin & Kekäläinen 2002), without building a run.
    """
    import numpy as np

    discounts = 1 / np.log2(np.arange(2, k + 2))
    values = np.zeros(len(ranked))
    for at, (row, wanted) in enumerate(zip(ranked[:, :k].tolist(), grades, strict=True)):
        gains = np.array([wanted.get(position, 0) for position in row], dtype=np.float64)
        ideal_gains = np.array(sorted(wanted.values(), reverse=True)[:k], dtype=np.float64)
        ideal = ideal_gains @ discounts[: len(ideal_gains)]
        values[at] = gains @ discounts[: len(gains)] / ideal if ideal else 0.0
    return values

"""From a system's scores to the measures of each query, or of each pair."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError
from astrosearch.evaluation.benchmark import AnyBenchmark, Benchmark, PairsBenchmark
from astrosearch.evaluation.metrics import DEPTH, ndcg, ranking_measures
from astrosearch.evaluation.systems import Scorer, System, positions, top_documents

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LOWEST = -1e30  # below any score; a document left out has -inf
BLOCK_SCORES = 2**24  # scores held at once, of a block of queries against all documents
RECALLED = (1, 10)  # ranks of the recall that `pairs` reports


def per_query(system: System, benchmark: AnyBenchmark) -> dict[str, NDArray[np.float64]]:
    """Values [queries or pairs] of each measure."""
    if isinstance(benchmark, PairsBenchmark):
        return _pair_values(system, benchmark)
    rankings = dict(_rankings(system, benchmark))
    return ranking_measures(benchmark, rankings)


def dense_ndcg(
    encode: Callable[[Sequence[str]], NDArray[np.float32]], benchmark: Benchmark, k: int = 10
) -> float:
    """Mean nDCG@k of an encoding function, for use while training.

    `encode` maps readable texts to unit vectors [n, dim].
    """
    import numpy as np

    queries = encode(list(benchmark.queries.values()))
    documents = encode(list(benchmark.documents.values()))

    def scores(start: int, end: int) -> NDArray[np.float32]:
        product: NDArray[np.float32] = queries[start:end] @ documents.T
        return product

    place = positions(benchmark.documents)
    grades = [
        {place[id]: grade for id, grade in benchmark.relevant_of(query).items() if id in place}
        for query in benchmark.queries
    ]
    ranked = np.concatenate(list(_ranked(scores, benchmark, k)))
    return float(ndcg(ranked, grades, k).mean())


def _rankings(system: System, benchmark: Benchmark) -> Iterator[tuple[str, list[str]]]:
    queries, documents = list(benchmark.queries), list(benchmark.documents)
    scorer = system.prepare(
        list(benchmark.queries.values()), list(benchmark.documents.values()), readable=True
    )
    above = float("-inf") if system.cosine else 0.0  # BM25 finds nothing without a shared word
    at = 0
    for ids in _ranked(scorer, benchmark, DEPTH, above=above):
        for row in ids.tolist():
            yield queries[at], [documents[position] for position in row if position >= 0]
            at += 1


def _ranked(
    scorer: Scorer, benchmark: Benchmark, k: int, *, above: float = float("-inf")
) -> Iterator[NDArray[np.int64]]:
    """Yield positions [block, k] of the best documents for a block of queries after another."""
    import numpy as np

    queries, place = list(benchmark.queries), positions(benchmark.documents)
    step = max(1, BLOCK_SCORES // len(place))
    for start in range(0, len(queries), step):
        end = min(start + step, len(queries))
        scores = scorer(start, end)
        for row, query in zip(scores, queries[start:end], strict=True):
            left_out = [place[id] for id in benchmark.excluded.get(query, ()) if id in place]
            row[left_out] = -np.inf
        yield top_documents(scores, k, above=max(above, LOWEST))


def _pair_values(system: System, benchmark: PairsBenchmark) -> dict[str, NDArray[np.float64]]:
    """For each pair: the share of random pairs it outscores, and the rank of its b for its a.

    The mean of that share is the area under the ROC curve (Mann & Whitney 1947). Random pairs
    are all others of an a with a b of another paper.
    """
    import numpy as np

    left = list(dict.fromkeys(a for a, _ in benchmark.pairs))
    right = list(dict.fromkeys(b for _, b in benchmark.pairs))
    place_a, place_b = positions(dict.fromkeys(left)), positions(dict.fromkeys(right))
    scores = system.prepare(left, right, readable=False)(0, len(left))
    rows = np.array([place_a[a] for a, _ in benchmark.pairs])
    columns = np.array([place_b[b] for _, b in benchmark.pairs])
    random = np.ones(scores.shape, dtype=bool)
    random[rows, columns] = False
    papers = list(zip(benchmark.pairs, benchmark.papers, strict=True))
    paper_of_a = {a: paper for (a, _), (paper, _) in papers}
    paper_of_b = {b: paper for (_, b), (_, paper) in papers}
    of_a = np.array([paper_of_a[a] for a in left])
    of_b = np.array([paper_of_b[b] for b in right])
    random &= of_a[:, None] != of_b[None, :]
    negatives = np.sort(scores[random])
    if not len(negatives):
        raise AstrosearchError(
            f"all texts of benchmark {benchmark.name} belong together: there are no random pairs.\n"
            "Give pairs of more papers"
        )
    positives = scores[rows, columns]
    lower = np.searchsorted(negatives, positives, side="left")
    upper = np.searchsorted(negatives, positives, side="right")
    values = {"AUC": (lower + upper) / 2 / len(negatives)}
    if system.cosine:
        values["gap"] = positives.astype(np.float64) - negatives.mean(dtype=np.float64)
    # Other right answers for the same a don't count against this one.
    rivals = np.where(random, scores, -np.inf)[rows]
    ranks = 1 + (rivals > positives[:, None]).sum(axis=1)
    ranks = ranks + (rivals == positives[:, None]).sum(axis=1) / 2
    return values | {f"R@{k}": (ranks <= k).astype(np.float64) for k in RECALLED}

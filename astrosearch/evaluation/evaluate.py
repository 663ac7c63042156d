"""Run systems on benchmarks: rankings, measures, intervals, and differences from the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError, MissingExtra
from astrosearch.evaluation.benchmark import AnyBenchmark, Benchmark, PairsBenchmark
from astrosearch.evaluation.metrics import DEPTH, intervals, ndcg, ranking_measures
from astrosearch.evaluation.report import Measure, Report, Row
from astrosearch.evaluation.systems import (
    BM25,
    DENSE_WEIGHT,
    Dense,
    Hybrid,
    Memory,
    Scorer,
    System,
    best,
    positions,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

LOWEST = -1e30  # below any score but that of a document left out
BLOCK_SCORES = 2**24  # scores held at once, of a block of queries against all documents
RECALLED = (1, 10)  # ranks of the recall that `pairs` reports

Progress = Callable[[str, str, int], None]  # benchmark, system, texts encoded for it so far


def evaluate(
    encoders: Sequence[Encoder],
    benchmarks: Sequence[AnyBenchmark],
    *,
    baselines: bool = True,
    baseline_encoder: Encoder | None = None,
    dense_weights: Sequence[float] = (DENSE_WEIGHT,),
    dimension: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Measure encoders on benchmarks, baselines beside them.

    Parameters
    ----------
    encoders
        The first is what all else is compared with.
    baselines
        Add BM25, `baseline_encoder` if given, and a hybrid of BM25 with each encoder.
    dense_weights
        Weights of the dense score in the hybrid; one hybrid for each.
    dimension
        Cut the encoders' vectors to so many components; the baseline's stay whole.
    progress
        Told benchmark, system and 0 as each begins, then how many texts are encoded.

    A baseline whose package isn't installed is left out, with a note in the report.
    """
    if not encoders:
        raise AstrosearchError("there is no encoder to evaluate.\nName one or more")
    told = _Told(progress)
    systems = systems_of(
        encoders,
        baselines=baselines,
        baseline_encoder=baseline_encoder,
        dense_weights=dense_weights,
        dimension=dimension,
        encoded=told.encoded,
    )
    rows: list[Row] = []
    notes: dict[str, None] = {}
    for benchmark in benchmarks:
        first: dict[str, NDArray[np.float64]] | None = None
        for system in systems:
            told.begin(benchmark.name, system.name)
            try:
                values = per_query(system, benchmark)
            except MissingExtra as error:
                if isinstance(system, Dense):
                    raise
                notes[f"left out {system.name}: {error}"] = None
                continue
            rows.append(_row(system.name, benchmark, values, first))
            first = first or values
    return Report(tuple(rows), tuple(notes))


class _Told:
    """Counts the texts encoded for the system at work."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._at = ("", "")
        self._count = 0

    def begin(self, benchmark: str, system: str) -> None:
        self._at, self._count = (benchmark, system), 0
        if self._progress:
            self._progress(benchmark, system, 0)

    def encoded(self, more: int) -> None:
        self._count += more
        if self._progress and self._count:
            self._progress(*self._at, self._count)


def systems_of(
    encoders: Sequence[Encoder],
    *,
    baselines: bool = True,
    baseline_encoder: Encoder | None = None,
    dense_weights: Sequence[float] = (DENSE_WEIGHT,),
    dimension: int | None = None,
    encoded: Callable[[int], None] | None = None,
) -> list[System]:
    """The systems of a report, in its order; vectors are shared between them.

    The baseline is left out where it is one of the encoders.
    """
    memory = Memory()
    dense = [
        Dense(name, encoder, memory, dimension, encoded)
        for name, encoder in zip(_names(encoders), encoders, strict=True)
    ]
    found: list[System] = [*dense]
    if baselines:
        lexical = BM25()
        found.append(lexical)
        same = {each.fingerprint for each in encoders} if dimension is None else set()
        if baseline_encoder is not None and baseline_encoder.fingerprint not in same:
            name = baseline_encoder.name.rpartition("/")[2]
            found.append(Dense(name, baseline_encoder, memory, progress=encoded))
        found += [
            Hybrid(f"hybrid {each.name}{_weight_shown(weight)}", each, lexical, weight)
            for each in dense
            for weight in dense_weights
        ]
    return found


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
        yield best(scores, k, above=max(above, LOWEST))


def _pair_values(system: System, benchmark: PairsBenchmark) -> dict[str, NDArray[np.float64]]:
    """For each positive pair: the share of random pairs it outscores, and its partner's rank.

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
    # Other partners of the same a are no rivals of this one.
    rivals = np.where(random, scores, -np.inf)[rows]
    ranks = 1 + (rivals > positives[:, None]).sum(axis=1)
    ranks = ranks + (rivals == positives[:, None]).sum(axis=1) / 2
    return values | {f"R@{k}": (ranks <= k).astype(np.float64) for k in RECALLED}


def _row(
    system: str,
    benchmark: AnyBenchmark,
    values: dict[str, NDArray[np.float64]],
    first: dict[str, NDArray[np.float64]] | None,
) -> Row:
    shared = [name for name in values if first is not None and name in first]
    compared = dict(
        zip(
            shared,
            intervals([values[n] for n in shared], [first[n] for n in shared]) if first else [],
            strict=True,
        )
    )
    alone = [name for name in values if name not in compared]
    if alone:
        compared |= dict(zip(alone, intervals([values[n] for n in alone]), strict=True))
    if isinstance(benchmark, PairsBenchmark):
        queries, documents = len(benchmark.pairs), len({b for _, b in benchmark.pairs})
    else:
        queries, documents = len(benchmark.queries), len(benchmark.documents)
    measures = {name: Measure(*compared[name]) for name in values}
    return Row(benchmark.name, system, queries, documents, measures)


def _names(encoders: Sequence[Encoder]) -> list[str]:
    """Encoders' names, numbered where two are the same."""
    seen: dict[str, int] = {}
    names = []
    for encoder in encoders:
        seen[encoder.name] = seen.get(encoder.name, 0) + 1
        again = seen[encoder.name]
        names.append(encoder.name if again == 1 else f"{encoder.name} ({again})")
    return names


def _weight_shown(weight: float) -> str:
    return "" if weight == DENSE_WEIGHT else f" {weight:.2g}"

"""Run systems on benchmarks: rankings, measures, intervals, and differences from the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError, MissingExtra
from astrosearch.evaluation.benchmark import AnyBenchmark, PairsBenchmark
from astrosearch.evaluation.metrics import intervals
from astrosearch.evaluation.report import Measure, Report, Row
from astrosearch.evaluation.scoring import dense_ndcg, per_query
from astrosearch.evaluation.systems import BM25, Dense, Hybrid, Memory, System, Words
from astrosearch.search.fusion import DENSE_WEIGHT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

__all__ = ["Progress", "dense_ndcg", "evaluate", "per_query", "systems_of"]

Progress = Callable[[str, str, int], None]  # benchmark, system, texts encoded for it so far


def evaluate(
    encoders: Sequence[Encoder],
    benchmarks: Sequence[AnyBenchmark],
    *,
    baselines: bool = True,
    baseline_encoder: Encoder | None = None,
    dense_weights: Sequence[float] = (DENSE_WEIGHT,),
    dimensions: Sequence[int] = (),
    progress: Progress | None = None,
) -> Report:
    """Measure encoders on benchmarks, baselines beside them.

    Parameters
    ----------
    encoders
        All other systems are compared with the first.
    baselines
        Add BM25, `baseline_encoder` if given, and a hybrid of BM25 with each encoder.
    dense_weights
        Weights of the dense score in the hybrid; one hybrid for each weight.
    dimensions
        Measure each encoder with its vectors cut to this many components too.
    progress
        Called with benchmark, system and 0 when a system begins, then with the texts encoded.

    A baseline whose package isn't installed is left out, with a note in the report.
    """
    if not encoders:
        raise AstrosearchError("there is no encoder to evaluate.\nName one encoder or more")
    told = _Told(progress)
    systems = systems_of(
        encoders,
        baselines=baselines,
        baseline_encoder=baseline_encoder,
        dense_weights=dense_weights,
        dimensions=dimensions,
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
    """Reports the system being measured and how many texts were encoded for it."""

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
    dimensions: Sequence[int] = (),
    encoded: Callable[[int], None] | None = None,
) -> list[System]:
    """The systems of a report, in its order; vectors are shared between them.

    The baseline is left out where it is one of the encoders.
    """
    memory = Memory()
    dense = [
        Dense(name, encoder, memory, progress=encoded)
        for name, encoder in zip(_names(encoders), encoders, strict=True)
    ]
    found: list[System] = [*dense]
    found += [
        Dense(f"{system.name} @{cut}", system.encoder, memory, cut, encoded)
        for system in dense
        for cut in dimensions
        if cut < system.encoder.dimension
    ]
    if baselines:
        found.append(BM25())
        same = {encoder.fingerprint for encoder in encoders}
        if baseline_encoder is not None and baseline_encoder.fingerprint not in same:
            name = baseline_encoder.name.rpartition("/")[2]
            found.append(Dense(name, baseline_encoder, memory, progress=encoded))
        found += [
            Hybrid(f"hybrid {system.name}{_weight_shown(weight)}", system, Words(), weight)
            for system in dense
            for weight in dense_weights
        ]
    return found


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

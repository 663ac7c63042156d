"""Evaluating encoders and benchmarks given by name, as `astrosearch evaluate` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astrosearch.encoder import load_encoder
from astrosearch.errors import EncoderError
from astrosearch.evaluation.baselines import load_baseline
from astrosearch.evaluation.benchmark import AnyBenchmark
from astrosearch.evaluation.evaluate import Progress, evaluate
from astrosearch.evaluation.files import data_folder
from astrosearch.evaluation.report import Report
from astrosearch.evaluation.suite import build_benchmark
from astrosearch.evaluation.trec import read_trec
from astrosearch.search.fusion import DENSE_WEIGHT


def evaluate_by_name(
    encoders: Sequence[str],
    benchmarks: Sequence[str],
    *,
    data: Path | None = None,
    own: tuple[Path, Path, Path] | None = None,
    baselines: bool = True,
    baseline: str | None = None,
    dense_weights: Sequence[float] = (),
    dimensions: Sequence[int] = (),
    device: str = "auto",
    progress: Progress | None = None,
) -> Report:
    """Load encoders, build benchmarks, and evaluate.

    Parameters
    ----------
    encoders
        As `load_encoder` takes them.
    benchmarks
        Names of `suite.NAMES`, built from `data`, else from `$ASTROSEARCH_BENCHMARKS`.
    own
        Files of queries, documents and qrels.
    baseline
        Stands in for all-MiniLM-L6-v2; one that can't be loaded is left out, with a note.
    """
    found: list[AnyBenchmark] = [read_trec(*own)] if own else []
    if benchmarks:
        folder = data_folder(data)
        found += [build_benchmark(name, folder) for name in dict.fromkeys(benchmarks)]
    loaded = [load_encoder(name, device) for name in encoders]
    notes: tuple[str, ...] = ()
    compared = None
    if baselines:
        try:
            compared = load_baseline(baseline, device)
        except EncoderError as error:
            if baseline is not None:
                raise
            notes = (f"left out all-MiniLM-L6-v2: {error}",)
    report = evaluate(
        loaded,
        found,
        baselines=baselines,
        baseline_encoder=compared,
        dense_weights=dense_weights or (DENSE_WEIGHT,),
        dimensions=dimensions,
        progress=progress,
    )
    return Report(report.rows, (*notes, *report.notes))

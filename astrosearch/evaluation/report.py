"""A report: one row for each system on each benchmark, as JSON lines or a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from astrosearch.evaluation.metrics import Interval


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure's mean, and how far it is from the first system's; None for the first itself."""

    mean: Interval
    difference: Interval | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A system on a benchmark; of `pairs`, `queries` counts pairs, `documents` distinct b's."""

    benchmark: str
    system: str
    queries: int
    documents: int
    measures: dict[str, Measure]


@dataclass(frozen=True, slots=True)
class Report:
    """What an evaluation found, and what it had to leave out."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()

    def value(self, benchmark: str, system: str, measure: str) -> float:
        """Look a mean up; KeyError if it isn't there."""
        for row in self.rows:
            if (row.benchmark, row.system) == (benchmark, system):
                return row.measures[measure].mean.value
        raise KeyError((benchmark, system))

    def json_lines(self) -> Iterator[str]:
        """Yield one JSON object a row."""
        for row in self.rows:
            measures = {
                name: _object(measure.mean)
                | {"difference": _object(measure.difference) if measure.difference else None}
                for name, measure in row.measures.items()
            }
            yield json.dumps(
                {
                    "benchmark": row.benchmark,
                    "system": row.system,
                    "queries": row.queries,
                    "documents": row.documents,
                    "measures": measures,
                },
                ensure_ascii=False,
            )


def _object(interval: Interval) -> dict[str, Any]:
    return {"value": interval.value, "low": interval.low, "high": interval.high}

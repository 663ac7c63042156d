"""What people see of an evaluation: where it is, and its tables."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

    from astrosearch.evaluation.report import Measure, Report, Row

KEY = (
    "In brackets 95 % bootstrap intervals; + and - are differences from the first system, "
    "* where 0 lies outside their 95 % interval."
)


@contextlib.contextmanager
def showing_evaluation() -> Iterator[Callable[[str, str, int], None]]:
    """Show benchmark, system and texts encoded on a terminal, a line for each system elsewhere."""
    if not sys.stderr.isatty():

        def write(benchmark: str, system: str, encoded: int) -> None:
            if not encoded:
                sys.stderr.write(f"{benchmark}: {system}\n")

        yield write
        return
    from rich.console import Console

    with Console(stderr=True).status("reading benchmarks") as status:

        def update(benchmark: str, system: str, encoded: int) -> None:
            texts = f", {encoded:,} texts encoded" if encoded else ""
            status.update(f"{benchmark}: {system}{texts}")

        yield update


def print_report(report: Report) -> None:
    """Print a table for each benchmark to stdout; it fits 80 columns."""
    from rich.console import Console

    console = Console(highlight=False)
    for _, rows in groupby(report.rows, key=lambda row: row.benchmark):
        console.print(_table(list(rows)))
        console.print()
    console.print(KEY, style="dim")


def _table(rows: list[Row]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    first = rows[0]
    names = list(dict.fromkeys(name for row in rows for name in row.measures))
    table = Table(
        title=f"{first.benchmark}: {first.queries:,} queries, {first.documents:,} documents",
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        padding=(0, 0, 0, 1),
        pad_edge=False,
    )
    table.add_column("", overflow="fold")
    for name in names:
        table.add_column(name, no_wrap=True)
    for row in rows:
        cells = [_cell(row.measures[name]) if name in row.measures else "" for name in names]
        table.add_row(Text(row.system), *cells)
    return table


def _cell(measure: Measure) -> str:
    mean, difference = measure.mean, measure.difference
    shown = _number(mean.value)
    if difference is not None:
        star = "" if difference.low <= 0 <= difference.high else "*"
        shown += f" {_number(difference.value, '+')}{star}"
    return f"{shown}\n\\[{_number(mean.low)},{_number(mean.high)}]"


def _number(value: float, sign: str = "") -> str:
    """Write a number with three decimals, without a zero before them.

    >>> _number(0.2451), _number(-0.012, "+"), _number(1.0)
    ('.245', '-.012', '1.000')
    """
    digits = format(value, f"{sign}.3f")
    return digits.replace("0.", ".", 1) if abs(value) < 0.9995 else digits

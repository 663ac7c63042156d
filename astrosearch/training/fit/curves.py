"""Training curves: loss and dev score against step, as a picture and in the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.training.fit.dev_benchmark import METRIC

if TYPE_CHECKING:
    from astrosearch.training.fit.results import SeedResult

Points = list[tuple[float, float]]
WIDTH, HEIGHT = 68, 8  # characters of a terminal chart, its labels beside
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # of a braille character
BRAILLE = 0x2800


def losses_of(result: SeedResult) -> Points:
    """Return (step, training loss)."""
    return [(entry["step"], entry["loss"]) for entry in result.log if "loss" in entry]


def scores_of(result: SeedResult) -> Points:
    """Return (step, dev score); if no step was scored, of the base and the kept step."""
    name = f"eval_{METRIC}"
    found = [(entry["step"], entry[name]) for entry in result.log if name in entry]
    if not found and result.score is not None and result.base_score is not None:
        found = [(0, result.base_score), (result.step, result.score)]
    return found


def save_picture(results: Sequence[SeedResult], file: Path) -> None:
    """Draw the runs of all seeds, one panel for the loss and one for the dev score."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 6), layout="constrained")
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True)
    for result in results:
        label = f"seed {result.seed}"
        for axes, points in ((upper, losses_of(result)), (lower, scores_of(result))):
            if points:
                steps, values = zip(*points, strict=True)
                axes.plot(steps, values, marker=".", label=label)
        scores = dict(scores_of(result))
        if result.step in scores:
            lower.plot(result.step, scores[result.step], "*", color="black", markersize=12)
    upper.set_ylabel("training loss")
    lower.set_ylabel("dev nDCG@10 (star: kept)")
    lower.set_xlabel("step")
    for axes in (upper, lower):
        axes.grid(alpha=0.3)
        if not axes.lines:
            axes.text(0.5, 0.5, "not measured", transform=axes.transAxes, ha="center")
    if len(results) > 1:
        upper.legend()
    figure.savefig(file, dpi=110, metadata={"Software": None})


def terminal_charts(result: SeedResult) -> str:
    """Draw loss and dev score in 80 columns; leave out a curve of fewer than two points."""
    parts = []
    for title, points in (
        ("training loss", losses_of(result)),
        ("dev nDCG@10", scores_of(result)),
    ):
        if len(points) > 1:
            parts.append(chart(title, points))
    return "\n".join(parts)


def chart(title: str, points: Points, width: int = WIDTH, height: int = HEIGHT) -> str:
    """Draw a line through points with braille dots, its extremes named at the left."""
    low, high = (bound(value for _, value in points) for bound in (min, max))
    first, last = points[0][0], points[-1][0]
    cells = [[0] * width for _ in range(height)]
    across, down = 2 * width - 1, 4 * height - 1

    def place(step: float, value: float) -> tuple[float, float]:
        x = (step - first) / (last - first or 1) * across
        y = (high - value) / (high - low or 1) * down
        return x, y

    placed = [place(*point) for point in points]
    for (x0, y0), (x1, y1) in pairwise(placed):
        count = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0))))
        for i in range(count + 1):
            x, y = round(x0 + (x1 - x0) * i / count), round(y0 + (y1 - y0) * i / count)
            cells[y // 4][x // 2] |= DOTS[y % 4][x % 2]
    rows = ["".join(chr(BRAILLE + cell) for cell in row) for row in cells]
    labels = [f"{high:9.4f} ", *[" " * 10] * (height - 2), f"{low:9.4f} "]
    steps = f"{first:<{width - 10},.0f}{last:>10,.0f}"
    return "\n".join([f"{title}, against step", *map(str.__add__, labels, rows), " " * 10 + steps])

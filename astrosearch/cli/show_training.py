"""What training shows while it works: a bar on a terminal, plain lines elsewhere, all on stderr."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from astrosearch.output.progress import duration, terminal_bar
from astrosearch.training.fit.curves import terminal_charts

if TYPE_CHECKING:
    from astrosearch.training.fit.results import Trained
    from astrosearch.training.fit.trainer import Progress

PLAIN_SECONDS = 30.0  # between two lines of progress where there is no terminal


@contextlib.contextmanager
def showing_training() -> Iterator[Callable[[Progress], None]]:
    """Show where training is."""
    if sys.stderr.isatty():
        with _bar() as update:
            yield update
    else:
        yield _lines()


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    with terminal_bar() as bar:
        task = None
        stage = ""

        def update(progress: Progress) -> None:
            nonlocal task, stage
            if task is None or progress.stage != stage:
                if task is not None:
                    bar.remove_task(task)
                stage = progress.stage
                task = bar.add_task(stage, total=progress.total or None, state="")
            total = progress.total or None  # unknown: the bar only moves
            bar.update(task, completed=progress.done, total=total, state=_figures(progress))

        yield update


def _lines() -> Callable[[Progress], None]:
    started = last = time.monotonic()
    stage, first = "", 0

    def update(progress: Progress) -> None:
        nonlocal last, started, stage, first
        now = time.monotonic()
        if progress.stage != stage:
            started, stage, first = now, progress.stage, progress.done
        elif now - last < PLAIN_SECONDS and progress.done < progress.total:
            return
        last = now
        left = ""
        if first < progress.done < progress.total:
            seconds = (now - started) / (progress.done - first) * (progress.total - progress.done)
            left = f", about {duration(seconds)} left"
        figures = _figures(progress)
        sys.stderr.write(f"{stage}: {figures}{left}\n" if figures else f"{stage}\n")

    return update


def print_trained(trained: Trained) -> None:
    """Say what came of training."""
    best = trained.best
    charts = terminal_charts(best)
    lines = [charts] if charts else []
    one = trained.recipe.base_share is None
    for result in trained.seeds:
        score = "" if result.score is None else f", dev nDCG@10 {result.score:.4f}"
        kept = " (kept)" if one and result is best and len(trained.seeds) > 1 else ""
        lines.append(f"seed {result.seed}: step {result.step} of {result.steps}{score}{kept}")
    if not one and trained.score is not None:
        mean = f"mean, the base at {trained.recipe.base_share:.0%}"
        lines.append(f"{mean}: dev nDCG@10 {trained.score:.4f} (kept)")
    if best.base_score is not None:
        lines.append(f"the base {trained.base}: dev nDCG@10 {best.base_score:.4f}")
    lines.append(f"{trained.runtime} agrees with torch: cosine at least {trained.parity:.5f}")
    lines.append(f"{trained.folder.absolute()} holds the encoder")
    sys.stderr.write("\n".join(lines) + "\n")


def _figures(progress: Progress) -> str:
    figures = [f"{progress.done:,}/{progress.total:,}"] if progress.total else []
    if progress.loss is not None:
        figures.append(f"loss {progress.loss:.4f}")
    if progress.dev is not None:
        figures.append(f"dev nDCG@10 {progress.dev:.4f} at step {progress.scored}")
    return ", ".join(figures)

"""Progress of what takes long, and what an indexing run did at its end; all of it on stderr."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.text import one_line

if TYPE_CHECKING:
    from astrosearch.indexing.run import Progress, Summary

LISTED = 20  # failed or skipped files shown in the summary; `astrosearch info` lists all failed
PLAIN_SECONDS = 10.0  # between two lines of progress where there is no terminal


@contextlib.contextmanager
def showing_progress() -> Iterator[Callable[[Progress], None]]:
    """Show a bar on a terminal, a plain line now and then elsewhere."""
    if sys.stderr.isatty():
        with _bar() as update:
            yield update
    else:
        yield _lines()


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("indexing"),
        BarColumn(bar_width=None),
        TextColumn("{task.percentage:3.0f}% {task.fields[state]}"),
        TimeRemainingColumn(compact=True),
    )
    started = time.monotonic()
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("indexing", total=1.0, state="")

        def update(progress: Progress) -> None:
            bar.update(task, completed=progress.fraction, state=_state(progress, started))

        yield update


@contextlib.contextmanager
def showing_steps() -> Iterator[Callable[[str, float], None]]:
    """Show what a job does and how far it is: a bar on a terminal, plain lines elsewhere."""
    if not sys.stderr.isatty():
        yield _step_lines()
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, done: bar.update(task, completed=done, description=step)


def _step_lines() -> Callable[[str, float], None]:
    shown, last = "", time.monotonic()

    def update(step: str, done: float) -> None:
        nonlocal shown, last
        now = time.monotonic()
        if step != shown or now - last >= PLAIN_SECONDS:
            shown, last = step, now
            _say(f"{step}: {done:.0%}")

    return update


def _lines() -> Callable[[Progress], None]:
    started = last = time.monotonic()

    def update(progress: Progress) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= PLAIN_SECONDS:
            last = now
            left = ""
            if 0.01 < progress.fraction < 1:
                seconds = (now - started) * (1 / progress.fraction - 1)
                left = f", about {_duration(seconds)} left"
            _say(f"{progress.fraction:.0%}: {_state(progress, started)}{left}")

    return update


def _state(progress: Progress, started: float) -> str:
    rate = progress.sentences / max(time.monotonic() - started, 1e-6)
    return (
        f"{progress.sources:,}/{progress.total_sources:,} files, "
        f"{progress.sentences:,} sentences, {rate:,.0f}/s"
    )


def print_summary(summary: Summary, index: Path) -> None:
    """Say what a run did: papers, sentences, and every file that gave none, with its reason."""
    lines = []
    if summary.papers_added or summary.papers_replaced or summary.sources_read:
        replaced = f", {summary.papers_replaced:,} replaced" if summary.papers_replaced else ""
        lines.append(
            f"{counted(summary.papers_added, 'paper')} added{replaced} "
            f"({summary.sentences_added:,} sentences) in {_duration(summary.seconds)}"
        )
    if summary.sources_unchanged:
        lines.append(f"{counted(summary.sources_unchanged, 'file')} unchanged")
    if summary.pruned:
        lines.append(f"{counted(summary.pruned, 'paper')} dropped, no longer in the corpus")
    lines += _listing("not read", [*map(_pair, summary.failed)])
    lines += _listing("skipped", [*map(_pair, summary.skipped)])
    lines += _listing("warnings", summary.warnings)
    lines += _listing("indexed, but gone from the corpus (--prune drops them)", summary.gone)
    lines.append(
        f"{index.absolute()} holds {counted(summary.papers, 'paper')}, "
        f"{counted(summary.sentences, 'sentence')}"
    )
    _say("\n".join(one_line(line) for line in lines))


def _say(text: str) -> None:
    with contextlib.suppress(OSError):  # nobody reads on, as after `2>&1 | head`: the work goes on
        sys.stderr.write(f"{text}\n")


def counted(number: int, thing: str) -> str:
    """Write a number of things.

    >>> counted(1, "paper"), counted(1200, "paper")
    ('1 paper', '1,200 papers')
    """
    return f"{number:,} {thing}" if number == 1 else f"{number:,} {thing}s"


def _pair(item: tuple[str, str]) -> str:
    return f"{item[0]}: {item[1]}"


def _listing(what: str, items: list[str]) -> list[str]:
    if not items:
        return []
    more = [f"  ... and {len(items) - LISTED:,} more"] if len(items) > LISTED else []
    return [f"{what} ({len(items):,}):", *(f"  {item}" for item in items[:LISTED]), *more]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"

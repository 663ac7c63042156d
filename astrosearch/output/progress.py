"""How far a long job is: a bar on a terminal, one line in a notebook, few lines elsewhere.

All of it goes to stderr.
"""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

# Between two lines where there is no terminal: the first comes soon, then ever fewer, so that the
# mail of a nightly job stays short.
FIRST_SECONDS, LONGEST_SECONDS = 10.0, 600.0


class Progress(Protocol):
    """How far an indexing run is."""

    @property
    def papers(self) -> int:
        """Papers done."""
        ...

    @property
    def total_papers(self) -> int:
        """Papers that there will be; an estimate until all files are read."""
        ...

    @property
    def sentences(self) -> int:
        """Sentences encoded."""
        ...

    @property
    def fraction(self) -> float:
        """The share of the work that is done, from 0 to 1."""
        ...


@contextlib.contextmanager
def showing_progress(*, lines: bool = True) -> Iterator[Callable[[Progress], None]]:
    """Show how far an indexing run is; without a terminal or a notebook only if `lines`."""
    if in_notebook():
        with _rewritten_line() as update:
            yield update
    elif sys.stderr.isatty():
        with _bar() as update:
            yield update
    else:
        yield _lines() if lines else (lambda progress: None)


@contextlib.contextmanager
def showing_steps(*, quiet: bool = False) -> Iterator[Callable[[str, float], None]]:
    """Show what a job does and how far it is."""
    if quiet:
        yield lambda step, done: None
        return
    if not sys.stderr.isatty():
        yield _step_lines()
        return
    from rich.console import Console
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda step, done: bar.update(task, completed=done, description=step)


def in_notebook() -> bool:
    """Whether a notebook's cell shows what is written."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return hasattr(shell, "kernel")


def duration(seconds: float) -> str:
    """Write how long something takes.

    >>> duration(12.3), duration(605), duration(7300)
    ('12 s', '10 min 05 s', '2 h 01 min')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s"


def say(text: str) -> None:
    """Write a line to stderr, if anybody reads it: the work goes on after `2>&1 | head`."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{text}\n")


@contextlib.contextmanager
def terminal_bar() -> Iterator[Bar]:
    """Draw a bar on a terminal: a task's description before it, its field `state` after it."""
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=None),
        TextColumn("{task.fields[state]}"),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        yield bar


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    started = time.monotonic()
    with terminal_bar() as bar:
        task = bar.add_task("indexing", total=1.0, state="")

        def update(progress: Progress) -> None:
            done = progress.fraction
            bar.update(task, completed=done, state=f"{done:4.0%} {_state(progress, started)}")

        yield update


@contextlib.contextmanager
def _rewritten_line() -> Iterator[Callable[[Progress], None]]:
    """Write one line again and again; a notebook needs a widget for more."""
    started = time.monotonic()
    last, width = 0.0, 0

    def update(progress: Progress) -> None:
        nonlocal last, width
        now = time.monotonic()
        if now - last >= 0.5:
            last = now
            line = f"indexing {progress.fraction:.0%} · {_state(progress, started)}"
            line += _left(progress, started)
            sys.stderr.write(f"\r{line.ljust(width)}")
            sys.stderr.flush()
            width = len(line)

    try:
        yield update
    finally:
        if width:
            sys.stderr.write(f"\r{' ' * width}\r")
            sys.stderr.flush()


def _lines() -> Callable[[Progress], None]:
    started = time.monotonic()
    due = started + FIRST_SECONDS

    def update(progress: Progress) -> None:
        nonlocal due
        now = time.monotonic()
        if now >= due:
            due = now + min(max(now - started, FIRST_SECONDS), LONGEST_SECONDS)
            say(f"{progress.fraction:.0%}: {_state(progress, started)}{_left(progress, started)}")

    return update


def _step_lines() -> Callable[[str, float], None]:
    started = time.monotonic()
    shown, due = "", started

    def update(step: str, done: float) -> None:
        nonlocal shown, due
        now = time.monotonic()
        if step != shown or now >= due:
            shown, due = step, now + min(max(now - started, FIRST_SECONDS), LONGEST_SECONDS)
            say(f"{step}: {done:.0%}")

    return update


def _state(progress: Progress, started: float) -> str:
    """Say how much is done, and how fast."""
    rate = progress.sentences / max(time.monotonic() - started, 1e-6)
    about = "" if progress.papers == progress.total_papers else "about "
    return (
        f"{progress.papers:,} of {about}{progress.total_papers:,} papers, "
        f"{progress.sentences:,} sentences, {rate:,.0f}/s"
    )


def _left(progress: Progress, started: float) -> str:
    """Say how long it will still take, once that can be said."""
    if not 0.01 < progress.fraction < 1:
        return ""
    seconds = (time.monotonic() - started) * (1 / progress.fraction - 1)
    return f", about {duration(seconds)} left"

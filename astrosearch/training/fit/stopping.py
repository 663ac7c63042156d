"""Stopping between two steps: what was trained until then is saved, and nothing is half done."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # as far as the system has them


class Stop:
    """Whether this process was asked to end, and by which signal."""

    def __init__(self) -> None:
        self.number: int | None = None

    @property
    def asked(self) -> bool:
        """Whether it was."""
        return self.number is not None


@contextlib.contextmanager
def between_steps(told: Callable[[], None]) -> Iterator[Stop]:
    """Put off the first signal that would end this block until the block ends by itself.

    `told` is called when the signal comes. A second one ends the block at once, as if nobody had
    put off the first. Signals that would end the process without Python are left alone, and so
    are all of them outside the main thread.
    """
    stop, before = Stop(), _interrupting()

    def later(number: int, frame: Any) -> None:
        stop.number = number
        _give_back(before)
        told()

    for number in before:
        signal.signal(number, later)
    try:
        yield stop
    finally:
        _give_back(before)
    if stop.number is not None:
        before[stop.number](stop.number, None)


def _interrupting() -> dict[int, Any]:
    """Return the signals that raise an exception in this thread, with what raises it."""
    if threading.current_thread() is not threading.main_thread():
        return {}
    known = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    handlers = {number: signal.getsignal(number) for number in known}
    return {number: handler for number, handler in handlers.items() if callable(handler)}


def _give_back(before: dict[int, Any]) -> None:
    for number, handler in before.items():
        signal.signal(number, handler)

"""Time that grows in proportion, told by ratios: machines are noisy, and limits in seconds lie."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

TIMES = 8
FLOOR = 0.004  # seconds of processor time, below which a clock's grain would decide


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Work of `TIMES` the size may take that many times as long, with slack; not its square.

    What grows too fast does so every time: a single slow moment is measured again.
    """
    for _ in range(3):
        small = min(_processor_seconds(work, size) for _ in range(2))
        large = _processor_seconds(work, TIMES * size)
        if large < 4 * TIMES * max(small, FLOOR):
            return
    raise AssertionError((small, large))


def _processor_seconds(work: Callable[[int], object], size: int) -> float:
    gc.disable()  # a collection costs what all other tests left in memory
    try:
        started = time.process_time()
        work(size)
        return time.process_time() - started
    finally:
        gc.enable()

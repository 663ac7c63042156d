"""Time that grows in proportion, told by ratios: machines are noisy, and limits in seconds lie."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
FLOOR = 0.004  # seconds of processor time, below which a clock's grain would decide


def assert_linear(work: Callable[[int], object], size: int) -> None:
    """Work of `TIMES` the size may take that many times as long, with slack; not its square."""
    small = min(_processor_seconds(work, size) for _ in range(2))
    large = _processor_seconds(work, TIMES * size)
    assert large < 4 * TIMES * max(small, FLOOR), (small, large)


def _processor_seconds(work: Callable[[int], object], size: int) -> float:
    started = time.process_time()
    work(size)
    return time.process_time() - started

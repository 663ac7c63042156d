"""How many examples a test of whatever comes is given."""

from __future__ import annotations

from hypothesis import settings


def examples(thorough: int) -> int:
    """As many where Hypothesis' profile is the thorough one, else the quick one's share of them."""
    return max(10, thorough * settings().max_examples // 100)

"""Characters that are no text."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f]")


def without_controls(text: str) -> str:
    """Drop control characters but white space: they would reach a terminal."""
    return _CONTROL.sub("", text)

"""Regular expressions that are compiled when they are first used.

There are some fifty; a query from the shell uses a few, and must not wait for the others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

_METHODS = ("findall", "finditer", "fullmatch", "match", "search", "sub")


class Pattern:
    """A regular expression with the methods of `re.Pattern` that are used here."""

    __slots__ = ("flags", "written", *_METHODS)

    findall: Callable[..., list[str]]
    finditer: Callable[..., Iterator[re.Match[str]]]
    fullmatch: Callable[..., re.Match[str] | None]
    match: Callable[..., re.Match[str] | None]
    search: Callable[..., re.Match[str] | None]
    sub: Callable[..., str]

    def __init__(self, written: str, flags: int = 0) -> None:
        self.written, self.flags = written, flags

    def __getattr__(self, name: str) -> Any:  # only until the methods are there
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = re.compile(self.written, self.flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(self, name)

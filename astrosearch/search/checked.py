"""Arguments checked by name, before anything is done with them."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from astrosearch.errors import BadType, BadValue


def whole_number(name: str, value: Any, least: int) -> int:
    """Return an argument as int, at least `least`; numpy's integers are fine, floats aren't.

    >>> whole_number("k", 3, 1)
    3
    """
    try:
        found = operator.index(value)
    except TypeError:
        raise BadType(
            f"{name} must be a whole number, not {_kind(value)}.\nGive one such as {name}=10."
        ) from None
    if isinstance(value, bool):
        raise BadType(f"{name} must be a whole number, not {value}.\nGive one such as {name}=10.")
    if found < least:
        raise BadValue(f"{name} is {found}, but must be at least {least}.")
    return found


def number(name: str, value: Any) -> float:
    """Return an argument as float; it must be finite."""
    if isinstance(value, bool | str | bytes):
        raise BadType(f"{name} must be a number, not {_kind(value)}.")
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise BadType(f"{name} must be a number, not {_kind(value)}.") from None
    if not math.isfinite(found):
        raise BadValue(f"{name} must be a finite number, not {found}.")
    return found


def one_of(name: str, value: Any, known: Sequence[str]) -> None:
    """Refuse an argument that is none of the known values."""
    if not isinstance(value, str):
        raise BadType(f"{name} must be a string, not {_kind(value)}.\nGive {_listed(known)}.")
    if value not in known:
        raise BadValue(f"there is no {name} {value!r}.\nGive {_listed(known)}.")


def several_texts(name: str, values: Any) -> tuple[str, ...]:
    """Return texts of an argument: any iterable of strings, but not a string."""
    if isinstance(values, str):
        raise BadType("a batch is a list of texts.\nFor one text, use query().")
    if isinstance(values, bytes) or not isinstance(values, Iterable):
        raise BadType(f"{name} must be texts, such as a list of strings, not {_kind(values)}.")
    found = tuple(values)
    for at, text in enumerate(found):
        if not isinstance(text, str):
            raise BadType(f"{name}[{at}] must be a string, not {_kind(text)}.")
    return tuple(str(text) for text in found)


def _kind(value: Any) -> str:
    return "None" if value is None else f"a {type(value).__name__} ({value!r:.60})"


def _listed(known: Sequence[str]) -> str:
    return f"one of: {', '.join(known)}"

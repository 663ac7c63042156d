"""What the commands' parameters share: the type of a path, and options gathered in one record."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

PATH = click.Path(path_type=Path, readable=False)
T = TypeVar("T")


def gathered(record: Callable[..., T]) -> Callable[[Callable[[T], None]], Callable[..., None]]:
    """Hand a command its arguments and options as one record that has a field for each."""

    def decorate(command: Callable[[T], None]) -> Callable[..., None]:
        @wraps(command)
        def call(**given: Any) -> None:
            command(record(**given))

        return call

    return decorate

"""SQL functions written in Python: one that is interrupted says so, not that it failed.

SQLite tells of an exception in such a function only that there was one. Full text calls one for
every sentence that is written, so that Ctrl-C comes within one as likely as anywhere.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

RAISED = "user-defined function raised exception"
_INTERRUPTIONS: list[KeyboardInterrupt] = []  # of the function that was being called, at most one


def teach(
    connection: sqlite3.Connection, name: str, arguments: int, function: Callable[..., Any]
) -> None:
    """Teach a connection a function, which gives the same for the same arguments."""

    def called(*values: Any) -> Any:
        try:
            return function(*values)
        except KeyboardInterrupt as interrupt:
            _INTERRUPTIONS[:] = [interrupt]
            raise

    connection.create_function(name, arguments, called, deterministic=True)


def raise_interruption(error: sqlite3.OperationalError) -> None:
    """Raise the interruption that SQLite tells of as an error, if it is one."""
    if str(error) == RAISED and _INTERRUPTIONS:
        raise _INTERRUPTIONS.pop() from error

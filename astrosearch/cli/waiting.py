"""Waiting for another writer of the same index to end."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import click

from astrosearch.errors import IndexLocked
from astrosearch.text import harmless

SECONDS = 1.0  # between two tries

T = TypeVar("T")

wait_option = click.option(
    "--wait", is_flag=True, help="Wait for another process that writes the index, then begin."
)
quiet_option = click.option(
    "-q", "--quiet", is_flag=True, help="Say nothing but errors and what was not read."
)


def once_free(work: Callable[[], T], *, wait: bool, quiet: bool = False) -> T:
    """Do work that writes an index; with `wait`, try again until no other process writes it."""
    told = not wait or quiet
    while True:
        try:
            return work()
        except IndexLocked as error:
            if not wait:
                raise
            if not told:
                told = True
                click.echo(f"waiting: {harmless(str(error).splitlines()[0])}", err=True)
        time.sleep(SECONDS)

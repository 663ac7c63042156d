"""Reader processes that meet their fate at certain files, for tests of what becomes of the rest."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from typing import Any
from unittest import mock

from astrosearch.corpus import limits
from astrosearch.corpus.read import read_source
from astrosearch.corpus.source import Source
from astrosearch.indexing import workers

FATES = ("killed", "greedy", "spinning")


def confine_and_set_traps() -> None:
    """What a reader process begins with, by narrower limits."""
    limits.PROCESS_MEMORY = 2**30
    limits.SECONDS = 0.2
    limits.confine()
    sound = read_source

    def read(source: Source, **options: Any) -> Iterator[Any]:
        if source.name == "killed.txt":
            os.kill(os.getpid(), signal.SIGKILL)
        if source.name == "greedy.txt":
            bytearray(2**40)
        while source.name == "spinning.txt":
            pass
        yield from sound(source, **options)

    mock.patch.object(workers, "read_source", read).start()

"""Sources -> papers with their sentences, in order, in this process or in several."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from astrosearch.corpus import discover
from astrosearch.corpus.document import Document, SourceSentence
from astrosearch.corpus.sentences import sentences_of
from astrosearch.errors import Unreadable

# Files with many papers are read where they are consumed: handing them over whole would need
# memory without bound.
STREAMED = 32 * 2**20


@dataclass(frozen=True, slots=True)
class Reading:
    """A paper and its sentences, ready to be encoded."""

    document: Document
    sentences: tuple[SourceSentence, ...]


_Whole = tuple[int, list[Reading | Unreadable]]


def read_source(
    source: discover.Source, *, all_categories: bool = False
) -> Iterator[Reading | Unreadable]:
    """Yield every paper of a source, and every part of it that can't be read, with the reason."""
    gave_any = False
    for item in discover.read(source, all_categories=all_categories):
        gave_any = True
        if isinstance(item, Unreadable):
            yield item
            continue
        sentences = tuple(s for passage in item.passages for s in sentences_of(passage))
        if sentences:
            yield Reading(item, sentences)
        else:
            yield Unreadable(source.name, "no sentence found")
    if not gave_any and source.kind != "metadata":
        yield Unreadable(source.name, "no paper found")


def readings(
    sources: Sequence[discover.Source], jobs: int, *, all_categories: bool = False
) -> Iterator[tuple[int, Iterator[Reading | Unreadable]]]:
    """Yield when reading began (ns of the epoch) and what is read, for each source in order.

    With `jobs` > 1 other processes read ahead.
    """
    if jobs <= 1 or len(sources) < 2 * jobs:
        for source in sources:
            yield time.time_ns(), read_source(source, all_categories=all_categories)
        return
    # spawn: the encoder's threads would not survive a fork
    spawn = multiprocessing.get_context("spawn")
    with signals_put_off():
        started = ProcessPoolExecutor(jobs, mp_context=spawn, initializer=live_with_parent)
    with started as pool:
        ahead: deque[tuple[discover.Source, Future[_Whole] | None]] = deque()
        waiting = iter(sources)
        try:
            while True:
                for later in islice(waiting, 4 * jobs - len(ahead)):
                    small = later.kind != "metadata" and size_of(later.path) < STREAMED
                    with signals_put_off():
                        submitted = (
                            pool.submit(_read_whole, later, all_categories) if small else None
                        )
                    ahead.append((later, submitted))
                if not ahead:
                    return
                source, future = ahead.popleft()
                if future is None:
                    yield time.time_ns(), read_source(source, all_categories=all_categories)
                else:
                    began, items = future.result()
                    yield began, iter(items)
        finally:
            pool.shutdown(cancel_futures=True)


@contextlib.contextmanager
def signals_put_off() -> Iterator[None]:
    """Let what a terminal sends wait for the end of a block; a process begun in it never gets it.

    It is the parent's to answer.
    """
    if not hasattr(signal, "pthread_sigmask"):  # pragma: no cover
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def live_with_parent() -> None:
    """Leave Ctrl-C to the parent of this process, and end when it ends, however that is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def end_with_it() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=end_with_it, daemon=True).start()


def size_of(path: Path) -> int:
    """Return a file's bytes; 0 if it can't be looked at."""
    try:
        return path.stat().st_size
    except OSError:  # gone since: its reading will say so
        return 0


def _read_whole(source: discover.Source, all_categories: bool) -> _Whole:
    return time.time_ns(), list(read_source(source, all_categories=all_categories))

"""Read sources into papers with their sentences, in order, in this process or in several.

A paper that takes too long or too much memory is given up with a reason (`corpus.limits`).
A reader process may be killed all the same, by its limits or because the system lacks memory,
and the work of the other processes is lost with it. Then what was being read is read again, each
source in a process of its own. A source whose process is killed again is listed as failed, and
the rest goes on.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from itertools import islice

from astrosearch.corpus import kinds
from astrosearch.corpus.document import Document
from astrosearch.corpus.limits import TOO_MUCH_MEMORY, Budget, allow, confine
from astrosearch.corpus.read import read_source
from astrosearch.corpus.sentences import sentences_of
from astrosearch.corpus.source import Source
from astrosearch.corpus.tree import size_of
from astrosearch.errors import Unreadable
from astrosearch.records import SourceSentence

# Files with many papers are read where they are consumed: handing them over whole would need
# memory without bound.
STREAMED = 32 * 2**20

_MOST_PROCESSES = 61  # that one can wait for on Windows

_SLACK = 5  # times a paper's budget: what a source may take before the system kills its reader


@dataclass(frozen=True, slots=True)
class ReadPaper:
    """A paper and its sentences, ready to be encoded."""

    document: Document
    sentences: tuple[SourceSentence, ...]


Item = ReadPaper | Unreadable  # what becomes of a document
_Whole = tuple[int, list[Item]]


def read_papers(source: Source, *, all_categories: bool = False) -> Iterator[Item]:
    """Yield every paper of a source, and every document in it that isn't read, with the reason."""
    gave_any = False
    try:
        for item in read_source(source, all_categories=all_categories):
            gave_any = True
            yield item if isinstance(item, Unreadable) else _with_sentences(item, source.name)
    except MemoryError:
        yield Unreadable(source.name, TOO_MUCH_MEMORY)
    except RecursionError:
        yield Unreadable(source.name, "given up: it goes too deep, things within things")
    else:
        if not gave_any:
            yield Unreadable(source.name, "no paper found")


def _with_sentences(document: Document, name: str) -> ReadPaper | Unreadable:
    budget = Budget(sum(len(passage.text) for passage in document.passages))
    found: list[SourceSentence] = []
    try:
        paragraph = 1
        for passage in document.passages:
            budget.check()
            sentences = sentences_of(passage, paragraph)
            found += sentences
            paragraph += bool(sentences)
    except Unreadable as failure:
        return Unreadable(name, failure.reason)
    return ReadPaper(document, tuple(found)) if found else Unreadable(name, "no sentence found")


def readings(
    sources: Sequence[Source], jobs: int, *, all_categories: bool = False
) -> Iterator[tuple[int, Iterator[Item]]]:
    """Yield when reading began (ns of the epoch) and what is read, for each source in order.

    With `jobs` > 1 other processes read ahead.
    """
    if jobs <= 1 or len(sources) < 2 * jobs:
        for source in sources:
            yield time.time_ns(), read_papers(source, all_categories=all_categories)
        return
    readers = _Readers(jobs, all_categories)
    ahead: deque[Source] = deque()
    waiting = iter(sources)
    try:
        while True:
            for later in islice(waiting, 4 * jobs - len(ahead)):
                ahead.append(later)
                if not kinds.named(later.kind).streamed and size_of(later.path) < STREAMED:
                    readers.begin(later)
            if not ahead:
                return
            source = ahead.popleft()
            whole = readers.result(source)
            if whole is None:
                yield time.time_ns(), read_papers(source, all_categories=all_categories)
            else:
                yield whole[0], iter(whole[1])
    finally:
        readers.close()


class _Readers:
    """Processes that read sources, replaced when one of them dies."""

    def __init__(self, jobs: int, all_categories: bool) -> None:
        self._jobs, self._all_categories = jobs, all_categories
        self._pool = _pool(jobs)
        self._begun: dict[Source, Future[_Whole] | None] = {}  # None: to be begun anew

    def begin(self, source: Source) -> None:
        """Have a source read."""
        try:
            self._begun[source] = self._submit(self._pool, source)
        except BrokenProcessPool:
            self._begun[source] = None

    def result(self, source: Source) -> _Whole | None:
        """Wait for what is read of a source; None if it was never begun."""
        if source not in self._begun:
            return None
        future = self._begun.pop(source)
        if future is not None:
            try:
                return future.result()
            except BrokenProcessPool:
                self._mend()
        return self._alone(source)

    def close(self) -> None:
        """End the processes, and give up what they read."""
        self._pool.shutdown(cancel_futures=True)

    def _submit(self, pool: ProcessPoolExecutor, source: Source) -> Future[_Whole]:
        with signals_put_off():  # processes that start inherit it
            return pool.submit(_read_whole, source, self._all_categories)

    def _mend(self) -> None:
        """Replace the processes; each source that was being read will be read alone."""
        self._pool.shutdown(cancel_futures=True)
        self._pool = _pool(self._jobs)
        for source, future in self._begun.items():
            if future is None or not future.done() or future.exception() is not None:
                self._begun[source] = None

    def _alone(self, source: Source) -> _Whole:
        began = time.time_ns()
        with _pool(1) as pool:
            try:
                return self._submit(pool, source).result()
            except BrokenProcessPool:
                reason = "given up: the process that read it was killed; too much time or memory"
                return began, [Unreadable(source.name, reason)]


def _pool(jobs: int) -> ProcessPoolExecutor:
    # spawn: the encoder's threads would not survive a fork
    spawn = multiprocessing.get_context("spawn")
    if sys.platform == "win32":
        jobs = min(jobs, _MOST_PROCESSES)
    with signals_put_off():
        return ProcessPoolExecutor(
            jobs, mp_context=spawn, initializer=_begin_reader, initargs=(confine,)
        )


def _begin_reader(confined: Callable[[], None]) -> None:
    confined()
    live_with_parent()


@contextlib.contextmanager
def signals_put_off() -> Iterator[None]:
    """Put off SIGINT and SIGHUP to the end of a block.

    Processes started in the block never receive them: the parent answers Ctrl-C for all.
    """
    if sys.platform == "win32":
        yield  # it can't put them off: a process begun may be interrupted before it ignores them
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


def _read_whole(source: Source, all_categories: bool) -> _Whole:
    allow(_SLACK * Budget(size_of(source.path)).seconds)
    return time.time_ns(), list(read_papers(source, all_categories=all_categories))

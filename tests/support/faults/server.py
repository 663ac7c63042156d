"""A process that has everything imported and tried once, and forks a child for each fault.

Started by client.py with interpose.c under it; reads a request a line and answers with a line.
Libraries compute on one thread in it: the child of a process with threads at work could hang.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import resource
import select
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import faiss  # noqa: F401
import sqlite_utils
import sqlite_utils.migrations  # noqa: F401

import astrosearch
from astrosearch.errors import AstrosearchError, IndexLocked, StorageError
from astrosearch.lock import WriterLock
from astrosearch.maintenance.verify import verify
from astrosearch.store.reader import Store
from astrosearch.store.writer import Writer
from tests.support.encoders import WordEncoder
from tests.support.faults.scenarios import SCENARIOS, Scenario, lower_limits
from tests.support.faults.seam import Operation, Seam
from tests.support.faults.states import CODES, State, names, state

ROOM = 64 * 2**20  # bytes of disk that are enough
PAGE = 4096


@dataclass(slots=True)
class Undisturbed:
    """What a scenario does when nothing goes wrong."""

    operations: list[Operation]
    states: list[State | None]  # at the start, and after each commit; the last is the end
    names: set[str]
    seconds: float
    bytes: int  # of the index at the start


@dataclass(slots=True)
class Outcome:
    """How a disturbed run ended, and what was wrong with what it left."""

    ended: str  # done, refused or killed
    message: str = ""
    killed: int = 0
    problems: list[str] = field(default_factory=list)


class Server:
    """Prepares each scenario once, then disturbs copies of it."""

    def __init__(self, work: Path) -> None:
        self.work, self.seam = work, Seam()
        self.disk = work / "disk"
        self.index = self.disk / "index"
        self.disk.mkdir()
        self._undisturbed: dict[str, Undisturbed] = {}

    def undisturbed(self, name: str) -> Undisturbed:
        """Make a scenario's index, and run it in peace on a copy."""
        if name not in self._undisturbed:
            scenario, corpus = SCENARIOS[name], self.work / "prepared" / name / "corpus"
            corpus.mkdir(parents=True)
            scenario.prepare(corpus, self._base(name))
            self._fresh(name)
            states = self._watched(scenario, corpus)
            self._fresh(name)
            seconds = self._timed(scenario, corpus)
            self._fresh(name)
            calm = Undisturbed(
                operations=self._counted(scenario, corpus),
                states=states,
                names=names(self.index),
                seconds=seconds,
                bytes=bytes_in(self._base(name)),
            )
            problems = self._look(calm, "done")
            if problems:
                raise AssertionError(f"an undisturbed run is unsound: {problems}")
            self._undisturbed[name] = calm
        return self._undisturbed[name]

    def _base(self, name: str) -> Path:
        return self.work / "prepared" / name / "index"

    def _fresh(self, name: str) -> None:
        shutil.rmtree(self.index, ignore_errors=True)
        if self._base(name).exists():
            shutil.copytree(self._base(name), self.index)

    def _watched(self, scenario: Scenario, corpus: Path) -> list[State | None]:
        states = [state(self.index)]
        with after_each_commit(lambda: states.append(state(self.index))):
            scenario.act(corpus, self.index)
        return [*states, state(self.index)]

    def _timed(self, scenario: Scenario, corpus: Path) -> float:
        started = time.monotonic()
        scenario.act(corpus, self.index)
        return time.monotonic() - started

    def _counted(self, scenario: Scenario, corpus: Path) -> list[Operation]:
        self.seam.arm(self.index)
        scenario.act(corpus, self.index)
        self.seam.disarm()
        return self.seam.operations()

    def disturb(self, name: str, disk: int | None = None, **how: Any) -> Outcome:
        """Run a scenario with something in its way, then look at what is left, and go on.

        In its way: a `mode` of fault `at` an operation; SIGKILL after each of `kills` seconds,
        with a run in between; a limit to the `largest` file; or a disk of so many bytes.
        """
        with contextlib.nullcontext() if disk is None else self._mounted(name, disk):
            return self._disturb(name, limited=disk is not None, **how)

    def _disturb(
        self,
        name: str,
        mode: str = "nothing",
        at: int = 0,
        *,
        kills: Sequence[float] = (),
        largest: int | None = None,
        limited: bool = False,
    ) -> Outcome:
        calm = self.undisturbed(name)
        scenario, corpus = SCENARIOS[name], self.work / "prepared" / name / "corpus"
        self._fresh(name)

        def run() -> Outcome:
            if largest is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
            elif not kills and not limited:
                self.seam.arm(self.index, mode, at)
            return self._ended(scenario, corpus)

        outcome, killed = Outcome("done"), 0
        for seconds in kills or (None,):
            try:
                outcome = in_child(run, seconds)
            except Killed:
                killed += 1
                outcome = Outcome("killed")
            outcome.killed = killed
            more = seconds is not None and outcome.ended == "killed" and killed < len(kills)
            if more or limited:
                outcome.problems += problems_of(partial(self._look, calm, outcome.ended))
            if outcome.problems:
                return outcome
            if not more:
                break
        if limited:
            self._mount(ROOM, "remount")
        outcome.problems += problems_of(
            lambda: self._look(calm, outcome.ended) or self._go_on(scenario, corpus, calm)
        )
        return outcome

    @contextlib.contextmanager
    def _mounted(self, name: str, size: int) -> Iterator[None]:
        self.undisturbed(name)
        shutil.rmtree(self.index, ignore_errors=True)
        self._mount(size)
        try:
            yield
        finally:
            subprocess.run(["umount", self.disk], check=True)

    def _mount(self, size: int, *more: str) -> None:
        options = ",".join([*more, f"size={size}"])
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.disk], check=True)

    def _ended(self, scenario: Scenario, corpus: Path) -> Outcome:
        """Run a scenario; say how it ended, and what is wrong with that."""
        try:
            scenario.act(corpus, self.index)
        except AstrosearchError as error:
            self.seam.disarm()
            outcome = Outcome("refused", str(error))
            if not isinstance(error, StorageError) or len(str(error).splitlines()) < 2:
                outcome.problems.append(f"it ended with {error!r}")
            if self.index.exists():
                try:
                    # While the error is at hand, as it is in a notebook.
                    with WriterLock(self.index):
                        pass
                except IndexLocked:
                    outcome.problems.append("the lock is still held")
            return outcome
        except Exception:  # noqa: BLE001
            self.seam.disarm()
            problem = f"it ended with a traceback: {traceback.format_exc()}"
            return Outcome("refused", problems=[problem])
        self.seam.disarm()
        return Outcome("done")

    def _look(self, calm: Undisturbed, ended: str) -> list[str]:
        """Say what is wrong with the index that a disturbed run left."""
        found = state(self.index)
        problems = []
        if found is not None:
            problems += verify(self.index)
            if set(found) - {CODES}:
                with contextlib.closing(Store(self.index)) as store:
                    encoder = WordEncoder(store.encoder().dimension)
                with astrosearch.open(self.index, encoder=encoder) as opened:
                    hit = opened.query("the gas moves", k=1)[0]
                    if opened.query(hit.sentence.text, k=1)[0].sentence.text != hit.sentence.text:
                        problems.append("a sentence does not find itself")
        if found not in calm.states:
            problems.append(f"the index holds what no commit made: {found}")
        if ended == "done" and found != calm.states[-1]:
            problems.append("the run ended well, but not where an undisturbed one does")
        return problems

    def _go_on(self, scenario: Scenario, corpus: Path, calm: Undisturbed) -> list[str]:
        """Run again, and say how the end differs from an undisturbed run's."""
        self.seam.arm(self.index)
        scenario.act(corpus, self.index)
        self.seam.disarm()
        problems = verify(self.index)
        if state(self.index) != calm.states[-1]:
            problems.append("the next run did not end where an undisturbed one does")
        if names(self.index) != calm.names:
            problems.append(f"files are left over or missing: {names(self.index) ^ calm.names}")
        return problems


def bytes_in(folder: Path) -> int:
    """Add up the files below a folder, each in whole pages."""
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file()]
    return sum(-(-size // PAGE) * PAGE for size in sizes)


@contextlib.contextmanager
def after_each_commit(look: Callable[[], None]) -> Iterator[None]:
    """Look at the index after every transaction of a block."""
    transaction = Writer.transaction

    @contextlib.contextmanager
    def looked_at(self: Writer) -> Iterator[Any]:
        with transaction(self) as db:
            yield db
        look()

    with mock.patch.object(Writer, "transaction", looked_at):
        yield


class Killed(Exception):
    """A child was killed."""


class Failed(Exception):
    """A child raised an error, or crashed."""


def problems_of(work: Callable[[], list[str]]) -> list[str]:
    """Return the problems that a child finds, or has itself."""
    try:
        return list(in_child(work))
    except Failed as error:
        return [f"looking at it failed: {error}"]


def in_child(work: Callable[[], Any], kill_after: float | None = None) -> Any:
    """Return what a forked process makes of `work`."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = pickle.dumps((True, work()))
        except BaseException:  # noqa: BLE001
            answer = pickle.dumps((False, traceback.format_exc()))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    if not select.select([reading], [], [], kill_after)[0]:
        os.kill(child, signal.SIGKILL)
    with os.fdopen(reading, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        raise Killed
    if status:
        raise Failed(f"the process ended with {status}")
    well, result = pickle.loads(answer)
    if not well:
        raise Failed(result)
    return result


def main() -> None:
    """Answer requests until there are no more."""
    lower_limits()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    server = Server(Path(sys.argv[1]))
    for line in sys.stdin:
        request = json.loads(line)
        what = request.pop("what")
        answer: Any
        try:
            result = getattr(server, what)(**request)
            answer = asdict(result)
        except Exception:  # noqa: BLE001
            answer = {"failed": traceback.format_exc()}
        answers.write(json.dumps(answer, default=list) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()

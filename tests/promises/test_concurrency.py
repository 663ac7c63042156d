"""One writer and many readers: no error, and every answer that of one committed state."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import astrosearch
from astrosearch.errors import AstrosearchError, IndexLocked, NotAnIndex
from astrosearch.indexing import build as indexing
from astrosearch.indexing import run as updating
from astrosearch.lock import LOCK_FILE, WriterLock
from astrosearch.maintenance.verify import verify
from astrosearch.store import lifecycle as layout
from astrosearch.store import vectors
from astrosearch.store.database import know_spelling
from astrosearch.store.layout import DATABASE
from astrosearch.store.reader import Store
from astrosearch.store.schema import SENTENCE_SUM, know_sums
from astrosearch.store.writer import Writer
from tests.promises.test_bad_input import assert_clear, cli
from tests.support.editions import Asking, Writing, fingerprint, name_of
from tests.support.encoders import WordEncoder
from tests.support.places import ROOT

HOLDER = """
import sys, time
from pathlib import Path
from astrosearch.lock import WriterLock
with WriterLock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Writing:
    """A writer of small groups, that merges often and makes codes of little."""
    monkeypatch.setattr(updating, "GROUP_SENTENCES", 20)
    monkeypatch.setattr(updating, "MANY_SEGMENTS", 4)
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    writing = Writing(tmp_path)
    writing.update([0])
    return writing


@contextlib.contextmanager
def readers(index: Path, *kinds: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Have processes ask an index for the whole of the block; their reports are there after it."""
    reports: list[dict[str, Any]] = []
    paths = [index.with_name(f"report{i}") for i in range(len(kinds))]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.support.reader", index, path, "--seed", str(i), *kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        for i, (path, kind) in enumerate(zip(paths, kinds, strict=True))
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == b"asking\n"
    try:
        yield reports
    finally:
        for process in processes:
            process.communicate()
    assert [process.returncode for process in processes] == [0] * len(kinds)
    reports += [json.loads(path.read_text()) for path in paths]


def change_in_every_way(writing: Writing) -> None:
    writing.update(range(30))
    writing.optimize()
    writing.remove(5)
    writing.update(range(15, 25))
    writing.rebuild()
    writing.update(range(0, 30, 3))


def test_readers_never_meet_an_error_or_a_state_that_never_was(writing: Writing):
    with readers(writing.index, [], ["--anew"], ["--threads", "2"]) as reports:
        change_in_every_way(writing)
        writing.update(range(10, 20))
    for report in reports:
        assert report["errors"] == report["wrong"] == 0, report["examples"]
        for states in report["states"]:
            assert writing.strangers(states) == []
            assert states[-1] == fingerprint(writing.state)
    assert len({state for report in reports for states in report["states"] for state in states}) > 3
    assert verify(writing.index) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may")
def test_readers_of_another_user_never_meet_an_error_either(writing: Writing):
    """They may not write the shared memory by which a log's readers and its writer agree."""
    folder = Path(tempfile.mkdtemp(prefix="astrosearch-test-"))
    try:
        folder.chmod(0o777)
        shared = Writing(folder)
        shared.update([0])
        with readers(shared.index, ["--user", "65534"]) as reports:
            change_in_every_way(shared)
    finally:
        shutil.rmtree(folder)
    (report,) = reports
    assert report["errors"] == report["wrong"] == 0, report["examples"]
    assert shared.strangers(report["states"][0]) == []
    assert report["states"][0][-1] == fingerprint(shared.state)


def test_threads_share_an_index_while_its_process_writes(writing: Writing):
    askings = [Asking(seed) for seed in range(3)]
    done, errors = threading.Event(), list[AstrosearchError]()

    def keep_asking(asking: Asking) -> None:
        try:
            while not done.wait(0.005):
                asking.ask(opened)
        except AstrosearchError as error:
            errors.append(error)

    with astrosearch.open(writing.index, encoder=WordEncoder()) as opened:
        threads = [threading.Thread(target=keep_asking, args=[asking]) for asking in askings]
        for thread in threads:
            thread.start()
        try:
            change_in_every_way(writing)
        finally:
            done.set()
            for thread in threads:
                thread.join()
        for asking in askings:
            asking.ask_everything(opened)
    assert errors == []
    for asking in askings:
        assert asking.wrong == []
        assert asking.answers.total() > 5
        assert writing.strangers(asking.states) == []
        assert asking.states[-1] == fingerprint(writing.state)


def test_mixed_answers_would_be_noticed(writing: Writing):
    writing.update([0, 1])
    with sqlite3.connect(writing.index / DATABASE) as db:
        know_spelling(db)
        db.execute(
            "UPDATE sentences SET text = replace(text, 'edition e1', 'edition e9') "
            "WHERE sentence_id = (SELECT max(sentence_id) FROM sentences)"
        )
        know_sums(db)
        db.execute(f"UPDATE sentences SET checksum = {SENTENCE_SUM}")  # or it is refused
    asking = Asking(0)
    with astrosearch.open(writing.index, encoder=WordEncoder()) as opened:
        asking.ask_everything(opened)
    assert any("editions mixed" in wrong for wrong in asking.wrong)
    assert any("in editions" in wrong for wrong in asking.wrong)
    assert any("a score that is not" in wrong for wrong in asking.wrong)
    assert writing.strangers([*writing.legal, "another"]) == ["a state that never was"]
    assert writing.strangers([writing.legal[-1], writing.legal[0]]) == ["went back"]


# -- an index open for long


def test_a_long_open_index_sees_what_is_new_and_never_a_vanished_file(writing: Writing):
    writing.update(range(10))
    asked = astrosearch.open(writing.index, encoder=WordEncoder())
    idle = astrosearch.open(writing.index, encoder=WordEncoder())
    before = asked.query_batch(["gas and dust"], k=50)
    old = {path.name for path in (writing.index / "segments").iterdir()}
    change_in_every_way(writing)
    assert not old & {path.name for path in (writing.index / "segments").iterdir()}
    assert len(before[0]) == 50  # what was answered stays
    for index in (asked, idle):
        asking = Asking(1)
        assert index.refresh()
        assert not index.refresh()
        asking.ask_everything(index)
        assert asking.states == [fingerprint(writing.state)]
        assert asking.wrong == []
        assert index.counts.papers == len(writing.state)
        index.close()


def test_an_index_rebuilt_between_two_steps_of_opening_it_is_seen_as_new(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
):
    """The old database may be opened a moment before the new one takes its place."""
    writing.update(range(5))
    check = Store._check_format

    def rebuild_meanwhile(store: Store) -> None:
        monkeypatch.setattr(Store, "_check_format", check)
        check(store)
        writing.update([3])
        writing.rebuild()

    monkeypatch.setattr(Store, "_check_format", rebuild_meanwhile)
    asking = Asking(2)
    with astrosearch.open(writing.index, encoder=WordEncoder()) as opened:
        asking.ask_everything(opened)
    assert asking.wrong == []
    assert asking.states == [fingerprint(writing.state)]


@pytest.mark.parametrize("change", ["update", "remove", "optimize", "rebuild"])
def test_what_is_committed_within_an_answer_is_not_mixed_into_it(
    writing: Writing, monkeypatch: pytest.MonkeyPatch, change: str
):
    """The commit falls between the search and the look-up of what it found."""
    writing.update(range(15))
    states = {fingerprint(writing.state)}
    look_up = Store.sentences

    def change_meanwhile(store: Store, ids: Any) -> Any:
        monkeypatch.setattr(Store, "sentences", look_up)
        writer = threading.Thread(
            target={
                "update": lambda: writing.update(range(0, 15, 2)),
                "remove": lambda: writing.remove(4),
                "optimize": writing.optimize,
                "rebuild": writing.rebuild,
            }[change]
        )
        writer.start()
        writer.join(timeout=0.5)  # it may wait until the answer is given
        found = look_up(store, ids)
        writers.append(writer)
        return found

    writers: list[threading.Thread] = []
    with astrosearch.open(writing.index, encoder=WordEncoder()) as opened:
        opened.query("gas")
        monkeypatch.setattr(Store, "sentences", change_meanwhile)
        asking = Asking(3)
        asking.ask_everything(opened)
        writers[0].join()
        assert asking.wrong == []
        assert asking.states[0] in states | set(writing.legal[-9:])
        asking.ask_everything(opened)
        assert asking.wrong == []
        assert asking.states[-1] == fingerprint(writing.state)


def test_a_failed_refresh_leaves_the_index_usable(writing: Writing):
    database = writing.index / DATABASE
    with astrosearch.open(writing.index, encoder=WordEncoder()) as opened:
        assert opened.query("gas")
        sound = database.read_bytes()
        other = database.with_name("other.db")
        other.write_bytes(b"no database" * 1000)
        other.replace(database)
        with pytest.raises(NotAnIndex):
            opened.query("gas")
        other.write_bytes(sound)
        other.replace(database)
        assert opened.query("gas")


def test_a_closed_index_says_so_to_every_thread(writing: Writing):
    opened = astrosearch.open(writing.index, encoder=WordEncoder())
    opened.close()
    for ask in (
        lambda: opened.query("gas"),
        lambda: opened.paper(name_of(0)),
        lambda: opened.counts,
        opened.refresh,
    ):
        with pytest.raises(AstrosearchError, match="closed"):
            ask()


# -- one writer


@contextlib.contextmanager
def another_writer(index: Path) -> Iterator[int]:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, index],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process.pid
        process.communicate()


def test_a_second_writer_is_refused_at_once_and_told_who_the_first_is(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
):
    def load_encoder(*arguments: object) -> None:
        raise AssertionError("it need not be loaded to be refused")

    monkeypatch.setattr(indexing, "load_encoder", load_encoder)
    before = fingerprint(writing.state)
    with another_writer(writing.index) as pid:
        for command in (
            ["index", writing.corpus],
            ["index", writing.corpus, "--rebuild"],
            ["remove", name_of(0)],
            ["optimize"],
        ):
            result = cli(*command, "--index", writing.index)
            assert_clear(result, f"is being written by process {pid} (since 20", "Wait for it")
            assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d\)", result.stderr)
        assert cli("query", "gas", "--mode", "lexical", "--index", writing.index).exit_code == 0
        assert cli("verify", "--index", writing.index).exit_code == 0
    assert fingerprint(writing.state) == before
    assert cli("remove", name_of(0), "--index", writing.index).exit_code == 0


LEFT = {
    "a dead process": '{"pid": 999999999, "since": "2020-01-01 00:00:00+00:00"}',
    "a living one with its pid": f'{{"pid": {os.getppid()}, "since": "2020-01-01 00:00:00+00:00"}}',
    "nothing": "",
    "half a line": '{"pid": 12',
    "garbage": "\x00\xff\x00 {}[]",
    "a list": "[1, 2]",
    "numbers beyond all bounds": '{"pid": 1e999, "since": null}',
    "much": "x" * 100_000,
}


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_a_lock_file_left_behind_is_taken_over(writing: Writing, left: str):
    path = writing.index / LOCK_FILE
    path.write_bytes(left.encode("latin-1"))
    writing.update([1])
    assert path.read_bytes() == b""
    with WriterLock(writing.index):
        path.write_bytes(left.encode("latin-1"))
        with pytest.raises(IndexLocked) as refused:
            WriterLock(writing.index).__enter__()
    assert refused.value.pid is None or refused.value.pid > 0
    assert "process 0" not in str(refused.value)


def test_a_lock_that_can_not_be_had_is_not_another_writer(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
):
    import errno
    import fcntl

    def no_locks(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", no_locks)
    assert_clear(cli("optimize", "--index", writing.index), "No locks available", "local disk")
    monkeypatch.undo()
    writing.optimize()


def test_a_writer_that_could_not_start_leaves_no_lock(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
):
    def full(descriptor: int, length: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "ftruncate", full)
    with pytest.raises(AstrosearchError, match="full"):
        writing.optimize()
    monkeypatch.undo()

    def failing(_: Writer) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(Writer, "_remove_orphans", failing)
    with pytest.raises(AstrosearchError, match="failing"):
        writing.optimize()
    monkeypatch.undo()
    writing.optimize()


def test_a_rebuild_keeps_the_lock_until_it_is_in_place(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
):
    swap_in = layout.swap_in

    def probe(folder: Path) -> None:
        with pytest.raises(IndexLocked):
            WriterLock(folder).__enter__()
        swap_in(folder)
        with pytest.raises(IndexLocked):
            WriterLock(folder).__enter__()
        probed.append(folder)

    probed: list[Path] = []
    monkeypatch.setattr("astrosearch.store.writer.swap_in", probe)
    writing.rebuild()
    assert probed == [writing.index]
    assert verify(writing.index) == []


def test_a_rebuild_that_a_reader_keeps_from_its_place_is_kept(
    writing: Writing, monkeypatch: pytest.MonkeyPatch
):
    """A snapshot held for long keeps the old log from being folded in."""
    monkeypatch.setattr("astrosearch.store.database.BUSY_SECONDS", 0.2)
    layout.break_seal(writing.index / DATABASE)
    with contextlib.closing(sqlite3.connect(writing.index / DATABASE)) as db:
        db.execute("PRAGMA journal_mode = WAL")  # as while a writer is at work
    with contextlib.closing(Store(writing.index)) as first, first.snapshot():
        first.counts()
        writing.update([0])
        state = fingerprint(writing.state)
        with pytest.raises(AstrosearchError, match="busy"):
            writing.rebuild()
        asking = Asking(0)
        with astrosearch.open(writing.index, encoder=WordEncoder()) as opened:
            asking.ask_everything(opened)
        assert (asking.states, asking.wrong) == ([state], [])
    writing.rebuild()
    assert verify(writing.index) == []
    assert not (writing.index / "rebuild.db").exists()

"""Whatever fails, and whenever: an index holds what some commit made, and the next run ends right.

The faults, and the runs they are put under, are in tests/support/faults/.
"""

from __future__ import annotations

import random
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import astrosearch
from astrosearch.errors import NotAnIndex
from astrosearch.indexing.summary import Progress
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.verify import verify
from astrosearch.store.layout import DATABASE, REBUILDING
from astrosearch.store.writer import Writer
from tests.support.encoders import WordEncoder
from tests.support.faults.client import Faults, can_mount
from tests.support.faults.scenarios import OLD_OR_NEW, SCENARIOS
from tests.support.faults.seam import MODES, Operation
from tests.support.faults.states import CODES, state
from tests.support.faults.sweep import ROOMS, Tally, inject, kill, limits, points
from tests.support.places import ROOT

FAULTS = [mode for mode in MODES if mode != "nothing"]
SEGMENT = re.compile(r"segments/(\d{6}\.faiss)")
ENOUGH = 2**24  # bytes

resource = pytest.importorskip("resource", reason="the faults are put under POSIX calls")


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Faults]:
    try:
        server = Faults(tmp_path_factory.mktemp("faults"))
    except RuntimeError as error:
        pytest.skip(str(error))
    with server:
        yield server


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_kind_of_write_passes_the_seam(faults: Faults, scenario: str):
    """Otherwise the tests below would hold without a fault."""
    seen = {
        (each.kind, re.sub(r"\w{6,}(-\w+)?(?=\.(faiss|partial|begun))", "N", each.file))
        for each in faults.operations(scenario)
    }
    log = f"{REBUILDING if scenario == 'rebuild' else 'astrosearch.db'}-wal"
    assert {("pwrite", log), ("fsync", log), ("unlink", log)} <= seen  # SQLite's
    assert {("write", "writer.lock"), ("create", "writer.lock")} <= seen  # Python's
    if scenario not in ("remove", "upgrade"):
        assert {
            ("create", "segments/N.faiss.partial"),
            ("write", "segments/N.faiss.partial"),  # FAISS's
            ("fsync", "segments/N.faiss.partial"),
            ("rename", "segments/N.faiss.partial"),
            ("fsync", "segments"),
            ("unlink", "segments/N.faiss"),
        } <= seen
    if scenario == "optimize":
        assert {
            ("write", "segments/N.partial"),
            ("fsync", "segments/N.partial"),
            ("rename", "segments/N.partial"),
            ("unlink", "segments/N.begun"),
        } <= seen


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_segments_are_on_the_disk_before_the_commit_that_names_them(faults: Faults, scenario: str):
    operations = faults.operations(scenario)
    renamed = [
        (number, match[1])
        for number, each in enumerate(operations)
        if each.kind == "rename" and (match := SEGMENT.fullmatch(each.more[0]))
    ]
    named = {name for each in operations if is_commit(each) for name in each.more}
    assert {name for _, name in renamed} <= named
    assert renamed or scenario in ("remove", "upgrade")
    for number, name in renamed:
        partial = f"segments/{name}.partial"
        written = max(
            i for i, each in enumerate(operations) if each.is_write and each.file == partial
        )
        assert operations[number - 1] == Operation("fsync", partial, ())
        assert written < number - 1
        commit = next(
            later
            for later in range(len(operations))
            if is_commit(operations[later]) and name in operations[later].more
        )
        assert any(
            each.kind == "fsync" and each.file == "segments"
            for each in operations[number + 1 : commit]
        )
        # And the commit lasts before anything is built on it.
        after = operations[commit + 1 :]
        lasting = next(i for i, each in enumerate(after) if each.kind == "fsync")
        assert after[lasting].file == operations[commit].file
        assert not any(each.kind in ("unlink", "rename") for each in after[:lasting])


def is_commit(operation: Operation) -> bool:
    return operation.is_write and operation.file.endswith((".db-wal", ".db"))


@pytest.mark.parametrize("scenario", OLD_OR_NEW)
def test_every_commit_has_each_paper_as_before_or_as_after(faults: Faults, scenario: str):
    states = [each or {} for each in faults.undisturbed(scenario)["states"]]
    assert states[0] != states[-1]
    for each in states:
        for paper in (each.keys() | states[0].keys() | states[-1].keys()) - {CODES}:
            assert each.get(paper) in (states[0].get(paper), states[-1].get(paper))


def sound(tally: Tally, mode: str, *, every: bool = False) -> None:
    assert tally.problems == []
    if mode in ("torn write", "kill before", "kill after"):
        assert tally.ended["killed"] == tally.faults
    elif mode == "short write":
        assert tally.ended["done"] == tally.faults
    elif every:
        assert tally.ended["refused"] > 0
        assert tally.ended["killed"] == 0


@pytest.mark.parametrize("mode", FAULTS)
@pytest.mark.parametrize("scenario", OLD_OR_NEW)
def test_a_fault_leaves_old_or_new(faults: Faults, scenario: str, mode: str):
    at = random.Random(f"{scenario} {mode}").choice(points(faults, scenario, mode))
    sound(inject(faults, scenario, mode, [at]), mode)


@pytest.mark.slow
@pytest.mark.parametrize("mode", FAULTS)
@pytest.mark.parametrize("scenario", OLD_OR_NEW)
def test_every_fault_leaves_old_or_new(faults: Faults, scenario: str, mode: str):
    sound(inject(faults, scenario, mode, points(faults, scenario, mode)), mode, every=True)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_three_kills_lose_nothing(faults: Faults, scenario: str):
    """Of each scenario: over twenty in all."""
    assert kill(faults, scenario, 3, random.Random(11)).problems == []


@pytest.mark.slow
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_thirty_kills_lose_nothing(faults: Faults, scenario: str):
    """Of each scenario: over two hundred in all."""
    assert kill(faults, scenario, 30, random.Random(12)).problems == []


@pytest.mark.parametrize("limit", ["largest", "disk"])
@pytest.mark.parametrize("scenario", OLD_OR_NEW)
def test_a_full_disk_leaves_old_or_new(faults: Faults, scenario: str, limit: str, tmp_path: Path):
    if limit == "disk" and not can_mount(tmp_path):
        pytest.skip("no disk can be mounted here")
    full = limits(faults, scenario, limit, [30_000, 100_000])
    assert full.problems == []
    assert full.ended["refused"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("limit", ["largest", "disk"])
@pytest.mark.parametrize("scenario", OLD_OR_NEW)
def test_a_disk_full_anywhere_leaves_old_or_new(
    faults: Faults, scenario: str, limit: str, tmp_path: Path
):
    if limit == "disk" and not can_mount(tmp_path):
        pytest.skip("no disk can be mounted here")
    assert limits(faults, scenario, limit, ROOMS).problems == []


def test_the_command_line_says_that_the_disk_is_full(built: Path):
    result = subprocess.run(
        [sys.executable, "-m", "astrosearch", "remove", "2501.99101", "--index", built],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_000, ENOUGH)),
    )
    assert result.returncode == 1
    assert "is full" in result.stderr
    assert "Traceback" not in result.stderr
    assert verify(built) == []


def test_a_discarded_rebuild_leaves_nothing_to_the_next(corpus: Path, built: Path, tmp_path: Path):
    """Its log would be played into the database of the next one."""
    killed = tmp_path / "killed"

    def copy(_: Progress) -> None:
        shutil.copytree(built, killed, dirs_exist_ok=True)  # as a SIGKILL leaves it

    astrosearch.build(corpus, index=built, encoder=WordEncoder(), rebuild=True, progress=copy)
    assert (killed / f"{REBUILDING}-wal").stat().st_size
    (killed / REBUILDING).unlink()
    for path in corpus.glob("*.txt"):
        path.unlink()
    astrosearch.build(corpus, index=killed, encoder=WordEncoder(), rebuild=True)
    astrosearch.build(corpus, index=tmp_path / "new", encoder=WordEncoder())
    assert verify(killed) == []
    assert state(killed) == state(tmp_path / "new")


def test_a_rebuild_that_cannot_be_finished_leaves_the_old_index(faults: Faults):
    """The disk fills up when all is written, and only the log is still to be folded in."""
    operations = faults.operations("rebuild")
    log = max(n for n, each in enumerate(operations) if each.file == f"{REBUILDING}-wal")
    last_commit = max(n for n in range(log) if operations[n].more and is_commit(operations[n]))
    folding = [
        n + 1
        for n in range(last_commit, len(operations))
        if operations[n].is_write and operations[n].file == REBUILDING
    ]
    tally = inject(faults, "rebuild", "disk full", folding[:3])
    assert tally.problems == []
    assert tally.ended == {"refused": 3}


def test_a_log_that_a_reader_held_open_is_folded_in_and_sealed(
    built: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("astrosearch.store.database.BUSY_SECONDS", 0.1)
    with Writer(built) as writer:
        writer.remove(["2501.99101"])
        reader = sqlite3.connect(built / DATABASE)
        reader.execute("SELECT count(*) FROM papers").fetchone()
    assert (built / f"{DATABASE}-wal").exists()
    assert verify(built) == []
    reader.close()
    astrosearch.build(corpus, index=built, encoder=WordEncoder())  # finds nothing new
    assert verify(built) == []
    assert removing.remove(["2501.99102"], built)
    assert verify(built) == []


def test_an_interrupted_rebuild_can_be_discarded_as_its_message_says(corpus: Path, built: Path):
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        astrosearch.build(
            corpus, index=built, encoder=WordEncoder(), rebuild=True, progress=interrupt
        )
    with pytest.raises(NotAnIndex, match=f"delete {REBUILDING}"):
        astrosearch.build(corpus, index=built, encoder=WordEncoder())
    (built / REBUILDING).unlink()
    before = state(built)
    astrosearch.build(corpus, index=built, encoder=WordEncoder(), rebuild=True)
    assert verify(built) == []
    assert state(built) == before

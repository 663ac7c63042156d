"""Where and how an index is used: read-only media, other users, signals, pipes, wrong clocks."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import psutil
import pytest

import astrosearch
from astrosearch.corpus.read import read_source
from astrosearch.corpus.source import Source
from astrosearch.indexing import workers
from astrosearch.lock import LOCK_FILE
from astrosearch.maintenance.optimize import optimize
from astrosearch.maintenance.verify import verify
from astrosearch.search.index import MODES
from astrosearch.store import database, vectors
from astrosearch.store.layout import DATABASE
from astrosearch.store.lifecycle import break_seal
from astrosearch.store.reader import Store
from tests.conftest import HALO
from tests.support.editions import EVERYTHING, name_of, write_edition
from tests.support.encoders import WordEncoder
from tests.support.places import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="users and signals are POSIX's here")

NOBODY = 65534
PAPERS = 16
DENIED = os.strerror(errno.EACCES)


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    exit_code: int
    stdout: str
    stderr: str


Plain = Callable[..., Said]


@pytest.fixture(scope="module")
def plain() -> Iterator[Plain]:
    """Run commands as another user, if this one is root."""
    with subprocess.Popen(
        [sys.executable, "-B", "-m", "tests.support.plain_cli"],
        cwd=ROOT,
        env=os.environ | {"PLAIN_USER": str(NOBODY)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        asked, answered = process.stdin, process.stdout
        assert asked is not None
        assert answered is not None

        def run(*arguments: object) -> Said:
            asked.write(json.dumps([*map(str, arguments)]) + "\n")
            asked.flush()
            return Said(*json.loads(answered.readline()))

        yield run
        asked.close()


def content(index: Path) -> set[tuple[str, str]]:
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        return {
            (hit.paper.id, hit.sentence.text)
            for hit in opened.query("gas and dust", k=EVERYTHING, fold=False)
        }


def update(place: Path) -> astrosearch.Summary:
    return astrosearch.build(place / "corpus", index=place / "index", encoder=WordEncoder())


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may look into, with a corpus and its index."""
    with tempfile.TemporaryDirectory(prefix="astrosearch-test-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        (place / "corpus").mkdir()
        for number in range(PAPERS):
            write_edition(place / "corpus", number, 1)
        update(place)
        yield place
        for path in place.rglob("*"):  # or it can't be deleted
            if path.is_dir():
                path.chmod(0o755)


@pytest.fixture
def index(place: Path) -> Path:
    return place / "index"


def entries(index: Path) -> dict[str, bytes]:
    return {str(p.relative_to(index)): p.read_bytes() for p in index.rglob("*") if p.is_file()}


def write_protect(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)


def left_by_a_killed_writer(place: Path) -> None:
    """All of what was written last is in the log alone."""
    for number in range(PAPERS, PAPERS + 3):
        write_edition(place / "corpus", number, 1)
    script = (
        "import os, sys; from unittest import mock; from astrosearch.store.writer import Writer\n"
        "from tests.promises.test_conditions import update; from pathlib import Path\n"
        "with mock.patch.object(Writer, '__exit__', lambda *ignored: os._exit(9)):\n"
        "    update(Path(sys.argv[1]))\n"
    )
    out = subprocess.run([sys.executable, "-c", script, place], cwd=ROOT, check=False)
    assert out.returncode == 9
    assert (place / "index" / f"{DATABASE}-wal").stat().st_size > 0


# -- read-only media


def assert_reads(plain: Plain, index: Path) -> None:
    for command in (
        ["query", "gas and dust"],
        ["query", "gas and dust", "--mode", "lexical"],
        ["similar", name_of(3)],
        ["show", name_of(3)],
        ["info"],
        ["verify"],
    ):
        assert plain(*command, "--index", index).exit_code == 0


def assert_refused(said: Said, *parts: str) -> None:
    """One message: cause, then cure."""
    assert said.exit_code == 1, said
    assert "Traceback" not in said.stderr
    message = said.stderr.partition("error: ")[2]
    assert len(message.splitlines()) > 1, said
    for part in parts:
        assert part in message


def test_a_write_protected_index_is_read_and_nothing_else(plain: Plain, place: Path, index: Path):
    write_protect(index)
    before = entries(index)
    assert_reads(plain, index)
    write_edition(place / "corpus", 1, 2)
    for command in (["index", place / "corpus"], ["optimize"], ["remove", name_of(1)]):
        assert_refused(plain(*command, "--index", index), str(index), "Check its permissions")
    assert entries(index) == before


@pytest.mark.parametrize("with_memory", [True, False], ids=["with -shm", "without -shm"])
def test_what_a_killed_writer_left_is_read_whole_from_read_only_media(
    plain: Plain, place: Path, index: Path, with_memory: bool
):
    left_by_a_killed_writer(place)
    copy = place / "copy"
    shutil.copytree(index, copy)
    if not with_memory:
        (copy / f"{DATABASE}-shm").unlink()
    write_protect(copy)
    before = entries(copy)
    said = plain("query", "gas", "-k", EVERYTHING, "--format", "csv", "--index", copy)
    assert said.exit_code == 0, said
    found = set(re.findall(r"2504\.9\d{4}(?=,)", said.stdout))
    assert found == {name_of(n) for n in range(PAPERS + 3)}
    assert_reads(plain, copy)
    assert entries(copy) == before


def test_an_index_whose_log_a_reader_kept_open_is_read_from_read_only_media(
    plain: Plain, place: Path, index: Path
):
    break_seal(index / DATABASE)  # for what is done by hand here
    with contextlib.closing(sqlite3.connect(index / DATABASE)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        with contextlib.closing(sqlite3.connect(index / DATABASE)) as reader:
            reader.execute("SELECT count(*) FROM papers")
            write_edition(place / "corpus", 0, 2)
            update(place)
            shutil.copytree(index, place / "copy")
    copy = place / "copy"
    assert (copy / f"{DATABASE}-wal").stat().st_size == 0
    assert (copy / f"{DATABASE}-shm").exists()
    write_protect(copy)
    before = entries(copy)
    assert_reads(plain, copy)
    assert entries(copy) == before


def test_a_long_open_index_of_another_user_is_followed(plain: Plain, place: Path, index: Path):
    """This user's log and its shared memory may not be written by the reader."""
    break_seal(index / DATABASE)  # for what is done by hand here
    with contextlib.closing(sqlite3.connect(index / DATABASE)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("SELECT count(*) FROM papers")
        for number in range(PAPERS, PAPERS + 3):
            assert plain("show", name_of(number), "--index", index).exit_code == 1
            write_edition(place / "corpus", number, 1)
            update(place)
            assert plain("show", name_of(number), "--index", index).exit_code == 0
            break_seal(index / DATABASE)
            db.execute("UPDATE meta SET value = value WHERE key = 'runs'")  # in the log alone
            db.commit()
            assert plain("query", "gas", "--index", index).exit_code == 0


@pytest.mark.parametrize("code", sorted(database.LOG_UNDER_WAY))
def test_a_log_that_another_user_just_begins_or_ends_is_waited_for(index: Path, code: int):
    class Refusing:
        def __init__(self, connection: sqlite3.Connection) -> None:
            self.connection, self.refused = connection, 0

        def execute(self, *arguments: Any) -> sqlite3.Cursor:
            if self.refused < 3:
                self.refused += 1
                error = sqlite3.OperationalError("unable to open database file")
                error.sqlite_errorcode = code
                raise error
            return self.connection.execute(*arguments)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.connection, name)

    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        refusing = Refusing(opened._opened.newest._store.connection)
        opened._opened.newest._store.connection = refusing  # type: ignore[assignment]
        assert opened.counts.papers == PAPERS
        assert refusing.refused == 3
        assert len(opened.query("gas")) == 10


def read_only_mount() -> bool:
    if shutil.which("unshare") is None:
        return False
    try_it = "mount -t tmpfs none /mnt && mount -o remount,ro /mnt"
    return not subprocess.run(
        ["unshare", "-m", "sh", "-c", try_it], capture_output=True, check=False
    ).returncode


@pytest.mark.skipif(not read_only_mount(), reason="mounting is not allowed here")
@pytest.mark.parametrize(
    "killed", [pytest.param(False, marks=pytest.mark.slow), True], ids=["finished", "killed"]
)
def test_an_index_on_a_read_only_mount_is_read(place: Path, index: Path, killed: bool):
    """By root too, who is refused there."""
    if killed:
        left_by_a_killed_writer(place)
        (index / f"{DATABASE}-shm").unlink()
    mount = place / "mount"
    mount.mkdir()
    script = (
        f"set -e; mount -t tmpfs none {mount}; cp -r {index}/. {mount}; "
        f"mount -o remount,ro {mount}; exec {sys.executable} -m tests.support.plain_cli"
    )
    commands = (["query", "gas"], ["query", "gas", "--mode", "lexical"], ["info"], ["verify"])
    refused = ["optimize"]
    out = subprocess.run(
        ["unshare", "-m", "sh", "-c", script],
        cwd=ROOT,
        input="".join(
            json.dumps([*command, "--index", str(mount)]) + "\n" for command in (*commands, refused)
        ),
        capture_output=True,
        text=True,
        check=True,
    )
    *answers, last = [Said(*json.loads(line)) for line in out.stdout.splitlines()]
    assert [said.exit_code for said in answers] == [0] * len(commands)
    assert str(PAPERS + 3 * killed) in answers[2].stdout
    assert_refused(last, os.strerror(errno.EROFS))


def test_reading_makes_no_file_and_needs_no_shared_memory(place: Path, index: Path):
    """As on a network file system: a finished index has no log, and readers make none."""
    before = entries(index)
    assert {name for name in before if not name.startswith("segments/")} == {
        *(DATABASE, f"{DATABASE}.sha256", LOCK_FILE)
    }
    names = set(index.iterdir())
    (index / f"{DATABASE}-shm").mkdir()  # whoever wants to make it fails
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        for mode in MODES:
            assert opened.query("gas", mode=mode)
        assert opened.similar(name_of(2))
        assert opened.counts.papers == PAPERS
        assert not opened.refresh()
    assert verify(index) == []
    (index / f"{DATABASE}-shm").rmdir()
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        opened.query("gas")
        assert set(index.iterdir()) == names
    assert entries(index) == before


def test_a_reader_at_the_end_of_a_run_delays_the_plain_journal_to_the_next(
    place: Path, index: Path
):
    break_seal(index / DATABASE)  # for what is done by hand here
    with contextlib.closing(sqlite3.connect(index / DATABASE)) as db:
        db.execute("PRAGMA journal_mode = WAL")
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        opened.query("gas")
        write_edition(place / "corpus", 0, 2)
        update(place)
        assert (index / f"{DATABASE}-wal").stat().st_size == 0  # folded in all the same
    update(place)
    assert not (index / f"{DATABASE}-wal").exists()
    with contextlib.closing(sqlite3.connect(index / DATABASE)) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)


def test_a_reader_without_locks_sees_what_others_commit(
    place: Path, index: Path, monkeypatch: pytest.MonkeyPatch
):
    """It may write nothing, so SQLite tells it nothing."""
    left_by_a_killed_writer(place)
    touch, refused = database._touch, list[sqlite3.Connection]()

    def refuse_once(connection: sqlite3.Connection) -> None:
        if not refused:
            refused.append(connection)
            raise sqlite3.OperationalError("unable to open database file")
        touch(connection)

    with monkeypatch.context() as patch:
        patch.setattr(database, "_touch", refuse_once)
        opened = astrosearch.open(index, encoder=WordEncoder())
    with opened:
        assert len(opened.query("gas", k=EVERYTHING, fold=False)) == len(content(index))
        assert opened.counts.papers == PAPERS + 3
        write_edition(place / "corpus", 50, 1)
        update(place)
        assert opened.counts.papers == PAPERS + 4
        assert opened.query("paper p50 in edition e1", k=1)[0].paper.id == name_of(50)


def hot_journal(index: Path) -> None:
    """Leave a transaction half written into the database, as a power cut may."""
    script = (
        "import os, sqlite3, sys; db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "from astrosearch.store.database import know_spelling; know_spelling(db)\n"
        "db.execute('PRAGMA cache_size = 1'); db.execute('BEGIN')\n"
        "db.execute(\"UPDATE sentences SET text = 'Wrong.', section = hex(zeroblob(500))\")\n"
        "os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, index / DATABASE], cwd=ROOT, check=False)
    assert (index / f"{DATABASE}-journal").stat().st_size > 0


def test_half_a_transaction_is_never_read(plain: Plain, place: Path, index: Path):
    before = content(index)
    hot_journal(index)
    copy = place / "copy"
    shutil.copytree(index, copy)
    write_protect(copy)
    assert_refused(plain("query", "gas", "--index", copy), str(copy))
    assert content(index) == before  # rolled back
    assert verify(index) == []
    update(place)
    assert content(index) == before


# -- permissions


WRITING = ("optimize", "index {corpus}", f"remove {name_of(1)}", "index {corpus} --rebuild")
READING = ("query gas", "info", "show 1", "verify")
SEARCHING = ("query gas", "similar 1", "verify", "optimize")
CLOSED: dict[str, tuple[str, tuple[str, ...]]] = {
    "the index's folder": ("index", READING + WRITING),
    "the database": (f"index/{DATABASE}", READING + WRITING),
    "the segments' folder": ("index/segments", SEARCHING),
    "a segment": ("index/segments/*", SEARCHING),
    "the lock": (f"index/{LOCK_FILE}", WRITING),
    "a log": (f"index/{DATABASE}-wal", READING + WRITING),
    "a rebuild's database": ("index/rebuild.db", ("index {corpus} --rebuild",)),
    "the corpus": ("corpus", ("index {corpus}",)),
    "the queries": ("queries", ("query --batch {queries}",)),
}


@pytest.mark.parametrize(("what", "commands"), CLOSED.values(), ids=CLOSED)
def test_what_may_not_be_opened_is_named_with_its_cure(
    plain: Plain, place: Path, index: Path, what: str, commands: tuple[str, ...]
):
    write_edition(place / "corpus", 1, 2)
    (place / "queries").write_text("gas\n")
    if what.endswith("-wal"):
        left_by_a_killed_writer(place)
    if what.endswith("rebuild.db"):
        shutil.copy(index / DATABASE, index / "rebuild.db")
    before = content(index)
    if os.geteuid() == 0:
        for path in [index, *index.rglob("*")]:
            os.chown(path, NOBODY, NOBODY)
    (closed,) = place.glob(what)
    mode = closed.stat().st_mode
    closed.chmod(0)
    try:
        for command in commands:
            arguments = command.format(corpus=place / "corpus", queries=place / "queries").split()
            out = plain(*arguments, "--index", index)
            assert_refused(out, str(place), "ermission")
    finally:
        closed.chmod(mode)
    (index / "rebuild.db").unlink(missing_ok=True)
    assert content(index) == before
    update(place)
    assert verify(index) == []


def test_a_paper_that_may_not_be_read_is_listed_and_the_rest_goes_on(plain: Plain, place: Path):
    secret = place / "corpus" / f"{name_of(0)}.txt"
    secret.chmod(0)
    new = place / "new"
    new.mkdir()
    new.chmod(0o777)
    out = plain("index", place / "corpus", "--index", new / "index")
    assert out.exit_code == 0, out
    assert re.search(rf"{name_of(0)}\.txt: .*{DENIED}", out.stderr)
    assert f"{PAPERS - 1} papers added" in out.stderr
    secret.chmod(0o644)
    assert "1 paper added" in plain("index", place / "corpus", "--index", new / "index").stderr


# -- signals and pipes


@contextlib.contextmanager
def started(*arguments: object, slow: float = 0.0, **more: Any) -> Iterator[subprocess.Popen[str]]:
    def as_in_a_terminal() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
            signal.signal(number, more.get("handler", signal.SIG_DFL))

    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.plain_cli", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"PLAIN_SLOW": str(slow)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=as_in_a_terminal,  # a test run in the background may ignore SIGINT
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def assert_stopped(process: subprocess.Popen[str], number: int) -> None:
    _, said = process.communicate()
    assert process.returncode == 128 + number, said
    assert said.endswith(
        "interrupted; what was finished is kept. Run the same command again to go on.\n"
    )
    assert "Traceback" not in said


SIGNALS_MORE = [
    pytest.param(number, marks=pytest.mark.slow) for number in (signal.SIGTERM, signal.SIGHUP)
]


@pytest.mark.parametrize(
    ("number", "jobs"),
    [
        (signal.SIGTERM, 1),
        (signal.SIGINT, 2),
        *(
            pytest.param(number, jobs, marks=pytest.mark.slow)
            for number, jobs in product((signal.SIGINT, signal.SIGTERM, signal.SIGHUP), (1, 2, 3))
        ),
    ],
)
def test_an_interrupted_index_stops_cleanly_and_goes_on(place: Path, number: int, jobs: int):
    new = place / "new"
    arguments = ["index", place / "corpus", "--index", new, "--jobs", jobs]
    with started(*arguments, slow=0.2) as process:
        wait_for(lambda: len(list((new / "segments").glob("*.faiss"))) > 1)
        os.killpg(process.pid, number)  # as a terminal does, to reader processes too
        assert_stopped(process, number)
    assert (new / LOCK_FILE).read_text() == ""
    assert not (new / f"{DATABASE}-wal").exists()
    assert verify(new) == []
    before = len({paper for paper, _ in content(new)})
    assert 0 < before < PAPERS
    summary = astrosearch.build(place / "corpus", index=new, encoder=WordEncoder())
    assert summary.papers_added == PAPERS - before
    assert content(new) == content(place / "index")


@pytest.mark.parametrize("number", [signal.SIGINT, *SIGNALS_MORE])
def test_an_interrupted_optimize_stops_cleanly_and_goes_on(
    index: Path, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
):
    before = content(index)
    with started("optimize", "--index", index, slow=1) as process:
        wait_for(lambda: list((index / "segments").glob("000002.faiss")))  # merged; now the codes
        process.send_signal(number)
        assert_stopped(process, number)
    assert verify(index) == []
    assert content(index) == before
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    optimize(index)
    assert verify(index) == []
    with contextlib.closing(Store(index)) as opened:
        assert opened.codes() is not None


@pytest.mark.parametrize("number", [signal.SIGINT, *SIGNALS_MORE])
def test_an_interrupted_query_stops_cleanly(place: Path, index: Path, number: signal.Signals):
    os.mkfifo(place / "queries")
    with (
        started("query", "--batch", place / "queries", "--index", index) as process,
        (place / "queries").open("w"),  # opened once the command reads it
    ):
        process.send_signal(number)
        assert_stopped(process, number)


@pytest.mark.slow
def test_a_signal_that_is_ignored_stays_ignored(place: Path):
    """As under nohup."""
    new = place / "new"
    with started(
        "index", place / "corpus", "--index", new, slow=0.02, handler=signal.SIG_IGN
    ) as process:
        wait_for(lambda: list((new / "segments").glob("*.faiss")))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process.send_signal(number)
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert content(new) == content(place / "index")


def test_reader_processes_end_with_a_killed_parent(place: Path):
    with started(
        "index", place / "corpus", "--index", place / "new", "--jobs", 2, slow=0.5
    ) as process:
        wait_for(lambda: list((place / "new" / "segments").glob("*.faiss")))
        children = psutil.Process(process.pid).children(recursive=True)
        assert len(children) >= 2
        process.kill()
        process.wait()
        wait_for(lambda: not any(_runs(child) for child in children))


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    "format",
    ["json", "table", *(pytest.param(name, marks=pytest.mark.slow) for name in ("csv", "bibtex"))],
)
def test_a_pipe_that_is_closed_ends_a_query_in_silence(place: Path, index: Path, format: str):
    (place / "queries").write_text("gas and dust\n" * 400)
    with started(
        *("query", "--batch", place / "queries", "--format", format, "--index", index)
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() in (0, 1)


def test_index_goes_on_when_nobody_reads_what_it_says(place: Path):
    with started("index", place / "corpus", "--index", place / "new") as process:
        assert process.stderr is not None
        process.stderr.close()
        assert process.wait() == 0
    assert content(place / "new") == content(place / "index")


# -- wrong clocks

YEAR = 365 * 86_400


def read_in_runs(place: Path, runs: int = 3) -> list[int]:
    return [update(place).sources_read for _ in range(runs)]


@pytest.mark.parametrize(
    "date", [0, 1, -YEAR, 20 * YEAR, 4 * 10**9], ids=["1970", "1970.1", "1969", "1990", "2096"]
)
def test_files_of_any_date_are_read_and_not_for_ever(place: Path, date: int):
    path = place / "corpus" / f"{name_of(0)}.txt"
    write_edition(place / "corpus", 0, 2)
    os.utime(path, (date, date))
    reads = read_in_runs(place)
    assert reads[0] == 1
    assert reads[-1] == 0
    assert (name_of(0), "Notes of paper p0 in edition e2") in {
        (paper, text.rstrip(".")) for paper, text in content(place / "index")
    }
    text = path.read_text()
    path.write_text(text.replace("gas", "air").replace("dust", "fire"))
    os.utime(path, (date + 1, date + 1))
    assert read_in_runs(place)[-1] == 0
    assert not any(re.search(r"\bgas\b", t) for p, t in content(place / "index") if p == name_of(0))


def test_a_file_put_back_from_a_copy_is_read(place: Path):
    """Its date is older than that of the one before."""
    path = place / "corpus" / f"{name_of(0)}.txt"
    copy, date = path.read_text(), path.stat().st_mtime_ns - 10**12
    write_edition(place / "corpus", 0, 2)
    assert read_in_runs(place) == [1, 0, 0]
    path.write_text(copy)
    os.utime(path, ns=(date, date))
    assert read_in_runs(place) == [1, 0, 0]
    assert any(
        "edition e1" in text for paper, text in content(place / "index") if paper == name_of(0)
    )


@pytest.mark.parametrize("jump", [-50 * YEAR, -3600, 3600, 50 * YEAR])
def test_a_clock_set_between_runs_loses_nothing(
    place: Path, monkeypatch: pytest.MonkeyPatch, jump: int
):
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + jump * 10**9)
    write_edition(place / "corpus", 0, 2)
    reads = read_in_runs(place, 4)
    assert reads[0] == 1
    assert reads[-2:] == [0, 0]
    monkeypatch.undo()
    assert read_in_runs(place)[-1] == 0
    write_edition(place / "corpus", 0, 3)
    read_in_runs(place)
    assert any("edition e3" in text for _, text in content(place / "index"))


@pytest.mark.parametrize("jump", [-YEAR, -1, 0, YEAR])
def test_a_file_that_changes_while_it_is_read_is_read_again_whatever_the_clock_does(
    place: Path, monkeypatch: pytest.MonkeyPatch, jump: int
):
    """The clock is set by `jump` seconds while a file is read, and written, of the same size."""
    path = place / "corpus" / f"{name_of(0)}.txt"
    write_edition(place / "corpus", 0, 2)
    read, now = read_source, time.time_ns
    clock = [-jump * 10**9]
    monkeypatch.setattr(time, "time_ns", lambda: now() + clock[0])

    def change_meanwhile(source: Source, **options: bool) -> Iterator[Any]:
        yield from read(source, **options)
        monkeypatch.setattr(workers, "read_source", read)
        path.write_text(path.read_text().replace("edition e2", "edition e3"))
        clock[0] = 0

    monkeypatch.setattr(workers, "read_source", change_meanwhile)
    update(place)
    assert any("edition e2" in text for _, text in content(place / "index"))
    assert read_in_runs(place)[-1] == 0
    texts = [text for paper, text in content(place / "index") if paper == name_of(0)]
    assert all("edition e3" in text for text in texts)


def test_a_file_from_the_future_that_changes_while_it_is_read_is_read_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
):
    path = place / "corpus" / f"{name_of(0)}.txt"
    write_edition(place / "corpus", 0, 2)
    future = time.time() + YEAR
    os.utime(path, (future, future))
    read = read_source
    editions = iter([3, 4])

    def change_meanwhile(source: Source, **options: bool) -> Iterator[Any]:
        yield from read(source, **options)
        edition = next(editions, None)
        if edition is not None:  # another machine's clock is ahead
            path.write_text(
                path.read_text().replace(f"edition e{edition - 1}", f"edition e{edition}")
            )
            os.utime(path, (future + edition, future + edition))

    monkeypatch.setattr(workers, "read_source", change_meanwhile)
    reads = read_in_runs(place, 6)
    assert reads[:3] == [1, 1, 1]
    assert reads[-2:] == [0, 0]
    texts = [text for paper, text in content(place / "index") if paper == name_of(0)]
    assert all("edition e4" in text for text in texts)


def test_a_fresh_corpus_is_read_once(tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "halo.txt").write_text(HALO)
    assert read_in_runs(tmp_path) == [1, 0, 0]

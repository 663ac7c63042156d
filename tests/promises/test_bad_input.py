"""Every mistake gets one clear message and exit 1, and leaves the index as it was."""

from __future__ import annotations

import gzip
import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import FormatTooNew, IndexLocked, StorageError
from astrosearch.indexing.build import build
from astrosearch.lock import WriterLock
from astrosearch.maintenance.verify import verify
from tests.conftest import HALO, record
from tests.support.encoders import WordEncoder
from tests.support.places import ROOT


def cli(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def assert_clear(result: Result, *parts: str) -> None:
    """One message: cause, then cure; never a traceback."""
    assert result.exit_code == 1, result.output
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert "Traceback" not in result.stderr
    for part in parts:
        assert part in result.stderr


def listed(corpus: Path, index: Path) -> dict[str, str]:
    summary = build(corpus, index=index, encoder=WordEncoder())
    return dict(summary.failed + summary.skipped)


def test_empty_folder(tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    result = cli("index", tmp_path / "corpus", "--index", tmp_path / "index")
    assert_clear(result, str(tmp_path / "corpus"))
    assert not (tmp_path / "index").exists()


def test_missing_folder(tmp_path: Path):
    result = cli("index", tmp_path / "nowhere", "--index", tmp_path / "index")
    assert_clear(result, str(tmp_path / "nowhere"))
    assert not (tmp_path / "index").exists()


def test_no_index(tmp_path: Path):
    for command in (["query", "x"], ["info"], ["verify"], ["show", "1"], ["remove", "x"]):
        assert_clear(cli(*command, "--index", tmp_path / "nowhere"), str(tmp_path / "nowhere"))


def test_index_folder_is_something_else(tmp_path: Path, corpus: Path):
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter1.doc").write_text("precious")
    assert_clear(cli("index", corpus, "--index", other), str(other), "--index")
    assert [path.name for path in other.iterdir()] == ["chapter1.doc"]
    assert_clear(cli("query", "x", "--index", other), str(other))


def test_index_path_is_a_file(tmp_path: Path, corpus: Path):
    (tmp_path / "file").write_text("precious")
    assert_clear(cli("index", corpus, "--index", tmp_path / "file"), "it is a file")
    assert (tmp_path / "file").read_text() == "precious"


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to be one" * 50])
def test_database_is_garbage(tmp_path: Path, corpus: Path, content: bytes):
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "astrosearch.db").write_bytes(content)
    assert_clear(cli("query", "x", "--index", tmp_path / "index"), "not a usable index")
    assert_clear(cli("index", corpus, "--index", tmp_path / "index"), "not a usable index")


def test_another_programs_database(tmp_path: Path):
    (tmp_path / "index").mkdir()
    with sqlite3.connect(tmp_path / "index" / "astrosearch.db") as db:
        db.execute("CREATE TABLE recipes (name)")
    assert_clear(cli("query", "x", "--index", tmp_path / "index"), "is not astrosearch's")


def test_newer_format_is_refused_with_its_version(built: Path):
    with sqlite3.connect(built / "astrosearch.db") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'format_version'")
        db.execute("UPDATE meta SET value = '7.1.0' WHERE key = 'written_by'")
    with pytest.raises(FormatTooNew, match=r"astrosearch>=7\.1\.0"):
        astrosearch.open(built)


def test_garbage_named_tex(corpus: Path, tmp_path: Path):
    (corpus / "noise.tex").write_bytes(os.urandom(5000))
    assert "noise.tex" in listed(corpus, tmp_path / "index")


def test_file_without_a_sentence(corpus: Path, tmp_path: Path):
    (corpus / "blank.txt").write_text("\n\n   \n")
    (corpus / "digits.txt").write_text("1 2 3\n\n4 5 6\n")
    assert {"blank.txt", "digits.txt"} <= set(listed(corpus, tmp_path / "index"))


def test_one_line_of_200_megabytes(corpus: Path, tmp_path: Path):
    with (corpus / "line.txt").open("wb") as file:
        file.truncate(0)
        for _ in range(200):
            file.write(b"word " * (2**20 // 5))
    reasons = listed(corpus, tmp_path / "index")
    assert re.search(r"MiB|MB|large", reasons["line.txt"])


@pytest.mark.parametrize("content", [b"\x1f\x8b\x08\x00broken", gzip.compress(HALO.encode())[:-20]])
def test_broken_gzip(corpus: Path, tmp_path: Path, content: bytes):
    (corpus / "2501.99107.gz").write_bytes(content)
    assert "2501.99107.gz" in listed(corpus, tmp_path / "index")


def test_wrong_line_in_the_middle_of_a_snapshot(corpus: Path, tmp_path: Path):
    lines = [record(f"2501.{99200 + i}", f"Title {i}", "Some words here.") for i in range(3)]
    lines[1] = lines[1][:30]
    (corpus / "snapshot.jsonl").write_text("\n".join(lines) + "\n")
    index = tmp_path / "index"
    assert list(listed(corpus, index)) == ["snapshot.jsonl:2"]
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.has_paper("2501.99200")
        assert opened.has_paper("2501.99202")


def test_unreadable_file(corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (corpus / "secret.txt").write_text(HALO)
    (corpus / "secret.txt").chmod(0)
    read_bytes = Path.read_bytes

    def refusing(path: Path) -> bytes:  # root reads what its owner may not
        if path.name == "secret.txt":
            raise PermissionError(13, "Permission denied", str(path))
        return read_bytes(path)

    monkeypatch.setattr(Path, "read_bytes", refusing)
    assert "Permission denied" in listed(corpus, tmp_path / "index")["secret.txt"]


def test_dangling_link_is_listed_or_ignored_but_stops_nothing(corpus: Path, tmp_path: Path):
    (corpus / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    listed(corpus, tmp_path / "index")
    assert verify(tmp_path / "index") == []


def test_two_writers_at_once(corpus: Path, built: Path):
    with WriterLock(built):
        assert_clear(cli("remove", "2501.99101", "--index", built), str(os.getpid()), "Wait for it")
        with pytest.raises(IndexLocked):
            build(corpus, index=built, encoder=WordEncoder())
    assert cli("remove", "2501.99101", "--index", built).exit_code == 0


def test_lock_of_a_dead_process_is_taken_over(corpus: Path, built: Path):
    subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, sys; from pathlib import Path\n"
            "from astrosearch.lock import WriterLock\n"
            "WriterLock(Path(sys.argv[1])).__enter__(); os._exit(9)",
            built,
        ],
        check=False,
    )
    build(corpus, index=built, encoder=WordEncoder())


@pytest.mark.skipif(os.name != "posix", reason="RLIMIT_FSIZE is POSIX")
def test_full_disk_keeps_the_index_as_it_was(corpus: Path, built: Path, tmp_path: Path):
    resource = pytest.importorskip("resource")
    before = (built / "astrosearch.db").read_bytes()
    with (corpus / "more.txt").open("w") as file:
        file.write("More\n\n")
        file.writelines(f"Sentence number {i} speaks of many things.\n\n" for i in range(3000))
    script = (
        "import sys, resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))\n"
        "import astrosearch; from tests.support.encoders import WordEncoder\n"
        "try: astrosearch.build(sys.argv[1], index=sys.argv[2], encoder=WordEncoder())\n"
        "except astrosearch.AstrosearchError as error: print(type(error).__name__, error)\n"
    )
    out = subprocess.run(
        [sys.executable, "-c", script, corpus, built],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert out.stdout.startswith(StorageError.__name__), out
    assert "full" in out.stdout
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 400_000
    assert verify(built) == []
    assert len(list((built / "segments").iterdir())) == 1
    build(corpus, index=built, encoder=WordEncoder())
    assert verify(built) == []
    assert (built / "astrosearch.db").read_bytes() != before


def test_usage_mistakes_exit_2(built: Path):
    for arguments in (["query"], ["query", "x", "-k", "0"], ["query", "x", "--format", "xml"]):
        result = cli(*arguments, "--index", built)
        assert result.exit_code == 2, result.output
        assert "Usage" in result.stderr


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_empty_batch(example_index: Path, tmp_path: Path, content: str):
    (tmp_path / "queries").write_text(content)
    result = cli("query", "--batch", tmp_path / "queries", "--index", example_index)
    assert_clear(result, "holds no query")


def test_batch_that_is_not_text(example_index: Path, tmp_path: Path):
    (tmp_path / "queries").write_bytes(b"\xff\xfe\x00\x80" * 9)
    assert_clear(cli("query", "--batch", tmp_path / "queries", "--index", example_index), "UTF-8")


def test_blank_lines_within_a_batch_are_left_out(example_index: Path, tmp_path: Path):
    (tmp_path / "queries").write_text("dust\n\nstars\n")
    result = cli("query", "--batch", tmp_path / "queries", "-k", "1", "--index", example_index)
    assert result.exit_code == 0, result.output


def test_unknown_encoder(corpus: Path, tmp_path: Path):
    result = cli("index", corpus, "--index", tmp_path / "i", "--encoder", tmp_path / "nowhere")
    assert_clear(result, str(tmp_path / "nowhere"))
    assert not (tmp_path / "i").exists()


def test_damaged_segment_is_said_and_found(built: Path):
    path = next((built / "segments").iterdir())
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    assert f"{path.name}: its bytes are not those that were written" in verify(built)
    assert_clear(cli("verify", "--index", built), path.name, "--rebuild")
    path.unlink()
    with (
        astrosearch.open(built, encoder=WordEncoder()) as index,
        pytest.raises(astrosearch.AstrosearchError, match=path.name),
    ):
        index.query("x")

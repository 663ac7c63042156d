"""`show --open`: the right file, at the right line, as each editor wants to be told."""

from __future__ import annotations

import gzip
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import astrosearch
from astrosearch.cli import editor as opening
from astrosearch.cli.main import main
from astrosearch.errors import AstrosearchError
from tests.conftest import PEAKS, TAIL, record
from tests.corpus.test_bundles import tarred
from tests.support.encoders import WordEncoder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the editor is a shell script")

HOSTILE = '-R it\'s "a" $(touch x) `y` ;note.txt'
NOTE = "Notes\n\nMethods\n\nGas cools slowly.\n\nDust {} settles.\n"


def build(tmp_path: Path, files: dict[str, bytes | str]) -> Path:
    for name, content in files.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    astrosearch.build(tmp_path / "corpus", index=tmp_path / "index", encoder=WordEncoder())
    return tmp_path / "index"


@pytest.fixture
def editor(tmp_path: Path) -> Path:
    """A `vim` that writes down its arguments, and what it was given to open."""
    path = tmp_path / "my bin" / "vim"
    path.parent.mkdir()
    log = shlex.quote(str(tmp_path / "said"))
    path.write_text(
        f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {log}\n"
        f'for last; do :; done\ncp -p "$last" {log}.opened\nexit "${{FAIL:-0}}"\n'
    )
    path.chmod(0o755)
    return path


def show(tmp_path: Path, id: object, editor: str | Path | None, **environ: str) -> Result:
    asked = {"VISUAL": None, "EDITOR": None, "TMPDIR": str(tmp_path / "copies"), **environ}
    if editor is not None:
        asked["VISUAL"] = shlex.quote(str(editor)) if isinstance(editor, Path) else editor
    (tmp_path / "copies").mkdir(exist_ok=True)
    before, tempfile.tempdir = tempfile.tempdir, None
    try:
        arguments = ["show", str(id), "--open", "--index", str(tmp_path / "index")]
        return CliRunner().invoke(main, arguments, env=asked)
    finally:
        tempfile.tempdir = before


def id_of(tmp_path: Path, beginning: str) -> int:
    with sqlite3.connect(tmp_path / "index/astrosearch.db") as db:
        ((found,),) = db.execute(
            "SELECT sentence_id FROM sentences WHERE text LIKE ?", [beginning + "%"]
        )
    db.close()
    return int(found)


def said(tmp_path: Path) -> list[str]:
    return (tmp_path / "said").read_text().splitlines()


def opened(tmp_path: Path, beginning: str, editor: str | Path) -> tuple[list[str], Result]:
    result = show(tmp_path, id_of(tmp_path, beginning), editor)
    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    return said(tmp_path), result


# -- which file


def test_a_file_of_the_corpus_is_opened_itself_at_the_sentence(tmp_path: Path, editor: Path):
    build(tmp_path, {"peaks/main.tex": PEAKS, "peaks/tail.tex": TAIL, "n/note.txt": NOTE})
    corpus = tmp_path / "corpus"
    for beginning, file, line in (
        ("Photons diffuse", "peaks/main.tex", 8),
        ("Ground telescopes", "peaks/tail.tex", 2),
        ("Gas cools", "n/note.txt", 5),
    ):
        arguments, result = opened(tmp_path, beginning, editor)
        assert arguments == [f"+{line}", str(corpus / file)]
        assert result.stderr == ""


def test_a_paper_opens_at_its_first_sentence(tmp_path: Path, editor: Path):
    build(tmp_path, {"peaks/main.tex": PEAKS, "peaks/tail.tex": TAIL})
    assert show(tmp_path, "peaks/main", editor).exit_code == 0
    assert said(tmp_path) == ["+2", str(tmp_path / "corpus/peaks/main.tex")]


def test_hostile_names_stay_one_argument(tmp_path: Path, editor: Path):
    build(tmp_path, {HOSTILE: NOTE.format(1), f"-c/{HOSTILE}": NOTE.format(2)})
    for beginning, name in (("Dust 1", HOSTILE), ("Dust 2", f"-c/{HOSTILE}")):
        arguments, _ = opened(tmp_path, beginning, editor)
        assert arguments == ["+7", str(tmp_path / "corpus" / name)]
    assert not (Path.cwd() / "x").exists()


def test_a_member_of_a_bundle_is_opened_as_a_copy(tmp_path: Path, editor: Path):
    child = "\n\n\\section{Outlook}\nWe look on.\n"
    main = PEAKS.replace("tail", "sec/-it's a tail")
    tar = gzip.compress(tarred(("ms.tex", main.encode()), ("sec/-it's a tail.tex", child.encode())))
    build(tmp_path, {"bundles/2501.99102.tar.gz": tar})
    arguments, result = opened(tmp_path, "We look on", editor)
    line, copy = arguments
    assert line == "+4"
    assert Path(copy).name == "-it's a tail.tex"
    assert (tmp_path / "said.opened").read_text() == child
    assert (tmp_path / "said.opened").stat().st_mode & 0o777 == 0o400
    where = tmp_path / "corpus/bundles/2501.99102.tar.gz/sec/-it's a tail.tex"
    assert result.stderr == f"{where} is opened as a read-only copy, {copy}\n"
    assert not Path(copy).exists()
    assert list((tmp_path / "copies").iterdir()) == []


def test_members_of_a_bulk_tar_and_of_a_single_gz(tmp_path: Path, editor: Path):
    def paper(number: int) -> bytes:
        return (
            PEAKS.replace("Photons", f"Photon gas {number}").replace("\\input{tail}", "").encode()
        )

    inner = gzip.compress(tarred(("a/ms.tex", paper(1))))
    bulk = tarred(("2501/2501.99011.gz", inner), ("2501/2501.99012.gz", gzip.compress(paper(2))))
    build(tmp_path, {"bulk.tar": bulk, "2501.99013.gz": gzip.compress(paper(3))})
    for number in (1, 2, 3):
        (line, _), result = opened(tmp_path, f"Photon gas {number}", editor)
        assert line == "+8"
        assert f"Photon gas {number}" in (tmp_path / "said.opened").read_text()
        assert "read-only copy" in result.stderr


def test_metadata_is_opened_at_the_records_line(tmp_path: Path, editor: Path):
    def lines(number: int) -> str:
        names = [f"2501.9{number}00{n}" for n in range(3)]
        return "".join(record(n, f"On {n}", f"We look at {n} here.") + "\n" for n in names)

    build(tmp_path, {"a.jsonl": lines(1), "b.jsonl.gz": gzip.compress(lines(2).encode())})
    arguments, result = opened(tmp_path, "We look at 2501.91002", editor)
    assert arguments == ["+3", str(tmp_path / "corpus/a.jsonl")]
    assert result.stderr == ""
    (line, copy), result = opened(tmp_path, "We look at 2501.92001", editor)
    assert (line, Path(copy).name) == ("+2", "b.jsonl")
    assert (tmp_path / "said.opened").read_text() == lines(2)
    assert "read-only copy" in result.stderr


def test_a_copy_stays_for_an_editor_that_may_not_wait(tmp_path: Path, editor: Path):
    code = editor.rename(editor.with_name("code"))
    build(tmp_path, {"2501.99102.gz": gzip.compress(PEAKS.encode())})
    for more, stays in (("", True), (" --wait", False)):
        arguments, _ = opened(tmp_path, "Photons", shlex.quote(str(code)) + more)
        *rest, goto, place = arguments
        assert (rest, goto) == (more.split(), "--goto")
        assert Path(place.removesuffix(":8")).exists() is stays


# -- what can't be opened


def test_a_corpus_that_moved_is_said_with_the_path_tried(tmp_path: Path, editor: Path):
    build(tmp_path, {"note.txt": NOTE, "2501.99102.gz": gzip.compress(PEAKS.encode())})
    (tmp_path / "corpus").rename(tmp_path / "moved")
    for beginning, name in (("Gas cools", "note.txt"), ("Photons", "2501.99102.gz")):
        result = show(tmp_path, id_of(tmp_path, beginning), editor)
        assert result.exit_code == 1
        assert f"tried {tmp_path / 'corpus' / name}.\n" in result.stderr
        assert "astrosearch index CORPUS" in result.stderr
    assert not (tmp_path / "said").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(tarred(("other.tex", b"\\section{A}"))), "holds no main.tex any more"),
        (gzip.compress(b"x" * 999)[:-9], "cut off"),
        (b"plain", "holds no main.tex any more"),
    ],
)
def test_a_bundle_that_changed_is_said(tmp_path: Path, editor: Path, content: bytes, reason: str):
    tar = gzip.compress(tarred(("main.tex", PEAKS.encode())))
    build(tmp_path, {"2501.99102.tar.gz": tar})
    (tmp_path / "corpus/2501.99102.tar.gz").write_bytes(content)
    result = show(tmp_path, id_of(tmp_path, "Photons"), editor)
    assert result.exit_code == 1
    assert reason in result.stderr
    assert "\nIf the corpus has moved" in result.stderr
    assert list((tmp_path / "copies").iterdir()) == []


def test_a_snapshot_too_large_for_a_copy_is_said(
    tmp_path: Path, editor: Path, monkeypatch: pytest.MonkeyPatch
):
    build(
        tmp_path, {"b.jsonl.gz": gzip.compress(record("2501.92001", "On it", "We see.").encode())}
    )
    monkeypatch.setattr(opening, "MAX_FILE_BYTES", 20)
    result = show(tmp_path, id_of(tmp_path, "We see"), editor)
    assert result.exit_code == 1
    assert "Unpack it, and open what comes out." in result.stderr


@pytest.mark.parametrize("named", [{}, {"EDITOR": ""}, {"VISUAL": " ", "EDITOR": "\t"}])
def test_without_an_editor_it_says_how_to_name_one(tmp_path: Path, named: dict[str, str]):
    build(tmp_path, {"note.txt": NOTE})
    result = show(tmp_path, 1, None, **named)
    assert result.exit_code == 1
    assert result.stderr == (
        "error: no editor is named in $VISUAL or $EDITOR.\nName yours: export VISUAL=vim\n"
    )


def test_editor_stands_in_for_visual(tmp_path: Path, editor: Path):
    build(tmp_path, {"note.txt": NOTE})
    quoted = shlex.quote(str(editor))
    assert show(tmp_path, 1, None, EDITOR=quoted, VISUAL="").exit_code == 0
    assert show(tmp_path, 1, editor, EDITOR="false").exit_code == 0


def test_an_editor_that_fails_is_named(tmp_path: Path, editor: Path):
    build(tmp_path, {"note.txt": NOTE})
    file = tmp_path / "corpus/note.txt"
    result = show(tmp_path, 2, editor, FAIL="3")
    assert result.exit_code == 1
    assert f"the editor {editor} ended with exit code 3.\n" in result.stderr
    assert result.stderr.endswith(f"'{editor}' +5 {file}\n")
    editor.write_text("#!/bin/sh\nkill -9 $$\n")
    assert "was ended by signal 9" in show(tmp_path, 2, editor).stderr
    for wrong, reason in (
        (tmp_path / "none", "can't be run (No such file"),
        (file, "can't be run (Permission denied)"),
        ("vim 'a", "$VISUAL can't be read as a command"),
        ("''", "can't be run"),
    ):
        result = show(tmp_path, 2, wrong)
        assert result.exit_code == 1
        assert reason in result.stderr
        assert "Traceback" not in result.stderr


def test_open_prints_nothing_so_no_format_goes_with_it(tmp_path: Path):
    result = CliRunner().invoke(main, ["show", "1", "--open", "--format", "json"])
    assert result.exit_code == 2
    assert "--open prints nothing" in result.stderr


def test_unknown_ids_are_not_found_before_an_editor_starts(tmp_path: Path, editor: Path):
    build(tmp_path, {"note.txt": NOTE})
    for id in (999, "none"):
        assert "has no" in show(tmp_path, id, editor).stderr
    assert not (tmp_path / "said").exists()


# -- how editors are told


@pytest.mark.parametrize(
    ("editor", "expected"),
    [
        *((name, f"{name}|+7|/a b:1.tex") for name in ("vi", "nvim", "emacs", "nano", "micro")),
        *((name, f"{name}|+7|/a b:1.tex") for name in ("kak", "joe", "/usr/bin/vim.basic")),
        ("emacsclient -n", "emacsclient|-n|+7|/a b:1.tex"),
        ("code --wait", "code|--wait|--goto|/a b:1.tex:7"),
        *((name, f"{name}|--goto|/a b:1.tex:7") for name in ("codium", "cursor", "Code.cmd")),
        *((name, f"{name}|/a b:1.tex:7") for name in ("subl", "zed", "hx", "helix")),
        *((name, f"{name}|--line|7|/a b:1.tex") for name in ("idea", "pycharm", "kate")),
        *((name, f"{name}|/a b:1.tex") for name in ("ed", "open", "vimish")),
    ],
)
def test_editors_are_told_the_line_as_they_want(editor: str, expected: str):
    words = shlex.split(editor)
    assert "|".join(opening.command(words, Path("/a b:1.tex"), 7)) == expected


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (r"C:\Tools\vim.exe -R", [r"C:\Tools\vim.exe", "-R"]),
        (r'"C:\My Editors\code.cmd" --wait', [r"C:\My Editors\code.cmd", "--wait"]),
    ],
)
def test_windows_commands_keep_their_backslashes(command: str, words: list[str]):
    assert opening.words_of(command, windows=True) == words


@pytest.mark.parametrize("name", ["a&calc.tex", "%PATH%.tex", 'a"|b.tex', "a^b.tex", "a\nb.tex"])
def test_a_name_that_is_a_command_to_windows_is_refused(name: str):
    opening.require_safe(["code.exe", name])
    opening.require_safe(["code.cmd", "--goto", r"C:\My Papers\it's (a) 1.tex:7"])
    for editor in ("code.cmd", r"C:\x\EDIT.BAT"):
        with pytest.raises(AstrosearchError, match="as a command"):
            opening.require_safe([editor, "--goto", name])


def test_an_interrupt_is_left_to_the_editor(tmp_path: Path, editor: Path):
    build(tmp_path, {"note.txt": NOTE})
    ready, done = tmp_path / "ready", tmp_path / "done"
    # The script may be stopped by the signal; astrosearch may not, and it is not ignored.
    editor.write_text(
        f"#!/bin/sh\ntrap 'touch \"{done}\"; exit 0' INT\ntouch '{ready}'\n"
        "while :; do sleep 0.05; done\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "astrosearch", "show", "1", "--open", "--index", tmp_path / "index"],
        env={**os.environ, "VISUAL": shlex.quote(str(editor))},
        start_new_session=True,
    )
    try:
        while not ready.exists():
            assert process.poll() is None
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(30) == 0
        assert done.exists()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

"""A hostile paper harms nobody: it is read harmlessly or listed, and the rest goes on."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from pybtex.database import parse_string

import astrosearch
from astrosearch.cli.main import main
from astrosearch.corpus import bundle_papers, limits, read
from astrosearch.corpus.limits import Budget
from astrosearch.indexing import workers as reading
from astrosearch.maintenance.verify import verify
from astrosearch.text import CONTROL
from tests.conftest import HALO
from tests.support import dying, hostile
from tests.support.encoders import WordEncoder
from tests.support.hostile import CASES, SECRET, quick
from tests.support.places import ROOT

INNOCENT = "Dark matter haloes are triaxial in simulations of structure formation."

_touched: list[str] = []
_watching = False


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _watching:
        return
    if event in ("open", "os.listdir", "os.scandir"):
        _touched.append(str(arguments[0]))
    elif event in ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "socket.connect"):
        _touched.append(event)


sys.addaudithook(_watch)  # it can't be taken back, and costs little while nobody watches


@pytest.fixture
def watched() -> Iterator[list[str]]:
    """Names of what is opened or listed, and kinds of what is started."""
    global _watching
    _touched.clear()
    _watching = True
    try:
        yield _touched
    finally:
        _watching = False


@pytest.fixture
def field(tmp_path: Path) -> Path:
    """A folder with a corpus of one innocent paper, and a secret that lies beside the corpus."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "innocent.txt").write_text(HALO)
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.tex").write_text(SECRET)
    (tmp_path / "outside" / "secret.bib").write_text(f"@article{{k, author={{{SECRET}}}}}")
    (tmp_path / "outside" / "s.sty").write_text(f"\\def\\k{{{SECRET}}}")
    return tmp_path


def build(field: Path, jobs: int = 1) -> astrosearch.Summary:
    return astrosearch.build(
        field / "corpus", index=field / "index", encoder=WordEncoder(), jobs=jobs
    )


def texts(field: Path) -> list[tuple[str, str]]:
    """Files and texts of the sentences that an index holds, as far as any of these words goes."""
    words = ["stars shine", "dark matter", "galaxies", "password"]
    with astrosearch.open(field / "index", encoder=WordEncoder()) as index:
        found = index.query_batch(words, k=10_000, fold=False)
        return sorted({(hit.sentence.file, hit.sentence.text) for hits in found for hit in hits})


def assert_sound(inside: list[tuple[str, str]]) -> None:
    """The innocent paper is in the index, and nothing of the secret."""
    assert ("innocent.txt", INNOCENT) in inside
    assert not any("swordfish" in text for _, text in inside)


def lying_about(folder: Path) -> dict[str, tuple[int, int]]:
    """Everything but the index, with sizes and times, to see that nothing was touched."""
    found = {}
    for above, folders, files in os.walk(folder):
        for name in [*folders, *files]:
            path = Path(above, name)
            if path.is_relative_to(folder / "index"):
                continue
            status = path.lstat()
            found[str(path)] = (status.st_size, status.st_mtime_ns)
    return found


def assert_harmless(names: Iterable[str], listed: str, inside: list[tuple[str, str]]) -> None:
    """The innocent paper is read; each hostile one is listed with its reason, or read too."""
    assert_sound(inside)
    for name in names:
        expected = CASES[name]
        if expected.reason:
            pattern = rf"(?m)^{name}/.*evil.*(?:{expected.reason})"
            assert re.search(pattern, listed), (name, listed)
        if expected.reads:
            read = [text for file, text in inside if file.startswith(f"{name}/")]
            assert any(expected.reads in text for text in read), (name, listed)


def write(names: Iterable[str], corpus: Path) -> None:
    for name in names:
        (corpus / name).mkdir()
        CASES[name].write(corpus / name)


def assert_harm_nobody(names: list[str], field: Path, watched: list[str]) -> None:
    write(names, field / "corpus")
    before = lying_about(field)
    watched.clear()
    summary = build(field)
    touched = [*watched]
    assert lying_about(field) == before
    outside = str(field / "outside")
    assert not [each for each in touched if each.startswith(outside) or "passwd" in each]
    assert not [each for each in touched if each.startswith(("/dev/zero", "os.", "subprocess"))]
    listed = [f"{file}: {reason}" for file, reason in summary.failed + summary.skipped]
    assert_harmless(names, "\n".join(listed), texts(field))
    assert verify(field / "index") == []


def test_hostile_papers_harm_nobody(field: Path, watched: list[str]):
    assert len(quick()) >= 60
    assert_harm_nobody(quick(), field, watched)


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_hostile_paper_alone_harms_nobody(name: str, field: Path, watched: list[str]):
    assert_harm_nobody([name], field, watched)


LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 * 2**30, 3 * 2**30))
import astrosearch
from tests.support.encoders import WordEncoder
if __name__ == "__main__":
    summary = astrosearch.build(
        sys.argv[1], index=sys.argv[2], encoder=WordEncoder(), jobs=int(sys.argv[3])
    )
    for name, reason in summary.failed + summary.skipped:
        print(ascii(f"{name}: {reason}")[1:-1])
"""


def assert_harm_nobody_elsewhere(names: list[str], field: Path, jobs: int) -> None:
    """Likewise, in a process that the system refuses more than 3 GiB of memory."""
    write(names, field / "corpus")
    (field / "run.py").write_text(LIMITED)
    before = lying_about(field)
    out = subprocess.run(
        [sys.executable, field / "run.py", field / "corpus", field / "index", str(jobs)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert out.returncode == 0, out.stderr[-3000:]
    assert lying_about(field) == before
    assert_harmless(names, out.stdout, texts(field))
    assert verify(field / "index") == []


def test_hostile_papers_read_by_two_processes_harm_nobody(field: Path):
    assert_harm_nobody_elsewhere(quick()[::5], field, 2)


@pytest.mark.slow
@pytest.mark.parametrize("jobs", [1, 2])
def test_all_hostile_papers_harm_nobody(field: Path, jobs: int):
    assert_harm_nobody_elsewhere([*CASES], field, jobs)


# -- limits


def test_a_paper_that_takes_too_long_is_listed(field: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("macros_that_are_themselves", "words_that_nothing_ends", "bundle_with_dots"):
        CASES[name].write(field / "corpus")
    monkeypatch.setattr(limits, "_ROUNDS", 1)
    hurried = lambda size: Budget(size, seconds=None if size == len(HALO) else -1e9)  # noqa: E731
    monkeypatch.setattr(read, "Budget", hurried)
    monkeypatch.setattr(bundle_papers, "Budget", hurried)
    listed = dict(build(field).failed)
    assert set(listed) == {"evil/main.tex", "evil.txt", "evil.tar.gz"}
    assert all("to read" in reason and "s to read" in reason for reason in listed.values())
    assert_sound(texts(field))


def test_time_grows_with_the_size_and_begins_anew(monkeypatch: pytest.MonkeyPatch):
    now = 0.0
    monkeypatch.setattr(time, "thread_time", lambda: now)
    monkeypatch.setattr(limits, "_ROUNDS", 1)
    small, large = Budget(), Budget(size=100 * 2**20)
    now = limits.SECONDS + 1
    large.check()
    with pytest.raises(astrosearch.AstrosearchError, match="more than 60 s to read"):
        small.check()
    small.restart()
    small.check()


def test_a_paper_that_takes_too_much_memory_is_listed(field: Path, monkeypatch: pytest.MonkeyPatch):
    CASES["dollars_that_nothing_closes"].write(field / "corpus")
    monkeypatch.setattr(limits, "OBJECTS", 50_000)
    monkeypatch.setattr(limits, "_LOOKS", 1)
    assert "more memory" in dict(build(field).failed)["evil/main.tex"]
    assert_sound(texts(field))


def test_a_reader_that_dies_is_listed_and_the_rest_goes_on(
    field: Path, monkeypatch: pytest.MonkeyPatch
):
    """One kills itself, one takes memory, one goes round for ever: by the system's own limits."""
    corpus = field / "corpus"
    for number in range(6):
        (corpus / f"paper{number}.txt").write_text(HALO.replace("Dark", f"Dim{number}"))
    for name in dying.FATES:
        (corpus / f"{name}.txt").write_text(HALO)
    monkeypatch.setattr(reading, "confine", dying.confine_and_set_traps)
    listed = dict(build(field, jobs=2).failed)
    assert set(listed) == {f"{name}.txt" for name in dying.FATES}
    assert "was killed" in listed["killed.txt"]
    assert "was killed" in listed["spinning.txt"]
    assert "memory" in listed["greedy.txt"]
    inside = texts(field)
    assert_sound(inside)
    assert {f"paper{number}.txt" for number in range(6)} <= {file for file, _ in inside}
    assert verify(field / "index") == []


# -- what reaches the terminal, spreadsheets and BibTeX


def cli(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def steered(field: Path) -> Path:
    """An index of all that would steer a terminal, with failures that would too."""
    for name in ("names_that_steer", "records_that_steer", "text_that_steers"):
        CASES[name].write(field / "corpus")
    (field / "corpus" / "broken\x1b[2J\u202e\x9b1m.txt").write_bytes(b"\0" * 999)
    (field / "corpus" / "no\x1b[2J\u202e\x9b1m.pdf").write_bytes(b"%PDF")
    bad = json.dumps({"id": "evil\x1b[2J\x9b1m\u202e", "abstract": "", "categories": "astro-ph"})
    with (field / "corpus" / "evil.jsonl").open("a") as file:
        file.write(f"{bad}\n")
    build(field)
    return field


def shown(field: Path) -> Iterator[list[str]]:
    index = ["--index", str(field / "index")]
    yield ["info", *index]
    yield ["info", "--format", "json", *index]
    for format in ("table", "json", "csv", "bibtex"):
        yield ["query", "galaxies turn slowly", "--mode", "lexical", "--format", format, *index]
    with astrosearch.open(field / "index", encoder=WordEncoder()) as opened:
        papers = {hit.paper.id for hit in opened.query("galaxies turn slowly", k=50)}
    for paper in sorted(papers):
        yield ["show", paper, *index]
        yield ["show", paper, "--format", "json", *index]
    yield ["show", "none\x1b[2J\u202e", *index]
    yield ["remove", "none\x1b[2J\u202e", *index]


def test_nothing_of_a_paper_steers_the_terminal(steered: Path):
    for arguments in shown(steered):
        result = cli(*arguments)
        assert not CONTROL.findall(result.output), (arguments, result.output)
        assert result.exit_code == ("none" in arguments[1])


def test_a_terminal_gets_only_colours_and_links_of_our_own(steered: Path):
    pty = pytest.importorskip("pty")
    for arguments in [*shown(steered)][::3]:
        master, slave = pty.openpty()
        with subprocess.Popen(
            [sys.executable, "-m", "astrosearch", *arguments], stdout=slave, stderr=slave, cwd=ROOT
        ) as process:
            os.close(slave)
            output = b""
            while True:
                try:
                    block = os.read(master, 2**16)
                except OSError:  # the other end closed
                    break
                if not block:
                    break
                output += block
            os.close(master)
            process.wait()
        text = output.decode().replace("\r\n", "\n")
        assert text.strip()
        own = re.compile(
            r"\x1b\[[0-9;]*m|\x1b\]8;(?:id=\d+)?;(?:https://(?:arxiv|ui\.ads)[!-~]*)?\x1b\\"
        )
        assert not CONTROL.findall(own.sub("", text)), (arguments, text)


def test_the_summary_and_errors_of_indexing_steer_nothing(steered: Path, capfd):
    from astrosearch.cli.progress import print_summary

    (steered / "corpus" / "evil.jsonl").touch()
    print_summary(build(steered), steered / "index")
    written = capfd.readouterr().err
    assert "evil.jsonl:2" in written
    assert "no[2J1m.pdf" in written
    assert not CONTROL.findall(written)
    with pytest.raises(astrosearch.AstrosearchError):
        astrosearch.build(
            steered / "corpus", index=steered / "index", encoder=WordEncoder(), strict=True
        )


def test_json_is_exact(field: Path):
    CASES["records_that_steer"].write(field / "corpus")
    build(field)
    out = cli(
        "query", "galaxies", "--mode", "lexical", "--format", "json", "--index", field / "index"
    )
    hit = json.loads(out.stdout)["hits"][0]
    with astrosearch.open(field / "index", encoder=WordEncoder()) as index:
        stored, paper = index.sentence(hit["sentence_id"])
    assert (hit["text"], hit["paper"]["id"]) == (stored.text, paper.id)


def test_csv_runs_nothing_in_a_spreadsheet(field: Path):
    CASES["records_for_a_spreadsheet"].write(field / "corpus")
    build(field)
    out = cli(
        "query",
        "light",
        "--no-fold",
        "--mode",
        "lexical",
        "--format",
        "csv",
        "--index",
        field / "index",
    )
    rows = list(csv.DictReader(io.StringIO(out.stdout)))
    assert {"'=cmd|'/C calc'!A0", "'+1 light"} <= {row["title"] for row in rows}
    assert {"'@SUM(1) light runs."} <= {row["text"] for row in rows}
    assert any(row["text"].startswith("'\uff1d1+1") for row in rows)
    assert "'-1+1" in {row["paper_id"] for row in rows}
    assert "'=1+1 Evil" in {row["authors"] for row in rows}
    for row in rows:
        assert not any(re.match(r"[\s\u200b]*[=+@\uff1d]", cell) for cell in row.values())
        float(row["score"])  # numbers stay numbers, negative ones too
        assert int(row["rank"]) > 0


def test_bibtex_stays_within_its_entries(field: Path):
    CASES["records_for_bibtex"].write(field / "corpus")
    build(field)
    out = cli(
        "query",
        "stars",
        "--no-fold",
        "--mode",
        "lexical",
        "--format",
        "bibtex",
        "--index",
        field / "index",
    )
    entries = parse_string(out.stdout, "bibtex").entries
    assert len(entries) == 3
    assert "evil" not in entries
    assert len(re.findall("(?m)^@misc", out.stdout)) == 3
    for line in out.stdout.splitlines():
        depth = 0
        for sign in line:
            depth += (sign == "{") - (sign == "}")
        assert depth == (1 if line.startswith("@misc{") else -1 if line == "}" else 0), line


def test_hostile_inputs_are_as_many_as_promised():
    assert len(CASES) >= 60
    assert hostile.STEERING in json.loads(hostile.record(title=hostile.STEERING))["title"]

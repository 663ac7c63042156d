"""What the documentation shows is what happens."""

from __future__ import annotations

import doctest
import importlib
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest
from click.testing import CliRunner

import astrosearch
from astrosearch.cli.main import main
from astrosearch.store.vectors import VectorIndex
from tests.support.places import ROOT

README = ROOT / "README.md"
FORMAT = ROOT / "index" / "README.md"
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for path in (ROOT / "astrosearch").rglob("*.py")
    if ">>>" in path.read_text() and path.name != "__init__.py"
)


def run_doctest(text: str, name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    test = doctest.DocTestParser().get_doctest(
        text, {"index_folder": str(folder)}, name, str(name), 0
    )
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(test)
    assert runner.summarize(verbose=False).failed == 0
    assert test.examples


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_run(
    module: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
):
    imported = importlib.import_module(module)
    given = {}
    if "index_folder" in Path(imported.__file__ or "").read_text(encoding="utf-8"):
        given["index_folder"] = str(request.getfixturevalue("example_copy"))
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(imported, extraglobs=given).failed == 0


def test_every_public_docstring_has_an_example():
    lacking = [
        name
        for name in astrosearch.__all__
        if name != "__version__" and ">>>" not in (getattr(astrosearch, name).__doc__ or "")
    ]
    assert lacking == []


def test_package_docstring_runs(example_copy: Path, monkeypatch: pytest.MonkeyPatch):
    run_doctest(astrosearch.__doc__ or "", "astrosearch", example_copy, monkeypatch)


def test_readme_python_runs(example_copy: Path, monkeypatch: pytest.MonkeyPatch):
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    run_doctest("\n".join(blocks), "README.md", example_copy, monkeypatch)


def test_readme_commands_run(example_copy: Path, tmp_path: Path):
    text = README.read_text()
    first = re.findall(r"^\$ (astrosearch .*)$", text, re.MULTILINE)
    assert len(first) == 2
    asking = text.split("## Ask")[1].split("```sh")[1].split("```")[0]
    (tmp_path / "questions.txt").write_text("dust\nstars\n")
    environment = {**os.environ, "ASTROSEARCH_INDEX": str(example_copy)}
    for line in [*first, *asking.strip().splitlines()]:
        words = shlex.split(line.split("  #")[0].split(" > ")[0])
        arguments = [
            str(ROOT / word) if word.startswith("examples/") else word for word in words[1:]
        ]
        out = subprocess.run(
            [sys.executable, "-m", "astrosearch", *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment,
        )
        assert out.returncode == 0, (line, out.stderr)
        assert out.stdout or words[1] == "index"


SEARCHING = ROOT / "docs" / "searching.md"


def test_the_page_on_searching_runs(example_index: Path, monkeypatch: pytest.MonkeyPatch):
    blocks = re.findall(r"```python\n(.*?)```", SEARCHING.read_text(), re.DOTALL)
    run_doctest("\n".join(blocks), "searching.md", example_index, monkeypatch)


def test_the_commands_on_searching_run(example_index: Path, tmp_path: Path):
    (tmp_path / "draft.tex").write_text("Dust drives the winds of cool giants.\n")
    lines = "".join(re.findall(r"```sh\n(.*?)```", SEARCHING.read_text(), re.DOTALL)).splitlines()
    assert len(lines) >= 4
    for line in lines:
        words = shlex.split(line.split("  #")[0])[1:]
        arguments = [str(tmp_path / word) if word == "draft.tex" else word for word in words]
        out = CliRunner().invoke(main, arguments, env={"ASTROSEARCH_INDEX": str(example_index)})
        assert out.exit_code == 0, (line, out.output)
        assert out.stdout


def test_every_option_of_a_search_is_described():
    text = SEARCHING.read_text()
    options = {
        option
        for command in ("query", "similar", "show")
        for parameter in main.commands[command].params
        for option in parameter.opts
        if option.startswith("--")
    }
    usual = {"--help", "--index", "--encoder", "--device", "--batch", "--format"}
    assert not {option for option in options - usual if option not in text}


def test_readme_names_every_command_and_index_option():
    text = README.read_text()
    for name in main.commands:
        assert f"astrosearch {name}" in text or f"`{name}`" in text, name
    options = [o for p in main.commands["index"].params for o in p.opts if o.startswith("--")]
    for option in set(options) - {"--device", "--help"}:
        assert option in text, option


def test_format_description_covers_every_table_and_column(built: Path):
    text = FORMAT.read_text()
    with sqlite3.connect(built / "astrosearch.db") as db:
        tables = [
            row[0]
            for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not row[0].startswith(("sqlite_", "sentences_fts_"))
        ]
        for table in tables:
            assert f"`{table}`" in text, table
            if table.startswith(("_", "sentences_fts")):
                continue
            for row in db.execute(f"PRAGMA table_info({table})"):
                assert row[1] in text, (table, row[1])
        for (key,) in db.execute("SELECT key FROM meta"):
            assert f"`{key}`" in text, key


def test_format_descriptions_code_reads_an_index(built: Path):
    code, query = (
        re.findall(rf"```{language}\n(.*?)```", FORMAT.read_text(), re.DOTALL)[0]
        for language in ("python", "sql")
    )
    with sqlite3.connect(built / "astrosearch.db") as db:
        db.execute(query).fetchall()
        file = db.execute("SELECT file FROM segments").fetchone()[0]
    names: dict[str, object] = {}
    path = str(built / "segments" / file)
    exec(code.replace("index/segments/000001.faiss", path), names)
    ids, vectors = names["ids"], names["vectors"]
    assert isinstance(ids, np.ndarray)
    assert isinstance(vectors, np.ndarray)
    index = VectorIndex(built / "segments", [file], vectors.shape[1], np.empty(0, np.int64))
    np.testing.assert_array_equal(index.vectors(ids), vectors)
    assert faiss.read_index(path).metric_type == faiss.METRIC_INNER_PRODUCT


def test_every_promise_names_tests_that_are_there():
    text = (ROOT / "docs" / "reliability.md").read_text()
    named = set(re.findall(r"`(test_\w+)`", text))
    sources = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    there = set(re.findall(r"^def (test_\w+)", sources, re.MULTILINE))
    assert named
    assert named <= there, named - there

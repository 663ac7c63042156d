"""The command line as people and scripts use it: the example corpus, the default encoder."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

import astrosearch
from astrosearch.cli.main import main
from tests.support.encoders import WordEncoder
from tests.support.places import EXAMPLES

QUESTION = "acoustic peaks at small scales"


def cli(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)


def ask(index: Path, *arguments: object) -> Result:
    result = cli("query", *arguments, "--index", index)
    assert result.exit_code == 0, result.output
    return result


def test_alone_it_shows_its_help():
    for arguments in ([], ["--help"], ["-h"]):
        result = cli(*arguments)
        assert result.exit_code == 0
        assert "astrosearch index" in result.stdout
    assert astrosearch.__version__ in cli("--version").stdout


def test_every_command_says_what_it_does():
    assert set(main.commands) == {
        *("index", "query", "similar", "show", "papers", "info", "verify", "optimize", "remove"),
        *("repair", "pairs", "train", "evaluate"),
    }
    for name, command in main.commands.items():
        assert command.help, name
        assert cli(name, "--help").exit_code == 0


def test_python_m_and_the_script_are_the_same_program(tmp_path: Path):
    for command in ([sys.executable, "-m", "astrosearch"], ["astrosearch"]):
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        out = subprocess.run(
            [*command, "info", "--index", tmp_path / "none"],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PATH": path},
        )
        assert out.returncode == 1
        assert out.stderr.startswith("error: there is no index at")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shell_completion(shell: str):
    out = subprocess.run(
        [sys.executable, "-m", "astrosearch"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "_ASTROSEARCH_COMPLETE": f"{shell}_source"},
    )
    if shell == "bash" and "shell" in out.stderr.lower():
        pytest.skip("no recent bash here")
    script = cli(env={"_ASTROSEARCH_COMPLETE": f"{shell}_source"}, prog_name="astrosearch")
    assert "_ASTROSEARCH_COMPLETE" in script.stdout


def test_json_is_what_the_contract_says(example_index: Path):
    lines = ask(example_index, QUESTION, "-k", 3, "--format", "json").stdout.splitlines()
    assert len(lines) == 1
    answer = json.loads(lines[0])
    assert list(answer) == ["query", "hits"]
    assert answer["query"] == QUESTION
    assert [hit["rank"] for hit in answer["hits"]] == [1, 2, 3]
    for hit in answer["hits"]:
        assert list(hit) == ["rank", "score", "sentence_id", "text", "section", "paper", "source"]
        assert hit["paper"].pop("year_estimated", True) is True  # it is there where it is true
        assert list(hit["paper"]) == [
            *("id", "title", "authors", "year", "categories", "url"),
            *("doi", "bibcode", "ads", "journal"),
        ]
        assert list(hit["source"]) == ["file", "line"]
        assert isinstance(hit["paper"]["authors"], list)
        assert -1 <= hit["score"] <= 1


def test_answers_are_to_the_point(example_index: Path):
    for question, word in (
        (QUESTION, "acoustic"),
        ("how do we measure the distance to a supernova", "supernova"),
        ("planets found by the wobble of their star", "star"),
        ("dust makes stars look redder", "redd"),
    ):
        answer = json.loads(ask(example_index, question, "--format", "json").stdout)
        text = " ".join(hit["text"] for hit in answer["hits"][:3]).lower()
        assert word in text, (question, text)


def test_source_file_and_line_lead_to_the_sentence(example_index: Path):
    answer = json.loads(ask(example_index, QUESTION, "--format", "json", "-k", 20).stdout)
    for hit in answer["hits"]:
        path = EXAMPLES / hit["source"]["file"]
        if path.exists():
            line = (
                path.read_bytes().decode("utf-8", "replace").split("\n")[hit["source"]["line"] - 1]
            )
            first = next(word for word in hit["text"].split() if word.isalpha())
            assert first in line


def test_batch_gives_one_line_a_query_in_order(example_index: Path, tmp_path: Path):
    queries = ["dust reddens stars", "pulsar timing", QUESTION]
    (tmp_path / "queries.txt").write_text("\n".join(queries) + "\n")
    for source, text in ((tmp_path / "queries.txt", None), ("-", "\n".join(queries))):
        result = cli(
            *("query", "--batch", source, "-k", 2, "--format", "json", "--index", example_index),
            input=text,
        )
        answers = [json.loads(line) for line in result.stdout.splitlines()]
        assert [answer["query"] for answer in answers] == queries
        assert all(len(answer["hits"]) == 2 for answer in answers)


def test_lexical_mode_finds_words(example_index: Path):
    result = ask(example_index, "reionization", "--mode", "lexical", "--format", "json")
    hits = json.loads(result.stdout)["hits"]
    assert hits
    assert all("reioni" in hit["text"].lower() for hit in hits)


def test_csv_reads_back(example_index: Path):
    rows = list(csv.DictReader(io.StringIO(ask(example_index, QUESTION, "--format", "csv").stdout)))
    assert len(rows) == 10
    assert rows[0]["query"] == QUESTION
    assert {"score", "text", "paper_id", "file", "line"} <= set(rows[0])


def test_bibtex_loads_in_a_parser(example_index: Path):
    from pybtex.database import parse_string

    text = ask(example_index, "cosmology", "-k", 30, "--format", "bibtex").stdout
    entries = parse_string(text, "bibtex").entries
    assert len(entries) > 3
    assert all(entry.fields.get("title") for entry in entries.values())


def test_table_is_plain_text_in_a_pipe(example_index: Path):
    text = ask(example_index, QUESTION, "-k", 2).stdout
    assert "\x1b" not in text
    assert all(line == line.rstrip() for line in text.splitlines())
    assert "§ " in text
    assert ".tex:" in text


def test_similar_by_sentence_and_by_paper(example_index: Path):
    hit = json.loads(ask(example_index, QUESTION, "--format", "json").stdout)["hits"][0]
    for id in (hit["sentence_id"], hit["paper"]["id"]):
        result = cli("similar", id, "-k", 3, "--format", "json", "--index", example_index)
        near = json.loads(result.stdout)
        assert near["query"] == str(id)
        assert len(near["hits"]) == 3
        assert hit["sentence_id"] not in [other["sentence_id"] for other in near["hits"]]


def test_show_prints_a_paper_and_a_sentence(example_index: Path):
    hit = json.loads(ask(example_index, QUESTION, "--format", "json").stdout)["hits"][0]
    paper = cli("show", hit["paper"]["id"], "--index", example_index).stdout
    assert str(hit["sentence_id"]) in paper
    shown = cli("show", hit["sentence_id"], "--format", "json", "--index", example_index).stdout
    near = {sentence["sentence_id"]: sentence for sentence in json.loads(shown)["sentences"]}
    paragraph = near[hit["sentence_id"]]["paragraph"]
    (beside, *_) = near.values()
    assert paragraph > 0
    assert beside["paragraph"] <= paragraph


def test_info_and_verify(example_index: Path):
    facts = json.loads(cli("info", "--format", "json", "--index", example_index).stdout)
    assert facts["papers"] > 20
    assert facts["dimension"] == 384
    assert facts["text_form"] == "plain"
    text = cli("info", "--index", example_index).stdout
    assert f"{facts['sentences']:,}" in text
    result = cli("verify", "--index", example_index)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "sound" in result.stderr


def test_index_says_what_it_did_on_stderr(tmp_path: Path, corpus: Path):
    (corpus / "bad.txt").write_bytes(b"\x00\x01\x02" * 999)
    index = tmp_path / "index"
    result = cli("index", corpus, "--index", index)
    assert (result.exit_code, result.stdout) == (0, "")
    assert "3 papers added" in result.stderr
    assert "bad.txt: not text" in result.stderr
    assert cli("index", corpus, "--index", index, "--strict").exit_code == 1
    assert "3 files unchanged" in cli("index", corpus, "--index", index).stderr
    removed = cli("remove", "2501.99102", "--index", index)
    assert "removed 1 paper" in removed.stderr
    assert cli("optimize", "--index", index).exit_code == 0
    assert cli("verify", "--index", index).exit_code == 0


def test_index_folder_comes_from_the_environment(example_index: Path):
    result = cli("query", QUESTION, env={"ASTROSEARCH_INDEX": str(example_index)})
    assert result.exit_code == 0


def test_closed_pipe_is_no_error(example_index: Path):
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "astrosearch", "query", QUESTION, "-k", "500"),
            *("--format", "json", "--index", str(example_index)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(1)
        process.stdout.close()
        assert process.stderr.read() == b""


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "astrosearch", *map(str, arguments)],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_batch_may_begin_with_a_byte_order_mark_and_have_crlf(example_index: Path, tmp_path: Path):
    (tmp_path / "queries.txt").write_bytes(b"\xef\xbb\xbfdark matter\r\ndust\r\n")
    result = ask(example_index, "--batch", tmp_path / "queries.txt", "--format", "json", "-k", 1)
    queries = [json.loads(line)["query"] for line in result.stdout.splitlines()]
    assert queries == ["dark matter", "dust"]


def test_missing_batch_file_is_named_in_full(example_index: Path, tmp_path: Path):
    result = cli("query", "--batch", tmp_path / "none.txt", "--index", example_index)
    assert result.exit_code == 1
    assert str(tmp_path / "none.txt") in result.stderr


@pytest.mark.parametrize("format", ["table", "json", "csv", "bibtex"])
def test_output_in_a_narrow_encoding_is_no_traceback(example_index: Path, format: str):
    out = run(
        *("query", "temperature of the corona", "--format", format, "--index", example_index),
        LC_ALL="C",
        PYTHONUTF8="0",
        PYTHONCOERCECLOCALE="0",
        PYTHONIOENCODING="latin-1",
    )
    assert (out.returncode, out.stderr) == (0, b"")
    if format != "table":
        out.stdout.decode("utf-8")


@pytest.mark.parametrize(
    "terminal",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"LC_ALL": "C", "LANG": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONIOENCODING": ""},
    ],
    ids=["ascii", "LANG=C"],
)
def test_an_ascii_terminal_is_given_names_of_signs(
    tmp_path: Path, encoder: WordEncoder, terminal: dict[str, str]
):
    (tmp_path / "a.tex").write_text(
        r"\documentclass{article}\title{Outbursts of $\eta$ Car}\author{Ch.~Poincar\'e}"
        r"\begin{document}\maketitle We saw H$\alpha$ and $\Omega_m$ where $z \lesssim 2 \pm 1$, "
        r"$a \gtrsim 5 \times 10^{-3}$ and 3~$\mu$m to $-4$ km s$^{-1}$ of one M$_\odot$."
        r"\end{document}"
    )
    astrosearch.build(tmp_path / "a.tex", index=tmp_path / "index", encoder=encoder)
    asked = ("query", "outbursts", "--mode", "lexical", "--context", "1")
    out = run(*asked, "--index", tmp_path / "index", PYTHONUTF8="0", **terminal)
    shown = out.stdout.decode("ascii")
    assert (out.returncode, out.stderr) == (0, b"")
    for words in (
        *("eta Car", "Ch. Poincare", "H-alpha", "Omega_m", "z <~ 2 +/- 1", "a >~ 5 x 10^-3"),
        *("3 um", "-4 km s^-1", "M_sun"),
    ):
        assert words in shown, shown
    assert "?" not in shown


def test_a_latin_1_terminal_keeps_the_signs_that_it_has():
    from astrosearch.output.narrow import HANDLER

    text = "Poincaré: Hα at 2 × 3 ± 1, z ≲ 1, η"
    written = text.encode("latin-1", HANDLER).decode("latin-1")
    assert written == "Poincaré: H-alpha at 2 × 3 ± 1, z <~ 1, eta"


def test_json_is_utf_8_whatever_the_terminals_encoding(example_index: Path):
    hits = json.loads(ask(example_index, "temperature", "-k", 40, "--format", "json").stdout)[
        "hits"
    ]
    id = next(hit["sentence_id"] for hit in hits if not hit["text"].isascii())
    for command in (["show", id], ["info"]):
        asked = (*command, "--format", "json", "--index", example_index)
        out = run(*asked, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
        assert json.loads(out.stdout.decode("utf-8")) == json.loads(cli(*asked).stdout)


@pytest.mark.skipif(sys.platform == "win32", reason="file names are text there")
def test_arguments_that_are_not_utf_8_say_so(example_index: Path):
    for command in (["query"], ["show"], ["similar"], ["index"]):
        out = subprocess.run(
            [sys.executable.encode(), b"-m", b"astrosearch", command[0].encode(), b"caf\xe9"],
            capture_output=True,
            check=False,
            env={**os.environ, "ASTROSEARCH_INDEX": str(example_index)},
        )
        assert out.returncode == 1
        assert b"is not UTF-8" in out.stderr
        assert b"Traceback" not in out.stderr


def test_odd_ids_are_not_found(example_index: Path):
    for id in ("9" * 5000, "²", "-1", "2501.98001v9", "' OR 1=1"):
        for command in ("show", "similar"):
            result = cli(command, "--index", example_index, "--", id)
            assert result.exit_code == 1
            assert result.stderr.startswith("error: the index")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_full_disk_under_the_output_is_an_error(example_index: Path):
    with Path("/dev/full").open("wb") as full:
        out = subprocess.run(
            [sys.executable, "-m", "astrosearch", "query", "dust", "--index", example_index],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert out.returncode == 1
    assert out.stderr.startswith(b"error: ")
    assert b"Traceback" not in out.stderr


def test_a_cold_query_imports_only_what_it_needs(tmp_path: Path):
    examples = EXAMPLES / "cosmology"
    index = tmp_path / "index"
    run("index", examples, "--index", index).check_returncode()
    arguments = ["query", "acoustic peaks", "--format", "json", "--index", str(index)]
    probe = (
        f"import sys, runpy; sys.argv = ['astrosearch', *{arguments}]\n"
        "try: runpy.run_module('astrosearch', run_name='__main__')\n"
        "except SystemExit: print('\\n', *sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    loaded = set(out.stdout.splitlines()[-1].split())
    assert {"faiss", "openvino", "tokenizers"} <= loaded
    heavy = {"torch", "transformers", "sentence_transformers", "huggingface_hub", "datasets"}
    unneeded = {"sqlite_utils", "pandas", "scipy", "matplotlib", "rich", "pylatexenc", "pluggy"}
    assert not loaded & (heavy | unneeded)


def test_defaults_that_help_names_are_the_librarys():
    from astrosearch.maintenance.optimize import RECALL
    from astrosearch.search.fusion import DENSE_WEIGHT

    recall = next(p for p in main.commands["optimize"].params if p.name == "recall")
    assert recall.default == RECALL
    weights = next(p for p in main.commands["evaluate"].params if p.name == "dense_weights")
    assert isinstance(weights, click.Option)
    assert f"[default: {DENSE_WEIGHT:g}]" in (weights.help or "")

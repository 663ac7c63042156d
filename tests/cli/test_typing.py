"""What people type without having read anything: other names, no quotes, ids of all kinds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import NotFound

QUESTION = "acoustic peaks at small scales"
PEAKS = "cosmology/acoustic-peaks/main"
MERGERS = "2501.99001"


def cli(*arguments: object, **more: Any) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)


def answer(index: Path, *arguments: object, command: str = "query") -> list[dict[str, Any]]:
    result = cli(command, *arguments, "--format", "json", "--index", index)
    assert result.exit_code == 0, result.output
    (line,) = result.stdout.splitlines()
    hits: list[dict[str, Any]] = json.loads(line)["hits"]
    return hits


def test_search_is_query_and_words_need_no_quotes(example_index: Path):
    expected = answer(example_index, QUESTION)
    assert answer(example_index, *QUESTION.split()) == expected
    assert answer(example_index, *QUESTION.split(), command="search") == expected
    assert answer(example_index, "acoustic", "peaks at", "small scales") == expected


@pytest.mark.parametrize("option", ["-k", "-n", "--top-k", "--limit"])
def test_the_number_of_hits_has_its_usual_names(example_index: Path, option: str):
    assert len(answer(example_index, QUESTION, option, 3)) == 3


def test_the_index_has_a_short_option(example_index: Path):
    assert cli("info", "-i", example_index).exit_code == 0


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("ls", "papers"),
        ("list", "papers"),
        ("rm", "remove"),
        ("delete", "remove"),
        ("update", "index"),
        ("add", "index"),
        ("stats", "info"),
        ("export", "--format bibtex"),
        ("find", "query"),
        ("open", "show"),
        ("serach", "search"),
    ],
)
def test_what_is_no_command_is_answered_with_one(typed: str, command: str):
    result = cli(typed, "dust")
    assert result.exit_code == 2
    assert command in result.stderr


def test_help_of_a_command_in_two_ways():
    assert cli("help", "show").stdout == cli("show", "--help").stdout
    assert cli("help").stdout == cli("--help").stdout


def test_help_lists_commands_in_the_order_of_work_and_whole():
    text = cli("--help", terminal_width=100).stdout.split("Make an index")[1]
    listed = [
        line.split()[0] for line in text.splitlines() if line[:2] == "  " and line[2:3].isalpha()
    ]
    order = ["index", "query", "similar", "show", "papers", "info", "verify", "repair", "pairs"]
    assert [name for name in listed if name in order] == order
    assert "..." not in text


@pytest.mark.parametrize("name", main.commands)
def test_every_help_has_examples_that_parse(name: str):
    text = cli(name, "--help", terminal_width=100).stdout
    assert "Examples:" in text
    lines = [line.strip() for line in text.split("Examples:")[1].splitlines()]
    lines = [line for line in lines if line]
    assert lines
    assert all(line.startswith("astrosearch ") for line in lines)


@pytest.mark.parametrize("words", [["-supernova", "dust"], ["dust", "-supernova"], ["-nova", "x"]])
def test_a_word_with_a_minus_is_told_how_to_type(words: list[str]):
    result = cli("query", *words)
    assert result.exit_code == 2
    assert f"query -- '{' '.join(sorted(words, key=lambda w: w[0] == '-'))}'" in result.stderr


def test_minus_works_behind_the_dashes(example_index: Path):
    result = cli("query", "-i", example_index, "--", "dust -grain")
    assert result.exit_code == 0


@pytest.mark.parametrize("number", ["abc", "1.5", ""])
def test_a_number_that_is_none_is_said_in_words(number: str):
    result = cli("query", "dust", "-k", number)
    assert result.exit_code == 2
    assert f"'{number}' is not a number." in result.stderr


NAMES = [
    "2501.99001",
    "2501.99001v1",
    "arXiv:2501.99001v2",
    "ARXIV: 2501.99001",
    "arXiv:2501.99001 [astro-ph.HE]",
    "https://arxiv.org/abs/2501.99001v3",
    "http://arxiv.org/pdf/2501.99001v3.pdf",
    "arxiv.org/html/2501.99001v1#S3",
    "https://export.arxiv.org/abs/2501.99001?context=astro-ph",
    "https://ar5iv.org/abs/2501.99001",
    "10.48550/arXiv.2501.99001",
    "doi:10.48550/arXiv.2501.99001",
    "bibcode:2025arXiv250199001E",
    "identifier:2501.99001v2",
    "https://doi.org/10.48550/arXiv.2501.99001",
    "2025arXiv250199001E",
    "Examplar2025arXiv250199001",
    "https://ui.adsabs.harvard.edu/abs/2025arXiv250199001E/abstract",
    "https://ui.adsabs.harvard.edu/abs/arXiv:2501.99001",
    "<https://arxiv.org/abs/2501.99001>",
    "(2501.99001)",
]
FILES = [
    "compact-objects/2501.99001/mergers.tex",
    "./compact-objects/2501.99001/mergers.tex",
    "/home/somebody/papers/compact-objects/2501.99001/mergers.tex",
    "~/papers/compact-objects/2501.99001/mergers.tex",
]
TITLES = ["ripples in spacetime", "Ripples in Space", "light of kilonovae", "kilonovae ripples"]


@pytest.mark.parametrize("name", [*NAMES, *FILES, *TITLES])
def test_a_paper_is_known_by_its_names(example_index: Path, name: str):
    with astrosearch.open(example_index) as index:
        assert index.find(name) == MERGERS
        assert index.similar(name, k=3)[0].paper.id != MERGERS
    result = cli("show", name, "--format", "json", "--index", example_index)
    assert json.loads(result.stdout)["paper"]["id"] == MERGERS


@pytest.mark.parametrize(
    ("name", "more"),
    [
        *((name, ()) for name in NAMES),
        (NAMES[0], ("--papers",)),
        (NAMES[-1], ("--mode", "lexical")),
    ],
)
def test_a_query_that_is_a_papers_name_finds_the_paper(
    example_index: Path, name: str, more: tuple[str, ...]
):
    (hit,) = answer(example_index, name, *more)
    assert hit["paper"]["id"] == MERGERS
    assert hit["score"] == 1


@pytest.mark.parametrize(
    "name", ["astro-ph/9812999v1", "astro-ph9812999", "9812999", "1998astro.ph.12999E"]
)
def test_old_ids_are_understood(example_index: Path, name: str):
    with astrosearch.open(example_index) as index:
        assert index.find(name) == "astro-ph/9812999"


def test_a_query_for_a_paper_that_is_not_there_says_so(example_index: Path):
    for name in ("2501.98001", "10.1093/mnras/stx123", "2019ApJ...876...85R"):
        result = cli("query", name, "--index", example_index)
        assert result.exit_code == 1
        assert f"has no paper {name}" in result.stderr
    with astrosearch.open(example_index) as index:
        found = index.query_batch(["2501.98001", MERGERS, "dust"], k=2)
        assert [len(hits) for hits in found] == [0, 1, 2]


def test_numbers_within_a_query_are_words(example_index: Path):
    for query in ("distance of 1998.1234 pc", "spectra 2015..2020", "see 2501.99001 for more"):
        assert len(answer(example_index, query)) == 10


def test_several_papers_of_a_name_are_listed(example_index: Path):
    result = cli("show", "galaxies", "--index", example_index)
    assert result.exit_code == 1
    assert "papers of the index" in result.stderr
    assert "2501.99005  Clusters of galaxies" in result.stderr


def test_a_line_of_a_file_names_its_sentence(example_index: Path):
    hit = answer(example_index, QUESTION)[0]
    with astrosearch.open(example_index) as index:
        place = f"{hit['source']['file']}:{hit['source']['line']}"
        sentence, _ = index.sentence(int(index.find(place)))
        assert (sentence.file, sentence.line) == (hit["source"]["file"], hit["source"]["line"])
        assert index.find(f"id {hit['sentence_id']}") == str(hit["sentence_id"])
        assert index.find(f"/a/b/{hit['source']['file']}:{hit['source']['line']}:1")


def test_papers_to_search_in_and_to_leave_out_have_names_too(example_index: Path):
    hits = answer(example_index, QUESTION, "--in", "arXiv:2501.99001v2")
    assert {hit["paper"]["id"] for hit in hits} == {MERGERS}
    hits = answer(example_index, "neutron stars merge", "--exclude", "arXiv:2501.99001v2")
    assert MERGERS not in {hit["paper"]["id"] for hit in hits}
    with astrosearch.open(example_index) as index, pytest.raises(NotFound, match=r"2501\.98001"):
        index.query("dust", exclude="2501.98001v1")


def test_a_doi_and_a_bibcode_of_a_record_are_understood(corpus: Path, tmp_path: Path, encoder: Any):
    record = {
        "id": "2501.99103",
        "title": "Rings of \u00e9toiles",
        "abstract": "Rings are round. They are thin.",
        "authors": "A. Examplar",
        "categories": "astro-ph.EP",
        "doi": "10.1093/MNRAS/abc123",
    }
    (corpus / "more.jsonl").write_text(json.dumps(record) + "\n")
    astrosearch.build(corpus, index=tmp_path / "index", encoder=encoder)
    with astrosearch.open(tmp_path / "index", encoder=encoder) as index:
        for name in ("10.1093/mnras/abc123", "doi:10.1093/MNRAS/abc123.", "rings of etoiles"):
            assert index.find(name) == "2501.99103"
        for name in (
            "https://doi.org/10.1093/mnras/abc123",
            "http://dx.doi.org/10.1093%2FMNRAS%2Fabc123",
        ):
            assert index.find(name) == "2501.99103"
        address = "https://academic.oup.com/mnras/article/doi/10.1093/mnras/abc123/pdf"
        assert index.find(address) == "2501.99103"


def test_batches_leave_out_empty_lines_and_comments_and_split_at_newlines_only(
    example_index: Path, tmp_path: Path
):
    (tmp_path / "q.txt").write_text("# mine\n\ndust\u2028grains\n   \nstars\x0cspin\r\n#end\n\n")
    result = cli("query", "--batch", tmp_path / "q.txt", "--format", "json", "-i", example_index)
    queries = [json.loads(line)["query"] for line in result.stdout.split("\n") if line]
    assert queries == ["dust\u2028grains", "stars\x0cspin"]
    (tmp_path / "none.txt").write_text("\n# nothing\n")
    assert "holds no query" in cli("query", "--batch", tmp_path / "none.txt").stderr


def test_errors_are_json_where_answers_are(tmp_path: Path):
    for command in (["query", "dust"], ["show", "x"], ["info"], ["papers"]):
        result = cli(*command, "--format", "json", "--index", tmp_path / "none")
        assert (result.exit_code, result.stdout) == (1, "")
        error = json.loads(result.stderr)["error"]
        assert error["type"] == "NotFound"
        assert error["message"].startswith("there is no index at")
        assert error["cure"].startswith("Build one")


def test_words_of_a_title_need_no_quotes_either(example_index: Path):
    for command in ("show", "similar"):
        assert cli(command, "damping", "tail", "--index", example_index).exit_code == 0
    near = answer(example_index, "damping", "tail", "--papers", command="similar")
    assert PEAKS not in {hit["paper"]["id"] for hit in near}


def test_what_is_in_quotes_is_words(example_index: Path):
    result = cli("query", '"1401.1234"', "--index", example_index)
    assert (result.exit_code, result.stdout) == (0, "nothing found\n")
    assert "in quotes" in cli("query", "1401.1234", "--index", example_index).stderr

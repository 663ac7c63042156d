"""A kind of source is a row and a reader, and nothing else knows of it."""

from __future__ import annotations

import ast
import inspect
import os
from pathlib import Path

import pytest

import astrosearch
from astrosearch.corpus import drafts, kinds
from astrosearch.corpus.discover import discover
from astrosearch.corpus.kinds import KINDS, Kind
from astrosearch.corpus.suffixes import NOT_READ
from astrosearch.errors import CorpusError
from astrosearch.maintenance.verify import verify
from tests.conftest import HALO, PEAKS
from tests.support.encoders import WordEncoder

TOY = "TOY1A toy model of rings\nRings of ice orbit the toy planet. They are thin.\n"


def toy(suffix: str) -> Kind:
    return Kind(
        name="toy",
        title=f"toys ({suffix})",
        suffixes=(suffix,),
        reader="tests.support.toy_reader:read_toy",
        rank=2,
        binary=True,
        known_by="tests.support.toy_reader:is_toy",
        beside_latex="",
    )


@pytest.fixture(params=[".toy", ".pdf"])  # one nobody knows, and one that isn't read today
def suffix(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(kinds, "KINDS", (toy(request.param), *KINDS))
    return str(request.param)


def update(corpus: Path) -> astrosearch.Summary:
    return astrosearch.build(corpus, index=corpus.parent / "index", encoder=WordEncoder())


def titles(corpus: Path) -> dict[str, str | None]:
    with astrosearch.open(corpus.parent / "index", encoder=WordEncoder()) as index:
        found = {hit.paper.id: hit.paper.title for hit in index.query("rings of ice", k=20)}
    assert verify(corpus.parent / "index") == []
    return found


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "notes.txt").write_text(HALO)
    return folder


def test_a_paper_of_a_new_kind_is_found_with_its_place(corpus: Path, suffix: str):
    (corpus / f"rings{suffix.upper()}").write_text(TOY)
    assert update(corpus).papers == 2
    with astrosearch.open(corpus.parent / "index", encoder=WordEncoder()) as index:
        hit = index.query("rings of ice orbit the planet", k=1)[0]
        assert index.source_of("rings").kind == "toy"
    assert (hit.paper.id, hit.paper.title) == ("rings", "A toy model of rings")
    assert (hit.sentence.file, hit.sentence.line) == (f"rings{suffix.upper()}", 2)


def test_a_new_kind_is_read_when_it_changes_and_not_before(corpus: Path, suffix: str):
    path = corpus / f"rings{suffix}"
    path.write_text(TOY)
    os.utime(path, (1e9, 1e9))
    update(corpus)
    assert (again := update(corpus)).sources_read == 0
    assert again.sources_unchanged == 2
    path.write_text(TOY.replace("toy model", "better model"))
    os.utime(path, (2e9, 1e9))
    assert update(corpus).papers_replaced == 1
    assert titles(corpus)["rings"] == "A better model of rings"
    path.unlink()
    assert update(corpus).gone == [path.name]


@pytest.mark.parametrize("new_first", [True, False])
@pytest.mark.parametrize(
    ("other", "text", "winner"),
    [
        ("2501.99104/main.tex", PEAKS, "Peaks in the microwave sky"),
        ("2501.99104.txt", HALO, "A toy model of rings"),
    ],
)
def test_a_new_kind_ranks_as_its_row_says(
    corpus: Path, suffix: str, other: str, text: str, winner: str, new_first: bool
):
    """Below LaTeX and above plain text, whichever was indexed first."""
    files = [(corpus / f"2501.99104{suffix}", TOY), (corpus / other, text)]
    for path, content in files if new_first else reversed(files):
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
        update(corpus)
    assert titles(corpus) == {"2501.99104": winner, "notes": "Haloes and their shapes"}


def test_a_new_kind_is_refused_where_its_row_says(corpus: Path, suffix: str):
    (corpus / f"broken{suffix}").write_text("none")
    (corpus / "2501.99105").write_text(TOY)  # named by an id alone: told by its beginning
    (corpus / "peaks").mkdir()
    (corpus / "peaks" / "main.tex").write_text(PEAKS)
    (corpus / "peaks" / f"figure{suffix}").write_text(TOY)
    summary = update(corpus)
    assert summary.failed == [(f"broken{suffix}", "no toy")]
    assert summary.skipped == []
    assert set(titles(corpus)) <= {"2501.99105", "notes", "peaks/main"}
    assert titles(corpus)["2501.99105"] == "A toy model of rings"


def test_a_draft_may_be_of_a_new_kind(tmp_path: Path, suffix: str):
    path = tmp_path / f"draft{suffix}"
    path.write_text(TOY)
    assert "They are thin." in drafts.sentences_in_file(path)


def test_what_is_read_is_said_by_the_table(tmp_path: Path, suffix: str):
    (tmp_path / "x.docx").write_text("x")
    with pytest.raises(
        CorpusError, match=rf"Supported formats: toys \({suffix}\), LaTeX \(.tex\), arXiv"
    ):
        discover(tmp_path)


def test_every_row_names_functions_that_are_there():
    for kind in KINDS:
        parameters = list(inspect.signature(kinds.function(kind.reader)).parameters)
        one = kind.holds == "paper"
        assert len(parameters) == (4 if one else 2), kind.name
        assert one or parameters == ["source", "all_categories"]
        for target in (kind.known_by, kind.confirmed_by):
            assert target is None or callable(kinds.function(target))


def test_no_suffix_is_of_two_kinds_or_not_read_besides():
    suffixes = [suffix for kind in KINDS for suffix in kind.suffixes]
    assert len({*suffixes, *NOT_READ}) == len(suffixes) + len(NOT_READ)
    assert len({kind.name for kind in KINDS}) == len(KINDS)


def test_a_kind_of_a_later_version_ranks_last():
    assert kinds.rank("unheard of") == 0 < min(kind.rank for kind in KINDS)


# -- the table is the only place

PACKAGE = Path(astrosearch.__file__).parent
SUFFIXES = {suffix for kind in KINDS for suffix in kind.suffixes} | {*NOT_READ}
# Who else may name a suffix, and which.
OTHERS = {
    "corpus/bundles.py": {".tex"},  # what arXiv packs
    "corpus/latex/mainfile.py": {".tex"},  # what TeX reads
    "corpus/latex/readme.py": {".tex"},
    "corpus/latex/filenames.py": {".tex"},
    "corpus/latex/citations.py": {".bib"},
    "training/pairs/bibliography.py": {".bib"},
    "output/timeline.py": {".pdf"},  # a figure that is written
    "training/pairs/splitting.py": {".jsonl"},  # pairs that are written
}


def strings(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


def modules() -> dict[str, ast.Module]:
    return {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name not in ("kinds.py", "suffixes.py")
    }


def test_no_other_module_names_a_suffix():
    found = {name: strings(tree) & SUFFIXES for name, tree in modules().items()}
    assert {name: suffixes for name, suffixes in found.items() if suffixes} == OTHERS


def test_no_other_module_compares_a_kind_with_its_name():
    """A kind that is treated in a way of its own is named by its constant."""
    names = {kind.name for kind in KINDS}
    for module, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Compare):
                sides = [node.left, *node.comparators]
                if any(isinstance(side, ast.Attribute) and side.attr == "kind" for side in sides):
                    assert not strings(node) & names, f"{module}:{node.lineno}"
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("Source"):
                assert not strings(node) & names, f"{module}:{node.lineno}"

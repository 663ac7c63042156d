"""Imports run downward only, and the command line starts light."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import astrosearch

PACKAGE = Path(astrosearch.__file__).parent

# Room -> height. A module may import from rooms below its own, and from its own room.
HEIGHTS = {
    "__main__": 10,
    "cli": 9,
    "training_commands": 7,
    "search_commands": 8,
    "render": 7,
    "progress": 7,
    "describing": 7,
    "plotting": 7,
    "opening": 7,
    "indexing": 6,
    "search": 6,
    "session": 5,
    "opened": 4,
    "verifying": 6,
    "repairing": 7,
    "training": 6,
    "evaluation": 5,
    "updating": 5,
    "optimizing": 5,
    "ahead": 3,
    "likeness": 3,
    "compaction": 4,
    "writing": 3,
    "layout": 2,
    "choosing": 2,
    "arranging": 2,
    "reading": 2,
    "changes": 2,
    "store": 1,
    "database": 0,
    "words": 0,
    "postings": 0,
    "lexical": 1,
    "hybrid": 2,
    "schema": 1,
    "vectors": 1,
    "locking": 1,
    "reranking": 2,
    "encoder": 1,
    "corpus": 1,
    "records": 0,
    "notebook": 0,
    "filtering": 0,
    "queries": 0,
    "ranking": 0,
    "checksums": 0,
    "__init__": 0,
    "errors": -1,
    "_version": -1,
}
HEAVY = {
    *("numpy", "torch", "faiss", "openvino", "onnxruntime", "sqlite_utils", "rich"),
    *("sentence_transformers", "transformers", "pylatexenc", "tokenizers", "safetensors"),
    *("datasets", "accelerate", "ir_measures", "bm25s", "matplotlib"),
}
# Rooms of one height don't import each other, but for these.
BESIDE = {
    "store": {"schema"},
    "records": {"notebook"},
    "notebook": {"records"},
    "filtering": {"records"},
    "words": {"postings"},
    "progress": {"render"},
    "describing": {"render"},
    "training_commands": {"progress"},
}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(tree: ast.AST, *, everywhere: bool) -> set[str]:
    nodes = ast.walk(tree) if everywhere else iter(ast.iter_child_nodes(tree))
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
    return names


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_run_downward_only(path: Path):
    own = room(path)
    if own == "__init__":
        return
    allowed = BESIDE.get(own, set())
    for name in imported(ast.parse(path.read_text()), everywhere=True):
        parts = name.split(".")
        if parts[0] != "astrosearch" or len(parts) < 2 or parts[1] not in HEIGHTS:
            continue
        other = parts[1]
        assert other == own or other in allowed or HEIGHTS[other] < HEIGHTS[own], (
            f"{path.name} imports {name}"
        )


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_packages_are_imported_inside_functions(path: Path):
    tops = {name.split(".")[0] for name in imported(ast.parse(path.read_text()), everywhere=False)}
    assert not tops & HEAVY


def test_only_vectors_imports_faiss():
    importers = {
        room(path)
        for path in modules()
        if any(name.split(".")[0] == "faiss" for name in _all_names(path))
    }
    assert importers == {"vectors"}


def _all_names(path: Path) -> set[str]:
    return imported(ast.parse(path.read_text()), everywhere=True)


@pytest.mark.parametrize("arguments", [["--help"], [], ["query", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]):
    probe = (
        f"import sys, runpy; sys.argv = ['astrosearch', *{arguments}]\n"
        "try: runpy.run_module('astrosearch', run_name='__main__')\n"
        "except SystemExit: print('\\n', *sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert not HEAVY & set(out.stdout.split())


def test_public_names_are_these():
    assert astrosearch.__all__ == [
        "AstrosearchError",
        "Hit",
        "Index",
        "Paper",
        "Results",
        "Sentence",
        "Summary",
        "__version__",
        "build",
        "open",
    ]
    assert all(hasattr(astrosearch, name) for name in astrosearch.__all__)

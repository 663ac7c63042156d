"""The rule between rooms: imports run downward only, and each kind of work has one room.

A room is a folder or a module at the root of the package. Looked at are all imports: at the top of
a module, inside functions, and for types alone.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import astrosearch

PACKAGE = Path(astrosearch.__file__).parent

# Room -> level. A module imports from lower levels and from its own room; rooms of one level
# don't know each other.
LEVELS = {
    **dict.fromkeys(("errors", "_version", "names"), 0),
    **dict.fromkeys(("text", "files", "lock", "links", "spelling"), 1),
    "records": 2,
    "output": 3,
    "results": 4,
    **dict.fromkeys(("corpus", "encoder", "store", "harvest"), 5),
    **dict.fromkeys(("maintenance", "engines"), 6),
    **dict.fromkeys(("search", "training"), 7),
    **dict.fromkeys(("indexing", "evaluation", "alerts"), 8),
    "server": 9,
    "cli": 10,
    "__main__": 11,
    "__init__": 11,  # the front door: names that are imported on first use
}
# Rooms whose __init__ is more than its docstring: what is imported from them is meant to be.
FACES = {"cli", "encoder", "spelling", "store.vectors", "search.language", "corpus.latex"}
# In search, who may open the store; others may name the types of its rows.
DOORS = {"search.snapshot", "search.candidates"}
TORCH = {
    *(
        "encoder.conversion",
        "encoder.cross_encoder",
        "encoder.devices",
        "encoder.processor",
        "encoder.torch_runtime",
    ),
    *(
        f"training.fit.{m}"
        for m in ("base", "checkpoints", "lessons", "losses", "rotation", "shallow", "trainer")
    ),
}
HEAVY = {
    *("numpy", "torch", "faiss", "openvino", "onnxruntime", "sqlite_utils", "rich"),
    *("sentence_transformers", "transformers", "pylatexenc", "tokenizers", "safetensors"),
    *("datasets", "accelerate", "ir_measures", "bm25s", "matplotlib"),
}
SQL = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|BEGIN|COMMIT)\b [\w*(]")


def modules() -> list[str]:
    return sorted(paths())


@cache
def paths() -> dict[str, Path]:
    """Module, without the package's name -> its file."""
    found = {}
    for path in PACKAGE.rglob("*.py"):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
        found[".".join(parts)] = path
    return found


def room(module: str) -> str:
    return module.split(".")[0]


@cache
def parsed(module: str) -> ast.Module:
    return ast.parse(paths()[module].read_text())


def imports(module: str, tree: ast.AST | None = None) -> Iterator[tuple[str, str]]:
    """Yield (module of ours, name) for all that a module imports from the package."""
    for node in ast.walk(tree or parsed(module)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: imports are absolute"
            if node.module is None or node.module.split(".")[0] != "astrosearch":
                continue
            base = node.module.removeprefix("astrosearch").removeprefix(".")
            for alias in node.names:
                full = f"{base}.{alias.name}".lstrip(".")
                target = full if full in paths() else base
                yield target or "__init__", alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "astrosearch":
                    yield alias.name.removeprefix("astrosearch").lstrip(".") or "__init__", ""


def packages(tree: ast.AST, *, everywhere: bool) -> set[str]:
    """Name the packages that a tree imports: everywhere, or when its module is imported."""
    nodes = ast.walk(tree) if everywhere else ast.iter_child_nodes(tree)
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
    return names


def test_every_room_has_a_level():
    assert {room(module) for module in modules()} <= LEVELS.keys()


def test_imports_run_downward_only():
    upward = {
        (module, target)
        for module in modules()
        for target, _ in imports(module)
        if room(target) != room(module) and not LEVELS[room(target)] < LEVELS[room(module)]
    }
    assert not upward


def test_no_circles_within_a_room():
    edges = {
        module: {target for target, _ in imports(module) if target != module}
        for module in modules()
    }
    for name in edges:  # a room's face imports its modules: only its own circles would count
        if name in FACES:
            edges[name] = {t for t in edges[name] if not t.startswith(f"{name}.")}
    assert not list(circles(edges))


def circles(edges: dict[str, set[str]]) -> Iterator[set[str]]:
    """Yield the sets of modules that reach each other."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for target in edges.get(todo.pop(), ()):
                if target not in seen:
                    seen.add(target)
                    todo.append(target)
        return seen

    reach = {name: reached(name) for name in edges}
    done: set[str] = set()
    for name in sorted(edges):
        if name in reach[name] and name not in done:
            circle = {other for other in reach[name] if name in reach.get(other, ())}
            done |= circle
            yield circle


def test_a_rooms_init_is_its_docstring():
    more = {
        module
        for module, path in paths().items()
        if path.name == "__init__.py" and module != "__init__" and module not in FACES
        if len(parsed(module).body) != 1 or not isinstance(parsed(module).body[0], ast.Expr)
    }
    assert not more


def test_sql_is_in_the_store_only():
    def holds_sql(module: str) -> bool:
        return any(
            isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value)
            for node in ast.walk(parsed(module))
        )

    elsewhere = {m for m in modules() if room(m) != "store" and holds_sql(m)}
    assert not elsewhere
    assert holds_sql("store.reader")


def test_search_opens_the_store_through_two_doors():
    opened = {
        module
        for module in modules()
        if room(module) == "search" and module not in DOORS
        for target, _ in imports(module)
        if room(target) == "store" and target != "store.rows"
    }
    assert not opened


def test_faiss_is_in_the_rooms_of_vectors_only():
    importers = {m for m in modules() if "faiss" in packages(parsed(m), everywhere=True)}
    assert importers
    assert all(module.startswith("store.vectors") for module in importers)


def test_torch_is_imported_where_it_is_meant():
    heavy = {"torch", "sentence_transformers", "transformers", "accelerate", "datasets"}
    importers = {m for m in modules() if packages(parsed(m), everywhere=True) & heavy}
    assert importers == TORCH


@pytest.mark.parametrize("module", modules())
def test_heavy_packages_are_imported_inside_functions(module: str):
    assert not packages(parsed(module), everywhere=False) & HEAVY


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
        "Hits",
        "Index",
        "Paper",
        "Results",
        "Sentence",
        "Summary",
        "__version__",
        "build",
        "errors",
    ]
    assert all(hasattr(astrosearch, name) for name in [*astrosearch.__all__, "open"])


def test_a_star_import_leaves_pythons_open_as_it_is():
    names: dict[str, object] = {}
    exec("from astrosearch import *", names)
    assert "open" not in names
    assert {"build", "Index", "errors"} <= names.keys()


def test_modules_functions_and_commands_are_short():
    assert not {m for m in modules() if _lines(paths()[m]) > 400}
    for module in modules():
        for node in ast.walk(parsed(module)):
            if isinstance(node, ast.FunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1 - _docstring_lines(node)
                commands = [d for d in node.decorator_list if "command" in ast.unparse(d)]
                limit = 25 if room(module) == "cli" and commands else 60
                assert lines <= limit, f"{module}.{node.name} has {lines} lines"


def _docstring_lines(node: ast.FunctionDef) -> int:
    """Count the lines of a function's docstring, which may say all there is to say."""
    if ast.get_docstring(node) is None:
        return 0
    return (node.body[0].end_lineno or 0) - node.body[0].lineno + 1


def _lines(path: Path) -> int:
    return path.read_text(encoding="utf-8").count("\n")

"""Write the table of rooms in architecture.md: every module, with the first line of its docstring.

Run: python docs/rooms.py [--check]
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "astrosearch"
PAGE = Path(__file__).parent / "architecture.md"
BEGIN = "<!-- written by docs/rooms.py: from here -->"
END = "<!-- written by docs/rooms.py: to here -->"


def main() -> None:
    """Write the table into the page, or with --check exit 1 where it is out of date."""
    old = PAGE.read_text(encoding="utf-8")
    before, rest = old.split(BEGIN)
    _, after = rest.split(END)
    new = f"{before}{BEGIN}\n\n{table()}\n{END}{after}"
    if sys.argv[1:] == ["--check"]:
        if new != old:
            raise SystemExit(f"{PAGE} is out of date.\nRun: python docs/rooms.py")
        return
    PAGE.write_text(new, encoding="utf-8", newline="\n")


def table() -> str:
    """Return a section for each room that exists and each sub-room, a row for each module."""
    blocks = ["### The package itself\n\n" + rows(PACKAGE)]
    for room in rooms():
        name = room.relative_to(PACKAGE).as_posix()
        purpose = summary(room / "__init__.py")
        heading = "###" + "#" * name.count("/")
        blocks.append(f"{heading} `{name}/`\n\n{purpose}\n\n{rows(room)}".rstrip() + "\n")
    return "\n".join(blocks)


def rooms() -> Iterator[Path]:
    """Yield the folders of modules, each room before its sub-rooms."""
    folders = (path.parent for path in PACKAGE.rglob("__init__.py"))
    return (folder for folder in sorted(folders) if folder != PACKAGE)


def rows(folder: Path) -> str:
    """Return the table of a folder's own modules."""
    modules = [path for path in sorted(folder.glob("*.py")) if path.name != "__init__.py"]
    if folder == PACKAGE:
        modules.insert(0, folder / "__init__.py")
    if not modules:
        return ""
    lines = [f"| `{path.name}` | {summary(path)} |" for path in modules]
    return "\n".join(["| module | purpose |", "|---|---|", *lines, ""])


def summary(path: Path) -> str:
    """Return the first line of a module's docstring, as a cell of a table holds it."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return text.partition("\n")[0].replace("|", "\\|").replace("<TAB>", "TAB")


if __name__ == "__main__":
    main()

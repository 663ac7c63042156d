"""How the pages of this folder become the site: `make docs`. Nothing is fetched, then or later."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # the checkout is documented, whatever is installed

from astrosearch import __version__  # noqa: E402

project = "astrosearch"
author = "The astrosearch developers"
copyright = author
release = version = __version__
smartquotes = False  # --strict is two hyphens

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["pictures/*.html"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False
napoleon_use_rtype = False
maximum_signature_line_length = 80  # longer ones have a line for each parameter

html_theme = "furo"
html_title = "astrosearch"
html_show_sourcelink = False

# Page of the site -> file of the repository whose text it has.
TEXTS = {
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
    "format": "index/README.md",
    "security": "SECURITY.md",
}
LINK = re.compile(r"(\[[^\]]*\])\((?!https?:|#|mailto:)([^)#\s]+)(#[^)\s]*)?\)")


def repository() -> str | None:
    """Return the address under which the repository's files are read, if there is one yet."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        urls = tomllib.load(file)["project"].get("urls", {})
    address = next((urls[name] for name in urls if name.lower() in {"repository", "source"}), None)
    return None if address is None else f"{address.rstrip('/')}/blob/main"


def on_the_site(text: str, folder: str, page: str, address: str | None) -> str:
    """Return a page's text with links that lead where the site has them.

    `folder` is that of the text's own file in the repository, from which its links count. A link to
    a file that the site lacks leads to the repository; it is mere text while that has no address.
    """
    pages = {file: name for name, file in TEXTS.items()}

    def replaced(match: re.Match[str]) -> str:
        label, target, anchor = match[1], match[2], match[3] or ""
        file = os.path.normpath(PurePosixPath(folder, target)).replace(os.sep, "/")
        inside = pages.get(file)
        if file == "README.md":
            inside = "index"
        elif file.startswith("docs/"):
            inside = file.removeprefix("docs/")
        if inside is not None:
            suffix = "" if PurePosixPath(inside).suffix else ".md"
            way = os.path.relpath(inside + suffix, PurePosixPath(page).parent)
            return f"{label}({way.replace(os.sep, '/')}{anchor})"
        if address is None:
            return label[1:-1]
        return f"{label}({address}/{file}{anchor})"

    return LINK.sub(replaced, text)


def read_page(app: Any, page: str, source: list[str]) -> None:
    """Give a page its text, before it is parsed."""
    text, file = source[0], f"docs/{page}.md"
    if page in TEXTS:
        file = TEXTS[page]
        text = (ROOT / file).read_text(encoding="utf-8")
    source[0] = on_the_site(text, str(PurePosixPath(file).parent), page, repository())


def draw_tree(
    app: Any, what: str, name: str, subject: object, options: object, lines: list[str]
) -> None:
    """Keep the tree of errors, in their module's docstring, as it is drawn."""
    if name == "astrosearch.errors":
        text = lines[2:]
        lines[2:] = ["::", "", *(f"    {line}" for line in text)]


def setup(app: Any) -> None:
    """Tell Sphinx of this module's own steps."""
    app.connect("source-read", read_page)
    app.connect("autodoc-process-docstring", draw_tree)

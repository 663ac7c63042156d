"""The pictures of the documentation are of this program, and fetch nothing."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from docs import gallery

SVG = "{http://www.w3.org/2000/svg}"


def words(svg: str) -> str:
    """Return the words of a picture as they are read: its texts, line by line."""
    texts = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return " ".join(" ".join(text.text or "" for text in texts).split())


@pytest.mark.parametrize("width", gallery.WIDTHS)
@pytest.mark.parametrize("name", gallery.COMMANDS)
def test_every_command_gives_a_picture(example_index: Path, name: str, width: int):
    command = gallery.COMMANDS[name]
    assert len(command) <= 78  # else it would be broken at 80 columns
    svg = gallery.terminal(command, example_index, width, f"{name}-{width}")
    assert command.split()[1] in words(svg)
    assert len(words(svg)) > 200
    assert len(svg) < 60_000
    root = ElementTree.fromstring(svg)
    right = float(root.attrib["viewBox"].split()[2])
    ends = [
        float(text.attrib["x"]) + float(text.attrib["textLength"])
        for text in root.iter(f"{SVG}text")
        if "textLength" in text.attrib
    ]
    assert max(ends) <= right


def test_the_pictures_in_the_documentation_are_these_and_fetch_nothing():
    there = {path.name for path in gallery.PICTURES.iterdir()}
    drawn = {f"{name}-{width}.svg" for name in gallery.COMMANDS for width in gallery.WIDTHS}
    assert there == drawn | {"notebook.html", "notebook.png", "timeline.svg"}
    for path in gallery.PICTURES.iterdir():
        assert path.stat().st_size < 60_000
        if path.suffix == ".png":
            continue
        text = path.read_text(encoding="utf-8")
        assert "@font-face" not in text
        fetched = re.findall(r"(?:src|xlink:href)\s*=\s*['\"](?!#)|url\((?!['\"]?#)", text)
        assert not fetched


def test_the_notebook_page_shows_both_themes(example_index: Path):
    page = gallery.notebook(example_index)
    assert page.count('class="astrosearch-hit"') == 8
    assert page.count(gallery.ASKED) == 2

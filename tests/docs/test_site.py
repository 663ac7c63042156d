"""The site: its pages are up to date, and it builds without a warning and without a network."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import pytest

import astrosearch
from astrosearch import errors
from docs import commands
from tests.support.places import ROOT

API = ROOT / "docs" / "api"
PUBLIC = {*astrosearch.__all__, "open"}


def test_the_reference_of_commands_is_what_help_says():
    assert commands.PAGE.read_text(encoding="utf-8") == commands.page(), "run: make docs"


def test_every_public_name_has_a_page():
    pages = {path.name: path.read_text() for path in API.glob("*.md")}
    documented = set(re.findall(r"auto\w+:: astrosearch\.(\w+)", "\n".join(pages.values())))
    assert documented == PUBLIC - {"__version__", "AstrosearchError"}
    listed = re.findall(r"^\| (?:\[)?`(\w+)`", pages["index.md"], re.MULTILINE)
    assert sorted(listed) == sorted(PUBLIC)


@pytest.mark.parametrize("name", ["Hit", "Paper", "Sentence", "Summary"])
def test_every_field_of_a_record_is_explained(name: str):
    page = (API / f"{name.lower()}.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| `(\w+)` \| .+ \| .+ \|$", page, re.MULTILINE)
    assert explained == [field.name for field in fields(getattr(astrosearch, name))]


def test_every_error_is_in_the_tree():
    tree = errors.__doc__ or ""
    named = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.AstrosearchError)
    }
    assert named == set(re.findall(r"(?:── |^)(\w+)", tree.split("\n\n")[1], re.MULTILINE))


def test_the_citation_is_of_this_version():
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    fields = dict(re.findall(r"^([\w-]+): *(.*)$", text, re.MULTILINE))
    assert fields["version"].strip('"') == astrosearch.__version__
    with (ROOT / "pyproject.toml").open("rb") as file:
        assert fields["license"] == tomllib.load(file)["project"]["license"]
    assert fields["cff-version"] == "1.2.0"
    assert {"message", "title", "authors", "type"} <= set(fields)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built with warnings as errors."""
    for package in ("sphinx", "myst_parser", "furo"):
        pytest.importorskip(package, reason="the extra docs is not installed")
    folder = tmp_path_factory.mktemp("site")
    out = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "docs", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert out.returncode == 0, out.stderr
    return folder


def test_the_site_shows_every_public_name(site: Path):
    for name in PUBLIC - {"__version__", "errors"}:
        anchor = f"errors.{name}" if name == "AstrosearchError" else name
        pages = [path for path in (site / "api").glob("*.html") if anchor in path.read_text()]
        assert any(f'id="astrosearch.{anchor}"' in page.read_text() for page in pages), name


def test_the_site_fetches_nothing(site: Path):
    fetched = re.compile(r"<(?:script|img|iframe)[^>]*\ssrc=\"(?:https?:)?//|@import\s+url\(")
    style = re.compile(r"<link[^>]*rel=\"(?:stylesheet|preload|icon)\"[^>]*href=\"(?:https?:)?//")
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not fetched.search(text), page.name
        assert not style.search(text), page.name
    for sheet in site.rglob("*.css"):
        assert not re.search(r"url\(['\"]?(?:https?:)?//", sheet.read_text(encoding="utf-8"))

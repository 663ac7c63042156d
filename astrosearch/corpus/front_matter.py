"""The front matter of Markdown: what is said of a paper above its text.

YAML between `---` (JOSS, Quarto, Jekyll, MyST, pandoc), TOML between `+++` (Hugo, Zola), pandoc's
title block of `%` and MultiMarkdown's lines of `Title: ...` are read.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

from astrosearch.corpus import yaml_lines
from astrosearch.corpus.record_names import names_of
from astrosearch.corpus.yaml_lines import Text
from astrosearch.names import Name

_MAX_LINES = 5_000
_FIELD = re.compile(r"[\w.-]+\s*:(?:\s|$)|[\"'][^\"']+[\"']\s*:|\s+\S|-\s|[#\]}]|\s*$")
_PLAIN_FIELD = re.compile(r"([A-Za-z][\w -]{0,30}):\s+(\S.*)")
_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
_NOTE = re.compile(
    r"\^\[[^\]]*\]|\[\^[^\]]*\]|\^[^\s^]{1,20}\^|<sup>[^<]*</sup>|(?<=\w)\*+|\$\^[^$]*\$"
)
_TITLES, _AUTHORS = ("title",), ("author", "authors", "creator", "by")
_DATES = ("date", "year", "published", "publish_date", "date_published", "issued", "pubdate")
_NO_NAMES = {"affiliation", "affiliations", "email", "orcid", "institute", "corresponding", "url"}


@dataclass(slots=True)
class FrontMatter:
    """What is said of a paper above its text, and how many lines say it."""

    lines: int
    title: list[tuple[int, str]] = field(default_factory=list)
    abstract: list[list[tuple[int, str]]] = field(default_factory=list)  # paragraphs
    authors: tuple[str, ...] = ()
    names: tuple[Name, ...] = ()
    year: int | None = None
    doi: str | None = None


def front_matter(lines: list[str]) -> FrontMatter | None:
    """Read the front matter of a text's lines; None if there is none."""
    first = lines[0].strip().lstrip("\ufeff")
    if first == "---":
        return _of_yaml(lines)
    if first == "+++":
        return _of_toml(lines)
    if first.startswith("% "):
        return _of_pandoc(lines)
    return _of_multimarkdown(lines)


def _of_yaml(lines: list[str]) -> FrontMatter | None:
    body = _enclosed(lines, ("---", "..."))
    if body is None or not all(map(_FIELD.match, body)):
        return None
    return _read(yaml_lines.parse(list(enumerate(body, 2))), len(body) + 2)


def _of_toml(lines: list[str]) -> FrontMatter | None:
    body = _enclosed(lines, ("+++",))
    if body is None:
        return None
    try:
        known = tomllib.loads("\n".join(body))
    except (tomllib.TOMLDecodeError, RecursionError):
        known = {}
    return _read({key: _noted(value, key, body) for key, value in known.items()}, len(body) + 2)


def _enclosed(lines: list[str], ends: tuple[str, ...]) -> list[str] | None:
    """Return the lines between the first and the one that ends the front matter."""
    body = list(takewhile(lambda line: line.rstrip() not in ends, lines[1:_MAX_LINES]))
    return body if len(body) + 1 < min(len(lines), _MAX_LINES) else None


def _noted(value: Any, key: str, body: list[str]) -> Any:
    """Give the texts of TOML the lines on which they stand."""
    if isinstance(value, dict):
        return {name: _noted(inner, name, body) for name, inner in value.items()}
    if isinstance(value, list):
        return [_noted(inner, key, body) for inner in value]
    begin = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*=")
    number = next((at for at, line in enumerate(body, 2) if begin.match(line)), 2)
    parts = str(value).strip("\n").split("\n")
    return Text([(min(number + at, len(body) + 1), part) for at, part in enumerate(parts)])


def _of_pandoc(lines: list[str]) -> FrontMatter | None:
    """Read `% title`, `% authors` and `% date`, whose further lines are indented."""
    parts: list[Text] = []
    for number, line in enumerate(lines[:50], 1):
        if line.startswith("%"):
            parts.append(Text([(number, line[1:].strip())]))
        elif line.startswith(" ") and line.strip() and parts:
            parts[-1].lines.append((number, line.strip()))
        else:
            break
    if len(parts) > 3:
        return None  # comments
    title, authors, date = [*parts, Text(), Text()][:3]
    people = [Text([(n, name)]) for n, line in authors.lines for name in line.split(";")]
    taken = sum(len(part.lines) for part in parts)
    return _read({"title": title, "author": people, "date": date}, taken)


def _of_multimarkdown(lines: list[str]) -> FrontMatter | None:
    known: dict[str, Any] = {}
    taken = 0
    last: Text | None = None
    for number, line in enumerate(lines[:100], 1):
        found = _PLAIN_FIELD.fullmatch(line.rstrip())
        if found is not None:
            last = known[found[1].strip().lower()] = Text([(number, found[2])])
        elif last is not None and line.startswith((" ", "\t")) and line.strip():
            last.lines.append((number, line.strip()))
        else:
            break
        taken = number
    if "title" not in known or known.keys().isdisjoint({*_AUTHORS, *_DATES}):
        return None
    return _read(known, taken)


def _read(known: dict[str, Any], lines: int) -> FrontMatter:
    fields = {key.lower(): value for key, value in known.items()}
    front = FrontMatter(lines)
    title = _first(fields, _TITLES)
    if isinstance(title, dict):
        title = next((each for each in title.values() if isinstance(each, Text)), None)
    if isinstance(title, Text) and str(title):
        front.title = [(n, part.strip()) for n, part in title.lines if part.strip()]
        subtitle = fields.get("subtitle")
        if isinstance(subtitle, Text) and str(subtitle):
            number, last = front.title[-1]
            front.title[-1] = number, last if last[-1:] in ":?!" else f"{last}:"
            front.title += [(n, part.strip()) for n, part in subtitle.lines if part.strip()]
    parts = fields.get("parts")
    abstract = fields.get("abstract") or (
        parts.get("abstract") if isinstance(parts, dict) else None
    )
    front.abstract = _paragraphs(abstract)
    people = names_of(_plain(_first(fields, _AUTHORS)))
    front.authors, front.names = people or ((), ())
    if year := _YEAR.search(str(_first(fields, _DATES) or "")):
        front.year = int(year[0])
    citation = fields.get("citation")
    doi = fields.get("doi") or (citation.get("doi") if isinstance(citation, dict) else None)
    front.doi = str(doi).removeprefix("https://doi.org/") if isinstance(doi, Text) else None
    return front


def _first(fields: dict[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if fields.get(name)), None)


def _paragraphs(node: Any) -> list[list[tuple[int, str]]]:
    if isinstance(node, list):
        return [paragraph for each in node for paragraph in _paragraphs(each)]
    paragraphs: list[list[tuple[int, str]]] = [[]]
    for number, line in node.lines if isinstance(node, Text) else ():
        if line.strip():
            paragraphs[-1].append((number, line.strip()))
        elif paragraphs[-1]:
            paragraphs.append([])
    return [each for each in paragraphs if each]


def _plain(node: Any) -> Any:
    """Return authors as strings, lists and dictionaries, without marks of notes."""
    if isinstance(node, Text):
        return _NOTE.sub("", str(node)).strip()
    if isinstance(node, list):
        return [plain for each in node if (plain := _plain(each))]
    if isinstance(node, dict):
        if len(node) == 1:
            ((key, inner),) = node.items()
            if isinstance(inner, dict) and key not in ("name", *_NO_NAMES):
                return _NOTE.sub("", key).strip()  # pandoc's `- Jane Roe:` with what follows
        return {key: _plain(inner) for key, inner in node.items() if key not in _NO_NAMES}
    return None

"""Names of cited authors: how lists of them are split, and which part is printed in a label."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from astrosearch.corpus.latex.tokens import closing_brace

_AND = re.compile(r"(?<!\s)\s+and\s+", re.IGNORECASE)
_WORDS = re.compile(r"(?:\\.|\{(?:[^{}]|\{[^{}]*\})*\}|[^\s{}~])+")
_SUFFIXES = frozenset({"jr", "jr.", "sr", "sr.", "ii", "iii", "iv"})


@dataclass(frozen=True, slots=True)
class Label:
    """How a paper is cited: `Planck Collaboration`, `2018`. The year may be empty."""

    authors: str
    year: str


def joined(names: list[str], count: int) -> str:
    """Write the authors of a paper that has `count` of them."""
    if count > 2:
        return names[0] + " et al."
    return " and ".join(names[:2])


def split_names(authors: str) -> list[str]:
    """Split at ` and ` outside of braces."""
    if "{" not in authors:
        return _AND.split(authors)
    names, depth, last = [], 0, 0
    for match in re.finditer(r"\\.|[{}]|(?<!\s)\s+and\s+", authors, re.IGNORECASE):
        lexeme = match[0]
        if lexeme in "{}":
            depth += 1 if lexeme == "{" else -1
        elif depth == 0 and lexeme[0] != "\\":
            names.append(authors[last : match.start()])
            last = match.end()
    return [*names, authors[last:]]


def family_name(name: str, plain: Callable[[str], str]) -> str:
    """The family name in a name as BibTeX writes it; `plain` makes TeX readable."""
    name = name.strip()
    if name.startswith("{") and closing_brace(name, 0, len(name)) == len(name) - 1:
        return plain(name)
    comma = _outer_comma(name)
    if comma >= 0:
        return plain(name[:comma])
    words = _WORDS.findall(name)
    while len(words) > 1 and words[-1].lower() in _SUFFIXES:
        words.pop()
    if not words:
        return ""
    start = len(words) - 1
    while start > 0 and words[start - 1][:1].islower():
        start -= 1
    return plain(" ".join(words[start:]))


def _outer_comma(text: str) -> int:
    depth = 0
    for match in re.finditer(r"\\.|[{},]", text):
        lexeme = match[0]
        depth += (lexeme == "{") - (lexeme == "}")
        if lexeme == "," and depth == 0:
            return match.start()
    return -1

"""Names out of the author line of an arXiv record."""

from __future__ import annotations

import re

_BRACKET = re.compile(r"[()]")
_OPEN = re.compile(r"\([^()]*$")
_TEAM = re.compile(
    r"(?i)\s*[,;]?\s*\(?\b(?:on behalf of|for|representing) "
    r"(?=the\b|.{0,200}(?:collab|team|consort))"
)
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*(?:and\b|&)?|\band\b|&|:(?=\s))\s*", re.IGNORECASE)
_SUFFIX = re.compile(r"(?i)(?:jr|sr|ii|iii|iv)\.?")
_OTHERS = re.compile(r"(?i)\s*,?\s*\bet\.? al(?:ii|\.|\b).*$")


def split_authors(line: str) -> tuple[str, ...]:
    """Split an author line, affiliations in brackets left out.

    >>> split_authors("A. Smith (1), B. Jones Jr. and C. Doe ((1) Univ. X, Y; (2) Z)")
    ('A. Smith', 'B. Jones Jr.', 'C. Doe')
    >>> split_authors("The Planck Collaboration: P. Ade, et al.")
    ('The Planck Collaboration', 'P. Ade')
    """
    line = _OPEN.sub(" ", _without_brackets(line)).replace(")", " ")
    line = _OTHERS.sub("", _TEAM.sub(", ", line))
    names: list[str] = []
    for part in _SEPARATOR.split(line):
        name = " ".join(part.split())
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        elif any(sign.isalpha() for sign in name):
            names.append(name)
    return tuple(names)


def _without_brackets(line: str) -> str:
    """Write a space for all that stands in brackets, in one pass however deep they lie."""
    opened: list[int] = []
    spans: list[tuple[int, int]] = []
    for bracket in _BRACKET.finditer(line):
        if bracket[0] == "(":
            opened.append(bracket.start())
        elif opened:
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, bracket.end()))
    pieces, at = [], 0
    for start, end in spans:
        pieces += [line[at:start], " "]
        at = end
    return "".join([*pieces, line[at:]])

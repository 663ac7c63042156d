"""Names out of the author line of an arXiv record."""

from __future__ import annotations

import re

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
    line = _OTHERS.sub("", _TEAM.sub(", ", _without_brackets(line)))
    names: list[str] = []
    for part in _SEPARATOR.split(line):
        name = " ".join(part.split())
        if names and _SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        elif any(sign.isalpha() for sign in name):
            names.append(name)
    return tuple(names)


def _without_brackets(line: str) -> str:
    """The line without what stands in brackets, or behind one that nothing closes."""
    opened: list[int] = []
    spans: list[tuple[int, int]] = []
    for found in re.finditer(r"[()]", line):
        at = found.start()
        if found[0] == "(":
            opened.append(at)
        elif opened:
            start = opened.pop()
            while spans and spans[-1][0] > start:
                spans.pop()
            spans.append((start, at + 1))
    end = opened[-1] if opened else len(line)
    kept, last = [], 0
    for start, after in spans:
        if start > end:
            break
        kept.append(line[last:start])
        last = after
    return " ".join([*kept, line[last:end]]).replace(")", " ")

"""Names out of the author line of an arXiv record."""

from __future__ import annotations

import re

from astrosearch.names import split_name

_TEAM = re.compile(
    r"(?i)\s*[,;]?\s*\(?\b(?:on behalf of|for|representing) "
    r"(?=the\b|.{0,200}(?:collab|team|consort))"
)
_SEPARATOR = re.compile(r"\s*(?:[,;]\s*(?:and\b|&)?|\band\b|&|:(?=\s))\s*", re.IGNORECASE)
SUFFIX = re.compile(r"(?i)(?:jr|sr|ii|iii|iv)\.?")
_INITIALS = re.compile(r"(?:[^\W\d_][.\s-]{0,3}){1,4}")
_OTHERS = re.compile(r"(?i)\s*,?\s*\bet\.? al(?:ii|\.|\b).*$")


def split_authors(line: str) -> tuple[str, ...]:
    """Split an author line, affiliations in brackets left out.

    >>> split_authors("A. Smith (1), B. Jones Jr. and C. Doe ((1) Univ. X, Y; (2) Z)")
    ('A. Smith', 'B. Jones Jr.', 'C. Doe')
    >>> split_authors("The Planck Collaboration: P. Ade, et al.")
    ('The Planck Collaboration', 'P. Ade')
    >>> split_authors("van Leeuwen, F.; Bell, B."), split_authors("Ames, A., Bell, B. C.")
    (('F. van Leeuwen', 'B. Bell'), ('A. Ames', 'B. C. Bell'))
    """
    line = _OTHERS.sub("", _TEAM.sub(", ", _without_brackets(line)))
    whole = [part.strip() for part in line.split(";") if part.strip()]
    if len(whole) > 1 and all(part.count(",") in (1, 2) for part in whole):
        whole = [re.sub(r"(?i)^(?:and|&)\s+", "", part) for part in whole]
        if not any(re.search(r"(?i)\band\b|&", part) for part in whole):
            return tuple(split_name(part).full for part in whole)
    names: list[str] = []
    for part in _SEPARATOR.split(line):
        name = " ".join(part.split())
        if names and SUFFIX.fullmatch(name):
            names[-1] += f" {name}"
        elif any(sign.isalpha() for sign in name):
            names.append(name)
    families, givens = names[::2], names[1::2]
    in_turns = len(families) == len(givens) and all(map(_is_initials, givens))
    if in_turns and not any(map(_is_initials, families)):
        pairs = zip(givens, families, strict=True)
        return tuple(f"{given} {family}" for given, family in pairs)
    return tuple(names)


def _is_initials(name: str) -> bool:
    return name.upper() == name and _INITIALS.fullmatch(name) is not None


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

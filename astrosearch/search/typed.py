"""Years and categories as people type them."""

from __future__ import annotations

import re

from astrosearch.errors import AstrosearchError

_YEAR = r"(?P<{}>\d{{4}})"
_FIRST, _LAST = _YEAR.format("first"), _YEAR.format("last")
# From the most that is said to the least; blanks and case don't matter.
_YEARS = (
    re.compile(
        rf"(?:from|between)? ?{_FIRST}? ?(?:\.{{2,3}}|-+|:|/|,|to|and|until|till) ?{_LAST}?"
    ),
    re.compile(rf"{_FIRST} {_LAST}"),
    re.compile(_FIRST),
    re.compile(rf"(?:>=|≥|since|from) ?{_FIRST}|(?P<first_>\d{{4}}) ?\+"),
    re.compile(rf"(?:<=|≤|until|till|up to|to) ?{_LAST}"),
)
_AFTER = re.compile(r"(?:>|after) ?(\d{4})")
_BEFORE = re.compile(r"(?:<|before) ?(\d{4})")
_DECADE = re.compile(r"(\d{3})0'?s")
_DASHES = str.maketrans("‐‑‒–—−", "------")

_CATEGORY = re.compile(r"[a-z][a-z-]*(\.(\*|[A-Za-z-]+))?|[a-z-]+\*?")
_ASTRONOMY = ("CO", "EP", "GA", "HE", "IM", "SR")  # subjects of astro-ph


def years_of(text: str) -> tuple[int | None, int | None]:
    """Read a year or a range of years: the first and the last, None where it is open.

    Raises
    ------
    AstrosearchError
        When it is neither, or the range holds no year.

    >>> years_of("2015"), years_of("2015..2020"), years_of("..2020"), years_of("1998-")
    ((2015, 2015), (2015, 2020), (None, 2020), (1998, None))
    >>> years_of("2015 2020"), years_of(">2015"), years_of("2015:")
    ((2015, 2020), (2016, None), (2015, None))
    """
    plain = " ".join(text.translate(_DASHES).lower().split()).strip("[]()")
    first, last = _range(plain) or (None, None)
    if first is None and last is None:
        raise AstrosearchError(
            f"{text!r} is not a year or a range of years.\nGive 2015, 2015..2020, 2015.. or ..2020."
        )
    if first and last and first > last:
        raise AstrosearchError(
            f"no year is in {text}.\nGive the earlier one first: {last}..{first}"
        )
    return first, last


def _range(plain: str) -> tuple[int | None, int | None] | None:
    if after := _AFTER.fullmatch(plain):
        return int(after[1]) + 1, None
    if before := _BEFORE.fullmatch(plain):
        return None, int(before[1]) - 1
    if decade := _DECADE.fullmatch(plain):
        return int(decade[1]) * 10, int(decade[1]) * 10 + 9
    for number, pattern in enumerate(_YEARS):
        found = pattern.fullmatch(plain)
        if found is None:
            continue
        named = found.groupdict()
        first, last = named.get("first") or named.get("first_"), named.get("last")
        if number == 2:
            last = first
        return int(first) if first else None, int(last) if last else None
    return None


def category_of(text: str) -> str:
    """Read a category of arXiv; a subject of astro-ph may be given alone.

    Raises
    ------
    AstrosearchError
        When it is none.

    >>> category_of("astro-ph.CO"), category_of("co"), category_of("astro-ph.ga")
    ('astro-ph.CO', 'astro-ph.CO', 'astro-ph.GA')
    """
    plain = text.strip()
    subject = plain.rpartition(".")[2].upper()
    if subject in _ASTRONOMY and plain.lower() in (subject.lower(), f"astro-ph.{subject.lower()}"):
        return f"astro-ph.{subject}"
    if not _CATEGORY.fullmatch(plain):
        raise AstrosearchError(
            f"{text!r} is not an arXiv category.\n"
            "Give one such as astro-ph.CO, CO for short, or astro-ph.* for all of them."
        )
    return plain

"""Where a paper appeared: journal, volume, pages and year out of arXiv's `journal-ref`."""

from __future__ import annotations

import re
from typing import NamedTuple

MAX_REFERENCE = 300  # characters; some hold a whole list

_YEAR = re.compile(r"\(?\b((?:19|20)\d\d)[a-z]?\b\)?")
_PLACE = re.compile(
    r"""(?P<journal>[A-Z][A-Za-z.&'()\s-]*?[A-Za-z.)]) [\s,:]*
        (?:\b(?:vol(?:ume)?|v)\b\.?\s*)?
        (?P<volume>(?:(?<![A-Za-z.])[A-Z])?[0-9]{1,4}[A-Z]?) \s*
        (?:[,:;]? \s*
           (?:\(\s*[0-9-]{1,7}\s*\)|\b(?:no|issue|number|iss)\b\.?\s*[0-9A-Za-z-]{1,7}))?
        [\s,:;.()]* (?:\b(?:pp?|pages?|id|article(?:\s+id)?)\b\.?\s*)?
        (?P<pages>[A-Z]{0,2}[0-9]{1,9}(?:\s*(?:-{1,2}|–)\s*[A-Z]{0,2}[0-9]{1,9})?)? [\s,:;.()]*""",
    re.VERBOSE | re.IGNORECASE,
)


class Reference(NamedTuple):
    """A journal and the place in it."""

    journal: str
    volume: str | None = None
    pages: str | None = None
    year: int | None = None


def parse_reference(text: str) -> Reference:
    """Read a reference; what isn't understood stays in the journal's name.

    >>> parse_reference("Astrophys.J. 901 (2020) 12-15")
    Reference(journal='Astrophys.J.', volume='901', pages='12-15', year=2020)
    >>> parse_reference("Phys.Rev.D90:023512,2014")
    Reference(journal='Phys.Rev.D', volume='90', pages='023512', year=2014)
    >>> parse_reference("in Proceedings of the 12th Meeting").journal
    'in Proceedings of the 12th Meeting'
    """
    text = " ".join(text.split())[:MAX_REFERENCE]
    years = list(_YEAR.finditer(text))
    bracketed = [year for year in years if year[0].startswith("(")]
    for year in reversed(bracketed or years):
        rest = f"{text[: year.start()]} {text[year.end() :]}".strip(" ,.;")
        place = _PLACE.fullmatch(rest)
        if place is not None:
            journal = place["journal"].strip(" ,")
            pages = re.sub(r"\s*(?:-+|–)\s*", "-", place["pages"]) if place["pages"] else None
            return Reference(journal, place["volume"], pages, int(year[1]))
    return Reference(text, year=int(years[-1][1]) if years else None)

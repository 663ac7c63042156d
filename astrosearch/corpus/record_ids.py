"""Ids of records, as archives, programs and spreadsheets write them.

An arXiv id may be given as an address, as OAI's or a DOI's, without its archive, or as a number
that lost its zeros. What is no arXiv id stays as it is, but ids of digits alone, which would be
those of sentences, are written `record/101`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.records import is_sentence_id

NUMBERED = "record/"  # before an id of digits alone

_HOSTS = (
    r"(?:[a-z0-9-]+\.)?arxiv\.org|ar5iv\.(?:labs\.arxiv\.)?org|xxx\.[a-z.]+|(?:www\.)?alphaxiv\.org"
    r"|(?:www\.)?scirate\.com|huggingface\.co"
)
_ADDRESS = re.compile(
    rf"(?i)(?:https?:)?(?://)?(?:{_HOSTS})/(?:abs|pdf|html|format|e-print|src|ps|papers|arxiv)/+"
    r"([^?#\s]+?)(?:\.pdf|\.ps|\.gz)*/?(?:[?#]\S*)?"
)
_SCHEMES = re.compile(
    r"(?i)(?:oai:arxiv\.org:|(?:abs|pdf)/|info:arxiv/|(?:urn:)?arxiv\s*:\s*"
    r"|(?:https?://(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.)"
)
_CLASS = re.compile(r"\s*[\[(][A-Za-z.-]{2,20}[\])]$")  # `2301.00012 [astro-ph.GA]`
_BIBCODE = re.compile(
    r"(?i)(?:1[89]|20)(\d\d)(?:arxiv([0-9]{4})([0-9]{5}|\.[0-9]{4})|astro\.ph\.{0,4}([0-9]{1,5}))[A-Z.]"
)
_ADS = re.compile(
    r"(?i)https?://(?:[a-z]+\.)?adsabs\.harvard\.edu/(?:#?abs|doi)/([^/?#\s]+)(?:[/?#]\S*)?"
)
_DECIMAL = re.compile(r"([0-9]{3,4})\.([0-9]{1,5})(v[0-9]{1,2})?")
_SHORT = re.compile(r"([A-Za-z-]{2,10})/([0-9]{5,6})(v[0-9]{1,2})?")
_WHOLE = re.compile(r"([0-9]+)\.0*")
_POWER = re.compile(r"([0-9])(?:\.([0-9]{0,17}))?[eE]\+?([0-9]{1,2})")
_OLD = re.compile(r"[0-9]{7}")


def read_id(
    given: str, categories: Sequence[str] = (), *, year: int | None = None
) -> tuple[str, int | None, bool]:
    """Read a record's id: return it, its version, and whether it is arXiv's.

    `categories` and the `year` of the record tell the archive of an old number without one.

    >>> read_id("http://arxiv.org/abs/2301.00012v1"), read_id("704.0013")
    (('2301.00012', 1, True), ('0704.0013', None, True))
    >>> read_id("0301015", ["astro-ph"]), read_id("101", ["astro-ph"])
    (('astro-ph/0301015', None, True), ('record/101', None, False))
    """
    if (plain := parse_arxiv_id(given)) is not None:
        return *plain, True
    bare = arxiv_part(given)
    number = _digits(bare)
    coded = arxiv_id_of_bibcode(bare)
    for candidate in (bare, coded, _filled(bare), _with_archive(number, categories, year)):
        found = parse_arxiv_id(candidate) if candidate else None
        if found is not None:
            return *found, True
    return (f"{NUMBERED}{number}" if is_sentence_id(number) else given), None, False


def arxiv_part(given: str) -> str:
    """Return what an address, a DOI or a name with a scheme says of a paper, its id if arXiv's."""
    text = given.strip()
    address = _ADDRESS.fullmatch(text) or _ADS.fullmatch(text)
    text = address[1].replace("%26", "&") if address else text
    scheme = _SCHEMES.match(text)
    text = text[scheme.end() :] if scheme else text
    return _CLASS.sub("", text).strip()


def arxiv_id_of_bibcode(bibcode: str) -> str | None:
    """Read the arXiv id out of ADS's code of a preprint.

    >>> arxiv_id_of_bibcode("2019arXiv190508468A"), arxiv_id_of_bibcode("1998astro.ph..5201B")
    ('1905.08468', 'astro-ph/9805201')
    >>> arxiv_id_of_bibcode("2020MNRAS.491....1A") is None
    True
    """
    found = _BIBCODE.fullmatch(bibcode.strip())
    if found is None:
        return None
    new = f"{found[2]}.{(found[3] or '').lstrip('.')}"
    parsed = parse_arxiv_id(new if found[2] else f"astro-ph/{found[1]}{found[4].zfill(5)}")
    return parsed[0] if parsed else None


def _digits(text: str) -> str:
    """Write a whole number without the point or the power that a spreadsheet gave it."""
    if (whole := _WHOLE.fullmatch(text)) is not None:
        return whole[1]
    if (power := _POWER.fullmatch(text)) is not None:
        digits, places = power[1] + (power[2] or "").rstrip("0"), int(power[3])
        if places < 18 and len(digits) <= places + 1:
            return digits.ljust(places + 1, "0")
    return text


def _filled(text: str) -> str | None:
    """Give a number of the new scheme the zeros that it lost.

    As a number, `0704.0100` is 704.01. Where the first zero is there, it was no number: then its
    second half was counted, and it is `0704.0013` that became `0704.13`.
    """
    if (short := _SHORT.fullmatch(text)) is not None:
        return f"{short[1]}/{short[2].zfill(7)}{short[3] or ''}"
    found = _DECIMAL.fullmatch(text)
    if found is None:
        return None
    month = found[1].zfill(4)
    places = 4 if month < "1501" else 5
    if len(found[2]) > places:
        return None
    counted = found[1].startswith("0")
    rest = found[2].zfill(places) if counted else found[2].ljust(places, "0")
    return f"{month}.{rest}{found[3] or ''}"


def _with_archive(number: str, categories: Sequence[str], year: int | None) -> str | None:
    """Put its archive before an old number, `0301015`; None where it may be any number."""
    archive = categories[0].partition(".")[0] if categories else ""
    if not archive:
        return None
    if _OLD.fullmatch(number) is None:
        # a number that lost its zeros; too short to be believed without its year
        number = number.zfill(7) if number.isdecimal() and year and len(number) in (5, 6) else ""
    if not number:
        return None
    told = int(number[:2])
    told += 1900 if told > 90 else 2000
    return f"{archive}/{number}" if year is None or abs(year - told) < 2 else None

"""Where a paper is found elsewhere: ADS's names and addresses of papers on arXiv."""

from __future__ import annotations

import re

from astrosearch.names import Name, fold, is_group, split_name

ADS = "https://ui.adsabs.harvard.edu/abs/"
_ARXIV_ID = re.compile(
    r"(?P<month>\d{4})\.(?P<number>\d{4,5})|(?P<archive>[a-z-]+)(?:\.[A-Z]{2})?/(?P<old>\d{7})"
)
_BIBCODE = re.compile(r"[12]\d{3}[^\s/\\{}\"]{14}[A-Za-z.]")


def is_arxiv_id(paper_id: str) -> bool:
    """Whether a paper's id is arXiv's, without a version.

    >>> is_arxiv_id("1905.08470"), is_arxiv_id("astro-ph/9805201"), is_arxiv_id("notes/1905")
    (True, True, False)
    """
    return _ARXIV_ID.fullmatch(paper_id) is not None


def arxiv_bibcode(paper_id: str, initial: str = "") -> str | None:
    """Return ADS's bibcode of a paper on arXiv, without its last letter where that isn't given.

    >>> arxiv_bibcode("1905.08470", "A"), arxiv_bibcode("0704.0009", "A")
    ('2019arXiv190508470A', '2007arXiv0704.0009A')
    >>> arxiv_bibcode("astro-ph/9805201"), arxiv_bibcode("gr-qc/9911024"), arxiv_bibcode("notes")
    ('1998astro.ph..5201', '1999gr.qc....11024', None)
    """
    found = _ARXIV_ID.fullmatch(paper_id)
    if found is None:
        return None
    digits = found["month"] or found["old"]
    year = (1900 if digits[0] == "9" and found["old"] else 2000) + int(digits[:2])
    if found["month"]:
        number = found["number"]
        body = f"arXiv{digits}{number}" if len(number) == 5 else f"arXiv{digits}.{number}"
    else:
        archive = found["archive"].replace("-", ".")
        body = archive + found["old"][2:].lstrip("0").rjust(14 - len(archive), ".")
    return f"{year}{body}{initial}"


def bibcode_of(paper_id: str, authors: tuple[str, ...], names: tuple[Name, ...]) -> str | None:
    """Return the bibcode that ADS gave a paper when it came to arXiv; None if it isn't there."""
    if not authors or not is_arxiv_id(paper_id):
        return None
    family = names[0].family if names else split_name(authors[0]).family
    if is_group(family):
        family = re.sub(r"(?i)^the\s+", "", family)
    initial = fold(family)[:1].upper()
    return arxiv_bibcode(paper_id, initial if initial.isascii() and initial.isalpha() else ".")


def ads_address(paper_id: str, bibcode: str | None) -> str | None:
    """Return the address of a paper's page in ADS; None where nothing tells it.

    >>> ads_address("1905.08470", None)
    'https://ui.adsabs.harvard.edu/abs/arXiv:1905.08470'
    """
    if bibcode and _BIBCODE.fullmatch(bibcode):
        return ADS + bibcode.replace("&", "%26")
    return f"{ADS}arXiv:{paper_id}" if is_arxiv_id(paper_id) else None

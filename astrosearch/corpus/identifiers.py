"""arXiv identifiers in file and folder names.

Both schemes: `astro-ph/9805201` until March 2007, `0704.1659` and from 2015 on `1501.00001`.
https://info.arxiv.org/help/arxiv_identifier.html
"""

from __future__ import annotations

import re
from functools import lru_cache

_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas"
    "|cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin"
    "|nucl-ex|nucl-th|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_NAME = re.compile(
    r"(?:arxiv[-_:. ]?)?"
    r"(?:(?P<new>[0-9]{4}\.[0-9]{4,5})"
    rf"|(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}})?[/_:-]?(?P<old>[0-9]{{7}}))"
    r"(?:v(?P<version>[1-9][0-9]{0,2}))?"
    r"(?:\.[a-z][a-z0-9]*)*",
    re.IGNORECASE,
)


# What browsers, file managers and wget make of the name of a second copy.
_COPY = re.compile(
    r"(?:[ _]?-?[ _]?\((?:[0-9]{1,3}|copy|copia|copie|kopie)\)|[ _]-[ _](?:copy|kopie|copie|copia)"
    r"|[ _]copy(?:[ _][0-9]{1,2})?|[ _-]kopie|\[[0-9]{1,2}\]|(?<=v[0-9])[-_][0-9]{1,2})"
    r"(?=$|\.[a-z]|[ _(-])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?<=[0-9a-z]{2})\.[0-9]{1,2}$", re.IGNORECASE)  # by wget
_COPY_OF = re.compile(r"(?:copy|kopie|copie) (?:[0-9]{1,2} )?(?:of|von|de) ", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\[([^\[\]]{9,30})\](?:[ _-].*)?(?=\.[a-z]|$)", re.IGNORECASE)
_DOI_RESOLVER = re.compile(r"(?i)^(?:https?://(?:dx\.)?doi\.org/|doi:\s*)")


def bare_doi(text: str) -> str:
    """Return a DOI without the address of its resolver, or the `doi:` before it.

    >>> bare_doi("https://doi.org/10.1234/x"), bare_doi("doi: 10.1234/x"), bare_doi("10.1234/x")
    ('10.1234/x', '10.1234/x', '10.1234/x')
    """
    return _DOI_RESOLVER.sub("", text)


@lru_cache(maxsize=1024)  # a name is read several times in turn
def parse_arxiv_id(name: str) -> tuple[str, int | None] | None:
    """Read an arXiv id and its version, if given, from a name with or without suffixes.

    >>> parse_arxiv_id("2301.01234v2.tar.gz")
    ('2301.01234', 2)
    >>> parse_arxiv_id("astro-ph9805201.gz")
    ('astro-ph/9805201', None)
    >>> parse_arxiv_id("2013.01234") is None
    True
    """
    found = _NAME.fullmatch(name.strip())
    if found is None:
        return None
    version = int(found["version"]) if found["version"] else None
    digits = found["new"] or found["old"]
    year, month = int(digits[:2]), int(digits[2:4])
    if not 1 <= month <= 12:
        return None
    if found["old"]:
        if not (year >= 91 or (year, month) <= (7, 3)):
            return None
        return f"{found['archive'].lower()}/{digits}", version
    if (year, month) < (7, 4) or len(digits) != (9 if year < 15 else 10):
        return None
    return digits, version


def id_in_path(name: str) -> tuple[str, int | None] | None:
    """Read the arXiv id from a path: its last part, or the archive's folder and the last part."""
    *above, last = name.split("/")
    return _id_of(above, last) or _id_of(above, _without_copy_marks(last))


def _id_of(above: list[str], last: str) -> tuple[str, int | None] | None:
    return parse_arxiv_id(last) or (parse_arxiv_id(f"{above[-1]}/{last}") if above else None)


def _without_copy_marks(name: str) -> str:
    """Return the name that a download had before there were two of it.

    >>> _without_copy_marks("2301.00028v1 (1).tar.gz"), _without_copy_marks("a (b).txt")
    ('2301.00028v1.tar.gz', 'a (b).txt')
    """
    name = _NUMBERED.sub("", _COPY.sub("", _COPY_OF.sub("", name.strip())))
    bracketed = _IN_BRACKETS.fullmatch(without_suffix(name))
    return bracketed[1] if bracketed and parse_arxiv_id(bracketed[1]) else name


def arxiv_year(id: str) -> int:
    """Year of submission that an arXiv id states.

    Raises
    ------
    ValueError
        When it is no arXiv id.
    """
    parsed = parse_arxiv_id(id)
    if parsed is None:
        raise ValueError(f"{id!r} is not an arXiv id")
    number = parsed[0].rpartition("/")[2]
    year = int(number[:2])
    return 1900 + year if year >= 91 and "/" in parsed[0] else 2000 + year


def paper_url(id: str) -> str:
    """Page of an arXiv paper.

    >>> paper_url("1807.06209")
    'https://arxiv.org/abs/1807.06209'
    """
    return f"https://arxiv.org/abs/{id}"


def without_suffix(name: str) -> str:
    """Drop the suffix of a file's name, and the one before a `.gz`.

    >>> without_suffix("2301/ms.tar.gz"), without_suffix("v1.2/ms")
    ('2301/ms', 'v1.2/ms')
    """
    folder, slash, last = name.rpartition("/")
    stem = re.sub(r"(?i)(?<=.)\.gz$", "", last)
    return folder + slash + re.sub(r"(?<=.)\.[A-Za-z]\w*$", "", stem)

"""Names that a paper has everywhere: arXiv ids, DOIs, ADS bibcodes, and addresses of them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from astrosearch.corpus.identifiers import parse_arxiv_id

LONGEST = 1000  # characters: no name of a paper is longer

_FOUR_DIGITS = re.compile(r"[0-9]{4}")  # every such name has them: a quick no for most queries
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?", re.IGNORECASE)
_ARXIV_SITE = re.compile(
    r"(?:[a-z-]+\.)*(?:arxiv|ar5iv|alphaxiv)\.(?:labs\.arxiv\.)?org/"
    r"(?:abs|pdf|html|format|ps|src|e-print|tb|list)/(?P<id>[^?#\s]+)",
    re.IGNORECASE,
)
_ADS_SITE = re.compile(
    r"(?:[a-z-]+\.)*(?:adsabs\.harvard\.edu|scixplorer\.org)/(?:#/?)?"
    r"(?:abs|link_gateway|full|pdf)/(?P<id>[^/?#\s]+(?:/\d{7}(?:v\d+)?)?)",
    re.IGNORECASE,
)
_DOI = re.compile(r"10\.[0-9]{4,9}/[^\s?#]+")
_DOI_FOOT = re.compile(r"/(?:pdf|epdf|meta|full|fulltext|abstract|html)$", re.IGNORECASE)
_DOI_SIGN = re.compile(r"doi\s*[:=]?\s*", re.IGNORECASE)
_FIELD = re.compile(r"(?:identifier|bibcode|doi|id|arxiv|eprint)\s*:\s*(?=\S)", re.IGNORECASE)
_ARXIV_DOI = re.compile(r"10\.48550/arxiv\.(?P<id>.+)", re.IGNORECASE)
_ARXIV_CLASS = re.compile(r"\s*\[[a-z-]+(?:\.[A-Za-z-]+)?\]$")
_BIBCODE = re.compile(r"[12][0-9]{3}[A-Za-z][A-Za-z0-9.&]{12}[0-9.][A-Za-z.]")
# 2025arXiv250199011S, 2010arXiv1001.1234S, 1998astro.ph.12999S, 1998astro.ph..5201P, and keys of
# BibTeX entries that are made of them: Samplar2025arXiv250199011.
_ARXIV_BIBCODE = re.compile(
    r"[A-Za-z]{0,40}[12][0-9]{3}arXiv(?P<month>[0-9]{4})\.?(?P<number>[0-9]{4,5})[A-Z.]?"
)
_OLD_BIBCODE = re.compile(
    r"[12][0-9](?P<year>[0-9]{2})(?P<archive>[a-z]+\.[a-z]+|physics)\.+(?P<number>[0-9]{1,5})[A-Z.]"
)

Kind = Literal["arxiv", "doi", "bibcode"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A name that a paper has everywhere, not in one index alone."""

    kind: Kind
    value: str


def reference_in(text: str) -> Reference | None:
    """Read an arXiv id, a DOI, a bibcode, or an address of one; None where it is anything else.

    >>> reference_in("arXiv:2501.99011v2 [astro-ph.CO]")
    Reference(kind='arxiv', value='2501.99011')
    >>> reference_in("https://arxiv.org/pdf/astro-ph/9812999v1.pdf")
    Reference(kind='arxiv', value='astro-ph/9812999')
    >>> reference_in("https://ui.adsabs.harvard.edu/abs/2025arXiv250199011S/abstract")
    Reference(kind='arxiv', value='2501.99011')
    >>> reference_in("doi:10.1093/mnras/stx123.")
    Reference(kind='doi', value='10.1093/mnras/stx123')
    >>> reference_in("2019ApJ...876...85R"), reference_in("dust in winds")
    (Reference(kind='bibcode', value='2019ApJ...876...85R'), None)
    """
    if len(text) > LONGEST or not _FOUR_DIGITS.search(text):
        return None
    name = bare(_FIELD.sub("", text.strip(), count=1))
    address = _SCHEME.sub("", name, count=1)
    if site := _ARXIV_SITE.match(address) or _ADS_SITE.match(address):
        return _standing_alone(unquote(site["id"])) or _doi_in(unquote(address))
    if "%" in address:
        address = unquote(address)
    return _standing_alone(address) or _doi_in(address)


def bare(text: str) -> str:
    """Take away what stands around a name in a text: brackets, quotes, a stop."""
    name = unicodedata.normalize("NFC", text).strip()
    name = _ARXIV_CLASS.sub("", name).strip("<>\"'“”‘’{}` ").rstrip(".,;: ")
    bracketed = name[:1] + name[-1:] in ("()", "[]")
    return name[1:-1].strip() if bracketed else name


def _standing_alone(name: str) -> Reference | None:
    """Read a name without an address around it."""
    name = _ARXIV_CLASS.sub("", name).strip("[]()/")
    name = re.sub(r"^(?:arxiv\s*:\s*){1,2}", "", name, flags=re.IGNORECASE)
    if arxiv := parse_arxiv_id(name):
        return Reference("arxiv", arxiv[0])
    if preprint := _ARXIV_DOI.fullmatch(_DOI_SIGN.sub("", name, count=1)):
        return _standing_alone(preprint["id"])
    if new := _ARXIV_BIBCODE.fullmatch(name):
        return _standing_alone(f"{new['month']}.{new['number']}")
    if old := _OLD_BIBCODE.fullmatch(name):
        archive = old["archive"].replace(".", "-")
        if arxiv := parse_arxiv_id(f"{archive}/{old['year']}{old['number'].zfill(5)}"):
            return Reference("arxiv", arxiv[0])
    if _BIBCODE.fullmatch(name) and len(name) == 19:
        return Reference("bibcode", name)
    return None


def _doi_in(address: str) -> Reference | None:
    """Read a DOI by itself, or in the address of doi.org or of a journal."""
    found = _DOI.search(address)
    if found is None:
        return None
    before = _DOI_SIGN.sub("", address[: found.start()], count=1).strip()
    if before and "/" not in before:
        return None
    rest = address[found.end() :]
    if rest and rest[0] not in "?#":
        return None  # a sentence with a DOI in it
    doi = _DOI_FOOT.sub("", found[0]).rstrip("/.,;")
    return _standing_alone(doi) or Reference("doi", doi)

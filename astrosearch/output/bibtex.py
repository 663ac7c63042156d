"""Papers as BibTeX entries that compile under BibTeX and biber, whatever stands in the papers."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from urllib.parse import quote

from astrosearch.links import arxiv_bibcode, is_arxiv_id
from astrosearch.names import Name, fold, has_particle, is_group, split_name
from astrosearch.output.journal import parse_reference
from astrosearch.output.tex import name_as_tex, text_as_tex
from astrosearch.output.tex_title import title_as_tex
from astrosearch.records import Hit, Paper
from astrosearch.text import one_line

MAX_STEM = 30  # letters of a key that come from a name
_NO_NAME = re.compile(r"(?i)\b(?:the|collaborations?|collab|teams?|consortium|group)\b")


def to_bibtex(hits: Iterable[Hit]) -> str:
    """Write a BibTeX entry for every paper among the hits, in order, each once.

    A paper's key depends on nothing but the paper, and is the same in every export.
    """
    papers = {hit.paper.id: hit.paper for hit in reversed(list(hits))}
    return "\n".join(_entry(paper) for paper in reversed(papers.values()))


def key_of(paper: Paper) -> str:
    """Return a paper's key: its first author's family name, then ADS's name of it on arXiv.

    A paper that isn't there has its year and a hash of its id instead.

    >>> key_of(Paper("1905.08470", authors=("Ana García Pérez",), year=2019))
    'Perez2019arXiv190508470'
    >>> key_of(Paper("notes/winds", authors=("Bo Strauß",), year=2020))
    'Strauss2020.cac5b4'
    """
    stem = _stem(paper)
    on_arxiv = arxiv_bibcode(paper.id)
    if on_arxiv is not None:
        return stem + on_arxiv
    digest = hashlib.sha256(paper.id.encode(errors="surrogatepass")).hexdigest()[:6]
    return f"{stem or 'paper'}{paper.year or ''}.{digest}"


def _stem(paper: Paper) -> str:
    if not paper.authors:
        return _letters(paper.id.rpartition("/")[2]) if not is_arxiv_id(paper.id) else ""
    author = paper.authors[0]
    if is_group(author):
        return _letters(_NO_NAME.sub(" ", author))
    return _letters((paper.names[0] if paper.names else split_name(author)).family)


def _letters(text: str) -> str:
    """Keep letters of ASCII: accents are cut off, and what is no letter goes."""
    kept = ""
    for sign in text:
        letters = re.sub("[^a-z]", "", fold(sign))
        kept += letters.capitalize() if sign.isupper() else letters
    return kept[:MAX_STEM]


def _entry(paper: Paper) -> str:
    on_arxiv = bool(paper.url and "arxiv.org" in paper.url and is_arxiv_id(paper.id))
    reference = parse_reference(one_line(paper.journal)) if paper.journal else None
    year = (reference.year if reference else None) or paper.year
    fields = {
        "author": " and ".join(_authors(paper)) or None,
        "title": f"{{{title_as_tex(paper.title, paper.title_tex)}}}" if paper.title else None,
        "journal": text_as_tex(reference.journal) if reference else None,
        "year": str(year) if year else None,
        "volume": text_as_tex(reference.volume) if reference and reference.volume else None,
        "pages": reference.pages.replace("-", "--") if reference and reference.pages else None,
        "eprint": paper.id if on_arxiv else None,
        "archivePrefix": "arXiv" if on_arxiv else None,
        "primaryClass": _plain(paper.categories[0]) if on_arxiv and paper.categories else None,
        "doi": _plain(paper.doi) if paper.doi else None,
        "adsurl": paper.ads,
        "url": _url(paper.url) if paper.url else None,
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@{'article' if reference else 'misc'}{{{key_of(paper)},\n{body}\n}}\n"


def _authors(paper: Paper) -> Iterable[str]:
    known = paper.names if len(paper.names) == len(paper.authors) else ()
    for name in known or map(split_name, paper.authors):
        if name.family.strip():
            yield _author(name)


def _author(name: Name) -> str:
    """Write a name as `Family, Jr., Given`, braced where BibTeX would take it apart.

    >>> _author(Name("King", "M. L.", "Jr.")), _author(Name("Di Cintio", "P."))
    ('King, Jr., M. L.', '{Di Cintio}, P.')
    """
    is_one = has_particle(name.family) or is_group(name.full)
    family = name_as_tex(name.family, may_be_cut=True)
    given = name_as_tex(name.given)
    if not given or is_one or re.search(r"(?i)\band\b|,", name.family):
        family = f"{{{family}}}"
    if re.search(r"(?i)\band\b|,", given):
        given = f"{{{given}}}"
    return ", ".join(part for part in (family, name_as_tex(name.suffix), given) if part)


def _url(url: str) -> str:
    """Return an address with what an entry or a style can't hold written as %XX."""
    return quote(url, safe="!#$%&'()*+,-./:;=?@_~")


def _plain(text: str) -> str:
    """Return a DOI or a category, which must stay as it is, with what TeX minds escaped."""
    if not text.isascii():
        return text_as_tex(text)
    kept = re.sub(r"[{}\\^~]", "", one_line(text))
    return re.sub(r"([&%$#_])", r"\\\1", kept)

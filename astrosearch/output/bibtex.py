"""Papers as BibTeX entries, which any BibTeX parser reads whatever stands in the papers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from string import ascii_lowercase
from unicodedata import normalize
from urllib.parse import quote

from astrosearch.records import Hit, Paper
from astrosearch.text import one_line

# BibTeX counts braces, escaped or not, so a lone one is spelled out.
_TEX_SPECIAL = {c: f"\\{c}" for c in "&%$#_"} | {
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
}


def to_bibtex(hits: Iterable[Hit]) -> str:
    """Write a BibTeX entry for every paper among the hits, in order, each once."""
    taken: set[str] = set()  # in lower case: for BibTeX, Cox2020 and COX2020 are one key
    entries = []
    for paper in dict.fromkeys(hit.paper for hit in hits):
        key = _free_key(_key(paper), taken)
        taken.add(key.lower())
        entries.append(_entry(paper, key))
    return "\n".join(entries)


def _free_key(key: str, taken: set[str]) -> str:
    """Return the key, or the first of keyb, keyc, ..., key.26, ... that no other paper has."""
    suffixes: Iterable[str] = itertools.chain(
        ["", *ascii_lowercase[1:]], (f".{n}" for n in itertools.count(26))
    )
    return next(key + suffix for suffix in suffixes if (key + suffix).lower() not in taken)


def _key(paper: Paper) -> str:
    author = paper.authors[0] if paper.authors else ""
    surname = author.split(",")[0] if "," in author else author.split(" ")[-1]
    plain = normalize("NFKD", surname).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z]", "", plain)
    if stem and paper.year:
        return f"{stem}{paper.year}"
    return re.sub(r"[^A-Za-z0-9.:/-]", "", paper.id) or "paper"


def _entry(paper: Paper, key: str) -> str:
    is_arxiv = bool(paper.url and "arxiv.org" in paper.url)
    fields = {
        "title": f"{{{_tex(paper.title)}}}" if paper.title else None,
        "author": " and ".join(_tex_author(name) for name in paper.authors) or None,
        "year": str(paper.year) if paper.year else None,
        "eprint": _tex(paper.id) if is_arxiv else None,
        "archivePrefix": "arXiv" if is_arxiv else None,
        "primaryClass": _tex(paper.categories[0]) if is_arxiv and paper.categories else None,
        "doi": _tex(paper.doi) if paper.doi else None,
        "url": _url(paper.url) if paper.url else None,
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{body}\n}}\n"


def _tex_author(name: str) -> str:
    text = _tex(name)
    is_group = re.search(r"(?i)\b(collaboration|team|consortium|group)\b", name)
    return f"{{{text}}}" if is_group or " and " in name else text


def _url(url: str) -> str:
    """Return an address with what an entry or a style can't hold written as %XX."""
    return quote(url, safe="!#$%&'()*+,-./:;=?@_~")


def _tex(text: str) -> str:
    return "".join(_TEX_SPECIAL.get(c, c) for c in one_line(text))

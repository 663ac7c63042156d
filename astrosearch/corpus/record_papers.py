"""Papers out of metadata records, whose fields are named as arXiv names them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from astrosearch.corpus.document import Document, Origin, Passage
from astrosearch.corpus.entities import characters, without_markup
from astrosearch.corpus.fragment import render
from astrosearch.corpus.identifiers import arxiv_year, bare_doi, paper_url
from astrosearch.corpus.normalization import plain_letters
from astrosearch.corpus.record_forms import as_arxivs
from astrosearch.corpus.record_ids import read_id
from astrosearch.corpus.record_names import names_of, parsed
from astrosearch.errors import Unreadable
from astrosearch.names import Name
from astrosearch.records import Paper
from astrosearch.text import encodable, is_link

_YEAR = re.compile(r"(?<![0-9])(?:1[89]|20)[0-9]{2}(?![0-9])")
_PRINTED_YEAR = re.compile(r"\(((?:1[89]|20)[0-9]{2})[a-z]?\)")
_PARAGRAPH = re.compile(r"\n[ \t]*\n|\n(?=  )")
_BETWEEN = re.compile(r"[\s,;|\[\]'\"]+")
_BRACKETED = re.compile(r"\(([a-z-]{2,10}(?:\.[A-Za-z-]{2,})?)\)")
_SET = re.compile(r"(?i)(?:arxiv|physics|math|cs):(?=[a-z])")


def document_of(
    record: dict[str, Any], name: str, line: int, *, all_categories: bool
) -> Document | None:
    """Make a paper of a record; None when its field of science isn't wanted.

    Raises
    ------
    Unreadable
        When the record has no id or no abstract, or a field is of another type than it must be.
    """
    where = f"{name}:{line}"
    record = as_arxivs(record)
    categories = _categories(record, where)
    if not (all_categories or not categories or any(map(_is_astro, categories))):
        return None
    given = _id(record, where)
    dated = _dated(record)
    id, version, is_arxivs = read_id(given, categories, year=dated)
    abstract = _text(record, "abstract", where)
    if not abstract:
        raise Unreadable(where, f"{given[:100]}: a record without abstract")
    title = _text(record, "title", where)
    passages = _passages(title, abstract, Origin(0, name, line))
    if not any(passage.section == "Abstract" for passage in passages):
        raise Unreadable(where, f"{given[:100]}: a record without abstract")
    shown = passages[0].text if passages[0].section == "Title" else None
    tex = " ".join(title.split()) or None
    year = dated or (arxiv_year(id) if is_arxivs else _printed(record))
    changed = _year_in(record.get("update_date")) if year is None else None
    authors, names = _authors(record, where)
    url = record.get("url")
    paper = Paper(
        id=id,
        title=shown,
        authors=authors,
        year=year or changed,
        categories=categories,
        doi=_doi(characters(_named(record, "doi", where))),
        url=paper_url(id) if is_arxivs else url if isinstance(url, str) and is_link(url) else None,
        names=names,
        year_estimated=changed is not None,
        journal=_journal(record),
        title_tex=tex if shown is not None and tex != shown else None,
        bibcode=characters(_named(record, "bibcode", where)) or None,
    )
    versions = record.get("versions")
    version = (len(versions) if isinstance(versions, list) else 0) or version
    return Document(paper, tuple(passages), full_text=False, version=version, parts=(name,))


def _passages(title: str, abstract: str, origin: Origin) -> list[Passage]:
    rendered = [("Title", *render(title))] if title else []
    rendered += [("Abstract", *render(part)) for part in _PARAGRAPH.split(abstract)]
    return [Passage(section, text, marks, (origin,)) for section, text, marks in rendered if text]


def _id(record: dict[str, Any], where: str) -> str:
    value = record.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    given = _named({"id": value}, "id", where)
    if not given:
        raise Unreadable(where, "a record without id")
    return given


def _named(record: dict[str, Any], field: str, where: str) -> str:
    """Return a field that names something, as it is."""
    value = record.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(where, f"its {field} is not text")
    return encodable(value.strip())


def _text(record: dict[str, Any], field: str, where: str) -> str:
    """Return a field's text without entities and tags, and with plain letters."""
    return plain_letters(without_markup(_named(record, field, where)).strip())


def _categories(record: dict[str, Any], where: str) -> tuple[str, ...]:
    value = record.get("categories")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = " ".join(value)  # old snapshots hold a list of one string
    elif value is not None and not isinstance(value, str):
        raise Unreadable(where, "its categories are not text")
    return _categories_in(encodable(value or ""))


@lru_cache(maxsize=4096)
def _categories_in(text: str) -> tuple[str, ...]:
    if named := _BRACKETED.findall(text):  # "Cosmology (astro-ph.CO)"
        text = " ".join(named)
    parts = (_SET.sub("", part) for part in _BETWEEN.split(text))
    return tuple(dict.fromkeys(_category(part) for part in parts if part))


def _category(text: str) -> str:
    """Write a category of astro-ph as arXiv does, whatever its case."""
    archive, dot, subject = text.partition(".")
    return f"astro-ph{dot}{subject.upper()}" if archive.lower() == "astro-ph" else text


def _is_astro(category: str) -> bool:
    return category == "astro-ph" or category.startswith("astro-ph.")


def _dated(record: dict[str, Any]) -> int | None:
    """Year of a record's first version, or in which it says that the paper was made."""
    versions = record.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else None
    date = first.get("created") if isinstance(first, dict) else None
    return _year_in(date) or _year_in(record.get("created"))


def _printed(record: dict[str, Any]) -> int | None:
    """Year in which a paper was printed, by its journal's reference."""
    journal = _journal(record) or ""
    years = _PRINTED_YEAR.findall(journal) or _YEAR.findall(journal)
    return int(years[-1]) if years else None


def _year_in(date: object) -> int | None:
    found = _YEAR.search(date) if isinstance(date, str) else None
    return int(found[0]) if found else None


def _journal(record: dict[str, Any]) -> str | None:
    value = record.get("journal-ref")
    if not isinstance(value, str):
        return None
    return render(plain_letters(encodable(without_markup(value))))[0] or None


def _doi(text: str) -> str | None:
    """Return the first DOI of a field, without the address of its resolver."""
    return bare_doi(text.split()[0].rstrip(";,")) if text else None


def _authors(record: dict[str, Any], where: str) -> tuple[tuple[str, ...], tuple[Name, ...]]:
    listed = record.get("authors_parsed")
    if isinstance(listed, list) and listed:
        for entry in listed:
            if not isinstance(entry, list) or not all(isinstance(part, str) for part in entry):
                raise Unreadable(where, "its authors_parsed are not lists of text")
        names = tuple(name for entry in listed if (name := parsed(entry)).full)
        return tuple(name.full for name in names), names
    known = names_of(record.get("authors"))
    if known is None:
        raise Unreadable(where, "its authors are not text")
    return known

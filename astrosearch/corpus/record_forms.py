"""Records of other archives and programs, given the names of fields that arXiv's have.

Known are CSL JSON (pandoc, Zotero), Zotero's own and Better BibTeX's, Crossref's, ADS's, INSPIRE's,
Semantic Scholar's, OpenAlex's, and what arXiv's API gives. A file may hold them in a list, one a
line, or in an answer's envelope.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from astrosearch.corpus.identifiers import bare_doi, parse_arxiv_id
from astrosearch.corpus.record_ids import arxiv_id_of_bibcode, arxiv_part

Record = dict[str, Any]

_ENVELOPES = (
    ("response", "docs"), ("message", "items"), ("hits", "hits"), ("feed", "entry"), ("message",),
    ("items",), ("results",), ("records",), ("papers",), ("entries",), ("documents",), ("data",),
    ("references",),
)  # fmt: skip
_ARXIVS = {"authors_parsed", "versions", "submitter", "update_date"}
_OTHERS = {
    "author", "creators", "DOI", "bibcode", "itemType", "abstractNote", "summary", "externalIds",
    "authorships", "abstracts", "abstract_inverted_index", "titles", "issued", "paperId",
    "arxiv_id", "arxivId", "entry_id", "citationKey", "citation-key", "publication_date",
    "publicationDate",
    "pubdate", "year", "published", "date",
}  # fmt: skip
_TITLES = ("title", "titles", "display_name")
_ABSTRACTS = ("abstract", "abstractNote", "summary", "abstracts", "description")
_IDS = (
    "bibcode", "id", "citation-key", "citationKey", "citekey", "key", "DOI", "doi", "paperId",
    "control_number", "entry_id",
)  # fmt: skip
_STATES_ARXIV = (
    "id", "arxiv_id", "arxivId", "arxiv", "eprint", "entry_id", "archiveID", "arxiv_eprints",
    "identifier", "bibcode", "alternate_bibcode", "DOI", "doi", "number", "URL", "url", "link",
    "pdf_url", "locations", "primary_location",
)  # fmt: skip
_DATES = (
    "issued", "published", "published-print", "published-online", "publication_date",
    "publicationDate", "date", "pubdate", "year", "publication_year", "earliest_date", "created",
)  # fmt: skip
_CATEGORIES = ("categories", "arxiv_class", "arxiv_categories", "primary_category", "category")
_JOURNALS = ("container-title", "publicationTitle", "pub", "journal", "journal_title", "venue")
_NOTED = re.compile(r"(?i)arxiv\s*:\s*(\S{9,20})")
_NAMED = (
    "value",
    "title",
    "text",
    "full_title",
    "content",
    "name",
    "plain",
    "#text",
    "landing_page_url",
)
_MAX_PLACE = 100_000  # words: where an inverted index may put one


def unwrapped(record: Record) -> tuple[list[Record], str] | None:
    """Return the records in an answer's envelope, and the name of their list; None if it is none.

    >>> unwrapped({"response": {"docs": [{"bibcode": "2020A&A...1A"}]}})
    ([{'bibcode': '2020A&A...1A'}], 'docs')
    """
    if "title" in record or "abstract" in record:
        return None
    for path in _ENVELOPES:
        inner: Any = record
        for name in path:
            inner = inner.get(name) if isinstance(inner, dict) else None
        if isinstance(inner, list) and inner and all(isinstance(each, dict) for each in inner):
            return inner, path[-1]
        if (
            isinstance(inner, dict)
            and ("title" in inner or "abstract" in inner)
            and path != ("data",)
        ):
            return [inner], path[-1]
    return None


def keyed(record: Record) -> list[Record]:
    """Return the records of an object that has them under their ids; none if it is none."""
    if "title" in record:
        return []
    values = list(record.values())
    if not values or not all(isinstance(each, dict) for each in values):
        return []
    if not all("abstract" in each or "summary" in each for each in values):
        return []
    return [{"id": key, **each} for key, each in record.items()]


def as_arxivs(record: Record) -> Record:
    """Return a record with arXiv's names of its fields; arXiv's own comes back as it is."""
    if not record.keys().isdisjoint(_ARXIVS):
        return record
    for name in ("data", "metadata", "bibjson"):  # Zotero's, INSPIRE's, DOAJ's
        inner = record.get(name)
        if isinstance(inner, dict) and "title" not in record:
            record = {**{key: record[key] for key in ("key", "id") if key in record}, **inner}
    if record.keys().isdisjoint(_OTHERS) and not isinstance(record.get("title"), list):
        return record
    return {
        "id": _arxiv_id(record) or _first(record, _IDS),
        "title": _title(record),
        "abstract": _abstract(record),
        "authors": _authors(record),
        "categories": next((record[name] for name in _CATEGORIES if record.get(name)), None),
        "doi": _doi(record),
        "journal-ref": _journal(record),
        "created": _date(record),
        "bibcode": _first(record, ("bibcode",)),
        "url": _first(record, ("URL", "url")),
    }


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """Return the text or number of the first of these fields that has one."""
    for name in names:
        if (found := next(_texts(record.get(name), 0), None)) is not None:
            return found
    return None


def _texts(value: Any, depth: int) -> Iterator[Any]:
    """Yield the texts and numbers in a field: of itself, of a list, or under a usual name."""
    if isinstance(value, bool) or depth > 3:
        return
    if isinstance(value, str) and value.strip():
        yield value
    elif isinstance(value, int):
        yield str(value)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each, depth + 1)
    elif isinstance(value, dict):
        for name in _NAMED:
            if name in value:
                yield from _texts(value[name], depth + 1)


def _title(record: Record) -> Any:
    title = _first(record, _TITLES)
    subtitle = next(_texts(record.get("subtitle"), 0), None)
    return f"{title}: {subtitle}" if isinstance(title, str) and subtitle else title


def _abstract(record: Record) -> Any:
    index = record.get("abstract_inverted_index")
    if isinstance(index, dict):
        places = sorted(
            (place, word)
            for word, at in index.items()
            if isinstance(at, list)
            for place in at
            if isinstance(place, int) and 0 <= place < _MAX_PLACE
        )
        return " ".join(word for _, word in places)
    return _first(record, _ABSTRACTS)


def _arxiv_id(record: Record) -> str | None:
    """Return the arXiv id that one of the fields states."""
    external = record.get("externalIds")
    stated = external.get("ArXiv") if isinstance(external, dict) else None
    for name in ("", *_STATES_ARXIV):
        for text in _texts(record.get(name) if name else stated, 0):
            part = arxiv_part(text)
            if parse_arxiv_id(part) is not None and not part.isdecimal():
                return part
            if (coded := arxiv_id_of_bibcode(text)) is not None:
                return coded
    for name in ("extra", "note"):
        noted = _NOTED.search(record[name]) if isinstance(record.get(name), str) else None
        if noted is not None and parse_arxiv_id(noted[1]) is not None:
            return noted[1]
    return None


def _doi(record: Record) -> str | None:
    external = record.get("externalIds")
    known = _first(record, ("DOI", "doi", "dois"))
    if known is None and isinstance(external, dict):
        known = _first(external, ("DOI",))
    return bare_doi(known.strip()) if isinstance(known, str) else None


def _date(record: Record) -> str | None:
    for name in _DATES:
        value = record.get(name)
        if isinstance(value, dict):
            parts = value.get("date-parts")
            value = parts if parts else value.get("raw") or value.get("literal")
        if (found := next(_texts(value, 0), None)) is not None:
            return str(found)
    return None


def _journal(record: Record) -> str | None:
    """Write where a paper appeared: `ApJ 750, 12 (2012)`."""
    known = _first(record, ("journal-ref", "journal_ref", "pub_raw"))
    if known is not None:
        return str(known)
    journal = _first(record, _JOURNALS)
    inner = record.get("journal")
    more = {**inner, **record} if isinstance(inner, dict) else record
    volume, page = _first(more, ("volume",)), _first(more, ("page", "pages", "article-number"))
    if journal is None or "arxiv" in str(journal).lower():
        return None
    place = ", ".join(str(part) for part in (volume, page) if part)
    year = re.search(r"(?:1[89]|20)[0-9]{2}", _date(record) or "")
    return " ".join(part for part in (str(journal), place, f"({year[0]})" if year else "") if part)


def _authors(record: Record) -> Any:
    """Return what names the authors: people, as each program writes them."""
    creators = record.get("creators")
    if isinstance(creators, list):
        people = [each for each in creators if isinstance(each, dict)]
        kinds = [each.get("creatorType") for each in people]
        wanted = "author" if "author" in kinds else (kinds[0] if kinds else None)
        return [each for each, kind in zip(people, kinds, strict=True) if kind == wanted]
    for name in ("author", "authors", "authorships", "collaboration"):
        if record.get(name):
            return record[name]
    return None

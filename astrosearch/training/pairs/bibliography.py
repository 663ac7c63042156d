r"""What a document cites: title, arXiv id and DOI of its keys, from .bib and .bbl files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from astrosearch.corpus import fragment
from astrosearch.corpus.document import Mark, SourceTree
from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.corpus.latex.bibtex import MANY_ENTRIES, MAX_ENTRY, read_value
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.latex.tokens import closing_brace
from astrosearch.corpus.sentences import as_tex
from astrosearch.errors import Unreadable

Fields = dict[str, str]

LONGEST_VALUE = 20_000  # characters of a field

_ENTRY = re.compile(r"@\s*([A-Za-z]+)\s*[{(]\s*([^\s,{}()\"=#%]+)\s*,")
_STRING = re.compile(r"@\s*string\s*[{(]\s*([^\s={}()\"#%,]+)\s*=\s*", re.IGNORECASE)
_FIELD = re.compile(r"[\s,]*([A-Za-z][\w:.+/-]*)\s*=\s*")
_LISTED = re.compile(
    r"\\(?:bibliography|addbibresource|addglobalbib)\s*(?:\[[^\]]*\])?\s*\{([^{}]*)\}"
)

_BIBITEM = re.compile(r"\\bibitem\b")
_BIBLATEX = re.compile(r"\\entry\{([^{}]+)\}\{[^{}]*\}")
_ITEM_KEY = re.compile(r"\]?[\s%]*\{([^{}]+)\}")
_ITEM_TITLE = re.compile(
    r"\\bibinfo\s*\{title\}\s*(?=\{)|\\field\{title\}(?=\{)|\\enquote\s*(?=\{)"
)
_LATEX_QUOTE = re.compile(r"``(.{15,400}?)[,.?]?''", re.DOTALL)
_NEWBLOCK = re.compile(r"\\newblock\b")
_JOURNAL = re.compile(r"\s*(?:\{?\\(?:em|it|emph|textit|bf)\b|in:? )", re.IGNORECASE)

_ARXIV = re.compile(
    r"(?:arxiv(?:\.org/(?:abs|pdf)/|[\s:}{]{0,4})|eprint[\s{}]{0,4}(?:arxiv[:}{\s]{0,4})?"
    r"|\\verb\{eprint\}\s*\\verb )"
    r"((?:\d{4}\.\d{4,5}|[a-z-]{2,9}(?:\.[A-Z]{2})?/\d{7})(?:v\d{1,2})?)",
    re.IGNORECASE,
)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s{}\"',;<>\\]+")
_OLD_NUMBER = re.compile(r"\d{7}")


@dataclass(frozen=True, slots=True)
class Work:
    """A cited work, as far as a bibliography tells; `title_tex` is its title with marks as TeX."""

    title: str | None = None
    title_tex: str | None = None
    arxiv_id: str | None = None
    doi: str | None = None


def bib_entries(text: str, keys: Collection[str] | None = None) -> Iterator[tuple[str, Fields]]:
    """Yield key and fields, as TeX, of the entries of a .bib file, or of those with `keys`.

    Field names are in lower case; names of strings are replaced, and `#` joins parts.
    """
    strings: dict[str, str] = {}
    left = 4 * len(text) + MANY_ENTRIES * MAX_ENTRY  # characters that may yet be read
    for found in _STRING.finditer(text):
        strings[found[1].lower()], end = _value(text, found.end(), strings)
        left -= min(end - found.end(), MAX_ENTRY)
        if left < 0:
            return
    for found in _ENTRY.finditer(text):
        if found[1].lower() not in ("string", "comment", "preamble") and (
            keys is None or found[2] in keys
        ):
            fields, end = _fields(text, found.end(), strings)
            yield found[2], fields
            left -= min(end - found.end(), MAX_ENTRY)
            if left < 0:
                return


def bib_work(fields: Fields) -> Work:
    """What a .bib entry tells of the work."""
    title, title_tex = _title(fields.get("title", ""))
    arxiv_id = _eprint(fields)
    doi = _DOI.search(fields.get("doi", "") or fields.get("url", ""))
    return Work(title, title_tex, arxiv_id, _tidy_doi(doi[0]) if doi else None)


def bbl_works(text: str, keys: Collection[str]) -> Iterator[tuple[str, Work]]:
    """Yield the works of a .bbl file, or of a document's own list, that have one of `keys`."""
    starts = [(found.start(), found.end(), "") for found in _BIBITEM.finditer(text)]
    starts += [(found.start(), found.end(), found[1]) for found in _BIBLATEX.finditer(text)]
    starts.sort()
    for number, (_, start, key) in enumerate(starts):
        end = starts[number + 1][0] if number + 1 < len(starts) else len(text)
        entry = text[start : min(end, start + MAX_ENTRY)]
        if not key:
            key, entry = _item(entry)
        if key in keys:
            yield key, _bbl_work(entry)


def cited_works(tree: SourceTree, parts: Sequence[str], keys: Collection[str]) -> dict[str, Work]:
    """Find the works that a document's keys cite; a .bib tells more than the .bbl made of it.

    `parts` are the files that the document was read from, the main one first.
    """
    folder = posixpath.dirname(parts[0]) if parts else ""
    names = tree.names()
    sources = {part: _text(tree, part) for part in parts if _is_tex(part)}
    listed = [
        posixpath.normpath(posixpath.join(folder, name.strip().removesuffix(".bib") + ".bib"))
        for source in sources.values()
        for found in _LISTED.finditer(source)
        for name in found[1].split(",")
    ]
    beside = [name for name in names if posixpath.dirname(name) == folder]
    bibs = [*listed, *(name for name in (*parts, *beside) if name.endswith(".bib"))]
    works: dict[str, Work] = {}
    wanted = set(keys)
    for name in dict.fromkeys(bibs):
        if not wanted:
            break
        for key, fields in bib_entries(_text(tree, name), wanted):
            works[key] = _merged(works.get(key), bib_work(fields))
        wanted -= {key for key, work in works.items() if work.title and work.arxiv_id}
    bbls = [_text(tree, name) for name in beside if name.endswith(".bbl")]
    for text in [*bbls, *(source for source in sources.values() if "\\bibitem" in source)]:
        for key, work in bbl_works(text, wanted):
            works[key] = _merged(works.get(key), work)
    return works


def _is_tex(name: str) -> bool:
    return not name.endswith((".bib", ".bbl"))


def _text(tree: SourceTree, name: str) -> str:
    try:
        data = tree.read(name)
        return decode(data, name) if data else ""
    except Unreadable:  # a bibliography that can't be read tells nothing
        return ""


def _merged(known: Work | None, more: Work) -> Work:
    if known is None:
        return more
    titled = known if known.title else more
    return Work(
        titled.title, titled.title_tex, known.arxiv_id or more.arxiv_id, known.doi or more.doi
    )


def _fields(text: str, at: int, strings: Fields) -> tuple[Fields, int]:
    fields: Fields = {}
    limit = at + MAX_ENTRY
    while at < limit and (found := _FIELD.match(text, at)):
        value, at = _value(text, found.end(), strings)
        fields.setdefault(found[1].lower(), value)
    return fields, at


def _value(text: str, at: int, strings: Fields) -> tuple[str, int]:
    """A field's value, its parts joined, and where it ends."""
    value, end = read_value(
        text, at, lambda name: strings.get(name.lower(), name), longest=LONGEST_VALUE
    )
    return value, end if end >= 0 else len(text)


def _title(tex: str) -> tuple[str | None, str | None]:
    """A title as people read it, and with its formulas as TeX; None if it isn't like a title."""
    text, marks = fragment.render(" ".join(tex.split()))
    if text.endswith(".") and not text.endswith(".."):
        text = text[:-1]
    if len(text.split()) < 2 or not any(c.isalpha() for c in text):
        return None, None
    within = [mark for mark in marks if mark.end <= len(text)]
    return text, _with_tex(text, within) if within else None


def _with_tex(text: str, marks: Sequence[Mark]) -> str:
    parts, at = [], 0
    for mark in marks:
        parts += [text[at : mark.start], as_tex(mark)]
        at = mark.end
    return "".join([*parts, text[at:]])


def _eprint(fields: Fields) -> str | None:
    stated = fields.get("eprint", "").strip(" {}")
    archive = (fields.get("primaryclass") or fields.get("archiveprefix") or "").strip(" {}")
    if _OLD_NUMBER.fullmatch(stated) and archive.lower() not in ("", "arxiv"):
        stated = f"{archive}/{stated}"
    if (found := parse_arxiv_id(stated)) is not None:
        return found[0]
    rest = " ".join(
        fields.get(name, "") for name in ("eprint", "journal", "url", "note", "howpublished", "doi")
    )
    return _arxiv_id(rest)


def _arxiv_id(text: str) -> str | None:
    for found in _ARXIV.finditer(text):
        if (parsed := parse_arxiv_id(found[1])) is not None:
            return parsed[0]
    return None


def _tidy_doi(doi: str) -> str:
    return doi.rstrip(".)]").lower()


def _item(entry: str) -> tuple[str, str]:
    """Key and text of what follows a `\\bibitem`."""
    depth = at = 0
    if entry.lstrip()[:1] == "[":
        for found in re.finditer(r"\\.|[\[\]{}]", entry, re.DOTALL):
            depth += (found[0] in "[{") - (found[0] in "]}")
            at = found.start()
            if depth <= 0:
                break
    key = _ITEM_KEY.match(entry, at) if at else _ITEM_KEY.match(entry)
    return (key[1].strip(), entry[key.end() :]) if key else ("", "")


def _bbl_work(entry: str) -> Work:
    doi = _DOI.search(entry)
    title, title_tex = _title(_printed_title(entry))
    return Work(title, title_tex, _arxiv_id(entry), _tidy_doi(doi[0]) if doi else None)


def _printed_title(entry: str) -> str:
    if found := _ITEM_TITLE.search(entry):
        end = closing_brace(entry, found.end(), LONGEST_VALUE)
        return entry[found.end() + 1 : end].rstrip(" ,") if end > 0 else ""
    if found := _LATEX_QUOTE.search(entry):
        return found[1]
    blocks = _NEWBLOCK.split(entry)
    if len(blocks) >= 3 and not _JOURNAL.match(blocks[1]):  # authors, title, journal
        return blocks[1]
    return ""

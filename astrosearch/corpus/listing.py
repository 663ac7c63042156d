r"""arXiv's mails: the day's new papers, cross-lists and replacements, each between lines of `\\`.

https://info.arxiv.org/help/subscribe.html shows one. A replacement has no abstract in newer mails.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

from astrosearch.corpus.characters import without_controls
from astrosearch.corpus.document import Document, Origin, Passage
from astrosearch.corpus.plaintext import decode
from astrosearch.corpus.record_papers import document_of
from astrosearch.corpus.source import Source
from astrosearch.corpus.tree import MAX_FILE_BYTES
from astrosearch.errors import Unreadable

_SNIFF_BYTES = 2**18
_QUOTE = re.compile(r"(?:> ?)+")
_ENTRY = re.compile(
    r"(?:arXiv:|(?:Paper|arXiv)(?: \(\*?cross-?listing\*?\))?:)"
    r"\s*([\w./-]+?)(v[0-9]{1,2})?(?:\s.*)?$",
    re.IGNORECASE,
)
_LISTING = re.compile(
    rb"(?mi)^(?:> ?)*\\\\[ \t]*\r?\n(?:[> \t]*\r?\n)?(?:> ?)*(?:arXiv:|Paper[ :(])"
)
_FIELD = re.compile(r"([A-Z][A-Za-z-]{2,20})(?: \(([^()]{1,40})\))?:(?:\s+|$)(.*)")
_REPLACED = re.compile(r"(?i)replaced with revised version\b(.*)")
_RULE = re.compile(r"[-=%_]{12,}")
_VERSION = re.compile(r"\bv([0-9]{1,2})\b")
_ENCODED = re.compile(r"(?mi)^Content-Transfer-Encoding:\s*(quoted-printable|base64)")
_SIZE = re.compile(r"\s*\([0-9.]+\s*kb[^)]*\)\s*$", re.IGNORECASE)
_FIELDS = {
    "title": "title", "author": "authors", "authors": "authors", "categories": "categories",
    "subj-class": "subjects", "journal-ref": "journal-ref", "doi": "doi", "date": "created",
}  # fmt: skip


@dataclass(slots=True)
class _Entry:
    """A paper of a mail: the line of its id, its fields and the lines of its abstract."""

    line: int
    id: str
    version: int | None = None
    replaced: bool = False
    fields: dict[str, str] = field(default_factory=dict)
    title_line: int = 0
    abstract: list[tuple[int, str]] = field(default_factory=list)


def is_listing(path: Path) -> bool:
    """Whether a file of text is one of arXiv's mails, by its beginning."""
    try:
        with path.open("rb") as file:
            head = file.read(_SNIFF_BYTES)
    except OSError:
        return False
    return b"\\\\" in head and _LISTING.search(head) is not None


def read_source(source: Source, *, all_categories: bool) -> Iterator[Document | Unreadable]:
    """Yield a paper for each that a mail lists; one that lacks its abstract is yielded Unreadable.

    `all_categories` keeps papers outside astro-ph too.
    """
    try:
        if source.path.stat().st_size > MAX_FILE_BYTES:
            raise Unreadable(source.name, f"more than {MAX_FILE_BYTES // 2**20} MiB")
        numbered = _lines(source.path.read_bytes(), source.name)
    except Unreadable as failure:
        yield failure
        return
    except OSError as error:
        yield Unreadable(source.name, f"can't be read: {error.strerror or error}")
        return
    found = others = 0
    for entry in _entries(numbered):
        found += 1
        try:
            document = _document(entry, source.name, all_categories=all_categories)
        except Unreadable as failure:
            yield failure
            continue
        if document is None:
            others += 1
        else:
            yield document
    if not found:
        yield Unreadable(source.name, "a mail that lists no papers of arXiv")
    elif found == others:
        yield Unreadable(source.name, f"none of its {found:,} papers is in astro-ph")


def _lines(content: bytes, name: str) -> list[tuple[int, str]]:
    """Return the numbered lines of a mail, without signs of quoting and transfer."""
    text = decode(content, name)
    encoded = _ENCODED.search(text)
    if encoded and encoded[1].lower() == "base64":
        raise Unreadable(
            name, "a mail that is encoded for transfer (base64): save its text as .txt"
        )
    numbered = list(enumerate(text.split("\n"), 1))
    if encoded:
        numbered = list(_unfolded(numbered))
    quoted = any(re.match(r"(?:> ?)+\\\\", line) for _, line in numbered)
    return [(n, _QUOTE.sub("", line, count=1) if quoted else line) for n, line in numbered]


def _unfolded(numbered: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Join the lines that quoted-printable cut, and decode its signs."""
    held, begin = "", 0
    for number, line in numbered:
        begin = begin or number
        if line.endswith("="):
            held += line[:-1]
            continue
        whole = (held + line).encode("utf-8", "replace")
        yield begin, without_controls(quopri.decodestring(whole).decode("utf-8", "replace"))
        held, begin = "", 0


def _entries(numbered: list[tuple[int, str]]) -> Iterator[_Entry]:
    """Yield the papers of a mail.

    An entry begins with a line of `\\\\` and one of its id; the next such line ends its fields.
    """
    entry: _Entry | None = None
    in_abstract = opened = False
    name = ""
    for number, line in numbered:
        bare = line.strip()
        if bare.startswith("\\\\"):
            alone = bare == "\\\\"
            if entry is not None and not in_abstract and alone and entry.fields:
                in_abstract = True
                continue
            if entry is not None:
                yield entry
            entry, in_abstract, opened, name = None, False, alone, ""
        elif entry is None:
            begun = _ENTRY.fullmatch(bare) if opened else None
            if begun is not None:
                entry = _Entry(number, begun[1], int(begun[2][1:]) if begun[2] else None)
            opened = opened and not bare
        elif in_abstract and _RULE.fullmatch(bare):
            yield entry
            entry, in_abstract = None, False
        elif in_abstract:
            entry.abstract.append((number, line))
        else:
            name = _take(entry, number, line, name)
    if entry is not None:
        yield entry


def _take(entry: _Entry, number: int, line: str, name: str) -> str:
    """Take a line among an entry's fields; return the name of the field that it belongs to."""
    bare = line.strip()
    found = None if line[:1].isspace() else _FIELD.fullmatch(bare)
    if found is not None:
        name = _FIELDS.get(found[1].lower(), "")
        if found[2] and (version := _VERSION.search(found[2])):
            entry.version = max(entry.version or 0, int(version[1]))
        if name and name not in entry.fields:
            entry.fields[name] = found[3]
            entry.title_line = number if name == "title" else entry.title_line
        else:
            name = ""
    elif _REPLACED.match(bare):
        entry.replaced = True
    elif name and bare:
        entry.fields[name] += f" {bare}"
    return name if bare else ""


def _document(entry: _Entry, name: str, *, all_categories: bool) -> Document | None:
    where = f"{name}:{entry.line}"
    paragraphs = "\n".join(line for _, line in entry.abstract).strip("\n")
    if not paragraphs.strip() and entry.replaced:
        raise Unreadable(where, f"{entry.id}: a replacement, listed without its abstract")
    fields: dict[str, Any] = {**entry.fields, "id": entry.id, "abstract": paragraphs}
    if "created" in fields:
        fields["created"] = _SIZE.sub("", fields["created"])
    if "categories" not in fields and "/" in entry.id:
        fields["categories"] = entry.id.partition("/")[0]
    document = document_of(fields, name, entry.line, all_categories=all_categories)
    if document is None:
        return None
    passages = [
        _placed(each, name, [(entry.title_line or entry.line, "")])
        if each.section == "Title"
        else _placed(each, name, entry.abstract)
        for each in document.passages
    ]
    version = document.version or entry.version
    return replace(document, passages=tuple(passages), version=version)


def _placed(passage: Passage, name: str, lines: list[tuple[int, str]]) -> Passage:
    """Give a passage the lines on which it stands, where their first words tell them."""
    found: list[tuple[int, int]] = []
    at = 0
    for number, line in lines:
        words = " ".join(line.split()[:3])
        start = passage.text.find(words, at) if words else -1
        if start >= 0:
            found.append((start, number))
            at = start + 1
    if not found or found[0][0] > 0:
        found.insert(0, (0, lines[0][0]))
    origins = [Origin(start, name, number) for start, number in found]
    kept = [
        a for a, b in pairwise([*origins, Origin(len(passage.text), name, 0)]) if a.start < b.start
    ]
    return replace(passage, origins=tuple(kept))

"""arXiv's metadata records: titles and abstracts, with what the archive knows of the papers.

Field names are those of the public snapshot (https://www.kaggle.com/datasets/Cornell-University/
arxiv), one object a line; a JSON array or a single object is read too. Files of any size are
streamed: one record is held at a time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astrosearch.corpus.authors import split_authors
from astrosearch.corpus.bundles import Gunzip, Peeked, Stream
from astrosearch.corpus.characters import without_controls
from astrosearch.corpus.document import Document, Origin, Passage
from astrosearch.corpus.fragment import render
from astrosearch.corpus.identifiers import arxiv_year, paper_url, parse_arxiv_id
from astrosearch.corpus.signatures import GZIP
from astrosearch.corpus.source import Source
from astrosearch.errors import Unreadable
from astrosearch.records import Paper

MAX_RECORD_BYTES = 16 * 2**20
_SNIFF_BYTES = 2**18
_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")
_OUTSIDE = re.compile(rb"[{\n]")
_INSIDE = re.compile(rb'"|[{}\[\]\n]')
# Control characters, as JSON can spell them: most records have none.
_UNCLEAN = re.compile(rb"\\b|\\u00[01789]|\x7f|\xc2[\x80-\x9f]")
_STRING = re.compile(rb'[\\"\n]')


def is_metadata(path: Path) -> bool:
    """Whether a JSON file looks like arXiv's records, by its beginning.

    One that can't be read may be: its reading will say why not.
    """
    try:
        with path.open("rb") as file:
            head = _opened(file).peek(_SNIFF_BYTES)
    except (OSError, Unreadable):
        return True
    return (
        head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
        and re.search(rb'"id"\s*:', head) is not None
        and re.search(rb'"(?:abstract|categories|authors_parsed)"\s*:', head) is not None
    )


def read_source(source: Source, *, all_categories: bool) -> Iterator[Document | Unreadable]:
    """Read a file of records, as `read_metadata` does."""
    return read_metadata(source.path, source.name, all_categories=all_categories)


def read_metadata(
    path: Path, name: str, *, all_categories: bool = False
) -> Iterator[Document | Unreadable]:
    """Yield a paper for each record; a record that is wrong is yielded as Unreadable.

    Parameters
    ----------
    path, name
        The file, and what it is called in what comes back.
    all_categories
        Keep records outside astro-ph too.
    """
    found = others = 0
    try:
        with path.open("rb") as file:
            for line, raw in _records(_opened(file)):
                found += 1
                try:
                    document = _document(raw, name, line, all_categories)
                except Unreadable as failure:
                    yield failure
                    continue
                if document is None:
                    others += 1
                else:
                    yield document
    except Unreadable as failure:
        yield Unreadable(f"{name}{failure.name}", failure.reason)
        return
    except OSError as error:
        yield Unreadable(name, f"can't be read: {error.strerror or error}")
        return
    if not found:
        yield Unreadable(name, "holds no records")
    elif found == others:
        yield Unreadable(name, f"none of its {found:,} records is in astro-ph")


def _opened(file: Stream) -> Peeked:
    head = Peeked(file)
    return Peeked(Gunzip(head, "", total=None)) if head.peek(2) == GZIP else head


def _records(stream: Peeked) -> Iterator[tuple[int, bytes | None]]:
    """Yield (line, record), None for one over `MAX_RECORD_BYTES`."""
    head = stream.peek(_SNIFF_BYTES).lstrip(b"\xef\xbb\xbf \t\r\n")
    first = head.partition(b"\n")[0].rstrip()
    spread = head.startswith(b"[") or (first.startswith(b"{") and first[-1:] in b"{[,")
    return _objects(stream) if spread else _lines(stream)


def _lines(stream: Stream) -> Iterator[tuple[int, bytes | None]]:
    line, held = 1, _Held()
    while block := stream.read(2**20):
        *done, rest = block.split(b"\n")
        for part in done:
            held.add(part)
            record = held.take()
            if record is None or record.strip(b"\xef\xbb\xbf \t\r"):
                yield line, record
            line += 1
        held.add(rest)
    record = held.take()
    if record is None or record.strip(b"\xef\xbb\xbf \t\r"):
        yield line, record


def _objects(stream: Stream) -> Iterator[tuple[int, bytes | None]]:
    """Cut objects out of an array, or written over several lines, by their braces."""
    line = begin = 1
    depth, quoted, escaped = 0, False, False
    held = _Held()
    while block := stream.read(2**20):
        at, start = int(escaped and block[:1] != b"\n"), 0
        escaped = False
        while True:
            found = (_STRING if quoted else _INSIDE if depth else _OUTSIDE).search(block, at)
            if found is None:
                break
            at, sign = found.end(), found[0]
            if sign == b"\n":
                line += 1
            elif sign == b'"':
                quoted = not quoted
            elif sign == b"\\":
                escaped = at == len(block)
                at += block[at : at + 1] != b"\n"  # a line's end counts, even where it may not be
            elif sign in b"{[":
                if depth == 0:
                    begin, start = line, found.start()
                depth += 1
            else:
                depth -= 1
                if depth == 0:
                    held.add(block[start:at])
                    yield begin, held.take()
        if depth:
            held.add(block[start:])
    if depth:
        raise Unreadable(f":{begin}", "the file ends inside this record")


class _Held:
    """The pieces of a record, let go when they grow too large."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_RECORD_BYTES:
            self._pieces.clear()
        else:
            self._pieces.append(piece)

    def take(self) -> bytes | None:
        """Return the record, None when it was too large, and begin another."""
        record = None if self._size > MAX_RECORD_BYTES else b"".join(self._pieces)
        self._pieces, self._size = [], 0
        return record


def _document(raw: bytes | None, name: str, line: int, all_categories: bool) -> Document | None:
    """Make a paper of a record; None when its field of science isn't wanted."""
    where = f"{name}:{line}"
    if raw is None:
        raise Unreadable(where, f"a record of more than {MAX_RECORD_BYTES // 2**20} MiB")
    record = _parsed(raw, where)
    categories = _categories(record, where)
    if not (all_categories or not categories or any(_is_astro(each) for each in categories)):
        return None
    given = _text(record, "id", where)
    if not given:
        raise Unreadable(where, "a record without id")
    arxiv = parse_arxiv_id(given)
    abstract = _text(record, "abstract", where)
    if not abstract:
        raise Unreadable(where, f"{given[:100]}: a record without abstract")
    title = _text(record, "title", where)
    origins = (Origin(0, name, line),)
    passages = []
    if title:
        passages.append(Passage("Title", *render(title), origins))
    passages += [
        Passage("Abstract", *rendered, origins)
        for paragraph in re.split(r"\n[ \t]*\n|\n(?=  )", abstract)
        if (rendered := render(paragraph))[0]
    ]
    versions = record.get("versions")
    versions = versions if isinstance(versions, list) else []
    paper = Paper(
        id=arxiv[0] if arxiv else given,
        title=passages[0].text if title else None,
        authors=_authors(record, where),
        year=_year(record, versions) or (arxiv_year(given) if arxiv else None),
        categories=categories,
        doi=_text(record, "doi", where) or None,
        url=paper_url(arxiv[0]) if arxiv else None,
    )
    version = len(versions) or (arxiv[1] if arxiv else None)
    return Document(paper, tuple(passages), full_text=False, version=version, parts=(name,))


def _parsed(raw: bytes, where: str) -> dict[str, Any]:
    try:
        record = json.loads(raw.decode("utf-8-sig").strip().rstrip(","))
        if _UNCLEAN.search(raw):
            record = _cleaned(record)
    except UnicodeDecodeError as error:
        raise Unreadable(where, "not UTF-8") from error
    except RecursionError as error:
        raise Unreadable(where, "broken JSON: nested too deeply") from error
    except ValueError as error:
        raise Unreadable(where, f"broken JSON: {error}") from error
    if not isinstance(record, dict):
        raise Unreadable(where, "not a JSON object")
    return record


def _cleaned(value: Any) -> Any:
    """Take control characters out of all that a record holds."""
    if isinstance(value, str):
        return without_controls(value)
    if isinstance(value, list):
        return [_cleaned(each) for each in value]
    if isinstance(value, dict):
        return {name: _cleaned(each) for name, each in value.items()}
    return value


def _text(record: dict[str, Any], field: str, where: str) -> str:
    value = record.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unreadable(where, f"its {field} is not text")
    return _sound(value.strip())


def _sound(text: str) -> str:
    """The text without halves of surrogate pairs, which JSON can spell and no encoding can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _categories(record: dict[str, Any], where: str) -> tuple[str, ...]:
    value = record.get("categories")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = " ".join(value)  # old snapshots hold a list of one string
    elif value is not None and not isinstance(value, str):
        raise Unreadable(where, "its categories are not text")
    return tuple(dict.fromkeys(_sound(value or "").replace(",", " ").split()))


def _is_astro(category: str) -> bool:
    return category == "astro-ph" or category.startswith("astro-ph.")


def _year(record: dict[str, Any], versions: list[Any]) -> int | None:
    first = versions[0] if versions and isinstance(versions[0], dict) else {}
    for value in (first.get("created"), record.get("created")):
        if isinstance(value, str) and (found := _YEAR.search(value)):
            return int(found[0])
    return None


def _authors(record: dict[str, Any], where: str) -> tuple[str, ...]:
    parsed = record.get("authors_parsed")
    if isinstance(parsed, list) and parsed:
        names = []
        for entry in parsed:
            if not isinstance(entry, list) or not all(isinstance(part, str) for part in entry):
                raise Unreadable(where, "its authors_parsed are not lists of text")
            last, first, suffix, *_ = [*entry, "", "", ""]
            names.append(render(_sound(f"{first} {last} {suffix}"))[0])
        return tuple(name for name in names if name)
    value = record.get("authors")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(name for each in value if (name := render(_sound(each))[0]))
    return split_authors(render(_text(record, "authors", where))[0])

"""Metadata records: titles and abstracts, with what an archive knows of the papers.

Field names are those of arXiv's public snapshot (https://www.kaggle.com/datasets/
Cornell-University/arxiv), one object per line; a JSON array or a single object is read too, and
records of other archives and programs (`record_forms`). Files of any size are streamed: one record
is held at a time.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

from astrosearch.corpus.bundles import Gunzip, Peeked, Stream
from astrosearch.corpus.characters import without_controls
from astrosearch.corpus.document import Document, LeftOut
from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.corpus.record_forms import keyed, unwrapped
from astrosearch.corpus.record_papers import document_of
from astrosearch.corpus.signatures import GZIP
from astrosearch.corpus.source import Source
from astrosearch.errors import Unreadable

MAX_RECORD_BYTES = 16 * 2**20
_SNIFF_BYTES = 2**18
_ID = re.compile(
    rb'"(?:id|DOI|doi|bibcode|key|citationKey|citation-key|paperId|arxiv_id|arxivId|entry_id'
    rb'|[0-9]{4}\.[0-9]{4,5})"\s*:'
)
_TOLD = re.compile(
    rb'"(?:abstract|categories|authors_parsed|abstractNote|abstracts|abstract_inverted_index)"\s*:'
)
_CITED = re.compile(  # a list of references, whose records may lack abstracts
    rb'"(?:author|creators|authors)"\s*:\s*\[(?s:.*)"(?:issued|itemType|summary|bibcode)"\s*:'
    rb'|"(?:issued|itemType|summary|bibcode)"\s*:(?s:.*)"(?:author|creators|authors)"\s*:\s*\['
)
_DECODER = json.JSONDecoder(parse_float=str)  # of an id, zeros would be lost
_MAX_IDS = 1_000_000
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
        and _ID.search(head) is not None
        and (_TOLD.search(head) is not None or _CITED.search(head) is not None)
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
    seen = _Seen(name)
    try:
        with path.open("rb") as file:
            for line, raw in _records(_opened(file)):
                for item in _papers(raw, name, line, all_categories):
                    found += 1
                    if item is None:
                        others += 1
                    elif isinstance(item, Unreadable) or not (twin := seen.twin(item)):
                        yield item
                    else:
                        yield twin
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
    elif others:
        reason = f"{others:,} of its records are outside astro-ph (--all-categories takes them)"
        yield LeftOut(name, reason, others)


class _Seen:
    """The ids of a file's records, so that none takes the place of another unsaid.

    arXiv's are left to the index, which knows of versions and holds millions.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lines: dict[str, int] = {}

    def twin(self, document: Document) -> Unreadable | None:
        """Remember a record; return a refusal of one whose id an earlier one has."""
        id, line = document.paper.id, document.passages[0].origins[0].line
        if parse_arxiv_id(id) is not None:
            return None
        first = self._lines.get(id)
        if first is not None:
            where = f"{self._name}:{line}"
            return Unreadable(
                where, f"{id[:100]}: another record with the id of that on line {first}"
            )
        if len(self._lines) < _MAX_IDS:
            self._lines[id] = line
        return None


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


def _papers(
    raw: bytes | None, name: str, line: int, all_categories: bool
) -> Iterator[Document | Unreadable | None]:
    """Yield the papers of a record, or of those it wraps; None for a field not wanted."""
    try:
        for record, its_line in _unwrapped(raw, f"{name}:{line}", line):
            try:
                yield document_of(record, name, its_line, all_categories=all_categories)
            except Unreadable as failure:
                yield failure
    except Unreadable as failure:
        yield failure


def _unwrapped(raw: bytes | None, where: str, line: int) -> Iterator[tuple[dict[str, Any], int]]:
    if raw is None:
        raise Unreadable(where, f"a record of more than {MAX_RECORD_BYTES // 2**20} MiB")
    record = _parsed(raw, where)
    if many := keyed(record):
        at = 0
        for each in many:
            at = max(raw.find(json.dumps(each["id"]).encode(), at), at)
            yield each, line + raw.count(b"\n", 0, at)
    elif (wrapped := unwrapped(record)) is not None:
        yield from zip(wrapped[0], _lines_in(raw, wrapped[1], line, len(wrapped[0])), strict=True)
    else:
        yield record, line


def _lines_in(raw: bytes, name: str, line: int, count: int) -> list[int]:
    """Find the lines on which the records of a list begin."""
    begins = [rb'"' + name.encode() + rb'"\s*:\s*(?=%s)' % sign for sign in (rb"\[", rb"\{")]
    begin = re.search(begins[0], raw) or re.search(begins[1], raw)
    start = begin.end() if begin else 0
    above = line + raw.count(b"\n", 0, start)
    found: list[int] = []
    with contextlib.suppress(Unreadable):
        for at, _ in islice(_objects(Peeked(BytesIO(raw[start:]))), count):
            found.append(above + at - 1)
    return found + [line] * (count - len(found))


def _parsed(raw: bytes, where: str) -> dict[str, Any]:
    try:
        text = raw.decode("utf-8-sig").strip().rstrip(",")
        record = _DECODER.decode(text)
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

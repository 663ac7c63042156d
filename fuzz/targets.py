"""The functions that are fuzzed: each takes bytes, reads them as one kind of input, and checks.

Whatever the bytes, nothing but an AstrosearchError may be raised by what is tested, and what
comes back must be sound (properties.py). They need no fuzzer: the tests replay inputs with them.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Callable

from astrosearch.corpus import bundles, listing, metadata, plaintext
from astrosearch.corpus.characters import without_controls
from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.corpus.latex import choose_main, find_mains, read_latex
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.read import read_source
from astrosearch.corpus.record_forms import as_arxivs
from astrosearch.corpus.record_ids import NUMBERED
from astrosearch.corpus.source import Source
from astrosearch.corpus.tree import MAX_FILE_BYTES, MemoryTree, inside
from astrosearch.errors import Unreadable
from astrosearch.training.pairs.bibliography import bbl_works, bib_entries, bib_work, cited_works
from fuzz import properties
from fuzz.damaged_index import index
from fuzz.scratch import scratch

LATEX_PARTS = ("ms.tex", "child.tex", "macros.sty", "refs.bib", "ms.bbl")
NEXT_FILE = b"\n%%%%\n"
_PLAIN_PROSE = re.compile(r"[A-Za-z]{1,20}(?:[ \n]{1,3}[A-Za-z]{1,20})*")
_KEY = re.compile(
    r"(?:@\s*\w+\s*[{(]|\\bibitem\s*(?:\[[^\]]*\])?\s*\{|\\entry\{)\s*([\w:.+-]{1,40})"
)
_BEFORE = "Stars shine in here."
_WRAPPED = b"\\documentclass{a}\n\\begin{document}\n%s\n\n%s\n\\end{document}\n"


def latex(data: bytes) -> None:
    """Read a LaTeX document: a main file, or the body of one, and perhaps its other files."""
    main, *others = data.split(NEXT_FILE)
    wrapped = b"\\begin{document}" not in main
    if wrapped:
        main = _WRAPPED % (_BEFORE.encode(), main)
    files = dict(zip(LATEX_PARTS, [main, *others], strict=False))
    tree = MemoryTree(files)
    choose_main(tree)
    find_mains(tree)
    try:
        document = read_latex(tree, "ms.tex", "x")
    except Unreadable as failure:
        properties.check_refusal(failure)
        assert not wrapped or "not a text file" in failure.reason, "text before it is lost"
        return
    properties.check_document(document, files)
    properties.check_formulas(document)
    kept = [passage for passage in document.passages if passage.text.startswith(_BEFORE)]
    assert kept or not wrapped, "text before it is lost"
    body = data.decode("latin-1")
    if wrapped and not others and _PLAIN_PROSE.fullmatch(body):
        _check_prose(document, f"{_BEFORE}\n\n{body}")


def _check_prose(document: Document, body: str) -> None:
    """Plain prose comes out whole, and every line of it knows its number."""
    paragraphs = [each.split() for each in re.split(r"\n\n+", body)]
    assert [passage.text.split() for passage in document.passages] == [p for p in paragraphs if p]
    lines = ["", "", *body.split("\n")]
    for passage in document.passages:
        for origin in passage.origins:
            line = " ".join(lines[origin.line - 1].split())
            assert passage.text[origin.start :].startswith(line), "another line"


def bundle(data: bytes) -> None:
    """Read a bundle: gzipped or not, a tar file or not, of one paper or many."""
    path = scratch() / "b.gz"
    path.write_bytes(data)
    units = list(bundles.unpack(path, "b.gz"))
    files: dict[str, bytes] = {}
    whole = _unzipped(data)
    for unit in units:
        if isinstance(unit, Unreadable):
            properties.check_refusal(unit)
            continue
        assert unit.files, "a paper without files"
        for name, content in unit.files.items():
            assert inside(name) == name, f"{name!a} leads out"
            properties.readable(name, name=True)
            assert len(content) <= MAX_FILE_BYTES
            nested = unit.name != "b.gz"
            assert nested or content in whole or b"GNU.sparse" in whole, "content made up"
            files[f"{unit.name}/{name}"] = content
    read = list(read_source(Source(scratch(), "b.gz", "bundle")))
    assert len(read) >= len(units)  # a paper may have other documents beside it, and drafts
    for item in read:
        if isinstance(item, Unreadable):
            properties.check_refusal(item)
        else:
            properties.check_document(item, files)


def _unzipped(data: bytes) -> bytes:
    out = b""
    while data.startswith(b"\x1f\x8b"):
        unzip = zlib.decompressobj(wbits=31)
        try:
            out += unzip.decompress(data, 64 * 2**20)
        except zlib.error:
            return out
        data = unzip.unused_data.lstrip(b"\0")
        if not data.startswith(b"\x1f"):
            return out
    return out + data


def snapshot(data: bytes) -> None:
    """Read a metadata snapshot: one record a line, an array, or one object."""
    path = scratch() / "records.jsonl"
    path.write_bytes(data)
    metadata.is_metadata(path)
    read = list(metadata.read_metadata(path, "records.jsonl", all_categories=True))
    assert read, "neither a paper nor a refusal"
    lines = data.split(b"\n")
    for item in read:
        if isinstance(item, Unreadable):
            properties.check_refusal(item)
            continue
        properties.check_document(item, {"records.jsonl": data})
        assert not item.full_text
        _check_record(item, lines)
    if not data.startswith(b"\x1f\x8b"):
        path.write_bytes(gzip.compress(data, 1))
        again = metadata.read_metadata(path, "records.jsonl", all_categories=True)
        assert [*map(str, again)] == [*map(str, read)], "another answer when it is compressed"


def _check_record(document: Document, lines: list[bytes]) -> None:
    """A paper stands where it is said to, and plain words of its abstract are all there."""
    line = lines[document.passages[0].origins[0].line - 1]
    assert b"{" in line, "no record begins on this line"
    try:
        record = json.loads(line.decode("utf-8-sig").strip().rstrip(","))
    except (ValueError, RecursionError):
        return  # spread over several lines
    if not isinstance(record, dict) or len(re.findall(rb'"abstract"', line)) != 1:
        return
    if as_arxivs(record) is not record or not isinstance(record.get("id"), str):
        return  # of another archive, or in an envelope
    given = without_controls(record["id"]).encode("utf-8", "replace").decode().strip()
    parsed = parse_arxiv_id(given)
    id = document.paper.id
    if parsed is not None:
        assert id == parsed[0]
    elif parse_arxiv_id(id) is None and not id.startswith(NUMBERED):
        assert id == given
    abstract = record["abstract"]
    if re.fullmatch(r"[\w\s.,:()]*", abstract) and "_" not in abstract and abstract.isascii():
        shown = " ".join(p.text for p in document.passages if p.section == "Abstract")
        assert shown == " ".join(abstract.split()), "the abstract is not as it was written"


def mail(data: bytes) -> None:
    """Read one of arXiv's mails."""
    path = scratch() / "mail.txt"
    path.write_bytes(data)
    listing.is_listing(path)
    read = list(listing.read_source(Source(scratch(), "mail.txt", "listing"), all_categories=True))
    assert read, "neither a paper nor a refusal"
    for item in read:
        if isinstance(item, Unreadable):
            properties.check_refusal(item)
        else:
            properties.check_document(item, {"mail.txt": data})


def bibliography(data: bytes) -> None:
    """Read a .bib and a .bbl file, for titles and for the labels of citations."""
    try:
        text = decode(data, "refs.bib")
    except Unreadable:
        text = ""
    keys = list(dict.fromkeys(_KEY.findall(text)))[:50] or ["key"]
    for key, fields in bib_entries(text):
        assert key in text
        bib_work(fields)
    known = set(keys)
    assert all(key in known for key, _ in bib_entries(text, known))
    assert all(key in known for key, _ in bbl_works(text, known))
    cited = f"\\documentclass{{a}}\\begin{{document}}Seen \\cite{{{','.join(keys)}}}.".encode()
    ending = b"\\bibliography{refs}\\end{document}"
    files = {"ms.tex": cited + ending, "refs.bib": data, "ms.bbl": data}
    works = cited_works(MemoryTree(files), ["ms.tex"], keys)
    low = text.lower()
    for key, work in works.items():
        assert key in known
        if work.title is not None:
            properties.readable(work.title)
            assert len(work.title.split()) > 1
        properties.readable(work.title_tex or "")
        if work.arxiv_id is not None:
            assert parse_arxiv_id(work.arxiv_id) == (work.arxiv_id, None)
            assert work.arxiv_id.rpartition("/")[2] in text, "an arXiv id made up"
        assert work.doi is None or work.doi in low, "a DOI made up"
    for left_out in ("ms.bbl", "refs.bib"):
        kept = {name: content for name, content in files.items() if name != left_out}
        properties.check_document(read_latex(MemoryTree(kept), "ms.tex", "x"), kept)


def sentences(data: bytes) -> None:
    """Split a text: the first byte says whether as it is, as plain text or as Markdown."""
    if not data:
        return
    kind = data[0] % 3
    if kind == 0:
        count = data[1] % 4 if len(data) > 1 else 0
        ends, rest = data[2 : 2 + 2 * count], data[2 + 2 * count :]
        text = rest.decode("utf-8", "replace")
        places = [each * (len(text) + 1) // 256 for each in ends]
        spans = [(min(p), max(p)) for p in zip(places[::2], places[1::2], strict=False)]
        properties.check_split(text)
        properties.check_split(text, spans)
        return
    name, content = ("p.txt", "p.md")[kind - 1], data[1:]
    try:
        document = plaintext.read_text(content, name, "p")
    except Unreadable as failure:
        properties.check_refusal(failure)
        return
    properties.check_document(document, {name: content})
    lines = plaintext.decode(content, name).split("\n")
    if lines[0].strip() == "+++":
        return  # TOML doesn't say on which lines its texts stand
    for passage in document.passages:
        properties.check_written(passage, lines)


TARGETS: dict[str, Callable[[bytes], None]] = {
    "latex": latex,
    "bundle": bundle,
    "metadata": snapshot,
    "mail": mail,
    "bibliography": bibliography,
    "sentences": sentences,
    "index": index,
}

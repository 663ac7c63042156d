"""Which files make a document: decoding, and main files."""

from __future__ import annotations

import posixpath
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.filenames import TEX, FileNames, without_tex
from astrosearch.corpus.latex.plain_documents import is_plain_document
from astrosearch.corpus.normalization import nfc
from astrosearch.errors import Unreadable

_MAIN = re.compile(r"\\document(?:class|style)\s*+(?:\[[^\]]{0,2000}\]\s*+)?\{([^}]{0,500})\}")
_BEGIN = re.compile(r"\\begin\s*\{document\}")
_COMMENT = re.compile(r"%(?<!\\%)[^\n]*")  # the sign first: a search for it is quick
_READS = re.compile(
    r"\\(?:input|include|subfile|subfileinclude|InputIfFileExists)"
    r"(?:\s*\{((?:[^{}]|\{[^{}]{0,200}\}){0,500})\}|[ \t]+([^\s\\{}%]+)|(\\[A-Za-z]+ ?[/.\w-]+))"
    r"|\\(?:sub)?(?:import|inputfrom|includefrom)\*?\s*\{([^{}]*)\}\s*\{([^{}]*)\}"
)
_SHORT_MACRO = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|def)\*?\s*\{?\s*\\([A-Za-z@]+)\s*\}?\s*\{([^{}\n]{0,200})\}"
)
_WORD = re.compile(r"\\([A-Za-z@]+)(?:\{\}| *)")
_PLAIN_TEX = re.compile(
    r"\\(?:magnification|hsize|vsize|centerline|nopagenumbers|input\s+\w+|bye|end)(?![A-Za-z])"
)
# No control characters but white space, and no marks without width.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\u200b]")
# cp1252 with its five undefined bytes as the control characters of Latin-1, which are dropped.
_UNDEFINED = dict.fromkeys((0x81, 0x8D, 0x8F, 0x90, 0x9D), "")


@dataclass(frozen=True, slots=True)
class Mains:
    """The documents of a folder, and its .tex files that belong to none, with the reason."""

    mains: tuple[str, ...]
    orphans: tuple[tuple[str, str], ...]


def decode(data: bytes, name: str) -> str:
    """Text of a source file: UTF-8, UTF-16 with its mark, else cp1252; NFC, with `\\n` line ends.

    Control characters but white space are dropped.

    Raises
    ------
    Unreadable
        When it is something else than text.
    """
    if data[:5] in (b"%PDF-", b"%!PS-") or data[:2] in (b"\x1f\x8b", b"PK", b"\x89P", b"\xff\xd8"):
        raise Unreadable(name, "not a text file")
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16", "replace")
    else:
        zeros = data.count(0)
        if zeros:
            if zeros * 10 > len(data):
                raise Unreadable(name, "not a text file")
            data = data.replace(b"\0", b"")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("latin-1").translate(_cp1252())
        sample = data[:4096]
        control = sum(sample.count(c) for c in (1, 2, 3, 4, 5, 6, 7, 14, 15, 16, 17, 18, 19, 20))
        if control * 20 > len(sample):
            raise Unreadable(name, "not a text file")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub("", text)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        text = nfc(text)
    return text


def _cp1252() -> dict[int, str]:
    table = {
        byte: bytes([byte]).decode("cp1252") for byte in range(128, 160) if byte not in _UNDEFINED
    }
    return table | _UNDEFINED


def is_tex(name: str) -> bool:
    """Whether a file has the suffix that TeX itself gives."""
    return name.lower().endswith(TEX)


def _read(tree: SourceTree, name: str) -> str:
    data = tree.read(name)
    return _COMMENT.sub("", decode(data, name)) if data else ""


def uncommented(tree: SourceTree, name: str) -> str:
    """Text of a file without its comments; nothing of one that can't be read."""
    try:
        return _read(tree, name)
    except Unreadable:
        return ""


def is_plain_tex(text: str) -> bool:
    """Whether a text without a document class has commands of plain TeX's documents."""
    return _PLAIN_TEX.search(text) is not None


def document_class(text: str) -> str | None:
    """Class of a LaTeX document; None of a text that is none, or has no body."""
    match = _MAIN.search(text)
    return match[1].strip() if match and _BEGIN.search(text) else None


def children_of(text: str, name: str, files: FileNames) -> Iterator[str]:
    """Names of the files that a document reads, those that are known."""
    folder = posixpath.dirname(name)
    meanings: dict[str, str] | None = None
    for match in _READS.finditer(text):
        inside = match[4]
        wanted = next(part for part in (match[5], match[1], match[2], match[3]) if part is not None)
        if "\\" in wanted or (inside and "\\" in inside):
            meanings = _short_macros(text, name) if meanings is None else meanings
            wanted, inside = _replaced(wanted, meanings), _replaced(inside or "", meanings)
        # A child's own names are relative to the main's folder, which lies at or above its own.
        folders = [posixpath.join(folder, without_tex(inside))] if inside else []
        above = folder
        folders.append(above)
        while above:
            above = posixpath.dirname(above)
            folders.append(above)
        found = files.find(without_tex(wanted), folders)
        if found is not None:
            yield found


def _short_macros(text: str, name: str) -> dict[str, str]:
    """What the macros stand for that may be part of a file's name."""
    job = posixpath.splitext(posixpath.basename(name))[0]
    return {"jobname": job} | {match[1]: match[2] for match in _SHORT_MACRO.finditer(text)}


def _replaced(name: str, meanings: Mapping[str, str]) -> str:
    return _WORD.sub(lambda word: meanings.get(word[1], word[0]), name)


def find_mains(tree: SourceTree, names: Sequence[str] | None = None) -> Mains:
    """All documents of a folder that may hold many papers.

    A main file has a document class and a body. One that another main reads, and whose class
    says that it is part of something, is no main. `names` limits the search to these files.
    """
    wanted = [n for n in (tree.names() if names is None else names) if is_tex(n)]
    files = FileNames(tree.names())
    classes: dict[str, str | None] = {}
    reads: dict[str, set[str]] = {}
    plain, alone = set[str](), set[str]()
    faults: dict[str, str] = {}
    for name in wanted:  # one text in memory at a time
        try:
            text = _read(tree, name)
        except Unreadable as failure:
            text, faults[name] = "", failure.reason
        classes[name] = document_class(text)
        reads[name] = set(children_of(text, name, files))
        if classes[name] is None and is_plain_document(text, reads=bool(reads[name])):
            plain.add(name)
        if len(wanted) == 1 and is_plain_tex(text):
            alone.add(name)
        if not text or text.isspace():
            faults.setdefault(name, "empty")
    full = {n for n, c in classes.items() if c is not None and c not in ("subfiles", "standalone")}
    reached = _reached(full, reads)
    plain -= reached
    roots = plain - _reached(plain, reads)
    plain = roots or plain
    reached |= _reached(plain, reads)
    parts = {n for n, c in classes.items() if c in ("subfiles", "standalone") and n in reached}
    mains = {n for n, c in classes.items() if c is not None} - parts
    mains = mains | plain or alone
    orphans = tuple(
        (
            name,
            faults.get(name, "no \\documentclass, and no document reads it"),
        )
        for name in sorted(wanted)
        if name not in mains and name not in reached
    )
    return Mains(tuple(sorted(mains)), orphans)


def _reached(mains: Iterable[str], reads: Mapping[str, set[str]]) -> set[str]:
    """All files that these read, and those that they read."""
    reached: set[str] = set()
    waiting = list(mains)
    while waiting:
        for child in reads.get(waiting.pop(), ()):
            if child not in reached:
                reached.add(child)
                waiting.append(child)
    return reached

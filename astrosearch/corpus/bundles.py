"""Papers as arXiv serves them: gzipped TeX, tar files of a paper, tar files of many papers.

Everything is told by content, unpacked in memory, and bounded: a bundle is somebody else's file.
"""

from __future__ import annotations

import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, Protocol, cast

from astrosearch.corpus.identifiers import id_in_path, parse_arxiv_id, without_suffix
from astrosearch.corpus.kinds import BUNDLE, LATEX, TEXT, inner_suffix
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.signatures import GZIP, foreign, is_tar, is_withdrawn, looks_like_tex
from astrosearch.corpus.suffixes import AUXILIARY, PRINTED, SUPPORT, suffix_of
from astrosearch.corpus.tree import MAX_FILE_BYTES, inside, too_large
from astrosearch.errors import Unreadable
from astrosearch.text import escaped, is_text

MAX_TOTAL_BYTES = 512 * 2**20
MAX_MEMBERS = 20_000
MAX_RATIO = 200  # gzip reaches 1032; sources of papers, their figures counted, stay below 20
_FREE_BYTES = 2**20  # the ratio isn't asked of so little
MAX_TEXT_BYTES = 128 * 2**20  # of what is kept of a paper; figures aren't
MAX_GZIP_MEMBERS = 20_000
_MAX_HEADER_BYTES = 2**16  # where tarfile looks for its fields, in the square of the time
_TEXTS = (*LATEX.suffixes, *SUPPORT, *TEXT.suffixes)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The text files of a bundle, of one paper mostly.

    `name` is the bundle's, the files' names are relative to it. `nested` says that it lies in
    another bundle, and no arXiv id tells that it is a paper.
    """

    name: str
    files: dict[str, bytes]
    warnings: tuple[str, ...] = ()
    nested: bool = False


class Doubtful(Unreadable):
    """An archive in a bundle that gave nothing: data beside a paper perhaps, or a paper."""


class Stream(Protocol):
    """Anything that is read from its beginning to its end."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; none at the end."""
        ...


def unpack(path: Path, name: str, budget: Budget | None = None) -> Iterator[Unpacked | Unreadable]:
    """Yield the papers of a bundle: one, or those of a bulk tar, one at a time.

    `name` is what the bundle is called in what comes back. The budget is for each paper.
    """
    try:
        with path.open("rb") as file:
            yield from _unpack(file, name, budget or Budget(), bulk=True)
    except OSError as error:
        yield Unreadable(name, f"can't be read: {error.strerror or error}")


def _unpack(
    stream: Stream, name: str, budget: Budget, *, bulk: bool
) -> Iterator[Unpacked | Unreadable]:
    try:
        head = Peeked(_Metered(stream, budget))
        inner = None
        if head.peek(2) == GZIP:
            inner = _inner_name(head.peek(1024))
            head = Peeked(_Metered(Gunzip(head, name, total=MAX_TOTAL_BYTES), budget))
        if _is_empty_tar(head.peek(2**16)):
            yield Unreadable(name, "an empty tar file")
        elif is_tar(head.peek(512)):
            yield from _papers(head, name, budget, bulk=bulk)
        else:
            yield _single(head, name, inner)
    except Unreadable as failure:
        yield failure if failure.name else Unreadable(name, failure.reason)
    except RecursionError:
        yield Unreadable(name, "broken tar file: headers within headers")
    except (tarfile.TarError, EOFError, UnicodeError, ValueError) as error:
        yield Unreadable(name, f"broken tar file: {error}")


class Peeked:
    """A stream whose first bytes can be looked at before they are read."""

    def __init__(self, stream: Stream) -> None:
        self._stream, self._ahead = stream, b""

    def peek(self, size: int) -> bytes:
        """Return the next `size` bytes, fewer at the end, and keep them."""
        while len(self._ahead) < size and (more := self._stream.read(size - len(self._ahead))):
            self._ahead += more
        return self._ahead[:size]

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        if not self._ahead:
            return self._stream.read(size)
        out, self._ahead = self._ahead[:size], self._ahead[size:]
        return out


class _Metered:
    """A stream that asks a budget before it is read on."""

    def __init__(self, stream: Stream, budget: Budget) -> None:
        self._stream, self._budget = stream, budget

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        self._budget.check()
        return self._stream.read(size)


class Gunzip:
    """Decompress a gzip stream, refusing what is broken or expands beyond reason.

    `total` bounds the bytes it may give; None where one paper at a time is read from them.
    """

    def __init__(self, stream: Stream, name: str, *, total: int | None) -> None:
        self._stream, self._name, self._total = stream, name, total
        self._members = 1
        self._zip = zlib.decompressobj(wbits=31)
        self._ready = b""  # compressed bytes read but not used
        self._taken = self._given = 0

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes."""
        while True:
            if self._zip.eof:  # gzip files may be concatenated; zero padding may follow
                rest = self._zip.unused_data.lstrip(b"\0") or self._fill().lstrip(b"\0")
                if not rest.startswith(GZIP[:1]):
                    return b""
                self._zip, self._ready = zlib.decompressobj(wbits=31), rest
                self._members += 1
                if self._total is not None and self._members > MAX_GZIP_MEMBERS:
                    reason = f"more than {MAX_GZIP_MEMBERS:,} gzip files in one"
                    raise Unreadable(self._name, reason)
            self._ready = self._ready or self._fill()
            if not self._ready:
                raise Unreadable(self._name, "the gzip file is cut off")
            try:
                out = self._zip.decompress(self._ready, size)
            except zlib.error as error:
                raise Unreadable(self._name, f"broken gzip file: {error}") from error
            self._ready = self._zip.unconsumed_tail
            if out:
                self._count(len(out))
                return out

    def _fill(self) -> bytes:
        block = self._stream.read(2**16)
        self._taken += len(block)
        return block

    def _count(self, size: int) -> None:
        self._given += size
        if self._total is not None and self._given > self._total:
            raise Unreadable(self._name, f"unpacks to more than {self._total // 2**20} MiB")
        if self._given > _FREE_BYTES + MAX_RATIO * self._taken:
            raise Unreadable(self._name, f"unpacks to more than {MAX_RATIO} times its size")


def _inner_name(head: bytes) -> str | None:
    """Read the name a file had before it was compressed from its gzip header (RFC 1952)."""
    if len(head) < 12 or not head[3] & 8:
        return None
    start = 12 + int.from_bytes(head[10:12], "little") if head[3] & 4 else 10
    return head[start : head.find(b"\0", start)].decode("latin-1").replace("\\", "/") or None


class _Member(tarfile.TarInfo):
    """The header of a tar file's member, which raises Unreadable where it is broken or too large.

    tarfile itself takes a broken header for the file's end, and reads names of any size.
    """

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Member:
        try:
            member = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if not buf or not any(buf):
                raise
            raise Unreadable("", "the tar file is cut off or broken") from error
        if member.size > _MAX_HEADER_BYTES and member.type in b"xgXLK":
            raise Unreadable("", "broken tar file: a header too large")
        return member


def _is_empty_tar(head: bytes) -> bool:
    """Whether a file is a tar file's end, two or more blocks of zeros, and nothing else."""
    return len(head) >= 1024 and len(head) % 512 == 0 and not head.strip(b"\0")


class _Contents:
    """The files of a tar file that are not packed in it as papers of their own."""

    def __init__(self, name: str) -> None:
        self.files: dict[str, bytes] = {}
        self.warnings: list[str] = []
        self._name = name
        self._count = self._total = self._kept = 0
        self._suffixes: set[str] = set()

    def add(self, member: tarfile.TarInfo, body: Stream | None) -> None:
        """Take what a member holds of use.

        Raises
        ------
        Unreadable
            When there are too many members, or too large ones.
        """
        self._count, self._total = self._count + 1, self._total + member.size
        if self._count > MAX_MEMBERS:
            raise Unreadable(self._name, f"holds more than {MAX_MEMBERS:,} files: unpack it")
        if self._total > MAX_TOTAL_BYTES:
            reason = f"unpacks to more than {MAX_TOTAL_BYTES // 2**20} MiB: unpack it"
            raise Unreadable(self._name, reason)
        if member.isdir() or _is_hidden(member.name):
            return
        name, refusal = inside(member.name), _refusal(member)
        if refusal is not None:
            self.warnings.append(f"{escaped(member.name)}: left out: {refusal}")
        elif body is not None and name is not None:
            self._suffixes.add(suffix_of(name))
            self._keep(name, body, member.size)

    def _keep(self, name: str, body: Stream, size: int) -> None:
        head = b""
        if not _is_text(name):
            if suffix_of(name) in (*AUXILIARY, *BUNDLE.suffixes):
                return
            head = body.read(4096)
            if not looks_like_tex(head):
                return
        self._kept += size
        if self._kept > MAX_TEXT_BYTES:
            reason = f"more than {MAX_TEXT_BYTES // 2**20} MiB of text"
            raise Unreadable(self._name, reason)
        self.files[name] = head + _all_of(body)

    def why_empty(self) -> str:
        """Say why there is no text in it."""
        if not self._count:
            return "an empty tar file"
        others = [title for suffix, title in PRINTED.items() if suffix in self._suffixes]
        if self._suffixes.intersection(BUNDLE.suffixes):
            others.append("archives within archives: unpack it")
        return "no TeX source in it" + (f", but {', '.join(others)}" if others else "")


def _all_of(body: Stream) -> bytes:
    blocks = []
    while block := body.read(2**20):
        blocks.append(block)
    return b"".join(blocks)


def _papers(
    stream: Stream, name: str, budget: Budget, *, bulk: bool
) -> Iterator[Unpacked | Unreadable]:
    """Read a tar file: the papers packed in it, one at a time, then what else it holds."""
    contents = _Contents(name)
    packed = False
    try:
        file = cast("IO[bytes]", stream)  # tarfile does no more than read it
        with tarfile.open(fileobj=file, mode="r|", tarinfo=_Member) as tar:
            while (member := tar.next()) is not None:
                tar.members = []  # type: ignore[attr-defined]  # it would keep every header
                body = tar.extractfile(member) if member.isreg() else None
                inner = inside(member.name)
                if not bulk or body is None or inner is None or _is_hidden(inner):
                    contents.add(member, body)
                elif _is_paper(inner):
                    if suffix_of(inner) not in PRINTED or not id_in_path(name):
                        packed = True
                        yield from _packed(body, f"{name}/{inner}", budget)
                elif _may_hold_papers(inner):
                    packed = True
                    for unit in _packed(body, f"{name}/{inner}", budget):
                        if isinstance(unit, Unreadable):
                            yield Doubtful(unit.name, unit.reason)
                        else:
                            yield replace(unit, nested=True)
                else:
                    contents.add(member, body)
    except Unreadable as failure:
        raise failure if failure.name else Unreadable(name, failure.reason) from None
    if contents.files:
        yield Unpacked(name, contents.files, tuple(contents.warnings))
    elif not packed:
        yield Unreadable(name, contents.why_empty())


def _packed(body: Stream, name: str, budget: Budget) -> Iterator[Unpacked | Unreadable]:
    """Read a bundle that lies in another one."""
    budget.restart()
    for unit in _unpack(body, escaped(name), budget, bulk=False):
        if not isinstance(unit, Doubtful):
            yield unit
    budget.restart()


def _is_paper(name: str) -> bool:
    """Whether a member of a tar file is itself a paper as arXiv keeps it: `2301/2301.00001.gz`."""
    may_be = suffix_of(name) in (*BUNDLE.suffixes, *PRINTED)
    return may_be and id_in_path(name) is not None


def _may_hold_papers(name: str) -> bool:
    """Whether a member of a tar file is an archive, and not by its name a table or figure."""
    inner = inner_suffix(name)
    packed = (*BUNDLE.suffixes, *LATEX.suffixes, *TEXT.suffixes)
    return suffix_of(name) in BUNDLE.suffixes and (not inner or inner in packed)


def _is_hidden(name: str) -> bool:
    """Whether a name is one that walking a folder passes over, or macOS adds to archives."""
    parts = name.split("/")
    return "__MACOSX" in parts or any(p.startswith(".") and p not in (".", "..") for p in parts)


def _refusal(member: tarfile.TarInfo) -> str | None:
    if member.issym() or member.islnk():
        return "a link"
    if not member.isreg():
        return "not a file"
    if member.name.startswith("/") or ".." in member.name.split("/") or inside(member.name) is None:
        return "its name leads out of the bundle"
    if not is_text(member.name):
        return "its name is not UTF-8"
    if member.size > MAX_FILE_BYTES:
        return too_large(member.size)
    return None


def _is_text(name: str) -> bool:
    last = name.rpartition("/")[2].lower()
    return last.endswith(_TEXTS) or last.startswith("00readme")


def _single(stream: Peeked, name: str, inner: str | None) -> Unpacked | Unreadable:
    """Read a bundle of one file."""
    reason = foreign(stream.peek(1024))
    if reason is not None:
        return Unreadable(name, reason)
    blocks, size = [], 0
    while block := stream.read(2**20):
        blocks.append(block)
        size += len(block)
        if size > MAX_FILE_BYTES:
            return Unreadable(name, too_large(size))
    content = b"".join(blocks)
    if is_withdrawn(content):
        return Unreadable(name, "withdrawn: no source")
    stem = name.rpartition("/")[2]
    parsed = parse_arxiv_id(stem)
    default = f"{parsed[0].replace('/', '')}.tex" if parsed else f"{without_suffix(stem)}.tex"
    last = inner.rpartition("/")[2] if inner else ""
    return Unpacked(name, {last if last and inside(last) else default: content})

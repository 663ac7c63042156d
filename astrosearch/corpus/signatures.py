"""What a file is, by its first bytes."""

from __future__ import annotations

import re
import tarfile

GZIP = b"\x1f\x8b"
_TEX = re.compile(
    rb"\\(?:documentclass|documentstyle|begin|input|magnification|def|title|section|centerline|font"
    rb"|hsize|vsize|baselineskip|nopagenumbers|parindent|parskip|topmatter|bye)\b"
)


def is_tar(head: bytes) -> bool:
    """Whether a file's first 512 bytes are the header of a tar file's first member."""
    if len(head) < 512:
        return False
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.TarError:
        return False
    return True


def foreign(head: bytes) -> str | None:
    """Say what a file is by its first bytes, when it isn't text."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"%PDF"):
        return "PDF only: no source"
    if start.startswith((b"%!", b"\xc5\xd0\xd3\xc6", b"\x04%!")):
        return "PostScript only: no source"
    if start[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "HTML: no TeX source"
    if head.startswith(b"PK\x03\x04"):
        return "a zip archive or Word document: no TeX source"
    if head.startswith(GZIP):
        return "compressed twice"
    if not start:
        return "empty"
    if head.count(b"\0") > len(head) // 100:
        return "not text"
    return None


def is_bundle(head: bytes) -> bool:
    """Whether a file's first bytes are those of a gzip or tar file."""
    return head.startswith(GZIP) or is_tar(head[:512])


def is_latex(head: bytes) -> bool:
    """Whether a file's first bytes are those of TeX, by its commands."""
    return is_plain(head) and _TEX.search(head) is not None


def looks_like_tex(head: bytes) -> bool:
    """Whether a file's first bytes may be those of TeX: its commands, or a comment."""
    return is_plain(head) and (_TEX.search(head) is not None or head.lstrip()[:1] == b"%")


def is_plain(head: bytes) -> bool:
    """Whether a file's first bytes are those of a text, of whatever sort."""
    return not is_bundle(head) and foreign(head) is None


def is_withdrawn(content: bytes) -> bool:
    """Whether a source is the note that stands for a withdrawn paper."""
    if len(content) > 4096 or _TEX.search(content):
        return False
    lower = content.lower()
    return b"%auto-ignore" in lower or b"withdrawn" in lower

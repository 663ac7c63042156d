"""What may be shown on a terminal or a page, stored, and followed with a click."""

from __future__ import annotations

import re
import unicodedata

# What steers a terminal, or has it show text in another order than it stands in: control
# characters but line ends and tabs, and the marks, overrides and isolates of direction.
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")

_LINE_ENDS = re.compile(r"[\t\n\u2028\u2029]+")

# Words that nearly every sentence holds: they cost BM25 most of its time and decide nothing.
STOPWORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be been by can do does for from has have how in is it its of on or "
        "that the their these this to was we were what when where which why with",
    )
)


def is_text(text: str) -> bool:
    """Whether a string is text, not bytes of another encoding that the system let through."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encodable(text: str) -> str:
    """Put a question mark for each half of a surrogate pair, which no encoding can hold.

    JSON can spell one; tokenizers, files and SQLite take none.
    """
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def composed(text: str) -> str:
    """Return text with letters and their marks as one sign, Unicode's NFC.

    A file's name may be in another form, as disks of macOS have it.
    """
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def escaped(text: str) -> str:
    """Return text as it can be shown, bytes of another encoding written `\\udc..`."""
    return text.encode(errors="backslashreplace").decode()


def harmless(text: str) -> str:
    """Return text without what steers a terminal; right-to-left scripts need none of it."""
    return CONTROL.sub("", text)


def is_link(url: str) -> bool:
    """Whether an address may be followed with a click: of the web, and nothing hidden in it."""
    return re.fullmatch(r"https?://[!-~]+", url) is not None


def one_line(text: str) -> str:
    """Drop what could steer a terminal or reorder its text; line ends and tabs become spaces."""
    return harmless(_LINE_ENDS.sub(" ", text))


def counted(number: int, thing: str, several: str = "") -> str:
    """Write a number of things; `several` of them are called so, where that isn't with an s.

    >>> counted(1, "paper"), counted(1200, "paper"), counted(2, "query", "queries")
    ('1 paper', '1,200 papers', '2 queries')
    """
    return f"{number:,} {thing if number == 1 else several or thing + 's'}"

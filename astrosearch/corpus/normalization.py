"""Unicode's composed form, NFC, in time that grows with the text.

Python sorts the marks upon one letter in the square of their number, without a pause in which
it could be stopped. So of more than Unicode's Stream-Safe Text Format allows, the rest is dropped.
"""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 30  # upon one letter: https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format

_MANY = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")  # marks are no letters

# Ligatures as PDFs have them; the soft hyphen, and what takes no room.
_LETTERS = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st", 0x00AD: None, 0x200B: None, 0x2060: None, 0xFEFF: None,
}  # fmt: skip
_UNSEEN = re.compile("[\ufb00-\ufb06\u00ad\u200b\u2060\ufeff]|\u0131[\u0300-\u036f]")
_DOTLESS = re.compile("\u0131(?=[\u0300-\u036f])")  # below an accent it is an `i`


def nfc(text: str) -> str:
    """Compose letters and their marks.

    >>> nfc("e\\u0301"), len(nfc("x" + "\\u0301" * 1000))
    ('é', 31)
    """
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MANY.sub(_thinned, text))


def _thinned(run: re.Match[str]) -> str:
    kept: list[str] = []
    marks = 0
    for sign in run[0]:
        marks = marks + 1 if unicodedata.combining(sign) else 0
        if marks <= MAX_MARKS:
            kept.append(sign)
    return "".join(kept)


def plain_letters(text: str) -> str:
    """Write ligatures as their letters, and drop hyphens and spaces that nobody sees.

    >>> plain_letters("the magnetic \\ufb01eld of this pa\\u00adper")
    'the magnetic field of this paper'
    """
    if text.isascii() or _UNSEEN.search(text) is None:
        return text
    return _DOTLESS.sub("i", text.translate(_LETTERS))

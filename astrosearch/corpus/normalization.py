"""Unicode's composed form, NFC, in time that grows with the text.

Python sorts the marks upon one letter in the square of their number, without a pause in which
it could be stopped. So of more than Unicode's Stream-Safe Text Format allows, the rest is dropped.
"""

from __future__ import annotations

import re
import unicodedata

MAX_MARKS = 30  # upon one letter: https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format

_MANY = re.compile(rf"[^\w\s\x00-\x7f]{{{MAX_MARKS + 1},}}")  # marks are no letters


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

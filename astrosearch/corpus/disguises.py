"""Files of text that are something else: mails, LaTeX under another name."""

from __future__ import annotations

import re
from itertools import takewhile

_LATEX = re.compile(r"(?:\s|%[^\n]*\n){0,2000}\\document(?:class|style)\b")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40}):(?:\s|$)")
_OF_MAILS = {"from", "to", "subject", "received", "return-path", "message-id", "mime-version"}


def no_prose(text: str) -> str | None:
    """Say what a text is that is no paper in plain words; None if it may be one.

    >>> no_prose("\\\\documentclass{article}")
    'LaTeX under another name: rename it to end in .tex'
    """
    if _LATEX.match(text) is not None:
        return "LaTeX under another name: rename it to end in .tex"
    head = takewhile(str.strip, text[:20_000].lstrip("\n").split("\n"))
    fields = [found[1].lower() for line in head if (found := _HEADER.match(line))]
    if "from" in fields and len(_OF_MAILS.intersection(fields)) > 2:
        return "a mail, and none that lists papers of arXiv"
    return None

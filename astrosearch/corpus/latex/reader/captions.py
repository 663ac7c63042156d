"""Handlers of captions: all that is read of figures and tables."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.reader.reading import Reading

MIN_PANEL = 6  # spaces in a panel's caption that is worth reading

_CAPTION = re.compile(
    r"\\(subfigure|subfloat|caption|tablecaption|figcaption|captionof|tablecomments|tablefoot|captionsetup|tablenotetext)"
    r"\*?(?![A-Za-z])"
)


def float_captions(reading: Reading, environment: str, start: int, span: tuple[int, int]) -> None:
    """Read the captions of a float and nothing else of it."""
    kind = "Table caption" if "table" in environment.lower() else "Figure caption"
    while match := _CAPTION.search(reading.text, start, span[0]):
        reading.position, limit = match.end(), span[0]
        name = match[1]
        if name == "captionsetup":
            start = reading.position
            continue
        if name in ("subfigure", "subfloat"):
            panel(reading, name, match.start())
            start = reading.position
            continue
        if name in ("captionof", "tablenotetext") and reading.group() is None:
            start = reading.position
            continue
        reading.option()
        group = reading.group()
        start = max(match.end(), reading.position)
        if group is not None and group[1] <= limit:
            section = "Table caption" if "tab" in name else kind
            reading.aside(group, section)
    reading.position = span[1]


def caption(reading: Reading, name: str, position: int) -> None:
    r"""`\caption`, out of a float that is known."""
    reading.star()
    reading.option()
    group = reading.group()
    if group is not None:
        reading.aside(group, "Table caption" if name == "tablecaption" else "Figure caption")


def panel(reading: Reading, name: str, position: int) -> None:
    """A panel: its caption, where it is more than its letter."""
    first, second = reading.option(), reading.option()
    caption = second or first
    if caption is not None and reading.text.count(" ", *caption) >= MIN_PANEL:
        reading.aside(caption, "Figure caption")


def caption_of(reading: Reading, name: str, position: int) -> None:
    r"""`\captionof{table}{...}`."""
    kind = reading.argument()
    reading.option()
    group = reading.group()
    if group is not None:
        reading.aside(group, "Table caption" if "table" in kind else "Figure caption")

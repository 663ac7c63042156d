"""Handlers of captions: all that is read of figures and tables."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.reader.text_reader import TextReader

MIN_PANEL = 6  # spaces in a panel's caption that is worth reading

_CAPTION = re.compile(
    r"\\(subfigure|subfloat|caption|tablecaption|figcaption|captionof|tablecomments|tablefoot|captionsetup|tablenotetext)"
    r"\*?(?![A-Za-z])"
)


def float_captions(reader: TextReader, environment: str, start: int, span: tuple[int, int]) -> None:
    """Read the captions of a float and nothing else of it."""
    kind = "Table caption" if "table" in environment.lower() else "Figure caption"
    while match := _CAPTION.search(reader.text, start, span[0]):
        reader.position, limit = match.end(), span[0]
        name = match[1]
        if name == "captionsetup":
            start = reader.position
            continue
        if name in ("subfigure", "subfloat"):
            panel(reader, name, match.start())
            start = reader.position
            continue
        if name in ("captionof", "tablenotetext") and reader.group() is None:
            start = reader.position
            continue
        reader.option()
        group = reader.group()
        start = max(match.end(), reader.position)
        if group is not None and group[1] <= limit:
            section = "Table caption" if "tab" in name else kind
            reader.aside(group, section)
    reader.position = span[1]


def caption(reader: TextReader, name: str, position: int) -> None:
    r"""`\caption`, out of a float that is known."""
    reader.star()
    reader.option()
    group = reader.group()
    if group is not None:
        reader.aside(group, "Table caption" if name == "tablecaption" else "Figure caption")


def panel(reader: TextReader, name: str, position: int) -> None:
    """A panel: its caption, where it is more than its letter."""
    first, second = reader.option(), reader.option()
    caption = second or first
    if caption is not None and reader.text.count(" ", *caption) >= MIN_PANEL:
        reader.aside(caption, "Figure caption")


def caption_of(reader: TextReader, name: str, position: int) -> None:
    r"""`\captionof{table}{...}`."""
    kind = reader.argument()
    reader.option()
    group = reader.group()
    if group is not None:
        reader.aside(group, "Table caption" if "table" in kind else "Figure caption")

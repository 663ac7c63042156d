"""Handlers of captions: all that is read of figures and tables."""

from __future__ import annotations

import re

from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.passages import Builder
from astrosearch.corpus.latex.reader.text_reader import MAX_DEPTH, TextReader

MIN_PANEL = 6  # spaces in a panel's caption that is worth reading

MIN_NOTE = 8  # words of a note in a table's rows

_TABLE_NAMES = frozenset(
    {"tablecaption", "topcaption", "bottomcaption", "tablecomments", "tablefoot", "tablenotetext"}
)
_SPANNING = re.compile(r"\\multicolumn\s*\{\s*\d+\s*\}\s*\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}")
_KEYED = re.compile(r"\b(?:caption|(?:note|remark)\s*\{[^{}]*\})\s*=\s*(?=\{)")
_CAPTION = re.compile(
    r"\\(subfigure|subfloat|caption|tablecaption|figcaption|captionof|tablecomments|tablefoot"
    r"|captionsetup|tablenotetext|topcaption|bottomcaption)"
    r"\*?(?![A-Za-z])"
)


def float_captions(reader: TextReader, environment: str, start: int, span: tuple[int, int]) -> None:
    """Read the captions of a float, and the notes beside a table; nothing else of it."""
    if "table" in environment.lower() and environment not in words.ROWS_WITHIN:
        reader.position = start
        reader.skip_arguments(2 if "wrap" in environment or "floating" in environment else 0)
        _read_table(reader, span)
        return
    is_table = "table" in environment.lower() or environment in words.ROWS_WITHIN
    kind = "Table caption" if is_table else "Figure caption"
    if environment in words.ROWS_WITHIN:
        reader.position = start
        if option := reader.option():
            _read_keyed(reader, option)
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
            section = "Table caption" if name in _TABLE_NAMES else kind
            reader.aside(group, section)
    reader.position = span[1]


def _read_table(reader: TextReader, span: tuple[int, int]) -> None:
    """Read a table's captions and the notes around its rows, after the paragraph."""
    if reader.blocks > MAX_DEPTH:
        reader.position = span[1]
        return
    outer = reader.builder, reader.passages, reader.waiting, reader.section, reader.in_table
    after_display, end = reader.after_display, reader.end
    reader.builder, reader.passages, reader.waiting = Builder(reader.source), [], []
    reader.section, reader.in_table = "Table caption", True
    reader.end = span[0]
    reader.blocks += 1
    reader.walk()
    reader.flush()
    reader.blocks -= 1
    found = [*reader.passages, *reader.waiting]
    reader.builder, reader.passages, reader.waiting, reader.section, reader.in_table = outer
    reader.after_display, reader.position, reader.end = after_display, span[1], end
    reader.waiting += found


def notes_in_rows(reader: TextReader, start: int, end: int) -> None:
    r"""Read the notes that stand in a table's rows, `\multicolumn{5}{l}{Notes: ...}`."""
    for match in _SPANNING.finditer(reader.text, start, end):
        reader.position = match.end()
        group = reader.group()
        if group is None or group[1] > end:
            continue
        text = reader.text[group[0] : group[1]].rstrip(" }\n")
        if text.endswith((".", ".)")) and len(text.split()) >= MIN_NOTE:
            reader.aside(group, "Table caption")


def _read_keyed(reader: TextReader, option: tuple[int, int]) -> None:
    """Read the caption and notes that are given as `caption = {...}, note{a} = {...}`."""
    for match in _KEYED.finditer(reader.text, *option):
        saved, reader.position = reader.position, match.end()
        group = reader.group()
        reader.position = saved
        if group is not None and group[1] <= option[1]:
            reader.aside(group, "Table caption")


def keyed_table(reader: TextReader, name: str, position: int) -> None:
    r"""`\ctable[caption = {...}]{columns}{notes}{rows}`."""
    option = reader.option()
    if option is None:
        return
    _read_keyed(reader, option)
    reader.group()
    notes = reader.group()
    if notes is not None and reader.text.count(" ", *notes) >= MIN_NOTE:
        reader.aside(notes, "Table caption")
    reader.group()


def table_note(reader: TextReader, name: str, position: int) -> None:
    """A note to a table."""
    reader.option()
    group = reader.group()
    if group is not None:
        reader.aside(group, "Table caption")


def note_mark(reader: TextReader, name: str, position: int) -> None:
    r"""`\tnote{a}`, a mark alone, or ctable's `\tnote[a]{...}`, which holds the note."""
    if reader.option() is None:
        reader.group()


def marked_note(reader: TextReader, name: str, position: int) -> None:
    r"""`\tablenotetext{a}{...}`."""
    reader.group()
    table_note(reader, name, position)


def caption(reader: TextReader, name: str, position: int) -> None:
    r"""`\caption`, out of a float that is known."""
    reader.star()
    reader.option()
    group = reader.group()
    if group is not None:
        of_table = reader.in_table or name in _TABLE_NAMES
        reader.aside(group, "Table caption" if of_table else "Figure caption")


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

"""Handlers of commands within a line of text."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.quantities import roman
from astrosearch.corpus.latex.reader.hand_headings import hand_heading
from astrosearch.corpus.latex.reader.text_reader import TextReader
from astrosearch.corpus.latex.symbols import SUBSCRIPTS, is_stage, superscript

_DIMENSION = re.compile(
    r"[ \t]*+=?[ \t]*+(?:-?[\d.]*+\s*+\\[A-Za-z]+|-?[\d.]+\s*(?:true)?"
    r"(?:pt|mm|cm|in|em|ex|mu|pc|bp|dd|sp|fill?l?)?)"
    r"(?:[ \t]*+(?:plus|minus)[ \t]*+-?[\d.]*+\s*+(?:true)?(?:pt|mm|cm|in|em|ex|fill?l?)?)*[ \t]?"
)
_ALIGNED = re.compile(r"\s*(?:(?:to|spread)[^{}\n]{0,60}|=)?(?=\s*\{)")
_EDIT = re.compile(r"[ \t]*(?:[0-9]|\{[0-9]\})(?=[ \t\n\x1f]*\{)")
_ASSIGNED = re.compile(r"[ \t]*+=?[ \t]*+(?:-?[\d.]+|\\[A-Za-z]+)?[ \t]?")
_ELEMENT = re.compile(r"(?:^|[^A-Za-z])[A-Z][a-z]?\s*$")
_STAGE_GROUP = re.compile(r"\s*([ivxIVX]+)\s*(?=\})")


def raised(reader: TextReader, name: str, position: int) -> None:
    """A superscript in text."""
    text = reader.plain_text(reader.argument())
    raised = superscript(text)
    if reader.in_table and reader.marks_note(raised):
        return
    reader.builder.text(text if raised.startswith("^") else raised, position)


def lowered(reader: TextReader, name: str, position: int) -> None:
    """A subscript in text."""
    text = reader.plain_text(reader.argument())
    reader.builder.text(text.translate(SUBSCRIPTS) if text.isdigit() else text, position)


def ion(reader: TextReader, name: str, position: int) -> None:
    r"""`\ion{C}{4}`."""
    element = reader.plain_text(reader.argument())
    stage = reader.plain_text(reader.argument())
    reader.builder.text(f"{element} {roman(stage)}".strip(), position)


def second_only(reader: TextReader, name: str, position: int) -> None:
    r"""`\href{address}{text}` or `\replaced{old}{new}`: the second group stays to be read."""
    reader.option()
    reader.group()


def edited(reader: TextReader, name: str, position: int) -> None:
    r"""`\edit1{text}` of AASTeX, whose digit tells only how the edit is marked."""
    match = _EDIT.match(reader.text, reader.position, reader.end)
    if match:
        reader.position = match.end()


def set_apart(reader: TextReader, name: str, position: int) -> None:
    """A change of type or a centred line: a heading, where it is alone on its line."""
    hand_heading(reader, position)


def unindented(reader: TextReader, name: str, position: int) -> None:
    r"""`\noindent`, with which headings by hand begin."""
    if not hand_heading(reader, position):
        reader.skip_space()


def first_only(reader: TextReader, name: str, position: int) -> None:
    """Of two groups, the first."""
    group = reader.group()
    reader.group()
    if group is not None:
        reader.read(group[0], group[1], reader.builder)


def twocolumn(reader: TextReader, name: str, position: int) -> None:
    r"""`\twocolumn[...]`, whose option is text."""
    if reader.text.startswith("[", reader.position):
        reader.position += 1


def alignment(reader: TextReader, name: str, position: int) -> None:
    r"""A table of plain TeX, `\halign to 5cm{...}`, which isn't read."""
    match = _ALIGNED.match(reader.text, reader.position, reader.end)
    if match:
        reader.position = match.end()
    reader.group()


def colour(reader: TextReader, name: str, position: int) -> None:
    r"""`\color{red}`, which passes over the space behind it, too."""
    reader.skip_arguments(1)
    reader.skip_space()


def nothing(reader: TextReader, name: str, position: int) -> None:
    """A command that prints nothing, and whose arguments are text."""
    return


def dimension(reader: TextReader, name: str, position: int) -> None:
    """A length that is set or skipped."""
    match = _DIMENSION.match(reader.text, reader.position, reader.end)
    if match:
        reader.position = match.end()


def assignment(reader: TextReader, name: str, position: int) -> None:
    """A number that is set."""
    match = _ASSIGNED.match(reader.text, reader.position, reader.end)
    if match:
        reader.position = match.end()


def small_capitals(reader: TextReader, name: str, position: int) -> None:
    r"""`\textsc`, which may hold an ionization stage."""
    group = reader.group()
    if group is None:
        return
    text = reader.text[group[0] : group[1]].strip()
    if is_stage(text) and _after_element(reader):
        _write_stage(reader, text, position)
    else:
        reader.read(group[0], group[1], reader.builder)


def stage(reader: TextReader, name: str, position: int) -> None:
    r"""A change of type, which may be an ionization stage's: `H{\sc i}`."""
    match = _STAGE_GROUP.match(reader.text, reader.position, reader.end + 1)
    if match and is_stage(match[1].lower()) and _after_element(reader):
        reader.position = match.end()
        _write_stage(reader, match[1], position)
    else:
        reader.skip_space()


def _after_element(reader: TextReader) -> bool:
    before = "".join(piece[0] for piece in reader.builder.pieces[-3:])
    return _ELEMENT.search(before[-5:]) is not None


def _write_stage(reader: TextReader, stage: str, position: int) -> None:
    reader.builder.text(" ", position)
    reader.builder.text(stage.upper(), position)


def quoted(reader: TextReader, name: str, position: int) -> None:
    r"""`\enquote`."""
    reader.star()
    group = reader.group()
    if group is not None:
        reader.builder.text("“", group[0])
        reader.read(group[0], group[1], reader.builder)
        reader.builder.text("”", group[1])


def box(reader: TextReader, name: str, position: int) -> None:
    """A box of a given size or height, whose text follows."""
    while reader.option():
        pass
    reader.group()
    while reader.option():
        pass


def set_length(reader: TextReader, name: str, position: int) -> None:
    r"""`\setlength\length{1em}`."""
    reader.argument()
    reader.argument()


def pass_over(reader: TextReader, name: str, position: int) -> None:
    """A group that isn't read."""
    reader.group()

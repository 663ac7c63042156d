"""Handlers of commands within a line of text."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.quantities import roman
from astrosearch.corpus.latex.reader.reading import Reading
from astrosearch.corpus.latex.symbols import SUBSCRIPTS, is_stage, superscript

_DIMENSION = re.compile(
    r"[ \t]*+=?[ \t]*+(?:-?[\d.]*+\s*+\\[A-Za-z]+|-?[\d.]+\s*(?:true)?"
    r"(?:pt|mm|cm|in|em|ex|mu|pc|bp|dd|sp|fill?l?)?)"
    r"(?:[ \t]*+(?:plus|minus)[ \t]*+-?[\d.]*+\s*+(?:true)?(?:pt|mm|cm|in|em|ex|fill?l?)?)*[ \t]?"
)
_ASSIGNED = re.compile(r"[ \t]*+=?[ \t]*+(?:-?[\d.]+|\\[A-Za-z]+)?[ \t]?")
_ELEMENT = re.compile(r"(?:^|[^A-Za-z])[A-Z][a-z]?\s*$")
_STAGE_GROUP = re.compile(r"\s*([ivxIVX]+)\s*(?=\})")


def raised(reading: Reading, name: str, position: int) -> None:
    """A superscript in text."""
    text = reading.plain_text(reading.argument())
    raised = superscript(text)
    reading.builder.text(text if raised.startswith("^") else raised, position)


def lowered(reading: Reading, name: str, position: int) -> None:
    """A subscript in text."""
    text = reading.plain_text(reading.argument())
    reading.builder.text(text.translate(SUBSCRIPTS) if text.isdigit() else text, position)


def ion(reading: Reading, name: str, position: int) -> None:
    r"""`\ion{C}{4}`."""
    element = reading.plain_text(reading.argument())
    stage = reading.plain_text(reading.argument())
    reading.builder.text(f"{element} {roman(stage)}".strip(), position)


def second_only(reading: Reading, name: str, position: int) -> None:
    r"""`\href{address}{text}` or `\replaced{old}{new}`: the second group stays to be read."""
    reading.option()
    reading.group()


def first_only(reading: Reading, name: str, position: int) -> None:
    """Of two groups, the first."""
    group = reading.group()
    reading.group()
    if group is not None:
        reading.read(group[0], group[1], reading.builder)


def twocolumn(reading: Reading, name: str, position: int) -> None:
    r"""`\twocolumn[...]`, whose option is text."""
    if reading.text.startswith("[", reading.position):
        reading.position += 1


def nothing(reading: Reading, name: str, position: int) -> None:
    """A command that prints nothing, and whose arguments are text."""
    return


def dimension(reading: Reading, name: str, position: int) -> None:
    """A length that is set or skipped."""
    match = _DIMENSION.match(reading.text, reading.position, reading.end)
    if match:
        reading.position = match.end()


def assignment(reading: Reading, name: str, position: int) -> None:
    """A number that is set."""
    match = _ASSIGNED.match(reading.text, reading.position, reading.end)
    if match:
        reading.position = match.end()


def small_capitals(reading: Reading, name: str, position: int) -> None:
    r"""`\textsc`, which may hold an ionization stage."""
    group = reading.group()
    if group is None:
        return
    text = reading.text[group[0] : group[1]].strip()
    if is_stage(text) and _after_element(reading):
        _write_stage(reading, text, position)
    else:
        reading.read(group[0], group[1], reading.builder)


def stage(reading: Reading, name: str, position: int) -> None:
    r"""A change of type, which may be an ionization stage's: `H{\sc i}`."""
    match = _STAGE_GROUP.match(reading.text, reading.position, reading.end + 1)
    if match and is_stage(match[1].lower()) and _after_element(reading):
        reading.position = match.end()
        _write_stage(reading, match[1], position)
    else:
        reading.skip_space()


def _after_element(reading: Reading) -> bool:
    before = "".join(piece[0] for piece in reading.builder.pieces[-3:])
    return _ELEMENT.search(before[-5:]) is not None


def _write_stage(reading: Reading, stage: str, position: int) -> None:
    reading.builder.text(" ", position)
    reading.builder.text(stage.upper(), position)


def quoted(reading: Reading, name: str, position: int) -> None:
    r"""`\enquote`."""
    reading.star()
    group = reading.group()
    if group is not None:
        reading.builder.text("“", group[0])
        reading.read(group[0], group[1], reading.builder)
        reading.builder.text("”", group[1])


def box(reading: Reading, name: str, position: int) -> None:
    """A box of a given size or height, whose text follows."""
    while reading.option():
        pass
    reading.group()
    while reading.option():
        pass


def set_length(reading: Reading, name: str, position: int) -> None:
    r"""`\setlength\length{1em}`."""
    reading.argument()
    reading.argument()


def pass_over(reading: Reading, name: str, position: int) -> None:
    """A group that isn't read."""
    reading.group()

r"""What plain TeX has in formulas: tables such as `\cases{...\cr}` and `\eqalign`, dimensions."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from astrosearch.corpus.latex.mathwords import stacked
from astrosearch.corpus.latex.tokens import words

TABLES = words(
    """
    cases matrix pmatrix bordermatrix eqalign eqalignno leqalignno displaylines halign ialign
    ooalign valign
    """
)
_DIMENSION = re.compile(
    r"\s*=?\s*(?:\\fontdimen\s*\d+\s*\\font"
    r"|-?[\d.]*\s*(?:\\jot|(?:true)?(?:pt|mm|cm|in|em|ex|mu)))(?![A-Za-z])"
)
_ROW_ENDS = ("\\cr", "\\crcr", "\\\\")
_WITH_PREAMBLE = ("halign", "ialign", "valign")
_NUMBERED = ("eqalignno", "leqalignno")  # their third column holds numbers of equations
_JOINED = ("eqalign", *_NUMBERED, "displaylines", "ooalign")  # a row is one formula


def table_text(name: str, tokens: Sequence[str], render: Callable[[list[str], bool], str]) -> str:
    """Write a table's rows between semicolons.

    `tokens` are what the table's group holds; `render` writes a cell's tokens, which may be text.
    """
    rows = _rows(tokens)
    if name in _WITH_PREAMBLE:
        del rows[:1]
    written: list[str] = []
    for cells in rows:
        if name in _NUMBERED:
            del cells[2:]
        if name in _JOINED:
            cells = [[lexeme for cell in cells for lexeme in (*cell, " ")]]
        shown = [render(cell, name == "cases" and number == 1) for number, cell in enumerate(cells)]
        written.append(" ".join(cell for cell in shown if cell))
    written = [row for row in written if row]
    sign = stacked(*written) if len(written) == 2 else None
    text = sign or "; ".join(written)
    return f"({text})" if name in ("pmatrix", "bordermatrix") else text


def _rows(tokens: Sequence[str]) -> list[list[list[str]]]:
    """The cells of each row."""
    rows: list[list[list[str]]] = [[[]]]
    depth = 0
    for lexeme in tokens:
        depth += (lexeme == "{") - (lexeme == "}")
        if depth == 0 and lexeme in _ROW_ENDS:
            rows.append([[]])
        elif depth == 0 and lexeme == "&":
            rows[-1].append([])
        else:
            rows[-1][-1].append(lexeme)
    return rows


def after_dimension(tokens: Sequence[str], position: int) -> int:
    r"""Where a dimension that may stand at `position`, as after `\kern`, ends."""
    match = _DIMENSION.match("".join(tokens[position : position + 12]))
    length = match.end() if match else 0
    while length > 0 and position < len(tokens):
        length -= len(tokens[position])
        position += 1
    return position

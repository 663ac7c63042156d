"""Hits as a spreadsheet reads them: CSV in which no cell is run as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from astrosearch.records import COLUMNS, COUNTS, Hit
from astrosearch.text import harmless

# Spreadsheets pass over white space and what has no width before the sign of a formula.
_FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200d\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def write_csv(
    answers: Iterable[tuple[str, Sequence[Hit]]], file: TextIO, *, papers: bool = False
) -> None:
    """Write answers, (query, hits), as CSV with a header.

    The columns are `records.COLUMNS`; with `papers`, the hits are papers and have COUNTS too.
    """
    columns = COLUMNS + COUNTS if papers else COLUMNS
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    for query, hits in answers:
        for hit in hits:
            row = {"query": query, **hit.row()}
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    """Return a value that no spreadsheet runs: a quote in front makes a formula text."""
    if not isinstance(value, str):
        return value
    text = harmless(value)
    is_formula = _FORMULA.match(value) or _FORMULA.match(text)  # what is dropped may hide a sign
    return f"'{text}" if is_formula else text

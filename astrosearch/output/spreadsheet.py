"""Hits as a spreadsheet reads them: CSV in which no cell is run as a formula."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import TextIO

from astrosearch.links import is_arxiv_id
from astrosearch.records import COLUMNS, COUNTS, SCORE_DIGITS, Hit
from astrosearch.text import harmless

# Spreadsheets pass over white space and what has no width before the sign of a formula.
_FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200d\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# What pandas, astropy and spreadsheets read as a number, a date or an empty cell.
_NUMBER = re.compile(
    r"(?i)[+-]?[\d.,:/\s_-]*(?:\d[\d.,:/\s_-]*(?:[edj][+-]?\d+|j)?|inf(?:inity)?)|0x[0-9a-f]+"
    r"|[+-]?#?n/?an?(?:1\.#ind)?|#?<?na>?|null|none|true|false|"
)


def write_csv(
    answers: Iterable[tuple[str, Sequence[Hit]]], file: TextIO, *, papers: bool = False
) -> None:
    """Write answers, (query, hits), as CSV with a header.

    The columns are `records.COLUMNS`; with `papers`, the hits are papers and have COUNTS too. An
    id that looks like a number is written so that nobody reads one: `arXiv:1905.08470`. Scores have
    the digits that they have as JSON.
    """
    columns = COLUMNS + COUNTS if papers else COLUMNS
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    for query, hits in answers:
        for hit in hits:
            row = {"query": query, **hit.row(), "paper_id": as_no_number(hit.paper.id)}
            row["score"] = round(hit.score, SCORE_DIGITS)
            writer.writerow({name: _cell(value) for name, value in row.items()})


def as_no_number(paper_id: str) -> str:
    """Return a paper's id as no reader of CSV takes it for a number, or for nothing.

    >>> as_no_number("1905.08470"), as_no_number("astro-ph/9805201"), as_no_number("notes/2020")
    ('arXiv:1905.08470', 'arXiv:astro-ph/9805201', 'notes/2020')
    >>> as_no_number("2020"), as_no_number("1e5"), as_no_number("NaN")
    ('id:2020', 'id:1e5', 'id:NaN')
    """
    if is_arxiv_id(paper_id):
        return f"arXiv:{paper_id}"
    return f"id:{paper_id}" if _NUMBER.fullmatch(paper_id.strip()) else paper_id


def _cell(value: object) -> object:
    """Return a value that no spreadsheet runs: a quote in front makes a formula text."""
    if not isinstance(value, str):
        return value
    text = harmless(value)
    is_formula = _FORMULA.match(value) or _FORMULA.match(text)  # what is dropped may hide a sign
    return f"'{text}" if is_formula else text

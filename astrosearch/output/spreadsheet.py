"""Hits as a spreadsheet reads them: CSV in which no cell is run as a formula."""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    write_table(_rows(answers), columns, file)


def write_tsv(
    answers: Iterable[tuple[str, Sequence[Hit]]], file: TextIO, *, papers: bool = False
) -> None:
    """Write answers as `write_csv` does, with a tab between cells and no quotes: for grep and cut.

    Tabs and line ends within a cell become spaces.
    """
    columns = COLUMNS + COUNTS if papers else COLUMNS
    write_table(_rows(answers), columns, file, tabs=True)


def write_table(
    rows: Iterable[Mapping[str, object]],
    columns: Sequence[str],
    file: TextIO,
    *,
    tabs: bool = False,
) -> None:
    """Write rows with a header, as CSV or with `tabs`; no cell is run as a formula."""
    if tabs:
        for row in itertools.chain([{name: name for name in columns}], rows):
            cells = (_cell(row[name]) for name in columns)
            texts = ("" if cell is None else " ".join(str(cell).split()) for cell in cells)
            file.write("\t".join(texts) + "\n")
        return
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(row[name]) for name in columns})


def _rows(answers: Iterable[tuple[str, Sequence[Hit]]]) -> Iterator[dict[str, object]]:
    for query, hits in answers:
        for hit in hits:
            told = {
                "query": query,
                "paper_id": as_no_number(hit.paper.id),
                "score": round(hit.score, SCORE_DIGITS),
            }
            yield hit.row() | told


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

"""Checksums of rows: an index that was damaged must not answer as if it were sound.

Each row that an answer is made of carries the CRC-32 of all that it says, its key included.
"""

from __future__ import annotations

import json
import zlib

_written = json.JSONEncoder(ensure_ascii=False).encode  # made once: a query sums up dozens of rows


def sentence_sum(
    sentence_id: int,
    paper_key: int,
    text: str,
    tex: str | None,
    section: str | None,
    file: str,
    line: int,
    paragraph: int | None = None,
) -> int:
    """Sum up a row of `sentences`; where no paragraph is known the sum is that of format 3."""
    known = () if paragraph is None else (paragraph,)
    return _sum(sentence_id, paper_key, text, tex, section, file, line, *known)


def paper_sum(
    paper_key: int,
    paper_id: str,
    title: str | None,
    authors: str,
    year: int | None,
    categories: str,
    doi: str | None,
    url: str | None,
    *known: object,
) -> int:
    """Sum up a row of `papers`, lists as the JSON that is stored.

    `known` are the columns from `names` on; where they tell nothing the sum is that of format 3.
    """
    told = known if any(known) else ()
    return _sum(paper_key, paper_id, title, authors, year, categories, doi, url, *told)


def _sum(*values: object) -> int:
    return zlib.crc32(_written(values).encode(errors="surrogatepass"))

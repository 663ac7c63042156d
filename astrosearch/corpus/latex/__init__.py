r"""Read LaTeX papers: macros expanded, formulas readable, every line traced to its file.

A paragraph is a passage, and its section is the innermost heading's text. The title is a
passage of section "Title", the abstract's are "Abstract", captions are "Figure caption" or
"Table caption", as are notes beside tables; footnotes and captions follow the paragraph they
interrupt. Left out are notes that are only an address, comments, preambles, table bodies, code,
drawings, bibliographies, affiliations and keywords.
"""

from __future__ import annotations

from astrosearch.corpus.document import Document, SourceTree
from astrosearch.corpus.latex.authors import author_names, parts_of_names
from astrosearch.corpus.latex.citations import Bibliography
from astrosearch.corpus.latex.frontpages import without_title_pages
from astrosearch.corpus.latex.macros.actions import expand
from astrosearch.corpus.latex.mainfile import (
    Candidate,
    choose_main,
    documents_in,
    ignored_documents,
)
from astrosearch.corpus.latex.numbering import numbers
from astrosearch.corpus.latex.reader.handlers import open_reader
from astrosearch.corpus.latex.reader.sections import read_document
from astrosearch.corpus.latex.reader.undefined import warnings_of
from astrosearch.corpus.latex.source import Mains, find_mains
from astrosearch.corpus.latex.tokens import line_ends
from astrosearch.corpus.latex.years import year_of
from astrosearch.corpus.limits import Budget
from astrosearch.errors import Unreadable
from astrosearch.records import Paper

__all__ = [
    "Candidate",
    "Mains",
    "choose_main",
    "documents_in",
    "find_mains",
    "ignored_documents",
    "read_latex",
]


# 10 MB of TeX hold a quarter of these.
MAX_GROUPS = 4_000_000
MAX_LINES = 1_000_000


def read_latex(
    tree: SourceTree, main: str, paper_id: str, budget: Budget | None = None
) -> Document:
    """Read the document whose main file is `main`, within what `budget` gives.

    Raises
    ------
    Unreadable
        When the file isn't there, isn't text, holds no running text, or takes too much.
    """
    budget = budget or Budget()
    source = expand(tree, main, budget)
    if source.text.count("{") > MAX_GROUPS:
        raise Unreadable(main, f"more than {MAX_GROUPS:,} braces: not a paper")
    if line_ends(source.text) > MAX_LINES:
        raise Unreadable(main, f"more than {MAX_LINES:,} lines: data, not a paper")
    bibliography = Bibliography(lambda tex: reader.plain_text(tex), budget)
    reader = open_reader(source, bibliography, numbers(source.text), budget)
    bibliography.load(tree, main, source.text)
    read_document(reader)
    passages = without_title_pages(reader.passages)
    if reader.title_passage is not None:
        passages = [reader.title_passage, *passages]
    if not passages:
        raise Unreadable(main, "no text in it")
    cited = [label.year for label in bibliography.labels.values()]
    year, estimated = year_of(source.text, reader.date, cited, main)
    authors = author_names(reader.author_fields, reader.plain_text)
    paper = Paper(
        paper_id,
        title=reader.title,
        authors=authors,
        names=parts_of_names(authors, reader.author_fields, reader.plain_text),
        year=year,
        year_estimated=estimated,
    )
    return Document(
        paper,
        tuple(passages),
        full_text=any(p.section not in ("Title", "Abstract") for p in passages),
        parts=tuple(dict.fromkeys([*source.parts, *bibliography.parts])),
        warnings=(*source.warnings, *warnings_of(reader.left_out)),
    )

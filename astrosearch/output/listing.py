"""A list of papers, as a terminal, a program or a spreadsheet reads it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TextIO

from astrosearch.output.bibtex import to_bibtex
from astrosearch.output.jsonlines import json_line, json_paper
from astrosearch.output.spreadsheet import as_no_number, write_table
from astrosearch.output.terminal import begun, shortened, styled
from astrosearch.records import Hit, Paper, Sentence, byline
from astrosearch.text import one_line

if TYPE_CHECKING:
    from rich.console import Console

Listed = tuple[Paper, int | None]  # a paper and the number of its sentences, where it is known

COLUMNS = ("paper_id", "title", "authors", "year", "categories", "doi", "url", "sentences")
ID_WIDTH, NAMES_WIDTH = 32, 28  # characters at most; a longer text loses its middle


def print_papers(console: Console, papers: Sequence[Listed]) -> None:
    """Print a line for each paper: id, year, sentences, authors and title, cut at the width."""
    rows = [
        (
            shortened(one_line(paper.id), ID_WIDTH),
            str(paper.year or ""),
            "" if count is None else f"{count:,}",
            shortened(one_line(byline(paper.authors)), NAMES_WIDTH),
            one_line(paper.heading),
        )
        for paper, count in papers
    ]
    ids, _, counts, names = (max((len(row[at]) for row in rows), default=0) for at in range(4))
    for id, year, count, authors, title in rows:
        line = styled("", "").append(f"{id:<{ids}}  ", "bold").append(f"{year:>4}  ")
        line.append(f"{count:>{counts}}  " if counts else "", "dim")
        line.append(f"{authors:<{names}}  ").append(title)
        line.rstrip()
        line.truncate(console.width, overflow="ellipsis")
        console.print(line, soft_wrap=True)


def print_listing(
    console: Console, query: str, hits: Sequence[Hit], *, heading: bool = False
) -> None:
    """Print the papers that a query by author or year alone asks for, a line each."""
    if begun(console, query, hits, heading=heading):
        print_papers(console, [(hit.paper, None) for hit in hits])


def papers_json(papers: Iterable[Listed]) -> str:
    """Write a line of JSON for each paper."""
    return "\n".join(json_line({**json_paper(paper), "sentences": n}) for paper, n in papers)


def papers_bibtex(papers: Iterable[Listed]) -> str:
    """Write a BibTeX entry for each paper."""
    nothing = Sentence(0, "", None, "", 0)  # an entry tells of the paper alone
    return to_bibtex(Hit(0, 0.0, nothing, paper) for paper, _ in papers)


def write_papers(papers: Iterable[Listed], file: TextIO, *, tabs: bool) -> None:
    """Write papers as CSV with a header, or with tabs between cells."""
    write_table((_row(paper, count) for paper, count in papers), COLUMNS, file, tabs=tabs)


def _row(paper: Paper, count: int | None) -> dict[str, object]:
    return {
        "paper_id": as_no_number(paper.id),
        "title": paper.title,
        "authors": "; ".join(paper.authors),
        "year": paper.year,
        "categories": " ".join(paper.categories),
        "doi": paper.doi,
        "url": paper.url,
        "sentences": count,
    }

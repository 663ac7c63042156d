"""The command that lists the papers of an index: papers."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from astrosearch.cli.options import (
    Count,
    IndexOptions,
    color_console,
    color_option,
    examples,
    format_choice,
    gathered,
    index_option,
    paper_filter_options,
    write_for_programs,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from astrosearch.output.listing import Listed
    from astrosearch.search.filters import Filters
    from astrosearch.search.overview import Order


@dataclass(frozen=True, slots=True)
class ListOptions:
    """Which papers are listed, and in which order."""

    words: tuple[str, ...]
    year: str | None
    category: tuple[str, ...]
    author: tuple[str, ...]
    sort: Order
    limit: int | None

    def filters(self) -> Filters:
        """Return what the papers must fulfil."""
        from astrosearch.search.filters import filters_of

        return filters_of(
            year=self.year, category=self.category, author=self.author, title=self.words
        )


@click.command(
    "papers",
    epilog=examples(
        "astrosearch papers",
        "astrosearch papers damping --year 2020..",
        "astrosearch papers --author Templar --format bibtex > templar.bib",
        "astrosearch papers --sort sentences -n 20",
    ),
)
@click.argument("words", metavar="[WORD]...", nargs=-1)
@paper_filter_options
@click.option(
    "--sort",
    default="year",
    show_default=True,
    type=click.Choice(["year", "-year", "id", "title", "author", "sentences"]),
    help="year: oldest first; -year: newest first; sentences: most first.",
)
@click.option(
    *("-k", "-n", "--top-k", "--limit", "limit"),
    metavar="N",
    type=Count(min=1),
    help="At most so many papers; all if left out.",
)
@format_choice(
    *("table", "json", "csv", "tsv", "bibtex"), help="table is for people; json: a line per paper."
)
@color_option
@index_option
@gathered(wanted=ListOptions, index=IndexOptions)
def papers_command(wanted: ListOptions, index: IndexOptions, format: str, color: str) -> None:
    """List the papers of an index, with the number of their sentences.

    WORDs must appear in the title.
    """
    from astrosearch.search.overview import list_papers

    with index.open() as opened:
        papers = list_papers(opened, wanted.filters(), wanted.sort, wanted.limit)
        known = opened.counts.papers
    if format == "table":
        _print_table(papers, known, color)
    else:
        _write(papers, format)


def _print_table(papers: Sequence[Listed], known: int, color: str) -> None:
    from astrosearch.output.listing import print_papers

    print_papers(color_console(color), papers)
    click.echo(f"{len(papers):,} of {known:,} papers", err=True)


def _write(papers: Sequence[Listed], format: str) -> None:
    from astrosearch.output.listing import papers_bibtex, papers_json, write_papers

    write_for_programs()
    if format == "bibtex":
        click.echo(papers_bibtex(papers), nl=False)
    elif format == "json":
        click.echo(papers_json(papers), nl=bool(papers))
    else:
        write_papers(papers, sys.stdout, tabs=format == "tsv")

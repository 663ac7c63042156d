"""The commands that search an index: query, similar."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from astrosearch.cli.answers import contexts_of, print_answers
from astrosearch.cli.options import (
    PATH,
    HitOptions,
    IndexOptions,
    OutputOptions,
    arrangement_options,
    device_option,
    encoder_option,
    examples,
    filter_options,
    gathered,
    index_option,
    k_option,
    output_options,
)
from astrosearch.cli.texts import QueryCommand, batch_lines, draft_sentences, query_of

if TYPE_CHECKING:
    from astrosearch.cli.answers import Answers
    from astrosearch.search.index import Index
    from astrosearch.search.request import Mode, Request


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """What is asked, how it is ranked, and where the answers are drawn."""

    words: tuple[str, ...]
    batch: str | None
    mode: Mode
    rerank: str | None
    plot: Path | None

    def texts(self) -> list[str]:
        """Return the queries: one, or those of a file."""
        text = query_of(self.words)
        if (text is None) == (self.batch is None):
            raise click.UsageError("give either TEXT or --batch FILE")
        return [text] if text is not None else batch_lines(self.batch or "-")

    def check(self) -> None:
        """Check where the answers are drawn, if they are."""
        if self.plot is not None:
            from astrosearch.output.timeline import check_target

            check_target(self.plot)

    def request(self, texts: Sequence[str], k: int, wanted: HitOptions) -> Request:
        """Ask for the `k` best hits of each text."""
        from astrosearch.search.request import Request

        how = {"mode": self.mode, "rerank": self.rerank, **wanted.keywords()}
        return Request.query(texts, k, **how)

    def answers(self, opened: Index, request: Request) -> tuple[Answers, Answers]:
        """Answer a request: what is printed, and what is drawn, the best matches from the first."""
        if self.plot is None:
            return _answered(opened, request), []
        from astrosearch.output.timeline import MATCHES

        best = replace(request.more, offset=0, sort="score")
        drawn = _answered(opened, replace(request, k=max(request.k, MATCHES), more=best))
        if request.more == best:  # the best few are the first of more
            return [(text, hits[: request.k]) for text, hits in drawn], drawn
        return _answered(opened, request), drawn

    def draw(self, answers: Answers) -> None:
        """Draw the answers, if that is asked for, and say where."""
        if self.plot is not None:
            from astrosearch.output.timeline import plot_answers
            from astrosearch.search.remarks import least_score

            sums = any(hit.matches is not None for _, hits in answers for hit in hits)
            floor = None if self.rerank or sums else least_score(self.mode)
            click.echo(plot_answers(answers, self.plot, floor), err=True)


def _answered(opened: Index, request: Request) -> Answers:
    """Return the texts of a request, each with its hits."""
    return list(zip(request.texts, opened.answer(request), strict=True))


@click.command(
    "query",
    cls=QueryCommand,
    epilog=examples(
        "astrosearch query acoustic peaks at small scales",
        "astrosearch query 'merging neutron stars' --papers -k 3",
        "astrosearch query 'how fast do stars spin' --year 2020.. --author 'Templar, C.'",
        "astrosearch query -- '\"damping tail\" -supernova'",
        "astrosearch query --batch questions.txt --format json",
    ),
)
@click.argument("words", metavar="TEXT", nargs=-1)
@click.option(
    "--batch",
    metavar="FILE",
    help="A file of queries, one per line; - for standard input. Lines that begin with # are left "
    "out.",
)
@k_option
@click.option(
    "--mode",
    default="hybrid",
    show_default=True,
    type=click.Choice(["hybrid", "dense", "lexical"]),
    help="hybrid: by meaning and words; dense: by meaning; lexical: by words (BM25).",
)
@output_options
@index_option
@encoder_option
@click.option(
    "--plot",
    metavar="FILE",
    type=PATH,
    help="Also draw the 200 best matches (or -k, if more) by year and category: .png, .svg or "
    ".pdf. With --batch, those of all queries in one figure. --offset and --sort change what is "
    "printed, not the figure.",
)
@device_option("cpu", "Where the encoder runs; a GPU pays for batches of thousands.")
@click.option(
    "--rerank",
    metavar="DIR|HUB_ID",
    help="A cross-encoder that helps to order the best 50; slower. Needs the extra train or gpu.",
)
@filter_options
@arrangement_options
@gathered(asked=QueryOptions, wanted=HitOptions, index=IndexOptions, output=OutputOptions)
def query_command(
    asked: QueryOptions, wanted: HitOptions, index: IndexOptions, output: OutputOptions
) -> None:
    """Find the sentences that answer TEXT best, by their meaning and their words.

    In TEXT, "words in quotes" must appear in a sentence and -words must not; title:, abs:, author:
    and year: work as in ADS. The id, DOI or address of a paper finds that paper. `search` is
    another name of this command. Values of one filter are alternatives; different filters are
    combined.
    """
    output.check()
    asked.check()
    texts = asked.texts()
    with index.open() as opened:
        request = asked.request(texts, wanted.k, wanted)
        answers, drawn = asked.answers(opened, request)
        contexts = contexts_of(opened, answers, output.context)
    try:
        asked.draw(drawn)
    finally:  # the answer is not lost with the figure
        how = {"heading": asked.batch is not None, "papers": wanted.papers}
        listings = [query.is_listing for query in request.queries]
        print_answers(answers, output, contexts, listings=listings, **how)


@click.command(
    "similar",
    epilog=examples(
        "astrosearch similar 2501.99001",
        "astrosearch similar 2501.99007 'damping tail' --papers -k 3",
        "astrosearch similar --file draft.tex --papers",
    ),
)
@click.argument("ids", metavar="[ID|TITLE]...", nargs=-1)
@click.option(
    "--file",
    "file",
    metavar="FILE",
    help="A text of your own (.tex, .txt, .md), such as a draft; - for standard input.",
)
@k_option
@output_options
@index_option
@encoder_option
@filter_options
@arrangement_options
@gathered(wanted=HitOptions, index=IndexOptions, output=OutputOptions)
def similar_command(
    ids: tuple[str, ...],
    file: str | None,
    wanted: HitOptions,
    index: IndexOptions,
    output: OutputOptions,
) -> None:
    """Find sentences like a sentence, a paper, or a text of your own.

    What you name is left out of the answer. Of several, each counts the same: what they have in
    common comes first. A sentence is named by its id. A paper is named by its id, arXiv id, DOI,
    ADS bibcode, the address of any of them, its file, or a part of its title (in quotes).
    """
    if not ids and file is None:
        raise click.UsageError("give an id, or --file FILE")
    output.check()
    from astrosearch.search.request import Request

    text = None if file is None else draft_sentences(file)
    name = " ".join([*ids, *([] if file is None else [file])])
    with index.open() as opened:
        request = Request.similar(_meant(opened, ids), wanted.k, text, **wanted.keywords())
        answers = [(name, hits) for hits in opened.answer(request)]
        contexts = contexts_of(opened, answers, output.context)
    print_answers(answers, output, contexts, papers=wanted.papers)


def _meant(opened: Index, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names one by one; together, where only so they are words of a title."""
    from astrosearch.errors import NotFound

    if len(names) > 1 and all(name.isalpha() for name in names):
        with contextlib.suppress(NotFound):
            return (opened.find(" ".join(names)),)
    return names

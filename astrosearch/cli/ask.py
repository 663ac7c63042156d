"""The commands that ask an index: query, similar, show."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from astrosearch.cli.options import (
    PATH,
    HitOptions,
    IndexOptions,
    OutputOptions,
    arrangement_options,
    context_option,
    device_option,
    encoder_option,
    filter_options,
    format_option,
    gathered,
    index_option,
    k_option,
    table_or_json_option,
    write_for_programs,
)
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.text import harmless

if TYPE_CHECKING:
    from astrosearch.records import Context, Hit
    from astrosearch.search.index import Index
    from astrosearch.search.request import Mode, Request

    Answers = Sequence[tuple[str, Sequence[Hit]]]  # (query, its hits)


@dataclass(frozen=True, slots=True)
class QueryOptions:
    """What is asked, how it is ranked, and where the answers are drawn."""

    text: str | None
    batch: str | None
    mode: Mode
    rerank: str | None
    plot: Path | None

    def texts(self) -> list[str]:
        """Return the queries: one, or those of a file."""
        return [self.text] if self.text is not None else _batch_lines(self.batch or "-")

    def depth(self, k: int) -> int:
        """Return how many hits to ask for where `k` are printed, and check where they are drawn."""
        if self.plot is None:
            return k
        from astrosearch.output.timeline import MATCHES, check_target

        check_target(self.plot)
        return max(k, MATCHES)

    def request(self, texts: Sequence[str], k: int, wanted: HitOptions) -> Request:
        """Ask for the `k` best hits of each text."""
        from astrosearch.search.request import Request

        how = {"mode": self.mode, "rerank": self.rerank, **wanted.keywords()}
        return Request.query(texts, k, **how)

    def draw(self, answers: Answers) -> None:
        """Draw the answers, if that is asked for, and say where."""
        if self.plot is not None:
            from astrosearch.output.timeline import plot_answers

            click.echo(plot_answers(answers, self.plot), err=True)


@click.command("query")
@click.argument("text", required=False)
@click.option(
    "--batch",
    metavar="FILE",
    help="A file of queries, one a line; - for standard input.",
)
@k_option
@click.option(
    "--mode",
    default="hybrid",
    show_default=True,
    type=click.Choice(["hybrid", "dense", "lexical"]),
    help="hybrid: by meaning and words; dense: by meaning; lexical: by words (BM25).",
)
@format_option
@context_option
@index_option
@encoder_option
@click.option(
    "--plot",
    metavar="FILE",
    type=PATH,
    help="Also draw the 200 best matches (or -k, if more) by year and category: .png, .svg or "
    ".pdf. With --batch, those of all queries in one figure.",
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

    In TEXT, "words in quotes" must stand in a sentence and -words must not; title:, abs:, author:
    and year: are as in ADS.

    Options that choose sentences may be given several times: one value of each kind must hold.
    """
    if (asked.text is None) == (asked.batch is None):
        raise click.UsageError("give either TEXT or --batch FILE")
    output.check()
    texts, depth = asked.texts(), asked.depth(wanted.k)
    with index.open() as opened:
        results = opened.answer(asked.request(texts, depth, wanted))
        found = list(zip(texts, results, strict=True))
        answers = [(text, hits[: wanted.k]) for text, hits in found]
        contexts = _contexts(opened, answers, output.context)
    try:
        asked.draw(found)
    finally:  # the answer is not lost with the figure
        heading = asked.batch is not None
        _print(answers, output.format, contexts, papers=wanted.papers, heading=heading)


@click.command("similar")
@click.argument("ids", metavar="[SENTENCE_ID|PAPER_ID]...", nargs=-1)
@click.option(
    "--file",
    "file",
    metavar="FILE",
    help="A text of your own (.tex, .txt, .md), such as a draft; - for standard input.",
)
@k_option
@format_option
@context_option
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
    """Find sentences like sentences, papers, or a text of your own, themselves left out.

    Of several, each counts the same: what they have in common comes first.
    """
    if not ids and file is None:
        raise click.UsageError("give an id, or --file FILE")
    output.check()
    from astrosearch.search.request import Request

    text = None if file is None else _draft(file)
    name = " ".join([*ids, *([] if file is None else [file])])
    with index.open() as opened:
        request = Request.similar(ids, wanted.k, text, **wanted.keywords())
        answers = [(name, hits) for hits in opened.answer(request)]
        contexts = _contexts(opened, answers, output.context)
    _print(answers, output.format, contexts, papers=wanted.papers)


@click.command("show")
@click.argument("id", metavar="SENTENCE_ID|PAPER_ID")
@index_option
@table_or_json_option
@click.option(
    "--open", "in_editor", is_flag=True, help="Open the file at the line, in $VISUAL or $EDITOR."
)
@gathered(index=IndexOptions)
def show_command(id: str, index: IndexOptions, format: str, in_editor: bool) -> None:
    """Show a paper, or a sentence within its paragraph."""
    if in_editor and format != "table":
        raise click.UsageError("--open prints nothing: give it or --format, not both")
    from astrosearch.cli.editor import edit, locate
    from astrosearch.output.show import print_shown, shown_json
    from astrosearch.output.terminal import stdout_console
    from astrosearch.search.overview import look_up

    with index.open() as opened:
        shown = look_up(opened, id)
        place = locate(opened, shown.paper, shown.asked) if in_editor else None
    if place is not None:
        edit(place, lambda message: click.echo(harmless(message), err=True))
    elif format == "json":
        write_for_programs()
        click.echo(shown_json(shown))
    else:
        print_shown(stdout_console(), shown)


def _batch_lines(name: str) -> list[str]:
    """Read the queries of a file, one a line; blank lines at its end are none."""
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise NotFound(
            f"the queries in {Path(name).absolute()} can't be read ({error.strerror}).\n"
            "Give a file with one query a line, or - for standard input."
        ) from error
    try:
        texts = [line.strip() for line in data.decode("utf-8-sig").splitlines()]
    except UnicodeDecodeError as error:
        raise AstrosearchError(
            f"{name} is not UTF-8 text ({error.reason} at byte {error.start}).\n"
            "Save it as UTF-8, one query a line."
        ) from error
    while texts and not texts[-1]:
        texts.pop()
    if not texts:
        raise AstrosearchError(f"{name} holds no query.\nWrite one query a line.")
    return texts


def _draft(name: str) -> list[str]:
    """Read the sentences of a file, or of standard input."""
    from astrosearch.corpus.drafts import sentences_in, sentences_in_file

    if name == "-":
        return sentences_in(sys.stdin.buffer.read(), "standard input")
    return sentences_in_file(Path(name))


def _contexts(opened: Index, answers: Answers, n: int) -> Mapping[int, Context] | None:
    """Look up `n` sentences on both sides of all hits, by sentence id; None when `n` is 0."""
    hits = (hit for _, hits in answers for hit in hits)
    return opened.contexts((hit.sentence.id for hit in hits), n) if n else None


def _print(
    answers: Answers,
    format: str,
    contexts: Mapping[int, Context] | None,
    *,
    papers: bool,
    heading: bool = False,
) -> None:
    """Write answers to stdout; `papers` says what the hits are, and `heading` names each query."""
    if format == "table":
        from astrosearch.output.terminal import print_hits, stdout_console

        console = stdout_console()
        for text, hits in answers:
            print_hits(console, text, hits, heading=heading, contexts=contexts)
        return
    write_for_programs()
    if format == "json":
        from astrosearch.output.jsonlines import to_json

        for text, hits in answers:
            click.echo(to_json(text, hits, contexts))
    elif format == "csv":
        from astrosearch.output.spreadsheet import write_csv

        write_csv(answers, sys.stdout, papers=papers)
    else:
        from astrosearch.output.bibtex import to_bibtex

        click.echo(to_bibtex(hit for _, hits in answers for hit in hits), nl=False)

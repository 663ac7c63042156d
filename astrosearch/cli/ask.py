"""The commands that ask an index: query, similar, show."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.text import harmless

index_option = click.option(
    "--index",
    "index",
    envvar="ASTROSEARCH_INDEX",
    default="index",
    show_default=True,
    show_envvar=True,
    type=click.Path(path_type=Path, readable=False),
    help="The index folder.",
)
k_option = click.option(
    "-k", "k", default=10, show_default=True, type=click.IntRange(min=1), help="Hits a query."
)
format_option = click.option(
    "--format",
    "format",
    default="table",
    show_default=True,
    type=click.Choice(["table", "json", "csv", "bibtex"]),
    help="table for people; json: one object a line for each query.",
)
context_option = click.option(
    "--context",
    "context",
    default=0,
    show_default=True,
    metavar="N",
    type=click.IntRange(min=0),
    help="Show N sentences before and after each hit.",
)
encoder_option = click.option(
    "--encoder", default=None, metavar="NAME|DIR", help="Where the index's encoder is, if it moved."
)


def filter_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which sentences to search."""
    for option in (
        click.option("--exclude", metavar="PAPER_ID", multiple=True, help="Not this paper."),
        click.option("--in", "within", metavar="PAPER_ID", multiple=True, help="Only this paper."),
        click.option("--section", metavar="WORDS", multiple=True, help="Words of the heading."),
        click.option(
            "--author",
            metavar="NAME",
            multiple=True,
            help='"Peebles", "Peebles, P." or "P. Peebles".',
        ),
        click.option(
            "--category", metavar="NAME", multiple=True, help="astro-ph.CO, or astro-ph.* for all."
        ),
        click.option("--year", metavar="YEARS", help="2015, 2015..2020, 2015.. or ..2020."),
    ):
        command = option(command)
    return command


def arrangement_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how hits are made of what is found."""
    for option in (
        click.option(
            "--no-fold",
            is_flag=True,
            help="Show sentences that say the same one by one, not as one with a count.",
        ),
        click.option("--diverse", is_flag=True, help="Hits that differ from each other."),
        click.option("--papers", is_flag=True, help="Papers, each with its best sentence."),
    ):
        command = option(command)
    return command


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
    type=click.Path(path_type=Path, readable=False),
    help="Also draw the 200 best matches (or -k, if more) by year and category: .png, .svg or "
    ".pdf. With --batch, those of all queries in one figure.",
)
@click.option(
    "--device",
    default="cpu",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where the encoder runs; a GPU pays for batches of thousands.",
)
@click.option(
    "--rerank",
    metavar="DIR|HUB_ID",
    help="A cross-encoder that helps to order the best 50; slower. Needs the extra train or gpu.",
)
@filter_options
@arrangement_options
def query_command(
    text: str | None,
    batch: str | None,
    k: int,
    mode: Any,
    format: str,
    context: int,
    index: Path,
    encoder: str | None,
    plot: Path | None,
    device: str,
    rerank: str | None,
    year: str | None,
    category: tuple[str, ...],
    author: tuple[str, ...],
    section: tuple[str, ...],
    within: tuple[str, ...],
    exclude: tuple[str, ...],
    papers: bool,
    diverse: bool,
    no_fold: bool,
) -> None:
    """Find the sentences that answer TEXT best, by their meaning and their words.

    In TEXT, "words in quotes" must stand in a sentence and -words must not; title:, abs:, author:
    and year: are as in ADS.

    Options that choose sentences may be given several times: one value of each kind must hold.
    """
    if (text is None) == (batch is None):
        raise click.UsageError("give either TEXT or --batch FILE")
    _check_context(context, format)
    texts = [text] if text is not None else _batch_lines(batch or "-")
    from astrosearch.search.index import open_index

    most = k
    if plot is not None:
        from astrosearch.output.timeline import MATCHES, check_target

        check_target(plot)
        most = max(k, MATCHES)
    with open_index(index, encoder=encoder, device=device) as opened:
        results = opened.query_batch(
            texts,
            most,
            mode=mode,
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
            papers=papers,
            diverse=diverse,
            fold=not no_fold,
            rerank=rerank,
        )
        answers = list(zip(texts, results, strict=True))
        shown = [(text, hits[:k]) for text, hits in answers]
        contexts = _contexts(opened, shown, context)
    try:
        if plot is not None:
            from astrosearch.output.timeline import plot_answers

            click.echo(plot_answers(answers, plot), err=True)
    finally:  # the answer is not lost with the figure
        _print(shown, format, heading=batch is not None, papers=papers, contexts=contexts)


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
def similar_command(
    ids: tuple[str, ...],
    file: str | None,
    k: int,
    format: str,
    context: int,
    index: Path,
    encoder: str | None,
    year: str | None,
    category: tuple[str, ...],
    author: tuple[str, ...],
    section: tuple[str, ...],
    within: tuple[str, ...],
    exclude: tuple[str, ...],
    papers: bool,
    diverse: bool,
    no_fold: bool,
) -> None:
    """Find sentences like sentences, papers, or a text of your own, themselves left out.

    Of several, each counts the same: what they have in common comes first.
    """
    if not ids and file is None:
        raise click.UsageError("give an id, or --file FILE")
    _check_context(context, format)
    from astrosearch.search.index import open_index

    text = None if file is None else _draft(file)
    with open_index(index, encoder=encoder) as opened:
        hits = opened.similar(
            ids,
            k,
            text=text,
            year=year,
            category=category,
            author=author,
            section=section,
            within=within,
            exclude=exclude,
            papers=papers,
            diverse=diverse,
            fold=not no_fold,
        )
        answers = [(" ".join([*ids, *([] if file is None else [file])]), hits)]
        contexts = _contexts(opened, answers, context)
    _print(answers, format, papers=papers, contexts=contexts)


@click.command("show")
@click.argument("id", metavar="SENTENCE_ID|PAPER_ID")
@index_option
@click.option(
    "--format", "format", default="table", type=click.Choice(["table", "json"]), show_default=True
)
@click.option(
    "--open", "in_editor", is_flag=True, help="Open the file at the line, in $VISUAL or $EDITOR."
)
def show_command(id: str, index: Path, format: str, in_editor: bool) -> None:
    """Show a paper, or a sentence within its paragraph."""
    if in_editor and format != "table":
        raise click.UsageError("--open prints nothing: give it or --format, not both")
    from astrosearch.cli.editor import edit, locate
    from astrosearch.output.show import print_shown, shown_json
    from astrosearch.output.terminal import stdout_console
    from astrosearch.search.index import open_index
    from astrosearch.search.overview import look_up

    with open_index(index) as opened:
        shown = look_up(opened, id)
        place = locate(opened, shown.paper, shown.asked) if in_editor else None
    if place is not None:
        edit(place, lambda said: click.echo(harmless(said), err=True))
    elif format == "json":
        click.echo(shown_json(shown))
    else:
        print_shown(stdout_console(), shown)


def _batch_lines(name: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise NotFound(
            f"there are no queries to read at {Path(name).absolute()} ({error.strerror}).\n"
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


def _check_context(context: int, format: str) -> None:
    if context and format not in ("table", "json"):
        raise click.UsageError(
            f"--context has no place in {format}: give --format table or --format json"
        )


def _contexts(opened: Any, answers: list[tuple[str, Any]], n: int) -> Any:
    """Look up the sentences around all hits; None when none are wanted."""
    hits = (hit for _, hits in answers for hit in hits)
    return opened.contexts((hit.sentence.id for hit in hits), n) if n else None


def _draft(name: str) -> list[str]:
    from astrosearch.corpus.drafts import sentences_in, sentences_in_file

    if name == "-":
        return sentences_in(sys.stdin.buffer.read(), "standard input")
    return sentences_in_file(Path(name))


def _print(
    answers: list[tuple[str, Any]],
    format: str,
    *,
    heading: bool = False,
    papers: bool = False,
    contexts: Any = None,
) -> None:
    if format != "table" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's: it is for programs
    if format == "json":
        from astrosearch.output.jsonlines import to_json

        for text, hits in answers:
            click.echo(to_json(text, hits, contexts))
    elif format == "csv":
        from astrosearch.output.spreadsheet import write_csv

        write_csv(answers, sys.stdout, papers=papers)
    elif format == "bibtex":
        from astrosearch.output.bibtex import to_bibtex

        click.echo(to_bibtex(hit for _, hits in answers for hit in hits), nl=False)
    else:
        from astrosearch.output.terminal import print_hits, stdout_console

        console = stdout_console()
        for text, hits in answers:
            print_hits(console, text, hits, heading=heading, contexts=contexts)

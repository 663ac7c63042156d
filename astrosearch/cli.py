"""The command line. Results go to stdout, all else to stderr; heavy imports wait for a command."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from astrosearch import __version__, training_commands
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.records import escaped, harmless, is_text

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


class Stopped(KeyboardInterrupt):
    """The system, or a closed terminal, asks this process to end."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


@contextlib.contextmanager
def _stopping_cleanly() -> Iterator[None]:
    """Have SIGTERM and SIGHUP end a command as Ctrl-C does, unless they are ignored (nohup)."""

    def stop(number: int, frame: object) -> None:
        raise Stopped(number)

    numbers = []
    if threading.current_thread() is threading.main_thread():
        known = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP"))
        numbers = [n for n in known if n is not None and signal.getsignal(n) == signal.SIG_DFL]
    for number in numbers:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in numbers:
            signal.signal(number, signal.SIG_DFL)


class Commands(click.Group):
    """The one place where the library's errors become messages and exit codes."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error is one message on stderr and exit code 1."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="replace")  # a Latin-1 terminal shows ? for \u03b1
        try:
            _require_text(sys.argv)
            with _stopping_cleanly():
                result = super().invoke(ctx)
                sys.stdout.flush()
        except AstrosearchError as error:
            click.secho("error: ", fg="red", bold=True, nl=False, err=True)
            click.echo(harmless(str(error)), err=True)
            ctx.exit(1)
        except KeyboardInterrupt as interrupt:
            with contextlib.suppress(OSError):  # the terminal may be gone
                click.echo(
                    "\ninterrupted; what was finished is kept. "
                    "Run the same command again to go on.",
                    err=True,
                )
            _silence_stdout()
            ctx.exit(128 + (interrupt.number if isinstance(interrupt, Stopped) else signal.SIGINT))
        except BrokenPipeError:
            # The reader of a pipe, such as head, has had enough.
            _silence_stdout()
            ctx.exit(0)
        except OSError as error:
            where = harmless(str(error.filename or "the output"))
            click.echo(
                f"error: {where} can't be read or written ({error.strerror}).\n"
                "Check the disk and its permissions, and run again.",
                err=True,
            )
            _silence_stdout()
            ctx.exit(1)
        return result


def _require_text(arguments: list[str]) -> None:
    for argument in arguments:
        if not is_text(argument):
            raise AstrosearchError(
                f"{escaped(argument)} is not UTF-8 text.\n"
                "Rename the file, or type the words in a UTF-8 terminal."
            )


def _silence_stdout() -> None:
    with contextlib.suppress(OSError, ValueError):  # what is left to write has nowhere to go
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="astrosearch")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Search astronomy papers by meaning, sentence by sentence.

    \b
    astrosearch index papers/                  read a folder of papers
    astrosearch query "acoustic peaks"         ask it
    astrosearch similar 2501.99001             more like a paper or a sentence

    Shell completion: run `_ASTROSEARCH_COMPLETE=bash_source astrosearch` (or zsh_source,
    fish_source) and source what it prints.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@main.command("index")
@click.argument(
    "corpora",
    metavar="CORPUS...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),
)
@index_option
@click.option(
    "--encoder",
    default=None,
    metavar="NAME|DIR|HUB_ID",
    help="default, a sentence-transformers folder, or a hub id such as allenai/specter2_base; "
    "an index keeps to the one it was built with.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where the encoder runs.",
)
@click.option(
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Processes that read papers.",
)
@click.option("--rebuild", is_flag=True, help="Build anew; the old index answers until it is done.")
@click.option("--strict", is_flag=True, help="Exit 1 if any file failed.")
@click.option("--all-categories", is_flag=True, help="Take metadata records beyond astro-ph too.")
@click.option("--prune", is_flag=True, help="Drop papers whose files are gone from the corpus.")
def index_command(
    corpora: tuple[Path, ...],
    index: Path,
    encoder: str | None,
    device: str,
    jobs: int,
    rebuild: bool,
    strict: bool,
    all_categories: bool,
    prune: bool,
) -> None:
    """Index the papers under CORPUS, a folder or a file; run again to bring it up to date.

    Reads LaTeX folders, arXiv source bundles (.tar.gz, .gz, bulk .tar), arXiv metadata
    snapshots (.json, .jsonl, .gz), plain text and Markdown. Interrupt it at any time:
    the next run goes on where it stopped.
    """
    from astrosearch.indexing import build
    from astrosearch.progress import print_summary, showing_progress

    with showing_progress() as progress:
        summary = build(
            *corpora,
            index=index,
            encoder=encoder,
            device=device,
            jobs=jobs,
            rebuild=rebuild,
            all_categories=all_categories,
            prune=prune,
            progress=progress,
        )
    print_summary(summary, index)
    if strict and summary.failed:
        raise AstrosearchError(
            f"{len(summary.failed)} files failed (listed above).\n"
            "Mend or remove them, or leave out --strict."
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


@main.command()
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
def query(
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
    from astrosearch.search import open_index

    most = k
    if plot is not None:
        from astrosearch.plotting import MATCHES, check_target

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
            from astrosearch.plotting import plot_answers

            click.echo(plot_answers(answers, plot), err=True)
    finally:  # the answer is not lost with the figure
        _print(shown, format, heading=batch is not None, papers=papers, contexts=contexts)


@main.command()
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
def similar(
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
    from astrosearch.search import open_index

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


@main.command()
@click.argument("id", metavar="SENTENCE_ID|PAPER_ID")
@index_option
@click.option(
    "--format", "format", default="table", type=click.Choice(["table", "json"]), show_default=True
)
@click.option(
    "--open", "in_editor", is_flag=True, help="Open the file at the line, in $VISUAL or $EDITOR."
)
def show(id: str, index: Path, format: str, in_editor: bool) -> None:
    """Show a paper, or a sentence within its paragraph."""
    if in_editor and format != "table":
        raise click.UsageError("--open prints nothing: give it or --format, not both")
    from astrosearch.describing import look_up, print_shown, shown_json
    from astrosearch.opening import edit, locate
    from astrosearch.search import open_index

    with open_index(index) as opened:
        shown = look_up(opened, id)
        place = locate(opened, shown.paper, shown.asked) if in_editor else None
    if place is not None:
        edit(place, lambda said: click.echo(harmless(said), err=True))
    elif format == "json":
        click.echo(shown_json(shown))
    else:
        print_shown(_console(), shown)


@main.command()
@index_option
@click.option(
    "--format", "format", default="table", type=click.Choice(["table", "json"]), show_default=True
)
def info(index: Path, format: str) -> None:
    """Say what an index holds, and what it could not read."""
    from astrosearch.describing import facts, print_facts
    from astrosearch.search import open_index

    with open_index(index) as opened:
        print_facts(_console(), facts(opened), format)


@main.command()
@index_option
def verify(index: Path) -> None:
    """Check every checksum and every id of an index; exit 1 if anything is wrong."""
    from astrosearch.verifying import verify as check

    problems = check(index)
    if problems:
        raise AstrosearchError(
            f"{index.absolute()} is damaged:\n  " + "\n  ".join(problems) + "\n"
            "Mend it: astrosearch repair. Or restore it from a copy, or build anew: "
            "astrosearch index CORPUS --rebuild"
        )
    click.echo(f"{index.absolute()} is sound", err=True)


@main.command()
@index_option
@click.option(
    "--encoder",
    default=None,
    metavar="DIR|HUB_ID",
    help="Where the index's encoder now lies, if it moved.",
)
def repair(index: Path, encoder: str | None) -> None:
    """Mend a damaged index: vectors and full text are made anew from its sentences.

    Papers whose own rows are damaged are dropped and named: `astrosearch index CORPUS` reads them
    again.
    """
    from astrosearch.progress import showing_steps
    from astrosearch.repairing import repair as mend

    with showing_steps() as progress:
        repaired = mend(index, encoder=encoder, progress=progress)
    for line in repaired.done or ["nothing to mend"]:
        click.echo(line, err=True)
    if repaired.lost:
        click.echo(
            f"to be read again, with astrosearch index CORPUS: {', '.join(repaired.lost)}", err=True
        )


@main.command()
@index_option
@click.option(
    "--recall",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.98,
    show_default=True,
    help="Share of the ten nearest that a search must find; 1: exact at any size.",
)
def optimize(index: Path, recall: float) -> None:
    """Merge segments, drop vectors of removed papers, compress large indexes.

    Above 100,000 sentences, a search goes through compressed codes; `info` shows the recall that
    was measured on the index itself.
    """
    from astrosearch.indexing import optimize as make_quick
    from astrosearch.progress import showing_steps

    with showing_steps() as progress:
        make_quick(index, recall=recall, progress=progress)
    click.echo(f"{index.absolute()} is optimized", err=True)


@main.command()
@click.argument("paper_ids", metavar="PAPER_ID...", nargs=-1, required=True)
@index_option
def remove(paper_ids: tuple[str, ...], index: Path) -> None:
    """Remove papers; they stay away until their files change."""
    from astrosearch.indexing import remove as remove_papers
    from astrosearch.progress import counted

    count = remove_papers(paper_ids, index)
    click.echo(f"removed {counted(len(paper_ids), 'paper')} with {count} sentences", err=True)


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


def _console() -> Any:
    from rich.console import Console

    # A pipe has no width of its own, and rich's guess of 80 would waste a wide pager.
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if has_width else 100)


def _print(
    answers: list[tuple[str, Any]],
    format: str,
    *,
    heading: bool = False,
    papers: bool = False,
    contexts: Any = None,
) -> None:
    from astrosearch import render

    if format != "table" and isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's: it is for programs
    if format == "json":
        for text, hits in answers:
            click.echo(render.to_json(text, hits, contexts))
    elif format == "csv":
        render.write_csv(answers, sys.stdout, papers=papers)
    elif format == "bibtex":
        click.echo(render.to_bibtex(hit for _, hits in answers for hit in hits), nl=False)
    else:
        console = _console()
        for text, hits in answers:
            render.print_hits(console, text, hits, heading=heading, contexts=contexts)


main.add_command(training_commands.pairs_command)
main.add_command(training_commands.train_command)
main.add_command(training_commands.evaluate_command)

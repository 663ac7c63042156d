"""The command line. Results go to stdout, all else to stderr; heavy imports wait for a command."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from astrosearch._version import __version__
from astrosearch.cli import ask as search_commands
from astrosearch.cli.ask import index_option
from astrosearch.cli.evaluate import evaluate_command
from astrosearch.cli.pairs import pairs_command
from astrosearch.cli.train import train_command
from astrosearch.errors import AstrosearchError
from astrosearch.text import escaped, harmless, is_text


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
    from astrosearch.cli.progress import print_summary, showing_progress
    from astrosearch.indexing.build import build

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


@main.command()
@index_option
@click.option(
    "--format", "format", default="table", type=click.Choice(["table", "json"]), show_default=True
)
def info(index: Path, format: str) -> None:
    """Say what an index holds, and what it could not read."""
    from astrosearch.output.show import print_facts
    from astrosearch.output.terminal import stdout_console
    from astrosearch.search.index import open_index
    from astrosearch.search.overview import facts

    with open_index(index) as opened:
        print_facts(stdout_console(), facts(opened), format)


@main.command()
@index_option
def verify(index: Path) -> None:
    """Check every checksum and every id of an index; exit 1 if anything is wrong."""
    from astrosearch.maintenance.verify import verify as check

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
    """Mend a damaged index: vectors, words and full text are made anew.

    Papers whose own rows are damaged are dropped and named: `astrosearch index CORPUS` reads them
    again.
    """
    from astrosearch.cli.progress import showing_steps
    from astrosearch.maintenance.repair import repair as mend

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
    from astrosearch.cli.progress import showing_steps
    from astrosearch.maintenance.optimize import optimize as make_quick

    with showing_steps() as progress:
        make_quick(index, recall=recall, progress=progress)
    click.echo(f"{index.absolute()} is optimized", err=True)


@main.command()
@click.argument("paper_ids", metavar="PAPER_ID...", nargs=-1, required=True)
@index_option
def remove(paper_ids: tuple[str, ...], index: Path) -> None:
    """Remove papers; they stay away until their files change."""
    from astrosearch.cli.progress import counted
    from astrosearch.maintenance.remove import remove as remove_papers

    count = remove_papers(paper_ids, index)
    click.echo(f"removed {counted(len(paper_ids), 'paper')} with {count} sentences", err=True)


main.add_command(search_commands.query_command)
main.add_command(search_commands.similar_command)
main.add_command(search_commands.show_command)
main.add_command(pairs_command)
main.add_command(train_command)
main.add_command(evaluate_command)

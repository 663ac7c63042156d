"""The command line. Results go to stdout, all else to stderr; heavy imports wait for a command."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import click

from astrosearch._version import __version__
from astrosearch.cli import ask, build, evaluate, pairs, train, upkeep
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
        # SIGHUP is not on Windows, where a closed terminal and Ctrl-Break are SIGBREAK.
        known = (getattr(signal, name, None) for name in ("SIGTERM", "SIGHUP", "SIGBREAK"))
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
        except OSError as error:
            if _is_closed_pipe(error):  # its reader, such as head, has had enough
                _silence_stdout()
                ctx.exit(0)
            where = harmless(str(error.filename or "the output"))
            click.echo(
                f"error: {where} can't be read or written ({error.strerror}).\n"
                "Check the disk and its permissions, and run again.",
                err=True,
            )
            _silence_stdout()
            ctx.exit(1)
        return result


def _is_closed_pipe(error: OSError) -> bool:
    """Whether nobody reads our output any more; on Windows that is an invalid argument."""
    on_windows = os.name == "nt" and error.errno == errno.EINVAL and error.filename is None
    return isinstance(error, BrokenPipeError) or on_windows


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


for _command in (
    *(build.index_command, ask.query_command, ask.similar_command, ask.show_command),
    *(upkeep.info_command, upkeep.verify_command, upkeep.repair_command),
    *(upkeep.optimize_command, upkeep.remove_command),
    *(pairs.pairs_command, train.train_command, evaluate.evaluate_command),
):
    main.add_command(_command)

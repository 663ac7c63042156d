"""The group of commands: how they are found, listed, and how their errors become messages."""

from __future__ import annotations

import contextlib
import difflib
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import click

from astrosearch.errors import AstrosearchError
from astrosearch.text import escaped, harmless, is_text

FORMAT = "astrosearch.format"  # where a command's context keeps what --format said

# Other names of commands; help does not list them.
ALIASES = {"search": "query"}
# What people type that is no command -> what does it here.
HINTS = {
    **dict.fromkeys(("ls", "list", "browse", "catalog"), "astrosearch papers"),
    **dict.fromkeys(("rm", "delete", "del", "drop", "uninstall"), "astrosearch remove PAPER_ID"),
    **dict.fromkeys(
        ("update", "add", "build", "import", "refresh", "reindex", "sync", "create", "init"),
        "astrosearch index CORPUS, which takes up what is new or changed",
    ),
    **dict.fromkeys(("stats", "status", "stat", "count"), "astrosearch info"),
    **dict.fromkeys(
        ("export", "bibtex", "cite"),
        "astrosearch query TEXT --format bibtex (or json, csv, tsv), "
        "or astrosearch papers --format bibtex",
    ),
    **dict.fromkeys(("find", "ask", "grep", "q", "s"), "astrosearch query TEXT"),
    **dict.fromkeys(("open", "cat", "get", "view", "read"), "astrosearch show ID"),
    **dict.fromkeys(("like", "related", "more"), "astrosearch similar ID"),
    **dict.fromkeys(("check", "fsck", "doctor"), "astrosearch verify"),
    **dict.fromkeys(("fix", "mend", "recover"), "astrosearch repair"),
    **dict.fromkeys(("compact", "vacuum", "merge"), "astrosearch optimize"),
    "version": "astrosearch --version",
}


class Stopped(KeyboardInterrupt):
    """The system, or a closed terminal, asks this process to end."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(number)


class Commands(click.Group):
    """The one place where the library's errors become messages and exit codes.

    Commands are listed under headings, in the order in which they are used.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.headings: dict[str, list[str]] = {}

    def add_section(self, heading: str, *commands: click.Command) -> None:
        """Add commands under a heading of the help."""
        for command in commands:
            self.add_command(command)
            self.headings.setdefault(heading, []).append(command.name or "")

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order in which they were added."""
        return list(self.commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command by its name or another name of it."""
        return super().get_command(ctx, ALIASES.get(cmd_name, cmd_name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is typed; `help COMMAND` is `COMMAND --help`."""
        if args[0] == "help":
            if not args[1:]:
                click.echo(ctx.get_help())
                ctx.exit()
            args = [args[1], "--help"]
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            near = difflib.get_close_matches(name, [*self.commands, *ALIASES], n=2)
            hint = f"Use: {HINTS[name]}" if name in HINTS else _guess(near)
            ctx.fail(f"No such command '{harmless(name)}'. {hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings, each with the first sentence of its help."""
        longest = max(map(len, self.commands))
        for heading, names in self.headings.items():
            with formatter.section(heading):
                rows = [(name, self.commands[name].get_short_help_str(90)) for name in names]
                formatter.write_dl([(name.ljust(longest), help) for name, help in rows])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error is one message on stderr and exit code 1."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors=_stand_in(stream.encoding))
        try:
            _require_text(sys.argv)
            with _stopping_cleanly():
                result = super().invoke(ctx)
                sys.stdout.flush()
        except AstrosearchError as error:
            _say_error(error)
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


def _stand_in(encoding: str) -> str:
    """Name the handler of what an encoding lacks: halves of surrogate pairs, or most signs."""
    if encoding.lower().replace("_", "-") in ("utf-8", "utf8"):
        return "replace"
    from astrosearch.output.narrow import HANDLER

    return HANDLER


def _guess(near: list[str]) -> str:
    """Name the commands that were perhaps meant."""
    return f"Did you mean {' or '.join(near)}?" if near else "See astrosearch --help."


def _say_error(error: AstrosearchError) -> None:
    """Say what is wrong on stderr: as JSON where the command was to write JSON."""
    if _writes_json():
        from astrosearch.output.jsonlines import json_line

        message, _, cure = str(error).partition("\n")
        kind = type(error).__name__
        click.echo(json_line({"error": {"type": kind, "message": message, "cure": cure}}), err=True)
        return
    click.secho("error: ", fg="red", bold=True, nl=False, err=True)
    click.echo(harmless(str(error)), err=True)


def _writes_json() -> bool:
    """Whether the command that ran was told to write JSON."""
    ctx = click.get_current_context(silent=True)
    return ctx is not None and ctx.meta.get(FORMAT) == "json"


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

"""Options that several commands share, each stated once, and what commands are handed for them.

A command whose options are many takes them in groups: `@gathered(hits=HitOptions)` hands it one
`HitOptions` under the name `hits` in place of the options that are its fields.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from astrosearch.cli.group import FORMAT

if TYPE_CHECKING:
    from rich.console import Console

    from astrosearch.search.index import Index
    from astrosearch.search.ordering import Sort

Command = Callable[..., None]


class _HomePath(click.Path):
    """A path in which `~` is the home folder, as in `--index=~/papers`, which shells leave."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        text = os.fspath(value)
        home = os.path.expanduser(text) if text.startswith("~") else text  # noqa: PTH111 - no error
        return super().convert(home, param, ctx)


# A path that the command itself looks at, for a message with the whole path and a cure.
PATH = _HomePath(path_type=Path, readable=False)


class Count(click.IntRange):
    """A number of things, with a message in plain words where it is none."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number."""
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is not a number.", param, ctx)
        return int(super().convert(number, param, ctx))


corpora_argument = click.argument(
    "corpora", metavar="CORPUS...", nargs=-1, required=True, type=PATH
)
index_option = click.option(
    "-i",
    "--index",
    "index",
    metavar="DIR",
    envvar="ASTROSEARCH_INDEX",
    default="index",
    show_default=True,
    show_envvar=True,
    type=PATH,
    help="The index folder.",
)
encoder_option = click.option(
    "--encoder", default=None, metavar="NAME|DIR", help="Where the index's encoder is, if it moved."
)
k_option = click.option(
    *("-k", "-n", "--top-k", "--limit", "k"),
    default=10,
    show_default=True,
    metavar="N",
    type=Count(min=1),
    help="Hits per query.",
)


def _noted(ctx: click.Context, param: click.Parameter, value: str) -> str:
    """Keep the format where errors look for it."""
    ctx.meta[FORMAT] = value
    return value


def format_choice(*formats: str, help: str | None = None) -> Callable[[Command], Command]:
    """Say how the answer is written; the first format is the default."""
    return click.option(
        "--format",
        "format",
        default=formats[0],
        show_default=True,
        type=click.Choice(formats),
        callback=_noted,
        is_eager=True,  # errors of other options are written in it too
        help=help,
    )


format_option = format_choice(
    *("table", "json", "csv", "tsv", "bibtex"),
    help="table is for people; json is one object per line and query.",
)
table_or_json_option = format_choice("table", "json")
color_option = click.option(
    "--color",
    "--colour",
    "color",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "always", "never"]),
    help="auto: on a terminal; always: also for a pager, as in `| less -R`.",
)
compact_option = click.option(
    "--compact",
    is_flag=True,
    help="One line per hit (format table).",
)
context_option = click.option(
    "--context",
    "context",
    default=0,
    show_default=True,
    metavar="N",
    type=Count(min=0),
    help="Show N sentences before and after each hit.",
)


def examples(*commands: str) -> str:
    """Write commands as the end of a command's help."""
    return "\b\nExamples:\n" + "\n".join(f"  {command}" for command in commands)


def device_option(default: str, help: str) -> Callable[[Command], Command]:
    """Say where an encoder runs."""
    devices = click.Choice(["auto", "cpu", "cuda"])
    return click.option("--device", default=default, show_default=True, type=devices, help=help)


def all_of(*options: Callable[[Command], Command]) -> Callable[[Command], Command]:
    """Make several options one decorator; help lists them in this order."""

    def decorated(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


output_options = all_of(format_option, compact_option, context_option, color_option)
paper_filter_options = all_of(
    click.option("--year", metavar="YEARS", help="2015, 2015..2020, 2015.. or ..2020."),
    click.option(
        "--category", metavar="NAME", multiple=True, help="astro-ph.CO, or astro-ph.* for all."
    ),
    click.option(
        "--author", metavar="NAME", multiple=True, help='"Peebles", "Peebles, P." or "P. Peebles".'
    ),
)
filter_options = all_of(
    paper_filter_options,
    click.option("--section", metavar="WORDS", multiple=True, help="Words of the heading."),
    click.option("--in", "within", metavar="PAPER_ID", multiple=True, help="Only this paper."),
    click.option("--exclude", metavar="PAPER_ID", multiple=True, help="All but this paper."),
    click.option(
        "--year-unknown",
        default="drop",
        show_default=True,
        type=click.Choice(["drop", "keep"]),
        help="With --year: whether papers of unknown year are left out or kept.",
    ),
)
arrangement_options = all_of(
    click.option("--papers", is_flag=True, help="Find papers, each with its best sentence."),
    click.option("--diverse", is_flag=True, help="Hits that differ from each other."),
    click.option(
        "--per-paper",
        metavar="N",
        type=Count(min=1),
        help="At most N sentences of one paper.",
    ),
    click.option(
        "--min-score",
        metavar="SCORE",
        type=float,
        help="Only hits with this score or a better one.",
    ),
    click.option(
        "--offset",
        default=0,
        metavar="N",
        type=Count(min=0),
        help="Pass over the best N hits: --offset 10 shows the second page of ten.",
    ),
    click.option(
        "--sort",
        default="score",
        show_default=True,
        type=click.Choice(["score", "year", "-year", "paper"]),
        help="The order of the hits shown: best, oldest or newest first, or those of one paper "
        "together.",
    ),
    click.option(
        "--no-fold",
        is_flag=True,
        help="Show sentences that say the same one by one, not as one with a count.",
    ),
)


@dataclass(frozen=True, slots=True)
class IndexOptions:
    """Which index is asked, and where its encoder is and runs."""

    index: Path
    encoder: str | None = None
    device: str = "cpu"

    def open(self) -> Index:
        """Open the index for searching."""
        from astrosearch.search.index import open_index

        return open_index(self.index, encoder=self.encoder, device=self.device)


@dataclass(frozen=True, slots=True)
class HitOptions:
    """How many hits, of which sentences, and how they are made of what is found."""

    k: int
    year: str | None
    category: tuple[str, ...]
    author: tuple[str, ...]
    section: tuple[str, ...]
    within: tuple[str, ...]
    exclude: tuple[str, ...]
    papers: bool
    diverse: bool
    no_fold: bool
    year_unknown: str
    per_paper: int | None
    min_score: float | None
    offset: int
    sort: Sort

    def keywords(self) -> dict[str, Any]:
        """Return what `Request.query` and `Request.similar` take besides `k`."""
        from astrosearch.search.filters import filters_of
        from astrosearch.search.request import More

        if self.papers and self.per_paper is not None:
            raise click.UsageError("give either --papers or --per-paper")
        filters = filters_of(
            year=self.year,
            category=self.category,
            author=self.author,
            section=self.section,
            within=self.within,
            exclude=self.exclude,
            undated=self.year_unknown == "keep",
        )
        how = {"papers": self.papers, "diverse": self.diverse, "fold": not self.no_fold}
        more = More(self.per_paper, self.min_score, self.offset, self.sort)
        return {"filters": filters, **how, "more": more}


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How hits are written, and with how many sentences around each."""

    format: str
    context: int = 0
    compact: bool = False
    color: str = "auto"

    def check(self) -> None:
        """Refuse what the format has no place for."""
        if self.context and (self.compact or self.format not in ("table", "json")):
            what = "--compact" if self.compact else self.format
            raise click.UsageError(
                f"--context can't be written as {what}: give --format table or --format json"
            )
        if self.compact and self.format != "table":
            raise click.UsageError("--compact is a table's: give it or --format, not both")


def color_console(color: str) -> Console:
    """Make a console of stdout: `color` is auto, always or never."""
    from astrosearch.output.terminal import stdout_console

    return stdout_console({"auto": None, "always": True, "never": False}[color])


def gathered(**groups: type[Any]) -> Callable[[Command], Command]:
    """Hand a command some of its options in groups: by name, the dataclass with these fields.

    A field that is no option of the command keeps its default.
    """

    def decorated(command: Command) -> Command:
        @wraps(command)
        def gathering(**values: Any) -> None:
            made = {}
            for name, group in groups.items():
                known = [field.name for field in fields(group) if field.name in values]
                made[name] = group(**{field: values.pop(field) for field in known})
            command(**values, **made)

        return gathering

    return decorated


def write_for_programs() -> None:
    """Have stdout write UTF-8 and line ends as they are, whatever the terminal or system is."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="")

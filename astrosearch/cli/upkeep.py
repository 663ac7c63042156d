"""The commands that look after an index: info, verify, repair, optimize, remove."""

from __future__ import annotations

from pathlib import Path

import click

from astrosearch.cli.options import (
    IndexOptions,
    color_console,
    color_option,
    examples,
    gathered,
    index_option,
    table_or_json_option,
    write_for_programs,
)
from astrosearch.cli.waiting import once_free, quiet_option, wait_option
from astrosearch.errors import AstrosearchError
from astrosearch.text import counted


@click.command(
    "info", epilog=examples("astrosearch info", "astrosearch info -i mine --format json")
)
@index_option
@table_or_json_option
@color_option
@gathered(index=IndexOptions)
def info_command(index: IndexOptions, format: str, color: str) -> None:
    """Show what an index holds, when it was last written, and what could not be read."""
    from astrosearch.output.jsonlines import json_line
    from astrosearch.output.show import print_facts
    from astrosearch.search.overview import facts_of

    with index.open() as opened:
        facts = facts_of(opened)
    if format == "json":
        write_for_programs()
        click.echo(json_line(facts))
    else:
        print_facts(color_console(color), facts)


@click.command("verify", epilog=examples("astrosearch verify", "astrosearch verify -i mine"))
@index_option
@quiet_option
def verify_command(index: Path, quiet: bool) -> None:
    """Check every byte of an index; exit 1 if anything is wrong.

    Compares all with its checksums, and the ids of sentences, words and vectors with each other.
    """
    from astrosearch.maintenance.verify import verify

    problems = verify(index)
    if problems:
        raise AstrosearchError(
            f"{index.absolute()} is damaged:\n  " + "\n  ".join(problems) + "\n"
            "Repair it: astrosearch repair. Or restore it from a copy, or rebuild it: "
            "astrosearch index CORPUS --rebuild"
        )
    if not quiet:
        click.echo(f"{index.absolute()} is sound", err=True)


@click.command(
    "repair",
    epilog=examples("astrosearch repair", "astrosearch repair --encoder ~/models/my-encoder"),
)
@index_option
@click.option(
    "--encoder",
    default=None,
    metavar="DIR|HUB_ID",
    help="Where the index's encoder is, if it moved.",
)
@wait_option
@quiet_option
def repair_command(index: Path, encoder: str | None, wait: bool, quiet: bool) -> None:
    """Repair a damaged index.

    Vectors, words and full text are made again. Papers whose own rows are damaged are dropped and
    named: `astrosearch index CORPUS` reads them again.
    """
    from astrosearch.maintenance.repair import repair
    from astrosearch.output.progress import showing_steps

    with showing_steps(quiet=quiet) as progress:
        repaired = once_free(
            lambda: repair(index, encoder=encoder, progress=progress), wait=wait, quiet=quiet
        )
    for line in [] if quiet else repaired.done or ["nothing to repair"]:
        click.echo(line, err=True)
    if repaired.lost:
        lost = ", ".join(repaired.lost)
        click.echo(f"to be read again, with astrosearch index CORPUS: {lost}", err=True)


@click.command(
    "optimize", epilog=examples("astrosearch optimize", "astrosearch optimize --recall 0.99")
)
@index_option
@click.option(
    "--recall",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.98,
    show_default=True,
    help="Share of the ten nearest sentences that a search must find; 1: exact at any size.",
)
@wait_option
@quiet_option
def optimize_command(index: Path, recall: float, wait: bool, quiet: bool) -> None:
    """Make a large index quick: merge its files and compress its vectors.

    Above 100,000 sentences, a search goes through compressed codes; `info` shows the recall that
    was measured on the index itself. Vectors of removed papers are dropped.
    """
    from astrosearch.maintenance.optimize import optimize
    from astrosearch.output.progress import showing_steps

    with showing_steps(quiet=quiet) as progress:
        once_free(lambda: optimize(index, recall=recall, progress=progress), wait=wait, quiet=quiet)
    if not quiet:
        click.echo(f"{index.absolute()} is optimized", err=True)


@click.command(
    "remove",
    epilog=examples(
        "astrosearch remove 2501.99001",
        "astrosearch remove arXiv:2501.99001v2 notes/draft.tex",
    ),
)
@click.argument("names", metavar="PAPER_ID...", nargs=-1, required=True)
@index_option
@wait_option
@quiet_option
def remove_command(names: tuple[str, ...], index: Path, wait: bool, quiet: bool) -> None:
    """Remove papers; they stay away until you index their files by name.

    They stay away from rebuilds too, and when their files change. `astrosearch index FILE` takes
    the one paper of a file in again, `astrosearch index CORPUS --restore` all that were removed.

    A paper is named by its id, arXiv id, DOI, ADS bibcode, the address of any of them, or its file.
    """
    from astrosearch.maintenance.remove import remove
    from astrosearch.search.index import open_index

    with open_index(index) as opened:
        paper_ids = list(dict.fromkeys(opened.find(name, titles=False) for name in names))
    removed = once_free(lambda: remove(paper_ids, index), wait=wait, quiet=quiet)
    if not quiet:
        papers, sentences = counted(len(paper_ids), "paper"), counted(removed, "sentence")
        click.echo(f"removed {papers} with {sentences}", err=True)

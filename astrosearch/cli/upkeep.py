"""The commands that look after an index: info, verify, repair, optimize, remove."""

from __future__ import annotations

from pathlib import Path

import click

from astrosearch.cli.options import (
    IndexOptions,
    gathered,
    index_option,
    table_or_json_option,
    write_for_programs,
)
from astrosearch.errors import AstrosearchError


@click.command("info")
@index_option
@table_or_json_option
@gathered(index=IndexOptions)
def info_command(index: IndexOptions, format: str) -> None:
    """Say what an index holds, and what it could not read."""
    from astrosearch.output.jsonlines import json_line
    from astrosearch.output.show import print_facts
    from astrosearch.output.terminal import stdout_console
    from astrosearch.search.overview import facts_of

    with index.open() as opened:
        facts = facts_of(opened)
    if format == "json":
        write_for_programs()
        click.echo(json_line(facts))
    else:
        print_facts(stdout_console(), facts)


@click.command("verify")
@index_option
def verify_command(index: Path) -> None:
    """Check every checksum and every id of an index; exit 1 if anything is wrong."""
    from astrosearch.maintenance.verify import verify

    problems = verify(index)
    if problems:
        raise AstrosearchError(
            f"{index.absolute()} is damaged:\n  " + "\n  ".join(problems) + "\n"
            "Mend it: astrosearch repair. Or restore it from a copy, or build anew: "
            "astrosearch index CORPUS --rebuild"
        )
    click.echo(f"{index.absolute()} is sound", err=True)


@click.command("repair")
@index_option
@click.option(
    "--encoder",
    default=None,
    metavar="DIR|HUB_ID",
    help="Where the index's encoder now lies, if it moved.",
)
def repair_command(index: Path, encoder: str | None) -> None:
    """Mend a damaged index: vectors, words and full text are made anew.

    Papers whose own rows are damaged are dropped and named: `astrosearch index CORPUS` reads them
    again.
    """
    from astrosearch.cli.progress import showing_steps
    from astrosearch.maintenance.repair import repair

    with showing_steps() as progress:
        repaired = repair(index, encoder=encoder, progress=progress)
    for line in repaired.done or ["nothing to mend"]:
        click.echo(line, err=True)
    if repaired.lost:
        lost = ", ".join(repaired.lost)
        click.echo(f"to be read again, with astrosearch index CORPUS: {lost}", err=True)


@click.command("optimize")
@index_option
@click.option(
    "--recall",
    type=click.FloatRange(0, 1, min_open=True),
    default=0.98,
    show_default=True,
    help="Share of the ten nearest that a search must find; 1: exact at any size.",
)
def optimize_command(index: Path, recall: float) -> None:
    """Merge segments, drop vectors of removed papers, compress large indexes.

    Above 100,000 sentences, a search goes through compressed codes; `info` shows the recall that
    was measured on the index itself.
    """
    from astrosearch.cli.progress import showing_steps
    from astrosearch.maintenance.optimize import optimize

    with showing_steps() as progress:
        optimize(index, recall=recall, progress=progress)
    click.echo(f"{index.absolute()} is optimized", err=True)


@click.command("remove")
@click.argument("paper_ids", metavar="PAPER_ID...", nargs=-1, required=True)
@index_option
def remove_command(paper_ids: tuple[str, ...], index: Path) -> None:
    """Remove papers; they stay away until their files change."""
    from astrosearch.cli.progress import counted
    from astrosearch.maintenance.remove import remove

    sentences = counted(remove(paper_ids, index), "sentence")
    click.echo(f"removed {counted(len(set(paper_ids)), 'paper')} with {sentences}", err=True)

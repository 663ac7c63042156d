"""The command that shows a paper or a sentence: show."""

from __future__ import annotations

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
from astrosearch.text import harmless


@click.command(
    "show",
    epilog=examples(
        "astrosearch show 383",
        "astrosearch show arXiv:2501.99001v2",
        "astrosearch show damping tail",
        "astrosearch show 383 --open",
    ),
)
@click.argument("names", metavar="ID|TITLE...", nargs=-1, required=True)
@index_option
@table_or_json_option
@color_option
@click.option(
    "--open", "in_editor", is_flag=True, help="Open the file at the line, in $VISUAL or $EDITOR."
)
@gathered(index=IndexOptions)
def show_command(
    names: tuple[str, ...], index: IndexOptions, format: str, color: str, in_editor: bool
) -> None:
    """Show a paper, or a sentence within its paragraph.

    A sentence is named by its id or by file and line as a query shows them. A paper is named by its
    id, arXiv id, DOI, ADS bibcode, the address of any of them, its file, or words of its title.
    """
    if in_editor and format != "table":
        raise click.UsageError("--open prints nothing: give it or --format, not both")
    from astrosearch.cli.editor import edit, locate
    from astrosearch.output.show import print_shown, shown_json
    from astrosearch.search.overview import look_up

    with index.open() as opened:
        shown = look_up(opened, " ".join(names))
        place = locate(opened, shown.paper, shown.asked) if in_editor else None
    if place is not None:
        edit(place, lambda message: click.echo(harmless(message), err=True))
    elif format == "json":
        write_for_programs()
        click.echo(shown_json(shown))
    else:
        print_shown(color_console(color), shown)

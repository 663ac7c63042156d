"""The command line. Results go to stdout, all else to stderr; heavy imports wait for a command."""

from __future__ import annotations

import click

from astrosearch._version import __version__
from astrosearch.cli import ask, build, evaluate, pairs, papers, show, train, upkeep
from astrosearch.cli.group import Commands


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
    astrosearch query acoustic peaks           ask it
    astrosearch similar 2501.99001             more like a paper or a sentence

    `astrosearch COMMAND --help` explains a command, with examples. For shell completion, run
    `_ASTROSEARCH_COMPLETE=bash_source astrosearch` (or zsh_source, fish_source) and source what it
    prints.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


main.add_section("Make an index", build.index_command)
main.add_section(
    "Ask it", ask.query_command, ask.similar_command, show.show_command, papers.papers_command
)
main.add_section(
    "Look after it",
    *(upkeep.info_command, upkeep.verify_command, upkeep.repair_command),
    *(upkeep.optimize_command, upkeep.remove_command),
)
main.add_section(
    "Train an encoder", pairs.pairs_command, train.train_command, evaluate.evaluate_command
)

"""The command that makes and updates an index: index."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import click

from astrosearch.cli.options import corpora_argument, device_option, gathered, index_option
from astrosearch.errors import AstrosearchError


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What `astrosearch.build` is told besides the corpora and the index."""

    encoder: str | None
    device: str
    jobs: int
    rebuild: bool
    all_categories: bool
    prune: bool


@click.command("index")
@corpora_argument
@index_option
@click.option(
    "--encoder",
    default=None,
    metavar="NAME|DIR|HUB_ID",
    help="default, a sentence-transformers folder, or a hub id such as allenai/specter2_base; "
    "an index keeps to the one it was built with.",
)
@device_option("auto", "Where the encoder runs.")
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
@gathered(options=BuildOptions)
def index_command(
    corpora: tuple[Path, ...], index: Path, strict: bool, options: BuildOptions
) -> None:
    """Index the papers under CORPUS, a folder or a file; run again to bring it up to date.

    Reads LaTeX folders, arXiv source bundles (.tar.gz, .gz, bulk .tar), arXiv metadata
    snapshots (.json, .jsonl, .gz), plain text and Markdown. Interrupt it at any time:
    the next run goes on where it stopped.
    """
    from astrosearch.cli.progress import counted, print_summary, showing_progress
    from astrosearch.indexing.build import build

    with showing_progress() as progress:
        summary = build(*corpora, index=index, progress=progress, **asdict(options))
    print_summary(summary, index)
    if strict and summary.failed:
        raise AstrosearchError(
            f"{counted(len(summary.failed), 'file')} failed (listed above).\n"
            "Mend or remove them, or leave out --strict."
        )

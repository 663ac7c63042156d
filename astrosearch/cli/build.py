"""The command that makes and updates an index: index."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from astrosearch.cli.options import (
    Count,
    corpora_argument,
    device_option,
    examples,
    gathered,
    index_option,
)
from astrosearch.cli.waiting import once_free, quiet_option, wait_option
from astrosearch.errors import AstrosearchError
from astrosearch.text import counted

if TYPE_CHECKING:
    from astrosearch.indexing.summary import Summary


@dataclass(frozen=True, slots=True)
class BuildOptions:
    """What `astrosearch.build` is told besides the corpora and the index."""

    encoder: str | None
    device: str
    jobs: int
    rebuild: bool
    all_categories: bool | None
    prune: bool
    restore: bool
    follow_links: bool | None


@dataclass(frozen=True, slots=True)
class Telling:
    """How much a run tells, and whether it waits for another one."""

    wait: bool
    quiet: bool
    verbose: bool

    def tell(self, summary: Summary, index: Path) -> None:
        """Say what a run did, or only what it could not read."""
        from astrosearch.cli.progress import LISTED, print_problems, print_summary

        if self.quiet:
            print_problems(summary)
        else:
            print_summary(summary, index, listed=sys.maxsize if self.verbose else LISTED)


@click.command(
    "index",
    epilog=examples(
        "astrosearch index papers/",
        "astrosearch index papers/ arxiv-metadata.json -i ~/astro-index --jobs 4",
        "astrosearch index papers/ --quiet --wait --prune     # from cron",
    ),
)
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
    metavar="N",
    type=Count(min=1),
    help="Processes that read papers.",
)
@click.option(
    "--rebuild", is_flag=True, help="Build a new index; the old one answers until it is done."
)
@click.option("--strict", is_flag=True, help="Exit 1 if any file failed.")
@click.option(
    "--all-categories/--astro-ph",
    default=None,
    help="Take metadata records beyond astro-ph too; an index keeps to what it was told last.",
)
@click.option(
    "--follow-links/--no-follow-links",
    default=None,
    help="Follow links that lead out of CORPUS; an index keeps to what it was told last.",
)
@click.option("--prune", is_flag=True, help="Drop papers whose files are gone from the corpus.")
@click.option(
    "--restore",
    is_flag=True,
    help="Take in again what `astrosearch remove` took out; so does naming a paper's own file.",
)
@wait_option
@quiet_option
@click.option("-v", "--verbose", is_flag=True, help="List every file that was not read or skipped.")
@gathered(options=BuildOptions, telling=Telling)
def index_command(
    corpora: tuple[Path, ...], index: Path, strict: bool, options: BuildOptions, telling: Telling
) -> None:
    """Index the papers under CORPUS, a folder or a file.

    Run it again to bring the index up to date. Reads LaTeX folders, arXiv source bundles (.tar.gz,
    .gz, bulk .tar), arXiv metadata snapshots (.json, .jsonl, .gz), plain text and Markdown.
    Interrupt it at any time: the next run goes on where it stopped.
    """
    summary = once_free(
        lambda: _built(corpora, index, options, telling), wait=telling.wait, quiet=telling.quiet
    )
    telling.tell(summary, index)
    if strict and summary.failed:
        raise AstrosearchError(
            f"{counted(len(summary.failed), 'file')} failed (listed above).\n"
            "Fix or remove them, or leave out --strict."
        )


def _built(
    corpora: tuple[Path, ...], index: Path, options: BuildOptions, telling: Telling
) -> Summary:
    from astrosearch.indexing.build import build
    from astrosearch.output.progress import showing_progress

    if telling.quiet:
        return build(*corpora, index=index, progress=False, **asdict(options))
    with showing_progress() as progress:
        return build(*corpora, index=index, progress=progress, **asdict(options))

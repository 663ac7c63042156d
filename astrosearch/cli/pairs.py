"""The command that mines training pairs."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from astrosearch.cli.options import PATH, corpora_argument, examples, gathered

if TYPE_CHECKING:
    from astrosearch.training.pairs.file import Kind
    from astrosearch.training.pairs.mine import Settings
    from astrosearch.training.pairs.splitting import Tally

_KINDS = ("neighbour", "title", "abstract", "citation", "family", "definition")
# What the bundled encoder was trained on; `family` pairs did harm (docs/training.md). Definitions
# come with a thesaurus.
_USUAL = {"citation": 3.0, "title": 1.0, "neighbour": 0.1, "abstract": 3.0}


@dataclass(frozen=True, slots=True)
class Options:
    """What `astrosearch pairs` is given."""

    corpora: tuple[Path, ...]
    output: str
    kinds: tuple[str, ...]
    thesaurus: Path | None
    exclude: Path | None
    only: Path | None
    text_form: Any
    columns: Any
    limit_per_paper: int
    split: str
    seed: int
    all_categories: bool

    def settings(self) -> Settings:
        """Check what to mine, and read the lists of papers."""
        weights = _weights(self.kinds, has_thesaurus=self.thesaurus is not None)
        from astrosearch.training.pairs.mine import Settings
        from astrosearch.training.pairs.selection import read_names
        from astrosearch.training.pairs.splitting import parse_shares

        return Settings(
            weights=weights,
            shares=parse_shares(self.split, self.seed),
            text_form=self.text_form,
            limit_per_paper=self.limit_per_paper,
            thesaurus=self.thesaurus,
            exclude=read_names(self.exclude),
            only=read_names(self.only),
            all_categories=self.all_categories,
        )


@click.command(
    "pairs",
    epilog=examples(
        "astrosearch pairs papers/ -o pairs.jsonl",
        "astrosearch pairs papers/ -o pairs.jsonl --kind citation=3 --kind abstract=3",
    ),
)
@corpora_argument
@click.option(
    "-o",
    "--output",
    "output",
    metavar="PAIRS.jsonl",
    required=True,
    help="The file to write; - for standard output.",
)
@click.option(
    "--kind",
    "kinds",
    metavar="KIND[=WEIGHT]",
    multiple=True,
    help=f"Mine this kind, and give it this weight in training (1): {', '.join(_KINDS)}. "
    "May be given again. If left out: "
    f"{', '.join(f'{kind}={weight:g}' for kind, weight in _USUAL.items())}, as for the bundled "
    "encoder, and definition=1 with --thesaurus.",
)
@click.option(
    "--thesaurus",
    type=PATH,
    help="Terms and definitions: UAT's JSON, or lines of term<TAB>definition.",
)
@click.option(
    "--exclude",
    metavar="FILE",
    type=PATH,
    help="Papers not to mine, one per line: id, name of its file, or a folder on its path.",
)
@click.option(
    "--only",
    metavar="FILE",
    type=PATH,
    help="Mine these papers alone; as --exclude.",
)
@click.option(
    "--text-form",
    default="plain",
    show_default=True,
    type=click.Choice(["plain", "seed"]),
    help="The form the encoder is fed.",
)
@click.option(
    "--columns",
    default="text",
    show_default=True,
    type=click.Choice(["text", "sentence"]),
    help="Name the texts text_a/text_b, or sentence_0/sentence_1.",
)
@click.option(
    "--limit-per-paper",
    default=50,
    show_default=True,
    type=click.IntRange(min=1),
    help="Pairs of one kind from one paper; four times as many of citations.",
)
@click.option(
    "--split",
    default="90,5,5",
    show_default=True,
    metavar="TRAIN,VALIDATION,TEST",
    help="Per cent of the papers in each split.",
)
@click.option("--seed", default=0, show_default=True, help="Deals papers to splits, and samples.")
@click.option("--all-categories", is_flag=True, help="Take metadata records beyond astro-ph too.")
@gathered(options=Options)
def pairs_command(options: Options) -> None:
    """Mine training pairs, texts that mean the same, from the papers under CORPUS.

    A paper is all in train, validation or test, and no near-identical text is in two of them.
    """
    settings = options.settings()
    from astrosearch.output.progress import showing_steps
    from astrosearch.training.pairs.mine import mine_pairs

    target: Any = _stdout() if options.output == "-" else Path(options.output)
    with showing_steps() as tell:
        tell("looking for papers", 0)

        def progress(sources: int, total: int, papers: int) -> None:
            tell("mining", sources / total)

        tally = mine_pairs(
            options.corpora, target, settings, columns=options.columns, progress=progress
        )
    click.echo(_table(tally), err=True)


def _stdout() -> TextIO:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # for programs, on every system
    return sys.stdout


def _weights(kinds: tuple[str, ...], *, has_thesaurus: bool) -> dict[Kind, float]:
    weights: dict[Any, float] = {}
    if not kinds:
        weights |= _USUAL | ({"definition": 1.0} if has_thesaurus else {})
    for given in kinds:
        kind, equals, weight = given.partition("=")
        if kind not in _KINDS:
            raise click.BadParameter(
                f"{kind!r} is none of {', '.join(_KINDS)}.", param_hint="--kind"
            )
        try:
            weights[kind] = float(weight) if equals else 1.0
        except ValueError:
            weights[kind] = 0
        if not 0 < weights[kind] < float("inf"):
            raise click.BadParameter(
                f"{weight!r} is no weight: give a number above 0.", param_hint="--kind"
            )
    if "definition" in weights and not has_thesaurus:
        raise click.UsageError("--kind definition needs --thesaurus FILE")
    return weights


def _table(tally: Tally) -> str:
    """Pairs by kind and split, as text."""
    splits: tuple[Any, ...] = ("train", "validation", "test")
    rows = [("kind", *splits, "all")]
    for kind in [kind for kind in _KINDS if any(tally.written[kind, each] for each in splits)]:
        counts = [tally.written[kind, each] for each in splits]
        rows.append((kind, *(f"{count:,}" for count in (*counts, sum(counts)))))
    totals = [sum(n for (_, of), n in tally.written.items() if of == each) for each in splits]
    rows.append(("all", *(f"{count:,}" for count in (*totals, sum(totals)))))
    lines = [f"{row[0]:<12}" + "".join(f"{cell:>12}" for cell in row[1:]) for row in rows]
    left_out = (
        f"{tally.crossing:,} pairs left out of validation and test: shared with another split"
    )
    trained = [kind for kind in _KINDS if tally.written[kind, "train"]]
    unseen = [kind for kind in trained if not tally.written[kind, "validation"]]
    if unseen:
        left_out += (
            f"\nno validation pairs of kind {', '.join(unseen)}: the score shown in training "
            "can't see them. Mine more papers, or give a larger share: --split 80,10,10"
        )
    return "\n".join([*lines, left_out])

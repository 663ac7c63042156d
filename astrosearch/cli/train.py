"""The command that trains an encoder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from astrosearch.cli.options import PATH, device_option, examples, gathered

if TYPE_CHECKING:
    from astrosearch.training.fit.results import Trained


@dataclass(frozen=True, slots=True)
class Options:
    """What `astrosearch train` is given."""

    pairs: tuple[Path, ...]
    output: Path
    recipe: str
    base: str | None
    device: str
    epochs: float | None
    batch_size: int | None
    learning_rate: float | None
    max_steps: int | None
    seed: int | None
    seeds: int
    others: tuple[str, ...]
    text_form: Any
    hard_negatives: int | None
    weights: Any
    layers: int | None
    resume: bool


@click.command(
    "train",
    epilog=examples(
        "astrosearch train pairs.jsonl -o my-encoder",
        "astrosearch train pairs.jsonl -o quick --max-steps 200 --batch-size 32",
        "astrosearch train pairs.jsonl -o small --recipe distil --base my-encoder --layers 3",
    ),
)
@click.argument(
    "pairs",
    metavar="PAIRS...",
    nargs=-1,
    required=True,
    type=PATH,
)
@click.option(
    "-o",
    "--output",
    "output",
    metavar="ENCODER_DIR",
    required=True,
    type=PATH,
    help="The folder to write: what `astrosearch index --encoder` takes.",
)
@click.option(
    "--recipe",
    default="astro",
    show_default=True,
    type=click.Choice(["astro", "distil", "seed"]),
    help="astro: ours; distil: a quicker copy of the base, with fewer layers; seed: that of the "
    "encoder the project starts from.",
)
@click.option(
    "--base",
    metavar="NAME|DIR|HUB_ID",
    help="Where training starts; left out: the recipe's own.",
)
@device_option("auto", "Where to train.")
@click.option("--epochs", type=click.FloatRange(0, min_open=True), help="Times through the pairs.")
@click.option("--batch-size", type=click.IntRange(min=2), help="Pairs a step.")
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), help="At its highest.")
@click.option("--max-steps", type=click.IntRange(min=1), help="Stop there, whatever the epochs.")
@click.option("--seed", type=click.IntRange(min=0), help="Of the (first) run.")
@click.option(
    "--seeds",
    default=1,
    show_default=True,
    type=click.IntRange(min=1),
    help="Runs with one seed after the other; their mean is kept (recipe seed: the best).",
)
@click.option(
    "--with",
    "others",
    metavar="DIR",
    multiple=True,
    help="Average with an encoder trained before from the same base, in another way.",
)
@click.option(
    "--text-form",
    type=click.Choice(["plain", "seed"]),
    help="The form the pairs are in, where their file doesn't say.",
)
@click.option("--hard-negatives", type=click.IntRange(min=0), help="Mined for each pair.")
@click.option(
    "--weights", type=click.Choice(["f16", "f32"]), help="How the folder holds the weights."
)
@click.option(
    "--layers", type=click.IntRange(min=1), help="Of the base's, kept by the recipe distil."
)
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Go on from the last checkpoint of the same command, or start over.",
)
@gathered(options=Options)
def train_command(options: Options) -> None:
    """Train an encoder on PAIRS, files that `astrosearch pairs` wrote.

    Other files with columns of the same names will do too. Interrupt it at any time: the same
    command goes on from the last checkpoint. Options left out
    have the recipe's values.
    """
    # Read once, when torch is imported. Threads that spin while they wait made training four times
    # as slow on two cores that others use too, and no faster on idle ones.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from astrosearch.cli.show_training import print_trained

    print_trained(_trained(options))


def _trained(options: Options) -> Trained:
    """Train with the values of the recipe, but for those given."""
    from astrosearch.cli.show_training import showing_training
    from astrosearch.training.fit.recipe import RECIPES, changed
    from astrosearch.training.fit.train import train

    recipe = changed(
        RECIPES[options.recipe],
        epochs=options.epochs,
        batch_size=options.batch_size,
        learning_rate=options.learning_rate,
        seed=options.seed,
        text_form=options.text_form,
        hard_negatives=options.hard_negatives,
        weights=options.weights,
        layers=options.layers,
    )
    with showing_training() as progress:
        return train(
            options.pairs,
            options.output,
            recipe=recipe,
            base=options.base,
            device=options.device,
            labelled=options.text_form is None,
            max_steps=options.max_steps,
            seeds=options.seeds,
            others=options.others,
            resume=options.resume,
            progress=progress,
        )

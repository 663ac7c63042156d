"""The commands that make and measure encoders: pairs, train, evaluate."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

if TYPE_CHECKING:
    from astrosearch.training.pairs.file import Kind
    from astrosearch.training.pairs.splitting import Tally

_KINDS = ("neighbour", "title", "abstract", "citation", "family", "definition")
_BENCHMARKS = ("citation", "citation-title", "title", "definition", "pairs", "questions")


@click.command("pairs")
@click.argument(
    "corpora",
    metavar="CORPUS...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),
)
@click.option(
    "-o",
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
    "May be given again; all if left out.",
)
@click.option(
    "--thesaurus",
    type=click.Path(path_type=Path, readable=False),
    help="Terms and definitions: UAT's JSON, or lines of term<TAB>definition.",
)
@click.option(
    "--exclude",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
    help="Papers not to mine, one a line: id, name of its file, or a folder on its path.",
)
@click.option(
    "--only",
    metavar="FILE",
    type=click.Path(path_type=Path, readable=False),
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
def pairs_command(
    corpora: tuple[Path, ...],
    output: str,
    kinds: tuple[str, ...],
    thesaurus: Path | None,
    exclude: Path | None,
    only: Path | None,
    text_form: Any,
    columns: Any,
    limit_per_paper: int,
    split: str,
    seed: int,
    all_categories: bool,
) -> None:
    """Mine pairs of texts that mean the same from the papers under CORPUS, to train an encoder.

    A paper is all in train, validation or test, and no near-identical text is in two of them.
    """
    weights = _weights(kinds, has_thesaurus=thesaurus is not None)
    from astrosearch.cli.progress import showing_steps
    from astrosearch.training.pairs.mine import Settings, mine
    from astrosearch.training.pairs.selection import read_names
    from astrosearch.training.pairs.splitting import parse_shares

    settings = Settings(
        weights=weights,
        shares=parse_shares(split, seed),
        text_form=text_form,
        limit_per_paper=limit_per_paper,
        thesaurus=thesaurus,
        exclude=read_names(exclude),
        only=read_names(only),
        all_categories=all_categories,
    )
    target: Any = _stdout() if output == "-" else Path(output)
    with showing_steps() as tell:

        def progress(sources: int, total: int, papers: int) -> None:
            tell("mining", sources / total)

        tally = mine(corpora, target, settings, columns=columns, progress=progress)
    click.echo(_table(tally), err=True)


@click.command("train")
@click.argument(
    "pairs",
    metavar="PAIRS...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path, readable=False),
)
@click.option(
    "-o",
    "output",
    metavar="ENCODER_DIR",
    required=True,
    type=click.Path(path_type=Path, readable=False),
    help="The folder to write: what `astrosearch index --encoder` takes.",
)
@click.option(
    "--recipe",
    default="astro",
    show_default=True,
    type=click.Choice(["astro", "seed"]),
    help="astro: ours; seed: that of the encoder the project starts from.",
)
@click.option(
    "--base",
    metavar="NAME|DIR|HUB_ID",
    help="Where training starts; left out: the recipe's own.",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where to train.",
)
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
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Go on from the last checkpoint of the same command, or start anew.",
)
def train_command(
    pairs: tuple[Path, ...],
    output: Path,
    recipe: str,
    base: str | None,
    device: str,
    epochs: float | None,
    batch_size: int | None,
    learning_rate: float | None,
    max_steps: int | None,
    seed: int | None,
    seeds: int,
    others: tuple[str, ...],
    text_form: Any,
    hard_negatives: int | None,
    weights: Any,
    resume: bool,
) -> None:
    """Train an encoder on PAIRS, files of `astrosearch pairs` or with columns of the same names.

    Interrupt it at any time: the same command goes on from the last checkpoint. Options left out
    have the recipe's values.
    """
    # Read once, when torch is imported. Threads that spin while they wait made training four times
    # as slow on two cores that others use too, and no faster on idle ones.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from astrosearch.cli.show_training import print_trained, showing_training
    from astrosearch.training.fit.recipe import RECIPES, changed
    from astrosearch.training.fit.train import train

    chosen = changed(
        RECIPES[recipe],
        epochs=epochs,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
        text_form=text_form,
        hard_negatives=hard_negatives,
        weights=weights,
    )
    with showing_training() as progress:
        trained = train(
            pairs,
            output,
            recipe=chosen,
            base=base,
            device=device,
            labelled=text_form is None,
            max_steps=max_steps,
            seeds=seeds,
            others=others,
            resume=resume,
            progress=progress,
        )
    print_trained(trained)


@click.command("evaluate")
@click.argument("encoders", metavar="ENCODER...", nargs=-1, required=True)
@click.option(
    "--benchmark",
    "benchmarks",
    multiple=True,
    type=click.Choice(_BENCHMARKS),
    help="May be given again; all if left out, or none beside texts of your own.",
)
@click.option(
    "--data",
    envvar="ASTROSEARCH_BENCHMARKS",
    show_envvar=True,
    type=click.Path(path_type=Path, readable=False),
    help="The folder that holds eval/ and corpus/ for the benchmarks.",
)
@click.option(
    "--queries",
    type=click.Path(path_type=Path, readable=False),
    help="Your own: lines of id<TAB>text, or JSON objects with id and text.",
)
@click.option("--documents", type=click.Path(path_type=Path, readable=False), help="As --queries.")
@click.option(
    "--qrels",
    type=click.Path(path_type=Path, readable=False),
    help="Which answer which, in TREC's format: query id, 0, document id, grade.",
)
@click.option(
    "--dimension",
    "dimensions",
    multiple=True,
    type=click.IntRange(min=1),
    help="Measure with vectors cut to so many components too (Matryoshka); may be given again.",
)
@click.option(
    "--baselines/--no-baselines",
    default=True,
    show_default=True,
    help="BM25, all-MiniLM-L6-v2 and hybrids beside the encoders.",
)
@click.option(
    "--baseline",
    metavar="DIR|HUB_ID",
    help="Stands in for all-MiniLM-L6-v2, or says where it is.",
)
@click.option(
    "--dense-weight",
    "dense_weights",
    multiple=True,
    type=click.FloatRange(0, 1),
    help="Share of the encoder in a hybrid; may be given again. [default: 0.7]",
)
@click.option(
    "--device",
    default="auto",
    show_default=True,
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where the encoders run.",
)
@click.option(
    "--format",
    "format",
    default="table",
    show_default=True,
    type=click.Choice(["table", "json"]),
    help="table for people; json: one object a line for each system on each benchmark.",
)
def evaluate_command(
    encoders: tuple[str, ...],
    benchmarks: tuple[str, ...],
    data: Path | None,
    queries: Path | None,
    documents: Path | None,
    qrels: Path | None,
    dimensions: tuple[int, ...],
    baselines: bool,
    baseline: str | None,
    dense_weights: tuple[float, ...],
    device: str,
    format: str,
) -> None:
    """Measure each ENCODER (default, a folder, a hub id) on benchmarks, baselines beside it.

    Values are means over the queries with 95 % bootstrap intervals; all systems are compared
    with the first encoder. With --queries, --documents and --qrels the texts are your own.
    """
    own = (queries, documents, qrels)
    if any(own) and not all(own):
        raise click.UsageError("give --queries, --documents and --qrels together")
    from astrosearch.cli.show_evaluation import print_report, showing_evaluation
    from astrosearch.evaluation.by_name import evaluate_by_name

    with showing_evaluation() as progress:
        report = evaluate_by_name(
            encoders,
            benchmarks or (() if queries else _BENCHMARKS),
            data=data,
            own=(queries, documents, qrels) if queries and documents and qrels else None,
            baselines=baselines,
            baseline=baseline,
            dense_weights=dense_weights,
            dimensions=dimensions,
            device=device,
            progress=progress,
        )
    for note in report.notes:
        click.echo(note, err=True)
    if format == "json":
        for line in report.json_lines():
            click.echo(line)
    else:
        print_report(report)


def _stdout() -> TextIO:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")  # whatever the terminal's: it is for programs
    return sys.stdout


def _weights(kinds: tuple[str, ...], *, has_thesaurus: bool) -> dict[Kind, float]:
    weights: dict[Any, float] = {}
    for given in kinds or (kind for kind in _KINDS if has_thesaurus or kind != "definition"):
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
    return "\n".join([*lines, left_out])

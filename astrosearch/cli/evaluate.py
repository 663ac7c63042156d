"""The command that measures encoders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from astrosearch.cli.options import PATH, device_option, examples, gathered

if TYPE_CHECKING:
    from astrosearch.evaluation.report import Report

_BENCHMARKS = ("citation", "citation-title", "title", "definition", "pairs", "questions")


@dataclass(frozen=True, slots=True)
class Options:
    """What `astrosearch evaluate` is given."""

    encoders: tuple[str, ...]
    benchmarks: tuple[str, ...]
    data: Path | None
    queries: Path | None
    documents: Path | None
    qrels: Path | None
    dimensions: tuple[int, ...]
    baselines: bool
    baseline: str | None
    dense_weights: tuple[float, ...]
    device: str
    format: str

    def own_texts(self) -> tuple[Path, Path, Path] | None:
        """Return the files of queries, documents and qrels, if all three or none are given."""
        if self.queries and self.documents and self.qrels:
            return self.queries, self.documents, self.qrels
        if self.queries or self.documents or self.qrels:
            raise click.UsageError("give --queries, --documents and --qrels together")
        return None


@click.command(
    "evaluate",
    epilog=examples(
        "astrosearch evaluate default --queries q.tsv --documents d.tsv --qrels qrels.txt",
        "astrosearch evaluate my-encoder default --data benchmarks/",
    ),
)
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
    type=PATH,
    help="The folder that holds eval/ and corpus/ for the benchmarks.",
)
@click.option(
    "--queries",
    type=PATH,
    help="Your own: lines of id<TAB>text, or JSON objects with id and text.",
)
@click.option("--documents", type=PATH, help="As --queries.")
@click.option(
    "--qrels",
    type=PATH,
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
@device_option("auto", "Where the encoders run.")
@click.option(
    "--format",
    "format",
    default="table",
    show_default=True,
    type=click.Choice(["table", "json"]),
    help="table is for people; json is one object per line, system and benchmark.",
)
@gathered(options=Options)
def evaluate_command(options: Options) -> None:
    """Measure encoders on benchmarks, beside baselines.

    ENCODER is default, a folder or a hub id. Values are means over the queries with 95 % bootstrap
    intervals; all systems are compared with the first encoder. With --queries, --documents and
    --qrels the texts are your own.
    """
    own = options.own_texts()
    from astrosearch.cli.show_evaluation import print_report

    report = _report(options, own)
    for note in report.notes:
        click.echo(note, err=True)
    if options.format == "json":
        for line in report.json_lines():
            click.echo(line)
    else:
        print_report(report)


def _report(options: Options, own: tuple[Path, Path, Path] | None) -> Report:
    """Evaluate; without --benchmark on all of them, or only on texts of the user's own."""
    from astrosearch.cli.show_evaluation import showing_evaluation
    from astrosearch.evaluation.by_name import evaluate_by_name

    with showing_evaluation() as progress:
        return evaluate_by_name(
            options.encoders,
            options.benchmarks or (() if own else _BENCHMARKS),
            data=options.data,
            own=own,
            baselines=options.baselines,
            baseline=options.baseline,
            dense_weights=options.dense_weights,
            dimensions=options.dimensions,
            device=options.device,
            progress=progress,
        )

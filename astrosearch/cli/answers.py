"""Answers as a command writes them, in the format that is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from astrosearch.cli.options import OutputOptions, color_console, write_for_programs
from astrosearch.text import counted, harmless

if TYPE_CHECKING:
    from astrosearch.records import Context, Hit
    from astrosearch.search.index import Index

    Answers = Sequence[tuple[str, Sequence[Hit]]]  # (query, its hits)


def contexts_of(opened: Index, answers: Answers, n: int) -> Mapping[int, Context] | None:
    """Look up `n` sentences on both sides of all hits, by sentence id; None when `n` is 0."""
    hits = (hit for _, hits in answers for hit in hits)
    return opened.contexts((hit.sentence.id for hit in hits), n) if n else None


def print_answers(
    answers: Answers,
    output: OutputOptions,
    contexts: Mapping[int, Context] | None,
    *,
    papers: bool,
    heading: bool = False,
    listings: Sequence[bool] = (),
) -> None:
    """Write answers to stdout; `papers` says what the hits are, and `heading` names each query.

    `listings` tells which queries asked for papers by author or year alone. What is to be said
    besides goes to stderr.
    """
    for remark in remarks_on(answers):
        click.echo(harmless(remark), err=True)
    if output.format == "table":
        _print_table(answers, output, contexts, heading=heading, listings=listings)
        return
    write_for_programs()
    if output.format == "json":
        from astrosearch.output.jsonlines import to_json

        for text, hits in answers:
            remarks = getattr(hits, "remarks", None)
            click.echo(to_json(text, hits, contexts, weak=remarks is not None and remarks.weak))
    elif output.format == "bibtex":
        from astrosearch.output.bibtex import to_bibtex

        click.echo(to_bibtex(hit for _, hits in answers for hit in hits), nl=False)
    else:
        from astrosearch.output.spreadsheet import write_csv, write_tsv

        write = write_tsv if output.format == "tsv" else write_csv
        write(answers, sys.stdout, papers=papers)


def remarks_on(answers: Answers) -> list[str]:
    """Write what is to be said of answers besides their hits: of several, in numbers."""
    found = [remarks for _, hits in answers if (remarks := getattr(hits, "remarks", None))]
    lines = []
    for papers, sentences in dict.fromkeys(
        (each.undated_papers, each.undated_sentences) for each in found if each.undated_papers
    ):
        lines.append(
            f"{counted(papers, 'paper')} ({counted(sentences, 'sentence')}) of unknown year left "
            "out; keep them: --year-unknown keep"
        )
    lines += [reason for reason in dict.fromkeys(each.reason for each in found) if reason]
    weak = sum(each.weak for each in found)
    if weak and len(answers) == 1:
        lines.append("nothing close; nearest:")
    elif weak:
        lines.append(f"nothing close for {weak} of {counted(len(answers), 'query', 'queries')}")
    return lines


def _print_table(
    answers: Answers,
    output: OutputOptions,
    contexts: Mapping[int, Context] | None,
    *,
    heading: bool,
    listings: Sequence[bool],
) -> None:
    from astrosearch.output.listing import print_listing
    from astrosearch.output.terminal import print_compact, print_hits

    console = color_console(output.color)
    for number, (text, hits) in enumerate(answers):
        if heading and number:
            console.print()
        if any(listings[number : number + 1]):
            print_listing(console, text, hits, heading=heading)
        elif output.compact:
            print_compact(console, text, hits, heading=heading)
        else:
            print_hits(console, text, hits, heading=heading, contexts=contexts)

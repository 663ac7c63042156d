"""A paper and its sentences, and the facts of an index, as `show` and `info` print them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from typing import TYPE_CHECKING, Any

from astrosearch.output.jsonlines import json_line, json_paper
from astrosearch.output.terminal import LIT, print_trimmed
from astrosearch.records import Sentence, Shown
from astrosearch.text import counted, one_line

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


def shown_json(shown: Shown) -> str:
    """Write a paper and its sentences as one line of JSON."""
    return json_line(
        {
            "paper": json_paper(shown.paper),
            "sentences": [
                {
                    "sentence_id": s.id,
                    "text": s.text,
                    "section": s.section,
                    "source": {"file": s.file, "line": s.line},
                    "paragraph": s.paragraph,
                }
                for s in shown.sentences
            ],
        }
    )


def print_shown(console: Console, shown: Shown) -> None:
    """Print a paper's head, then its sentences with their ids, under their sections and lines.

    A blank line parts paragraphs. Where a sentence was asked for, it is lit, and other paragraphs
    than its own are dim.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    paper, marked = shown.paper, shown.marked
    head = [Text(one_line(paper.heading), "bold")]
    if paper.authors:
        head.append(Text(one_line(", ".join(paper.authors[:10])) + _more(len(paper.authors) - 10)))
    about = [paper.id, str(paper.year or ""), " ".join(paper.categories), paper.url or ""]
    head.append(Text(one_line(" · ".join(item for item in about if item)), "dim"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for (section, file), part in groupby(shown.sentences, lambda s: (s.section, s.file)):
        sentences = list(part)
        line = marked.line if marked in sentences else sentences[0].line
        place = (f"  {one_line(file)}:{line}", "dim")
        heading = Text.assemble((one_line(section or ""), "bold"), place)
        grid.add_row()
        grid.add_row("", heading)
        above = sentences[0].paragraph
        for sentence in sentences:
            if sentence.paragraph != above:
                grid.add_row()
            above = sentence.paragraph
            number = f"> {sentence.id}" if sentence == marked else str(sentence.id)
            grid.add_row(number, Text(one_line(sentence.text), _style(sentence, marked)))
    print_trimmed(console, Group(*head, grid, *_neighbours(shown)))


def _style(sentence: Sentence, marked: Sentence | None) -> str:
    if marked is None:
        return ""
    if sentence.paragraph != marked.paragraph:
        return "dim"
    return LIT if sentence == marked else ""


def _neighbours(shown: Shown) -> list[Text]:
    """Name the sentences before and after the marked one, for reading on."""
    from rich.text import Text

    if shown.marked is None:
        return []
    ids = [sentence.id for sentence in shown.sentences]
    at = ids.index(shown.marked.id)
    sides = {"previous": ids[max(0, at - 1) : at], "next": ids[at + 1 : at + 2]}
    line = " · ".join(f"{side} {id}" for side, ids in sides.items() for id in ids)
    return [Text(f"\n{line}", "dim")] if line else []


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def print_facts(console: Console, facts: Mapping[str, Any]) -> None:
    """Print the facts of an index for people, as `search.overview.facts_of` gathers them.

    A number that is nothing to act on is left out where it is zero.
    """
    from rich.text import Text

    rows = [(name, one_line(text)) for name, text in _facts(facts) if text]
    width = max(len(name) for name, _ in rows)
    for name, text in rows:
        line = Text("").append(f"{name:<{width}}  ", "dim").append(text)
        console.print(line, soft_wrap=True)
    unread = facts["not_read"]
    if unread:
        console.print(Text(f"{counted(len(unread), 'file')} could not be read:"), soft_wrap=True)
    for item in unread:
        console.print(Text(one_line(f"  {item['file']}: {item['reason']}")), soft_wrap=True)


def _facts(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the names and values of the facts, those that nobody needs empty."""
    papers = facts["papers"]
    yield "index", facts["index"]
    yield "corpora", ", ".join(facts["corpora"])
    yield "papers", f"{papers:,} ({facts['full_texts']:,} with full text)"
    for name in ("year", "authors", "categories"):
        lacking = facts[f"without_{name}"]
        yield f"without {name}", f"{counted(lacking, 'paper')}" if lacking else ""
    yield "sentences", f"{facts['sentences']:,}"
    yield "last written", f"{facts['last_written']}, by astrosearch {facts['written_by'] or '?'}"
    yield "being written", f"by {facts['being_written_by']}" if facts["being_written_by"] else ""
    shown = facts["encoder_fingerprint"][:12]
    yield "encoder", f"{facts['encoder']} ({shown}), {facts['dimension']} dimensions"
    is_exact = facts["search"] == "exact"
    yield "search", "exact" if is_exact else f"compressed, recall {facts['recall_at_10']:.3f}"
    if not is_exact and facts["not_coded"]:
        yield "added since", f"{facts['not_coded']:,} sentences, searched exactly until optimize"
    yield "size", _sizes(facts)
    dead = facts["dead_vectors"]
    yield "to be dropped", f"vectors of {dead:,} removed sentences, by optimize" if dead else ""
    yield "format", f"{facts['format']}, {counted(facts['segments'], 'segment')}"


def _sizes(facts: Mapping[str, Any]) -> str:
    parts = {"database": facts["database_bytes"], "vectors": facts["vectors_bytes"]}
    parts |= {"codes": facts["codes_bytes"]} if facts["codes_bytes"] else {}
    return ", ".join(f"{name} {size / 1e6:,.1f} MB" for name, size in parts.items())

"""What `show` and `info` print."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from astrosearch.output.terminal import clean, json_line, json_paper, print_trimmed
from astrosearch.records import Paper, Sentence, is_sentence_id

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from astrosearch.search.index import Index

NEIGHBOURS = 3  # sentences shown before and after one asked for; more if its paragraph is longer


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper and some of its sentences; `marked` is the one asked for, if one was."""

    paper: Paper
    sentences: tuple[Sentence, ...]
    marked: Sentence | None = None

    @property
    def asked(self) -> Sentence:
        """The sentence asked for, or the paper's first."""
        return self.marked or self.sentences[0]


def look_up(index: Index, id: str) -> Shown:
    """Find a paper, or a sentence within its paragraph, by an id as people type it."""
    if not is_sentence_id(id):
        paper, sentences = index.paper(id)
        return Shown(paper, tuple(sentences))
    marked, paper = index.sentence(int(id))
    _, sentences = index.paper(paper.id)
    at = [s.id for s in sentences].index(marked.id)
    first, last = at - NEIGHBOURS, at + NEIGHBOURS
    if marked.paragraph is not None:
        own = [i for i, s in enumerate(sentences) if s.paragraph == marked.paragraph]
        first, last = min(first, own[0] - 1), max(last, own[-1] + 1)
    return Shown(paper, tuple(sentences[max(0, first) : last + 1]), marked)


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

    A blank line parts paragraphs; those around that of a marked sentence are dim.
    """
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    paper, marked = shown.paper, shown.marked
    head = [Text(clean(paper.title or paper.id), "bold")]
    if paper.authors:
        head.append(Text(clean(", ".join(paper.authors[:10])) + _more(len(paper.authors) - 10)))
    about = [paper.id, str(paper.year or ""), " ".join(paper.categories), paper.url or ""]
    head.append(Text(clean(" · ".join(item for item in about if item)), "dim"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    for (section, file), part in groupby(shown.sentences, lambda s: (s.section, s.file)):
        sentences = list(part)
        line = marked.line if marked in sentences else sentences[0].line
        place = (f"  {clean(file)}:{line}", "dim")  # a cyan of its own would be hard to read
        heading = Text.assemble((clean(section or ""), "bold cyan"), place)
        grid.add_row()
        grid.add_row("", heading)
        above = sentences[0].paragraph
        for sentence in sentences:
            if sentence.paragraph != above:
                grid.add_row()
            above = sentence.paragraph
            number = f"> {sentence.id}" if sentence == marked else str(sentence.id)
            grid.add_row(number, Text(clean(sentence.text), _style(sentence, marked)))
    print_trimmed(console, Group(*head, grid, *_neighbours(shown)))


def _style(sentence: Sentence, marked: Sentence | None) -> str:
    if marked is None or sentence.paragraph != marked.paragraph:
        return "" if marked is None else "dim"
    return "bold yellow" if sentence == marked else ""


def _neighbours(shown: Shown) -> list[Text]:
    """Say which sentences to show for reading on."""
    from rich.text import Text

    if shown.marked is None:
        return []
    ids = [sentence.id for sentence in shown.sentences]
    at = ids.index(shown.marked.id)
    sides = {"previous": ids[max(0, at - 1) : at], "next": ids[at + 1 : at + 2]}
    said = " · ".join(f"{side} {id}" for side, near in sides.items() for id in near)
    return [Text(f"\n{said}", "dim")] if said else []


def _more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""


def facts(index: Index) -> dict[str, Any]:
    """Gather what there is to say of an index."""
    counts, encoder, codes = index.counts, index.encoder_identity, index.codes
    vectors_bytes = sum(row.bytes for row in index.segments)
    stored = sum(row.vectors for row in index.segments)
    edge = codes.segment.last_id if codes else 0
    beside = sum(row.vectors for row in index.segments if row.first_id > edge)
    return {
        "index": str(index.path.absolute()),
        "papers": counts.papers,
        "full_texts": counts.full_texts,
        "sentences": counts.sentences,
        "encoder": encoder.name,
        "encoder_fingerprint": encoder.fingerprint,
        "dimension": encoder.dimension,
        "text_form": encoder.text_form,
        "segments": counts.segments,
        "search": "exact" if codes is None else "codes",
        "recall_at_10": 1.0 if codes is None else codes.recall,
        "vectors_bytes": vectors_bytes,
        "bytes_per_sentence": round(vectors_bytes / stored, 1) if stored else None,
        "codes_bytes": 0 if codes is None else codes.segment.bytes,
        "not_coded": beside if codes else 0,
        "dead_vectors": counts.dead_vectors,
        "database_bytes": index.database_bytes,
        "not_read": [{"file": name, "reason": reason} for name, reason in index.failures],
    }


def print_facts(console: Console, facts: dict[str, Any], format: str) -> None:
    """Print them as a table or as one line of JSON."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    if format == "json":
        console.file.write(json_line(facts) + "\n")
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim")
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        if name == "not_read":
            continue
        if name.endswith("_bytes"):
            name, text = name.removesuffix("_bytes"), f"{value / 1e6:,.1f} MB"
        elif name == "encoder_fingerprint":
            text = value[:12]
        else:
            text = f"{value:,}" if isinstance(value, int) else str(value)
        grid.add_row(name.replace("_", " "), Text(clean(text)))
    grid.add_row("not read", str(len(facts["not_read"])))
    lines = [Text(clean(f"  {item['file']}: {item['reason']}")) for item in facts["not_read"]]
    print_trimmed(console, Group(grid, *lines))

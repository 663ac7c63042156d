"""What `show` and `info` print."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from astrosearch.records import Paper, Sentence, is_sentence_id
from astrosearch.render import clean, json_line, json_paper, print_trimmed

if TYPE_CHECKING:
    from rich.console import Console

    from astrosearch.search import Index

NEIGHBOURS = 3  # sentences shown before and after one asked for


@dataclass(frozen=True, slots=True)
class Shown:
    """A paper and some of its sentences; `marked` is the one asked for, if one was."""

    paper: Paper
    sentences: tuple[Sentence, ...]
    marked: int | None = None


def look_up(index: Index, id: str) -> Shown:
    """Find a paper, or a sentence with its neighbours, by an id as people type it."""
    if not is_sentence_id(id):
        paper, sentences = index.paper(id)
        return Shown(paper, tuple(sentences))
    sentence, paper = index.sentence(int(id))
    _, sentences = index.paper(paper.id)
    at = [s.id for s in sentences].index(sentence.id)
    return Shown(
        paper, tuple(sentences[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]), sentence.id
    )


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
                }
                for s in shown.sentences
            ],
        }
    )


def print_shown(console: Console, shown: Shown) -> None:
    """Print a paper's head, then its sentences under their sections with their ids and lines."""
    from rich.console import Group
    from rich.table import Table
    from rich.text import Text

    paper = shown.paper
    head = [Text(clean(paper.title or paper.id), "bold")]
    if paper.authors:
        head.append(Text(clean(", ".join(paper.authors[:10])) + _more(len(paper.authors) - 10)))
    about = [paper.id, str(paper.year or ""), " ".join(paper.categories), paper.url or ""]
    head.append(Text(clean(" · ".join(item for item in about if item)), "dim"))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    section: str | None = ""
    file = ""
    for sentence in shown.sentences:
        if sentence.section != section or sentence.file != file:
            section, file = sentence.section, sentence.file
            grid.add_row()
            heading = Text(clean(section or ""), "bold cyan")
            heading.append(f"  {clean(file)}:{sentence.line}", "dim not bold")
            grid.add_row("", heading)
        style = "bold yellow" if sentence.id == shown.marked else ""
        grid.add_row(str(sentence.id), Text(clean(sentence.text), style))
    print_trimmed(console, Group(*head, grid))


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

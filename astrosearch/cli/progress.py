"""What an indexing run did, said at its end on stderr."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.output.progress import duration, say
from astrosearch.text import counted, one_line

if TYPE_CHECKING:
    from astrosearch.indexing.summary import Summary

LISTED = 20  # failed or skipped files shown in the summary; `astrosearch info` lists all failed


def print_summary(summary: Summary, index: Path, *, listed: int = LISTED) -> None:
    """Say what a run did: papers, sentences, and every file that gave none, with its reason."""
    lines = []
    if summary.papers_added or summary.papers_replaced or summary.sources_read:
        replaced = f", {summary.papers_replaced:,} replaced" if summary.papers_replaced else ""
        lines.append(
            f"{counted(summary.papers_added, 'paper')} added{replaced} "
            f"({summary.sentences_added:,} sentences) in {duration(summary.seconds)}"
        )
    if summary.sources_unchanged:
        lines.append(f"{counted(summary.sources_unchanged, 'file')} unchanged")
    if summary.pruned:
        lines.append(f"{counted(summary.pruned, 'paper')} dropped, no longer in the corpus")
    lines += _listing(
        "papers that left the index, as their file no longer holds them", _left(summary), listed
    )
    lines += problems_of(summary, listed=listed)
    lines += _listing("duplicates", [*map(_pair, summary.duplicates)], listed)
    lines += _listing("warnings", summary.warnings, listed)
    lines += _listing(
        "indexed, but gone from the corpus (--prune drops them)", summary.gone, listed
    )
    lines += _sums(summary)
    lines.append(
        f"{index.absolute()} holds {counted(summary.papers, 'paper')}, "
        f"{counted(summary.sentences, 'sentence')}"
    )
    _say_all(lines)


def print_problems(summary: Summary, *, listed: int = LISTED) -> None:
    """Say which files gave nothing, and why; nothing if there are none."""
    _say_all(problems_of(summary, listed=listed))


def problems_of(summary: Summary, *, listed: int) -> list[str]:
    """Return a line for each file that gave nothing, with its reason."""
    return [
        *_listing("not read", [*map(_pair, summary.failed)], listed),
        *_listing("skipped", [*map(_pair, summary.skipped)], listed),
    ]


def _left(summary: Summary) -> list[str]:
    return [f"{paper} ({file})" for paper, file in summary.left]


def _sums(summary: Summary) -> list[str]:
    """Return what became of all that was found, in a line; another tells of other files."""
    lines = []
    if summary.duplicated or summary.refused:
        lines.append(
            f"of {counted(summary.found, 'document')} found: {summary.indexed:,} indexed, "
            f"{counted(summary.duplicated, 'duplicate')}, {summary.refused:,} not read"
        )
    if summary.removed:
        lines.append(
            f"{counted(summary.removed, 'document')} of removed papers left out "
            "(--restore takes them in again)"
        )
    if count := sum(summary.others.values()):
        most = sorted(summary.others.items(), key=lambda item: (-item[1], item[0]))
        shown = ", ".join(f"{suffix} {number:,}" for suffix, number in most[:5])
        more = ", ..." if len(most) > 5 else ""
        lines.append(f"{counted(count, 'other file')} beside papers, not read: {shown}{more}")
    return lines


def _say_all(lines: list[str]) -> None:
    if lines:
        say("\n".join(one_line(line) for line in lines))


def _pair(item: tuple[str, str]) -> str:
    return f"{item[0]}: {item[1]}"


def _listing(what: str, items: list[str], listed: int) -> list[str]:
    if not items:
        return []
    more = [f"  ... and {len(items) - listed:,} more"] if len(items) > listed else []
    return [f"{what} ({len(items):,}):", *(f"  {item}" for item in items[:listed]), *more]

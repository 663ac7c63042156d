"""Hits as a terminal shows them: blocks that wrap, with the query's words lit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from astrosearch.records import Context, Hit, Sentence, byline, shares
from astrosearch.text import STOPWORDS, is_link, one_line

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.measure import Measurement
    from rich.text import Text


def stdout_console() -> Console:
    """Make a console of the standard output."""
    from rich.console import Console

    # A pipe has no width of its own, and rich's guess of 80 would waste a wide pager.
    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ
    return Console(highlight=False, width=None if has_width else 100)


def print_hits(
    console: Console,
    query: str,
    hits: Sequence[Hit],
    *,
    heading: bool = False,
    contexts: Mapping[int, Context] | None = None,
) -> None:
    """Print hits for people: score, sentence with the query's words lit, paper, file and line.

    Every hit is a block that wraps within the console's width. Addresses can be clicked on a
    terminal; a pipe gets the same as plain text. Where hits are papers, the paper comes first.

    Parameters
    ----------
    console, query, hits
    heading : bool
        Print the query first: for a batch.
    contexts : dict of int to Context, optional
        By sentence id: the sentences before and after a hit, printed dim.
    """
    from rich.table import Table

    if heading:
        print_trimmed(console, _styled(f"{one_line(query)}\n", "bold"))
    if not hits:
        print_trimmed(console, _styled("nothing found", ""))
        return
    grid = Table.grid(padding=(0, 2, 0, 0), expand=False)
    grid.add_column(justify="right", style="dim", no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    stems = _stems(query)
    heat = shares([hit.score for hit in hits])
    for i, hit in enumerate(hits):
        before, after = (contexts or {}).get(hit.sentence.id, ([], []))
        if before:
            grid.add_row("", "", _running(before))
        grid.add_row(
            str(hit.rank),
            _styled(f"{hit.score:.3f}", _heat(heat[i])),
            _block(hit, stems, console.is_terminal, after),
        )
        if i + 1 < len(hits):
            grid.add_row()
    print_trimmed(console, grid)


def print_trimmed(console: Console, content: RenderableType) -> None:
    """Print without the blanks that pad a table's lines, where no terminal needs them."""
    if console.is_terminal:
        console.print(content)
        return
    with console.capture() as capture:
        console.print(content)
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


def _running(sentences: Sequence[Sentence]) -> Text:
    return _styled(" ".join(one_line(sentence.text) for sentence in sentences), "dim")


def _block(
    hit: Hit, stems: frozenset[str], links: bool, after: Sequence[Sentence] = ()
) -> RenderableType:
    from rich.console import Group

    paper, sentence = hit.paper, hit.sentence
    about = [_styled(one_line(paper.title or paper.id), "italic")]
    about += [_styled(one_line(byline(paper.authors)), ""), _styled(str(paper.year or ""), "")]
    passage: list[RenderableType] = [
        _lit(one_line(sentence.text), stems),
        *([_running(after)] if after else []),
    ]
    if hit.matches is None:
        lines: list[RenderableType] = [*passage, FactRow(about)]
    else:
        lines = [FactRow([*about, _styled(hit.counted, "dim")]), *passage]
    lines.append(FactRow(_styled(one_line(fact), "dim") for fact in hit.place))
    if paper.url:
        lines.append(_address(paper.id, paper.url, clickable=links))
    return Group(*lines)


def _address(paper_id: str, url: str, *, clickable: bool) -> Text:
    """Write a paper's address; where it can be clicked, ADS's page of an arXiv paper beside it."""
    if not (clickable and is_link(url)):
        return _styled(one_line(url), "dim")
    address = _styled(url, f"dim underline link {url}")
    ads = f"https://ui.adsabs.harvard.edu/abs/arXiv:{paper_id}"
    if "arxiv.org/abs/" in url and is_link(ads):
        address.append(" · ", style="not underline")
        address.append("ADS", style=f"link {ads}")
    return address


class FactRow:
    """Facts in a row, a dot between two; a line breaks within a fact only if it is wider."""

    def __init__(self, facts: Iterable[Text]) -> None:
        self.facts = [fact for fact in facts if fact.plain]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = _styled("", "")
        for fact in self.facts:
            taken = line.wrap(console, options.max_width, overflow="fold")[-1].cell_len
            if line and taken + 3 + fact.cell_len > options.max_width:
                yield line
                line = _styled("", "")
            if line:
                line.append(" · ", "dim")
            line.append_text(fact)
        yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        return Measurement(1, options.max_width)


def _lit(text: str, stems: frozenset[str]) -> Text:
    """Light the words of `text` whose stem is one of the query's."""
    lit = _styled(text, "")
    for match in re.finditer(r"[^\W_]+", text):
        if _stem(match[0]) in stems:
            lit.stylize("bold yellow", *match.span())
    return lit


def _stems(query: str) -> frozenset[str]:
    words = {word.lower() for word in re.findall(r"[^\W_]+", query)}
    return frozenset(_stem(word) for word in words - STOPWORDS)


def _stem(word: str) -> str:
    """Cut the commonest English endings, for lighting only.

    >>> _stem("Galaxies"), _stem("galaxy"), _stem("peaks"), _stem("damping"), _stem("damped")
    ('galax', 'galax', 'peak', 'damp', 'damp')
    """
    word = word.lower()
    for ending in ("ations", "ation", "ings", "ing", "ies", "ed", "es", "s", "y", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def _heat(share: float) -> str:
    """Return the style of a score by its share of the best one."""
    return "bold green" if share >= 0.95 else "green" if share >= 0.8 else "cyan"


def _styled(text: str, style: str) -> Text:
    from rich.text import Text

    return Text(text, style=style)

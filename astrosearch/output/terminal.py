"""Hits as a terminal shows them: grouped by paper, wrapped, with the query's words lit."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.records import Context, Hit, Paper, Sentence, byline, shares
from astrosearch.text import STOPWORDS, is_link, one_line

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.measure import Measurement
    from rich.text import Text

# Of a word that matches. Magenta can be read on light and on dark ground (bold yellow and cyan
# can't on white); bold tells it from its neighbours where there is no colour.
LIT = "bold magenta"
UNLIMITED = 1_000_000  # columns: a pipe has no edge, and a broken line would hide words from grep
PLACE_SHARE = 0.6  # of the width that a file's name may take; a longer one loses its middle


def stdout_console(colored: bool | None = None) -> Console:
    """Make a console of the standard output.

    Parameters
    ----------
    colored : bool, optional
        Write colours and links also into a pipe, or never; None: on a terminal.
    """
    from rich.console import Console

    has_width = sys.stdout.isatty() or "COLUMNS" in os.environ or colored
    width = None if has_width else UNLIMITED
    if colored is None:
        return Console(highlight=False, width=width)
    if colored:
        return Console(highlight=False, width=width, force_terminal=True, no_color=False)
    return Console(
        highlight=False, width=width, force_terminal=False, no_color=True, color_system=None
    )


def print_hits(
    console: Console,
    query: str,
    hits: Sequence[Hit],
    *,
    heading: bool = False,
    contexts: Mapping[int, Context] | None = None,
) -> None:
    """Print hits for people: under each paper its sentences, with the query's words lit.

    A paper stands where its best hit does. Lines wrap within the console's width; a pipe has
    none. Addresses can be clicked on a terminal.

    Parameters
    ----------
    console, query, hits
    heading : bool
        Print the query first: for a batch.
    contexts : dict of int to Context, optional
        By sentence id: the sentences before and after a hit, printed dim. `>` marks the hit.
    """
    if not begun(console, query, hits, heading=heading):
        return
    page = Page(console, _stems(query), contexts)
    heat = dict(zip((hit.rank for hit in hits), shares([hit.score for hit in hits]), strict=True))
    prefix = Prefix(max(len(str(hit.rank)) for hit in hits))
    papers: dict[str, list[Hit]] = {}
    for hit in hits:
        papers.setdefault(hit.paper.id, []).append(hit)
    for number, group in enumerate(papers.values()):
        if number:
            page.line(styled("", ""))
        page.block(styled("", ""), page.head(group))
        for hit in group:
            page.block(prefix.of(hit, heat[hit.rank]), page.passage(hit))
    page.print()


def print_compact(
    console: Console, query: str, hits: Sequence[Hit], *, heading: bool = False
) -> None:
    """Print a line for each hit: rank, score, id, paper and the sentence, cut at the width."""
    if not begun(console, query, hits, heading=heading):
        return
    stems, page = _stems(query), Page(console, frozenset())
    names = [shortened(one_line(hit.paper.id), 24) for hit in hits]
    ranks, ids = (max(len(str(n)) for n in ns) for ns in zip(*map(_numbers, hits), strict=True))
    heat = shares([hit.score for hit in hits])
    for hit, name, share in zip(hits, names, heat, strict=True):
        line = styled("", "").append(f"{hit.rank:>{ranks}} ", "dim")
        line.append(f"{hit.score:.3f}", _heat(share))
        line.append(f" {hit.sentence.id:>{ids}} {name.ljust(max(map(len, names)))} ", "dim")
        line.append_text(_lit(one_line(hit.sentence.text), stems))
        line.truncate(console.width, overflow="ellipsis")
        page.line(line)
    page.print()


def _numbers(hit: Hit) -> tuple[int, int]:
    return hit.rank, hit.sentence.id


def begun(console: Console, query: str, hits: Sequence[Hit], *, heading: bool) -> bool:
    """Print what stands above an answer; return whether there is one."""
    if heading:
        print_trimmed(console, styled(f"{one_line(query)}\n", "bold"))
    if not hits:
        print_trimmed(console, styled("nothing found", ""))
    return bool(hits)


def print_trimmed(console: Console, content: RenderableType) -> None:
    """Print without the blanks that pad a table's lines, where no terminal needs them."""
    if console.is_terminal:
        console.print(content)
        return
    with console.capture() as capture:
        console.print(content)
    console.file.write("".join(f"{line.rstrip()}\n" for line in capture.get().splitlines()))


@dataclass(frozen=True, slots=True)
class Prefix:
    """What stands before a hit: its rank, in so many digits, and its score."""

    digits: int

    def of(self, hit: Hit, share: float) -> Text:
        """Write a hit's rank and score; `share` is how near it comes to the best."""
        prefix = styled("", "").append(f"{hit.rank:>{self.digits}}  ", "dim")
        prefix.append(f"{hit.score:.3f}", _heat(share))
        return prefix.append("  ")


class Page:
    """Lines of an answer, kept within a console's width."""

    def __init__(
        self,
        console: Console,
        stems: frozenset[str],
        contexts: Mapping[int, Context] | None = None,
    ) -> None:
        self.console, self.stems, self.contexts = console, stems, contexts
        self._lines: list[Text] = []

    def line(self, line: Text) -> None:
        """Add a line."""
        self._lines.append(line)

    def print(self) -> None:
        """Print all lines, without blanks at their ends."""
        whole = styled("", "")
        for line in self._lines:
            line.rstrip()
            whole.append_text(line).append("\n")
        self.console.print(whole, soft_wrap=True, end="")

    def block(self, prefix: Text, parts: Iterable[Text]) -> None:
        """Add parts to the right of a prefix, each on lines of its own."""
        indent = prefix.cell_len
        for part in parts:
            for line in part.wrap(self.console, max(1, self.console.width - indent), tab_size=1):
                self.line(prefix.append_text(line))
                prefix = styled(" " * indent, "")

    def head(self, hits: Sequence[Hit]) -> Iterator[Text]:
        """Yield the lines over a paper's hits: title, authors, year, id, and the address."""
        paper = hits[0].paper
        title = styled(one_line(paper.heading), "bold")
        if any(_is_title(hit) for hit in hits):
            title = _lit(title.plain, self.stems, "bold", f"{LIT} underline")
        known = [byline(paper.authors), str(paper.year or "")]
        facts = [title, *(styled(one_line(fact), "") for fact in known)]
        facts += [styled(hit.counted, "dim") for hit in hits[:1]]
        facts += [styled(one_line(paper.id), "dim")] if paper.heading != paper.id else []
        yield from fact_lines(facts, self.console, self.console.width)
        if paper.url:
            yield _address(paper, clickable=self.console.is_terminal)

    def passage(self, hit: Hit) -> Iterator[Text]:
        """Yield a hit's sentence, among those around it if there are any, and its place."""
        before, after = (
            ([], []) if self.contexts is None else self.contexts.get(hit.sentence.id, ([], []))
        )
        if before:
            yield _running(before)
        facts = [styled(fact, "dim") for fact in self.place(hit)]
        if _is_title(hit):
            facts.insert(0, styled("the title", "dim"))
        else:
            text = _lit(one_line(hit.sentence.text), self.stems)
            yield (
                text
                if self.contexts is None
                else styled("", "").append("> ", "bold").append_text(text)
            )
        if after:
            yield _running(after)
        yield from fact_lines(facts, self.console, max(1, self.console.width - 10))

    def place(self, hit: Hit) -> Iterator[str]:
        """Yield the facts of where a hit stands, a long path without its middle."""
        most = max(24, int(self.console.width * PLACE_SHARE))
        here = f"{hit.sentence.file}:{hit.sentence.line}"
        for fact in hit.place:
            plain = one_line(fact)
            yield shortened(plain, most) if fact == here else plain


def _is_title(hit: Hit) -> bool:
    """Whether a hit is its paper's title, which stands over it anyway."""
    title = hit.paper.title
    return title is not None and _plain(hit.sentence.text) == _plain(title)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


def shortened(path: str, most: int) -> str:
    """Write a path in at most so many characters: its middle goes, its ends stay.

    >>> shortened("latex/a-thesis-of-2019/chapters/winds.tex:33", 30)
    'latex/…/chapters/winds.tex:33'
    >>> shortened("winds.tex:33", 30), shortened("an-endless-name.tex:12", 12)
    ('winds.tex:33', 'an-en…tex:12')
    """
    if len(path) <= most:
        return path
    first, *rest = path.split("/")
    for start in range(1, len(rest)):
        if len(short := "/".join([first, "…", *rest[start:]])) <= most:
            return short
    half = (most - 1) // 2
    return f"{path[:half]}…{path[len(path) - (most - 1 - half) :]}"


def _running(sentences: Sequence[Sentence]) -> Text:
    return styled(" ".join(one_line(sentence.text) for sentence in sentences), "dim")


def _address(paper: Paper, *, clickable: bool) -> Text:
    """Write a paper's address; where it can be clicked, ADS's page of an arXiv paper beside it."""
    url = paper.url or ""
    if not (clickable and is_link(url)):
        return styled(one_line(url), "dim")
    address = styled(url, f"dim underline link {url}")
    ads = f"https://ui.adsabs.harvard.edu/abs/arXiv:{paper.id}"
    if "arxiv.org/abs/" in url and is_link(ads):
        address.append(" · ", style="not underline")
        address.append("ADS", style=f"link {ads}")
    return address


def fact_lines(facts: Iterable[Text], console: Console, width: int) -> Iterator[Text]:
    """Write facts in a row, a dot between two; a line breaks within a fact only if it is wider."""
    line = styled("", "")
    for fact in facts:
        if not fact.plain:
            continue
        taken = line.wrap(console, width, overflow="fold")[-1].cell_len
        if line and taken + 3 + fact.cell_len > width:
            yield line
            line = styled("", "")
        if line:
            line.append(" · ", "dim")
        line.append_text(fact)
    yield line


class FactRow:
    """Facts in a row, as `fact_lines` writes them, for rich's tables."""

    def __init__(self, facts: Iterable[Text]) -> None:
        self.facts = [fact for fact in facts if fact.plain]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield from fact_lines(self.facts, console, options.max_width)

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        return Measurement(1, options.max_width)


def _lit(text: str, stems: frozenset[str], style: str = "", lit_style: str = LIT) -> Text:
    """Light the words of `text` whose stem is one of the query's."""
    lit = styled(text, style)
    for match in re.finditer(r"[^\W_]+", text):
        if _stem(match[0]) in stems:
            lit.stylize(lit_style, *match.span())
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
    return "bold" if share >= 0.95 else "" if share >= 0.8 else "dim"


def styled(text: str, style: str) -> Text:
    """Make a text of one style."""
    from rich.text import Text

    return Text(text, style=style)

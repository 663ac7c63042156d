"""Answers as a notebook shows them: HTML that fetches nothing and takes the theme's colours."""

from __future__ import annotations

import html
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from astrosearch.output.progress import duration
from astrosearch.records import Hit, byline, shares
from astrosearch.text import escaped, harmless, is_link

HITS, QUERIES = 100, 20  # shown of an answer, and of a batch

# Notebooks style tables, lists and links in their own ways, so these are plain blocks.
STYLE = """<style>
.astrosearch {line-height: 1.45; max-width: 62em}
.astrosearch a {color: inherit; text-decoration: underline; text-underline-offset: .15em}
.astrosearch-query {font-weight: bold; margin: .8em 0 .3em}
.astrosearch-hit {display: flex; gap: 1em; padding: .6em 0; border-top: 1px solid #8884}
.astrosearch-rank {flex: 0 0 1.8em; text-align: right; opacity: .7}
.astrosearch-score {flex: 0 0 4.5em; font-variant-numeric: tabular-nums}
.astrosearch-score div {height: .4em; margin-top: .2em; background: #8883}
.astrosearch-score div div {margin: 0; background: #3b8ed0}
.astrosearch-hit > :last-child {flex: 1; min-width: 0; overflow-wrap: anywhere}
.astrosearch em {font-style: italic}
.astrosearch-place {font-size: .9em; opacity: .75}
.astrosearch-hit span {display: inline-block; max-width: 100%}
</style>"""


class Answer(Protocol):
    """The hits of one query, best first."""

    query: str

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Hit]: ...


def to_html(answers: Sequence[Answer]) -> str:
    """Write answers as one block of HTML: a heading for each query, a row for each hit."""
    parts = [_answer(hits) for hits in itertools.islice(answers, QUERIES)]
    parts += _more(len(answers) - QUERIES, "queries")
    # A theme's typesetter takes the dollars of a sentence for formulas unless told not to.
    head = '<div class="astrosearch mathjax_ignore tex2jax_ignore">'
    return "\n".join([head, STYLE, *parts, "</div>"])


def summary_html(
    counts: Mapping[str, int], seconds: float, listed: Mapping[str, Sequence[tuple[str, str]]]
) -> str:
    """Write what an indexing run did: what it counted, and the files that it lists."""
    facts = [f"{_text(name)}: {count:,}" for name, count in counts.items() if count]
    facts.append(f"took: {duration(seconds)}")
    parts = [f"<div>{fact}</div>" for fact in facts]
    for what, items in listed.items():
        if items:
            shown = [
                f"<div>{_text(': '.join(filter(None, item)))}</div>" for item in items[:QUERIES]
            ]
            shown += _more(len(items) - QUERIES, "files")
            title = f"<summary>{_text(what)} ({len(items):,})</summary>"
            parts.append(f"<details>{title}{''.join(shown)}</details>")
    return "\n".join(['<div class="astrosearch">', STYLE, *parts, "</div>"])


def _answer(hits: Answer) -> str:
    bars = shares([hit.score for hit in hits])
    rows = [_row(hit, bar) for hit, bar in zip(itertools.islice(hits, HITS), bars, strict=False)]
    rows += _more(len(hits) - HITS, "hits")
    heading = f'<div class="astrosearch-query">{_text(hits.query)}</div>'
    return "\n".join([heading, *(rows or ["<div>nothing found</div>"])])


def _row(hit: Hit, bar: float) -> str:
    paper = hit.paper
    title = _text(paper.title or paper.id)
    if paper.url and is_link(paper.url):
        url = html.escape(paper.url)
        title = f'<a href="{url}" target="_blank" rel="noopener noreferrer">{title}</a>'
    known = (byline(paper.authors), str(paper.year or ""), hit.counted)
    about = [f"<em>{title}</em>", *map(_piece, known)]
    score = f"{hit.score:.3f}" if math.isfinite(hit.score) else "–"
    return f"""<div class="astrosearch-hit">
<div class="astrosearch-rank">{hit.rank}</div>
<div class="astrosearch-score">{score}<div><div style="width: {bar:.0%}"></div></div></div>
<div>
<div>{_text(hit.sentence.text)}</div>
<div>{_joined(about)}</div>
<div class="astrosearch-place">{_joined(map(_piece, hit.place))}</div>
</div>
</div>"""


def _joined(items: Iterable[str]) -> str:
    return " · ".join(item for item in items if item)


def _piece(text: str) -> str:
    return f"<span>{_text(text)}</span>" if text else ""


def _more(count: int, things: str) -> list[str]:
    return [f"<div>… and {count:,} more {things}</div>"] if count > 0 else []


def _text(text: str) -> str:
    return html.escape(escaped(harmless(text)))

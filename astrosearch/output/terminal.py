"""Hits -> what people and programs read: a terminal table, JSON lines, CSV, BibTeX."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from astrosearch.records import COLUMNS, COUNTS, Context, Hit, Paper, Sentence, byline, shares
from astrosearch.text import CONTROL, STOPWORDS, harmless, is_link, one_line

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
    from rich.measure import Measurement
    from rich.text import Text

# Spreadsheets pass over white space and what has no width before the sign of a formula.
_FORMULA = re.compile(r"[\t\r\n]|[\s\u200b-\u200d\u2060\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20]")


def to_json(query: str, hits: Sequence[Hit], contexts: Mapping[int, Context] | None = None) -> str:
    """Write one query's answer as one line of JSON, as the command line's contract has it.

    `contexts`, by sentence id, are shown with the hits.
    """
    return json_line({"query": query, "hits": [_json_hit(hit, contexts) for hit in hits]})


def _json_hit(hit: Hit, contexts: Mapping[int, Context] | None) -> dict[str, object]:
    written = json_hit(hit)
    if contexts is not None:
        before, after = contexts.get(hit.sentence.id, ([], []))
        written["context"] = {
            "before": [sentence.text for sentence in before],
            "after": [sentence.text for sentence in after],
        }
    return written


def json_line(value: object) -> str:
    """Write a value as one line of JSON, exact, and harmless where a terminal shows it."""
    text = json.dumps(value, ensure_ascii=False)
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_hit(hit: Hit) -> dict[str, object]:
    """Return a hit as the JSON contract has it."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, 6),
        "sentence_id": hit.sentence.id,
        "text": hit.sentence.text,
        "section": hit.sentence.section,
        "paper": json_paper(hit.paper),
        "source": {"file": hit.sentence.file, "line": hit.sentence.line},
        **({} if hit.matches is None else {"matches": hit.matches}),
        **({"alike": hit.alike} if hit.alike else {}),
    }


def json_paper(paper: Paper) -> dict[str, object]:
    """Return a paper as the JSON contract has it."""
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "year": paper.year,
        "categories": list(paper.categories),
        "url": paper.url,
    }


def write_csv(
    answers: Iterable[tuple[str, Sequence[Hit]]], file: TextIO, *, papers: bool = False
) -> None:
    """Write answers, (query, hits), as CSV with a header.

    The columns are records.COLUMNS, and where hits are papers, COUNTS after them.
    """
    import csv

    columns = COLUMNS + COUNTS if papers else COLUMNS
    writer = csv.DictWriter(file, columns, lineterminator="\n")
    writer.writeheader()
    for query, hits in answers:
        for hit in hits:
            row = {"query": query, **hit.row()}
            writer.writerow({name: _cell(value) for name, value in row.items()})


def _cell(value: object) -> object:
    # A spreadsheet runs a cell that begins so as a formula; a quote in front makes it text.
    if not isinstance(value, str):
        return value
    begins = _FORMULA.match(value) is not None
    text = harmless(value)
    return "'" + text if begins or _FORMULA.match(text) else text


# -- BibTeX

# BibTeX counts braces, escaped or not, so a lone one is spelled out.
_TEX_SPECIAL = {c: f"\\{c}" for c in "&%$#_"} | {
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
}


def to_bibtex(hits: Iterable[Hit]) -> str:
    """Write a BibTeX entry for every paper among the hits, in order, each once."""
    papers = dict.fromkeys(hit.paper for hit in hits)
    keys: set[str] = set()
    entries = []
    for paper in papers:
        stem = _bibtex_key(paper)
        key = stem
        suffix = 0
        while key.lower() in keys:
            suffix += 1
            key = f"{stem}{chr(97 + suffix)}" if suffix < 26 else f"{stem}.{suffix}"
        keys.add(key.lower())
        entries.append(_bibtex_entry(paper, key))
    return "\n".join(entries)


def _bibtex_key(paper: Paper) -> str:
    from unicodedata import normalize

    author = paper.authors[0] if paper.authors else ""
    surname = author.split(",")[0] if "," in author else author.split(" ")[-1]
    plain = normalize("NFKD", surname).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^A-Za-z]", "", plain)
    if stem and paper.year:
        return f"{stem}{paper.year}"
    return re.sub(r"[^A-Za-z0-9.:/-]", "", paper.id) or "paper"


def _bibtex_entry(paper: Paper, key: str) -> str:
    is_arxiv = bool(paper.url and "arxiv.org" in paper.url)
    fields = {
        "title": f"{{{_tex(paper.title)}}}" if paper.title else None,
        "author": " and ".join(_tex_author(a) for a in paper.authors) or None,
        "year": str(paper.year) if paper.year else None,
        "eprint": _tex(paper.id) if is_arxiv else None,
        "archivePrefix": "arXiv" if is_arxiv else None,
        "primaryClass": _tex(paper.categories[0]) if is_arxiv and paper.categories else None,
        "doi": _tex(paper.doi) if paper.doi else None,
        "url": _url(paper.url) if paper.url else None,
    }
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{body}\n}}\n"


def _tex_author(name: str) -> str:
    text = _tex(name)
    is_group = re.search(r"(?i)\b(collaboration|team|consortium|group)\b", name)
    return f"{{{text}}}" if is_group or " and " in name else text


def _url(url: str) -> str:
    """An address without what an entry or a style can't hold."""
    from urllib.parse import quote

    return quote(url, safe="!#$%&'()*+,-./:;=?@_~")


def _tex(text: str) -> str:
    return "".join(_TEX_SPECIAL.get(c, c) for c in one_line(text))


# -- the terminal


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
    """Print hits for people: score, sentence with the query's words lit, and where it stands.

    Every hit is a block that wraps within the console's width; links are clickable where the
    terminal knows how. A pipe gets the same as plain text. A paper's block begins with the paper.
    `contexts` are by sentence id.
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
    words = _stems(query)
    near = shares([hit.score for hit in hits])
    for i, hit in enumerate(hits):
        before, after = (contexts or {}).get(hit.sentence.id, ([], []))
        if before:
            grid.add_row("", "", _running(before))
        grid.add_row(
            str(hit.rank),
            _styled(f"{hit.score:.3f}", _heat(near[i])),
            _block(hit, words, console.is_terminal, after),
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
    hit: Hit, words: frozenset[str], links: bool, after: Sequence[Sentence] = ()
) -> RenderableType:
    from rich.console import Group

    paper, sentence = hit.paper, hit.sentence
    about = [_styled(one_line(paper.title or paper.id), "italic")]
    about += [
        _styled(one_line(item), "") for item in (byline(paper.authors), str(paper.year or ""))
    ]
    said: list[RenderableType] = [
        _lit(one_line(sentence.text), words),
        *([_running(after)] if after else []),
    ]
    if hit.matches is None:
        lines: list[RenderableType] = [*said, Pieces(about)]
    else:
        lines = [Pieces([*about, _styled(hit.counted, "dim")]), *said]
    lines.append(Pieces([_styled(one_line(item), "dim") for item in hit.place]))
    if paper.url:
        links = links and is_link(paper.url)
        link = _styled(one_line(paper.url), f"dim underline link {paper.url}" if links else "dim")
        ads = f"https://ui.adsabs.harvard.edu/abs/arXiv:{paper.id}"
        if links and "arxiv.org/abs/" in paper.url and is_link(ads):
            link.append(" · ", style="not underline")
            link.append("ADS", style=f"link {ads}")
        lines.append(link)
    return Group(*lines)


class Pieces:
    """Facts in a row, a dot between two; a line breaks within a fact only if it is wider."""

    def __init__(self, pieces: Iterable[Text]) -> None:
        self.pieces = [piece for piece in pieces if piece.plain]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        line = _styled("", "")
        for piece in self.pieces:
            taken = line.wrap(console, options.max_width, overflow="fold")[-1].cell_len
            if line and taken + 3 + piece.cell_len > options.max_width:
                yield line
                line = _styled("", "")
            if line:
                line.append(" · ", "dim")
            line.append_text(piece)
        yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        from rich.measure import Measurement

        return Measurement(1, options.max_width)


def _lit(text: str, words: frozenset[str]) -> Text:
    """Light the words of `text` that share a stem with the query's."""
    lit = _styled(text, "")
    for match in re.finditer(r"[^\W_]+", text):
        if _stem(match[0]) in words:
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
    return "bold green" if share >= 0.95 else "green" if share >= 0.8 else "cyan"


def _styled(text: str, style: str) -> Text:
    from rich.text import Text

    return Text(text, style=style)

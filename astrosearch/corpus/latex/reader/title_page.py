r"""Title, authors and where the text begins, of a paper whose title page is set by hand.

Plain TeX has no commands for them: the first centred or bold lines are the title, the names
below it the authors. What stands between them and the first heading is addresses and dates.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from astrosearch.corpus import headings
from astrosearch.corpus.latex.authors import author_names
from astrosearch.corpus.latex.passages import Builder
from astrosearch.corpus.latex.reader.hand_headings import shown_heading
from astrosearch.corpus.latex.reader.text_reader import TextReader
from astrosearch.corpus.latex.tokens import closing_brace

MAX_PAGE = 30_000  # characters of TeX
MAX_BLOCKS = 150
MAX_TITLE = 300
MAX_NAMES = 5  # of one person
MIN_PROSE = 15  # characters
MAX_LINE = 3_000  # characters of TeX in a centred line: a list of authors

_DIMENSION = (
    r"[ \t]*-?[\d.]*[ \t]*(?:true[ \t]*)?(?:(?:cm|in|pt|mm|pc|em|ex|sp)\b|\\[A-Za-z]+)?"
    r"(?:[ \t]*(?:plus|minus)[ \t]*-?[\d.]+[ \t]*(?:pt|cm|fill?))*"
)
_BREAK = re.compile(
    r"(?P<gap>[\n\x1f][ \t\x1f]*\n|\\(?:v(?:skip|glue)" + _DIMENSION + r"|vspace\*?\{[^{}]*\}"
    r"|(?:par|bigskip|medskip|smallskip|vfill?|eject|bigbreak|medbreak|supereject|newpage|clearpage"
    r"|endgroup|noindent)(?![A-Za-z])))"
    r"|(?P<end>\\\\(?:\[[^\]]{0,50}\])?|\\(?:cr|newline|hfil\s*\\break|nextline)(?![A-Za-z])"
    r"|\\(?:begin|end)\s*\{(?:center|flushleft|titlepage|large|Large|huge)\})"
    r"|\\(?:centerline|ctrline|leftline|rightline|line)\s*(?=\{)"
)
_LARGE = re.compile(
    r"\\(?:bf|bfseries|textbf|[lL]arge|LARGE|[hH]uge|\w*bf|\w*title\w*|\w*big\w*|magnif\w*|bold|sc"
    r"|textsc)(?![A-Za-z])"
)
_FORMAL = re.compile(
    r"^(?:draft|preprint|submitted|accepted|received|to appear|astro-ph|hep-|gr-qc|arxiv|version"
    r"|in press|[a-z]+ preprint|printed|revised|invited|thesis|(?:a |the )?(?:phd )?(?:dissertation"
    r"|university|school|department|faculty|institute|observatory)\b|(?:january|february|march|april"
    r"|may|june|july|august|september|october|november|december)\b.{0,20}\d{4}$)"
    r"|^[A-Z]{2,}[A-Z/.\s-]*\d[\dA-Z/.\s-]*$|^\d|^\W*$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:[^\W\d_a-z][\w.'’-]*[ -]?|(?:van|von|de|der|den|del|di|da|dos|la|le|ter|el|al) )+"
)
_INITIAL = re.compile(r"\b[^\W\d_a-z]\.")
_SECTION = re.compile(
    r"\\begin\s*\{(?:abstract|document)\}|\\(?:abstract|(?:sub)*section|chapter|beginsection|newsec|head|maketitle"
    r"|tableofcontents)(?![A-Za-z])"
)
_NUMBERED = re.compile(r"(?:\d{1,2}|[IVX]{1,4})\.\s+[A-Z]")
_RUN_IN = re.compile(r"(?:ABSTRACT|Abstract|SUMMARY|Summary)\s*[.:—-]")
_ONLY_AND = re.compile(r"\W*(?:and|&|by)?\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Block:
    """A line, or what stands between two breaks."""

    start: int
    end: int
    outer: int  # where the command begins that makes it a line
    gap: bool  # space before it
    centred: bool


def read_title_page(reader: TextReader, start: int, end: int, *, titled: bool = False) -> int:
    """Read a title page by hand; return where the text begins, `start` where there is none.

    `titled` says that the title was read already, and the names are below it.
    """
    end = min(end, start + MAX_PAGE)
    commanded = _SECTION.search(reader.text, start, end)
    end = commanded.start() if commanded else end
    title: list[_Block] = []
    authors: list[str] = []
    addressed = False
    for number, block in enumerate(_blocks(reader.text, start, end)):
        if number == MAX_BLOCKS:
            return start
        tex = reader.text[block.start : block.end]
        text = reader.plain_text(tex).strip()
        if not text or _ONLY_AND.fullmatch(text):
            continue
        if _begins_text(text):
            known = title or titled
            return _taken(reader, title, authors, block, start) if known else start
        if not (title or titled) or (
            title and not authors and _goes_on(reader, title[-1], block, tex)
        ):
            if title or not _FORMAL.search(text):
                if not title and not _may_be_title(text, tex, block):
                    return start
                title.append(block)
            continue
        names = author_names([tex], reader.plain_text)
        if headings.is_affiliation(text) or not names:
            addressed = addressed or not names or headings.is_affiliation(text)
        elif all(_is_person(name, addressed=addressed) for name in names):
            authors.append(tex)
    if commanded and (title or titled):
        return _taken(reader, title, authors, _Block(end, end, end, gap=True, centred=False), start)
    return start


def _taken(
    reader: TextReader, title: list[_Block], authors: list[str], first: _Block, start: int
) -> int:
    if reader.title_passage is None:
        builder = Builder(reader.source)
        for block in title:
            reader.read(block.start, block.end, builder)
            builder.text(" ", block.end)
        passage = builder.passage("Title")
        if passage is None or len(passage.text) > MAX_TITLE:
            return start
        reader.title, reader.title_passage = passage.text, passage
    if not reader.author_fields:
        reader.author_fields += authors
    reader.waiting.clear()
    reader.left_out.clear()
    return first.outer


def _begins_text(text: str) -> bool:
    """Whether a block is the first heading, or prose."""
    known = shown_heading(text).lower() in ("abstract", "introduction")
    if known or headings.is_known_heading(text) or _RUN_IN.match(text):
        return True
    if headings.is_affiliation(text) or "@" in text or len(text) < MIN_PROSE:
        return False
    return headings.is_prose(text) or (_NUMBERED.match(text) is not None and " " in text)


def _is_person(name: str, *, addressed: bool) -> bool:
    """Whether a name is plainly a person's; below an address it could be a city's."""
    if not _PERSON.fullmatch(name) or not 2 <= len(name.split()) <= MAX_NAMES:
        return False
    return not addressed or _INITIAL.search(name) is not None


def _may_be_title(text: str, tex: str, block: _Block) -> bool:
    letters = sum(sign.isalpha() for sign in text)
    styled = block.centred or _LARGE.search(tex) is not None or text.isupper()
    return styled and letters > 3 and len(text) <= MAX_TITLE and not headings.is_affiliation(text)


def _goes_on(reader: TextReader, before: _Block, block: _Block, tex: str) -> bool:
    """Whether a line belongs to the title above it: no space between them, set alike."""
    above = reader.text[before.start : before.end]
    if reader.plain_text(tex)[:1].islower():
        return True
    if block.gap or block.centred != before.centred:
        return False
    alike = bool(_LARGE.search(above)) == bool(_LARGE.search(tex))
    return alike and reader.plain_text(above).isupper() == reader.plain_text(tex).isupper()


def _blocks(text: str, start: int, end: int) -> Iterator[_Block]:
    at, gap = start, True
    centred = False
    while at < end:
        match = _BREAK.search(text, at, end)
        stop = match.start() if match else end
        if text[at:stop].strip(" \t\n\x1f{}"):
            yield _Block(at, stop, at, gap, centred)
            gap = False
        if match is None:
            return
        at = match.end()
        if match["gap"]:
            gap = True
        elif match["end"]:
            centred = (centred or match[0].startswith("\\begin")) and not match[0].startswith(
                "\\end"
            )
        elif match["end"] is None:
            closing = closing_brace(text, at, MAX_LINE)
            if closing > 0:
                yield _Block(at + 1, closing, match.start(), gap, centred=True)
                gap, at = False, closing + 1

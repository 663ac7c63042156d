"""Papers as plain text or Markdown: paragraphs between blank lines, headings on lines of their own.

There is no markup to trust, so title, front matter and headings are told by their looks and
their neighbours. Formulas and citations may be written as `[formula]` and `[\\citep=Key]`.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from astrosearch.corpus.characters import without_controls
from astrosearch.corpus.disguises import no_prose
from astrosearch.corpus.divided import Divided
from astrosearch.corpus.document import Document, Mark, Origin, Passage, SourceTree
from astrosearch.corpus.front_matter import FrontMatter, front_matter
from astrosearch.corpus.headings import (
    ABSTRACT,
    CLOSING,
    REFERENCES,
    YEAR,
    is_affiliation,
    is_front_matter,
    is_heading,
    is_keywords,
    is_known_heading,
    is_leftover,
    is_listed,
    is_prose,
    is_reference,
    is_title,
    without_number,
)
from astrosearch.corpus.kinds import MARKDOWN
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.markdown import ITEM, inline, unmarked
from astrosearch.corpus.marked import readable
from astrosearch.corpus.normalization import nfc, plain_letters
from astrosearch.corpus.printed import is_printed, running_text, title_lines, without_marks
from astrosearch.errors import Unreadable
from astrosearch.records import Paper

MAX_PARAGRAPH = 2**20  # characters; more is data, not prose
_ENDLESS = f"a paragraph of more than {MAX_PARAGRAPH:,} characters: not prose"
MAX_LINES = 500_000  # each is held in memory; a long book has 50,000
_FORMULA = re.compile(r"(?:\[formula\][\s,.;:]*)+")
_GOES_ON = re.compile(r"[a-z,.;:)\]]")
_STOP = re.compile(r"[.!?:][\"')\]]*$")
_ABSTRACT_LABEL = re.compile(r"(?:(?i:abstract)\s*[.:—–-]+\s*|(?:Abstract|ABSTRACT) )(?=[A-Z])")
_MATH = re.compile(r"\$[^$\\^_]*[\\^_][^$]*\$")  # two prices in a line are no formula
_MARKDOWN_MATH = re.compile(r"(?<![\w$])\$(?=\S)[^$]*?(?<=\S)\$(?![\w$])")  # Pandoc's rule
_HYPHEN = re.compile(r"([^\W\d_]+)[-‐]$")
_TAIL = re.compile(r"[^\W\d_]+")
_CONTROLS = [bytes([code]) for code in (*range(9), *range(14, 32))]
_LEADS = [bytes([code]) for code in range(0xC3, 0xF0)]  # first bytes of UTF-8 sequences
_MAX_ABSTRACT = 2000  # characters, and the paragraph that goes beyond; most end before 1,920
_LONGEST = 20_000  # characters; nothing is joined to more
_UNWRAPPED = 300  # characters; a longer line was not wrapped by hand
_BULLET = re.compile(r"\s*[-*•·–]\s+(?=[^\W\d])")


@dataclass(slots=True)
class Block:
    """The lines between two blank ones, with their numbers, and their text joined."""

    lines: list[tuple[int, str]]
    text: str
    level: int = 0  # of a heading that Markdown says is one; ITEM for one of a list
    heading: str | None = None


def read_file(tree: SourceTree, name: str, paper_id: str, budget: Budget) -> Document:
    """Read a file of the tree, as `read_text` reads its content."""
    content = tree.read(name)
    if content is None:
        raise Unreadable(name, "is not there any more, or leads out of the corpus")
    return read_text(content, name, paper_id, budget)


def read_text(content: bytes, name: str, paper_id: str, budget: Budget | None = None) -> Document:
    """Read a paper from plain text or, by the name's suffix, Markdown, within a budget.

    Raises
    ------
    Unreadable
        When it is not text, holds no running text, or takes too much.
    """
    budget = budget or Budget()
    text = decode(content, name)
    if text.count("\n") > MAX_LINES:
        raise Unreadable(name, f"more than {MAX_LINES:,} lines: data, not prose")
    math, front, printed = _MATH, None, False
    parted: _Numbered
    numbered = list(enumerate(text.split("\n"), 1))
    if name.lower().endswith(MARKDOWN):
        front = front_matter(text.split("\n"))
        lines, math = unmarked(text, front.lines if front else 0), _MARKDOWN_MATH
        parted = ((number, *line) for number, line in enumerate(lines, 1))
    else:
        if printed := is_printed(text):
            numbered = running_text(text.split("\n"))
        parted = _plain(numbered)
    if (why := no_prose(text)) is not None:
        raise Unreadable(name, why)
    blocks = list(_blocks(_watched(parted, name, budget)))
    if not blocks and not (front and front.abstract):
        raise Unreadable(name, "no text")
    if max((len(block.text) for block in blocks), default=0) > MAX_PARAGRAPH:
        raise Unreadable(name, _ENDLESS)
    title, body = _titled(_apart(blocks) if printed else blocks, front)
    divided = Divided(text, printed=printed)
    passages = [_passage("Title", title, name, divided, math)] if title else []
    for section, block in (*_abstract(front), *_sections(body)):
        budget.check()
        passages.append(_passage(section, block, name, divided, math))
    passages = [each for each in passages if each.text]
    if not any(each.section != "Title" for each in passages):
        raise Unreadable(name, "no running text")
    paper = Paper(paper_id, title=passages[0].text if title else None)
    if front is not None:
        paper = replace(
            paper, authors=front.authors, names=front.names, year=front.year, doi=front.doi
        )
    return Document(paper, tuple(passages), full_text=True, parts=(name,))


def _titled(blocks: list[Block], front: FrontMatter | None) -> tuple[Block | None, list[Block]]:
    """Separate the title, which front matter may tell, from the body."""
    if front is None or not front.title:
        return _split(blocks)
    lines = [(number, " ".join(nfc(inline(line)).split())) for number, line in front.title]
    title = Block(lines, " ".join(line for _, line in lines))
    first = blocks[0] if blocks else None
    repeated = first is not None and first.level == 1 and first.text == title.text
    return title, blocks[1:] if repeated else blocks


def _abstract(front: FrontMatter | None) -> Iterator[tuple[str, Block]]:
    """Yield the paragraphs of the abstract that front matter holds."""
    for lines in front.abstract if front else ():
        plain = [(number, " ".join(nfc(inline(line)).split())) for number, line in lines]
        kept = [(number, line) for number, line in plain if line]
        if kept:
            yield "Abstract", Block(kept, " ".join(line for _, line in kept))


def decode(content: bytes, name: str) -> str:
    """Decode UTF-8, else Latin-1; line ends become `\\n`, and control characters are dropped.

    Raises
    ------
    Unreadable
        When it is not text.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = content.decode("utf-16", "replace")
    else:
        head = content[: 2**16]
        control = sum(map(head.count, _CONTROLS))
        if control > len(head) // 100:
            raise Unreadable(name, "not text")
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("utf-8-sig", "replace")
            if 10 * text.count("\ufffd") > sum(map(content.count, _LEADS)):
                text = content.decode("latin-1")  # else UTF-8, a little damaged
    return without_controls(text.replace("\r\n", "\n").replace("\r", "\n"))


_Numbered = Iterable[tuple[int, str, int]]  # number of a line, its text, its level


def _watched(lines: _Numbered, name: str, budget: Budget) -> Iterator[tuple[int, str, int]]:
    """Yield the lines as long as they may be prose and the budget lasts."""
    for numbered in lines:
        budget.check()
        if len(numbered[1]) > MAX_PARAGRAPH:
            raise Unreadable(name, _ENDLESS)
        yield numbered


def _plain(numbered: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str, int]]:
    """Yield each line with a level: `ITEM` where a bullet begins a list or goes on with it."""
    listed = True
    for number, line in numbered:
        bullet = _BULLET.match(line) if listed else None
        yield (number, line[bullet.end() :], ITEM) if bullet else (number, line, 0)
        listed = bullet is not None or not line.strip() or (listed and line[0] == " ")


def _apart(blocks: list[Block]) -> list[Block]:
    """Part a title from the authors, whom print names on the next line."""
    for at, block in enumerate(blocks[:3]):
        count = title_lines(block.lines) if not is_known_heading(block.text) else 0
        if 0 < count < len(block.lines):
            halves = without_marks(block.lines[:count]), block.lines[count:]
            parts = [Block(each, " ".join(line for _, line in each)) for each in halves]
            return [*blocks[:at], *parts, *blocks[at + 1 :]]
    return blocks


def _blocks(numbered: _Numbered) -> Iterator[Block]:
    lines: list[tuple[int, str]] = []
    item = False
    for number, line, level in (*numbered, (0, "", 0)):
        stripped = " ".join(nfc(_lettered(line)).split())
        if stripped and not level:
            lines.append((number, stripped))
            continue
        if item:
            yield Block(lines, " ".join(each for _, each in lines), ITEM)
            lines = []
        if item := bool(stripped) and level == ITEM:
            lines.append((number, stripped))
            continue
        if len(lines) > 1 and is_known_heading(lines[0][1]):
            yield Block(lines[:1], lines[0][1])
            del lines[0]
        if len(lines) > 1 and max(len(each) for _, each in lines) > _UNWRAPPED:
            yield from (Block([line], line[1]) for line in lines)  # a paragraph a line
        elif lines:
            yield Block(lines, " ".join(each for _, each in lines))
        lines = []
        if stripped:
            yield Block([(number, stripped)], stripped, level)


def _split(blocks: list[Block]) -> tuple[Block | None, list[Block]]:
    """Separate the title from the body, dropping leftovers of layout before it."""
    marked = next((at for at, block in enumerate(blocks) if block.level > 0), None)
    if marked is not None:
        title = blocks[marked]
        if title.level > 1 or marked > 11 or is_known_heading(title.text):
            return None, blocks
        return title, [*blocks[:marked], *blocks[marked + 1 :]]
    for at, block in enumerate(blocks[:12]):
        if is_known_heading(block.text) or block.level:
            return None, blocks[at:]
        below = blocks[at + 1].text if at + 1 < len(blocks) else ""
        if is_title(block.text, first=at == 0, following=below):
            return block, blocks[at + 1 :]
        if is_prose(block.text):
            return None, blocks[at:]
    return None, blocks


def _sections(blocks: list[Block]) -> Iterator[tuple[str | None, Block]]:
    """Yield the paragraphs with their sections, formulas between them joined in."""
    joined = _joined(blocks)
    _find_headings(joined)
    first = next((at for at, block in enumerate(joined) if block.heading), len(joined))
    front = _without_front_matter(joined[:first])
    opening = joined[first].heading if first < len(joined) else None
    section = "Abstract" if opening and len(front) < 3 and not CLOSING.fullmatch(opening) else None
    abstract = 0  # its length so far
    rest = [*front, *joined[first:]]
    entries = [not block.level and is_reference(block.text) for block in rest]
    for at, block in enumerate(rest):
        if section == "Abstract" and abstract > _MAX_ABSTRACT:
            section = None  # the text goes on without a heading
        if block.heading:
            section = "Abstract" if ABSTRACT.fullmatch(block.heading) else block.heading
        elif section is not None and REFERENCES.fullmatch(section):
            if not is_listed(block.text):
                yield None, block
        elif (entries[at] and sum(entries[max(at - 3, 0) : at + 4]) > 1) or _is_no_text(block):
            continue
        elif label := _ABSTRACT_LABEL.match(block.text):
            number, line = block.lines[0]
            yield "Abstract", Block([(number, line[label.end() :]), *block.lines[1:]], block.text)
        else:
            abstract += len(block.text)
            yield section, block


def _find_headings(blocks: list[Block]) -> None:
    if any(block.level > 0 for block in blocks):
        for block in blocks:
            block.heading = without_number(block.text) if block.level > 0 else None
        return
    above, listing = "", False  # the paragraph before; below the heading of the references
    for block, following in pairwise([*blocks, Block([], "")]):
        before = "" if listing else above
        alone = len(block.lines) == 1 and not block.level
        alone = alone and not (listing and YEAR.search(block.text))
        if alone and is_heading(block.text, following.text, before):
            block.heading = without_number(block.text)
            listing = REFERENCES.fullmatch(block.heading) is not None
        above = "" if block.heading else block.text


def _is_no_text(block: Block) -> bool:
    return block.level != ITEM and (is_keywords(block.text) or is_leftover(block.text))


def _without_front_matter(blocks: list[Block]) -> list[Block]:
    """Drop what stands above the first prose: authors, affiliations, dates."""
    first = 0
    while first < len(blocks) and not blocks[first].level and is_front_matter(blocks[first].text):
        first += 1
    return [
        block
        for block in blocks[first:]
        if block.level
        or not (block.text.startswith(",") or is_affiliation(block.text))
        or not is_front_matter(block.text)
    ]


def _joined(blocks: list[Block]) -> list[Block]:
    """Join a paragraph cut by displayed formulas; a formula on its own is dropped."""
    out: list[Block] = []
    cut = False
    for block in blocks:
        before = out[-1] if out and out[-1].level <= 0 else None
        if before and len(before.text) > _LONGEST:
            before = None
        if _FORMULA.fullmatch(block.text):
            if before and _leads_on(before.text):
                _append(before, block)
            cut = True
            continue
        goes_on = _GOES_ON.match(block.text) and block.level <= 0
        if before and goes_on and (cut or before.text[-1] in ",;:"):
            _append(before, block)
        else:
            out.append(Block([*block.lines], block.text, block.level))
        cut = False
    return out


def _leads_on(text: str) -> bool:
    """Whether a paragraph asks for the formula below it."""
    return not is_known_heading(text) and (text[-1] == ":" or not _STOP.search(text[-3:]))


def _append(block: Block, more: Block) -> None:
    block.lines += more.lines
    block.text = f"{block.text} {more.text}"


def _passage(
    section: str | None, block: Block, name: str, divided: Divided, math: re.Pattern[str]
) -> Passage:
    text, marks, origins = "", list[Mark](), list[Origin]()
    for number, line in block.lines:
        part, found = readable(line, math)
        if not part:
            continue
        if text.endswith("\u00ad"):
            text = text[:-1]
        elif (cut := _HYPHEN.search(text[-60:])) and part[0].islower():
            tail = _TAIL.match(part)
            if tail and divided.is_one_word(cut[1], tail[0]):
                text = text[:-1]  # a word divided at the end of a line
        elif text:
            text += " "
        start = len(text)
        origins.append(Origin(start, name, number))
        marks += [Mark(m.start + start, m.end + start, m.kind, m.tex) for m in found]
        text += part
    return Passage(section, text.removesuffix("\u00ad"), tuple(marks), tuple(origins))


def _lettered(line: str) -> str:
    """Return a line with plain letters; a soft hyphen that divides a word at its end stays."""
    if line.isascii():
        return line
    return plain_letters(line) + "\u00ad" * line.rstrip().endswith("\u00ad")

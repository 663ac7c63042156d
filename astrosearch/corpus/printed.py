"""Text taken off printed pages, as `pdftotext` gives it: what belongs to the page is left out.

Running heads, page numbers, stamps of journals and preprints stand between two halves of a
paragraph. They are told by their looks, by where they stand on a page, and by coming again.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from astrosearch.corpus.headings import is_known_heading
from astrosearch.corpus.normalization import nfc, plain_letters

PAGE_BREAK = "\f"
_EDGE = 4  # lines at the top and at the foot of a page that may not belong to the text
_HEAD = 90  # characters of a running head, at most
_TITLES = 10  # lines at the beginning among which the title stands
_LONGEST = 200  # characters; a longer line is text
_SNIFFED = 400  # lines in which a stamp says that a text was printed

_YEAR = r"(?:1[89]|20)[0-9]{2}"
_BLANK = r"\s"
_PUBLISHERS = (
    "RAS|The Authors?|ESO|Royal Astronomical|Oxford|Wiley|Blackwell|Elsevier|Springer|IOP|EDP"
    "|Cambridge|American (?:Astronomical|Physical|Institute)|The American|Macmillan|Nature|Kluwer"
    "|Astronomical Society|AAS|COSPAR|International Astronomical|Crown|by the author"
).replace(" ", _BLANK)
_JOURNALS = (
    r"MNRAS|Mon\. Not\. R\. Astron\. Soc\.|Monthly Notices|A&A|Astron\. Astrophys\.|ApJS?|AJ"
    r"|The Astro(?:physical|nomical) Journal|ApJL|PASP|PASJ|PASA|JCAP|ARA&A|Phys\. Rev\.|PRD|PRL"
    r"|Publ\. Astron\. Soc\.|Astrophys\. J\.|Nature|Science|Icarus|New Astronomy|RMxAA|Universe"
    r"|Galaxies|Living Rev|Annu\. Rev\.|JGR|Solar Phys|Space Sci"
).replace(" ", _BLANK)
_STAMP = re.compile(
    rf"""(?:
    (?:[cq]|©|⃝\s?c|\(c\)|c⃝|Copyright|Ⓒ)\s{{0,3}}(?:©\s?)?
        (?:{_YEAR}\s?(?:{_PUBLISHERS})|ESO\s?{_YEAR})\b.{{0,150}}
    |©.{{0,150}}
    |(?:{_JOURNALS})[\s,]\s?(?:vol(?:ume)?\.?\s?)?[0-9]{{1,4}}\s?[,:(].{{0,80}}
    |(?:{_JOURNALS})\s(?:manuscript|preprint|draft|proofs?)\b.{{0,120}}
    |MNRAS\s000.{{0,60}}
    |Astronomy\s?(?:&|and)\s?Astrophysics\smanuscript\sno.{{0,100}}
    |A&A\sproofs:\smanuscript.{{0,60}}
    |Article\s(?:number|published\sby).{{0,80}}
    |(?:Preprint|Printed|Draft|Version)\s(?:version\s)?[0-9A-Z][^.]{{3,80}}(?:\(MN\s?LATEX.*|{_YEAR}.{{0,60}})
    |\(?(?:Preprint|Compiled|Typeset|Prepared)\s(?:typeset\s)?using\s.{{0,100}}
    |\(MN\s?LATEX.{{0,60}}
    |(?:DRAFT|PREPRINT)\sVERSION.{{0,60}}
    |arXiv:[0-9a-z/.-]{{9,18}}(?:v[0-9]+)?\s*\[.{{0,60}}
    |Downloaded\sfrom\shttp.{{0,150}}
    |(?:doi|DOI)\s?:?\s?(?:https?://\S*?)?10\.[0-9]{{4,6}}/\S{{1,80}}
    |(?:Last|Latest)\s(?:revis|updat|modif)\w{{2,4}}:?\s.{{0,80}}
    |Draft,\s[0-9]{{6,8}}
    |V(?:ol|OL)(?:ume|\.)?\s?[0-9]{{1,4}}\s?[|,:].{{0,100}}
    |ARTICLES?|LETTERS?|RESEARCH\s(?:ARTICLE|LETTER|PAPER)
    |Send\soffprint\srequests.{{0,100}}
    |Page\s[0-9]{{1,4}}(?:\s(?:of|/)\s[0-9]{{1,4}})?
    )""",
    re.VERBOSE,
)
_STARTS = tuple(
    """
    c q © ⃝ ( C MNRAS Mon A& Astron Ap AJ The PAS JCAP ARA Phys PR Publ Nature Science Icarus New
    RMx Uni Gal Liv Ann JGR Sol Sp Art Pre Pri Dra DRA PRE Ver arX Dow doi DOI Send Page Ty Com
    Last Lat V ART LET RES
    """.split()  # noqa: SIM905
)
_CAPTION = re.compile(r"(?i)(?:fig(?:ure|\.)?|table|plate|similar to)\b")
_NUMBER = re.compile(
    r"(?:[-–—]\s?)?(?:[0-9]{1,4}|[ivxl]{1,6})(?:\s?[-–—])?|[0-9]{1,4}\s?(?:/|of)\s?[0-9]{1,4}"
)
_PARTICLE = r"(?:(?:van|von|de|den|der|da|dos|del|della|di|la|le|ter|ten) )*"
_SURNAME = rf"{_PARTICLE}[A-ZÀ-Þ][\w'’-]{{1,25}}(?: [A-ZÀ-Þ][\w'’-]{{2,25}})?"
_PERSON = rf"(?:(?:[A-ZÀ-Þ]\.(?:-?\s?[A-ZÀ-Þ]\.){{0,3}}\s?)?{_SURNAME}(?:,? (?:Jr|Sr)\.)?)"
_INITIALLED = rf"(?:[A-ZÀ-Þ]\.(?:[ -]?[A-ZÀ-Þ]\.){{0,3}} ?{_SURNAME}(?:,? (?:Jr|Sr)\.)?)"
_BYLINE = re.compile(
    rf"(?:{_INITIALLED}(?:(?:, (?:and |& )?| and | & ){_INITIALLED}){{0,4}}(?:,? et al\.?)?"
    rf"|{_PERSON}(?:, {_PERSON}){{0,3}},? et al\.?"
    rf"|{_PERSON}(?:, {_PERSON}){{0,3}},? (?:and|&) {_PERSON})"
)
_HEAD_NUMBER = re.compile(r"\A[0-9]{1,4}\s+(?=\D)|(?<=\D)\s+[0-9]{1,4}\Z")
_KEY = re.compile(r"[\W\d_]+")
_STOP = re.compile(r"[.!?:][\"'”’)\]]*$")
_DANGLING = re.compile(
    r"(?i)\b(?:and|or|with|where|as|by|the|is|are|of|for|to|that|which|from|in|on|at|have|has|a|an|be"
    r"|we|this|these|their|its|our|between|et al\.|e\.g\.|i\.e\.|Figs?\.|Eqs?\.|Sect\.)$"
)
_SPACED = re.compile(r"(?:[0-9]{1,2}\.? +)?[A-Z]{1,2}(?: [A-Z]{1,2}){4,}")
_ACCENT = re.compile(r"(?<![\d\s])([´¨ˆ˜ˇ˘˙]) ?([A-Za-zı])|(?<!\S)([´¨ˆ˜ˇ˘˙]) ?([A-Za-z])")
_ABOVE = dict(zip("´¨ˆ˜ˇ˘˙", "\u0301\u0308\u0302\u0303\u030c\u0306\u0307", strict=True))

_MARKED = re.compile(
    r"[a-zà-ÿ.](?:[0-9]{1,2}|[∗*†‡⋆?])(?:\s?,\s?(?:[0-9]{1,2}|[∗*†‡⋆]))*(?=[\s,;]|$)"
)
_INITIAL = re.compile(r"\b[A-Z]\. ?(?:[A-Z]|$)")
_ROLE = re.compile(r"(?i)(?:PI|co-?I|authors?|by|supervisors?)\b:?\s")
_PEOPLE = re.compile(rf"{_PERSON}(?:(?:, | and | & |, and ){_PERSON})+,?(?: and)?")


@dataclass(slots=True)
class _Page:
    """The lines of a page: those that hold something, by their indices."""

    lines: list[int]


def is_printed(text: str) -> bool:
    """Whether a text was taken off pages: it has their breaks, their hyphens or a journal's stamp.

    >>> is_printed("We weigh dust."), is_printed("MNRAS 000, 1-8 (2021)\\nWe weigh dust.")
    (False, True)
    """
    if PAGE_BREAK in text or "\u00ad" in text:
        return True
    return any(_is_stamp(line.strip()) for line in text.split("\n", _SNIFFED)[:_SNIFFED])


def running_text(lines: list[str]) -> list[tuple[int, str]]:
    """Return the numbered lines of the text alone; a paragraph that goes over a page is whole."""
    clean = [_readable(line) for line in lines]
    furniture = _furniture(lines, clean)
    kept: list[tuple[int, str]] = []
    gap: list[tuple[int, str]] = []
    broken = False  # whether something of a page stands in the gap
    for at, line in enumerate(clean):
        broken = broken or PAGE_BREAK in lines[at] or at in furniture
        if at in furniture or not line:
            gap.append((at + 1, ""))
            continue
        if gap or broken:
            before = kept[-1][1] if kept else ""
            if not (broken and _goes_on(before, line)):
                kept += gap[:1] or [(at + 1, "")]
            gap = []
        broken = False
        kept.append((at + 1, line))
    return kept


def _goes_on(before: str, line: str) -> bool:
    """Whether a line goes on with the sentence of the one before it, on another page."""
    if not before or " " not in before or "://" in before or _STOP.search(before):
        return False
    if is_known_heading(before) or is_known_heading(line):
        return False
    if before[-1] in "-‐\u00ad," or _DANGLING.search(before):
        return True
    return line[0].islower() or line[0] in "(["


def _readable(line: str) -> str:
    """Return a line with plain letters; a soft hyphen that ends it stays."""
    bare = line.strip()
    if bare.isascii():
        return _closed_up(" ".join(bare.split()))
    text = nfc(" ".join(plain_letters(_ACCENT.sub(_accented, bare)).split()))
    return f"{text}\u00ad" if bare.endswith("\u00ad") else text


def _accented(found: re.Match[str]) -> str:
    mark, letter = found[1] or found[3], found[2] or found[4]
    return unicodedata.normalize("NFC", letter.replace("ı", "i") + _ABOVE[mark])


def _closed_up(line: str) -> str:
    """Write a heading whose letters are spaced, `A B S T R AC T`, as one word."""
    if _SPACED.fullmatch(line) is None:
        return line
    word = re.sub(r"(?<=[A-Z]) (?=[A-Z])", "", line)
    return word if is_known_heading(word) else line


def _furniture(lines: list[str], clean: list[str]) -> set[int]:
    """Find the lines that belong to a page: indices of lines."""
    pages = _pages(lines, clean)
    found = {at for at, line in enumerate(clean) if line and _is_stamp(line)}
    edges = [_edges(page, found) for page in pages] if len(pages) > 1 else []
    opening = _opening(clean, found)
    counts = Counter(key for at_edge in edges for key in {_key(clean[at]) for at in at_edge})
    for number, at_edge in enumerate(edges):
        for at in at_edge:
            line = clean[at]
            key = _key(line)
            again = len(key) > 2 and counts[key] > 1
            titled = number > 0 and _is_in(line, opening)
            if is_known_heading(line) or len(line) > _HEAD or _CAPTION.match(line):
                continue
            if _NUMBER.fullmatch(line) or again or titled or _BYLINE.fullmatch(line):
                found.add(at)
    return found | _heads(clean, opening)


def _opening(clean: list[str], known: set[int]) -> str:
    """Letters of the lines that stand before the abstract, the title among them."""
    first: list[str] = []
    for at, line in enumerate(clean):
        if is_known_heading(line) or len(first) == _TITLES:
            break
        if line and at not in known:
            first.append(line)
    return _key(" ".join(first))


def _heads(clean: list[str], opening: str) -> set[int]:
    """Find running heads by their number, where no break of a page is told."""
    found: set[int] = set()
    numbered: dict[str, list[int]] = {}
    above = -1  # the line before, where it is a page's number alone
    for at, line in enumerate(clean):
        if not line:
            continue
        number, above = above, -1
        alone = not clean[at - 1 : at] or not clean[at - 1] or not "".join(clean[at + 1 : at + 2])
        if _NUMBER.fullmatch(line):
            above = at if alone else -1
            if alone and not line[0].isalnum():
                found.add(at)
            continue
        if (
            number >= 0
            and alone
            and (_BYLINE.fullmatch(line) or (at > 8 and _is_in(line, opening)))
        ):
            found |= {number, at}
        if len(line) > _HEAD or not (line[0].isdigit() or line[-1].isdigit()):
            continue
        bare = _HEAD_NUMBER.sub("", line, count=1)
        if bare == line or not alone or is_known_heading(line):
            continue
        key = _key(bare)
        if _BYLINE.fullmatch(bare) or (at > 8 and _is_in(bare, opening)):
            found.add(at)
        elif not _STOP.search(bare):
            numbered.setdefault(key, []).append(at)
    for key, places in numbered.items():
        if len(places) > 1 and len(key) > 7 and len({clean[at] for at in places}) == len(places):
            found.update(places)
    return found


def _is_in(line: str, opening: str) -> bool:
    """Whether a line repeats the title, or a good part of it."""
    key = _key(line)
    return len(key) > 11 and key in opening


def _pages(lines: list[str], clean: list[str]) -> list[_Page]:
    pages = [_Page([])]
    for at, line in enumerate(lines):
        if PAGE_BREAK in line:
            pages.append(_Page([]))
        if clean[at]:
            pages[-1].lines.append(at)
    return pages


def _edges(page: _Page, known: set[int]) -> list[int]:
    """Return the lines at the top and the foot of a page, known furniture not counted."""
    rest = [at for at in page.lines if at not in known]
    return [*rest[:_EDGE], *rest[max(len(rest) - _EDGE, _EDGE) :]]


def _is_stamp(line: str) -> bool:
    return line.startswith(_STARTS) and len(line) < _LONGEST and _STAMP.fullmatch(line) is not None


def _key(line: str) -> str:
    """Letters of a line, by which it is known when it comes again."""
    return _KEY.sub("", line).casefold()


def title_lines(lines: list[tuple[int, str]]) -> int:
    """Count the first lines of a block that may be a title, above those that name its authors."""
    for count, (_, line) in enumerate(lines):
        if count and _names_authors(line):
            return count
    return len(lines)


def without_marks(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Drop the mark of a footnote that ends a title."""
    number, last = lines[-1]
    return [*lines[:-1], (number, last.rstrip(" ⋆∗†‡*"))]


def _names_authors(line: str) -> bool:
    """Whether a line below a title's first names authors: by their marks, initials and commas."""
    marked = len(_MARKED.findall(line))
    if marked > 1 or (marked and re.match(r"[A-Z]", line)):
        return True
    if _INITIAL.search(line) or _ROLE.match(line) or "@" in line:
        return True
    return _PEOPLE.fullmatch(line) is not None

r"""Headings that authors set by hand: `\centerline{\bf ABSTRACT}`, `{\bf 1. Introduction}`.

One is looked for where a paragraph begins with a change of type or a line of its own.
"""

from __future__ import annotations

import re

from astrosearch.corpus import headings
from astrosearch.corpus.latex.reader.text_reader import TextReader
from astrosearch.corpus.latex.tokens import closing_brace

MAX_HEADING = 400  # characters of TeX
MAX_WORDS = 14
_FOLLOWING = 600  # characters of TeX that are looked at behind a heading

_SPACE = r"[ \t\n\x1f]*+"
_STYLES = (
    r"bf|bfseries|sc|scshape|it|itshape|sl|em|rm|tt|sf|large|Large|LARGE|huge|Huge|normalsize|boldmath"
    r"|tenbf|twelvebf|fourteenbf|bold|ninebf|eightbf|titlefont|noindent|centering|raggedright|uppercase"
    r"|protect|relax|hfil|hfill|hss|quad|qquad|null|sectionfont|secfont|leavevmode|phantomsection"
)
_LAYOUT = re.compile(rf"(?:\\(?:{_STYLES})(?![A-Za-z]){_SPACE}|\{{\}}|~|\\[ ,!])")
_BOX = re.compile(
    rf"\\(?P<box>centerline|leftline|ctrline|rightline|line|hbox|mbox|textbf|textsc|textit|emph"
    rf"|underline|underbar|uline|MakeUppercase|uppercase|makebox|fbox){_SPACE}(?=\{{)"
)
_CENTER = re.compile(rf"\\begin{_SPACE}\{{(?P<name>center|flushleft|large|Large|bf)\}}")
_BOLD = re.compile(
    r"\\(?:bf|bfseries|textbf|sc|scshape|textsc|underline|underbar|uline|\w*bf|Large|LARGE|large|huge|bold"
    r"|sectionfont|secfont)(?![A-Za-z])"
)
_LINES = ("centerline", "ctrline", "leftline", "rightline", "center")  # lines of their own
_ENDED = re.compile(  # what ends a heading's line
    r"[ \t]*(?:\\(?:hfill?|hss|null)(?![A-Za-z])[ \t]*)*(?:[\n\x1f][ \t\x1f]*\n|\\(?:par|bigskip"
    r"|medskip|smallskip|vskip|vspace|nobreak|newline|vglue|noindent|nointerlineskip|bigbreak|medbreak"
    r"|smallbreak|indent|break)(?![A-Za-z])|\\\\|\\end\s*\{(?:center|flushleft|large|Large|bf)\}"
    r"|[\n\x1f]\s*\\(?:noindent|indent|par|vskip|vspace|(?:big|med|small)skip|label)(?![A-Za-z]))"
)
_WORDS_ONLY = re.compile(r"\\[A-Za-z]+\*?|[{}\\$~\x1f]")
_REST = re.compile(  # what may stand between the ends of a heading's groups
    r"(?:[\s\x1f}~]|\\\\(?:\[[^\]]{0,20}\])?|\\end\s*\{\w+\}|\\(?:par|hfill?|hss|medskip|smallskip|bigskip)"
    r"(?![A-Za-z]))*"
)
_WORD = re.compile(r"[^\W\d_]{3,}")
_CLOSED = re.compile(r"(?i)(?:abstract|acknowledge?ments?|references)[.:]?")
_RUN_IN = re.compile(
    r"(?i)(?:summary|introduction|conclusions?|discussion|results)[.:]?"
    r"|(?:\d{1,2}|[IVX]{1,4})\.?\s+[A-Z].{2,60}[.:]"
)


def hand_heading(reader: TextReader, position: int) -> bool:
    """Read a heading that begins at `position`; False, and nothing read, if there is none."""
    if reader.depth > 1 or any(piece[0].strip() for piece in reader.builder.pieces[-3:]):
        return False
    found = _styled(reader.text, position, min(reader.end, position + 2 * MAX_HEADING))
    if found is None:
        return False
    start, end, after, alone = found
    text = reader.plain_text(reader.text[start:end]).strip()
    if not _is_heading(reader, text, reader.text[position:end], after, alone=alone):
        return False
    reader.flush()
    reader.position = after
    if not reader.in_abstract:
        reader.section = shown_heading(text)
        reader.by_hand = True
    return True


def shown_heading(text: str) -> str:
    """A heading without its number; one of those most papers have, in the usual letters."""
    bare = headings.without_number(text).strip(" .:—–-*")
    if bare.isupper() and headings.is_known_heading(bare):
        bare = bare.capitalize()
    return "Abstract" if bare.lower() == "summary" and text.isupper() else bare or text


def _styled(text: str, position: int, limit: int) -> tuple[int, int, int, bool] | None:
    """Where the styled stretch at `position` begins, ends, is over; and if it is a line alone."""
    alone = False
    closings: list[tuple[int, str]] = []  # where a box or an environment that was opened ends
    at = position
    for _ in range(8):
        at = _past_layout(text, at, limit)
        if match := _BOX.match(text, at, limit):
            alone = alone or match["box"] in _LINES
            at = match.end()
        elif match := _CENTER.match(text, at, limit):
            end = text.find(f"\\end{{{match['name']}}}", match.end(), limit + MAX_HEADING)
            if end < 0:
                return None
            alone = alone or match["name"] in _LINES
            closings.append((end, match["name"]))
            at = match.end()
            continue
        if text.startswith("{", at):
            end = closing_brace(text, at, MAX_HEADING)
            if end < 0:
                return None
            closings.append((end, ""))
            at += 1
            continue
        break
    if not closings or not text[at : at + 1].strip():
        return None
    start, (first, _) = at, closings[-1]
    outer, name = closings[0]
    after = outer + (len(f"\\end{{{name}}}") if name else 1)
    if _REST.fullmatch(text, first, after) is None:
        return None
    if name and "\\\\" in text[start:first].rstrip("\\ \n\t"):
        return None  # several lines
    return start, first, after, alone


def _past_layout(text: str, at: int, limit: int) -> int:
    while match := re.compile(_SPACE).match(text, at, limit):
        layout = _LAYOUT.match(text, match.end(), limit)
        if layout is None:
            return match.end()
        at = layout.end()
    return at


def _is_heading(reader: TextReader, text: str, tex: str, after: int, *, alone: bool) -> bool:
    if not text or len(text) > 120 or len(text.split()) > MAX_WORDS:
        return False
    known = headings.is_known_heading(text)
    if text.lower().strip(".: ") == "summary":
        known = True
    numbered = alone and headings.without_number(text) != text.rstrip(".: ")
    styled = numbered or _BOLD.search(tex) is not None or text.isupper()
    ended = alone or _ENDED.match(reader.text, after) is not None
    if ended and known:
        return styled or alone
    if not styled or not _WORD.search(text):
        return False
    if not ended:  # text follows on the same line
        closed = _CLOSED.fullmatch(text) is not None
        return closed or (not reader.has_sections and _RUN_IN.fullmatch(text) is not None)
    rest = reader.text[after : min(reader.end, after + _FOLLOWING)]
    following = " ".join(_WORDS_ONLY.sub(" ", rest).split())
    last = reader.passages[-1] if reader.passages else None
    before = last.text if last is not None and last.section == reader.section else ""
    return headings.is_heading(text, following.lstrip("\\[]0123456789.pt "), before)

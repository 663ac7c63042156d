"""Handlers of formulas and quantities."""

from __future__ import annotations

import re
import unicodedata

from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.quantities import angle_text, number_text, unit_text
from astrosearch.corpus.latex.reader.reading import Reading
from astrosearch.corpus.latex.tokens import flat

MAX_INLINE = 80  # readable characters of a displayed formula that a sentence can carry
MAX_DISPLAYED = 600  # characters of its TeX; a longer one isn't rendered to find that out

_NUMBERING = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_DOLLAR = re.compile(r"\\.|[{}$]|\n[ \t\x1f]*\n", re.DOTALL)
_SIMPLE_MATH = re.compile(r"\$([^${}\\\n\x1f]+)\$")
_ROW_END = re.compile(r"\\\\(?!\s*(?:\[[^\]]*\])?\s*$)")
_MATH_SPACE = (
    r"(?:\\[,;: >]|~|\\(?:q?quad|enspace|enskip|thinspace|medspace|thickspace)(?![A-Za-z])\s*+)"
)
_LEADING_SPACE = re.compile(rf"(?:\{{\s*)*{_MATH_SPACE}")
_TRAILING_SPACE = re.compile(rf"(?<!\\){_MATH_SPACE}\s*$")
_ONLY_SPACE = re.compile(rf"[{{}}\s]*+(?:{_MATH_SPACE}[{{}}\s]*+)++")
_ERRORS = re.compile(r"[+\-−] ?\.?\d[^/;]*/[+\-−]")


def dollar(reading: Reading, name: str, position: int) -> None:
    """A formula between dollars."""
    text = reading.text
    simple = _SIMPLE_MATH.match(text, position, reading.end)
    if simple:
        reading.position = simple.end()
        formula(reading, simple[1], position)
        return
    double = text.startswith("$$", position)
    start = position + (2 if double else 1)
    depth = 0
    limit = 20_000 if reading.unclosed < 100 else 600
    for match in _DOLLAR.finditer(text, start, min(reading.end, start + limit)):
        lexeme = match[0]
        if lexeme == "{":
            depth += 1
        elif lexeme == "}":
            depth -= 1
            if depth < 0:
                break
        elif lexeme == "$" and depth == 0:
            reading.position = match.end()
            if double and text.startswith("$", reading.position):
                reading.position += 1
            show = displayed if double else formula
            show(reading, text[start : match.start()], position)
            return
        elif lexeme[0] == "\n":
            break
    reading.unclosed += 1
    reading.position = start


def parenthesized(reading: Reading, symbol: str, position: int) -> None:
    r"""A formula between `\(` and `\)`, or `\[` and `\]`."""
    closing = "\\)" if symbol == "(" else "\\]"
    end = reading.text.find(closing, reading.position, min(reading.end, reading.position + 20_000))
    if end < 0:
        return
    start, reading.position = reading.position, end + 2
    show = displayed if symbol == "[" else formula
    show(reading, reading.text[start:end], position)


def displayed(reading: Reading, tex: str, position: int) -> None:
    """Add a displayed formula, as `[equation]` where it is more than a sentence can carry."""
    tex = without_numbering(flat(tex)).strip()
    if not tex:
        return
    readable = reading.math.render(tex) if len(tex) < MAX_DISPLAYED else ""
    if not readable or len(readable) > MAX_INLINE or _ROW_END.search(tex):
        readable = "[equation]"
    if reading.builder.pieces:
        reading.builder.text(" ", position)
    bare = readable.rstrip(" .,;")
    reading.builder.mark(bare or readable, position, "math", tex)
    ending = readable[len(bare) :].strip() or _ending(tex)
    if ending and bare:
        reading.builder.text(ending[0], position)
    reading.builder.text(" ", position)
    reading.after_display = True


def without_numbering(tex: str) -> str:
    """A displayed formula without the commands that only number it."""
    return _NUMBERING.sub("", tex)


def formula(reading: Reading, tex: str, position: int) -> None:
    """Add a formula within a line."""
    tex = flat(tex).strip()
    if not tex:
        return
    readable = reading.math.render(tex)
    if not readable:
        if _ONLY_SPACE.fullmatch(tex):
            reading.builder.text(" ", position)
        return
    reading.after_display = False
    if tex[0] in "\\~{+-^_" and _stands_apart(reading, tex, readable):
        reading.builder.text(" ", position)
    reading.builder.mark(readable, position, "math", tex)
    if tex[-1] in " ,;:~" and _TRAILING_SPACE.search(tex) and readable[-1].isalnum():
        reading.builder.text(" ", position)


def _stands_apart(reading: Reading, tex: str, readable: str) -> bool:
    """Whether a formula begins with a space, or with the errors of the number before it."""
    if _ERRORS.match(readable):
        return True
    pieces = reading.builder.pieces
    return (
        _LEADING_SPACE.match(tex) is not None
        and any(map(str.isalnum, readable))
        and not (pieces and pieces[-1][0][-1:] in "([")
    )


def loose_math(reading: Reading, name: str, position: int) -> None:
    """A math command outside of math: authors forget dollars."""
    start = reading.position
    for _ in range(2 if name in ("frac", "nicefrac") else 1):
        if reading.group() is None:
            break
    tex = f"\\{name}{reading.text[start : reading.position]}"
    formula(reading, tex, position)


def ensure_math(reading: Reading, name: str, position: int) -> None:
    r"""`\ensuremath`, where a macro's file is missing."""
    group = reading.group()
    if group:
        formula(reading, reading.text[group[0] : group[1]].replace("$", ""), position)


def quantity(reading: Reading, name: str, position: int) -> None:
    """A number or unit of siunitx."""
    reading.option()
    count = words.QUANTITIES[name]
    start = reading.position
    groups = [reading.group() for _ in range(count)]
    if any(group is None for group in groups):
        return
    parts = [reading.text[g[0] : g[1]] for g in groups if g]
    tex = f"\\{name}{reading.text[start : reading.position]}"
    if name in ("si", "unit"):
        shown = unit_text(parts[0], reading.symbols)
    elif name == "ang":
        shown = angle_text(parts[0])
    else:
        numbers = parts if name.startswith("num") else parts[:-1]
        shown = " – ".join(number_text(number) for number in numbers)
        if numbers is not parts:
            shown += " " + unit_text(parts[-1], reading.symbols)
    shown = re.sub(r"[\\{}$&~]", "", shown).strip()
    if shown:
        reading.builder.mark(unicodedata.normalize("NFC", shown), position, "math", flat(tex))


def _ending(tex: str) -> str:
    """The punctuation that a displayed formula ends with."""
    tex = tex[-100:]
    tex = re.sub(r"(?:\\[,;:! ]|\\q?quad|[\s~{}]|\\\\|\\end\s*\{\w+\*?\})+$", "", tex)
    return tex[-1] if tex[-1:] in (".", ",", ";") and not tex.endswith("\\" + tex[-1]) else ""

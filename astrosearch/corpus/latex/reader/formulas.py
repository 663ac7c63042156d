"""Handlers of formulas and quantities."""

from __future__ import annotations

import re
import unicodedata

from astrosearch.corpus.abbreviations import OPENERS
from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.mathline import SIGNS
from astrosearch.corpus.latex.mathwords import stacked
from astrosearch.corpus.latex.quantities import angle_text, number_text, unit_text
from astrosearch.corpus.latex.reader.text_reader import TextReader
from astrosearch.corpus.latex.tokens import flat

MAX_INLINE = 80  # readable characters of a displayed formula that a sentence can carry
MAX_DISPLAYED = 600  # characters of its TeX; a longer one isn't rendered to find that out

_NUMBERING = re.compile(r"\\label\s*\{[^{}]*\}|\\(?:nonumber|notag)(?![A-Za-z])")
_EQUATION_NUMBER = re.compile(r"\\l?eqno(?![A-Za-z])")
_DOLLAR = re.compile(r"\\.|[{}$]|\n[ \t\x1f]*\n", re.DOTALL)
_SIMPLE_MATH = re.compile(r"\$([^${}\\\n\x1f]+)\$")
_ROW_END = re.compile(r"\\\\(?!\s*(?:\[[^\]]*\])?\s*$)")
_MATH_SPACE = (
    r"(?:\\[,;: >]|~|\\(?:q?quad|enspace|enskip|thinspace|medspace|thickspace)(?![A-Za-z])\s*+)"
)
_LEADING_SPACE = re.compile(rf"(?:\{{\s*)*{_MATH_SPACE}")
_TRAILING_SPACE = re.compile(rf"(?<!\\){_MATH_SPACE}\s*$")
_ONLY_SPACE = re.compile(rf"[{{}}\s]*+(?:{_MATH_SPACE}[{{}}\s]*+)++")
# What can only begin a sentence after a displayed formula.
_FIRST_WORD = re.compile(
    r"(?:[ \t~\x1f]|\n(?![ \t\x1f]*\n)|\\(?:noindent|indent|smallskip|medskip|bigskip|nobreak"
    r"|label\s*\{[^{}]*\})(?![A-Za-z])){0,20}+([A-Z][A-Za-z]*)(?=[\s,~]|['’]s\b|\\[ ,~])"
    r"(\s+(?:is|are|was|were|has|have|can|will|may|must|does|do|shows?|gives?)\s)?"
)
_JOINING = frozenset({"And", "Or", "Nor"})
_ERRORS = re.compile(r"[+\-−] ?\.?\d[^/;]*/[+\-−]")


def dollar(reader: TextReader, name: str, position: int) -> None:
    """A formula between dollars."""
    text = reader.text
    simple = _SIMPLE_MATH.match(text, position, reader.end)
    if simple:
        reader.position = simple.end()
        formula(reader, simple[1], position)
        return
    double = text.startswith("$$", position)
    start = position + (2 if double else 1)
    depth = 0
    limit = 20_000 if reader.unclosed < 100 else 600
    for match in _DOLLAR.finditer(text, start, min(reader.end, start + limit)):
        lexeme = match[0]
        if lexeme == "{":
            depth += 1
        elif lexeme == "}":
            depth -= 1
            if depth < 0:
                break
        elif lexeme == "$" and depth == 0:
            reader.position = match.end()
            if double and text.startswith("$", reader.position):
                reader.position += 1
            show = displayed if double else formula
            show(reader, text[start : match.start()], position)
            return
        elif lexeme[0] == "\n":
            break
    reader.unclosed += 1
    reader.position = start


def parenthesized(reader: TextReader, symbol: str, position: int) -> None:
    r"""A formula between `\(` and `\)`, or `\[` and `\]`."""
    closing = "\\)" if symbol == "(" else "\\]"
    end = reader.text.find(closing, reader.position, min(reader.end, reader.position + 20_000))
    if end < 0:
        return
    start, reader.position = reader.position, end + 2
    show = displayed if symbol == "[" else formula
    show(reader, reader.text[start:end], position)


def displayed(reader: TextReader, tex: str, position: int) -> None:
    """Add a displayed formula, as `[equation]` where it is more than a sentence can carry."""
    tex = without_numbering(flat(tex)).strip()
    number = _EQUATION_NUMBER.search(tex)
    if number and tex.count("{", 0, number.start()) == tex.count("}", 0, number.start()):
        tex = tex[: number.start()].rstrip()
    if not tex or "\\halign" in tex:  # a table
        reader.builder.text(" ", position)
        return
    readable = reader.math.render(tex) if len(tex) < MAX_DISPLAYED else ""
    if not readable or len(readable) > MAX_INLINE or _ROW_END.search(tex):
        readable = "[equation]"
    if reader.builder.pieces:
        reader.builder.text(" ", position)
    bare = readable.rstrip(" .,;")
    reader.builder.mark(bare or readable, position, "math", tex)
    ending = readable[len(bare) :].strip() or _ending(tex)
    if not ending and _opens_sentence(reader):
        ending = "."  # that the author forgot
    if ending and bare:
        reader.builder.text(ending[0], position)
    reader.builder.text(" ", position)
    reader.after_display = True


def _opens_sentence(reader: TextReader) -> bool:
    """Whether what follows a displayed formula can only begin a sentence."""
    first = _FIRST_WORD.match(reader.text, reader.position, reader.end)
    if first is None:
        return False
    if first[1] in OPENERS:
        return first[1] not in _JOINING
    return first[2] is not None and first[1][1:].islower()


def without_numbering(tex: str) -> str:
    """A displayed formula without the commands that only number it."""
    return _NUMBERING.sub("", tex)


def formula(reader: TextReader, tex: str, position: int) -> None:
    """Add a formula within a line."""
    tex = flat(tex).strip()
    if not tex:
        return
    readable = reader.math.render(tex)
    if not readable:
        if _ONLY_SPACE.fullmatch(tex):
            reader.builder.text(" ", position)
        return
    reader.after_display = False
    if reader.in_table and tex.lstrip("{} ")[:1] == "^" and reader.marks_note(readable):
        return
    if readable in SIGNS and _joins_last(reader, readable):
        return
    if tex[0] in "\\~{+-^_" and _stands_apart(reader, tex, readable):
        reader.builder.text(" ", position)
    reader.builder.mark(readable, position, "math", tex)
    if tex[-1] in " ,;:~" and _TRAILING_SPACE.search(tex) and readable[-1].isalnum():
        reader.builder.text(" ", position)


def _joins_last(reader: TextReader, sign: str) -> bool:
    """Write a sign and the one set over it in a formula of its own as one: `<` and `∼` as `≲`."""
    pieces = reader.builder.pieces
    if not pieces or pieces[-1][2] != "math":
        return False
    shown, offset, kind, _ = pieces[-1]
    joined = stacked(shown, sign) if shown in SIGNS else None
    mean = shown == ">" and any("<" in piece[0] for piece in pieces[-9:])
    if joined is None or mean or "=" in (shown, sign):
        return False
    pieces[-1:] = [(joined, offset, kind, "\\lesssim" if joined in "≲⪅≤" else "\\gtrsim")]
    return True


def _stands_apart(reader: TextReader, tex: str, readable: str) -> bool:
    """Whether a formula begins with a space, or with the errors of the number before it."""
    if _ERRORS.match(readable):
        return True
    pieces = reader.builder.pieces
    return (
        _LEADING_SPACE.match(tex) is not None
        and any(map(str.isalnum, readable))
        and not (pieces and pieces[-1][0][-1:] in "([")
    )


def loose_math(reader: TextReader, name: str, position: int) -> None:
    """A math command outside of math: authors forget dollars."""
    start = reader.position
    for _ in range(2 if name in ("frac", "nicefrac") else 1):
        if reader.group() is None:
            break
    tex = f"\\{name}{reader.text[start : reader.position]}"
    formula(reader, tex, position)


def ensure_math(reader: TextReader, name: str, position: int) -> None:
    r"""`\ensuremath`, where a macro's file is missing."""
    group = reader.group()
    if group:
        formula(reader, reader.text[group[0] : group[1]].replace("$", ""), position)


def quantity(reader: TextReader, name: str, position: int) -> None:
    """A number or unit of siunitx."""
    reader.option()
    count = words.QUANTITIES[name]
    start = reader.position
    groups = [reader.group() for _ in range(count)]
    if any(group is None for group in groups):
        return
    parts = [reader.text[g[0] : g[1]] for g in groups if g]
    tex = f"\\{name}{reader.text[start : reader.position]}"
    if name in ("si", "unit"):
        shown = unit_text(parts[0], reader.symbols)
    elif name == "ang":
        shown = angle_text(parts[0])
    else:
        numbers = parts if name.startswith("num") else parts[:-1]
        shown = " – ".join(number_text(number) for number in numbers)
        if numbers is not parts:
            shown += " " + unit_text(parts[-1], reader.symbols)
    shown = re.sub(r"[\\{}$&~]", "", shown).strip()
    if shown:
        reader.builder.mark(unicodedata.normalize("NFC", shown), position, "math", flat(tex))


def _ending(tex: str) -> str:
    """The punctuation that a displayed formula ends with."""
    tex = tex[-100:]
    tex = re.sub(r"(?:\\[,;:! ]|\\q?quad|[\s~{}]|\\\\|\\end\s*\{\w+\*?\})+$", "", tex)
    return tex[-1] if tex[-1:] in (".", ",", ";") and not tex.endswith("\\" + tex[-1]) else ""

"""Titles and names as TeX that compiles with base LaTeX, whatever stands in them."""

from __future__ import annotations

import re
import unicodedata

from astrosearch.output.tex_signs import ACCENTS, CYRILLIC, MATH, T1, TEXT
from astrosearch.text import one_line

# BibTeX counts braces, escaped or not, so a lone one is spelled out.
_ESCAPED = {c: f"\\{c}" for c in "&%$#_"} | {
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "\\": r"{\textbackslash}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "<": "$<$",
    ">": "$>$",
    "|": "$|$",
}
_ESCAPED_MATH = {c: f"\\{c}" for c in "&%$#_"} | {
    "{": r"\lbrace",
    "}": r"\rbrace",
    "\\": r"\backslash",
    "~": r"\sim",
    "^": r"\wedge",
    " ": r"\ ",
    "'": r"\prime",
    '"': r"\prime\prime",
    "`": "",
}
_MARKS = "\u0300-\u036f\u20d0-\u20ff"
# A subscript or superscript as papers' text has it (`M_⊙`, `10^(-3)`), a root, letters with marks.
_TOKEN = re.compile(
    rf"""(?P<kind>[_^])(?:\((?P<long>[^()]*)\)|(?P<short>[A-Za-z]+|[+\-−]?[0-9]+[A-Za-z]*|[^\s_^(){{}}\\,.;:]))
      |√\((?P<root>[^()]*)\)
      |(?P<letters>[A-Za-z]+)(?![{_MARKS}])
      |(?P<base>.)(?P<marks>[{_MARKS}]+)
      |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
# Letters with accents that LaTeX has set up: biber makes letters of all accents, and for another
# one TeX would stop. Those beyond are written with fewer, or as formulas.
_SET_UP = frozenset(
    letter
    for letter in (*map(chr, range(0xC0, 0x180)), *"ȘșȚț")
    if len(parts := unicodedata.normalize("NFD", letter)) == 2 and parts[1] in ACCENTS
)
# Those that its own fonts have, and need no macro.
_KEPT = frozenset(
    letter
    for letter in _SET_UP - set("ĻļĢģĶķŅņŖŗĹĺ")
    if ACCENTS[unicodedata.normalize("NFD", letter)[1]][0] not in ("k", "textcommabelow")
)
_NO_NAME = re.compile(r"[{}\\$^_~#%|<>]")  # biber makes initials of any sign
_NUCLIDE = re.compile(r"\^\(?[0-9]")


def text_as_tex(text: str) -> str:
    """Write plain text as TeX.

    >>> text_as_tex("H₂ and ⁷Be: M_⊙ & κ_eff")
    'H$_{2}$ and $^{7}$Be: M$_{\\\\odot}$ \\\\& $\\\\kappa_{\\\\mathrm{eff}}$'
    """
    line = _Line()
    _write(line, unicodedata.normalize("NFC", one_line(text)), is_formula=False)
    return line.tex()


def name_as_tex(text: str, *, may_be_cut: bool = False) -> str:
    """Write a part of a name as TeX, with letters as they are where nothing cuts them.

    BibTeX knows bytes, not letters: a style that wants initials cuts an é apart, and one that
    makes labels of three letters a ñ. So those that begin a word are spelled as TeX, and with
    `may_be_cut` the one that holds the third byte and the fourth.

    >>> name_as_tex("Étienne Núñez"), name_as_tex("Muñoz", may_be_cut=True)
    ("{\\\\'E}tienne Núñez", 'Mu{\\\\~n}oz')
    """
    text = unicodedata.normalize("NFC", _NO_NAME.sub("", one_line(text).replace("&", "and")))
    pieces, before, size = list[str](), " ", 0
    for sign in text:
        is_kept = sign in _KEPT and before.isalpha() and not (may_be_cut and size == 2)
        pieces.append(sign if is_kept else text_as_tex(sign))
        size += 1 + is_kept
        before = sign
    return "".join(pieces)


def formula_as_tex(text: str) -> str:
    """Write the plain text of a formula as TeX, without its dollars.

    >>> formula_as_tex("10⁻³ M_⊙")
    '10^{-3}\\\\ M_{\\\\odot}'
    """
    line = _Line()
    _write(line, unicodedata.normalize("NFC", one_line(text)), is_formula=True)
    return line.formula()


class _Line:
    """Text and formulas side by side; formulas that touch are one."""

    def __init__(self) -> None:
        self._done: list[str] = []
        self._formula: list[tuple[str, str]] = []  # (_ or ^ or nothing, TeX)

    def text(self, tex: str) -> None:
        if tex:
            self._end_formula()
            self._done.append(tex)

    def math(self, tex: str) -> None:
        if tex:
            self._formula.append(("", tex))

    def script(self, kind: str, tex: str) -> None:
        if self._formula and self._formula[-1][0] == kind:
            _, before = self._formula.pop()
            tex = _beside(before, tex)
        self._formula.append((kind, tex))

    def tex(self) -> str:
        self._end_formula()
        return "".join(self._done)

    def formula(self) -> str:
        """All that was written as one formula."""
        out, had = "", set[str]()
        for kind, tex in self._formula:
            if kind in had:
                out, had = out + "{}", set()  # TeX takes one of each kind
            had = had | {kind} if kind else set()
            out = f"{out}{kind}{{{tex}}}" if kind else _beside(out, tex)
        self._formula.clear()
        return out

    def _end_formula(self) -> None:
        if self._formula:
            self._done.append(f"${self.formula()}$")


def _beside(before: str, after: str) -> str:
    blank = " " if re.search(r"\\[A-Za-z]+$", before) and after[:1].isalpha() else ""
    return f"{before}{blank}{after}"


def _write(line: _Line, text: str, *, is_formula: bool) -> None:
    before = ""
    for found in _TOKEN.finditer(text):
        kind, letters, marks = found["kind"], found["letters"], found["marks"]
        if kind and (before in ("", "_") or before.isspace()) and not _NUCLIDE.match(found[0]):
            _write_sign(line, kind, is_formula=is_formula)
            rest = found[0][1:]
            _write(line, rest, is_formula=is_formula)
        elif kind:
            content = found["long"] if found["long"] is not None else found["short"]
            line.script(kind, formula_as_tex(content))
        elif found["root"] is not None:
            line.math(rf"\sqrt{{{formula_as_tex(found['root'])}}}")
        elif letters:
            if not is_formula:
                line.text(letters)
            else:
                line.math(letters if len(letters) == 1 else rf"\mathrm{{{letters}}}")
        elif marks:
            _write_marked(line, found["base"], marks, is_formula=is_formula)
        else:
            _write_sign(line, found["sign"], is_formula=is_formula)
        before = found[0][-1:]


def _write_sign(line: _Line, sign: str, *, is_formula: bool) -> None:
    if sign in "′‵":
        line.script("^", r"\prime")
    elif sign in "°˚º":
        line.script("^", r"\circ")
    elif sign.isascii() and is_formula:
        line.math(_ESCAPED_MATH.get(sign, sign))
    elif sign.isascii():
        line.text(_ESCAPED.get(sign, sign))
    elif sign in MATH and (is_formula or sign not in TEXT):
        line.math(MATH[sign])
    elif sign in TEXT or sign in T1:
        tex = TEXT[sign] if sign in TEXT else _of_t1(T1[sign])
        line.math(rf"\mbox{{{tex}}}") if is_formula and tex else line.text(tex)
    else:
        _write_taken_apart(line, sign, is_formula=is_formula)


def _write_taken_apart(line: _Line, sign: str, *, is_formula: bool) -> None:
    """Write a sign by what Unicode says that it is made of."""
    manner, _, points = unicodedata.decomposition(sign).rpartition("> ")
    parts = "".join(chr(int(point, 16)) for point in points.split())
    if manner in ("<super", "<sub"):
        line.script("^" if manner == "<super" else "_", formula_as_tex(parts))
    elif not manner and parts[1:] and all(mark in ACCENTS for mark in parts[1:]):
        base = unicodedata.normalize("NFD", sign)
        _write_marked(line, base[0], base[1:], is_formula=is_formula)
    elif parts:
        _write(line, parts, is_formula=is_formula)
    elif sign.lower() in CYRILLIC:
        latin = CYRILLIC[sign.lower()]
        latin = latin.capitalize() if sign.isupper() else latin
        line.math(rf"\mathrm{{{latin}}}") if is_formula else line.text(latin)
    elif unicodedata.combining(sign) or unicodedata.category(sign) in ("Cf", "Mn", "Lm", "Sk"):
        pass
    else:
        line.math("?") if is_formula else line.text("?")


def _write_marked(line: _Line, base: str, marks: str, *, is_formula: bool) -> None:
    inner = _Line()
    _write_sign(inner, base, is_formula=is_formula or base in MATH)
    if is_formula or base in MATH:
        _write_math_accents(line, inner.formula(), marks)
        return
    tex, letter = inner.tex(), base
    for mark in marks:
        composed = unicodedata.normalize("NFC", letter + mark)
        if composed in _SET_UP:
            tex, letter = _accented(tex, ACCENTS[mark][0]), composed
        elif letter == base and mark in ACCENTS and ACCENTS[mark][1]:  # the rate of change: Ṁ
            _write_math_accents(line, tex, marks)
            return
    line.text(tex)


def _write_math_accents(line: _Line, tex: str, marks: str) -> None:
    for mark in marks:
        name = ACCENTS.get(mark, ("", ""))[1]
        tex = rf"\{name}{{{tex}}}" if name else tex
    line.math(tex)


def _accented(tex: str, accent: str) -> str:
    if accent == "k":
        return _of_t1(rf"\k{{{tex}}}")
    if accent.isalpha() or len(tex) > 1:
        return rf"{{\{accent}{{{tex}}}}}"
    return rf"{{\{accent}{tex}}}"


def _of_t1(tex: str) -> str:
    return rf"{{\fontencoding{{T1}}\selectfont{tex if tex.startswith(chr(92)) else ' ' + tex}}}"

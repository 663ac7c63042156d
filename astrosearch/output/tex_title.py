"""Titles as their records' TeX has them, where that is sure to compile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from astrosearch.output.tex import formula_as_tex, text_as_tex
from astrosearch.output.tex_signs import MATH_NAMES
from astrosearch.text import one_line

_TOKEN = re.compile(r"\\[A-Za-z]+\s*|\\.|\$|[{}]|[^\\${}]+", re.DOTALL)
_FONTS = re.compile(r"\{\\(rm|it|bf|sc|sl|em|tt|sf|cal)(?![A-Za-z])\s*([^{}\\]*)\}")
_FONT_OF = {
    **{"rm": "rm", "it": "it", "bf": "bf", "sc": "sc", "sl": "sl", "em": "it", "tt": "tt"},
    **{"sf": "sf", "cal": "cal"},
}
_TEXT_COMMANDS = frozenset(
    {
        *("textit", "textbf", "textrm", "textsc", "textsl", "texttt", "textsf", "emph", "mbox"),
        *("aa", "AA", "ae", "AE", "oe", "OE", "o", "O", "l", "L", "ss", "i", "j", "S", "P"),
        *("ldots", "dots", "textemdash", "textendash", "LaTeX", "TeX"),
    }
)
_ACCENTS = frozenset({*"'`^\"~=.", "u", "v", "H", "r", "c", "d", "b"})
_MATH_COMMANDS = MATH_NAMES | {
    *("mathrm", "mathit", "mathbf", "mathcal", "mathsf", "hat", "tilde", "bar", "dot", "ddot"),
    *("vec", "overline", "underline", "widetilde", "widehat", "sqrt", "ldots", "dots", "cdots"),
    *("prime", "log", "ln", "exp", "sin", "cos", "tan", "min", "max", "lim", "mid", "quad"),
    *("rangle", "langle", "frac", "mbox", "colon", "lbrace", "rbrace", "boldmath"),
} - {"boldmath"}
_SAME = {
    **dict.fromkeys(("lesssim", "la", "lsim", "ltsim", "lta"), r"\stackrel{<}{_\sim}"),
    **dict.fromkeys(("gtrsim", "ga", "gsim", "gtsim", "gta"), r"\stackrel{>}{_\sim}"),
    **{"text": r"\mathrm", "textrm": r"\mathrm", "textit": r"\mathit", "textbf": r"\mathbf"},
    **{"degr": r"^{\circ}", "degree": r"^{\circ}", "rm": "", "sun": r"\odot", "leqslant": r"\leq"},
    **{"geqslant": r"\geq", "AA": r"\mbox{\AA}", "to": r"\rightarrow"},
}
_TWICE = re.compile(r"([_^])(?:\{[^{}]*\}|\\[A-Za-z]+|[^\s{}\\])\s*\1")
_DANGLING = re.compile(r"[_^]\s*(?:[_^}]|$)|\\(?:sqrt|frac|mathrm|vec|hat|bar|dot)\s*(?:[}_^]|$)")
MAX_TITLE = 2000  # characters


def title_as_tex(title: str, tex: str | None) -> str:
    """Write a title as TeX: as its record has it, or else from its plain text.

    >>> title_as_tex("Iκεα at H₂", "I$\\\\kappa\\\\epsilon\\\\alpha$ at H$_2$")
    'I$\\\\kappa\\\\epsilon\\\\alpha$ at H$_2$'
    >>> title_as_tex("10⁵ M_⊙ stars", "$10^5 \\\\Msun$ stars")
    '10$^{5}$ M$_{\\\\odot}$ stars'
    """
    if tex and len(tex) <= MAX_TITLE:
        try:
            return "".join(_checked(tex))
        except ValueError:
            pass
    return text_as_tex(title)


def _checked(tex: str) -> Iterator[str]:
    """Yield TeX that base LaTeX compiles; ValueError where it isn't sure to."""
    tex = _FONTS.sub(lambda f: rf"{{\astro{_FONT_OF[f[1]]}{{{f[2]}}}}}", one_line(tex))
    tex = re.sub(r"\\[(\[]|\\[)\]]", "$", tex).replace("$$", "")
    formula: list[str] | None = None
    depth = outside = 0
    found = _TOKEN.findall(tex)
    if "".join(found) != tex:
        raise ValueError("a lone backslash")
    for at, piece in enumerate(found):
        after = found[at + 1] if at + 1 < len(found) else ""
        if piece == "$":
            if formula is None:
                formula, outside = [], depth
            elif depth != outside:
                raise ValueError("a formula that ends within braces")
            else:
                yield _formula("".join(formula))
                formula, outside = None, 0
            continue
        depth += (piece == "{") - (piece == "}")
        if depth < outside or depth < 0:
            raise ValueError("braces that don't fit")
        if formula is not None:
            formula.append(_in_formula(piece))
        else:
            yield _in_text(piece, after)
    if formula is not None or depth:
        raise ValueError("something that doesn't end")


def _formula(tex: str) -> str:
    if _TWICE.search(tex) or _DANGLING.search(tex):
        raise ValueError("a formula that TeX refuses")
    return f"${tex}$" if tex.strip() else ""


def _in_formula(piece: str) -> str:
    name = piece[1:].strip()
    if not piece.startswith("\\"):
        if set(piece) & set("&%#~"):
            raise ValueError("a sign that has no place in a formula")
        return piece if piece.isascii() else _of_signs(piece)
    if name.startswith("astro"):
        return rf"\math{name.removeprefix('astro').replace('sl', 'it').replace('sc', 'rm')}"
    if name in _SAME:
        return f"{_SAME[name]} " if _SAME[name][-1:].isalpha() else _SAME[name]
    if name in _MATH_COMMANDS or name in ("", ",", ";", "!", ":", "%", "&", "#", "$", "_"):
        return piece
    if name in ("{", "}"):
        return r"\lbrace " if name == "{" else r"\rbrace "
    raise ValueError(f"\\{name} in a formula")


def _of_signs(piece: str) -> str:
    return "".join(c if c.isascii() else f"{formula_as_tex(c)} " for c in piece)


def _in_text(piece: str, after: str) -> str:
    if piece in ("{", "}"):
        return piece
    if not piece.startswith("\\"):
        ties = piece.split("~")
        return "~".join(text_as_tex(part) for part in ties)
    name = piece[1:].strip()
    if name.startswith("astro"):
        font = name.removeprefix("astro")
        if font == "cal":
            raise ValueError("a formula's font in text")
        return rf"\text{font}"
    if name in _ACCENTS:
        if not (after == "{" or after[:1].isalpha() or after.strip() in ("\\i", "\\j", "\\ae")):
            raise ValueError("an accent over nothing")
        return piece
    if name in ("{", "}"):
        return r"{\textbraceleft}" if name == "{" else r"{\textbraceright}"
    if name in ("\\", ""):
        return " "
    if name in _TEXT_COMMANDS or name in ("&", "%", "#", "$", "_", ",", "-", "/"):
        return piece
    raise ValueError(f"\\{name} in text")

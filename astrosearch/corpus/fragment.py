"""TeX in titles, abstracts and names of archive records, made readable.

Such text was never compiled as it stands: dollars may be odd, macros unknown, `~` may mean
"about" and `%` is a per cent sign. So it is read leniently, in one pass.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from astrosearch.corpus.document import Mark
from astrosearch.corpus.normalization import nfc

_TEX = re.compile(r"[\\$~{}`^_]|''|--")
_TOKEN = re.compile(
    r"(?P<plain>[^\\$~{}`'^_-]+)"
    r"|\\(?P<name>[A-Za-z]+)\*?(?P<gap> *)"
    r"|\\(?P<sign>.)"
    r"|(?P<dollar>\$\$?)"
    r"|(?P<script>[\^_]\{[^{}]*\}|\^-?[0-9]+)"
    r"|(?P<other>---?|``|''|.)",
    re.DOTALL,
)
_PROSE = re.compile(r"(?<![\\A-Za-z{])(?:[A-Za-z]{2,}[ ,.;]+){3}")
_MONEY = re.compile(r"[0-9][^\\^_=]*?(?:\b[a-z]{3,}[ ,.;]+){2}")
_BRACED = re.compile(r" *\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_BARE = re.compile(r"\\[A-Za-z]+(?![A-Za-z])|[^\W\d_]")  # an argument without braces: `\bar\nu`
_DIGITS = re.compile(rf"{_BARE.pattern}|[0-9]")
_OPTION = re.compile(r" *\[[^\]]*\]")
_LETTER = re.compile(r" *(?:\{ *(?:\\([ij])|([^{}\\]*))\}|\\([ij])(?![A-Za-z]) ?|([^\W\d_]))")
_ION = re.compile(r"\{(\w+)\} *\{(\w+)\}")
_STAGES = {"1": "I", "2": "II", "3": "III", "4": "IV", "5": "V", "6": "VI", "7": "VII"}
_MAX_FORMULA = 600
_MAX_ARGUMENT = 2_000
_SPACES = frozenset(" ,;:>\\~\n")
_NOTHING = frozenset("/-!@+")
_SWITCHES = {
    "em", "it", "bf", "sc", "sl", "tt", "rm", "sf", "small", "large", "Large", "footnotesize",
    "normalsize", "itshape", "bfseries", "scshape", "noindent", "displaystyle", "left", "right",
    "protect", "boldmath", "relax", "centering", "par", "newline",
}  # fmt: skip
_DROPPED = {
    "cite", "citep", "citealt", "citealp", "footnote", "label", "ref", "vspace", "hspace", "thanks",
}  # fmt: skip
_MATH = {
    "dot", "ddot", "hat", "widehat", "bar", "overline", "tilde", "widetilde", "vec", "frac", "sqrt",
    "mathrm", "mathcal", "mathbf",
}  # fmt: skip
_SECOND = {"href", "textcolor", "color"}
_QUOTES = {"``": "“", "''": "”", "--": "–", "---": "—", "`": "‘"}


def render(text: str) -> tuple[str, tuple[Mark, ...]]:
    r"""Return the text as people read it, on one line, and marks over its formulas.

    >>> render(r"B. Paczy\'nski: masses of {\em stars}, ~10~$M_\odot$")[0]
    'B. Paczyński: masses of stars, ~10 M_⊙'
    """
    text = " ".join(nfc(text).split())
    if _TEX.search(text) is None:
        return text, ()
    return _Fragment(text).run()


class _Fragment:
    """One pass over a text, which writes it with single spaces."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._out: list[str] = []
        self._length = 0
        self._marks: list[Mark] = []

    def run(self) -> tuple[str, tuple[Mark, ...]]:
        at = 0
        while found := _TOKEN.match(self._text, at):
            at = found.end()
            if found["plain"]:
                self._write(found["plain"])
            elif found["name"]:
                at = self._command(found["name"], found["gap"], at)
            elif found["sign"]:
                at = self._sign(found["sign"], at)
            elif found["dollar"]:
                at = self._formula(found["dollar"], at)
            elif found["script"]:
                self._write(_math(found["script"]))
            else:
                self._other(found["other"], found.start())
        whole = "".join(self._out)
        text = whole.rstrip()
        return text, tuple(mark for mark in self._marks if mark.end <= len(text))

    def _write(self, piece: str) -> None:
        if self._out and piece and unicodedata.combining(piece[0]):
            piece = nfc(self._out[-1] + piece)[len(self._out[-1]) :]
        if piece.startswith(" ") and (not self._out or self._out[-1].endswith(" ")):
            piece = piece.lstrip(" ")
        if piece:
            self._out.append(piece)
            self._length += len(piece)

    def _formula(self, close: str, at: int) -> int:
        """Read a formula up to `close`; a dollar that opens none is dropped, or money's kept."""
        end = self._text.find(close, at, at + _MAX_FORMULA)
        while end > 0 and self._text[end - 1] == "\\" and close[0] == "$":
            end = self._text.find(close, end + 1, at + _MAX_FORMULA)
        tex = self._text[at:end] if end > 0 else ""
        if end < 0 or _PROSE.search(tex) or _MONEY.match(tex):
            if self._text[at : at + 1].isdigit():
                self._write("$")
            return at
        rendered = _math(tex)
        if rendered:
            start = self._length
            self._write(rendered)
            self._marks.append(Mark(start, self._length, "math", tex.strip()))
        return end + len(close)

    def _sign(self, sign: str, at: int) -> int:
        accents = _accents()
        if sign in "([":
            return self._formula("\\)" if sign == "(" else "\\]", at)
        if sign in accents:
            after = self._accent(accents[sign], at)
            if after is not None:
                return after
        if sign in _SPACES:
            self._write(" ")
        elif sign not in _NOTHING and sign not in ")]":
            self._write(sign)
        return at

    def _accent(self, mark: str, at: int) -> int | None:
        letter = _LETTER.match(self._text, at)
        if letter is None:
            return None
        base = letter[1] or letter[3] or letter[2] or letter[4] or ""
        self._write(nfc(base[:1] + mark + base[1:]) if base else "")
        return letter.end()

    def _braced(self, at: int) -> re.Match[str] | None:
        return _BRACED.match(self._text, at, at + _MAX_ARGUMENT)

    def _command(self, name: str, gap: str, at: int) -> int:
        if name in ("begin", "end") or name in _DROPPED:
            while option := _OPTION.match(self._text, at, at + _MAX_ARGUMENT):
                at = option.end()
            braced = self._braced(at)
            at = braced.end() if braced else at
            if self._text[at : at + 1] in ".,;:)" and self._out and self._out[-1].endswith(" "):
                self._out[-1] = self._out[-1][:-1]
                self._length -= 1
            return at
        if name in _SECOND:
            braced = self._braced(at)
            return braced.end() if braced else at
        if name in _SWITCHES:
            return at
        if name == "ion" and (ion := _ION.match(self._text, at)):
            self._write(f"{ion[1]} {_STAGES.get(ion[2], ion[2].upper())}")
            return ion.end()
        accents = _accents()
        if len(name) == 1 and name in accents and (gap or self._text[at : at + 1] in ("{", "\\")):
            after = self._accent(accents[name], at)
            if after is not None:
                return after
        braced = self._braced(at)
        if name == "dot" and self._out and self._out[-1].endswith(("∇", "∇ ")):
            self._write(" · ")  # a divergence, spelt as it is read
            return at
        bare = _DIGITS if name in ("frac", "sqrt") else _BARE
        if name in _MATH and (argument := braced or bare.match(self._text, at)):
            end = argument.end()
            if name == "frac" and (second := self._braced(end) or bare.match(self._text, end)):
                end = second.end()
            self._write(_math(f"\\{name} {self._text[at:end]}"))
            return end
        known = _symbols().get(name)
        if known is not None:
            self._write(known)
            # TeX eats the space after a name, but writers of records meant it
            self._write(gap if self._text[at : at + 1].isalnum() and len(known) > 1 else "")
        elif not braced:
            self._write(name + gap)
        return at

    def _other(self, sign: str, start: int) -> None:
        if sign == "~":
            before = self._text[start - 1 : start] if start else " "
            after = self._text[start + 1 : start + 2]
            about = before in " (=" and (after in " $." or after.isdigit())
            self._write("~" if about else " ")
        elif sign not in "{}":
            self._write(_QUOTES.get(sign, sign))


@lru_cache(maxsize=4096)
def _math(tex: str) -> str:
    from astrosearch.corpus.latex.mathtext import MathText

    return MathText().render(tex)  # a new one each time: it remembers all it has rendered


@cache
def _symbols() -> dict[str, str]:
    from astrosearch.corpus.latex.symbols import symbols

    return dict(symbols())


@cache
def _accents() -> dict[str, str]:
    from astrosearch.corpus.latex.symbols import ACCENTS

    return dict(ACCENTS)

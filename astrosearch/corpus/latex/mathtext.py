r"""Formulas as people read them: `H_0 = 67.4 ± 0.5 km s⁻¹ Mpc⁻¹`.

The formula is parsed as TeX does, with the author's macros already expanded, and written
as one line of Unicode. What has no linear form is simplified: `\frac{a}{b}` is `a/b`,
accents become combining marks, matrices are rows between semicolons.
"""

from __future__ import annotations

import re

from astrosearch.corpus.latex.mathparser import Formula
from astrosearch.corpus.latex.mathwords import DOLLAR
from astrosearch.corpus.latex.symbols import symbols
from astrosearch.corpus.normalization import nfc

MAX_FORMULA = 20_000  # characters; longer ones aren't read by anyone

_TOKEN = re.compile(
    r"\\[A-Za-z@]+\*?|\\.|\d{1,3}(?:,\d{3})+(?!\d)|\d*\.?\d+|[A-Za-z]|\s+|.", re.DOTALL
)
_LEFTOVER = re.compile(r"\\+[A-Za-z@]*|[{}$&~\x00-\x1f\x7f]")


class MathText:
    """Renders formulas, each only once."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._symbols = symbols()

    def render(self, tex: str) -> str:
        r"""Write a formula, without its dollars, for people.

        >>> MathText().render(r"M_\odot \sim 10^{-10}")
        'M_⊙ ∼ 10⁻¹⁰'
        """
        known = self._known.get(tex)
        if known is None:
            known = self._known[tex] = self._render(tex)
        return known

    def _render(self, tex: str) -> str:
        text = Formula(_TOKEN.findall(tex[:MAX_FORMULA]), self._symbols).read()
        text = _LEFTOVER.sub("", nfc(text)).replace(DOLLAR, "$")
        return " ".join(text.split())

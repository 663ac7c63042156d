"""Join a formula's parts with the spaces that a reader needs."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.mathwords import stacked
from astrosearch.corpus.latex.tokens import words

RELATIONS = words(
    """
        = < > ≈ ≃ ≅ ≡ ≠ ≤ ≥ ≲ ≳ ≪ ≫ ∝ ∈ ∉ ∋ ⊂ ⊃ ⊆ ⊇ → ← ↔ ⇒ ⇐ ⇔ ⟹ ⟺ ⟶ ⟵ ↦ ≔ := ≜ ⪅ ⪆
        ≺ ≻ ≼ ≽ ≐ ≑ ⊥ ∥ ∼
        """
)
SIGNS = frozenset("<>∼≈≃=≤≥")  # of which two may be set as one
_BINARY = words(
    """
        + - − ± ∓ × ∗ * ∪ ∩ ⊗ ⊕ ∧ ∨ ∘ ÷
        """
)

_LOWERED = "₀₁₂₃₄₅₆₇₈₉"
_TIGHT = f"⁰¹²³⁴⁵⁶⁷⁸⁹{_LOWERED}ʰᵐˢᵈ"  # what a letter may follow without a blank
_LETTERS = re.compile(r"(?<![A-Za-z])[A-Z]*$|$")
_MOLECULES = frozenset(
    ("H2", "H3", "N2", "O2", "O3", "C2", "CO2", "NH3", "CH3", "CH4", "SO2", "NO2", "NH2")
)


def fraction_text(above: str, below: str) -> str:
    """Write a fraction on one line; a part that isn't one thing gets parentheses."""
    return f"{_part(above)}/{_part(below)}"


def _part(text: str) -> str:
    if not re.search(r"[ +\-/=·×]", text) or re.fullmatch(r"\([^()]*\)", text):
        return text
    return f"({text})"


class Line:
    """Joins a formula's parts with the spaces that a reader needs."""

    def __init__(self, *, stacking: bool = True) -> None:
        self._stacking = stacking  # whether two signs in a row may be set as one
        self.items: list[str] = []
        self.last = ""  # kind of the last item
        self._row_ended = False

    def text(self) -> str:
        """The whole line."""
        return " ".join("".join(self.items).split())

    def _add(self, text: str, kind: str) -> None:
        if text:
            if self._row_ended and not text.isspace():
                self.items.append("; ")
                self._row_ended = False
            self.items.append(text)
            self.last = kind

    def symbol(self, text: str) -> None:
        """Add a symbol or a letter, spaced by what it is."""
        if text in RELATIONS:
            self.relation(text)
        elif text in _BINARY:
            self.binary(text)
        elif text in (",", ";"):
            self.punctuation(text)
        elif text in ("(", "[", "⟨", "⌊", "⌈"):
            self.open(text)
        elif len(text) > 1 and text[0].isalpha() and text[1:] != ".":
            self.word(text)
        else:
            self.ordinary(text)

    def space(self) -> None:
        """A space that the author asked for."""
        if self.items:
            self._add(
                " ", "space" if self.last not in ("relation", "binary", "open") else self.last
            )

    def newline(self) -> None:
        """The end of a row."""
        if self.items:
            self._row_ended = True
            self.last = "punctuation"

    def takes_errors(self, script: str) -> bool:
        """Whether a pair of scripts that follows can be the errors of a value."""
        base = self.items[-1][-1:] if self.items else ""
        return base not in tuple("∑∏∫∬∭∮|") and (not base.isalpha() or "." in script)

    def ends_in_digit(self) -> bool:
        """Whether a number comes last."""
        return self.last == "ordinary" and self.items[-1][-1:].isdigit()

    def errors(self, text: str) -> None:
        """The errors of a value: `5.1 +0.1/-0.2`."""
        gap = bool(self.items) and self.last not in ("relation", "binary", "open", "space")
        self._add((" " if gap else "") + text, "errors")

    def ordinary(self, text: str) -> None:
        """A letter, a number, or a group."""
        if not text:
            return
        if text in RELATIONS:
            self.relation(text)
            return
        spaced = self.last in ("function", "word") and (text[0].isalnum() or text[0] in "√|‖∑∫∏∂")
        tight = self.last in ("script", "fraction") and text[0].isalnum() and self._ends_wordy()
        apart = text[0].isalnum() and (self.last == "errors" or self._ends_in_power(text))
        self._add(" " + text if spaced or tight or apart else text, "ordinary")

    def _ends_in_power(self, text: str) -> bool:
        """Whether a word follows a negative power, which is most often a unit's."""
        wordy = len(text) > 1 and text[:2].isalpha()
        return wordy and self.last == "script" and self.items[-1][:1] == "⁻"

    def _ends_wordy(self) -> bool:
        """Whether a letter that follows could be read as a part of what comes last."""
        if self.items[-1] in ("_⊙", "_⊕"):
            return True
        return self.items[-1][-1:].isalnum() and self.items[-1][-1:] not in _TIGHT

    def ends_in_molecule(self, count: str) -> bool:
        """Whether a number below the line makes a molecule of what comes last, as in `H_2`.

        It is then written as it is outside formulas, `H₂`, so that it has one spelling.
        """
        return f"{_LETTERS.findall(self.items[-1])[0]}{count}" in _MOLECULES

    def word(self, text: str) -> None:
        """A text or a unit: joined to what it follows, as `\\,` alone makes the space."""
        if not text:
            return
        before = self.items[-1][-1:] if self.items else ""
        joins = before.isalnum() and before not in _LOWERED and text[0].isalnum()
        gap = self.last in ("function", "script", "word") and joins
        gap = gap or (text[0].isalnum() and (self.last == "errors" or self._ends_in_power(text)))
        self._add((" " if gap else "") + text, "word" if len(text) > 1 else "ordinary")

    def function(self, text: str) -> None:
        """The name of a function."""
        gap = bool(self.items) and self.last in (
            "ordinary",
            "script",
            "function",
            "word",
            "fraction",
        )
        self._add((" " if gap else "") + text, "function")

    def fraction(self, text: str) -> None:
        """A fraction."""
        gap = self.last in ("ordinary", "script", "function", "word", "fraction") and (
            self.items[-1][-1:].isalnum()
        )
        self._add((" " if gap else "") + text, "fraction")

    def script(self, text: str) -> None:
        """A superscript or subscript."""
        if self.last in ("function", "word"):
            self._add(
                text, self.last if text[:1] not in "_" or self.last == "function" else "script"
            )
        else:
            self._add(text, "script")

    def relation(self, text: str) -> None:
        """A sign such as `=`, spaced on both sides. One that makes one with the last joins it."""
        if text in SIGNS and self.stacks(text):
            return
        tail = " " if text != "∼" or self.items else ""
        head = " " if self.items and self.last != "open" else ""
        self._add(head + text + tail, "relation")

    def stacks(self, text: str) -> bool:
        r"""Write a sign and the one before it as one, `<` and `∼` as `≲`, where they make one."""
        at = len(self.items) - 1
        while at >= 0 and self.items[at].isspace():
            at -= 1
        before = self.items[at] if at >= 0 else ""
        sign = stacked(before, text) if before.strip() in SIGNS else None
        if sign is None or not self._stacking or "=" in (text, before.strip()):
            return False
        self.items[at:] = [f"{' ' if before[0] == ' ' else ''}{sign} "]
        self.last, self._row_ended = "relation", False
        return True

    def binary(self, text: str) -> None:
        """A sign such as `+`: spaced between terms, not before one."""
        unary = self.last in ("", "relation", "binary", "open", "punctuation", "function")
        self._add(text if unary else f" {text} ", "ordinary" if unary else "binary")

    def punctuation(self, text: str) -> None:
        """A comma or semicolon."""
        self._add(text + " ", "punctuation")

    def open(self, text: str) -> None:
        """An opening parenthesis."""
        self._add(text, "open")

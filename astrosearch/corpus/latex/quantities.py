"""Quantities as siunitx writes them (units, numbers, angles), and ionization stages."""

from __future__ import annotations

import re
from collections.abc import Mapping

from astrosearch.corpus.latex.symbols import is_prefix, superscript, units

_NUMERALS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII",
             "XIV", "XV", "XVI", "XVII", "XVIII", "XIX", "XX", "XXI", "XXII", "XXIII", "XXIV",
             "XXV", "XXVI", "XXVII")  # fmt: skip


def roman(text: str) -> str:
    """Ionization stage as printed: `2` or `ii` is `II`."""
    text = text.strip()
    if text.isascii() and text.isdigit() and int(text[:3]) < len(_NUMERALS):
        return _NUMERALS[int(text[:3])]
    return text.upper()


def unit_text(tex: str, table: Mapping[str, str]) -> str:
    r"""Write a siunitx unit: `\km\per\s`, `\kilo\metre\second\tothe{-1}` or `km.s^{-1}`."""
    names = re.findall(r"\\[A-Za-z]+|\{[^{}]*\}|\^|[^\\{}^~.\s]+|[~.]", tex)
    done: list[str] = []
    sign, prefix, power = 1, "", 0
    known = units()
    position = 0
    while position < len(names):
        name = names[position]
        position += 1
        if name == "\\per":
            sign = -1
        elif name in ("\\square", "\\cubic"):
            power = 2 if name == "\\square" else 3
        elif name in ("\\squared", "\\cubed") and done:
            done[-1] = _raise(done[-1], 2 if name == "\\squared" else 3)
        elif name in ("^", "\\tothe", "\\raiseto") and position < len(names):
            exponent = names[position].strip("{}")
            position += 1
            if done:
                done[-1] += superscript(exponent)
        elif name.startswith("\\") and is_prefix(name[1:]):
            prefix += known[name[1:]]
        elif name in ("~", ".") or name.startswith("{"):
            inner = name.strip("{}")
            if inner not in ("~", ".", ""):
                done.append(inner)
        else:
            word = name.lstrip("\\")
            text = known.get(word) or table.get(word) if name.startswith("\\") else word
            exponent_of = sign * (power or 1)
            text = prefix + (text or word)
            done.append(text if exponent_of == 1 else text + superscript(str(exponent_of)))
            sign, prefix, power = 1, "", 0
    return " ".join(done)


def _raise(unit: str, power: int) -> str:
    if unit.endswith("⁻¹"):
        return unit[:-2] + superscript(f"-{power}")
    return unit + superscript(str(power))


def number_text(tex: str) -> str:
    """Write a siunitx number: `1.5e-3`, `10(2)`, `3 x 4`."""
    text = tex.replace("+-", " ± ").replace("\\pm", " ± ").replace("{", "").replace("}", "")
    match = re.fullmatch(r"\s*([-+\d.,()± ]*)[eEdD]([-+]?\d+)\s*", text)
    if match:
        head = f"{match[1].strip()} × " if match[1].strip() not in ("", "1") else ""
        return head + "10" + superscript(match[2].lstrip("+"))
    return " ".join(text.replace(";", ", ").split())


def angle_text(tex: str) -> str:
    """Write a siunitx angle: `30`, or degrees, minutes and seconds, `10;20;30`."""
    parts = [number_text(part) for part in tex.split(";")]
    return "".join(part + sign for part, sign in zip(parts, "°′″", strict=False) if part)

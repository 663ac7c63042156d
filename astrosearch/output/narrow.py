"""Signs written in the letters of a narrow encoding, for terminals and pipes without UTF-8."""

from __future__ import annotations

import codecs
import re
import unicodedata

from astrosearch.names import fold
from astrosearch.spelling.signs import LETTER_NAMES, cleaned

HANDLER = "astrosearch.narrow"

_SIGNS = {
    **dict.fromkeys("≲⪅", "<~"), **dict.fromkeys("≳⪆", ">~"), "≤": "<=", "≥": ">=", "≪": "<<",
    "≫": ">>", "≠": "!=", "≡": "==", **dict.fromkeys("≈∼≃≅", "~"), "∝": "~", "×": "x", "±": "+/-",
    "∓": "-/+", "÷": "/", "·": ".", "∙": ".", "⋅": ".", "→": "->", "⟶": "->", "←": "<-",
    "↔": "<->", "⇒": "=>", "⟹": "=>", "⇔": "<=>", "↑": "^", "—": "--", "…": "...", "″": '"',
    **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‚‹›", "'"), "°": "deg", "⊕": "earth",
    "♁": "earth", "♃": "jup", "∞": "infinity", "∂": "d", "∇": "nabla", "√": "sqrt", "∑": "sum",
    "∫": "int", "∏": "prod", "∈": "in", "∩": "and", "∪": "or", "ħ": "hbar", "⟨": "<", "⟩": ">",
    "‖": "||", "∥": "||", "⊥": "perp", "•": "*", "◦": "o", "∘": "o", "†": "+", "‡": "++",
    "§": "sec.", "¶": "par.", "©": "(c)", "®": "(R)", "™": "(TM)", "€": "EUR", "£": "GBP",
    "¥": "JPY", "½": "1/2", "¼": "1/4", "¾": "3/4", "‰": "per mille", "¡": "!", "¿": "?",
    "☿": "mercury", "♀": "venus", "♂": "mars", "♄": "saturn", "♅": "uranus", "♆": "neptune",
    "─": "-", "│": "|",
}  # fmt: skip
_RUNS = re.compile(r"[⁰¹²³⁴-⁹⁺⁻ⁿⁱ]+|[₀-ₜ]+|.", re.DOTALL)  # raised signs together, lowered ones too


def narrowed(text: str, before: str = "", after: str = "") -> str:
    """Write in ASCII what an encoding lacks, which stands between `before` and `after`.

    Letters keep their case and lose their accents; a script that has no such form becomes `?`.

    >>> narrowed("α", "H"), narrowed("Ω"), narrowed("μ", after="m"), narrowed("⁻¹"), narrowed("é")
    ('-alpha', 'Omega', 'u', '^-1', 'e')
    """
    written = ""
    for run in _RUNS.findall(text):
        written += _narrowed(run, (before + written)[-1:], after)
    return written


def _narrowed(sign: str, before: str, after: str) -> str:
    if sign in _SIGNS:
        return _SIGNS[sign]
    if sign in ("µ", "μ") and after.isascii() and after.isalpha():
        return "u"  # μm, μJy
    plain = cleaned(sign)
    if plain.isascii():
        return plain
    if (name := LETTER_NAMES.get(plain)) is not None:
        name = name.capitalize() if plain.isupper() else name
        return f"-{name}" if before.isalpha() else name  # Hα
    small = fold(plain)
    if small and small.isascii():
        return small.capitalize() if plain.isupper() else small
    bare = "".join(each for each in unicodedata.normalize("NFKD", plain) if each.isascii())
    marks = all(unicodedata.combining(each) for each in plain)
    return bare or ("" if marks else "?")


def _encoded(error: UnicodeError) -> tuple[str, int]:
    """Stand in for what an encoding lacks, as a handler of errors for `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text, start, end = error.object, error.start, error.end
    return narrowed(text[start:end], text[max(0, start - 1) : start], text[end : end + 1]), end


codecs.register_error(HANDLER, _encoded)

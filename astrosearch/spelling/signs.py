"""Signs that stand for others: ligatures, dashes, Greek letters, raised and lowered digits."""

from __future__ import annotations

import re
import unicodedata

from astrosearch.spelling.patterns import Pattern

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
LETTER_NAMES = {letter: name for name, letter in GREEK.items()}
LETTER_NAMES |= {"ς": "sigma", "ϵ": "epsilon", "ϑ": "theta", "ϕ": "phi", "ϱ": "rho", "ϖ": "pi"}
LETTER_NAMES |= {letter.upper(): name for letter, name in LETTER_NAMES.items()}

_RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋ₐₑₒₓₕₖₗₘₙₚₛₜ", "0123456789+-aeoxhklmnpst", strict=True))
_RUN = Pattern(f"[{''.join(_RAISED)}]+|[{''.join(_LOWERED)}]+")
_PLAIN = str.maketrans(_RAISED | _LOWERED)
_BRACES = Pattern(r"(?<=[_^])\{\s?([^{}]{0,20}?)\s?\}")

# Dashes and minus signs are one; soft hyphens and joiners are nothing.
_SAME = dict.fromkeys("‐‑‒–—―−﹣－", "-") | dict.fromkeys(
    "\u00ad\u200b\u200c\u200d\u2060\ufeff", ""
)
_SAME |= (
    dict.fromkeys("’‘ʼ′´`", "'") | dict.fromkeys("⊙☉ʘ⨀", "sun") | {"∗": "*", "⋆": "*", "★": "*"}
)
_SAME |= {"\u00b5": "μ", "\u212b": "Å", "→": "-", "⟶": "-", "ℓ": "l", "ħ": "h", "˙": ""}
_SAME |= {chr(code): unicodedata.normalize("NFKC", chr(code)) for code in range(0xFB00, 0xFB07)}
_SAME |= {
    chr(code): plain  # bold, italic and script letters of mathematics
    for code in range(0x1D400, 0x1D800)
    if (plain := unicodedata.normalize("NFKC", chr(code))) != chr(code)
}
_TABLE = str.maketrans(_SAME)


def cleaned(text: str) -> str:
    """Write signs that mean the same alike, and raised and lowered ones behind `^` and `_`.

    >>> cleaned("eﬃcient ¹³CO in H₂"), cleaned("10⁻⁵ M⊙"), cleaned("N_{2}H^{+}")
    ('efficient ^13CO in H_2', '10^-5 Msun', 'N_2H^+')
    """
    if not text.isascii():
        text = text.translate(_TABLE)
        text = _RUN.sub(_marked, text)
        if "oötes" in text:
            text = text.replace("Boötes", "Bootes")
    if "{" in text:
        text = _BRACES.sub(r"\1", text)
    return text


def _marked(run: re.Match[str]) -> str:
    return ("^" if run[0][0] in _RAISED else "_") + run[0].translate(_PLAIN)

"""What the signs of titles and names are in TeX; base LaTeX alone, without any package."""

from __future__ import annotations

_GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κϰ",
    "lambda": "λ", "mu": "μµ", "nu": "ν", "xi": "ξ", "pi": "π", "varpi": "ϖ", "rho": "ρ",
    "varrho": "ϱ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "ϕ",
    "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ∆",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ",
    "Psi": "Ψ", "Omega": "ΩΩ",
}  # fmt: skip
_SIGNS = {
    "sim": "∼〜～∽", "simeq": "≃", "approx": "≈≊", "cong": "≅", "equiv": "≡", "neq": "≠",
    "leq": "≤⩽", "geq": "≥⩾", "ll": "≪", "gg": "≫", "propto": "∝", "in": "∈", "notin": "∉",
    "ni": "∋", "subset": "⊂", "supset": "⊃", "subseteq": "⊆", "supseteq": "⊇", "prec": "≺",
    "succ": "≻",
    "preceq": "≼", "succeq": "≽", "perp": "⊥", "parallel": "∥‖", "asymp": "≍", "doteq": "≐",
    "rightarrow": "→⟶", "leftarrow": "←⟵", "leftrightarrow": "↔⇄⇌", "Rightarrow": "⇒⟹",
    "Leftarrow": "⇐", "Leftrightarrow": "⇔⟺", "mapsto": "↦", "uparrow": "↑", "downarrow": "↓",
    "nearrow": "↗", "searrow": "↘", "pm": "±", "mp": "∓", "times": "×", "ast": "∗", "star": "⋆★☆",
    "cdot": "·⋅∙", "bullet": "•●", "circ": "∘○◦", "div": "÷", "cap": "∩", "cup": "∪", "otimes": "⊗",
    "oplus": "⊕♁🜨", "odot": "⊙☉", "wedge": "∧", "vee": "∨", "infty": "∞", "partial": "∂",
    "nabla": "∇", "hbar": "ℏħ", "ell": "ℓ", "Re": "ℜ", "Im": "ℑ", "aleph": "ℵ", "emptyset": "∅",
    "forall": "∀", "exists": "∃", "neg": "¬", "sum": "∑", "prod": "∏", "int": "∫", "oint": "∮",
    "surd": "√", "langle": "⟨〈", "rangle": "⟩〉", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈",
    "rceil": "⌉", "dagger": "†", "ddagger": "‡", "sharp": "♯", "flat": "♭", "natural": "♮",
    "triangle": "△", "diamond": "⋄◇", "angle": "∠", "cdots": "⋯", "vdots": "⋮", "imath": "𝚤",
    "jmath": "𝚥", "triangleright": "▷", "triangleleft": "◁", "bigcirc": "◯", "top": "⊤",
}  # fmt: skip
_LATIN_LOOKALIKES = zip("ΑΒΕΖΗΙΚΜΝΟΡΤΧο", "ABEZHIKMNOPTXo", strict=True)  # Greek to the left

MATH: dict[str, str] = {
    **{sign: rf"\{name}" for name, signs in _GREEK.items() for sign in signs},
    **{sign: rf"\{name}" for name, signs in _SIGNS.items() for sign in signs},
    **{greek: rf"\mathrm{{{latin}}}" for greek, latin in _LATIN_LOOKALIKES},
    **dict.fromkeys("≲⪅", r"\stackrel{<}{_\sim}"),
    **dict.fromkeys("≳⪆", r"\stackrel{>}{_\sim}"),
    **{"≔": ":=", "≜": r"\stackrel{\triangle}{=}", "−": "-", "∶": ":", "⁄": "/", "∕": "/"},
    **{"⟂": r"\perp", "∣": r"\mid", "∖": r"\setminus", "≢": r"\not\equiv", "≁": r"\not\sim"},
}
MATH_NAMES = frozenset(_GREEK) | frozenset(_SIGNS) | {"epsilon", "ne", "le", "ge", "to", "gets"}

TEXT = {
    **{"–": "--", "—": "---", "―": "---", "‐": "-", "‑": "-", "‒": "--", "…": r"\ldots{}"},
    **{"‘": "`", "’": "'", "‚": ",", "‛": "`", "“": "``", "”": "''", "„": ",,", "‹": "`"},
    **{"›": "'", "«": "``", "»": "''", "ʼ": "'", "ʻ": "`", "ʹ": "'", "ˈ": "'", "´": "'"},
    **{"⁄": "/", "∕": "/", "∶": ":", "¦": "|", "¡": "!`", "¿": "?`", "\xa0": " ", "\xad": ""},
    **{"§": r"\S{}", "¶": r"\P{}", "©": r"\copyright{}", "®": r"\textregistered{}"},
    **{"£": r"\pounds{}", "€": "EUR", "¥": "JPY", "¢": "c", "¨": "", "¸": "", "¯": ""},
    **{"\u200b": "", "\ufeff": "", "\u2060": "", "\u200c": "", "\u200d": ""},
    **{"Å": r"{\AA}", "å": r"{\aa}", "\u212b": r"{\AA}", "æ": r"{\ae}", "Æ": r"{\AE}"},
    **{"œ": r"{\oe}", "Œ": r"{\OE}", "ø": r"{\o}", "Ø": r"{\O}", "ł": r"{\l}", "Ł": r"{\L}"},
    **{"ß": r"{\ss}", "ẞ": "SS", "ı": r"{\i}", "ȷ": r"{\j}", "ŉ": "'n", "ĸ": "k", "ə": "e"},
    **{"ſ": "s", "ƒ": "f"},
}
# Letters that only the fonts of encoding T1 have; LaTeX's own are of OT1.
T1 = {
    **{"đ": r"\dj", "Đ": r"\DJ", "ð": r"\dh", "Ð": r"\DH", "þ": r"\th", "Þ": r"\TH"},
    **{"ŋ": r"\ng", "Ŋ": r"\NG"},
}
# Combining mark -> its accent in text, and in a formula ("" where there is none).
ACCENTS = {
    **{"\u0300": ("`", "grave"), "\u0301": ("'", "acute"), "\u0302": ("^", "hat")},
    **{"\u0303": ("~", "tilde"), "\u0304": ("=", "bar"), "\u0305": ("=", "overline")},
    **{"\u0306": ("u", "breve"), "\u0307": (".", "dot"), "\u0308": ('"', "ddot")},
    **{"\u030a": ("r", "mathring"), "\u030b": ("H", ""), "\u030c": ("v", "check")},
    **{"\u0323": ("d", ""), "\u0326": ("textcommabelow", ""), "\u0327": ("c", "")},
    **{"\u0328": ("k", ""), "\u0331": ("b", "underline"), "\u0332": ("b", "underline")},
    **{"\u20d7": ("", "vec")},
}
CYRILLIC = {
    **dict(zip("абвгдезийклмнопрстуфыэ", "abvgdezijklmnoprstufye", strict=True)),
    **{"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": ""},
    **{"ь": "", "ю": "yu", "я": "ya", "і": "i", "ї": "yi", "є": "ye", "ґ": "g", "ў": "u"},
    **{"ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "ђ": "dj", "џ": "dz"},
}

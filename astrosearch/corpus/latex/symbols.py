"""What TeX's named symbols look like in Unicode."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from astrosearch.corpus.latex.tokens import words
from astrosearch.corpus.latex.unicode import UNICODE

_STAGE = re.compile(r"x{0,2}(?:ix|iv|v?i{0,3})")
SUPERSCRIPTS = str.maketrans("0123456789+-−=()nij", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱʲ")
SUPERSCRIPT_CHARACTERS = frozenset("0123456789+-−()")
SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

ACCENTS = {
    "`": "\u0300", "'": "\u0301", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
    ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328",
    "d": "\u0323", "b": "\u0331", "r": "\u030a",
}  # fmt: skip
MATH_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
    "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308",
    "vec": "\u20d7", "overrightarrow": "\u20d7", "check": "\u030c", "acute": "\u0301",
    "grave": "\u0300", "breve": "\u0306", "mathring": "\u030a", "underline": "\u0332",
    "underbar": "\u0332", "dddot": "\u20db",
}  # fmt: skip

# Journal abbreviations of aastex and aas_macros.sty, as ADS prints them.
JOURNALS = {
    "aj": "AJ", "actaa": "Acta Astron.", "araa": "ARA&A", "apj": "ApJ", "apjl": "ApJL",
    "apjlett": "ApJL", "apjs": "ApJS", "apjsupp": "ApJS", "ao": "Appl. Opt.", "apss": "Ap&SS",
    "aap": "A&A", "astap": "A&A", "aapr": "A&ARv", "aaps": "A&AS", "azh": "AZh",
    "baas": "BAAS", "icarus": "Icarus", "jcap": "JCAP", "jrasc": "JRASC", "memras": "MmRAS",
    "mnras": "MNRAS", "na": "New A", "nar": "New A Rev.", "pra": "Phys. Rev. A",
    "prb": "Phys. Rev. B", "prc": "Phys. Rev. C", "prd": "Phys. Rev. D", "pre": "Phys. Rev. E",
    "prl": "Phys. Rev. Lett.", "pasa": "PASA", "pasp": "PASP", "pasj": "PASJ", "qjras": "QJRAS",
    "rmxaa": "RMxAA", "skytel": "S&T", "solphys": "Sol. Phys.", "sovast": "Soviet Ast.",
    "ssr": "Space Sci. Rev.", "zap": "ZAp", "nat": "Nature", "iaucirc": "IAU Circ.",
    "aplett": "Astrophys. Lett.", "physrep": "Phys. Rep.", "physscr": "Phys. Scr.",
    "planss": "Planet. Space Sci.", "procspie": "Proc. SPIE", "caa": "Chinese Astron. Astrophys.",
    "cjaa": "Chinese J. Astron. Astrophys.", "jgr": "J. Geophys. Res.", "memsai": "Mem. SAIt",
    "bain": "BAN", "fcp": "Fundam. Cosm. Phys.", "grl": "Geophys. Res. Lett.",
    "jcp": "J. Chem. Phys.", "jqsrt": "JQSRT", "nphysa": "Nucl. Phys. A",
}  # fmt: skip

# Symbols of aastex, mnras, aa and gensymb that general tables lack, and ones they give badly.
_ASTRONOMY = {
    "sun": "⊙", "Sun": "⊙", "odot": "⊙", "earth": "⊕", "Earth": "⊕", "oplus": "⊕",
    "mercury": "☿", "venus": "♀", "mars": "♂", "jupiter": "♃", "saturn": "♄", "uranus": "♅",
    "neptune": "♆", "leftmoon": "☾", "degr": "°", "degree": "°", "degrees": "°", "arcdeg": "°",
    "degs": "°", "textdegree": "°", "arcmin": "′", "arcsec": "″", "farcs": "″.", "farcm": "′.",
    "fdg": "°.", "fs": "ˢ.", "fm": "ᵐ.", "fh": "ʰ.", "fd": "ᵈ.", "fp": "ᵖ.", "micron": "µm",
    "micro": "µ", "celsius": "°C", "perthousand": "‰", "la": "≲", "ga": "≳", "lsim": "≲",
    "gsim": "≳", "lesssim": "≲", "gtrsim": "≳", "lessapprox": "⪅", "gtrapprox": "⪆",
    "sq": "□", "diameter": "⌀", "arcsecond": "″", "arcminute": "′", "cmsq": "cm²",
    "AA": "Å", "angstrom": "Å", "Angstrom": "Å", "ohm": "Ω", "lunate": "☾", "sol": "⊙",
    "vernal": "♈", "aries": "♈", "taurus": "♉", "nodata": "...",
}  # fmt: skip
_GENERAL = {
    "sim": "∼", "ast": "*", "star": "*", "prime": "′", "ldots": "...", "dots": "...",
    "cdots": "...", "dotsc": "...", "dotsb": "...", "dotsm": "...", "lvert": "|", "rvert": "|",
    "lVert": "‖", "rVert": "‖", "vert": "|", "Vert": "‖", "mid": "|", "mathchar": "",
    "textdollar": "$", "textbackslash": "/", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_", "textbar": "|", "textless": "<", "textgreater": ">", "slash": "/",
    "textendash": "–", "textemdash": "—", "textquoteright": "’", "textquoteleft": "‘",
    "textquotedblleft": "“", "textquotedblright": "”", "textregistered": "®",
    "texttrademark": "™", "textcopyright": "©", "copyright": "©", "pounds": "£", "textmu": "µ",
    "dag": "†", "ddag": "‡", "dagger": "†", "ddagger": "‡", "S": "§", "P": "¶", "i": "ı",
    "j": "ȷ", "ss": "ß", "SS": "SS", "o": "ø", "O": "Ø", "l": "ł", "L": "Ł", "ae": "æ",
    "AE": "Æ", "oe": "œ", "OE": "Œ", "aa": "å", "dh": "ð", "DH": "Ð", "th": "þ", "TH": "Þ",
    "TeX": "TeX", "LaTeX": "LaTeX", "LaTeXe": "LaTeX2e", "BibTeX": "BibTeX",
    "aastex": "AASTeX", "aastexversion": "", "lbrace": "(", "rbrace": ")", "langle": "⟨",
    "rangle": "⟩", "lbrack": "[", "rbrack": "]", "colon": ":", "lt": "<", "gt": ">",
    "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "to": "→",
    "leqslant": "≤", "geqslant": "≥", "epsilon": "ε", "varepsilon": "ε", "phi": "φ",
    "varphi": "φ", "vartheta": "ϑ", "varrho": "ϱ", "ell": "ℓ", "hbar": "ħ", "Re": "Re",
    "Im": "Im", "cdot": "·", "bullet": "•", "textbullet": "•", "times": "×", "setminus": "∖",
    "backslash": "/", "infty": "∞", "iff": "⟺", "implies": "⟹", "mu": "μ", "nabla": "∇",
    "Box": "□", "square": "□", "checkmark": "✓", "triangleq": "≜", "coloneqq": ":=",
    "given": "|", "gets": "←", "upmu": "μ", "textperthousand": "‰",
    "permil": "‰", "textonehalf": "½", "textdegree": "°", "textmultiply": "×", "euro": "€",
    "texteuro": "€", "lq": "‘", "rq": "’", "textsection": "§", "textpm": "±", "texttimes": "×",
    "complement": "∁", "empty": "", "iint": "∬", "iiint": "∭", "oint": "∮", "land": "∧",
    "lor": "∨", "lnot": "¬", "neg": "¬", "top": "⊤", "bot": "⊥", "partial": "∂", "wedge": "∧",
    "middot": "·", "textperiodcentered": "·", "textasteriskcentered": "*", "hyp": "-",
    "textminus": "-", "guillemotleft": "«", "guillemotright": "»", "flqq": "«", "frqq": "»",
    "ng": "ŋ", "dj": "đ", "DJ": "Đ", "today": "", "textquotesingle": "'", "textquotedbl": '"',
    "lbracket": "[", "rbracket": "]", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "varpropto": "∝", "cong": "≅", "Upsilon": "Υ", "digamma": "ϝ", "varnothing": "∅",
    "emptyset": "∅", "surd": "√", "ddots": "...", "vdots": "...", "And": "&", "hslash": "ħ",
    "boldmath": "", "unboldmath": "", "appendixname": "Appendix", "chaptername": "Chapter",
    "mathsection": "§", "textcrlambda": "ƛ", "upartial": "∂", "oiint": "∯", "ltsim": "≲",
    "gtsim": "≳", "lessim": "≲", "lta": "≲", "gta": "≳", "imath": "i", "jmath": "j",
    "upi": "π", "hdots": "...",
    "figurename": "Figure", "tablename": "Table", "nobreakdash": "", "nobreakdashes": "",
    "textlangle": "⟨", "textrangle": "⟩", "simlt": "≲", "simgt": "≳", "textcelsius": "°C",
    "ltsima": "≲", "gtsima": "≳", "simless": "≲", "simgreat": "≳", "lesim": "≲", "gesim": "≳",
    "lsimeq": "≲", "gsimeq": "≳", "ltorder": "≲", "gtorder": "≳", "lapprox": "⪅", "gapprox": "⪆",
    "ltapprox": "⪅", "gtapprox": "⪆", "lapproxeq": "⪅", "gapproxeq": "⪆",
}  # fmt: skip
_GREEK = words(
    """
    alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau
    upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
    """
)
# Authors' own names that are so common that a missing macro file needn't lose them.
_CUSTOMARY = {
    "msun": "M_⊙", "Msun": "M_⊙", "MSun": "M_⊙", "lsun": "L_⊙", "Lsun": "L_⊙", "rsun": "R_⊙",
    "Rsun": "R_⊙", "zsun": "Z_⊙", "Zsun": "Z_⊙", "mearth": "M_⊕", "Mearth": "M_⊕",
    "rearth": "R_⊕", "Rearth": "R_⊕", "mjup": "M_Jup", "Mjup": "M_Jup", "rjup": "R_Jup",
    "Rjup": "R_Jup", "kms": "km s⁻¹", "kmsmpc": "km s⁻¹ Mpc⁻¹", "kpc": "kpc", "Mpc": "Mpc",
    "Gyr": "Gyr", "Myr": "Myr", "yr": "yr", "etal": "et al.", "ie": "i.e.", "eg": "e.g.",
    "teff": "T_eff", "Teff": "T_eff", "logg": "log g", "feh": "[Fe/H]", "FeH": "[Fe/H]",
    "lcdm": "ΛCDM", "LCDM": "ΛCDM", "vsini": "v sin i", "HI": "H I", "HII": "H II", "hi": "H I",
    "hii": "H II", "Ha": "Hα", "Hb": "Hβ", "halpha": "Hα", "Halpha": "Hα", "Lya": "Lyα",
    "lya": "Lyα", "Gaia": "Gaia", "gaia": "Gaia", "Kepler": "Kepler", "kepler": "Kepler",
    "Planck": "Planck", "planck": "Planck", "TESS": "TESS", "tess": "TESS", "Spitzer": "Spitzer",
    "HST": "HST", "JWST": "JWST", "Swift": "Swift", "Chandra": "Chandra", "Fermi": "Fermi",
    "Herschel": "Herschel", "photutils": "photutils", "astropy": "astropy", "numpy": "numpy",
    "NumPy": "NumPy", "SciPy": "SciPy", "matplotlib": "matplotlib", "python": "Python",
    "cf": "cf.", "aka": "a.k.a.", "sextractor": "SExtractor", "Mstar": "M_*", "mstar": "M_*",
    "Mdot": "Ṁ", "mdot": "Ṁ", "ergs": "erg s⁻¹", "ergcms": "erg s⁻¹ cm⁻²", "cm": "cm",
    "km": "km", "pc": "pc", "mum": "µm", "um": "µm", "Hz": "Hz", "GHz": "GHz", "MHz": "MHz",
    "keV": "keV", "eV": "eV", "MeV": "MeV", "GeV": "GeV", "K": "K", "mJy": "mJy", "Jy": "Jy",
    "dex": "dex", "amin": "′", "asec": "″", "diff": "d", "dd": "d", "arXiv": "arXiv",
}  # fmt: skip

FUNCTIONS = words(
    """
    log ln lg exp sin cos tan sec csc cot sinh cosh tanh coth arcsin arccos arctan max min
    sup inf lim limsup liminf arg det dim gcd hom ker Pr deg argmax argmin erf erfc sgn sign
    tr Tr diag Var Cov rank sinc
    """
)  # fmt: skip

_UNITS = {
    "metre": "m", "meter": "m", "gram": "g", "second": "s", "kelvin": "K", "ampere": "A",
    "mole": "mol", "candela": "cd", "hertz": "Hz", "newton": "N", "pascal": "Pa", "joule": "J",
    "watt": "W", "coulomb": "C", "volt": "V", "farad": "F", "tesla": "T", "gauss": "G",
    "weber": "Wb", "henry": "H", "ohm": "Ω", "siemens": "S", "lumen": "lm", "lux": "lx",
    "becquerel": "Bq", "electronvolt": "eV", "minute": "min", "hour": "h", "day": "d",
    "degree": "°", "arcminute": "′", "arcsecond": "″", "arcmin": "arcmin", "arcsec": "arcsec",
    "percent": "%", "litre": "l", "liter": "l", "tonne": "t", "bar": "bar", "radian": "rad",
    "steradian": "sr", "angstrom": "Å", "parsec": "pc", "lightyear": "ly", "jansky": "Jy",
    "astronomicalunit": "au", "solarmass": "M_⊙", "Msun": "M_⊙", "msun": "M_⊙", "msol": "M_⊙",
    "Lsun": "L_⊙", "lsun": "L_⊙", "Rsun": "R_⊙", "year": "yr", "magnitude": "mag", "erg": "erg",
    "celsius": "°C", "decibel": "dB", "bel": "B", "byte": "B", "bit": "bit", "kg": "kg",
    "dalton": "Da", "neper": "Np", "hectare": "ha", "solmass": "M_⊙",
}  # fmt: skip
_PREFIXES = {
    "yocto": "y", "zepto": "z", "atto": "a", "femto": "f", "pico": "p", "nano": "n",
    "micro": "µ", "milli": "m", "centi": "c", "deci": "d", "deca": "da", "hecto": "h",
    "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "peta": "P", "exa": "E", "zetta": "Z",
    "yotta": "Y",
}  # fmt: skip


@cache
def symbols() -> Mapping[str, str]:
    """Replacement text of each symbol's name, in text and in math."""
    table = _CUSTOMARY | UNICODE
    upright = {"up" + name: table[name] for name in _GREEK}
    return table | upright | JOURNALS | _GENERAL | _ASTRONOMY


@cache
def units() -> Mapping[str, str]:
    """Printed form of siunitx's unit and prefix names."""
    return _UNITS | _PREFIXES


def is_customary(name: str) -> bool:
    """Whether a name is authors' own, as a rule, so that its definition is missing."""
    return name in _CUSTOMARY


def is_prefix(name: str) -> bool:
    """Whether a siunitx name is a prefix, which joins the unit after it."""
    return name in _PREFIXES


def is_stage(text: str) -> bool:
    """Whether a text can be an ionization stage in small capitals: `i`, `iv`, `xxvi`."""
    return bool(text) and _STAGE.fullmatch(text) is not None


def superscript(text: str) -> str:
    """Raise a script: Unicode superscripts where they exist, else `^text`.

    >>> superscript("-10"), superscript("eff"), superscript("a + b")
    ('⁻¹⁰', '^eff', '^(a + b)')
    """
    if not text:
        return ""
    if text in ("∘", "○"):
        return "°"
    if text in ("°", "′", "″", "′′", "*", "†", "‡", "ˢ", "ᵐ", "ʰ"):
        return text
    squeezed = text.replace(" ", "")
    if SUPERSCRIPT_CHARACTERS.issuperset(squeezed) and squeezed.strip("()"):
        return squeezed.translate(SUPERSCRIPTS)
    return "^" + _script(text)


def subscript(text: str) -> str:
    """Lower a script: `_x`, `_eff`, `_(a,b)`."""
    return "_" + _script(text) if text else ""


def _script(text: str) -> str:
    if text.isalnum() or len(text) == 1 or (text.startswith("(") and text.endswith(")")):
        return text
    return f"({text})"


def accented(base: str, mark: str) -> str:
    """Put a combining mark on the first letter of `base`."""
    if not base.strip():
        return base
    base = base.replace("ı", "i").replace("ȷ", "j")
    return unicodedata.normalize("NFC", base[0] + mark + base[1:])

"""The spellings of a word, a name or a line, as papers write them.

H-alpha, Halpha and Hα are one line; NGC 1068 and NGC1068 one galaxy; [O III] 5007 and
[OIII]λ5007 one line. A term holds the phrases that stand for one thing; the tokenizer of the full
text splits phrases at whatever is neither letter nor digit, and takes care of case and endings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "omicron": "ο", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
}  # fmt: skip
_NAMED = {letter: name for name, letter in GREEK.items()} | {"ς": "sigma", "ϵ": "epsilon"}
_NAMED |= {"µ": "mu", "ϑ": "theta", "ϕ": "phi", "ϱ": "rho"}  # the micro sign, and TeX's variants
_PLAIN = str.maketrans("₀₁₂₃₄₅₆₇₈₉⁰¹²³⁴⁵⁶⁷⁸⁹", "01234567890123456789")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

# How names of catalogues and of their kinds are also written.
ALIASES = (
    ("m", "messier"),
    ("mrk", "mkn", "markarian"),
    ("gl", "gj", "gliese"),
    ("abell", "aco"),
    ("hd", "henry draper"),
)
CATALOGUES = (
    *("abell", "aco", "arp", "asassn", "at", "cta", "cyg", "eso", "frb", "gj", "gl", "gliese"),
    *("grb", "gro", "gw", "hat", "hats", "hd", "hip", "hr", "ic", "icecube", "igr", "k2", "kelt"),
    *("kepler", "koi", "lbn", "ldn", "m", "maxi", "messier", "mkn", "mrk", "markarian", "mwc"),
    *("ngc", "ogle", "pg", "pgc", "pks", "psr", "qso", "rcw", "rx", "sdss", "sgr", "sh2", "sn"),
    *("swift", "tic", "toi", "trappist", "ugc", "ugca", "wasp", "wise", "wolf", "wr", "xte"),
    *("1e", "1es", "2mass", "3c", "4c", "4fgl"),
)
ELEMENTS = "H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Sr Y "
ELEMENTS += "Zr Ba La Ce Nd Eu Xe Kr Pb"
_SERIES = {"h": ("h",), "ly": ("ly", "lyman"), "pa": ("pa", "paschen"), "br": ("br", "brackett")}
_SERIES |= {"lyman": ("ly", "lyman"), "paschen": ("pa", "paschen"), "brackett": ("br", "brackett")}

_LETTER = f"(?:{'|'.join(sorted(GREEK, key=len, reverse=True))}|[{''.join(_NAMED)}])"
_ION = (
    rf"\[?\b(?P<element>{'|'.join(sorted(ELEMENTS.split(), key=len, reverse=True))})"
    r"[ -]?(?P<stage>X{0,2}(?:IX|IV|V?I{1,3}|V|X))\b\]?"
    r"(?:\s?(?:λ{1,2}|lambda)?\s?(?P<wavelength>\d{3,5})\b)?"
)
_LINE = rf"\b(?P<series>(?i:{'|'.join(_SERIES)}))[ -]?(?P<letter>(?i:{_LETTER}))\b"
_NAME = (
    rf"\b(?P<catalogue>(?i:{'|'.join(sorted(CATALOGUES, key=len, reverse=True))}))"
    r"(?P<rest>[ -]?[JB]?\d[\w.+−-]*(?: [b-d]\b)?)"  # a planet; " a" is an article
)
_WORD = r"(?P<token>[^\W_]+(?:[-−'’./+][^\W_]+)*)"
_THING = re.compile(f"{_ION}|{_LINE}|{_NAME}|{_WORD}")
_PART = re.compile(r"[^\W_]+")
MOST_PARTS = 5  # of a name that are joined and parted in every way


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: a sentence that has any of these phrases has it.

    A `name` means one object, event or line, and nothing near it.
    """

    phrases: tuple[str, ...]
    name: bool = False


def terms(text: str) -> Iterator[Term]:
    """Yield what a text asks for, in order.

    >>> [term.phrases for term in terms("Halpha in NGC 1068")]
    [('halpha', 'h alpha', 'hα', 'h α'), ('in',), ('ngc 1068', 'ngc1068')]
    """
    for found in _THING.finditer(text):
        if found["element"]:
            yield _ion(found["element"], found["stage"], found["wavelength"])
        elif found["series"]:
            yield _line(found["series"].lower(), found["letter"])
        elif found["catalogue"]:
            yield _named(found["catalogue"].lower(), found["rest"])
        else:
            yield Term(_written(found["token"]))


def _ion(element: str, stage: str, wavelength: str | None) -> Term:
    ions = (f"{element} {stage}".lower(), f"{element}{stage}".lower())
    if wavelength is None:
        return Term(ions, name=True)
    lengths = (wavelength, f"λ{wavelength}", f"λ {wavelength}", f"λλ{wavelength}")
    return Term(tuple(f"{ion} {length}" for ion, length in product(ions, lengths)), name=True)


def _line(series: str, letter: str) -> Term:
    name = _NAMED.get(letter.lower(), letter.lower())
    return Term(
        _once(
            f"{own}{gap}{each}"
            for own in _SERIES[series]
            for each in (name, GREEK[name])
            for gap in ("", " ")
        ),
        name=True,
    )


def _named(catalogue: str, rest: str) -> Term:
    heads = next((each for each in ALIASES if catalogue in each), (catalogue,))
    apart = re.sub(r"(?<=\d)(?=[A-Za-d]\b)", " ", rest)  # SN 1987A, HD 209458b
    parts = [part.lower() for part in _PART.findall(apart)]
    joined = [catalogue_name + tail for catalogue_name in heads for tail in _joined(parts)]
    return Term(_once(joined), name=True)


def _joined(parts: list[str]) -> Iterator[str]:
    """Yield the parts after a name in every way to part and join them."""
    if len(parts) > MOST_PARTS:
        yield " " + " ".join(parts)
        return
    for gaps in product((" ", ""), repeat=len(parts)):
        yield "".join(gap + part for gap, part in zip(gaps, parts, strict=True))


def _written(token: str) -> tuple[str, ...]:
    """Give a word's spellings: joined and parted at hyphens, Greek as letters and as names."""
    lower = token.lower()
    parts = _PART.findall(lower)
    found = [" ".join(parts)]
    if len(parts) > 1 and not any(part.isdigit() for part in parts):
        found.append("".join(parts))
    for phrase in tuple(found):
        found += _in_greek(phrase)
    return _once(found)


def _in_greek(phrase: str) -> Iterator[str]:
    plain = phrase.translate(_PLAIN)
    if plain != phrase:
        yield plain
    if any(letter in _NAMED for letter in plain):
        named = "".join(_NAMED.get(letter, letter) for letter in plain)
        spaced = re.sub(f"[{''.join(_NAMED)}]", lambda letter: f" {_NAMED[letter[0]]} ", plain)
        yield from (named, " ".join(spaced.split()))
        yield from _lowered(plain)
    elif match := re.fullmatch(rf"({'|'.join(GREEK)})( ?)(\d*|cdm)", plain):
        letter, _, rest = match.groups()
        yield from (f"{letter}{rest}", f"{letter} {rest}".strip(), GREEK[letter] + rest)
        yield from _lowered(GREEK[letter] + rest)


def _lowered(word: str) -> Iterator[str]:
    """Yield a word with its digits as subscripts, as in σ₈."""
    if any(c.isdigit() for c in word):
        yield word.translate(_LOWERED)
        yield re.sub(r"(?<=\D)(?=\d)", " ", word)


def _once(phrases: Iterator[str] | list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(phrases))

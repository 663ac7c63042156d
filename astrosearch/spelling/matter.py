"""Ions, lines, isotopes, molecules and parameters, with their raised and lowered signs."""

from __future__ import annotations

import re

from astrosearch.spelling.objects import Reading
from astrosearch.spelling.patterns import Pattern
from astrosearch.spelling.signs import GREEK, LETTER_NAMES
from astrosearch.spelling.tables import (
    ELEMENT_NAMES,
    ELEMENTS,
    FOUND,
    GLUED_PARAMETERS,
    GREEK_INDICES,
    LATIN_LINES,
    LIGHT_ISOTOPES,
    SERIES,
    SERIES_SYMBOLS,
    UNIT_SYMBOLS,
    UNITS,
)

_STAGE = r"X{0,2}(?:IX|IV|V?I{1,3}|V|X)"
_APART_ION = Pattern(rf"[ -]?(?:\{{ ?)?(?P<stage>{_STAGE}|(?i:{_STAGE}))\b\}}?(?![-'’][a-z])")
_GLUED_ION = Pattern(rf"(?P<element>[A-Z][a-z]?)(?P<stage>{_STAGE})$")
_GREEK_WORD = "|".join(sorted(GREEK, key=len, reverse=True))
_LETTER = rf"(?P<letter>(?i:{_GREEK_WORD})|[{''.join(LETTER_NAMES)}])"
_LINE = Pattern(rf"[ _-]?\{{?{_LETTER}\}}?(?![^\W_])")
_BY_LOWER = {symbol.lower(): symbol for symbol in FOUND}
_FORMULA = Pattern(r"(?:(?:\d{1,3}(?=[A-Z]))?(?:[A-Z][a-z]?)(?:\d{1,2}(?!\d))?){1,8}[+-]?$")
_FIRST_ISOTOPE = Pattern(r"(?P<mass>\d{1,3})(?P<element>[A-Z][a-z]?)")
_UNIT = Pattern(r"[A-Z][a-z]?|\d+")
_LOWER_MOLECULES = frozenset(
    """h2o nh3 ch3oh h2co hc3n hc5n so2 n2h+ hco+ co2 ch4 ch3cn h3+ h2 o2 n2 o3 c2h c2h2 hcn hnc h2s
    13co 12co c18o c17o h13co+ 13c18o n2d+ dco+ h2d+ n2o no2 nh2 h3o+ oh+ ch+ h2o+ c2 c3 c60 c60+
    c3h2 hc7n hc9n nh2d h2cs 30sio 29sio h13cn hc15n 13cn 13cs c34s 34so""".split()  # noqa: SIM905
)
_ISOTOPE_GLUED = Pattern(r"(?P<element>[A-Z][a-z]?)(?P<mass>\d{1,3})$")
_MARKS = str.maketrans("", "", "_^(){}")
_ISOTOPE = Pattern(r"\^?(?P<mass>\d{1,3})-?(?P<element>[A-Z][a-z]?|[a-z]{1,2})$")
_ISOTOPE_AFTER = Pattern(r"-(?P<mass>\d{1,3})\b(?![-.]\d)")
_POWER = Pattern(r"(?P<base>\d+)\^\(?(?P<sign>[-+]?)(?P<power>\d+)\)?")
_SCIENTIFIC = Pattern(r"(?P<base>\d+)[eE](?P<sign>[-+]?)(?P<power>\d{1,3})(?![\w])")
_INDEXED = Pattern(
    r"(?P<symbol>[A-Za-z])_\(?(?P<index>[A-Za-z]{1,12}|\d{1,4})\)?(?P<rest>\^\d|,\s?\d\)?)?$"
)
_UNIT_POWER = Pattern(r"(?P<unit>[A-Za-z]{1,6})\^\(?(?P<power>[-+]?\d)\)?")
_GREEK_INDEX = Pattern(
    r"[_^]\(?(?P<marked>(?!rays?)[A-Za-z]{1,8}|\d{1,4})(?:,\s?\d)?\)?"
    r"|[ -]?(?P<digit>\d)(?![^\W_]|[.,]\d|%| ?-\d)"
)
_GLUED_INDEX = Pattern(r"[A-Za-z0]{1,6}(?![^\W_])")
_GREEK_AFTER = Pattern(
    rf"_\(?{_LETTER}\)?(?![^\W_])|(?P<joined>[{''.join(LETTER_NAMES)}])(?![^\W_])"
)
_SQUARED = Pattern(r"[ -]?(?:squared?|\^?2)(?![^\W_]|\.\d)")


def ion(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read an ion set apart, as in `O III`, `[C ii]`, `Fe-XXV`."""
    found = _APART_ION.match(text, end)
    symbol = head if head in FOUND else _BY_LOWER.get(head.lower())
    if found is None or symbol is None or (head != symbol and head != head.lower()):
        return None
    stage = found["stage"]
    if stage != stage.upper() and stage != stage.lower():
        return None
    if head != symbol and len(stage) < 2:  # "c v" and "h i" are other words in small letters
        return None
    if stage == stage.lower() and stage in ("i", "v", "x") and len(head) == 1:
        return None
    return _ion(start, found.end(), symbol, stage)


def glued_ion(start: int, chunk: str) -> Reading | None:
    """Read an ion in one word, as in `OIII`, `civ`."""
    found = _GLUED_ION.match(chunk)
    if found and found["element"] in FOUND and chunk not in ("TeV", "GeV", "UV", "PI"):
        return _ion(start, start + len(chunk), found["element"], found["stage"])
    if chunk.islower() and len(chunk) >= 3:
        for size in (2, 1):
            symbol = _BY_LOWER.get(chunk[:size])
            stage = chunk[size:]
            if symbol and stage in ("ii", "iii", "iv", "vi", "vii", "viii"):
                return _ion(start, start + len(chunk), symbol, stage)
    return None


def _ion(start: int, end: int, symbol: str, stage: str) -> Reading:
    element, key = symbol.lower(), f"{symbol}{stage}".lower()
    # "HI", "SI" and "CV" may be other words: they stay as they are.
    alone = len(key) == 2
    return Reading(start, end, key if alone else f"{element} {key}", key)


def line(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a line of a series, as in `Hα`, `Lyman alpha`, `K-beta`."""
    found = _LINE.match(text, end)
    if found is None:
        return None
    name = LETTER_NAMES.get(found["letter"], found["letter"].lower())
    low = head.lower()
    if low == "k" and (head != "K" or name not in ("alpha", "beta")):
        return None
    if low in ("h", "k") and name not in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta"):
        return None
    return series_line(start, found.end(), low, name)


def series_line(start: int, end: int, head: str, letter: str) -> Reading:
    """Spell a line by its series and letter."""
    series = SERIES.get(head)
    key = f"{SERIES_SYMBOLS[series] if series else head}{letter}"
    return Reading(start, end, f"{series} {key}" if series else key, key)


def latin_line(start: int, chunk: str) -> Reading | None:
    """Read a line whose letter is Latin, as in `Lya`."""
    found = LATIN_LINES.get(chunk)
    return None if found is None else series_line(start, start + len(chunk), *found)


def isotope(text: str, start: int, chunk: str, end: int) -> Reading | None:
    """Read an isotope with its mass before or behind it: `26Al`, `^56Ni`, `Ni-56`."""
    found = _ISOTOPE.match(chunk)
    if found is not None:
        element = found["element"]
        symbol = element if element in FOUND else _BY_LOWER.get(element)
        raised = chunk[0] == "^"
        if symbol is None or not _is_isotope(symbol, int(found["mass"]), raised):
            return None
        if not raised and (symbol in UNIT_SYMBOLS and symbol not in ("C", "N", "O", "H")):
            return None
        if not raised and element in ("h", "s", "n", "o"):
            return None
        return _isotope(start, end, symbol, found["mass"])
    symbol = chunk if chunk in FOUND else ELEMENT_NAMES.get(chunk.lower())
    behind = _ISOTOPE_AFTER.match(text, end) if symbol else None
    if symbol is None and chunk.islower() and len(chunk) == 2:
        symbol = _BY_LOWER.get(chunk)
        behind = _ISOTOPE_AFTER.match(text, end) if symbol else None
    if behind is None or symbol is None or not _is_isotope(symbol, int(behind["mass"]), False):
        return None
    return _isotope(start, behind.end(), symbol, behind["mass"])


def _is_isotope(symbol: str, mass: int, raised: bool) -> bool:
    number = ELEMENTS.get(symbol)
    if number is None:
        return False
    usual = LIGHT_ISOTOPES.get(symbol, range(2 * number, int(2.7 * number)))
    return mass in usual or (raised and number <= mass <= 3 * number)


def _isotope(start: int, end: int, symbol: str, mass: str) -> Reading:
    key = f"{mass}{symbol}".lower()
    return Reading(start, end, key, key)


def molecule(text: str, start: int, chunk: str, end: int) -> Reading | None:
    """Read a molecule with numbers or a charge, as in `N2H+`, `^13CO`, `C18O`."""
    bare = chunk.translate(_MARKS)
    if chunk[-1:] == "_":
        return None
    if text[end : end + 1] == "+" and not text[end + 1 : end + 2].isalnum():
        charged = f"{bare}+"
        if charged.lower() in _LOWER_MOLECULES or (_is_formula(charged) and len(bare) > 1):
            bare, end = charged, end + 1
    if not (bare.lower() in _LOWER_MOLECULES or _is_formula(bare)):
        return None
    first = _FIRST_ISOTOPE.match(bare)
    if first and first.end() == len(bare):
        return None  # by itself, it was tried as an isotope
    if first and not _is_isotope(first["element"], int(first["mass"]), chunk[0] == "^"):
        return None  # 3K and 109C are temperatures
    behind = _ISOTOPE_GLUED.match(bare)
    if behind and behind["element"] in FOUND and "_" not in chunk:
        mass = int(behind["mass"])
        if behind["element"] != "H" and _is_isotope(behind["element"], mass, False):
            return _isotope(start, end, behind["element"], behind["mass"])
    if bare.isalpha() or (bare.lower() not in _LOWER_MOLECULES and _is_count(bare, chunk)):
        return None
    key = bare.lower().replace("+", "plus").replace("-", "minus")
    # K2, P1: letters with a number may mean anything.
    sure = bare != chunk or bare.lower() in _LOWER_MOLECULES or sum(map(str.isupper, bare)) > 1
    return Reading(start, end, key, key if sure else None)


def _is_count(bare: str, chunk: str) -> bool:
    """Whether a number is joined to letters that only look like a formula, as in `B68`, `SCO12`."""
    number = re.search(r"(?<=[A-Za-z])\d+$", bare)
    if bare != chunk or number is None or not bare[: number.start()].isalpha():
        return False
    return int(number[0]) > (4 if sum(map(str.isupper, bare)) > 1 else 20)


def _is_formula(bare: str) -> bool:
    if not _FORMULA.match(bare):
        return False
    symbols = [part for part in _UNIT.findall(bare) if not part.isdigit()]
    return all(symbol in FOUND or symbol == "D" for symbol in symbols)


def indexed(start: int, chunk: str, end: int) -> Reading | None:
    """Read a parameter with an index, as in `S_8`, `H_0`, `f_NL`, `L_X`."""
    found = _INDEXED.match(chunk)
    if found is None:
        return None
    symbol, index = found["symbol"].lower(), found["index"].lower()
    index = "sun" if index == "odot" else index
    key = f"{symbol}sub{index}" if len(index) == 1 and index.isalpha() else symbol + index
    rest = f" {found['rest'].strip('^,() ')}" if found["rest"] else ""
    return Reading(start, end, key + rest, key)


def greek(text: str, start: int, letter: str, end: int) -> Reading | None:
    """Read a Greek letter with a number or an index, as in `σ8`, `Omega_m`, `chi-squared`."""
    if letter == "chi" and (squared := _SQUARED.match(text, end)):
        return Reading(start, squared.end(), "chi chi2", "chi2")
    glued = _GLUED_INDEX.match(text, end)
    if glued and glued[0].lower() in GREEK_INDICES.get(letter, "").split():
        if glued[0].lower() == "cdm":
            return Reading(start, glued.end(), "lambda cdm")
        index = glued[0].lower()
    elif (found := _GREEK_INDEX.match(text, end)) is not None:
        index = (found["marked"] or found["digit"]).lower()
        glued = found
    elif (glued := _GREEK_AFTER.match(text, end)) is not None:
        if glued["joined"] and letter != "omega":
            return None  # a product
        written = glued["letter"] or glued["joined"]
        index = LETTER_NAMES.get(written, written.lower())
    else:
        return None
    index = {"matter": "m", "0": "0"}.get(index, index)
    return Reading(start, glued.end(), f"{letter} {letter}{index}", letter + index)


def key_of(words: str) -> str | None:
    """Return the word that says what a known word's spelling means: a name joined behind it."""
    first, _, rest = words.partition(" ")
    last = rest.rpartition(" ")[2]
    return last if last.startswith(first) and len(last) > len(first) else None


def glued_parameter(start: int, chunk: str) -> Reading | None:
    """Read a parameter that is written without the mark of its index, as in `LX`."""
    key = GLUED_PARAMETERS.get(chunk)
    return None if key is None else Reading(start, start + len(chunk), key, key)


def power(text: str, start: int) -> Reading | None:
    """Read a power of ten: `10^-5` and `1e-5` are one."""
    found = _POWER.match(text, start) or _SCIENTIFIC.match(text, start)
    if found is None:
        return None
    sign = "m" if found["sign"] == "-" else ""
    key = f"10e{sign}{found['power']}"
    if "^" in found[0]:
        words = key if found["base"] == "10" else f"{found['base']} {found['power']}"
    else:
        words = key if found["base"] == "1" else f"{found['base']} {key}"
    return Reading(start, found.end(), words)


def unit_power(start: int, chunk: str) -> Reading | None:
    """Read a power of a unit, as in `cm^-3`; its sign is not told from a hyphen."""
    found = _UNIT_POWER.match(chunk)
    if found is None or found["unit"].lower() not in UNITS:
        return None
    unit = UNITS[found["unit"].lower()]
    return Reading(start, start + found.end(), f"{unit} {found['power'].strip('+-')}")

"""Names of objects: numbers of catalogues, places in the sky, events.

A name is spelled as its words apart and then in one, `ngc 1068 ngc1068`: the last says what it is,
and each of the others is still found.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from astrosearch.spelling.patterns import Pattern
from astrosearch.spelling.tables import CAPITAL, CATALOGUES


class Reading(NamedTuple):
    """A stretch of a text that is spelled in another way.

    `key` is the word that alone says what is meant, if it is a name; else None.
    """

    start: int
    end: int
    words: str
    key: str | None = None


# A number and one of these is a measure, not a name.
NO_MEASURE = (
    r"(?! ?(?:[µμu]m|[cmknM]?m|[kMG]?pc|m?s|secs?|seconds?|min|minutes|hrs?|hours?|days?|years?"
    r"|yrs?|[MG]yr|[kMGT]?eV|[kMGT]?Hz|m?Jy|m?K|arcsec|arcmin|deg|degrees?|mag|sigma|per|percent"
    r"|times|microns?|Å|[AÅ]ngstroms?|dwarfs?|stars?|type|giants?|spectral|quarters?|months?"
    r"|weeks?)\b|\s?%)"
)
_MEASURED = Pattern(NO_MEASURE)
_ALIASES = {name: row[0] for row in CATALOGUES for name in row}
_SYMBOLS = {"messier": "m"} | {row[0]: row[0] for row in CATALOGUES if row[0] != "messier"}
_NUMBERED = Pattern(
    r"[ -]?(?P<number>S?\d{1,9}(?:\.\d{1,2})?(?:-\d{1,4}){0,3}(?![\d+]|\.\d))(?P<star>\*)?"
    r"(?:-?(?P<part>[A-Da-h]|[A-D][a-h]|[A-D]{2}|Lb)\b| (?P<planet>[b-h]\b|[A-C]\b(?! ?-)))?"
)
_PLACE = Pattern(
    r"[ -]?(?P<frame>[JBFGjb]?)(?P<whole>\d{2,7})(?P<rest>\.\d{1,4})?"
    r"(?P<sign>[+-])(?P<angle>\d{1,6})(?P<more>\.\d{1,3})?(?P<part>[A-Za-z]{1,2}\b)?(?![\w])"
)
_EVENT = Pattern(r"[ -]?(?P<year>1[0-9]\d\d|20\d\d)(?P<letters>[A-Za-z]{1,5})?(?!\w|\.\d|-\d)")
_OLD_SUPERNOVAE = frozenset({"1006", "1054", "1181", "1572", "1604"})
_DATED = Pattern(r"[ -]?(?P<date>\d{6}(?:\d\d)?)(?P<letters>[A-Za-z]{0,4})(?![\w.])")
_MCG = Pattern(
    r"[ -]?(?P<sign>[+-]?)(?P<zone>\d{1,2})-(?P<field>\d{1,2})-(?P<number>\d{1,3})(?!\w)"
)
_GALACTIC = Pattern(
    r" ?(?P<longitude>\d{1,3}(?:\.\d{1,3})?)(?P<sign>[+-])(?P<latitude>\d{1,2}(?:\.\d{1,3})?)(?!\w)"
)
_SHARPLESS = Pattern(r"(?:Sh ?2[ -]|Sharpless ?(?:2[ -])?)(?P<number>\d{1,3})\b", re.IGNORECASE)
_HAT = Pattern(r"HAT-?P-?(?P<number>\d{1,3})(?:[ -]?(?P<part>[b-h])\b)?", re.IGNORECASE)
_ZWICKY = Pattern(r"(?P<roman>VIII|VII|VI|IV|V|III|II|I)[ -]?Zw[ -]?(?P<number>\d{1,3})\b", re.I)
_SURVEYED = Pattern(
    r"(?P<name>BD|CD|CPD|LS ?I)[ -]?(?P<sign>[+-]) ?(?P<zone>\d{2})(?:°|d)? ?(?P<number>\d{1,5})\b"
)
_LETTERED = Pattern(r"(?P<letter>[B-HJ-Z]) (?P<number>\d{2,4})(?![\w+-]|\.\d)" + NO_MEASURE)
_GLUED_PLACE = Pattern(r"(?P<head>[A-Za-z]{2,5})(?=[JBjb]\d{4})")


def numbered(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a catalogue's name and number, as in `NGC 1068`, `HD209458b`."""
    low = head.lower()
    found = _NUMBERED.match(text, end)
    if found is None or (found["number"].startswith("S") and low not in ("abell", "aco")):
        return None
    spaced = text[end : found.start("number")] == " "
    if low in CAPITAL and (spaced or len(low) > 1) and not head[0].isupper():
        return None
    if low == "m" and not _is_messier(head, found):
        return None
    if head == "hr" and len(found["number"]) < 3:
        return None  # hours
    if spaced and _MEASURED.match(text, found.end("number")) is None:
        return None
    if low == "m" and _MEASURED.match(text, found.end("number")) is None:
        return None  # a dwarf of type M5
    return _catalogued(start, _ALIASES[low], found)


def _is_messier(head: str, found: re.Match[str]) -> bool:
    number = found["number"]
    return number.isdigit() and 0 < int(number) <= 110 and not (head == "m" and found["part"])


def _catalogued(start: int, name: str, found: re.Match[str]) -> Reading:
    number = found["number"].lower()
    bare = re.sub(r"[.-]", lambda sign: "d" if sign[0] == "." else "m", number)
    key = _SYMBOLS.get(name, name) + bare
    words = f"{name} {number} {key}"
    part, end = found["part"] or found["planet"], found.end()
    if found["star"]:
        key += "star"
    elif part:
        key += part.lower()
    else:
        end = found.end("number")
    return Reading(start, end, words if words.endswith(f" {key}") else f"{words} {key}", key)


def placed(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a catalogue's name and a place in the sky, as in `PKS 2155-304`."""
    found = _PLACE.match(text, end)
    if found is None or (head.lower() in CAPITAL and not head[0].isupper()):
        return None
    digits = found["whole"]
    if len(digits) < 3 and not (found["rest"] or head.upper() in ("L", "GX")):
        return None
    return _at(start, found, head.lower())


def place(text: str, start: int) -> Reading | None:
    """Read a place in the sky that no catalogue stands before, as in `J0437-4715`."""
    found = _PLACE.match(text, start)
    if found is None:
        return None
    sure = len(found["whole"]) >= 4 and (found["frame"] or found["sign"] == "+")
    galactic = found["frame"] == "G" and found["rest"]
    return _at(start, found, "") if sure or galactic else None


def _at(start: int, found: re.Match[str], head: str) -> Reading:
    frame, whole = found["frame"].lower(), found["whole"]
    if head == "psr" and not frame and len(found["angle"]) < 4:
        frame = "b"  # of 1950
    sign = "p" if found["sign"] == "+" else "m"
    rest, angle, more = (found["rest"] or "")[1:], found["angle"], (found["more"] or "")[1:]
    words = [head] if head else []
    if head and not frame:
        words.append(head + whole[:4])
    short = f"{frame}{whole[:4] if frame == 'j' else whole}"
    words.append(short)
    if frame == "j" and (len(whole) > 4 or len(angle) > 4 or rest or more):
        words.append(f"{short}{sign}{angle[:4]}")
    key = f"{frame}{whole}{f'd{rest}' if rest else ''}{sign}{angle}{f'd{more}' if more else ''}"
    words.append(key)
    if found["part"]:
        key += found["part"].lower()
        words.append(key)
    return Reading(start, found.end(), " ".join(words), key)


def glued_place(text: str, start: int) -> Reading | None:
    """Read a catalogue's name joined to a place with its frame, as in `PSRJ0437-4715`."""
    head = _GLUED_PLACE.match(text, start)
    found = _PLACE.match(text, head.end()) if head else None
    return _at(start, found, head["head"].lower()) if head and found else None


def event(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a supernova or another transient by its year and letters, as in `SN 1987A`."""
    found = _EVENT.match(text, end)
    if found is None:
        return None
    year, letters = found["year"], (found["letters"] or "").lower()
    name = "at" if head.lower() == "at" else "sn"
    if not letters and (name == "at" or year not in _OLD_SUPERNOVAE):
        return None
    key = f"{name}{year}{letters}"
    return Reading(start, found.end(), f"{name} {year}{letters} {key}", key)


def dated(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a burst or a merger by its date, as in `GRB 130427A`, `GW170817`."""
    found = _DATED.match(text, end)
    if found is None or (head.lower() == "gw" and found["letters"]):
        return None
    low = head.lower()
    key = f"{low}{found['date']}"
    words = f"{low} {found['date']} {key}"
    if found["letters"]:
        key += found["letters"].lower()
        words += f" {key}"
    return Reading(start, found.end(), words, key)


def of_digits(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a name of a catalogue whose own name has a digit, as in `3C 273`, `4U 0142+61`."""
    found = _PLACE.match(text, end)
    if found is not None and len(found["whole"]) >= 3:
        return _at(start, found, head.lower())
    named = _NUMBERED.match(text, end)
    low = head.lower()
    if named is None or low not in ("3c", "3cr", "4c", "k2", "5c") or text[end] == "+":
        return None
    if text[end] == " " and _MEASURED.match(text, named.end("number")) is None:
        return None
    if low == "k2" and text[end] != "-":
        return None
    return _catalogued(start, low, named)


def sharpless(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a nebula of Sharpless's second list, as in `Sh2-106`."""
    found = _SHARPLESS.match(text, start)
    if found is None:
        return None
    key = f"sh{found['number']}"
    return Reading(start, found.end(), f"sharpless {found['number']} {key}", key)


def mcg(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a galaxy of the MCG by its zone and numbers, as in `MCG-6-30-15`."""
    found = _MCG.match(text, end)
    if found is None:
        return None
    sign = "p" if found["sign"] == "+" else "m"
    key = f"mcg{sign}{int(found['zone'])}m{int(found['field'])}m{int(found['number'])}"
    return Reading(start, found.end(), f"mcg {key}", key)


def galactic(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a remnant or a cloud by its galactic place, as in `G1.9+0.3`."""
    found = _GALACTIC.match(text, end)
    if found is None or head != "G":
        return None
    sign = "p" if found["sign"] == "+" else "m"
    key = f"g{found['longitude']}{sign}{found['latitude']}".replace(".", "d")
    short = f"g{found['longitude'].partition('.')[0]}"
    return Reading(start, found.end(), f"{short} {key}", key)


def hat(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a planet of HAT, as in `HAT-P-7b`."""
    found = _HAT.match(text, start)
    if found is None:
        return None
    key = f"hatp{found['number']}"
    words = f"hat p {found['number']} {key}"
    if found["part"]:
        key += found["part"]
        words += f" {key}"
    return Reading(start, found.end(), words, key)


def zwicky(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a galaxy of Zwicky's lists, as in `I Zw 18`."""
    found = _ZWICKY.match(text, start)
    if found is None:
        return None
    key = f"{found['roman']}zw{found['number']}".lower()
    return Reading(start, found.end(), f"zw {found['number']} {key}", key)


def surveyed(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a star by its zone, as in `BD+17 3248`."""
    found = _SURVEYED.match(text, start)
    if found is None:
        return None
    name = found["name"].lower().replace(" ", "")
    key = f"{name}{'p' if found['sign'] == '+' else 'm'}{found['zone']}n{found['number']}"
    return Reading(start, found.end(), f"{name} {found['zone']} {found['number']} {key}", key)


def lettered(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a letter and a number set apart, as in `N 159`."""
    found = _LETTERED.match(text, start)
    if found is None:
        return None
    return lettered_number(start, found.end(), found["letter"], found["number"])


def lettered_number(start: int, end: int, letter: str, number: str) -> Reading:
    """Spell a letter and a number: in one, but for the clusters of Abell and dark clouds."""
    key = f"{letter}{number}".lower()
    known = {"A": "abell", "L": "lynds", "B": "barnard"}.get(letter.upper())
    sizes = {"A": (3, 4), "L": (3, 4), "B": (2, 3)}.get(letter.upper(), ())
    if known and len(number) in sizes and number[0] != "0":
        key = f"{known}{number}"
        return Reading(start, end, f"{known} {number} {key}", key)
    return Reading(start, end, key, key)

"""Names of stars, sources and galaxies of a constellation."""

from __future__ import annotations

import re

from astrosearch.spelling.objects import NO_MEASURE, Reading
from astrosearch.spelling.patterns import Pattern
from astrosearch.spelling.tables import AMBIGUOUS, CONSTELLATIONS, LONG_CONSTELLATIONS

_CANONICAL = {
    name.lower(): row[1].lower() for row in CONSTELLATIONS for name in (row[0], row[1], *row[2:])
}
_CANONICAL |= {
    name.lower(): word for short, word, names in LONG_CONSTELLATIONS for name in (short, *names)
}
_CANONICAL |= {"boötes": "bootes", "bootis": "bootes", "böotis": "bootes", "scorpionis": "scorpius"}
_PAIRED = frozenset(name.split()[0] for name in _CANONICAL if " " in name)
_ONE_WORD = Pattern(r"[A-Za-zö]{2,16}")
_TWO_WORDS = Pattern(r"[A-Za-z]{3,7} [A-Za-z]{5,11}")
GENITIVES = {name.lower(): row[1].lower() for row in CONSTELLATIONS for name in row[2:]}
GENITIVES["bootis"] = "bootes"
GENITIVES = {name: word for name, word in GENITIVES.items() if name != word and name != "indi"}
_GLUED_END = Pattern(
    r"(?P<sure>x(?=[ -]?\d)|[a-d](?=\^?\*))|[a-dt](?=\d?\b)|(?:i{1,3}|iv|vi{0,3}|ix|xi?)\b", re.I
)
_ABBREVIATIONS = frozenset(row[0] for row in (*CONSTELLATIONS, *LONG_CONSTELLATIONS))
_RANK = Pattern(
    r"[ -]?(?:(?P<source>[Xx])[ -]?(?P<number>\d{1,2})\b"
    r"|(?P<letter>[A-DT]\d?|[a-d](?=\^?\*))(?:\^?(?P<star>\*)|(?P<said> ?star)\b"
    r"|\b(?!(?-i:[-'’.][A-Za-z]| [A-Z][a-z])))"
    r"|(?P<roman>I{1,3}|IV|VI{0,3}|IX|X{1,2})\b"
    r"|(?<=[ -])(?P<ordinal>[1-9])(?![\w.]|-\d)" + NO_MEASURE + ")"
)
_LOWER_RANK = Pattern(_RANK.written, re.IGNORECASE)
_OF_TWO_WORDS = {word: names[0] for _, word, names in LONG_CONSTELLATIONS}
_BEFORE_STAR = Pattern(r"(?:[A-Z]{1,2}|[a-z]{1,2}(?= )|[Vv]\d{3,4}|\d{1,3})(?=[ -]?[A-Za-z])")
_INDEX = Pattern(r"[_^]?(?P<index>\d)(?![^\W_]*\d)")
_COMPONENT = Pattern(r" (?P<part>[A-C])\b(?![.'’])")


def _constellation(text: str, at: int) -> tuple[str, int] | None:
    """Read a constellation's name in any case: as it is spelled here, and where it ends."""
    found = _ONE_WORD.match(text, at)
    if found is None:
        return None
    low = found[0].lower()
    if low in _PAIRED and (two := _TWO_WORDS.match(text, at)):
        name = _CANONICAL.get(two[0].lower())
        if name is not None:
            return name, two.end()
    name = _CANONICAL.get(low)
    end = found.end()
    return None if name is None or text[end : end + 1].isalnum() else (name, end)


def member(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a source or a galaxy by its constellation and rank, as in `Cyg X-1`, `Leo I`."""
    known = _constellation(text, start) or _joined_constellation(text, start, head)
    if known is None:
        return None
    name, at = known
    found = _RANK.match(text, at) if head[0].isupper() else _LOWER_RANK.match(text, at)
    written = text[start:at].lower()
    if found is None or (written in AMBIGUOUS and not _is_meant(text, start, found)):
        return _alone(text, start, at, name)
    if found["source"]:
        key = f"{name}x{found['number']}"
        return Reading(start, found.end(), f"{name} x {found['number']} {key}", key)
    rank = next(filter(None, (found["letter"], found["roman"], found["ordinal"]))).lower()
    key = f"{name}{rank}"
    words = f"{name} {rank} {key}"
    if found["star"] or found["said"]:
        key += "star"
        words += f" {key}"
    return Reading(start, found.end(), words, key)


def _is_meant(text: str, start: int, found: re.Match[str]) -> bool:
    """Whether a word of English before a rank is a constellation: "For A" begins a sentence."""
    if found["source"]:
        return True
    alone = start == 0 and (found.end() == len(text) or text[:3] not in ("For", "And"))
    within = text[max(0, start - 3) : start].rstrip()[-1:].isalpha()
    return text[start].isupper() and (found["roman"] is not None or alone or within)


def _alone(text: str, start: int, end: int, name: str) -> Reading | None:
    """Read a constellation of two words without a rank, as in `Ursa Minor`, `UMi`."""
    full = _OF_TWO_WORDS.get(name)
    if full is None or text[end : end + 1].isalnum() or text[start].islower():
        return None
    return Reading(start, end, f"{full} {name}", name)


def _joined_constellation(text: str, start: int, head: str) -> tuple[str, int] | None:
    """Read an abbreviation joined to what follows, as in `SgrA*`, `UMaII`, `LMC X-1`."""
    low = head.lower()
    if low in ("lmc", "smc"):
        return low, start + 3
    if low.endswith("x") and low[:-1] in _CANONICAL:
        return _CANONICAL[low[:-1]], start + len(low) - 1
    name = low[:3]
    word = _CANONICAL.get(name, name if name in ("lmc", "smc") else None)
    found = _GLUED_END.match(text, start + 3)
    if word is None or found is None:
        return None
    # MOND is no rank D in Monoceros: the abbreviation has its own capitals, or X and a number.
    if found["sure"] or (head[:3] in _ABBREVIATIONS and head[3:4].isupper()):
        return word, start + 3
    return None


def star(text: str, start: int) -> Reading | None:
    """Read a star or cluster by what stands before its constellation: `47 Tuc`, `RR Lyr`."""
    found = _BEFORE_STAR.match(text, start)
    if found is None:
        return None
    before, at = found[0], found.end()
    glued = text[at] not in " -"
    known = _constellation(text, at if glued else at + 1)
    if known is None or (
        glued and not before[-1].isdigit() and len(before) < 3 and _too_short(text, at)
    ):
        return None
    name, end = known
    written = text[at if glued else at + 1 : end]
    low = written.lower()
    if before[0].islower() and low not in _SMALL and (before != "o" or written[0].islower()):
        return None
    if low in AMBIGUOUS and (not written[0].isupper() or written.isupper()):
        return None
    if before.lower() in _NO_STARS and not (
        before.isupper() and low in GENITIVES and len(before) > 1
    ):
        return None
    key = f"{before}{name}".lower()
    return Reading(start, end, f"{before} {name} {key}".lower(), key)


_SMALL = frozenset(GENITIVES) | {"cvn", "crb", "cma", "uma"}
_NO_STARS = frozenset("a i in of to at is as by on an we it or if no so us".split())  # noqa: SIM905


def _too_short(text: str, at: int) -> bool:
    """Whether letters joined to an abbreviation may be another word, as in `SCAR`."""
    return not (text[at].isupper() and text[at + 1 : at + 2].islower())


def bayer(text: str, start: int, letter: str, end: int) -> Reading | None:
    """Read a star by its Greek letter, as in `η Cyg`, `theta1 Ori C`; the letter ends at `end`."""
    index = _INDEX.match(text, end)
    at = index.end() if index else end
    apart = text[at : at + 1] in (" ", "-")
    known = _constellation(text, at + apart)
    if known is None:
        return None
    name, end = known
    written = text[at + apart : end]
    # "eta car" is a star; "alpha and" or "beta for" is none in small letters.
    if written[0].islower() and written.lower() in AMBIGUOUS - {"car", "col", "gem", "leo", "lib"}:
        return None
    letter += index["index"] if index else ""
    key = f"{letter}{name}"
    words = f"{letter} {name} {key}"
    if part := _COMPONENT.match(text, end):
        key += part["part"].lower()
        words += f" {key}"
        end = part.end()
    return Reading(start, end, words, key)

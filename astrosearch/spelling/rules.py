"""Which rules and words are tried, by the word that what they read begins with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from astrosearch.spelling import matter, objects, stars
from astrosearch.spelling.objects import Reading
from astrosearch.spelling.patterns import Pattern
from astrosearch.spelling.signs import GREEK
from astrosearch.spelling.tables import (
    CATALOGUES,
    CONSTELLATIONS,
    ELEMENT_NAMES,
    FOUND,
    GLUED_PARAMETERS,
    GREEK_INDICES,
    JOINED,
    LATIN_LINES,
    LONG_CONSTELLATIONS,
    PLACED,
    PREFIXES,
    SERIES,
    SURE,
    UNITS,
)

# Reads from a head: the text, where the head begins, the head, where it ends.
Rule = Callable[[str, int, str, int], Reading | None]

_SPEED = Pattern(
    r"km ?(?:/ ?s(?:ec)?|per second|s(?:ec)?(?:\^?\(?-1\)?| -1))(?![^\W_])|kmps(?![^\W_])",
    re.IGNORECASE,
)
_ROTATION = Pattern(r"J ?= ?(?=\d{1,2} ?-+ ?\d)")
_SUPERNOVA = Pattern(r"II[ -]?(?P<kind>[PL])\b")
_POPULATION = Pattern(r"(?:Population|Pop)\.?[ -]?(?P<number>I{1,3})\b", re.IGNORECASE)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii")


def _southern_cluster(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a cluster of Abell's southern list in one word, `AbellS1063`."""
    return objects.numbered(text, start, head[:-1], end - 1)


def _supernova_class(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read the class of a supernova, `II-P`."""
    found = _SUPERNOVA.match(text, start)
    return Reading(start, found.end(), f"ii{found['kind'].lower()}") if found else None


def _population(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read a population of stars, `Pop III`."""
    found = _POPULATION.match(text, start)
    if found is None:
        return None
    key = f"pop{found['number'].lower()}"
    return Reading(start, found.end(), f"population {key}", key)


def _rotation(text: str, start: int, head: str, end: int) -> Reading | None:
    """Leave out the letter of a rotational transition, `CO(J = 1-0)`."""
    found = _ROTATION.match(text, start)
    return Reading(start, found.end(), "") if found else None


def _speed(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read kilometres a second: `km/s`, `km s^-1`, `kms-1`."""
    found = _SPEED.match(text, start)
    return Reading(start, found.end(), "km s 1") if found else None


def _isotope(text: str, start: int, head: str, end: int) -> Reading | None:
    """Read an isotope with its mass behind it, `Ni-56`."""
    return matter.isotope(text, start, head, end)


def _members() -> Iterable[str]:
    """Give the words that names of sources and galaxies begin with: `cyg`, `cygx`, `umaii`."""
    short = [row[0].lower() for row in CONSTELLATIONS]
    short += [abbreviation.lower() for abbreviation, _, _ in LONG_CONSTELLATIONS]
    ends = ("", "x", "a", "b", "c", "d", "t", *_ROMAN)
    yield from (f"{name}{end}" for name in (*short, "lmc", "smc") for end in ends)
    yield from (name.lower() for row in CONSTELLATIONS for name in row[1:])
    yield from (f"{row[1]}x".lower() for row in CONSTELLATIONS)
    yield from (name.split()[0] for row in LONG_CONSTELLATIONS for name in row[2])
    yield from ("boötes", "böotis", "sagittarius", "bootes")


def _rules() -> dict[str, tuple[Rule, ...]]:
    found: dict[str, list[Rule]] = {}

    def add(rule: Rule, heads: Iterable[str]) -> None:
        for head in dict.fromkeys(heads):
            found.setdefault(head, []).append(rule)

    add(stars.member, _members())
    add(objects.surveyed, ("bd", "cd", "cpd", "ls", "lsi"))
    add(objects.mcg, ("mcg",))
    add(objects.galactic, ("g",))
    add(objects.placed, sorted(PLACED))
    add(objects.sharpless, ("sh", "sharpless"))
    add(objects.numbered, (name for row in CATALOGUES for name in row))
    add(_southern_cluster, ("abells",))
    add(objects.event, ("sn", "at", "supernova", "sne"))
    add(objects.dated, ("grb", "gw", "frb"))
    add(objects.hat, ("hat", "hatp"))
    add(objects.zwicky, (*_ROMAN, *(f"{number}zw" for number in _ROMAN)))
    add(_supernova_class, ("ii", "iip", "iil"))
    add(_population, ("pop", "population", "popi", "popii", "popiii"))
    add(_rotation, ("j",))
    add(_speed, ("km", "kms", "kmps"))
    add(matter.line, ("h", "k", *SERIES))
    add(matter.ion, (symbol.lower() for symbol in FOUND))
    add(_isotope, (*(symbol.lower() for symbol in FOUND), *ELEMENT_NAMES))
    return {head: tuple(rules) for head, rules in found.items()}


RULES = _rules()
LINES = {
    f"{head}{letter}": (head, letter)
    for head in ("h", *SERIES)
    for letter in ("alpha", "beta", "gamma", "delta", "epsilon")
}
LINES |= {"kalpha": ("k", "alpha"), "kbeta": ("k", "beta")}
PREFIXED = dict.fromkeys(PREFIXES.split(), Pattern(r"-(?P<rest>[a-z]{3,40})(?![^\W_])"))
WORDS = JOINED | stars.GENITIVES
WORDS |= {name: word for name, word in UNITS.items() if word != name and len(name) > 1}
WORDS |= {"å": "angstrom"}
WORDS |= {row[0].lower(): row[1].lower() for row in CONSTELLATIONS if row[0].lower() in SURE}
WORDS |= {
    f"{letter}{index}": "lambda cdm" if index == "cdm" else f"{letter} {letter}{index}"
    for letter, indices in GREEK_INDICES.items()
    for index in indices.split()
}
WORDS |= {  # ηCar, omegaCen
    f"{letter}{row[0]}".lower(): f"{letter} {row[1]} {letter}{row[1]}".lower()
    for letter in GREEK
    for row in (*CONSTELLATIONS, *LONG_CONSTELLATIONS)
    if (letter, row[0]) not in {("eta", "Ind")}
}
KNOWN = frozenset().union(RULES, LINES, GREEK, PREFIXED, WORDS)
KNOWN |= {word.lower() for word in (*LATIN_LINES, *GLUED_PARAMETERS)}

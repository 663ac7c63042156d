"""A text read for what is spelled in many ways, and written anew in one spelling."""

from __future__ import annotations

import re
from collections.abc import Iterator

from astrosearch.spelling import matter, objects, stars
from astrosearch.spelling.objects import Reading
from astrosearch.spelling.patterns import Pattern
from astrosearch.spelling.rules import KNOWN, LINES, PREFIXED, RULES, WORDS
from astrosearch.spelling.signs import GREEK, LETTER_NAMES, cleaned
from astrosearch.spelling.tables import MICRO, UNITS

LONGEST = 60  # characters of a name; a longer run of letters and digits is none

_CHUNK = Pattern(
    r"(?:[A-Za-z][a-z]{2,}(?<![ivx])|of|in|to|is|by|a|we|on|an|or|it|be|as|if|In)(?![^\W_]|[_^+])"
    r"|(\^?[^\W_]+(?:[_^](?:\([^()]{1,16}\)|[-+]?[^\W_]+|[-+*]))*)"
)  # the second has a group, and may be a name whatever it is
_HEAD = Pattern(r"[A-Za-z]+")
_DOTTED = Pattern(r"[A-Z](?:\.[A-Z]){1,7}\b\.?(?! [A-Z][a-z])")
_SPLIT = Pattern(r"(?P<letters>[^\W\d_]{2,})(?=[\d^_])")
_MEASURE = Pattern(r"(?P<number>\d+)(?P<unit>[^\W\d_]+)(?![^\W_])")
_SPACED_MOLECULE = Pattern(
    r"(?P<first>[A-Z][a-z]?_\d) (?P<rest>[A-Z][A-Za-z0-9_]{0,6}\^[+-])(?![^\W_])"
)
_WAVELENGTH = Pattern(r"(?:[λΛ]|lambda){1,2} ?(?=\d{3,5}(?!\d))", re.IGNORECASE)
_DIGITS = Pattern(r"\d+")
_CATALOGUE_OF_DIGITS = Pattern(
    r"(?:3CR?|[456]C|[1-4]FGL|[1-3]FHL|[234]U|1ES|[12]E|1H|2A|87GB|K2|B[23]|S[345])(?=[ +-]?\d)",
    re.IGNORECASE,
)
_SURVEY_OF_DIGITS = Pattern(r"\d[A-Z]{2,5}(?=J\d{4})")
_LETTERED = Pattern(r"(?P<letter>[A-Za-z])(?P<number>\d{2,4})$")
_ENDS_AS_ION = frozenset("IVXivx")
_PLURAL = Pattern(r"(?<![^\W_])[a-z]{2,40}(?:s|ae)(?![^\W_])")


def spelled(text: str) -> str:
    """Return a text with all that has several spellings in one of them.

    >>> spelled("Hα in NGC 1068"), spelled("H-alpha in ngc-1068")
    ('halpha in ngc 1068 ngc1068', 'halpha in ngc 1068 ngc1068')
    """
    text = cleaned(text)
    parts: list[str] = []
    at = 0
    for reading in readings(text):
        parts += (text[at : reading.start], f" {reading.words} ")
        at = reading.end
    if not parts:
        return text
    parts.append(text[at:])
    return " ".join("".join(parts).split())


def phrase_words(text: str) -> str:
    """Return a text as full text holds it: spelled, in small letters, each noun in the singular.

    The endings are those of Harman (1991, JASIS 42, 7): plurals alone, no stems.

    >>> phrase_words("γ ray bursts of galaxies"), phrase_words("novae in the Universe")
    ('gamma ray burst of galaxy', 'nova in the universe')
    """
    return singular(spelled(text))


def singular(text: str) -> str:
    """Return a text, spelled already, in small letters with each noun in the singular."""
    return _PLURAL.sub(_singular, text.lower())


def _singular(found: re.Match[str]) -> str:
    word = found[0]
    if word.endswith("ae"):
        return word[:-1] if len(word) > 4 else word
    if len(word) < 4 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "shes", "ches", "xes", "zes")) else word[:-1]


def readings(text: str) -> Iterator[Reading]:
    """Yield the stretches of a `cleaned` text that are spelled in another way, in order."""
    at = 0
    for found in _CHUNK.finditer(text):
        if found.lastindex is None and found[0].lower() not in KNOWN:
            continue
        start, end = found.span()
        start = max(start, at)  # the rest of a word that was read in part
        while start < end <= start + LONGEST:
            chunk = text[start:end]
            if chunk[0] == "_":
                start += 1
                continue
            plain = chunk.isalpha() and chunk.isascii()
            reading = (_word if plain else _mixed)(text, start, chunk, end)
            if reading is None:
                break
            yield reading
            start = at = reading.end


def _word(text: str, start: int, chunk: str, end: int) -> Reading | None:
    """Read what begins with a word of plain letters."""
    low = chunk.lower()
    if low in KNOWN:
        reading = _known(text, start, chunk, low, end)
        if reading is not None:
            return reading
    if len(chunk) <= 2:
        reading = stars.star(text, start)
        if reading is None and len(chunk) == 1 and chunk.isupper():
            reading = _dotted(text, start) or objects.lettered(text, start, chunk, end)
        if reading is not None:
            return reading
    if text[end : end + 1] == "+" and (reading := matter.molecule(text, start, chunk, end)):
        return reading
    if chunk[-1] in _ENDS_AS_ION and (reading := matter.glued_ion(start, chunk)):
        return reading
    return matter.latin_line(start, chunk) or matter.glued_parameter(start, chunk)


def _known(text: str, start: int, chunk: str, low: str, end: int) -> Reading | None:
    for rule in RULES.get(low, ()):
        reading = rule(text, start, chunk, end)
        if reading is not None:
            return reading
    if low in LINES:
        return matter.series_line(start, end, *LINES[low])
    if low in GREEK:
        return _greek(text, start, low, end)
    if low in PREFIXED and (prefixed := PREFIXED[low].match(text, end)):
        return Reading(start, prefixed.end(), low + prefixed["rest"])
    words = WORDS.get(low)
    return None if words is None else Reading(start, end, words, matter.key_of(words))


def _greek(text: str, start: int, letter: str, end: int) -> Reading | None:
    """Read what begins with a Greek letter, which ends at `end`."""
    if letter == "lambda" and (wavelength := _WAVELENGTH.match(text, start)):
        return Reading(start, wavelength.end(), "")
    return stars.bayer(text, start, letter, end) or matter.greek(text, start, letter, end)


def _dotted(text: str, start: int) -> Reading | None:
    """Read an abbreviation with stops, as in `H.E.S.S.`."""
    found = _DOTTED.match(text, start)
    return Reading(start, found.end(), found[0].replace(".", "")) if found else None


def _mixed(text: str, start: int, chunk: str, end: int) -> Reading | None:
    """Read what begins with a word that has digits, marks, or letters beyond the Latin."""
    if chunk[0] in LETTER_NAMES:
        return _greek_letter(text, start, chunk)
    head = _HEAD.match(chunk)
    if head is None:
        words = WORDS.get(chunk.lower())
        return Reading(start, end, words) if words else _digits_first(text, start, chunk, end)
    letters = head[0]
    reading = _headed(text, start, chunk, letters, end)
    if reading is not None:
        return reading
    for i, letter in enumerate(chunk):
        if letter in LETTER_NAMES:  # what stands before it is a word of its own: FeKα, pγ
            split = i - 1 if chunk[i - 1] == "K" and i > 1 else i
            return Reading(start, start + split, chunk[:split])
    if not chunk.isascii():
        words = WORDS.get(chunk.lower())
        return None if words is None else Reading(start, end, words)
    split_word = _SPLIT.match(chunk)
    return Reading(start, start + split_word.end(), letters) if split_word else None


def _headed(text: str, start: int, chunk: str, letters: str, end: int) -> Reading | None:
    """Read a word that begins with letters and goes on otherwise."""
    catalogue = _CATALOGUE_OF_DIGITS.match(text, start)
    if catalogue and (reading := objects.of_digits(text, start, catalogue[0], catalogue.end())):
        return reading
    low, after = letters.lower(), start + len(letters)
    for rule in RULES.get(low, ()):
        if reading := rule(text, start, letters, after):
            return reading
    if low in LINES:
        return matter.series_line(start, after, *LINES[low])
    if low in GREEK and (reading := _greek(text, start, low, after)):
        return reading
    if letters in ("J", "B", "G") or len(letters) > 1:
        reading = objects.place(text, start) or objects.glued_place(text, start)
        if reading is not None:
            return reading
    if (spaced := _SPACED_MOLECULE.match(text, start)) and (
        reading := matter.molecule("", start, spaced["first"] + spaced["rest"], spaced.end())
    ):
        return reading
    reading = (
        stars.star(text, start)
        or matter.molecule(text, start, chunk, end)
        or matter.indexed(start, chunk, end)
        or matter.unit_power(start, chunk)
    )
    lettered = _LETTERED.match(chunk) if reading is None else None
    if lettered:
        return objects.lettered_number(start, end, lettered["letter"], lettered["number"])
    return reading


def _greek_letter(text: str, start: int, chunk: str) -> Reading:
    """Read a Greek letter with what it stands before, or by itself."""
    letter, rest = LETTER_NAMES[chunk[0]], chunk[1:].lower()
    if chunk[0] == "μ" and rest:
        unit = _HEAD.match(rest)
        if unit and unit[0] in MICRO:
            return Reading(start, start + 1 + unit.end(), MICRO[unit[0]])
    return _greek(text, start, letter, start + 1) or Reading(start, start + 1, letter)


def _digits_first(text: str, start: int, chunk: str, end: int) -> Reading | None:
    """Read a word that begins with a digit, or a raised one."""
    if chunk.isdigit():
        return _number(text, start, chunk, end)
    catalogue = _CATALOGUE_OF_DIGITS.match(text, start)
    if catalogue and (reading := objects.of_digits(text, start, catalogue[0], catalogue.end())):
        return reading
    reading = (
        matter.power(text, start)
        or stars.star(text, start)
        or objects.place(text, start)
        or matter.isotope(text, start, chunk, end)
        or matter.molecule(text, start, chunk, end)
    )
    if reading is not None:
        return reading
    digits = _DIGITS.match(chunk)
    if survey := _SURVEY_OF_DIGITS.match(chunk):
        return Reading(start, start + survey.end(), survey[0])
    if digits is None:
        return None
    measure = _MEASURE.match(chunk)
    if (measure and measure["unit"].lower() in UNITS) or chunk[digits.end()] in LETTER_NAMES:
        return Reading(start, start + digits.end(), digits[0])
    return None


def _number(text: str, start: int, chunk: str, end: int) -> Reading | None:
    """Read a number and what it stands before, as in `47 Tuc`, `1915+105`."""
    after = text[end : end + 2]
    if after[:1] in ("+", "-") and len(chunk) > 3:
        return objects.place(text, start)
    if after[:1] in (" ", "-") and after[1:].isalpha() and len(chunk) < 4:
        return stars.star(text, start)
    if after[:1] == "." and len(chunk) > 3:
        return objects.place(text, start)
    return None

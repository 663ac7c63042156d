"""The terms of a text: its words and names, spelled as those of an index are.

H-alpha, Halpha and Hα are one line; NGC 1068 and NGC1068 one galaxy; ¹³CO and 13CO one molecule.
`astrosearch.spelling` says which spellings are one, for the sentences of an index as for a query.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from astrosearch.spelling import Reading, cleaned, phrase_words, readings, singular

_WORD = re.compile(r"[^\W_]+")
_PLACE = re.compile(r"[jb]\d{4}")
_JOINS = frozenset("-'./+_^")  # within one thing: X-ray, 0.5, O'Neill


@dataclass(frozen=True, slots=True)
class Term:
    """One thing asked for: a sentence that has any of these phrases has it.

    Attributes
    ----------
    phrases : tuple of str
        Words side by side, spelled as those of an index are.
    name : bool
        Whether it means one object, event, line or molecule, and nothing near it.
    typed : tuple of str
        The same as it was typed, for an index of an older format.
    """

    phrases: tuple[str, ...]
    name: bool = False
    typed: tuple[str, ...] = ()

    def written(self, as_typed: bool) -> tuple[str, ...]:
        """Return its phrases for an index whose words are spelled, or are as they were typed."""
        return self.typed or self.phrases if as_typed else self.phrases


def terms(text: str) -> Iterator[Term]:
    """Yield what a text asks for, in order.

    >>> [term.phrases for term in terms("Halpha in NGC 1068")]
    [('halpha',), ('in',), ('ngc1068',)]
    """
    text = cleaned(text)
    group: list[Reading] = []
    for piece in _pieces(text):
        if not piece.words:
            continue
        if group and not _is_joined(text[group[-1].end : piece.start]):
            yield from _terms_of(text, group)
            group = []
        group.append(piece)
    yield from _terms_of(text, group)


def phrase(text: str) -> Term | None:
    """Read a text as one term: a name, or its words side by side; None if it has no word.

    >>> phrase("NGC 1068").phrases, phrase("NGC-1068 nuclei").phrases
    (('ngc1068',), ('ngc1068 nuclei',))
    """
    text = cleaned(text)
    found = [piece for piece in _pieces(text) if piece.words]
    typed = _typed(text, 0, len(text))
    if len(found) > 1 and _is_survey(text, *found[:2]):
        del found[0]  # PSR J0437-4715 is J0437-4715
    if not found:
        return None
    # What stands before a name's own word in its spelling is told by that word.
    first = found[0].key or singular(found[0].words)
    if len(found) == 1 and found[0].key:
        return Term((first,), True, (typed,))
    rest = phrase_words(text[found[0].end :]) if len(found) > 1 else ""
    words = " ".join(_WORD.findall(f"{first} {rest}".lower()))
    return Term((words,), typed=(typed,)) if words else None


def _is_survey(text: str, before: Reading, name: Reading) -> bool:
    """Whether a word says only who found what is named by its place."""
    placed = name.key is not None and _PLACE.match(name.key) is not None
    return placed and before.key is None and text[before.end : name.start] in ("", " ")


def either(found: Iterable[Term]) -> Term:
    """Join terms into one that any of them fulfils."""
    found = list(found)
    return Term(
        tuple(dict.fromkeys(each for term in found for each in term.phrases)),
        all(term.name for term in found),
        tuple(dict.fromkeys(each for term in found for each in term.written(as_typed=True))),
    )


def _pieces(text: str) -> Iterator[Reading]:
    at = 0
    for reading in readings(text):
        yield from _plain(text, at, reading.start)
        yield reading
        at = reading.end
    yield from _plain(text, at, len(text))


def _plain(text: str, start: int, end: int) -> Iterator[Reading]:
    for found in _WORD.finditer(text, start, end):
        yield Reading(*found.span(), found[0].lower())


def _is_joined(between: str) -> bool:
    return not between or (len(between) == 1 and between in _JOINS)


def _terms_of(text: str, group: list[Reading]) -> Iterator[Term]:
    """Yield the terms of words without a blank between them: each name, and what is between."""
    run: list[Reading] = []
    for piece in group:
        if piece.key is None:
            run.append(piece)
            continue
        yield from _one_thing(text, run)
        run = []
        yield Term((piece.key,), True, (_typed(text, piece.start, piece.end),))
    yield from _one_thing(text, run)


def _one_thing(text: str, run: list[Reading]) -> Iterator[Term]:
    """Yield a word in its parts, as in X-ray, and in one: a sentence has it that has either."""
    if len(run) == 1 and _is_one_word(text, run[0]):  # as most things are
        yield Term((run[0].words,), typed=(run[0].words,))
        return
    words = " ".join(" ".join(_WORD.findall(piece.words)) for piece in run).strip().lower()
    if not words:
        return
    parts = words.split()
    has_digit = any(c.isdigit() for c in words)
    phrases = [" ".join(parts)]
    if len(parts) > 1 and not has_digit:
        phrases.append("".join(parts))
    # A number joined behind letters, as in SCUBA2: its parts side by side are meant.
    glued = any(
        before.end == after.start and before.words.isalpha() and after.words[:1].isdigit()
        for before, after in pairwise(run)
    )
    typed = _typed(text, run[0].start, run[-1].end)
    yield Term(tuple(dict.fromkeys(phrases)), glued, (typed,) if typed else ())


def _is_one_word(text: str, piece: Reading) -> bool:
    """Whether a piece is a word as it was typed, of plain letters and digits."""
    word = piece.words
    return word.isascii() and word.isalnum() and word == text[piece.start : piece.end].lower()


def _typed(text: str, start: int, end: int) -> str:
    return " ".join(_WORD.findall(text[start:end])).lower()

"""Citing sentences without their citations, and what they cite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from astrosearch.corpus.document import Document, Mark, Passage, SourceTree
from astrosearch.corpus.sentences import as_tex, split
from astrosearch.training.pairs import cleaning
from astrosearch.training.pairs.bibliography import Work, cited_works

MOST_CITED = 4  # works; a sentence that cites more says little about each

# A stop after a word is taken by what lies between words alone, and none of it is given back:
# where a stop could be taken in two ways, a sentence of thirty "e.g." took minutes.
_EMPTY = re.compile(
    r"[(\[][\s,;.:]*+(?:(?:see|also|e\.\s?g|i\.\s?e|cf|hereafter|and|in|"
    r"references therein|for|reviews?|a|by)[\s,;.:]*+)*+[)\]]"
)
_STRANDED = re.compile(
    r"(?:\s*[,;]?\s*\(?(?:see(?: also)?|e\.\s?g\.?|cf\.?|following|by|of|in|from)[\s,]*+)+(?=\.?$)"
)
# "models from [A] and [B] were used" -> "models were used"
_ORPHANED = re.compile(
    r"\s(?:(?:by|from|of|in|with|following|see|to|e\.g\.|as in|and|or|both)[\s,]+)+"
    r"(?=(?:was|were|is|are|has|have|had|who|which|that|we|the authors)\s|[,.;:)](?:\s|$))"
)
_SPACED_STOP = re.compile(r"\s+(?=[,;:.?!)\]])")
_DOUBLED = re.compile(r"([,;:])(?:\s*[,;:])+|,(?=\.)")
_OPEN = re.compile(r"(?<=[(\[])\s+")


@dataclass(frozen=True, slots=True)
class CitingSentence:
    """A sentence without its citations, and the works it cites; `tex` as in SourceSentence."""

    text: str
    tex: str | None
    works: tuple[Work, ...]


def citing_sentences(
    tree: SourceTree, parts: Sequence[str], document: Document
) -> Iterator[CitingSentence]:
    """Yield the sentences of a LaTeX document that cite one to `MOST_CITED` known works.

    `parts` are the files of the tree that it was read from, the main one first.
    """
    found = [each for passage in document.passages if passage.marks for each in _with_keys(passage)]
    works = cited_works(tree, parts, {key for _, _, keys in found for key in keys})
    for text, tex, keys in found:
        known = tuple(dict.fromkeys(works[key] for key in keys if key in works))
        if known:
            yield CitingSentence(text, tex, known)


def _with_keys(passage: Passage) -> Iterator[tuple[str, str | None, tuple[str, ...]]]:
    if passage.section in cleaning.CAPTIONS or cleaning.is_boilerplate_section(passage.section):
        return
    marks = sorted(passage.marks, key=lambda mark: mark.start)
    if not any(mark.kind == "cite" for mark in marks):
        return
    for start, end in split(passage.text, [(mark.start, mark.end) for mark in marks]):
        within = [mark for mark in marks if start <= mark.start and mark.end <= end]
        keys = dict.fromkeys(
            key.strip()
            for mark in within
            if mark.kind == "cite"
            for key in mark.tex.split(",")
            if key.strip()
        )
        if not 1 <= len(keys) <= MOST_CITED:
            continue
        text = _without_citations(passage.text, start, end, within, as_written=True)
        tex = _without_citations(passage.text, start, end, within, as_written=False)
        shown = None if all(mark.kind == "cite" for mark in within) else tex
        if not (cleaning.is_fragment(text, shown) or cleaning.is_boilerplate(text)):
            yield text, shown, tuple(keys)


def _without_citations(
    text: str, start: int, end: int, marks: list[Mark], *, as_written: bool
) -> str:
    parts, at = [], start
    for mark in marks:
        if mark.start < at:
            continue  # nested in the mark before
        parts.append(text[at : mark.start])
        if mark.kind != "cite":
            parts.append(text[mark.start : mark.end] if as_written else as_tex(mark))
        at = mark.end
    return _tidy("".join([*parts, text[at:end]]))


def _tidy(text: str) -> str:
    """The sentence without what removed citations leave: empty brackets, a lone "see"."""
    text = _EMPTY.sub(" ", text)
    text = _ORPHANED.sub(" ", text)
    text = _SPACED_STOP.sub("", _OPEN.sub("", " ".join(text.split())))
    text = _STRANDED.sub("", _DOUBLED.sub(r"\1", text))
    text = text.lstrip(" ,;:.)")
    return text[:1].upper() + text[1:]

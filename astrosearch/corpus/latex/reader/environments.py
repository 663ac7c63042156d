"""Handlers of environments: which are read, dropped, formulas, or floats."""

from __future__ import annotations

import re

from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.reader.captions import float_captions
from astrosearch.corpus.latex.reader.formulas import displayed, formula, without_numbering
from astrosearch.corpus.latex.reader.reading import Reading

_ENVIRONMENT = re.compile(r"[ \t]*\{([^{}]*)\}")


def begin(reading: Reading, name: str, position: int) -> None:
    r"""`\begin{...}`."""
    match = _ENVIRONMENT.match(reading.text, reading.position, reading.end)
    if match is None:
        return
    reading.position = match.end()
    full = match[1].strip()
    environment = full.rstrip("*")
    span = reading.environments.get(position)
    if span is not None and span[1] > reading.end:
        span = None
    if environment in words.MATH_ENVIRONMENTS:
        if span is None:
            return
        start = reading.position
        reading.position = span[1]
        tex = reading.text[start : span[0]]
        if environment in ("alignat", "alignedat"):
            tex = re.sub(r"^\s*\{\d+\}", "", tex)
        if environment == "math":
            formula(reading, tex, position)
        else:
            displayed(reading, _without_last_row_ends(without_numbering(tex).strip()), position)
    elif environment in words.FLOATS:
        if span is not None:
            float_captions(reading, environment, reading.position, span)
    elif environment in words.DROPPED_ENVIRONMENTS:
        if span is not None:
            reading.position = span[1]
    elif environment == "titlepage" and reading.depth <= 1:
        reading.flush()
        reading.title_pages.append(len(reading.passages))
    elif environment == "abstract" and reading.depth <= 1:
        abstract_environment(reading, span)
    elif environment.lower() in words.NAMED_ENVIRONMENTS:
        reading.flush()
        reading.outer_sections.append(reading.section)
        reading.section = words.NAMED_ENVIRONMENTS[environment.lower()] or reading.section
    else:
        reading.skip_arguments(words.ENVIRONMENT_ARGUMENTS.get(environment, 0))
        if environment in words.LISTS or environment in words.BLOCKS:
            reading.builder.text(" ", position)


def _without_last_row_ends(tex: str) -> str:
    end = len(tex)
    while tex.endswith("\\\\", 0, end):
        end -= 2
        while end and tex[end - 1].isspace():
            end -= 1
    return tex[:end]


def end(reading: Reading, name: str, position: int) -> None:
    r"""`\end{...}`."""
    match = _ENVIRONMENT.match(reading.text, reading.position, reading.end)
    if match is None:
        return
    reading.position = match.end()
    environment = match[1].strip().rstrip("*")
    if environment == "document":
        reading.position = reading.end
    elif environment == "titlepage" and reading.title_pages:
        reading.flush()
        since = reading.title_pages.pop()
        reading.passages[since:] = [p for p in reading.passages[since:] if p.section]
    elif environment in words.LISTS:
        reading.paragraph("par", position)
    elif environment.lower() in words.NAMED_ENVIRONMENTS:
        reading.flush()
        if reading.outer_sections:
            reading.section = reading.outer_sections.pop()
    else:
        reading.builder.text(" ", position)


def abstract_environment(reading: Reading, span: tuple[int, int] | None) -> None:
    """The abstract, which is a section of its own."""
    reading.flush()
    saved = reading.section
    reading.section = "Abstract"
    if span is None:
        return
    start, reading.position = reading.position, span[1]
    reading.read_block(start, span[0])
    reading.section = saved

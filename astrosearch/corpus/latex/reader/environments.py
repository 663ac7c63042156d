"""Handlers of environments: which are read, dropped, formulas, or floats."""

from __future__ import annotations

import re

from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.reader.captions import float_captions, notes_in_rows
from astrosearch.corpus.latex.reader.formulas import displayed, formula, without_numbering
from astrosearch.corpus.latex.reader.hand_headings import hand_heading
from astrosearch.corpus.latex.reader.lists import begin_inline_list
from astrosearch.corpus.latex.reader.sections import FRONT_ENVIRONMENTS, front_environment
from astrosearch.corpus.latex.reader.text_reader import TextReader

_ENVIRONMENT = re.compile(r"[ \t]*\{([^{}]*)\}")


def begin(reader: TextReader, name: str, position: int) -> None:
    r"""`\begin{...}`."""
    match = _ENVIRONMENT.match(reader.text, reader.position, reader.end)
    if match is None:
        return
    reader.position = match.end()
    full = match[1].strip()
    environment = full.rstrip("*")
    span = reader.environments.get(position)
    if span is not None and span[1] > reader.end:
        span = None
    if environment in words.MATH_ENVIRONMENTS:
        if span is None:
            return
        start = reader.position
        reader.position = span[1]
        tex = reader.text[start : span[0]]
        if environment in ("alignat", "alignedat"):
            tex = re.sub(r"^\s*\{\d+\}", "", tex)
        if environment == "math":
            formula(reader, tex, position)
        else:
            displayed(reader, _without_last_row_ends(without_numbering(tex).strip()), position)
    elif environment in words.FLOATS:
        if span is not None:
            float_captions(reader, environment, reader.position, span)
    elif environment in words.DROPPED_ENVIRONMENTS:
        if span is not None:
            if reader.in_table:
                notes_in_rows(reader, reader.position, span[0])
            reader.position = span[1]
        elif reader.in_table:
            reader.position = reader.end
    elif full in words.INLINE_LISTS:
        begin_inline_list(reader, full, position)
    elif environment in ("center", "flushleft") and hand_heading(reader, position):
        return
    elif environment == "titlepage" and reader.depth <= 1:
        reader.flush()
        reader.title_pages.append(len(reader.passages))
    elif environment in FRONT_ENVIRONMENTS and reader.depth <= 1:
        front_environment(reader, environment, span)
    elif environment.lower() in words.NAMED_ENVIRONMENTS:
        reader.flush()
        reader.outer_sections.append(reader.section)
        reader.section = words.NAMED_ENVIRONMENTS[environment.lower()] or reader.section
    else:
        reader.skip_arguments(words.ENVIRONMENT_ARGUMENTS.get(environment, 0))
        if environment in words.LISTS or environment in words.BLOCKS:
            reader.builder.text(" ", position)


def _without_last_row_ends(tex: str) -> str:
    end = len(tex)
    while tex.endswith("\\\\", 0, end):
        end -= 2
        while end and tex[end - 1].isspace():
            end -= 1
    return tex[:end]


def end(reader: TextReader, name: str, position: int) -> None:
    r"""`\end{...}`."""
    match = _ENVIRONMENT.match(reader.text, reader.position, reader.end)
    if match is None:
        return
    reader.position = match.end()
    environment = match[1].strip().rstrip("*")
    if environment == "document":
        reader.position = reader.end
    elif environment == "titlepage" and reader.title_pages:
        reader.flush()
        since = reader.title_pages.pop()
        reader.passages[since:] = [p for p in reader.passages[since:] if p.section]
    elif match[1].strip() in words.INLINE_LISTS:
        if reader.inline_lists:
            reader.inline_lists.pop()
        reader.builder.text(" ", position)
    elif environment in words.LISTS:
        reader.paragraph("par", position)
    elif environment.lower() in words.NAMED_ENVIRONMENTS:
        reader.flush()
        if reader.outer_sections:
            reader.section = reader.outer_sections.pop()
    else:
        reader.builder.text(" ", position)

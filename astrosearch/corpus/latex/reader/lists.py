"""Handlers of lists: their items, and those that run within a line."""

from __future__ import annotations

import re

from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.quantities import roman
from astrosearch.corpus.latex.reader.text_reader import InlineList, TextReader

_LABEL = re.compile(r"\\(roman|Roman|alph|Alph|arabic)\s*\*")
_PARALIST = re.compile(r"(?<![A-Za-z\\])[iIaA1](?![A-Za-z])")
_KEYED = re.compile(r"label\s*=\s*(\{(?:[^{}]|\{[^{}]*\})*\}|[^,{}]*)")
_STYLES = {"i": "roman", "I": "Roman", "a": "alph", "A": "Alph", "1": "arabic"}
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
MAX_MARK = 3  # characters of the label of a table's note


def begin_inline_list(reader: TextReader, environment: str, position: int) -> None:
    r"""`\begin{inparaenum}[(i)]` or `\begin{enumerate*}[label=(\roman*)]`."""
    option = reader.option()
    given = reader.text[option[0] : option[1]] if option else ""
    template = ""
    if words.INLINE_LISTS[environment]:
        keyed = _KEYED.search(given)
        template = keyed[1] if keyed else "" if "=" in given else given
        if not (_LABEL.search(template) or _PARALIST.search(template)):
            template = "(1)"
    reader.inline_lists.append(InlineList(template))
    reader.builder.text(" ", position)


def item(reader: TextReader, name: str, position: int) -> None:
    """An item of a list, with its label."""
    inline = reader.inline_lists[-1] if reader.inline_lists else None
    if inline is not None:
        inline.items += 1
        reader.builder.text(" ", position)
    elif reader.depth <= 1:
        reader.flush()
    option = reader.option()
    if option is not None and option[1] > option[0]:
        if not (reader.in_table and len(reader.plain(*option)) <= MAX_MARK):
            reader.read(option[0], option[1], reader.builder)
            if inline is None and _is_heading(reader):
                reader.builder.text(":", option[1])
            reader.builder.text(" ", option[1])
    elif inline is not None and inline.template:
        label = reader.plain_text(_numbered(inline.template, inline.items)).rstrip(".")
        reader.builder.text(f"{label} " if label.endswith(")") else f"({label}) ", position)


def _is_heading(reader: TextReader) -> bool:
    """Whether a label is a word or more, `[Tutorials]`, and a sentence of its own follows."""
    pieces = reader.builder.pieces
    last = pieces[-1] if pieces else ("", 0, None, "")
    following = reader.text[reader.position : reader.position + 20].lstrip(" ~\n\x1f")
    return (
        last[2] is None
        and last[0][-3:].isalpha()
        and len(last[0]) > 2
        and (following[:1].isupper())
    )


def _numbered(template: str, number: int) -> str:
    """A label such as `(i)`, for the item of this number."""
    match = _LABEL.search(template)
    style = match[1] if match else ""
    if match is None:
        match = _PARALIST.search(template)
        style = _STYLES[match[0]] if match else "arabic"
    if style.lower() == "roman":
        shown = roman(str(number))
        shown = shown if style == "Roman" else shown.lower()
    elif style.lower() == "alph":
        shown = _LETTERS[(number - 1) % len(_LETTERS)]
        shown = shown if style == "alph" else shown.upper()
    else:
        shown = str(number)
    return template[: match.start()] + shown + template[match.end() :] if match else shown

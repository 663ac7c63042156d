"""Handlers of what a text mentions: citations, references, abbreviations."""

from __future__ import annotations

import re

from astrosearch.corpus.composing import nfc
from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.citations import written
from astrosearch.corpus.latex.reader.reading import Reading
from astrosearch.corpus.latex.tokens import flat


def cite(reading: Reading, name: str, position: int) -> None:
    """A citation, written from the bibliography."""
    command = words.CITATIONS[name]
    reading.star()
    first, second = reading.option(), reading.option()
    group = reading.group()
    if group is None:
        return
    keys = [key for key in re.split(r"[,\s]+", flat(reading.text[group[0] : group[1]])) if key]
    while name.endswith("s") and name != "cites" and (more := reading.group()):
        keys += [key for key in re.split(r"[,\s]+", reading.text[more[0] : more[1]]) if key]
    if not keys or command == "no":
        return
    before = reading.plain(*first) if first and second else ""
    after_bounds = second if second else first
    after = reading.plain(*after_bounds) if after_bounds else ""
    textual = command == "text" or (command == "plain" and reading.textual_cite)
    labels = reading.bibliography.labels if reading.bibliography else {}
    shown = written(command, keys, labels, before, after, textual=textual)
    reading.builder.mark(nfc(shown), position, "cite", ",".join(keys))


def define_alias(reading: Reading, name: str, position: int) -> None:
    r"""`\defcitealias{key}{alias}`."""
    key, alias = reading.argument(), reading.argument()
    reading.aliases[key.strip()] = reading.plain_text(alias)


def cite_alias(reading: Reading, name: str, position: int) -> None:
    r"""`\citetalias` and `\citepalias`."""
    reading.star()
    first, second = reading.option(), reading.option()
    key = flat(reading.argument()).strip()
    shown = reading.aliases.get(key)
    if not key:
        return
    before = reading.plain(*first) + " " if first and second else ""
    bounds = second or first
    after = ", " + reading.plain(*bounds) if bounds and bounds[1] > bounds[0] else ""
    shown = f"{before}{shown or f'[{key}]'}{after}"
    reading.builder.mark(
        f"({shown})" if name == "citepalias" else shown,
        position,
        "cite",
        re.sub(r"\s", "", key),
    )


def refer(reading: Reading, name: str, position: int) -> None:
    """A reference to a number, as LaTeX would count it."""
    reading.star()
    reading.option()
    argument = flat(reading.argument()).strip()
    labels = [label.strip() for label in argument.split(",") if label.strip()]
    if not labels:
        return
    shown = []
    for label in labels:
        number = reading.numbers.get(label)
        clean = re.sub(r"[\\{}$~&#^\s]+", " ", label).strip()
        shown.append(number if number is not None else f"[{clean}]")
    text = ", ".join(shown)
    if name == "eqref" and not text.startswith("["):
        text = f"({text})"
    prefix = words.REFERENCES[name]
    if prefix == "auto":
        kind = words.LABEL_KINDS.get(re.split(r"[:_.\-]", labels[0])[0].lower(), "")
        text = f"{kind} {text}" if kind and not text.startswith("[") else text
    reading.builder.mark(text, position, "ref", argument)


def abbreviation(reading: Reading, name: str, position: int) -> None:
    """An abbreviation, printed as declared."""
    reading.star()
    reading.option()
    group = reading.group()
    reading.option()
    if group is not None:
        key = reading.text[group[0] : group[1]].strip()
        reading.builder.text(reading.plain_text(reading.acronyms.tex(name, key)), position)

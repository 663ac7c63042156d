"""Handlers of what a text mentions: citations, references, abbreviations."""

from __future__ import annotations

import re

from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.citations import UNKNOWN, citation_text
from astrosearch.corpus.latex.reader.text_reader import TextReader
from astrosearch.corpus.latex.tokens import flat
from astrosearch.corpus.normalization import nfc

_KIND = re.compile(r"(?:[Ff]ig|[Tt]ab|[Ss]ec|[Ee]q|[Aa]pp|[Cc]hap)[a-z]*\.?\s*\(?$|§\s*$")
_ANGLED = re.compile(r"<([^<>{}\n]{0,200})>")


def cite(reader: TextReader, name: str, position: int) -> None:
    """A citation, written from the bibliography."""
    command = words.CITATIONS[name]
    reader.star()
    angled = None
    if reader.text.startswith("<", reader.position):
        angled = _ANGLED.match(reader.text, reader.position, reader.end)
    if angled:
        reader.position = angled.end()
    first, second = reader.option(), reader.option()
    group = reader.group()
    if group is None:
        return
    keys = _keys(reader, group)
    while name in words.MANY_CITATIONS and (more := _further(reader)):
        keys += _keys(reader, more)
    if not keys or command == "no":
        return
    before = reader.plain(*first) if first and second else ""
    if angled:  # of apacite: \cite<see>[p. 3]{key}
        before = reader.plain_text(angled[1])
    after_bounds = second if second else first
    after = reader.plain(*after_bounds) if after_bounds else ""
    textual = command == "text" or (command == "plain" and reader.textual_cite)
    labels = reader.bibliography.labels if reader.bibliography else {}
    shown = citation_text(command, keys, labels, before, after, textual=textual)
    reader.builder.mark(nfc(shown), position, "cite", ",".join(keys))


def _keys(reader: TextReader, group: tuple[int, int]) -> list[str]:
    return [key for key in re.split(r"[,\s]+", flat(reader.text[group[0] : group[1]])) if key]


def _further(reader: TextReader) -> tuple[int, int] | None:
    """The next keys of a command that takes many groups of them, each with its notes."""
    saved = reader.position
    while reader.option():
        pass
    group = reader.group()
    if group is None:
        reader.position = saved
    return group


def cited_text(reader: TextReader, name: str, position: int) -> None:
    r"""`\citetext{see \citealp{key}}`: a text in parentheses."""
    group = reader.group()
    if group is not None:
        reader.builder.text("(", group[0])
        reader.read(group[0], group[1], reader.builder)
        reader.builder.text(")", group[1])


def define_alias(reader: TextReader, name: str, position: int) -> None:
    r"""`\defcitealias{key}{alias}`."""
    key, alias = reader.argument(), reader.argument()
    reader.aliases[key.strip()] = reader.plain_text(alias)


def cite_alias(reader: TextReader, name: str, position: int) -> None:
    r"""`\citetalias` and `\citepalias`."""
    reader.star()
    first, second = reader.option(), reader.option()
    key = flat(reader.argument()).strip()
    shown = reader.aliases.get(key)
    if not key:
        return
    before = reader.plain(*first) + " " if first and second else ""
    bounds = second or first
    after = ", " + reader.plain(*bounds) if bounds and bounds[1] > bounds[0] else ""
    label = reader.bibliography.labels.get(key) if reader.bibliography else None
    if shown is None and label is not None:
        shown = f"{label.authors} {label.year}".rstrip()
    shown = f"{before}{shown}{after}" if shown else UNKNOWN
    reader.builder.mark(
        f"({shown})" if name == "citepalias" and shown != UNKNOWN else shown,
        position,
        "cite",
        re.sub(r"\s", "", key),
    )


def refer(reader: TextReader, name: str, position: int) -> None:
    """A reference to a number, as LaTeX would count it."""
    reader.star()
    reader.option()
    argument = flat(reader.argument()).strip()
    labels = [label.strip() for label in argument.split(",") if label.strip()]
    if not labels:
        return
    shown = []
    kind, prefixes = words.PREFIXED_REFERENCES.get(name, ("", ()))
    for label in labels:
        forms = (label, *(prefix + label for prefix in prefixes))
        number = next((reader.numbers[form] for form in forms if form in reader.numbers), None)
        clean = re.sub(r"[\\{}$~&#^\s]+", " ", label).strip()
        shown.append(number if number is not None else f"[{clean}]")
    text = ", ".join(shown)
    if name == "eqref" and not text.startswith("["):
        text = f"({text})"
    if words.REFERENCES.get(name) == "auto":
        kind = words.LABEL_KINDS.get(re.split(r"[:_.\-]", labels[0])[0].lower(), "")
    if kind:
        text = UNKNOWN if text.startswith("[") else text
        text = text if _names_kind(reader) else f"{kind} {text}"
    reader.builder.mark(text, position, "ref", argument)


def _names_kind(reader: TextReader) -> bool:
    """Whether "Figure", "Sect." or the like stands before a reference already."""
    before = "".join(piece[0] for piece in reader.builder.pieces[-3:])
    return _KIND.search(before) is not None


def abbreviation(reader: TextReader, name: str, position: int) -> None:
    """An abbreviation, printed as declared."""
    reader.star()
    reader.option()
    group = reader.group()
    reader.option()
    if group is not None:
        key = reader.text[group[0] : group[1]].strip()
        reader.builder.text(reader.plain_text(reader.acronyms.tex(name, key)), position)

"""The YAML of papers' front matter, with the line of each piece of text.

Each key at the margin is read by itself, so that one which is no YAML takes nothing from the
others. What is none (a colon within a title) is read as its writer meant it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import yaml

_KEY = re.compile(
    r"(\"[^\"]{1,100}\"|'[^']{1,100}'|[^\s#\[\]{},&*!|>'\"%@`:-][^:]{0,100}?)\s*:(?:\s+(.*)|$)"
)
_PLAIN = re.compile(r"[^\[{|>\"'&!#]")  # begins a value that stands as it is meant
_VALUE = re.compile(r"(\s*(?:- +)*(?:[^\s:][^:]{0,100}: +)?)(\S.*)")
_COMMENT = re.compile(r"(?:^|\s)#.*$")
_LINE_BREAKS = re.compile(r"[\r\x85\u2028\u2029]")  # of YAML; our lines are those of the file
_MAX_DEPTH = 12
_MAX_CHARACTERS = 2**18  # a third of a second
_MENDS = 20  # lines of one key


@dataclass(slots=True)
class Text:
    """A piece of text: its lines with their numbers."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(part for _, line in self.lines if (part := line.strip()))


Node = Any  # a Text, a dict of Nodes, a list of Nodes, or None
Lines = list[tuple[int, str]]


def parse(numbered: Lines) -> dict[str, Node]:
    """Read numbered lines as a block of keys; what isn't one is left out."""
    found: dict[str, Node] = {}
    left = _MAX_CHARACTERS
    for lines in _blocks(numbered):
        left -= sum(len(line) for _, line in lines)
        found.update(_block(lines) if left > 0 else _as_meant(lines))
    return found


def _blocks(numbered: Lines) -> Iterator[Lines]:
    """Cut lines before each key that stands at the margin."""
    block: Lines = []
    margin: int | None = None
    for number, written in numbered:
        line = _LINE_BREAKS.sub(" ", written.expandtabs(2))
        line = yaml.reader.Reader.NON_PRINTABLE.sub(" ", line).rstrip()
        bare = line.lstrip(" ")
        if (margin is None or len(line) - len(bare) <= margin) and _KEY.match(bare):
            margin = len(line) - len(bare)
            if block:
                yield block
            block = [(number, line)]
        elif block:
            block.append((number, line))
    if block:
        yield block


def _block(lines: Lines) -> dict[str, Node]:
    """Read a key with all that is under it, where it is no YAML with such lines in quotes.

    A line for which that is no cure is left out.
    """
    mended = list(lines)
    quoted: set[int] = set()
    for _ in range(_MENDS):
        try:
            return _nodes(mended)
        except (yaml.YAMLError, ArithmeticError, ValueError) as error:  # a sign of no such number
            mark = getattr(error, "problem_mark", None)
            if mark is None or _has_plain_value(lines):
                break
            at = min(mark.line, len(lines) - 1)
            number, line = mended[at]
            mended[at] = number, "" if at in quoted else _quoted(line)
            quoted.add(at)
    return _as_meant(lines)


def _has_plain_value(lines: Lines) -> bool:
    key = _KEY.match(lines[0][1].strip())
    return key is not None and _PLAIN.match(key[2] or "") is not None


def _quoted(line: str) -> str:
    """Put what a line says into quotes, without a sign before it that nothing closes."""
    value = _VALUE.fullmatch(_COMMENT.sub("", line))
    if value is None:
        return ""
    text = value[2]
    if text[0] in "[{\"'" and {"[": "]", "{": "}"}.get(text[0], text[0]) not in text[1:]:
        text = text[1:]
    return value[1] + "'" + text.replace("'", "''") + "'"


def _as_meant(lines: Lines) -> dict[str, Node]:
    """Take all that follows a key on its line, and the lines under that, for its text."""
    (number, line), *more = lines
    key = _KEY.match(line.strip())
    value = _COMMENT.sub("", key[2] or "").strip("\"'[]{} ") if key else ""
    if key is None or not value:
        return {}
    return {key[1].strip("'\"").strip(): Text([(number, value), *more])}


def _nodes(lines: Lines) -> dict[str, Node]:
    events = yaml.parse("".join(f"{line}\n" for _, line in lines), Loader=yaml.SafeLoader)
    root = next((event for event in events if isinstance(event, yaml.NodeEvent)), None)
    found = _node(root, events, lines, 0)
    return found if isinstance(found, dict) else {}


def _node(event: yaml.Event, events: Iterator[yaml.Event], lines: Lines, depth: int) -> Node:
    if depth > _MAX_DEPTH:
        raise yaml.YAMLError("too deep")
    if isinstance(event, yaml.ScalarEvent):
        return _text(event, lines)
    if isinstance(event, yaml.SequenceStartEvent):
        items: list[Node] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(_node(event, events, lines, depth + 1))
        return items
    if isinstance(event, yaml.MappingStartEvent):
        found: dict[str, Node] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = _node(event, events, lines, depth + 1)
            found[str(key)] = _node(next(events), events, lines, depth + 1)
        return found
    return None  # an alias: what it repeats could double for ever


def _text(event: yaml.ScalarEvent, lines: Lines) -> Text | None:
    first, last = event.start_mark, event.end_mark
    if event.style in ("|", ">"):
        return Text(lines[first.line + 1 : last.line])
    if not event.value:
        return None
    if first.line == last.line:
        return Text([(lines[first.line][0], event.value)])
    words = iter(event.value.split())
    spread = [
        (number, " ".join(islice(words, len(line[(first.column if not at else 0) :].split()))))
        for at, (number, line) in enumerate(lines[first.line : last.line])
    ]
    return Text([*spread, (lines[last.line][0], " ".join(words))])

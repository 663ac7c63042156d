"""The part of YAML that papers' front matter is written in, with the line of each piece of text.

Blocks of keys and items, text in quotes, over several lines, after `|` or `>`, and lists in
brackets are read. What is no YAML (a colon within a title) is read as its writer meant it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

_KEY = re.compile(
    r"(\"[^\"]{1,100}\"|'[^']{1,100}'|[^\s#\[\]{},&*!|>'\"%@`:-][^:]{0,100}?)\s*:(?:\s+(.*)|$)"
)
_BLOCK = re.compile(r"[|>][-+0-9]{0,2}\s*(?:#.*)?$")
_COMMENT = re.compile(r"\s#.*$")
_DECORATION = re.compile(r"(?:[&!][^\s]*\s+)+")
_MAX_DEPTH = 12
_MAX_FLOW_LINES = 400
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/", " ": " "}


@dataclass(slots=True)
class Text:
    """A piece of text: its lines with their numbers."""

    lines: list[tuple[int, str]] = field(default_factory=list)

    def __str__(self) -> str:
        return " ".join(part for _, line in self.lines if (part := line.strip()))


Node = Any  # a Text, a dict of Nodes, a list of Nodes, or None


def parse(numbered: list[tuple[int, str]]) -> dict[str, Node]:
    """Read numbered lines as a block of keys; what isn't one is left out."""
    reader = _Reader(numbered)
    found: dict[str, Node] = {}
    while reader.at < len(reader.lines):
        before = reader.at
        node = reader.block(0, 0)
        if isinstance(node, dict):
            found.update(node)
        if reader.at == before:
            reader.at += 1
    return found


class _Reader:
    """One pass over the lines, which it changes where an item's content begins behind its dash."""

    def __init__(self, numbered: list[tuple[int, str]]) -> None:
        self.lines = [(number, line.expandtabs(2).rstrip()) for number, line in numbered]
        self.at = 0

    def block(self, least: int, depth: int) -> Node:
        """Read what begins on the next line and is indented by `least` at least."""
        self._skip()
        if self.at >= len(self.lines) or depth > _MAX_DEPTH:
            return None
        _, line = self.lines[self.at]
        indent = _indent(line)
        if indent < least:
            return None
        bare = line.strip()
        if bare == "-" or bare.startswith("- "):
            return self._items(indent, depth)
        if _KEY.match(bare):
            return self._keys(indent, depth)
        return self._value(bare, indent - 1, depth)

    def _skip(self) -> None:
        while self.at < len(self.lines) and self.lines[self.at][1].strip()[:1] in ("", "#"):
            self.at += 1

    def _items(self, indent: int, depth: int) -> list[Node]:
        items: list[Node] = []
        while True:
            self._skip()
            if self.at >= len(self.lines):
                return items
            number, line = self.lines[self.at]
            bare = line.strip()
            if _indent(line) != indent or not (bare == "-" or bare.startswith("- ")):
                return items
            content = bare[1:].lstrip()
            if not content:
                self.at += 1
                items.append(self.block(indent + 1, depth + 1))
                continue
            inner = indent + len(bare) - len(content)
            self.lines[self.at] = number, " " * inner + content
            before = self.at
            items.append(self.block(inner, depth + 1))
            self.at = max(self.at, before + 1)

    def _keys(self, indent: int, depth: int) -> dict[str, Node]:
        found: dict[str, Node] = {}
        while True:
            self._skip()
            if self.at >= len(self.lines):
                return found
            _, line = self.lines[self.at]
            key = _KEY.match(line.strip())
            if _indent(line) != indent or key is None:
                return found
            name = key[1].strip("'\"").strip()
            rest = _DECORATION.sub("", key[2] or "", count=1).strip()
            if rest and not rest.startswith("#"):
                found[name] = self._value(rest, indent, depth)
                continue
            self.at += 1
            self._skip()
            following = self.lines[self.at][1] if self.at < len(self.lines) else ""
            listed = _indent(following) == indent and following.strip().startswith("-")
            found[name] = self.block(indent if listed else indent + 1, depth + 1)

    def _value(self, rest: str, indent: int, depth: int) -> Node:
        """Read a value whose first line is `rest`, and whose others are indented by more."""
        number = self.lines[self.at][0]
        self.at += 1
        if _BLOCK.match(rest):
            return self._literal(indent)
        if rest[0] in "[{":
            return self._flow(rest, number)
        if rest[0] in "\"'":
            return self._quoted(rest, number)
        text = Text([(number, _COMMENT.sub("", rest))])
        while self.at < len(self.lines) and depth <= _MAX_DEPTH:
            number, line = self.lines[self.at]
            if not line.strip() or _indent(line) <= indent or line.strip()[:1] == "#":
                break
            text.lines.append((number, line))
            self.at += 1
        return text

    def _literal(self, indent: int) -> Text:
        text = Text()
        while self.at < len(self.lines):
            number, line = self.lines[self.at]
            if line.strip() and _indent(line) <= indent:
                break
            text.lines.append((number, line))
            self.at += 1
        return text

    def _quoted(self, rest: str, number: int) -> Text:
        quote, text = rest[0], Text()
        line = rest[1:]
        while True:
            end = _closing(line, quote)
            if end is not None:
                text.lines.append((number, _unquoted(line[:end], quote)))
                return text
            text.lines.append((number, _unquoted(line, quote)))
            if self.at >= len(self.lines):
                return text
            number, line = self.lines[self.at]
            self.at += 1

    def _flow(self, rest: str, number: int) -> Node:
        """Read a list or an object in brackets, over several lines perhaps."""
        flow = _Flow([(number, rest)])
        end = min(self.at + _MAX_FLOW_LINES, len(self.lines))
        while not flow.is_closed() and self.at < end:
            flow.add(*self.lines[self.at])
            self.at += 1
        return flow.node(0)


class _Flow:
    """A list or an object in brackets, `[a, {b: c}]`."""

    def __init__(self, lines: list[tuple[int, str]]) -> None:
        self._signs: list[tuple[int, str]] = []
        self._depth = 0
        self._at = 0
        for number, line in lines:
            self.add(number, line)

    def add(self, number: int, line: str) -> None:
        """Take one more line."""
        self._signs += [(number, sign) for sign in f"{line.strip()} "]
        self._depth += sum(map(line.count, "[{")) - sum(map(line.count, "]}"))

    def is_closed(self) -> bool:
        """Whether as many brackets close as open."""
        return self._depth <= 0

    def node(self, depth: int) -> Node:
        """Read what comes next."""
        self._skip(" ")
        sign = self._next()
        if sign == "[" and depth <= _MAX_DEPTH:
            return self._list(depth)
        if sign == "{" and depth <= _MAX_DEPTH:
            return self._object(depth)
        return self._text()

    def _next(self) -> str:
        return self._signs[self._at][1] if self._at < len(self._signs) else ""

    def _skip(self, signs: str) -> None:
        while self._next() and self._next() in signs:
            self._at += 1

    def _list(self, depth: int) -> list[Node]:
        self._at += 1
        found: list[Node] = []
        while True:
            self._skip(" ,")
            if self._next() in ("]", "}", ""):
                self._at += 1
                return found
            before = self._at
            found.append(self.node(depth + 1))
            self._at = max(self._at, before + 1)

    def _object(self, depth: int) -> dict[str, Node]:
        self._at += 1
        found: dict[str, Node] = {}
        while True:
            self._skip(" ,")
            if self._next() in ("]", "}", ""):
                self._at += 1
                return found
            before = self._at
            name = str(self._text(until=":"))
            self._skip(" :")
            found[name] = self.node(depth + 1)
            self._at = max(self._at, before + 1)

    def _text(self, until: str = "") -> Text:
        number = self._signs[self._at][0] if self._at < len(self._signs) else 0
        quote = self._next() if self._next() in ("'", '"') else ""
        self._at += bool(quote)
        start = self._at
        while self._next():
            sign = self._next()
            if sign == quote or (not quote and (sign in ",]}" or sign == until)):
                break
            self._at += 1
        written = "".join(sign for _, sign in self._signs[start : self._at])
        self._at += bool(quote)
        return Text([(number, written.strip())])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _closing(line: str, quote: str) -> int | None:
    """Offset of the quote that closes a text; one that is doubled or escaped doesn't."""
    at = 0
    while (at := line.find(quote, at)) >= 0:
        if quote == "'" and line[at + 1 : at + 2] == "'":
            at += 2
        elif quote == '"' and (len(line[:at]) - len(line[:at].rstrip("\\"))) % 2:
            at += 1
        else:
            return at
    return None


def _unquoted(text: str, quote: str) -> str:
    if quote == "'":
        return text.replace("''", "'")
    return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), text)

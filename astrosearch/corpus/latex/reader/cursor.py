"""A place in a text, and the reading of a command's arguments from there."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.tokens import brace_pairs, bracket_end

TOKEN = re.compile(
    r"([^\\{}$~&#^\n\x1f]+(?:(?:\n|\x1f++)(?![ \t\x1f]{0,500}\n)[^\\{}$~&#^\n\x1f]*)*)"  # 1 text
    r"|\\([A-Za-z@]+)\*?"  # 2 command
    r"|\\(.)"  # 3 symbol
    r"|([\n\x1f][ \t\x1f]*\n\s*)"  # 4 paragraph
    r"|(\x1f++|.)",  # 5 any other
    re.DOTALL,
)
_SPACE = re.compile(r"[ \t]*(?:[\n\x1f](?![ \t\x1f]*\n)[ \t\x1f]*)?")


class Cursor:
    """Where in a text a reader stands. Nothing from `end` on is read."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position, self.end = 0, len(text)
        self.braces = brace_pairs(text)
        self.unclosed = 0  # brackets that nothing closes

    def skip_space(self) -> None:
        """Pass over spaces and one line end, as TeX does after a command."""
        match = _SPACE.match(self.text, self.position, self.end)
        if match:
            self.position = match.end()

    def star(self) -> None:
        """Pass over the star of a command."""
        if self.text.startswith("*", self.position):
            self.position += 1

    def option(self) -> tuple[int, int] | None:
        """Bounds of a `[...]` that follows, which is then passed over."""
        saved = self.position
        self.skip_space()
        if self.position < self.end and self.text[self.position] == "[":
            limit = 5_000 if self.unclosed < 100 else 200
            end = bracket_end(self.text, self.position, min(self.end, self.position + limit))
            if end >= 0:
                start, self.position = self.position + 1, end + 1
                return start, end
            self.unclosed += 1
        self.position = saved
        return None

    def group(self) -> tuple[int, int] | None:
        """Bounds of a `{...}` that follows, which is then passed over."""
        saved = self.position
        self.skip_space()
        if self.position < self.end and self.text[self.position] == "{":
            end = self.braces.get(self.position)
            if end is not None and end < self.end:
                start, self.position = self.position + 1, end + 1
                return start, end
        self.position = saved
        return None

    def argument(self) -> str:
        """The TeX of an argument: a group, or the next lexeme."""
        group = self.group()
        if group is not None:
            return self.text[group[0] : group[1]]
        self.skip_space()
        match = TOKEN.match(self.text, self.position, self.end)
        if match is None or match.lastindex == 4 or match[0] in "{}$":
            return ""
        if match.lastindex == 1:
            self.position += 1
            return match[0][0]
        self.position = match.end()
        return match[0]

    def skip_arguments(self, count: int) -> None:
        """Pass over options and this many groups."""
        while self.option():
            pass
        for _ in range(count):
            if self.group() is None:
                return
            while count > 1 and self.option():
                pass

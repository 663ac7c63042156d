"""A document's text after expansion, and where each stretch of it stood."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from astrosearch.corpus.latex.tokens import LINE_ENDS


@dataclass(slots=True)
class ExpandedText:
    """A document's text after expansion, and which file each stretch came from."""

    text: str
    starts: list[int] = field(default_factory=list)  # of each stretch, ascending
    sources: list[tuple[str, int]] = field(default_factory=list)  # its file, its first line
    parts: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _ends: list[int] | None = None

    @property
    def ends(self) -> list[int]:
        """Offsets of all line ends."""
        if self._ends is None:
            self._ends = [match.start() for match in LINE_ENDS.finditer(self.text)]
        return self._ends

    def line_at(self, offset: int) -> tuple[str, int]:
        """File and line, from 1, of an offset in the text."""
        stretch = max(0, bisect_right(self.starts, offset) - 1)
        file, line = self.sources[stretch]
        ends = self.ends
        passed = bisect_right(ends, offset - 1) - bisect_right(ends, self.starts[stretch] - 1)
        return file, line + passed

"""Numbers of figures, tables, equations and sections, counted as LaTeX counts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_STEP = re.compile(
    r"\\(?:(?P<level>chapter|section|subsection|subsubsection)(?P<star>\*?)\s*[\[{]"
    r"|(?P<appendix>appendix)(?![A-Za-z])"
    r"|begin\s*\{(?P<begin>[A-Za-z]+\*?)\}|end\s*\{(?P<end>[A-Za-z]+\*?)\}"
    r"|(?P<caption>caption|tablecaption|figcaption)(?P<nonumber>\*?)\s*[\[{]"
    r"|(?P<row>\\)|(?P<skip>nonumber|notag)(?![A-Za-z])"
    r"|label\s*\{(?P<label>[^{}]+)\})"
)
_LEVELS = ("chapter", "section", "subsection", "subsubsection")
_FLOATS = {
    "figure": "figure", "wrapfigure": "figure", "sidewaysfigure": "figure", "SCfigure": "figure",
    "table": "table", "deluxetable": "table", "longtable": "table", "sidewaystable": "table",
    "longrotatetable": "", "rotatetable": "", "floattable": "", "subfigure": "sub",
    "subtable": "sub", "algorithm": "algorithm",
}  # fmt: skip
_ROWS = frozenset({"align", "eqnarray", "gather", "flalign", "alignat"})
_SINGLE = frozenset({"equation", "multline", "dmath"})


def numbers(text: str) -> dict[str, str]:
    """Map each label to the number that `\\ref` would print."""
    count = _Count(with_chapters="\\chapter" in text)
    for match in _STEP.finditer(text):
        if match["level"]:
            if not match["star"]:
                count.heading(_LEVELS.index(match["level"]))
        elif match["appendix"]:
            count.start_appendix()
        elif match["begin"]:
            count.begin(match["begin"])
        elif match["end"]:
            count.end(match["end"].rstrip("*"))
        elif match["caption"]:
            if not match["nonumber"]:
                count.caption(match["caption"])
        elif match["row"]:
            if count.in_rows():
                count.end_row()
                count.rows.append(_Row())
        elif match["skip"]:
            if count.rows:
                count.rows[-1].numbered = False
        elif match["label"]:
            count.label(match["label"].strip())
    return count.found


@dataclass(slots=True)
class _Row:
    """A row of an environment whose every row is an equation."""

    labels: list[str] = field(default_factory=list)
    numbered: bool = True


class _Count:
    """LaTeX's counters, at one place of a document."""

    def __init__(self, *, with_chapters: bool) -> None:
        self.found: dict[str, str] = {}
        self.rows: list[_Row] = []
        self._counts = {"figure": 0, "table": 0, "equation": 0, "algorithm": 0}
        self._begun = dict(self._counts)  # as they stood where the float began
        self._levels = [0, 0, 0, 0]
        self._appendix = False
        self._floats: list[str] = []
        self._equations: list[str] = []
        self._heading = ""
        self._with_chapters = with_chapters

    def heading(self, level: int) -> None:
        self._levels[level] += 1
        self._levels[level + 1 :] = [0] * (3 - level)
        top = 0 if self._with_chapters else 1
        if level == 0:
            self._counts = dict.fromkeys(self._counts, 0)
        named = [str(n) for n in self._levels[top : level + 1]]
        if self._appendix and named:
            named[0] = _level(self._levels[top], appendix=True)
        self._heading = ".".join(named)

    def start_appendix(self) -> None:
        self._appendix, self._levels = True, [0, 0, 0, 0]

    def begin(self, environment: str) -> None:
        name = environment.rstrip("*")
        starred = environment != name
        if name in _FLOATS:
            self._floats.append(_FLOATS[name])
            self._begun = dict(self._counts)
        elif name in _ROWS and not starred:
            self._equations.append(name)
            self.rows.append(_Row())
        elif name in _SINGLE and not starred:
            self._equations.append(name)
            self._counts["equation"] += 1
        elif name in ("appendix", "appendices"):
            self.start_appendix()

    def end(self, name: str) -> None:
        if name in _FLOATS and self._floats:
            self._floats.pop()
        elif self._equations and name == self._equations[-1]:
            self._equations.pop()
            if name in _ROWS and self.rows:
                self.end_row()

    def in_rows(self) -> bool:
        return bool(self.rows and self._equations and self._equations[-1] in _ROWS)

    def end_row(self) -> None:
        row = self.rows.pop()
        if row.numbered:
            self._counts["equation"] += 1
        for label in row.labels:
            self._number(label, self._counts["equation"])

    def caption(self, command: str) -> None:
        kind = self._float() or ("table" if command == "tablecaption" else "figure")
        if "sub" not in self._floats:
            self._counts[kind] += 1

    def label(self, label: str) -> None:
        kind = self._float()
        if self.in_rows():
            self.rows[-1].labels.append(label)
        elif self._equations:
            self._number(label, self._counts["equation"])
        elif kind:
            # A label before its caption gets no number of the float in LaTeX; authors
            # who write it so mean the float all the same.
            before_caption = self._counts[kind] == self._begun[kind]
            self._number(label, self._counts[kind] + before_caption)
        elif self._heading:
            self.found.setdefault(label, self._heading)

    def _float(self) -> str | None:
        """Name the counter of the innermost float that has one."""
        return next((kind for kind in reversed(self._floats) if kind in self._counts), None)

    def _number(self, label: str, count: int) -> None:
        chapter = self._levels[0]
        in_chapter = self._with_chapters and chapter
        shown = f"{_level(chapter, self._appendix)}.{count}" if in_chapter else str(count)
        self.found.setdefault(label, shown)


def _level(number: int, appendix: bool) -> str:
    return chr(ord("A") + (number - 1) % 26) if appendix and number else str(number)

"""Author-year labels of citations, from bibliographies, and citations as readers see them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.latex.tokens import bracket_end, closing_brace
from astrosearch.corpus.limits import Budget
from astrosearch.errors import Unreadable

MAX_ENTRY = 200_000  # characters; a collaboration's author list is long
MAX_OPTION = 20_000
MANY_ENTRIES = 50  # that never end, or lie in one another: then a file is taken for broken

Plain = Callable[[str], str]

_CITE = re.compile(
    r"\\(?:[A-Za-z]{0,30}[cC]ite[A-Za-z]{0,30}|citenop|parencite|autocite)\*?\s*+(?:\[[^\]]{0,500}\]\s*+){0,2}\{([^{}\\]+)\}"
)
_BIBITEM = re.compile(r"\\bibitem\s*(?=[\[{])")
_ENTRY = re.compile(r"@\s*([A-Za-z]{1,30})\s*[{(]\s*([^\s,{}]{1,200})\s*,")
_ENTRY_START = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_BIBLATEX = re.compile(r"\\entry\{([^{}]+)\}\{[^{}]*\}")
_FAMILY = re.compile(r"family=\{((?:[^{}]|\{[^{}]*\})*)\}")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d[a-z]?")
_BIBLIOGRAPHY = re.compile(
    r"\\(?:bibliography|addbibresource|addglobalbib)\s*+(?:\[[^\]]{0,500}\]\s*+)?\{([^{}]*)\}"
)
_AND = re.compile(r"(?<!\s)\s+and\s+", re.IGNORECASE)
_IN_PREPARATION = re.compile(
    r"in[ ~]?prep[a-z.]*|submitted|in press|accepted|n\.d\.", re.IGNORECASE
)


_ENTRY_END = re.compile(r"\\bibitem|\\end\s*\{thebibliography\}|\n[ \t]*\n")
_SURNAME = (
    r"((?:(?:van|von|de|der|den|del|della|la|le|di|da|dos|ter)\s+)*[A-Z][\w'’]+(?:-[A-Z]\w+)*)"
)
_NAMES = (
    re.compile(r"(?:[A-Z][a-z]?\.[\s-]*)+" + _SURNAME),
    re.compile(_SURNAME + r",?\s+(?:[A-Z][a-z]?\.[\s-]*)+"),
)
_NEXT_NAME = re.compile(r"(?:\s*[,;])?\s*(?:and\s+|&\s*)?")
_AND_OTHERS = re.compile(r"[\s,;]*(?:and\s+)?et\s+al\b|[\s,;]*\(?[\w\s-]*Collaboration\b")
_PRINTED_YEAR = re.compile(r"\((?:[^()]*[\s,])?((?:19|20)\d\d[a-z]?)\)")
_LAST_YEAR = re.compile(r"[\s,]((?:19|20)\d\d[a-z]?)\.?$")
_BARE_YEAR = re.compile(r"[\s,.(]*((?:19|20)\d\d[a-z]?)\b(?!\s*[-–])")


@dataclass(frozen=True, slots=True)
class Label:
    """How a paper is cited: `Planck Collaboration`, `2018`."""

    authors: str
    year: str


def cited_keys(text: str) -> frozenset[str]:
    """All keys that the text cites."""
    return frozenset(
        key.strip() for match in _CITE.finditer(text) for key in match[1].split(",") if key.strip()
    )


def label_of_entry(entry: str) -> Label | None:
    """Read authors and year from a numbered entry; None unless both are plain to see.

    >>> label_of_entry("R. A. Hulse and J. H. Taylor, Astrophys. J. 195, L51 (1975).")
    Label(authors='Hulse and Taylor', year='1975')
    """
    pattern = next((pattern for pattern in _NAMES if pattern.match(entry)), None)
    if pattern is None:
        return None
    names: list[str] = []
    at = 0
    while found := pattern.match(entry, at):
        names.append(found[1])
        end = found.end()
        separator = _NEXT_NAME.match(entry, end)
        at = separator.end() if separator else end
    others = _AND_OTHERS.match(entry, end) is not None
    year = _BARE_YEAR.match(entry, end) or _PRINTED_YEAR.search(entry) or _LAST_YEAR.search(entry)
    if year is None:
        return None
    return Label(_joined(names, 3 if others else len(names)), year[1])


class Bibliography:
    """Labels of the keys a document cites, from its .bbl, its own list, or its .bib files."""

    def __init__(self, plain: Plain, budget: Budget) -> None:
        self.plain, self.budget = plain, budget
        self.labels: dict[str, Label] = {}
        self.parts: list[str] = []

    def load(self, tree: SourceTree, main: str, text: str) -> None:
        """Find labels for every key that `text` cites."""
        missing = set(cited_keys(text))
        if not missing:
            return
        if "\\bibitem" in text:
            self._bibitems(text, missing)
        folder = posixpath.dirname(main)
        stem = posixpath.splitext(main)[0]
        names = frozenset(tree.names())
        beside = sorted(n for n in names if n.endswith(".bbl") and posixpath.dirname(n) == folder)
        for name in sorted(beside, key=lambda n: n != stem + ".bbl"):
            if not missing:
                return
            source = self._text(tree, name)
            self._bibitems(source, missing)
            self._biblatex(source, missing)
        wanted = [
            posixpath.normpath(posixpath.join(folder, name.strip().removesuffix(".bib") + ".bib"))
            for match in _BIBLIOGRAPHY.finditer(text)
            for name in match[1].split(",")
            if name.strip()
        ]
        for name in dict.fromkeys(wanted):
            if not missing:
                return
            if name in names:
                self._bib(self._text(tree, name), missing)
            else:
                self.parts.append(name)

    def _text(self, tree: SourceTree, name: str) -> str:
        self.parts.append(name)
        try:
            data = tree.read(name)
            return decode(data, name) if data else ""
        except Unreadable:
            return ""

    def _bibitems(self, text: str, missing: set[str]) -> None:
        left = 4 * len(text) + MANY_ENTRIES * MAX_OPTION  # characters that may yet be read
        for match in _BIBITEM.finditer(text):
            self.budget.check()
            position = match.end()
            option = ""
            if text[position] == "[":
                end = bracket_end(text, position, position + MAX_OPTION)
                left -= MAX_OPTION if end < 0 else end - position
                if left < 0:
                    return
                if end < 0:
                    continue
                option = text[position + 1 : end]
                position = end + 1
            key_match = re.compile(r"[\s%]*\{([^{}]*)\}").match(text, position)
            if key_match is None:
                continue
            key = key_match[1].strip()
            if key in missing:
                label = (
                    self._option_label(option)
                    if option
                    else label_of_entry(self._entry(text, key_match.end()))
                )
                if label is not None:
                    self.labels[key] = label
                    missing.discard(key)

    def _entry(self, text: str, start: int) -> str:
        """The beginning of a numbered entry as it is printed: its authors, journal and year."""
        end = _ENTRY_END.search(text, start, start + 1500)
        entry = text[start : end.start() if end else start + 1500].replace("\\newblock", " ")
        return " ".join(self.plain(entry).split())

    def _option_label(self, option: str) -> Label | None:
        option = re.sub(r"%\s*\n\s*", "", option)
        fields = re.search(r"\\(?:citeauthoryear|astroncite|citename)", option)
        if fields:
            groups = _groups(option, fields.end())
            if len(groups) >= 2:
                names = groups[1] if len(groups) >= 3 else groups[0]
                return self._label(names, groups[-1])
        option = re.sub(r"\\natexlab\s*\{([^{}]*)\}", r"\1", option)
        written = self.plain(option)
        match = re.match(r"(.*?)\s*\(([^()]*)\)", written)
        if match is None or not match[1].strip():
            return None
        return self._label(match[1], match[2])

    def _label(self, names: str, year: str) -> Label | None:
        names = " ".join(
            self.plain(re.sub(r"\s*&\s*", " and ", names.replace("\\&", "&"))).split()
        ).strip(" ,")
        year = " ".join(self.plain(re.sub(r"\\natexlab\s*\{([^{}]*)\}", r"\1", year)).split())
        if not names or not (_YEAR.search(year) or _IN_PREPARATION.search(year)):
            return None
        return Label(names, year)

    def _biblatex(self, text: str, missing: set[str]) -> None:
        entries = list(_BIBLATEX.finditer(text))
        for number, match in enumerate(entries):
            self.budget.check()
            if match[1] not in missing:
                continue
            end = entries[number + 1].start() if number + 1 < len(entries) else len(text)
            entry = text[match.end() : min(end, match.end() + MAX_ENTRY)]
            families = _FAMILY.findall(entry.split("\\strng", 1)[0]) or _FAMILY.findall(entry)
            year = re.search(r"\\field\{year\}\{(\d{4})", entry)
            if families and year:
                names = [self.plain(re.sub(r"\\bibinit\w+", " ", name)) for name in families[:3]]
                label = self._label(_joined(names, len(families)), year[1])
                if label is not None:
                    self.labels[match[1]] = label
                    missing.discard(match[1])

    def _bib(self, text: str, missing: set[str]) -> None:
        left = 4 * len(text) + MANY_ENTRIES * MAX_ENTRY  # characters that may yet be read
        for match in _ENTRY.finditer(text):
            self.budget.check()
            key = match[2]
            if key not in missing:
                continue
            missing.discard(key)
            entry = self._entry_of(text, match.end())
            left -= len(entry)
            if left < 0:
                return
            label = self._entry_label(entry)
            if label is not None:
                self.labels[key] = label

    def _entry_of(self, text: str, start: int) -> str:
        following = _ENTRY_START.search(text, start, start + MAX_ENTRY)
        return text[start : following.start() if following else start + MAX_ENTRY]

    def _entry_label(self, entry: str) -> Label | None:
        authors = (
            _field(entry, "author") or _field(entry, "editor") or _field(entry, "collaboration")
        )
        year = _YEAR.search(_field(entry, "year") or _field(entry, "date") or "")
        if not authors or not year:
            return None
        names = [n for n in _split_names(authors) if n.strip()]
        others = bool(names) and names[-1].strip(" {}").lower() in ("others", "et al.", "et al")
        families = [self._family(name) for name in names[: 3 - others]]
        families = [f for f in families if f and f.lower() != "others"]
        if not families:
            return None
        return Label(_joined(families, 3 if others else len(names)), year[0])

    def _family(self, name: str) -> str:
        name = name.strip()
        if name.startswith("{") and closing_brace(name, 0, len(name)) == len(name) - 1:
            return self.plain(name)
        comma = _outer_comma(name)
        if comma >= 0:
            return self.plain(name[:comma])
        words = re.findall(r"(?:\\.|\{(?:[^{}]|\{[^{}]*\})*\}|[^\s{}~])+", name)
        if not words:
            return ""
        start = len(words) - 1
        while start > 1 and words[start - 1][:1].islower():
            start -= 1
        return self.plain(" ".join(words[start:]))


def _joined(names: list[str], count: int) -> str:
    if count > 2:
        return names[0] + " et al."
    return " and ".join(names[:2])


def _groups(text: str, position: int) -> list[str]:
    groups = []
    while position < len(text):
        while position < len(text) and text[position] in " \t\n":
            position += 1
        end = closing_brace(text, position, 5_000) if text[position : position + 1] == "{" else -1
        if end < 0:
            break
        groups.append(text[position + 1 : end])
        position = end + 1
    return groups


def _outer_comma(text: str) -> int:
    depth = 0
    for match in re.finditer(r"\\.|[{},]", text):
        lexeme = match[0]
        depth += (lexeme == "{") - (lexeme == "}")
        if lexeme == "," and depth == 0:
            return match.start()
    return -1


def _split_names(authors: str) -> list[str]:
    """Split at ` and ` outside of braces; at most the first few are needed, and the last."""
    if "{" not in authors:
        return _AND.split(authors)
    names, depth, last = [], 0, 0
    for match in re.finditer(r"\\.|[{}]|(?<!\s)\s+and\s+", authors, re.IGNORECASE):
        lexeme = match[0]
        if lexeme in "{}":
            depth += 1 if lexeme == "{" else -1
        elif depth == 0 and lexeme[0] != "\\":
            names.append(authors[last : match.start()])
            last = match.end()
    return [*names, authors[last:]]


def _field(entry: str, name: str) -> str | None:
    match = re.search(rf"(?:^|[,\s]){name}\s*=\s*", entry, re.IGNORECASE)
    if match is None:
        return None
    start = match.end()
    opening = entry[start : start + 1]
    if opening == "{":
        end = closing_brace(entry, start, MAX_ENTRY)
        return entry[start + 1 : end] if end > 0 else None
    if opening == '"':
        depth = 0
        for found in re.compile(r'\\.|[{}"]').finditer(entry, start + 1):
            lexeme = found[0]
            depth += (lexeme == "{") - (lexeme == "}")
            if lexeme == '"' and depth == 0:
                return entry[start + 1 : found.start()]
        return None
    bare = re.compile(r"[^\s,{}]+").match(entry, start)
    return bare[0] if bare else None


def citation_text(
    command: str,
    keys: Iterable[str],
    labels: dict[str, Label],
    before: str,
    after: str,
    *,
    textual: bool,
) -> str:
    """Return a citation as a paper prints it; a key without a label stands in brackets."""
    known = [(key, labels.get(key)) for key in keys]
    lead = f"{before} " if before else ""
    tail = f", {after}" if after else ""
    if not any(label for _, label in known):
        return f"[{lead}{'; '.join(readable_key(key) for key, _ in known)}{tail}]"
    if command.startswith("author"):
        shown = [label.authors if label else f"[{readable_key(key)}]" for key, label in known]
        return lead + ", ".join(shown) + tail
    if command.startswith("year"):
        years = ", ".join(label.year if label else f"[{readable_key(key)}]" for key, label in known)
        return f"({lead}{years}{tail})" if command == "yearpar" else lead + years + tail
    if textual:
        shown = []
        for number, (key, label) in enumerate(known):
            last = number == len(known) - 1
            if label is None:
                shown.append(f"[{readable_key(key)}]")
            else:
                note = tail if last else ""
                shown.append(f"{label.authors} ({lead if number == 0 else ''}{label.year}{note})")
        return ", ".join(shown)
    inner = "; ".join(
        f"{label.authors} {label.year}" if label else f"[{readable_key(key)}]"
        for key, label in known
    )
    return f"{lead}{inner}{tail}" if command == "bare" else f"({lead}{inner}{tail})"


def readable_key(key: str) -> str:
    """A citation key without the characters that TeX would take for commands."""
    return re.sub(r"[\\{}$~#^\s]+|(?<!\w)&|&(?!\w)", " ", key).strip() or "?"

"""Author-year labels from BibTeX files, as BibTeX and biber would make them.

Values may be joined with `#` and name strings; a field that an entry lacks comes from the entry
that its `crossref` names.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from astrosearch.corpus.latex.names import Label, family_name, joined, split_names
from astrosearch.corpus.latex.tokens import closing_brace
from astrosearch.corpus.limits import Budget

MAX_ENTRY = 200_000  # characters; a collaboration's author list is long
MANY_ENTRIES = 50  # that never end, or lie in one another: then a file is taken for broken
MANY_NAMES = 3_000  # characters of a list of authors
MAX_TITLE = 60  # characters of a title that stands for authors
MAX_STRINGS = 8  # within one another
MANY_PIECES = 1_000  # of one value

_ENTRY = re.compile(r"@\s*([A-Za-z]{1,30})\s*[{(]\s*([^\s,{}=]{1,200})\s*,")
_ENTRY_START = re.compile(r"^[ \t]*@[A-Za-z]+[ \t]*[{(]", re.MULTILINE)
_STRING = re.compile(r"@string\s*[{(]\s*([^\s,{}=#\"]{1,100})\s*=\s*", re.IGNORECASE)
_BARE = re.compile(r"[^\s,{}#\"()=]+")
_JOIN = re.compile(r"\s*#\s*")
_QUOTED = re.compile(r'\\.|[{}"]', re.DOTALL)
_EQUALS = re.compile(r"\s*=\s*")
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)[a-z]?")
_ARXIV = re.compile(r"(?<![\d.])(\d\d)(?:0[1-9]|1[0-2])\.\d{4,5}(?!\d)")
_UNPUBLISHED = (
    (re.compile(r"in[\s~]*prep|preparation", re.IGNORECASE), "in prep."),
    (re.compile(r"\bsubm", re.IGNORECASE), "submitted"),
    (re.compile(r"in[\s~]*press\b|inpress", re.IGNORECASE), "in press"),
    (re.compile(r"\baccepted\b", re.IGNORECASE), "accepted"),
    (re.compile(r"forthcoming|to[\s~]+appear", re.IGNORECASE), "forthcoming"),
    (re.compile(r"unpublished", re.IGNORECASE), "unpublished"),
    (re.compile(r"\bn\.\s?d\.", re.IGNORECASE), "n.d."),
)
# Who stands for the authors where an entry names none, as the usual styles have it.
_AUTHORS = ("author", "editor", "collaboration")
_BODIES = ("shortauthor", "organization", "institution", "key")


class BibFiles:
    """The entries of a document's BibTeX files."""

    def __init__(self, plain: Callable[[str], str], budget: Budget) -> None:
        self._plain, self._budget = plain, budget
        self._texts: list[str] = []
        self._entries: dict[str, tuple[int, int]] = {}  # key: its text, and where its fields start
        self._cases: dict[str, str] = {}  # key in lower case: the key
        self._cased = 0  # how many keys that was made of
        self._strings: dict[str, tuple[int, int]] = {}  # name in lower case: where its value is
        self._left = MANY_ENTRIES * MAX_ENTRY  # characters that may yet be read

    def add(self, text: str) -> None:
        """Take up the entries of another file."""
        number = len(self._texts)
        self._texts.append(text)
        self._left += 4 * len(text)
        for match in _ENTRY.finditer(text):
            self._budget.check()
            self._entries.setdefault(match[2], (number, match.end()))
        for match in _STRING.finditer(text) if "@string" in text.lower() else ():
            self._strings.setdefault(match[1].lower(), (number, match.end()))

    def label(self, key: str) -> Label | None:
        """How the entry of this key is cited; None where there is none, or it says too little."""
        entry = self._entry(key)
        if not entry:
            return None
        parent = self._parent(entry)
        authors = self._authors(entry, _AUTHORS) or self._authors(parent, _AUTHORS[:1])
        authors = authors or self._body(entry) or self._authors(parent, _AUTHORS)
        if not authors:
            return None
        return Label(authors, self._year(entry) or self._year(parent))

    def _parent(self, entry: str) -> str:
        low = entry.lower()
        for field in ("crossref", "xdata"):
            key = self._field(entry, field) if field in low else None
            if key:
                return self._entry(key.strip())
        return ""

    def _entry(self, key: str) -> str:
        """The text of an entry's fields, perhaps with what follows it; empty where there is none.

        BibTeX takes `Smith` and `smith` for the same key.
        """
        if key not in self._entries:
            if self._cased != len(self._entries):
                self._cased = len(self._entries)
                self._cases = {each.lower(): each for each in reversed(self._entries)}
            key = self._cases.get(key.lower(), key)
        if key not in self._entries or self._left < 0:
            return ""
        self._budget.check()
        number, start = self._entries[key]
        text = self._texts[number]
        following = _ENTRY_START.search(text, start, start + MAX_ENTRY)
        entry = text[start : following.start() if following else start + MAX_ENTRY]
        self._left -= len(entry)
        return entry

    def _authors(self, entry: str, fields: tuple[str, ...]) -> str:
        for field in fields:
            written = self._field(entry, field)
            label = self._names(written) if written else ""
            if label:
                return label
        return ""

    def _names(self, written: str) -> str:
        many = len(written) > MANY_NAMES
        names = [n for n in split_names(written[:MANY_NAMES]) if n.strip()]
        if many and len(names) > 3:  # the first is printed, and the last not read
            return joined([family_name(names[0], self._plain)], 3)
        names = names if not many else [n for n in split_names(written) if n.strip()]
        others = bool(names) and names[-1].strip(" {}").lower() in ("others", "et al.", "et al")
        families = [family_name(name, self._plain) for name in names[: 3 - others]]
        families = [f for f in families if f and f.lower() != "others"]
        if not families:
            return ""
        listed = len(names) == 1 and names[0].count(",") > 2  # by commas, which is no BibTeX
        return joined(families, 3 if others or listed else len(names))

    def _body(self, entry: str) -> str:
        for field in _BODIES:
            name = self._plain(self._field(entry, field) or "")
            if name:
                return name
        title = self._plain(self._field(entry, "shorttitle") or self._field(entry, "title") or "")
        return title if len(title) <= MAX_TITLE else ""

    def _year(self, entry: str) -> str:
        """The year, or what stands for one ("in prep."); empty where nothing tells."""
        if not entry:
            return ""
        written = self._field(entry, "year") or self._field(entry, "date") or ""
        year = _YEAR.search(written)
        if year:
            return year[0]
        fields = ("pubstate", "note", "journal", "howpublished", "volume", "type")
        for text in (written, *(self._field(entry, field) or "" for field in fields)):
            for pattern, shown in _UNPUBLISHED:
                if pattern.search(text):
                    return shown
        posted = _ARXIV.search(self._field(entry, "eprint") or self._field(entry, "journal") or "")
        return f"20{posted[1]}" if posted else ""

    def _field(self, entry: str, name: str) -> str | None:
        low = entry.lower()
        low = low if len(low) == len(entry) else entry
        at = low.find(name)
        while at >= 0:
            match = _EQUALS.match(entry, at + len(name))
            if match and (not at or entry[at - 1] in ", \t\n\r"):
                return self._value(entry, match.end(), 0)
            at = low.find(name, at + 1)
        return None

    def _value(self, text: str, start: int, depth: int) -> str | None:
        """A value that begins at `start`; None where there is none, or it never ends."""
        value, end = read_value(text, start, lambda name: self._string(name, depth))
        return value if end > start else None

    def _string(self, name: str, depth: int) -> str:
        """What a name stands for; the name where nothing tells, as a number does."""
        place = self._strings.get(name.lower())
        if place is None or depth > MAX_STRINGS or self._left < 0:
            return name
        text = self._texts[place[0]][place[1] : place[1] + 5_000]
        self._left -= 100
        value = self._value(text, 0, depth + 1)
        return name if value is None else value


def read_value(
    text: str, start: int, string: Callable[[str], str], longest: int = MAX_ENTRY
) -> tuple[str, int]:
    """Read a field's value, its pieces joined with `#`; and where it ends, -1 where it doesn't.

    `string` gives what a name stands for. The value is cut off after `longest` characters: names
    of names could double for ever.

    >>> read_value('jan # " 1984", year', 0, {"jan": "January"}.__getitem__)
    ('January 1984', 13)
    """
    pieces: list[str] = []
    length = 0
    while True:
        opening = text[start : start + 1]
        if opening in ("{", '"'):
            braced = opening == "{"
            end = closing_brace(text, start, MAX_ENTRY) if braced else _quote_end(text, start + 1)
            if end < 0:
                return "".join(pieces), -1
            piece, start = text[start + 1 : end], end + 1
        elif bare := _BARE.match(text, start):
            piece, start = string(bare[0]), bare.end()
        else:
            piece = ""
        pieces.append(piece[: longest - length])
        length += len(pieces[-1])
        join = _JOIN.match(text, start)
        if join is None or len(pieces) > MANY_PIECES:
            return "".join(pieces), start
        start = join.end()


def _quote_end(text: str, start: int) -> int:
    depth = 0
    for found in _QUOTED.finditer(text, start, start + MAX_ENTRY):
        lexeme = found[0]
        depth += (lexeme == "{") - (lexeme == "}")
        if lexeme == '"' and depth <= 0:
            return found.start()
    return -1

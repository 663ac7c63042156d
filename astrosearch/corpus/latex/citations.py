r"""Labels of the papers a document cites, and citations as readers see them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.bibitems import ReferenceLists
from astrosearch.corpus.latex.bibtex import BibFiles
from astrosearch.corpus.latex.names import Label
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.limits import Budget
from astrosearch.errors import Unreadable

UNKNOWN = "[…]"  # a citation of which nothing is known: its key is no text
MAX_NEAR = 20  # files of references beside a paper that are read without being named

Plain = Callable[[str], str]

_CITE = re.compile(
    r"\\(?:[A-Za-z]{0,30}[cC]ite[A-Za-z]{0,30}|citenop|parencite|autocite)\*?\s*+"
    r"(?:<[^<>]{0,500}>\s*+){0,2}(?:\[[^\]]{0,500}\]\s*+){0,2}\{([^{}\\]+)\}"
)
_FURTHER_KEYS = re.compile(r"(?:\s*+\[[^\]]{0,500}\]){0,2}\s*+\{([^{}\\]+)\}")
_BIBLIOGRAPHY = re.compile(
    r"\\(?:(?:no)?bibliography\*?|addbibresource|addglobalbib|addsectionbib|externalbibliography)"
    r"\s*+(?:\[[^\]]{0,500}\]\s*+)?\{([^{}]*)\}"
)
_FILE_CONTENTS = re.compile(
    r"\\begin\s*\{filecontents\*?\}\s*(?:\[[^\]]{0,200}\]\s*)?\{([^{}\n]{1,200})\}"
)


def cited_keys(text: str) -> frozenset[str]:
    """All keys that the text cites."""
    found: set[str] = set()
    for match in _CITE.finditer(text):
        found.update(match[1].split(","))
        at = match.end()
        while text.startswith(("{", "["), at) and (more := _FURTHER_KEYS.match(text, at)):
            found.update(more[1].split(","))
            at = more.end()
    return frozenset(key.strip() for key in found if key.strip())


class Bibliography:
    """Labels of the keys a document cites, from its .bbl, its own list, or its .bib files."""

    def __init__(self, plain: Plain, budget: Budget) -> None:
        self.budget = budget
        self.labels: dict[str, Label] = {}
        self.parts: list[str] = []
        self._lists = ReferenceLists(plain, budget)
        self._bibs = BibFiles(plain, budget)

    def load(self, tree: SourceTree, main: str, text: str) -> None:
        """Find labels for every key that `text` cites."""
        missing = set(cited_keys(text))
        if not missing:
            return
        self._read_list(text, missing)
        within = self._within(tree, main)
        for name, content in within.items():
            if not name.endswith(".bib"):
                self._read_list(content, missing)
        folder = posixpath.dirname(main)
        stem = posixpath.splitext(main)[0]
        names = frozenset(tree.names())
        beside = sorted(n for n in names if n.endswith(".bbl") and posixpath.dirname(n) == folder)
        for name in sorted(beside, key=lambda n: n != stem + ".bbl"):
            if missing:
                self._read_list(self._text(tree, name), missing)
        for name, content in within.items():
            if missing and name.endswith(".bib"):
                self._bibs.add(content)
        wanted = [
            posixpath.normpath(posixpath.join(folder, name.strip().removesuffix(".bib") + ".bib"))
            for match in _BIBLIOGRAPHY.finditer(text)
            for name in match[1].split(",")
            if name.strip()
        ]
        read = set[str]()
        if missing:
            for name in dict.fromkeys(wanted):
                if name in names:
                    read.add(name)
                    self._bibs.add(self._text(tree, name))
                else:
                    self.parts.append(name)
            self._look_up(missing)
        if missing:
            for name in _near(names - read, folder, wanted):
                self._bibs.add(self._text(tree, name))
            self._look_up(missing)

    def _within(self, tree: SourceTree, main: str) -> dict[str, str]:
        r"""The files that the main file writes itself, by `filecontents`."""
        data = tree.read(main) or b""
        if b"filecontents" not in data:
            return {}
        text = decode(data, main)
        found: dict[str, str] = {}
        for match in _FILE_CONTENTS.finditer(text):
            end = text.find("\\end{filecontents", match.end())
            if end > 0 and match[1].strip().endswith((".bib", ".bbl")):
                found.setdefault(match[1].strip(), text[match.end() : end])
        return found

    def _text(self, tree: SourceTree, name: str) -> str:
        self.parts.append(name)
        try:
            data = tree.read(name)
            return decode(data, name) if data else ""
        except Unreadable:
            return ""

    def _read_list(self, text: str, missing: set[str]) -> None:
        for key, label in self._lists.labels(text, missing):
            self.labels[key] = label
            missing.discard(key)

    def _look_up(self, missing: set[str]) -> None:
        for key in sorted(missing):
            label = self._bibs.label(key)
            if label is not None:
                self.labels[key] = label
                missing.discard(key)


def _near(names: frozenset[str], folder: str, wanted: list[str]) -> list[str]:
    """The .bib files that may be meant where the ones named aren't there, nearest first.

    They lie in the paper's folder, or below it, or beside it under a name that was meant.
    """
    meant = {posixpath.basename(name) for name in wanted}
    below = folder + "/" if folder else ""
    above = posixpath.dirname(folder)
    found = [
        (posixpath.basename(name) not in meant, name.count("/"), name)
        for name in names
        if name.endswith(".bib")
        and (
            name.startswith(below)
            or (posixpath.basename(name) in meant and posixpath.dirname(name) == above)
        )
    ]
    return [name for _, _, name in sorted(found)[:MAX_NEAR]]


def citation_text(
    command: str,
    keys: Iterable[str],
    labels: dict[str, Label],
    before: str,
    after: str,
    *,
    textual: bool,
) -> str:
    """Return a citation as a paper prints it.

    Papers of which nothing is known are left out; `[…]` stands where none is known.
    """
    known = [labels[key] for key in keys if key in labels]
    lead = f"{before} " if before else ""
    tail = f", {after}" if after else ""
    if not known:
        return f"({lead}{UNKNOWN}{tail})" if before or after else UNKNOWN
    if command.startswith("author"):
        return lead + ", ".join(label.authors for label in known) + tail
    if command.startswith("year"):
        years = ", ".join(label.year for label in known if label.year)
        if not years:
            return UNKNOWN
        return f"({lead}{years}{tail})" if command == "yearpar" else lead + years + tail
    if textual:
        shown = []
        for number, label in enumerate(known):
            note = tail if number == len(known) - 1 else ""
            inner = f"{lead if number == 0 else ''}{label.year}{note}".strip(", ")
            shown.append(f"{label.authors} ({inner})" if inner else label.authors)
        return ", ".join(shown)
    cited = "; ".join(f"{label.authors} {label.year}".rstrip() for label in known)
    return f"{lead}{cited}{tail}" if command == "bare" else f"({lead}{cited}{tail})"

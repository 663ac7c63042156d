r"""Author-year labels from printed lists of references: `\bibitem`s and what biblatex writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from astrosearch.corpus.latex.names import Label, family_name, joined
from astrosearch.corpus.latex.tokens import bracket_end, closing_brace
from astrosearch.corpus.limits import Budget

MAX_OPTION = 20_000  # characters
MAX_ENTRY = 200_000  # characters; a collaboration's author list is long
MANY_ENTRIES = 50  # that never end: then a file is taken for broken

Plain = Callable[[str], str]

_BIBITEM = re.compile(r"\\bibitem\s*(?=[\[{])")
_KEY = re.compile(r"[\s%]*\{([^{}]*)\}")
_BIBLATEX = re.compile(r"\\entry\{([^{}]+)\}\{[^{}]*\}")
_HARVARD = re.compile(r"\\harvarditem\s*(?=[\[{])")
_AMSREFS = re.compile(r"\\bib\s*\{([^{}]*)\}\s*\{[^{}]*\}\s*(?=\{)")
_AMSREFS_FIELD = re.compile(r"\b(author|date|year)\s*=\s*(?=\{)")
_FAMILY = re.compile(r"family=\{((?:[^{}]|\{[^{}]*\})*)\}")
_OLD_FAMILY = re.compile(r"\{\{(?:hash=)?[0-9A-Za-z=+]{0,80}\}\{((?:[^{}]|\{[^{}]*\})+)\}\{")
_NAME_LIST = re.compile(r"\\name\{(?:labelname|author|editor)\}")
_FIELD = r"\\field\{(?:labelyear|year|pubstate)\}\{([^{}]+)\}"
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d[a-z]?")
_IN_PREPARATION = re.compile(
    r"in[ ~]?prep[a-z.]*|submitted|in press|accepted|n\.\s?d\.|forthcoming|to appear|unpublished",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"\\natexlab\s*\{([^{}]*)\}")
_PARENTHESIZED = re.compile(r"([^()]{0,500})\s*\(([^()]{0,100})\)")
_YEAR_LAST = re.compile(
    r"([^\d()<>]{2,500}?)[\s,:;<(]+((?:1[5-9]|20)\d\d[a-z]?(?:,\s?[a-z]\b)*|" +
    _IN_PREPARATION.pattern + r")",
    re.IGNORECASE,
)  # fmt: skip
_SHORT_LABEL = re.compile(r"[A-Z][\w+.'’ -]{1,20}\d{2,4}[a-z]?|[A-Z]\w*\+?\d{2}[a-z]?")
_ENTRY_END = re.compile(r"\\bibitem|\\end\s*\{thebibliography\}|\n[ \t]*\n")
_PARTICLES = r"(?:(?:[Vv][ao]n|[Dd]e[rln]?|[Dd]ella|[Ll][ae]|[Dd][ia]|[Dd]os|[Tt]er)\s+)*"
_FAMILY_NAME = rf"({_PARTICLES}[A-Z][\w'’]+(?:[-–][A-Z]\w+)*)"
_INITIALS = r"(?:[A-Z][a-z]?\.[\s-]*)+"
_NAMES = (
    re.compile(_INITIALS + _FAMILY_NAME),
    re.compile(_FAMILY_NAME + r",?\s+" + _INITIALS),
    re.compile(rf"({_PARTICLES}[A-Z][\w'’-]+\s[A-Z][\w'’-]+),\s+{_INITIALS}"),
    re.compile(_FAMILY_NAME + r",?\s+[A-Z]{1,3}(?=[\s,;:&(.]|$)"),
    re.compile(_FAMILY_NAME + r",\s+[A-Z][a-zà-ÿ]+(?:\s+[A-Z]\.)*(?=[\s,;:&(.]|$)"),
)
_BODY = re.compile(
    r"(?:[Tt]he\s+)?([A-Z][\w/-]*(?:\s[\w/-]+){0,5}?\s(?:Collaboration|Consortium|Team)s?)\b"
)
_PLAIN_NAMES = re.compile(
    _FAMILY_NAME + rf"(?:\s+(?:and|&)\s+{_FAMILY_NAME})?(?=(?:\s+et\s+al\b|,?\s+\(?(?:19|20)\d\d))"
)
_NEXT_NAME = re.compile(r"(?:\s*,?\s*(?:Jr|Sr|I{2,3})\b\.?)?(?:\s*[,;])?\s*(?:and\s+|&\s*)?")
_AND_OTHERS = re.compile(
    r"[\s,;]*(?:(?:and\s+)?et\s+al\b\.?|(?:and\s+|&\s*)(?:\d+\s+)?(?:others|colleagues)\b"
    r"|\.\.\.|…|\(?[\w\s-]*Collaboration\b\)?)"
)
_PRINTED_YEAR = re.compile(r"\((?:[^()]*[\s,])?((?:19|20)\d\d[a-z]?)\)")
_LAST_YEAR = re.compile(r"[\s,]((?:19|20)\d\d[a-z]?)\.?$")
_ANY_YEAR = re.compile(r"(?<=[\s,(])((?:19|20)\d\d[a-z]?)(?=[\s,.;:)])")
_BARE_YEAR = re.compile(r"[\s,.(:]*((?:19|20)\d\d[a-z]?)\b(?!\s*[-–])")
_BARE_PREPARATION = re.compile(rf"[\s,.(:]*({_IN_PREPARATION.pattern})", re.IGNORECASE)


def label_of_entry(entry: str) -> Label | None:
    """Read authors and year from a numbered entry; None unless both are plain to see.

    >>> label_of_entry("R. A. Hulse and J. H. Taylor, Astrophys. J. 195, L51 (1975).")
    Label(authors='Hulse and Taylor', year='1975')
    """
    names, end = _names(entry)
    if not names:
        return None
    others = _AND_OTHERS.match(entry, end)
    end = others.end() if others else end
    found = (
        _BARE_YEAR.match(entry, end)
        or _PRINTED_YEAR.search(entry)
        or _LAST_YEAR.search(entry)
        or _BARE_PREPARATION.match(entry, end)
    )
    years = [] if found else _ANY_YEAR.findall(entry)
    if found is None and len(set(years)) != 1:
        return None
    return Label(joined(names, 3 if others else len(names)), found[1] if found else years[0])


def _names(entry: str) -> tuple[list[str], int]:
    """The names that an entry begins with, and where they end."""
    body = _BODY.match(entry)
    if body is not None:
        return [body[1]], body.end()
    names: list[str] = []
    end = 0
    pattern = next((pattern for pattern in _NAMES if pattern.match(entry)), None)
    if pattern is None:
        plain = _PLAIN_NAMES.match(entry)
        return ([name for name in plain.groups() if name], plain.end()) if plain else ([], 0)
    at = 0
    while found := pattern.match(entry, at):
        names.append(found[1])
        end = found.end()
        separator = _NEXT_NAME.match(entry, end)
        at = separator.end() if separator else end
    return names, end


class ReferenceLists:
    """Reads labels from printed lists of references; `plain` makes TeX readable."""

    def __init__(self, plain: Plain, budget: Budget) -> None:
        self.plain, self.budget = plain, budget

    def labels(self, text: str, wanted: set[str]) -> Iterator[tuple[str, Label]]:
        """Yield the wanted keys that a list has, each with its label."""
        yield from self._bibitems(text, wanted)
        if "\\entry" in text:
            yield from self._biblatex(text, wanted)
        if "\\harvarditem" in text:
            yield from self._harvard(text, wanted)
        if "\\bib{" in text:
            yield from self._amsrefs(text, wanted)

    def _bibitems(self, text: str, wanted: set[str]) -> Iterator[tuple[str, Label]]:
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
            key = _KEY.match(text, position)
            if key is None or key[1].strip() not in wanted:
                continue
            label = self._option_label(option) if option.strip() else None
            label = label or label_of_entry(self._entry(text, key.end()))
            label = label or self._printed_label(option)
            if label is not None:
                yield key[1].strip(), label

    def _entry(self, text: str, start: int) -> str:
        """The beginning of a numbered entry as it is printed: its authors, journal and year."""
        end = _ENTRY_END.search(text, start, start + 1500)
        entry = text[start : end.start() if end else start + 1500].replace("\\newblock", " ")
        return " ".join(self.plain(entry).split())

    def _option_label(self, option: str) -> Label | None:
        """What `[...]` prints where it names authors and a year."""
        option = re.sub(r"%\s*\n\s*", "", option)
        fields = re.search(r"\\(?:citeauthoryear|astroncite|BCAY)(?![A-Za-z])", option)
        if fields:
            groups = _groups(option, fields.end())
            if len(groups) >= 2:
                names = groups[1] if len(groups) >= 3 else groups[0]
                return self._label(names, groups[-1])
        option = _SUFFIX.sub(r"\1", option)
        written = " ".join(self.plain(option).split())
        match = _PARENTHESIZED.match(written)
        if match is not None and match[1].strip():
            return self._label(match[1], match[2])
        match = _YEAR_LAST.match(written)
        if match is None:
            return None
        listed = re.split(r"\s*,?\s+(?:and|&)\s+|\s*,\s*", match[1].strip(" ,"))
        named = all(re.fullmatch(_FAMILY_NAME, name) for name in listed)
        shown = joined(listed, len(listed)) if named else match[1]
        return self._label(shown if shown.endswith("al.") else shown.rstrip("."), match[2])

    def _printed_label(self, option: str) -> Label | None:
        """A label made of letters and digits, as `[SJD10]`."""
        written = self.plain(option).strip(" []")
        return Label(written, "") if _SHORT_LABEL.fullmatch(written) else None

    def _label(self, names: str, year: str) -> Label | None:
        names = " ".join(
            self.plain(re.sub(r"\s*&\s*", " and ", names.replace("\\&", "&"))).split()
        ).strip(" ,")
        year = " ".join(self.plain(_SUFFIX.sub(r"\1", year)).split())
        if not names or not (_YEAR.search(year) or _IN_PREPARATION.search(year)):
            return None
        return Label(names, year)

    def _biblatex(self, text: str, wanted: set[str]) -> Iterator[tuple[str, Label]]:
        entries = list(_BIBLATEX.finditer(text))
        for number, match in enumerate(entries):
            self.budget.check()
            if match[1] not in wanted:
                continue
            end = entries[number + 1].start() if number + 1 < len(entries) else len(text)
            entry = text[match.end() : min(end, match.end() + MAX_ENTRY)]
            head = _NAME_LIST.search(entry)
            listed = entry[head.end() if head else 0 :].split("\\strng", 1)[0]
            listed = re.split(r"\\name\{", listed, maxsplit=1)[0]
            families = _FAMILY.findall(listed) or _OLD_FAMILY.findall(listed)
            years = sorted(re.findall(_FIELD, entry), key=lambda year: not _YEAR.search(year))
            if families:
                names = [self.plain(re.sub(r"\\bibinit\w+", " ", name)) for name in families[:3]]
                year = re.sub(r"^in(?=prep|press)", "in ", years[0]) if years else ""
                label = self._label(joined(names, len(families)), year)
                yield match[1], label or Label(joined(names, len(families)), "")

    def _harvard(self, text: str, wanted: set[str]) -> Iterator[tuple[str, Label]]:
        for match in _HARVARD.finditer(text):
            self.budget.check()
            end = -1
            if text[match.end()] == "[":
                end = bracket_end(text, match.end(), match.end() + 5_000)
            groups = _groups(text, max(end + 1, match.end()))
            if len(groups) >= 3 and groups[2] in wanted:
                short = text[match.end() + 1 : end] if end > 0 else groups[0]
                label = self._label(short, groups[1])
                if label is not None:
                    yield groups[2], label

    def _amsrefs(self, text: str, wanted: set[str]) -> Iterator[tuple[str, Label]]:
        for match in _AMSREFS.finditer(text):
            self.budget.check()
            end = closing_brace(text, match.end(), 20_000)
            if match[1] not in wanted or end < 0:
                continue
            families: list[str] = []
            year = ""
            for field in _AMSREFS_FIELD.finditer(text, match.end(), end):
                value = text[field.end() + 1 : max(closing_brace(text, field.end(), 500), 0)]
                if field[1] == "author":
                    families.append(family_name(value, self.plain))
                elif found := _YEAR.search(value):
                    year = found[0]
            if families:
                yield match[1], Label(joined(families, len(families)), year)


def _groups(text: str, position: int) -> list[str]:
    groups: list[str] = []
    while position < len(text) and len(groups) < 9:
        while position < len(text) and text[position] in " \t\n":
            position += 1
        end = closing_brace(text, position, 5_000) if text[position : position + 1] == "{" else -1
        if end < 0:
            break
        groups.append(text[position + 1 : end])
        position = end + 1
    return groups

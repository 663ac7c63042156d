"""Names of people and groups, told from marks, remarks and addresses in a list of authors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from astrosearch.corpus.authors import SUFFIX

_BRACKETS = re.compile(r"\(([^()]{0,500})\)|\[([^\[\]]{0,500})\]|\{([^{}]{0,500})\}")
_MARKS = re.compile(r"\s*(?:\d|[a-z](?![a-z])|[*†‡§¶#★⋆])[\w\s,;.*†‡§¶#★⋆-]{0,40}")
_MARK = re.compile(r"[\^*†‡§¶‖#★⋆✉⁎∗⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉ0-9]+")
_TEAM = re.compile(
    r"(?i)\b(?:on behalf of|representing|for) "
    r"(?=the\b|[^,;|]{0,200}(?:collab|team|consort))"
)
_STRONG = re.compile(
    r"\s*[;،|+•]\s*|(?:^|\s+)(?:and|&|et(?! al))(?:\s+|$)|,\s*(?:and|&)\s+|:(?=\s)"
)
_COMMA = re.compile(r"\s*,\s*")
_OTHERS = re.compile(r"(?i)\bet\.? ?al\b.*$")
_INSTITUTION = re.compile(
    r"\buniv|\binstit|\bdepart|\bdept\b|\bobservat|\bosservat|\bcent(?:er|re|ro)\b|\bschools?\b"
    r"|\blaborat|\blabs?\b|\bcollege\b|\be-?mails?\b|@|https?\b|www\.|\bphysics\b|\bphysik\b"
    r"|\bastronom(?:y|ie|ia|ical)\b|\bastrophysi|\bdivision\b|\bnasa\b|\bfellow(?:ship)?\b"
    r"|\bacademy\b|\bfacult|\bdipart|\bprogram(?:me)?s?\b|\bdraft\b|\bversion\b"
    r"|\bsubmitted\b|\baccepted\b|\breceived\b|\bcontact\b|\bfoundation\b|\bagency\b|\bfacility\b"
    r"|\bcorrespond|\bsciences?\b|\bresearch\b|\btechnology\b|\bplanetarium\b|\bmax[- ]planck\b"
    r"|\bsupervis|\badvis[oe]rs?\b|\bstudents?\b|\bdeceased\b|\borcid\b|\bcontribut|\baffiliat"
    r"|\bpreprint\b|\bthesis\b|\bdegree\b|\bprofessor of\b|\bproposal\b|\bpages\b",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|community|(?:working )?group|network|committee)\b", re.I
)
_ADDRESS_ONLY = re.compile(r"@|https?\b|e-?mail|\bdept\b|\bdepart|\buniv|\binstit", re.IGNORECASE)
_DATE = re.compile(
    r"(?:(?:st|nd|rd|th) )?(?:January|February|March|April|May|June|July|August|September|October"
    r"|November|December|today)",
    re.IGNORECASE,
)
_DEGREE = re.compile(
    r"(?:Ph\. ?D|PhD|M\. ?Sc|MSc|B\. ?Sc|BSc|M\. ?D|FRAS|S\.J|CSIC)\.?", re.IGNORECASE
)
_LEADING = re.compile(
    r"^(?:(?:by|and|with|pi|co-?is?|authors?|the author|presented by|prepared by)(?::|\s)\s*"
    r"|(?:dr|prof|professor|mr|mrs|ms)\.? )+",
    re.IGNORECASE,
)
_INITIAL = re.compile(r"\b[^\W\d_a-z]\.|\b[^\W\d_a-z](?=\s)")
_INITIALS = re.compile(r"(?:[^\W\d_a-z]h?[a-z]?\.?[ -]{0,2}){1,5}")
_PARTICLES = frozenset(
    (
        "van", "von", "de", "der", "den", "del", "della", "di", "da", "do", "dos", "du", "la", "le",
        "ter", "ten", "zu", "zur", "af", "al", "el", "bin", "ibn", "st.", "st", "mac", "san", "'t",
        "y", "e", "las", "los", "vom", "vander", "della", "dello", "dal", "dalla", "lo", "vande",
    )
)  # fmt: skip
_NOBODY = frozenset(
    (
        "et al", "others", "author", "authors", "the authors", "first author", "second author",
        "third author", "fourth author", "a. n. other", "many others", "others tbd", "more",
        "friends", "collaborators", "co-authors", "coauthors", "tbd", "author list", "first last",
        "firstname lastname", "first name last name", "name surname", "your name", "author one",
        "author two", "author three", "authors tbd", "et", "anonymous author", "anonymous authors",
        "author name", "author names", "usa", "uk", "germany", "france", "italy", "spain", "japan",
        "china", "canada", "the netherlands", "united kingdom", "united states", "switzerland",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class _Part:
    """What stands between two commas, and the suffix that followed (`Jr.`)."""

    text: str
    suffix: str = ""

    @property
    def words(self) -> list[str]:
        return self.text.split()


def names_in(people: Sequence[str]) -> list[str]:
    r"""List the names in texts that `\and` divides.

    >>> names_in(["Roe, Jane", "Lee, Bob C., Jr."])
    ['Jane Roe', 'Bob C. Lee Jr.']
    >>> names_in(["The Light Collaboration: J. Roe (1,2), B. Lee, on behalf of the Dark Team"])
    ['The Light Collaboration', 'J. Roe', 'B. Lee', 'Dark Team']
    """
    pieces: list[list[_Part]] = []
    for person in people:
        text = _TEAM.sub(" | ", _without_brackets(person))
        pieces += [parts for piece in _STRONG.split(text) if (parts := _parts(piece))]
    surname_first = all(len(parts) == 2 for parts in pieces if not _is_suffix(parts))
    names: list[str] = []
    for parts in pieces:
        if _is_suffix(parts) and names:
            names[-1] += f" {parts[0].text}"
            continue
        names += _names_of(parts, surname_first=surname_first)
    return names


def _is_suffix(parts: Sequence[_Part]) -> bool:
    return len(parts) == 1 and SUFFIX.fullmatch(parts[0].text) is not None


def _without_brackets(text: str) -> str:
    """Drop marks and remarks in brackets; marks separate what stands around them."""

    def replaced(match: re.Match[str]) -> str:
        inner = next(group for group in match.groups() if group is not None)
        return " | " if _MARKS.fullmatch(inner) else " "

    for _ in range(3):  # within each other
        text, count = _BRACKETS.subn(replaced, text)
        if not count:
            break
    return " ".join(text.partition("(")[0].split())


def _parts(piece: str) -> list[_Part]:
    parts: list[_Part] = []
    for written in _COMMA.split(piece):
        text = _clean(written)
        if parts and SUFFIX.fullmatch(text):
            parts[-1].suffix = text
        elif text and not _DEGREE.fullmatch(text):
            parts.append(_Part(text if not re.search(r"\d{4}", written) else f"{text} @"))
    return parts


def _clean(text: str) -> str:
    text = re.sub(r"\s+([.,])", r"\1", " ".join(_MARK.sub(" ", text).split()))
    text = _OTHERS.sub("", text).strip(" ,;:–—-&_~/").lstrip(".")
    text = re.sub(r" [a-z]$", "", _LEADING.sub("", text.strip()))
    return re.sub(r"^the (?=[A-Z])", "", text).strip()


def _names_of(parts: Sequence[_Part], *, surname_first: bool) -> list[str]:
    """Names of a piece's parts: each is one, or each two are a surname and given names."""
    if _are_pairs(parts, surname_first=surname_first):
        pairs = zip(parts[::2], parts[1::2], strict=True)
        return [_surname_last(family, given) for family, given in pairs]
    names: list[str] = []
    address = False
    for part in parts:
        if _INSTITUTION.search(part.text) and not _GROUP.search(part.text):
            address = True
        elif _is_name(part.text) and not (address and not _INITIAL.search(part.text)):
            names.append(f"{part.text} {part.suffix}".strip())
    return names


def _surname_last(family: _Part, given: _Part) -> str:
    words = family.words
    suffix = given.suffix or family.suffix
    if len(words) > 1 and SUFFIX.fullmatch(words[-1]):
        suffix = suffix or words.pop()
    return f"{given.text} {' '.join(words)} {suffix}".strip()


def _are_pairs(parts: Sequence[_Part], *, surname_first: bool) -> bool:
    if not parts or len(parts) % 2 or any(_INSTITUTION.search(part.text) for part in parts):
        return False
    families, givens = parts[::2], parts[1::2]
    if not all(_is_family(part) for part in families):
        return False
    initials = [_INITIALS.fullmatch(part.text) is not None for part in givens]
    if all(initials):
        return True
    if not all(_is_bare_family(part) for part in families):
        return False
    if not all(1 <= len(part.words) <= 3 and part.text[0].isupper() for part in givens):
        return False
    return surname_first or any(initials) or all(_INITIAL.search(part.text) for part in givens)


def _is_family(part: _Part) -> bool:
    """Whether a part can be a surname before given names: without initials, of few words."""
    text = part.text
    words = [word for word in part.words if not SUFFIX.fullmatch(word)]
    return (
        0 < len(words) <= 4
        and not _INITIAL.search(text + " ")
        and not _GROUP.search(text)
        and _is_name(text + " ", shortest=2)
    )


def _is_bare_family(part: _Part) -> bool:
    """Whether a surname is one word, but for particles and a suffix."""
    words = [word for word in part.words if not SUFFIX.fullmatch(word)]
    return sum(word.lower() not in _PARTICLES for word in words) == 1


def _is_name(name: str, *, shortest: int = 3) -> bool:
    if not shortest <= len(name) < 100 or _DATE.fullmatch(name):
        return False
    if _INSTITUTION.search(name) and not (_GROUP.search(name) and not _ADDRESS_ONLY.search(name)):
        return False
    return (
        bool(_WORD.search(name))
        and name.lower().strip(". ") not in _NOBODY
        and any(c.isupper() for c in name)
    )

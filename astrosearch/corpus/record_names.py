"""Authors of a record, with the parts of their names where it tells them."""

from __future__ import annotations

import re
from typing import Any

from astrosearch.corpus.authors import split_authors
from astrosearch.corpus.entities import without_markup
from astrosearch.corpus.fragment import render
from astrosearch.names import Name
from astrosearch.text import encodable

_SUFFIX = re.compile(r"(?i)(?:jr|sr|ii|iii|iv|v)\.?")
_SPECIAL = re.compile(r"[\\$~{}`^_<&;#'-]")  # perhaps of TeX or of HTML
_GROUP = re.compile(
    r"(?i)\b(?:collab|team|consort|survey|group|project|network|mission|institut|council|agency)"
)
_SEMICOLON, _AND = re.compile(r"\s*;\s*(?:and\s+)?"), re.compile(r"\s+and\s+")
_FAMILY = ("family", "lastName", "last", "surname", "last_name", "family_name")
_GIVEN = ("given", "firstName", "first", "given-names", "given_names", "first_name", "given_name")
_WHOLE = ("literal", "name", "full_name", "display_name", "raw_author_name", "fullName", "value")
_MANY = 1_000  # signs of a name; what is longer is none


def names_of(value: Any) -> tuple[tuple[str, ...], tuple[Name, ...]] | None:
    """Return the authors as they are read, and the parts of their names or none of them.

    `value` is a line of names, or a list of names or of objects. None if it is something else.

    >>> names_of(["Roe, Jane", "Planck Collaboration"])[0]
    ('Jane Roe', 'Planck Collaboration')
    >>> names_of([{"family": "Leeuwen", "non-dropping-particle": "van", "given": "F."}])[1]
    (Name(family='van Leeuwen', given='F.', suffix=''),)
    """
    if value is None:
        return (), ()
    if isinstance(value, str):
        listed = _listed(value)
        if listed is None:
            return split_authors(read(value)), ()
        value = listed
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list):
        return None
    people: list[str | Name] = []
    for each in value:
        person = read(each) if isinstance(each, str) else _person(each)
        if person is None:
            return None
        if person and (isinstance(person, str) or person.family):
            people.append(person)
    parted = any(isinstance(person, Name) or "," in person for person in people)
    if not parted or any(isinstance(person, str) and _is_whole(person) for person in people):
        return tuple(_full(person) for person in people), ()
    names = tuple(in_parts(person) if isinstance(person, str) else person for person in people)
    return tuple(name.full for name in names), names


def _is_whole(name: str) -> bool:
    """Whether a name is that of a person, and not told in parts."""
    return "," not in name and " " in name and _GROUP.search(name) is None


def _full(person: str | Name) -> str:
    name = person if isinstance(person, Name) else in_parts(person) if "," in person else person
    return name if isinstance(name, str) else name.full


def read(text: str) -> str:
    """Return a name without markup and TeX, on one line."""
    if text.isascii() and _SPECIAL.search(text) is None:
        return " ".join(text.split())
    return render(encodable(without_markup(text)))[0]


def parsed(entry: list[str]) -> Name:
    """Read an entry of arXiv's `authors_parsed`: family name, given name, suffix."""
    family, given, suffix = ([read(part) for part in entry] + ["", "", ""])[:3]
    if not family:
        return Name(given, "", suffix)
    return Name(family, given, suffix)


def in_parts(text: str) -> Name:
    """Read `Roe, Jane` or `King, Jr., M. L.`; without a comma it is the name of a group.

    >>> in_parts("King, Jr., M. L."), in_parts("King, M. L., Jr.") == in_parts("King, Jr., M. L.")
    (Name(family='King', given='M. L.', suffix='Jr.'), True)
    """
    family, *rest = [part.strip() for part in text.split(",") if part.strip(" .")] or [text]
    suffixes = [part for part in rest if _SUFFIX.fullmatch(part)]
    given = " ".join(part for part in rest if part not in suffixes)
    return Name(family, given, " ".join(suffixes))


def _listed(line: str) -> list[str] | None:
    """Split a line of names that are written `Roe, Jane`, by `;` or BibTeX's `and`."""
    if "(" in line:
        return None
    for sign, between in ((";", _SEMICOLON), (" and ", _AND)):
        parts = [part for part in between.split(line.strip()) if part] if sign in line else []
        if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
            return parts
    return None


def _person(value: Any) -> Name | str | None:
    if not isinstance(value, dict):
        return None
    inner = value.get("author")
    if isinstance(inner, dict):
        value = inner  # OpenAlex's
    if isinstance(value.get("name"), dict):
        value = value["name"]
    family, given = _part(value, _FAMILY), _part(value, _GIVEN)
    if family:
        before = [_part(value, (f"{kind}-particle",)) for kind in ("dropping", "non-dropping")]
        whole = " ".join(part for part in (*before, family) if part)
        return Name(whole, given, _part(value, ("suffix",)))
    return _part(value, _WHOLE) or given


def _part(value: dict[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        part = value.get(name)
        if isinstance(part, str) and part.strip() and len(part) < _MANY:
            return read(part)
    return ""

r"""Authors' names, from what the journal classes make of `\author`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from astrosearch.corpus.latex.personal_names import names_in
from astrosearch.corpus.latex.tokens import closing_brace
from astrosearch.names import Name, is_group, is_suffix

MAX_AUTHORS = 3_000
MAX_FIELDS = 10_000  # of `\author`, most of them of one name
MAX_FIELD = 500_000  # characters
MAX_NAME = 500  # characters of a family name

_WITH_ARGUMENT = re.compile(
    r"\\(?:thanks|footnote|footnotetext|altaffilmark|altaffiltext|altaffiliation|affil|affiliation|inst"
    r"|email|emailAdd|orcid|orcidlink|orcidID|textsuperscript|authornote|corref|corauth|fnref|ead|address"
    r"|institute|footnotemark|thanksref|vspace|hspace|href|fnmsep|correspondingauthor|color|sup|supit"
    r"|supscr|supsc|label|ref|tnoteref|tnotemark|cortext|fntext|note|notetoeditor|affmark|affilmark"
    r"|affilnum|mark|collaboration|orcidicon|orcidauthor|url|texttt|IEEEauthorrefmark"
    r"|IEEEauthorblockA|IEEEmembership|authorrefmark|authormark|protect\\footnote|affaddr|authorinfo"
    r"|aff|afil|adress|mailto|altaffilnote|unskip|deceased|includegraphics|scalerel|role|textsc\{"
    r"|dedicated|authoremail|footnoteA|textcolor|CJKfamily|rlap|llap|raisebox\s*\{[^{}]*\})\*?"
    r"\s*+(?:\[[^\]]{0,500}\]\s*+)?(?=\{)"
)
_MARK_COMMAND = re.compile(r"\\(?:footnotemark|fnmark|orcidlink)\s*\[[^\]]{0,100}\]")
_CJK = re.compile(r"\\begin\s*\{CJK\*?\}.{0,500}?\\end\s*\{CJK\*?\}", re.DOTALL)
_MATH = re.compile(r"\$[^$]*\$|\\\([^)]{0,500}\\\)")
_SUPERSCRIPT = re.compile(r"(?<!\\)\^(?:\{[^{}]*\}|\\?\w+|\*)")
_LINE = re.compile(
    r"\\\\\s*(?:\[[^\]]{0,100}\])?|\\(?:newline|par|cr|nextline|skiplinehalf|medskip|smallskip|bigskip)"
    r"(?![A-Za-z])|\n[ \t]*\n"
)
_NEW_AUTHOR = re.compile(
    r"(?:\\\\\s*+(?:\[[^\]]{0,100}\]\s*+)?)?\\(?:newauthor|nextauthor)(?![A-Za-z])"
)
_AND = re.compile(
    r"\\(?:and|And|AND|ANDD|authand|andauthor|alignauthor)(?![A-Za-z])|\\quad|\\qquad"
)
_GIVEN_FAMILY = re.compile(
    r"\\(?:sur|lastname|surname|snm|sfx|particle|prefix|spfx|suffix)(?=\s*\{)"
)
# The family name, with the particle before it where that is told too.
_FAMILY = re.compile(
    r"(?:\\(?:particle|prefix|spfx)\s*\{([^{}]{1,40})\}[\s~]*)?\\(?:sur|lastname|surname|snm)\s*(?=\{)"
)
_ADDRESS = re.compile(
    r"\buniv|\binstit|\bdepart|\bdept\b|\bobservat|\bosservat|\bcent(?:er|re|ro)\b|\bschools?\b"
    r"|\blaborat|\bcollege\b|\be-?mail|@|https?:|\bstreet\b|\bphysics\b|\bastronom(?:y|ie|ia)\b"
    r"|\bastrophysics\b|\bdivision\b|\bnasa\b|\bfellow\b|\d{3}|\bavenue\b|\broad\b|\bacademy\b"
    r"|\bfacult|\bdipart|\bprogram|\bdraft\b|\bversion\b|\bsubmitted\b|\baccepted\b|\breceived\b"
    r"|\bcontact\b|\bfoundation\b|\bagency\b|\bfacility\b|\bjanuary\b|\bfebruary\b|\bseptember\b"
    r"|\boctober\b|\bnovember\b|\bdecember\b",
    re.IGNORECASE,
)
_PERSON_LINE = re.compile(r"\W*(?:[A-Z]\.[ -]?)+(?:[a-z]{2,3} ){0,2}[^\W\d_][\w'’-]+\W*")


def author_names(fields: Iterable[str], plain: Callable[[str], str]) -> tuple[str, ...]:
    r"""Clean names from the arguments of a paper's `\author` commands.

    `plain` writes TeX as text. What is no name (marks, notes, addresses) is left out.
    """
    names: dict[str, None] = {}
    for field in islice(fields, MAX_FIELDS):
        for name in _names(field[:MAX_FIELD], plain):
            names.setdefault(name)
            if len(names) >= MAX_AUTHORS:
                return tuple(names)
    return tuple(names)


def parts_of_names(
    names: Sequence[str], fields: Iterable[str], plain: Callable[[str], str]
) -> tuple[Name, ...]:
    r"""Return the parts of names that `author_names` found in the same fields.

    Classes have `\sur`, `\surname` and the like for family names. As with records, all parts are
    known or none: empty where a person's family name isn't told. Groups have none.
    """
    families = [told for field in islice(fields, MAX_FIELDS) for told in _families(field, plain)]
    if not families:
        return ()
    parts: list[Name] = []
    waiting = iter(families)
    for name in names:
        if is_group(name):
            parts.append(Name(name))
            continue
        known = _parted(name, next(waiting, ()))
        if known is None:
            return ()
        parts.append(known)
    return tuple(parts)


def _families(field: str, plain: Callable[[str], str]) -> Iterator[tuple[str, ...]]:
    """Yield what may be each person's family name: with its particle, and without."""
    field = _MATH.sub(" ", _without_notes(field[:MAX_FIELD].replace("\x1f", "")))
    for match in _FAMILY.finditer(field):
        end = closing_brace(field, match.end(), MAX_NAME)
        if end >= 0:
            family = _written(field[match.end() + 1 : end], plain)
            particle = _written(match[1] or "", plain)
            yield (f"{particle} {family}", family) if particle else (family,)


def _written(tex: str, plain: Callable[[str], str]) -> str:
    return " ".join(plain(_SUPERSCRIPT.sub(" ", tex)).replace("|", " ").split()).strip(" ,;*")


def _parted(name: str, families: Sequence[str]) -> Name | None:
    """Return the parts of a name that ends with one of some family names, or a suffix after it."""
    whole, _, last = name.rpartition(" ")
    without, suffix = (whole, last) if is_suffix(last) else (name, "")
    for family in families:
        if family and (without == family or without.endswith(f" {family}")):
            return Name(family, without[: -len(family)].strip(), suffix)
    return None


def _names(field: str, plain: Callable[[str], str]) -> list[str]:
    field = _CJK.sub(" ", field.replace("\x1f", ""))
    field = _MARK_COMMAND.sub(" | ", _without_notes(field))
    field = _MATH.sub(" | ", field)
    field = _SUPERSCRIPT.sub(" | ", field)
    field = _NEW_AUTHOR.sub(", ", field)
    field = _GIVEN_FAMILY.sub(" ", field)
    people = [_lines_of_names(person, plain) for person in _AND.split(field)]
    return names_in([person for person in people if person.strip(" |")])


def _lines_of_names(person: str, plain: Callable[[str], str]) -> str:
    """The lines that hold names: the first, and those that go on with it; not addresses."""
    taken = ""
    for number, line in enumerate(_LINE.split(person)):
        text = plain(line).strip()
        if not text:
            continue
        address = _ADDRESS.search(text)
        joined = taken.rstrip(" |").endswith((",", " and", "&", ";")) or re.match(
            r"[| ]*(?:,|and\b|&)", text
        )
        another = not joined and _PERSON_LINE.fullmatch(text) is not None
        if taken and (address or not (joined or another)):
            break
        if number and not taken and address:
            break
        taken = f"{taken} | {text}" if another else f"{taken} {text}"
    return taken


def _without_notes(field: str) -> str:
    kept, last = [], 0
    position = 0
    while match := _WITH_ARGUMENT.search(field, position):
        end = closing_brace(field, match.end(), 5_000)
        position = match.end()
        if end < 0:
            continue
        kept += [field[last : match.start()], " | "]
        last = position = end + 1
    return "".join([*kept, field[last:]])

r"""Authors' names, from what the journal classes make of `\author`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from astrosearch.corpus.latex.tokens import closing_brace

MAX_AUTHORS = 3_000
MAX_FIELDS = 10_000  # of `\author`, most of them of one name
MAX_FIELD = 500_000  # characters

_WITH_ARGUMENT = re.compile(
    r"\\(?:thanks|footnote|footnotetext|altaffilmark|altaffiltext|altaffiliation|affil|affiliation|inst"
    r"|email|orcid|orcidlink|orcidID|textsuperscript|authornote|corref|fnref|ead|address|institute"
    r"|footnotemark|thanksref|vspace|hspace|href|fnmsep|correspondingauthor|color|sup|label|ref"
    r"|collaboration|orcidicon|email|url|texttt|IEEEauthorrefmark|authorrefmark|protect\\footnote"
    r"|aff|mailto|altaffilnote|unskip|deceased|includegraphics|scalerel|textsc\{)\*?"
    r"\s*+(?:\[[^\]]{0,500}\]\s*+)?(?=\{)"
)
_MATH = re.compile(r"\$[^$]*\$|\\\([^)]{0,500}\\\)")
_SUPERSCRIPT = re.compile(r"(?<!\\)\^(?:\{[^{}]*\}|\\?\w+|\*)")
_LINE = re.compile(
    r"\\\\\s*(?:\[[^\]]{0,100}\])?|\\newline(?![A-Za-z])|\\par(?![A-Za-z])|\n[ \t]*\n"
)
_NEW_AUTHOR = re.compile(r"(?:\\\\\s*+(?:\[[^\]]{0,100}\]\s*+)?)?\\newauthor(?![A-Za-z])")
_AND = re.compile(r"\\(?:and|And|AND|authand)(?![A-Za-z])|\\quad|\\qquad")
_SEPARATOR = re.compile(r"\s*[;,،|+]\s*|(?:^|\s+)(?:and|&)(?:\s+|$)")
_INSTITUTION = re.compile(
    r"univ|instit|depart|observ|cent(?:er|re)\b|school|laborat|college|e-?mail|@|http|street|"
    r"physics|astronom(?:y|ie|ia)|division|nasa|fellow|\d{3}|avenue|road|academy|faculty|dipart|"
    r"program|draft|version|submitted|january|february|march|april|june|july|august|september|"
    r"october|november|december|accepted|received|contact|foundation|agency|facility|road\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|Ph\.?D)\.?$")
_NOBODY = frozenset(
    (
        "et al", "others", "author", "authors", "the authors", "first author", "second author",
        "third author", "fourth author", "a. n. other", "many others", "others tbd", "more",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]")


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


def _names(field: str, plain: Callable[[str], str]) -> list[str]:
    field = _without_notes(field.replace("\x1f", ""))
    field = _MATH.sub(" | ", field)
    field = _SUPERSCRIPT.sub(" | ", field)
    field = _NEW_AUTHOR.sub(", ", field)
    found: list[str] = []
    for person in _AND.split(field):
        lines = _LINE.split(person)
        taken = ""
        for number, line in enumerate(lines):
            text = plain(line).strip()
            if not text:
                continue
            joined = taken.rstrip(" |").endswith((",", " and", "&", ";")) or re.match(
                r"[| ]*(?:,|and\b|&)", text
            )
            if taken and not (joined and not _INSTITUTION.search(text)):
                break
            if number and not taken and _INSTITUTION.search(text):
                break
            taken = f"{taken} {text}"
        found += _split(taken)
    return found


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


def _split(text: str) -> list[str]:
    names: list[str] = []
    for piece in _SEPARATOR.split(text):
        name = re.sub(r"\([^)]{0,500}\)|[\^*†‡§¶★⋆⁰¹²³⁴⁵⁶⁷⁸⁹0-9]+", " ", piece)
        name = re.sub(r"\s+([.,])", r"\1", " ".join(name.split())).strip(" ,;:–—-&")
        name = re.sub(r"^(?:by|and|with|pi)[\s:]+", "", name, flags=re.IGNORECASE)
        if _SUFFIX.fullmatch(name) and names:
            names[-1] += f" {name}"
        elif _is_name(name):
            names.append(name)
    return names


def _is_name(name: str) -> bool:
    return (
        2 < len(name) < 100
        and bool(_WORD.search(name))
        and not _INSTITUTION.search(name)
        and name.lower().strip(".") not in _NOBODY
        and any(c.isupper() for c in name)
    )

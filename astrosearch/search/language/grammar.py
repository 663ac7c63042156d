"""The grammar of a query, as people know it from ADS.

    stellar winds              words: any of them, the more and the rarer the better
    "damping tail"             must appear in the sentence, word by word
    "damping tail" OR "dust"   one of them must
    -supernova, -"type Ia"     must not
    title:dust, abs:"red giant"  in the paper's title; in a sentence of an abstract
    author:"Peebles, P", year:1998..2004   the paper's; alone they list papers

Anything else is words: a lone -, a quote that nobody closes, a colon after another word. So is
all of a long passage: a text that was pasted demands nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from astrosearch.errors import AstrosearchError
from astrosearch.search.language.smalltalk import without_small_talk
from astrosearch.search.language.spellings import Term, either, phrase, terms
from astrosearch.text import STOPWORDS

NOTHING = '""'  # the FTS5 expression that matches no sentence

MOST_TERMS = 200  # of a query; the encoder reads no more either
LONGEST = 8_000  # characters of a query that are read: more than the encoder's tokens can be
PASTED = 12  # from more plain words on, quotes and minus signs are those of a pasted text

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_QUOTES = str.maketrans("“”„«»", '"""""')
FIELDS = {
    "title": "title", "ti": "title", "abs": "abs", "abstract": "abs", "full": "full",
    "body": "full", "author": "author", "au": "author", "first_author": "first author",
    "year": "year", "pubdate": "year",
}  # fmt: skip
UNKNOWN_FIELDS = frozenset(
    """bibcode doi id identifier bibstem keyword keywords object aff affil affiliation orcid ack
    arxiv_class inst property citation citations references cat category section journal volume
    page issn isbn database docs recid k t eprint""".split()  # noqa: SIM905
)
_ITEM = re.compile(
    r'(?<!\S)(?P<minus>-(?=["\w]*[^\W\d_"]|"))?'
    rf"(?P<field>(?i:{'|'.join(FIELDS)}|{'|'.join(UNKNOWN_FIELDS)}):(?=\S)(?!//))?"
    r'(?P<first>\^(?="))?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))'
)
_PHRASES = re.compile(r'"[^"]*"')
_PLAIN_WORD = re.compile(r"(?<!\S)[^\s\"-]*[^\W\d_][^\s\"]*")
_GROUPS = re.compile(r"\) ?OR\b|\bOR ?\(|\)\s*AND\b|\bAND\s*\(")
# What is left of a word whose first half was a macro: γ-ray, SN-like.
_RESTS = frozenset(("ray", "rays", "like", "based", "type", "body", "band", "dependent"))


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, understood."""

    text: str  # for the encoder
    words: tuple[Term, ...] = ()
    must: tuple[Term, ...] = ()  # in the sentence
    never: tuple[Term, ...] = ()
    abstract: tuple[Term, ...] = ()  # in the sentence, which is one of an abstract
    titles: tuple[tuple[str, ...], ...] = ()  # in the paper's title: one of each
    authors: tuple[tuple[str, ...], ...] = ()  # one of each; ^ in front means the first author
    years: tuple[str, ...] = ()

    @property
    def demands(self) -> ParsedQuery:
        """What is demanded of an answer, however it ranks."""
        asked = (self.must, self.never, self.abstract, self.titles, self.authors, self.years)
        return ParsedQuery("", (), *asked)

    @property
    def is_listing(self) -> bool:
        """Whether it asks for papers by author or year alone, and ranks nothing."""
        return bool(self.authors or self.years) and not (
            self.words or self.must or self.abstract or self.titles or self.never
        )

    @property
    def ranking(self) -> tuple[Term, ...]:
        """The terms that rank a sentence: those that decide something, unless there are none.

        >>> [term.phrases for term in parse('the dust of a "red giant" -nova').ranking]
        [('dust',), ('red giant',)]
        """
        found = (*self.words, *self.must, *self.abstract)
        if not found:
            found = tuple(term for each in self.titles for one in each for term in terms(one))
        telling = tuple(term for term in found if not STOPWORDS.issuperset(term.phrases))
        return _first(telling or found)


@dataclass(slots=True)
class _Parts:
    """What has been read of a query."""

    must: list[Term] = field(default_factory=list)
    never: list[Term] = field(default_factory=list)
    abstract: list[Term] = field(default_factory=list)
    named: dict[str, list[list[str]]] = field(
        default_factory=lambda: {"title": [], "author": [], "year": []}
    )
    text: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


class _Item(NamedTuple):
    """One word, phrase or field of a query."""

    field: str
    value: str
    minus: bool
    quoted: bool
    before: str  # what stands between the item before and this
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is a word like any other."""
        return not (self.field or self.minus or self.quoted)


def parse(query: str) -> ParsedQuery:
    """Read a query.

    Raises
    ------
    AstrosearchError
        When it has no word to search for, excludes what can't be excluded, or asks for a field
        that isn't there.
    """
    plain = _CONTROL.sub(" ", query[:LONGEST]).translate(_QUOTES)
    if plain.count('"') % 2:
        at = plain.rindex('"')
        plain = plain[:at] + " " + plain[at + 1 :]
    if len(_PLAIN_WORD.findall(_PHRASES.sub(" ", plain))) > PASTED:
        plain = plain.replace('"', " ")
        pasted = True
    else:
        pasted = False
    plain = _without_groups(plain, pasted)
    parts = _Parts()
    items = list(_items(plain, pasted))
    for alternatives in _alternatives(items, pasted):
        _take(parts, alternatives)
    parts.words.append(plain[items[-1].end :] if items else plain)
    return _understood(query, plain, parts)


def _without_groups(plain: str, pasted: bool) -> str:
    """Drop the brackets of alternatives, which change nothing.

    Raises
    ------
    AstrosearchError
        When they group what can't be grouped.
    """
    if pasted or not re.search(r"\bOR\b", plain):
        return plain
    groups = re.findall(r"\(([^()]*)\)", plain)
    if _GROUPS.search(plain) or any(" AND " in group or "((" in group for group in groups):
        raise AstrosearchError(
            "groups in brackets can't be joined by AND and OR.\n"
            'Join words or phrases: "red giant" OR "red clump". Everything else must hold besides.'
        )
    return plain.replace("(", " ").replace(")", " ") if groups else plain


def _items(plain: str, pasted: bool) -> Iterator[_Item]:
    at = 0
    negates = not pasted and "NOT" in plain and _counted_words(plain) > 1
    negated = False
    for found in _ITEM.finditer(plain):
        between = plain[at : found.start()]
        at = found.end()
        quoted = found["phrase"] is not None
        value = found["phrase"] if quoted else found["word"]
        name = (found["field"] or "").rstrip(":").lower()
        minus = bool(found["minus"])
        if negates and not quoted and not name and value == "NOT":
            negated = True
            continue
        if minus and not name and (pasted or (not quoted and value.lower() in _RESTS)):
            minus = False  # a dash of the text
        if name and (pasted and name not in ("author", "year")):
            value, name = f"{name}:{value}", ""
        value = f"^{value}" if found["first"] else value
        yield _Item(name, value, minus or negated, quoted, between, at)
        negated = False


def _counted_words(plain: str) -> int:
    return len(_PLAIN_WORD.findall(plain)) + plain.count('"') // 2


def _alternatives(items: list[_Item], pasted: bool) -> Iterator[list[_Item]]:
    """Yield items, those together that OR joins."""
    group: list[_Item] = []
    joins = False
    for at, item in enumerate(items):
        operator = not (item.field or item.quoted or item.minus or pasted)
        if operator and item.value == "OR" and group and at + 1 < len(items):
            joins = True
            continue
        if operator and item.value == "AND" and group and at + 1 < len(items):
            continue
        if joins:
            group.append(item)
            joins = False
            continue
        if group:
            yield group
        group = [item]
    if group:
        yield group


def _take(parts: _Parts, group: list[_Item]) -> None:
    """Take what was read: one item, or alternatives."""
    if len(group) == 1 and group[0].is_word:
        parts.text.append(group[0].value)
        parts.words += (group[0].before, group[0].value)
        return
    fields = {FIELDS.get(item.field, item.field) for item in group}
    for item in group:
        _check(item)
        parts.words.append(item.before)
    if len(group) > 1 and len(fields) > 1:
        raise AstrosearchError(
            "OR joins alternatives of one kind, but different fields were given.\n"
            "Give words, phrases, authors or titles on both sides: author:Roe OR author:Lee."
        )
    name = fields.pop()
    values = [item.value for item in group]
    if name in ("title", "author", "first author", "year"):
        if name == "first author":
            name, values = "author", [f"^{value.lstrip('^')}" for value in values]
        parts.named[name].append(
            [value if name == "author" else value.lstrip("^") for value in values]
        )
        return
    found = [term for value in values if (term := phrase(value))]
    if group[0].minus:
        parts.never += found
        return
    parts.text += values
    if name == "abs":
        parts.abstract += [either(found)] if found else []
    elif name == "full" or any(item.quoted for item in group):
        parts.must += [either(found)] if found else []
    else:
        parts.words += [" ".join(values)]


def _check(item: _Item) -> None:
    """Refuse what can't be asked."""
    if item.field in UNKNOWN_FIELDS:
        ids = item.field in ("bibcode", "doi", "id", "identifier", "eprint")
        raise AstrosearchError(
            f"there is no field {item.field}: in a query.\n"
            "The fields are title:, abs:, full:, author: and year:."
            + (f" For one paper: astrosearch show {item.value}" if ids else "")
            + (" For a category: --category astro-ph.CO" if item.field.startswith("cat") else "")
        )
    if item.field and item.minus:
        raise AstrosearchError(
            f"-{item.field}: can't be excluded.\n"
            f"Exclude a word, -{item.value}, or a paper, --exclude ID."
        )


def _understood(query: str, plain: str, parts: _Parts) -> ParsedQuery:
    words = without_small_talk(" ".join(" ".join(parts.words).split()))
    titles = [" ".join(values) for values in parts.named["title"]]
    read = " ".join(" ".join(parts.text).split()) or " ".join(titles)
    by_paper = parts.named["author"] or parts.named["year"]
    if not read and not (parts.never or by_paper):
        read = plain.strip() or query.strip()[:LONGEST]  # signs alone: the encoder may know better
    if not read and parts.never:
        raise AstrosearchError(
            "the query holds no word to search for.\n"
            "Give some words besides excluded words, authors and years."
        )
    return ParsedQuery(
        text=read or " ".join(value for values in by_paper for value in values),
        words=_first(terms(words)),
        must=_first(parts.must),
        never=_first(parts.never),
        abstract=_first(parts.abstract),
        titles=tuple(tuple(values) for values in parts.named["title"]),
        authors=tuple(tuple(values) for values in parts.named["author"]),
        years=tuple(value for values in parts.named["year"] for value in values),
    )


def _first(found: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def any_of(found: Iterable[Term], as_typed: bool = False) -> str | None:
    """Write terms as an FTS5 expression that any of them fulfils; None if there are none."""
    phrases = dict.fromkeys(each for term in found for each in term.written(as_typed))
    quoted = [f'"{each}"' for each in phrases]
    if len(quoted) > 1:
        return f"({' OR '.join(quoted)})"
    return quoted[0] if quoted else None

"""The grammar of a query, as people know it from ADS.

    stellar winds              words: any of them, the more and the rarer the better
    "damping tail"             must stand in the sentence, word by word
    -supernova, -"type Ia"     must not
    title:dust, abs:"red giant"  in the paper's title; in a sentence of an abstract
    author:"Peebles, P", year:1998..2004   the paper's

Anything else is words: a lone -, a quote that nobody closes, a colon after another word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from astrosearch.errors import AstrosearchError
from astrosearch.search.language.spellings import Term, terms
from astrosearch.text import STOPWORDS

NOTHING = '""'  # the FTS5 expression that matches no sentence

MOST_TERMS = 200  # of a query; the encoder reads no more either

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]+")
_QUOTES = str.maketrans("“”„«»", '"""""')
_ITEM = re.compile(
    r'(?<!\S)(?P<minus>-(?=["\w]*[^\W\d_"]|"))?(?P<field>(?i:title|abs|author|year):(?=\S))?'
    r'(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))'
)


@dataclass(frozen=True, slots=True)
class ParsedQuery:
    """A query, understood."""

    text: str  # for the encoder
    words: tuple[Term, ...] = ()
    must: tuple[Term, ...] = ()  # in the sentence
    never: tuple[Term, ...] = ()
    abstract: tuple[Term, ...] = ()  # in the sentence, which is one of an abstract
    titles: tuple[str, ...] = ()  # in the paper's title
    authors: tuple[str, ...] = ()
    years: tuple[str, ...] = ()

    @property
    def demands(self) -> ParsedQuery:
        """What is demanded of an answer, however it ranks."""
        return replace(self, text="", words=())

    @property
    def ranking(self) -> tuple[Term, ...]:
        """The terms that rank a sentence: those that decide something, unless there are none.

        >>> [term.phrases for term in parse('the dust of a "red giant" -nova').ranking]
        [('dust',), ('red giant',)]
        """
        found = (*self.words, *self.must, *self.abstract)
        telling = tuple(term for term in found if not STOPWORDS.issuperset(term.phrases))
        return _first(telling or found)


def parse(query: str) -> ParsedQuery:
    """Read a query.

    Raises
    ------
    AstrosearchError
        When it has no word to search for, or excludes what can't be excluded.
    """
    plain = _CONTROL.sub(" ", query).translate(_QUOTES)
    if plain.count('"') % 2:
        at = plain.rindex('"')
        plain = plain[:at] + " " + plain[at + 1 :]
    found: dict[str, list[Term]] = {"words": [], "must": [], "never": [], "abs": []}
    named: dict[str, list[str]] = {"title": [], "author": [], "year": []}
    text, words, at = [], [], 0
    for item in _ITEM.finditer(plain):
        between = plain[at : item.start()]
        at = item.end()
        words.append(between)
        field = (item["field"] or "").rstrip(":").lower()
        value = item["phrase"] if item["phrase"] is not None else item["word"]
        if field and item["minus"]:
            raise AstrosearchError(
                f"-{field}: can't be excluded.\nExclude a word, -{value}, or a paper, --exclude ID."
            )
        if field in named:
            named[field].append(value.lstrip("^"))
            continue
        if item["minus"]:
            found["never"] += _whole(value)
            continue
        if field == "abs":
            found["abs"] += _whole(value)
        elif item["phrase"] is not None:
            found["must"] += _whole(value)
        else:
            words.append(value)
        text.append(value)
    words.append(plain[at:])
    found["words"] = list(terms(" ".join(" ".join(words).split())))
    read = " ".join(" ".join(text).split()) or " ".join(named["title"])
    if not read and not (found["never"] or named["author"] or named["year"]):
        read = query.strip()  # signs alone: the encoder may know better
    if not read:
        raise AstrosearchError(
            "the query holds no word to search for.\n"
            "Give some words besides excluded words, authors and years."
        )
    return ParsedQuery(
        text=read,
        words=_first(found["words"]),
        must=_first(found["must"]),
        never=_first(found["never"]),
        abstract=_first(found["abs"]),
        titles=tuple(named["title"]),
        authors=tuple(named["author"]),
        years=tuple(named["year"]),
    )


def _whole(phrase: str) -> list[Term]:
    """Read a phrase as one term: a name in all its spellings, or these words side by side."""
    found = list(terms(phrase))
    if len(found) == 1:
        return found
    words = " ".join(re.findall(r"[^\W_]+", phrase)).lower()
    return [Term((words,))] if words else []


def _first(found: Iterable[Term]) -> tuple[Term, ...]:
    return tuple(dict.fromkeys(found))[:MOST_TERMS]


def any_of(found: Iterable[Term]) -> str | None:
    """Write terms as an FTS5 expression that any of them fulfils; None if there are none."""
    phrases = dict.fromkeys(phrase for term in found for phrase in term.phrases)
    quoted = [f'"{phrase}"' for phrase in phrases]
    if len(quoted) > 1:
        return f"({' OR '.join(quoted)})"
    return quoted[0] if quoted else None

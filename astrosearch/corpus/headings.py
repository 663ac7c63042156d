"""What a line of plain text is: a heading, a title, an affiliation, an entry of a bibliography."""

from __future__ import annotations

import re
from itertools import islice

ABSTRACT = re.compile(r"(?i)abstract[.:]?")
REFERENCES = re.compile(
    r"(?i)(?:references?(?: and notes)?|bibliography|literature(?: cited)?)[.:]?"
)
CLOSING = re.compile(r"(?i)(?:references?|bibliography|acknowledge?ments?|appendix).*")
_KNOWN = re.compile(
    r"(?i)(?:abstract|introduction|background|motivation|overview|methods?|methodology|model|data|"
    r"observations?|simulations?|analysis|results?|discussions?|conclusions?|concluding remarks|"
    r"summary|references?|bibliography|appendix(?: [a-z0-9]{1,2})?(?:\s?[.:—–-]\s?.*[^.])?|"
    r"acknowledge?ments?|outlook|"
    r"future work|figure captions?|table captions?|"
    r"(?:summary|results?|discussions?|conclusions?|observations?|data|methods?|simulations?)"
    r" (?:and|&) (?:summary|results?|discussions?|conclusions?|data reduction|analysis|outlook))"
    r"[.:]?"
)
_NUMBER = re.compile(
    r"\A(?:[0-9]{1,2}(?:\.[0-9]{1,2})*[.)]?|[IVX]{1,5}[.)]|[A-Z](?:\.[0-9]{1,2})+[.)]?|[A-H][.)]"
    r"|§ ?[0-9.]+)\s+(?=\S)"
)
_DANGLING = re.compile(
    r"(?i)\b(?:and|or|with|where|as|by|the|is|are|of|for|to|that|which|then|from|in|have|has|a|an|we|"
    r"be|if|thus|gives?|yields?|obtain|get|find)$"
)
_SPOKEN = re.compile(r"(?:We|Here|Consider|Let|This|These|Then|Thus|Hence|It|If|For) ")
_CITED = re.compile(
    r"(?:,|\b[A-Z]\.).*\b(?:1[89]|20)[0-9]{2}[a-z]?\b|(?:\b[A-Z]\. ?[A-Z][\w.'-]+.*){2}"
)
_CAPTION = re.compile(r"(?i)(?:fig(?:ure|\.)?|table|plate|panel)s? ?(?:[0-9ivx]+\b|\[\\ref)")
_REFERENCE = re.compile(
    r"(?:\[?[0-9]{1,3}[.\])]\s*)?(?:"
    r"(?:[a-z]{2,3} )*[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?,? (?:[A-Z]\.[ -]?)+[,;&: ]"
    r"|(?:[A-Z]\.[ -]?)+(?:[a-z]{2,3} )*[A-Z][\w'’-]+(?:,| and| &| et al))"
)
_INITIALS = re.compile(r"\b[A-Z]\. ?(?:[A-Z]\. ?){0,5}[A-Z][\w'’-]+")
YEAR = re.compile(r"\b(?:1[89]|20)[0-9]{2}[a-z]?\b")
_LENGTH = re.compile(r"(?i)(?<![\w.])[-+]?[0-9.]+\s?(?:pt|pc|in|cm|mm|em|ex|truecm|truein)\b")
_WORD = re.compile(r"[^\W\d_]{3,}")
_AFFILIATION = re.compile(
    r"(?i)\b(?:universit\w*|universidad\w*|instit\w*|observator\w*|department|dept|laborator\w*|"
    r"school of|center for|centre for|e-?mail|max-planck|academ\w+ of|[a-z]+ postal|cedex|"
    r"college|dipartimento|facult\w*|osservatorio|p\.?\s?o\.? box)\b|\S@\w+\.\w"
)
_MAIL = re.compile(r"(?i)e-?mail|\S+@\w+\.\w")
_KEYWORDS = re.compile(
    r"(?i)(?:(?:key ?-?words?|subject headings?|pacs(?: (?:numbers?|nos?\.?|codes?))?)\s*"
    r"(?:[:.—–]|-(?=[-\s]))|pacs (?:numbers?|nos?\.?|codes?)|pacs:? *[0-9]{2}\.[0-9]{2})"
)
_VERB = re.compile(  # what names of people, places, journals and things don't hold
    r"(?<![.@\w])(?:is|are|was|were|be|been|has|have|had|can|could|may|might|must|will|would|should"
    r"|does|did|cannot|[Ww]e|[Ii]t|[Tt]his|[Tt]hese|[Tt]hey|that|which|who)\b"
)
_FINITE = re.compile(r"\b(?:is|are|was|were|has|have|had|can|cannot|does|will|[Ww]e|[Tt]hey)\b")
_LOWER = re.compile(r"(?<![\w.@/-])(?!et al|eds?\b)[^\W\d_A-Z][^\W\d_]+(?![\w@/]|\.\w)")
_OTHER = re.compile(r"\b(?=[A-ZÀ-ÖØ-Þ0-9])\w+")
_SAID = re.compile(r"(?<![\w.@/-])(?!received|accepted)[a-zß-öø-ÿ]{4,}(?![\w@/]|\.\w)")
_STOP = re.compile(r"(?:[.?!…][\"'”’)\]*]*|\])$")
_ENTRY = re.compile(r"\[?[0-9]{1,3}[.\])]|\[[^\]\\]{1,30}\]|•|[a-z]?(?:\([0-9]{1,3}\))")
_PROSE = 100  # characters from which a block is more than a label
_LABEL = 60  # characters from which a block may be prose that lacks its stop


def without_number(text: str) -> str:
    """Drop a heading's number and final stop.

    >>> without_number("3.1. Data reduction.")
    'Data reduction'
    """
    return _NUMBER.sub("", text, count=1).rstrip(".: ") or text


def is_known_heading(text: str) -> bool:
    """Whether a block is one of the headings most papers have."""
    return len(text) < 60 and _KNOWN.fullmatch(_NUMBER.sub("", text, count=1)) is not None


def is_heading(text: str, following: str, before: str) -> bool:
    """Whether a line between blank lines is a heading, given its neighbours' text.

    `following` is the next block, empty at the end; `before` the paragraph before, empty after
    a heading.
    """
    if is_known_heading(text):
        return True
    if not following or following[0].islower() or len(text) > 120 or len(text.split()) > 16:
        return False
    bare = _NUMBER.sub("", text, count=1)
    numbered = bare != text
    if not (bare[0].isupper() or bare[0].isdigit() or numbered) or bare.startswith("[formula]"):
        return False
    if text[-1] in ",;:=" or (text[-1] in ".!" and not numbered) or _DANGLING.search(text):
        return False
    if text[-1] != "?" and (_FINITE.search(bare) or (text[-1] in ".!" and is_prose(bare))):
        return False
    letters = sum(sign.isalpha() for sign in bare)
    if letters < 2 or letters < 0.6 * len(bare.replace(" ", "")):
        # the name of an object, above what is said of it
        return len(text) < 30 and letters > 1 and bare[0].isupper() and len(following) > _PROSE
    if len(_WORD.findall(bare)) < 2 and len(following) < _PROSE and not is_known_heading(following):
        return False
    if is_keywords(text) or is_affiliation(text) or _CITED.search(text):
        return False
    if is_affiliation(following) or _MAIL.match(following) or len(_INITIALS.findall(text)) > 1:
        return False  # authors
    if _CAPTION.match(text) or _SPOKEN.match(text):
        return False
    return numbered or not before or before[-1] in ".?!:)\"'”]"


def is_title(text: str, *, first: bool = False, following: str) -> bool:
    """Whether one of the first blocks is the title, not a leftover of layout or an affiliation.

    The `first` block of all may be a title of one word. A sentence is one only when a heading
    is `following`.
    """
    words = len(_WORD.findall(text))
    if first and re.fullmatch(r"[A-Z][\w-]{3,}(?: \d+)?", text):
        return True
    if words < 2 or len(text) > 300 or text[0] in "=," or (words < 4 and _LENGTH.search(text)):
        return False
    if "#1" in text or len(_INITIALS.findall(text)) > 1:  # a macro; authors
        return False
    if text[-1] == "." and (_VERB.search(text) or not following):
        return is_known_heading(following) and ". " not in text
    places = len(_AFFILIATION.findall(text))
    return not is_keywords(text) and places < 2 and not (places and text.count(",") > 1)


def is_affiliation(text: str) -> bool:
    """Whether a block names where authors work."""
    places = len(_AFFILIATION.findall(text))
    listed = text.count(",") > 1 or text[0].isdigit() or _MAIL.match(text) is not None
    return places > 1 or (places == 1 and listed)


def is_keywords(text: str) -> bool:
    """Whether a block is the list of keywords."""
    return len(text) < 600 and _KEYWORDS.match(text) is not None and not _VERB.search(text)


def is_prose(text: str) -> bool:
    """Whether a block reads as running text, not as names, places, numbers or a label.

    Running text has verbs, or as many words in lower case as names and numbers.

    >>> is_prose("Dust matters here."), is_prose("A. Adams, Institute of Dust, 12345 Town")
    (True, False)
    """
    if _VERB.search(text) and (len(text) > _LABEL or _STOP.search(text)):
        return True
    if text.isupper():
        return len(text) > _PROSE and not is_affiliation(text)
    stop = _STOP.search(text)
    if not (len(text) > _LABEL or stop) or text[0] == "=" or ":#1" in text:  # TeX's macros
        return False
    lower = len(_LOWER.findall(text))
    return lower > 0 and lower >= len(_OTHER.findall(_INITIALS.sub("N", text))) + (not stop)


def is_front_matter(text: str) -> bool:
    """Whether a block above the first prose is no sentence: authors, affiliations, dates."""
    if is_prose(text):
        return False
    said = len(_SAID.findall(text)) if _STOP.search(text) else 0
    return said < (2 if is_affiliation(text) or is_keywords(text) or text[0] in "=," else 1)


def is_leftover(text: str) -> bool:
    """Whether a block is no running text: a label, or lengths that stood in the source's layout."""
    if len(text) < 40 and text[-1] not in ":;)" and not _STOP.search(text):
        return _FINITE.search(text) is None
    words = sum(1 for _ in islice(_WORD.finditer(text), 3))
    if words > 2 or "[formula]" in text or (words and not _LENGTH.search(text)):
        return False
    return not is_prose(text)


def is_reference(text: str) -> bool:
    """Whether a block is an entry of a bibliography, and no sentence."""
    looks = len(text) < 400 and _REFERENCE.match(text) and YEAR.search(text)
    return bool(looks) and not is_prose(text)


def is_listed(text: str) -> bool:
    """Whether a block below the heading of the references is one of them."""
    return bool(_REFERENCE.match(text) or _ENTRY.match(text)) or not is_prose(text)

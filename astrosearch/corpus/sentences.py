"""Where sentences begin and end in astronomy prose, and the sentences of a passage.

Every full stop, question and exclamation mark before white space is a candidate, judged by the
word before it, what follows it and the sentence's start. The judgement sees nothing outside the
sentence it is about, so that splitting a sentence again gives that sentence.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from astrosearch.corpus.abbreviations import (
    BEFORE_NUMBER,
    LETTERED,
    NEVER_LAST,
    OPENERS,
    SELDOM_LAST,
    SHORTENED,
)
from astrosearch.corpus.document import Mark, Passage
from astrosearch.records import SourceSentence

LONGEST = 2_000  # characters; a longer run without a boundary is a table dump, not prose
MAX_ENCLOSED = 500  # characters in brackets or quotation marks that aren't split

_RAISED = (  # numbers of citations and signs of notes as they are set after a stop
    r"(?:[⁰¹²³⁴⁵⁶⁷⁸⁹](?:[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]|[,–-]\ ?(?=[⁰¹²³⁴⁵⁶⁷⁸⁹])){0,60}+|[*†‡§¶]{1,4}"
    r"|\^(?:\([^()\n]{1,80}\)|[a-z\d†‡*]{1,3}(?![^\s])))"
)
# A stop with its closing marks and citations set after it ("... found.[12] We"), or a blank line.
# Every repetition is possessive or bounded: the time stays linear on any input.
_CANDIDATE = re.compile(
    r"""(?P<stop>[.!?…]++)(?P<close>["”’'»)\]}]*+)"""
    rf"""(?P<cite>(?:\[[^\[\]]{{1,80}}\]){{0,3}}+{_RAISED}?+)"""
    r"""|(?P<blank>\n[ \t\r]*+\n)"""
)
_NEXT = re.compile(r"""\s*+(?P<open>["“”‘'«(\[{]{0,4}+)(?P<word>\S{0,40})""")
_GAP = r"(?:[^\S\n]|\n(?![ \t\r]*\n))"  # white space without a blank line
_LATE_CITATION = re.compile(rf"{_GAP}*+(?:\[[\d,;\s–-]{{1,80}}\]|<CIT>)")
_LATE_RAISED = re.compile(rf"{_GAP}++(?=[⁰¹²³⁴⁵⁶⁷⁸⁹^]){_RAISED}(?=\s|$)")
_RAISED_SIGNS = "⁰¹²³⁴⁵⁶⁷⁸⁹^"
_ENCLOSING = re.compile(r"[()\[\]“”]|\n[ \t\r]*+\n")
_CLOSING = {")": "(", "]": "[", "”": "“"}
_WORD = re.compile(r"[^\W\d_]{2}")
_HEAD = re.compile(r"[^\W\d_]*+")
_INITIALS = re.compile(
    r"[A-Z](?:\.?-[A-Z])?|[^\W\d_]{1,2}(?:\.-?[^\W\d_]{1,2})+"
)  # J, H.E.S.S, p.d.f
_FLOAT = re.compile(r"Figs?\b|Figures?\b|Tab|Mat|Data|Sect|Note|Eq|Video|Movie|Inf")
_DIRECTION = re.compile(r"[NS]?[EWNS][,;)]?")
_DIRECTED = frozenset({"deg", "degs", "arcmin", "arcsec", "km", "kpc", "pc", "min", "sec", "mi"})
_AMOUNTS = frozenset({"hundred", "thousand", "million", "billion", "few", "several"})
_SPECTRAL = re.compile(r"[OBAFGKMLTY]\d(?:\.\d)?(?:[–-][OBAFGKMLTY]?\d(?:\.\d)?)?")
_ELEMENTS = frozenset(
    """
    H He Li Be B C N O F Ne Na Mg Al Si P S Cl Ar K Ca Sc Ti V Cr Mn Fe Co Ni Zn Sr Y Ba
    """.split()  # noqa: SIM905
)
# Sentences that begin in lower case: eROSITA, pH, Greek letters, items "iii)".
_NAME = re.compile(r"[α-ω]|[a-z]{1,3}[A-Z]|[ivx]{1,4}\)|[a-h]\.$")
_PLAIN = re.compile(r"[a-z]{5,}")
_ENUMERATOR = re.compile(
    r"(?i:notes?|remarks?)|[(\[]?(?:\d{1,3}(?:\.\d{1,2}){0,3}|[A-Za-z]|[ivxIVX]{1,4})[)\]]?"
)
_OPENING = "\"“”‘'`«([{~$"
_NEVER_FIRST = ",;:)]}%.!?…-–—/=<>|*&"  # a sentence doesn't begin so


def split(text: str, protected: Sequence[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Spans of the sentences of `text`, ascending, without the white space around them.

    No boundary falls inside a `protected` span (a formula, citation or reference). A run of
    more than `LONGEST` characters without a boundary is cut at white space, or inside a word
    where there is none. Only white space lies outside the spans.

    >>> [text[a:b] for text in ["See Fig. 3. We agree."] for a, b in split(text)]
    ['See Fig. 3.', 'We agree.']
    """
    guard = _Guard(protected)
    spans = []
    for start, end in _by_rule(text, 0, len(text), guard):
        if end - start <= LONGEST:
            spans.append((start, end))
        else:
            for low, high in _chopped(text, start, end, guard):
                spans += _by_rule(text, low, high, guard)
    return spans


def sentences_of(passage: Passage, paragraph: int | None = None) -> list[SourceSentence]:
    """Sentences of a passage, the paper's `paragraph`, each with its file and first line.

    Fragments without a word (two letters in a row), such as "3." or "[12]", are dropped.
    """
    marks = sorted(passage.marks, key=lambda mark: mark.start)
    starts = [origin.start for origin in passage.origins]
    first = 0
    found = []
    spans = [(0, len(passage.text))]
    if passage.section != "Title":  # "Why so hot? A note" is one title
        spans = split(passage.text, [(mark.start, mark.end) for mark in marks])
    for start, end in spans:
        while first < len(marks) and marks[first].end <= start:
            first += 1
        text = passage.text[start:end]
        if not _WORD.search(text):
            continue
        origin = passage.origins[max(0, bisect_right(starts, start) - 1)]
        tex = _with_tex(passage.text, start, end, marks, first)
        found.append(
            SourceSentence(text, tex, passage.section, origin.file, origin.line, paragraph)
        )
    return found


class _Guard:
    """Protected spans, merged, to ask whether a gap lies inside one."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if end <= start:
                continue
            if self.ends and start < self.ends[-1]:
                self.ends[-1] = max(end, self.ends[-1])
            else:
                self.starts.append(start)
                self.ends.append(end)

    def end_over(self, low: int, high: int) -> int | None:
        """End of the span that a boundary between `low` and `high` would cut, if any."""
        at = bisect_right(self.ends, low)
        return self.ends[at] if at < len(self.ends) and self.starts[at] < high else None

    def beginning(self, low: int, high: int) -> int | None:
        """End of the first span that begins in [low, high], if any."""
        at = bisect_right(self.starts, low - 1)
        return self.ends[at] if at < len(self.starts) and self.starts[at] <= high else None


def _by_rule(text: str, low: int, high: int, guard: _Guard) -> Iterator[tuple[int, int]]:
    start, high = _stripped(text, low, high)
    enclosed: _Guard | None = None
    bracketed = "(" in text or "[" in text or "“" in text
    low = start
    for found in _CANDIDATE.finditer(text, start, high):
        end = found.end()
        if found.start() < start:
            continue
        if found["blank"] is None:
            if end < high and text[end] in "([":  # a citation: "found.(Roe 2010) We"
                end = guard.beginning(end, end) or end
            if end >= high or not text[end].isspace():
                continue
            end = _after_citation(text, end, high, guard)
            if not _ends(text, start, end, high, found, guard):
                continue
            if bracketed and _is_open(text, start, end):
                enclosed = enclosed or _Guard(list(_enclosures(text, low, high, guard)))
                if enclosed.end_over(end, end + 1) is not None:
                    continue
        following = _skip_space(text, end, high)
        if guard.end_over(end, following + (following == end)) is None and following < high:
            yield _stripped(text, start, end)
            start = following
    if start < high:
        yield start, high


def _enclosures(text: str, low: int, high: int, guard: _Guard) -> Iterator[tuple[int, int]]:
    """Spans in brackets or quotation marks; formulas' own brackets don't count."""
    opened: dict[str, list[int]] = {"(": [], "[": [], "“": []}
    for found in _ENCLOSING.finditer(text, low, high):
        sign = found[0]
        if len(sign) > 1:
            for starts in opened.values():
                starts.clear()
        elif guard.end_over(found.start(), found.end()) is not None:
            continue
        elif sign in opened:
            opened[sign].append(found.start())
        elif opened[_CLOSING[sign]]:
            start = opened[_CLOSING[sign]].pop()
            if found.end() - start <= MAX_ENCLOSED:
                yield start, found.end()


def _ends(text: str, start: int, end: int, high: int, found: re.Match[str], guard: _Guard) -> bool:
    """Whether the sentence begun at `start` ends with the stop in `found`."""
    at = found.start("stop")
    ahead = _NEXT.match(text, end, high)
    opened, following = (ahead["open"], ahead["word"]) if ahead else ("", "")
    if not following:
        return bool(opened)
    if not opened and following[0] in _NEVER_FIRST and not following.startswith("<CIT>"):
        return False
    begins = ahead.start("word") if ahead else end
    marked = guard.beginning(begins, begins) is not None
    name = marked or not following[0].islower() or _NAME.match(following) is not None
    if found["stop"] != ".":
        return (name or bool(opened)) and text[at - 1 : at] not in ("(", "[")
    before = text[max(start, at - 64) : at].split()
    word = before[-1].lstrip(_OPENING) if before else ""
    if at - start <= 12 and len(before) == 1 and _ENUMERATOR.fullmatch(word):
        return False
    if not (name or opened):  # "we map it. emcee samples", but not "of 20 sq. deg. each"
        return _PLAIN.fullmatch(word) is not None and not (found["close"] or word in SHORTENED)
    if at > start and guard.end_over(at - 1, at) == at:  # after a formula, which is no initial
        return True
    return _closes(word, before[:-1], opened, following, marked)


def _closes(word: str, before: list[str], opened: str, following: str, marked: bool) -> bool:
    """Whether `word`, with the words `before` it, can be a sentence's last one.

    `following` comes next.
    """
    low = word.lower()
    if low in NEVER_LAST or word in ("Ref", "Sec", "Long"):
        return False
    previous = before[-1] if before else ""
    if low in _DIRECTED and not opened and _DIRECTION.fullmatch(following):
        return False
    if low == "min" and not (opened or marked or previous[-1:].isdigit()):
        return not following[0].isdigit()  # "of min. 5", but "for 30 min. 5 of them"
    if low == "suppl" and _FLOAT.match(following):
        return False
    if len(word) == 1 and word.islower() and previous[-1:] in (":", ";", "."):  # "b. Corrected"
        return False
    if word == "c" and following[0].isdigit():  # "c. 1990"
        return False
    initials = _INITIALS.fullmatch(word) is not None and not _is_lettered(word, before)
    if opened or marked or not following[0].isalpha():
        return not (initials or low in BEFORE_NUMBER or low in SELDOM_LAST)
    seldom = low in SELDOM_LAST and not (word.isupper() and len(word) > 2)  # "Lat.", but "the LAT."
    if initials or seldom or (word == "No" and previous):
        head = _HEAD.match(following)
        return head is not None and head[0] in OPENERS
    return True


def _is_lettered(word: str, before: list[str]) -> bool:
    """Whether a letter is a unit's or a thing's ("300 K", "galaxy A"), not a name's initial."""
    previous = before[-1].lstrip(_OPENING) if before else ""
    if len(word) > 1:
        return False
    if previous[-1:].isdigit() or previous in _AMOUNTS:
        return True
    if word in "IVX" and (previous in _ELEMENTS or _SPECTRAL.fullmatch(previous)):
        return True
    if _is_kind(previous):
        return True
    # "components A and B", "models A, B, and C"
    listed = [each.strip(",;") for each in before if each not in ("and", "or", "&")]
    letters = 0
    while listed and len(listed[-1]) == 1 and listed[-1].isupper():
        listed.pop()
        letters += 1
    return letters > 0 and bool(listed) and _is_kind(listed[-1])


def _is_kind(word: str) -> bool:
    """Whether a word names a kind of things that letters tell apart, in singular or plural."""
    low = word.lower()
    return (
        low in LETTERED
        or low.removesuffix("s") in LETTERED
        or low.removesuffix("es") in LETTERED
        or (low.endswith("ies") and low[:-3] + "y" in LETTERED)
    )


def _is_open(text: str, start: int, end: int) -> bool:
    """Whether a stretch may hold a bracket or quotation mark that it doesn't close."""
    count = text.count
    return (
        count("(", start, end) != count(")", start, end)
        or count("[", start, end) != count("]", start, end)
        or count("“", start, end) != count("”", start, end)
    )


def _after_citation(text: str, end: int, high: int, guard: _Guard) -> int:
    """End of a citation set after the stop, if one stands there before a new sentence."""
    begins = _skip_space(text, end, high)
    if text[begins : begins + 1] in _RAISED_SIGNS:
        raised = _LATE_RAISED.match(text, end, high)
        if raised is not None and raised.end() < high:
            return raised.end()
    late = _LATE_CITATION.match(text, end, high)
    after = late.end() if late else None
    if late is None and text[begins : begins + 1] in ("(", "["):
        after = guard.beginning(begins, begins)
    if after is None or after > high:
        return end
    ahead = _NEXT.match(text, after, high)
    if ahead is None or ahead.start("word") == high:
        return after
    head = _HEAD.match(ahead["word"])
    return after if head is not None and head[0] in OPENERS and text[after].isspace() else end


def _chopped(text: str, start: int, end: int, guard: _Guard) -> Iterator[tuple[int, int]]:
    """Pieces of at most `LONGEST` characters, cut at white space where there is some."""
    while end - start > LONGEST:
        cut = start + LONGEST
        while cut > start + LONGEST // 2 and not text[cut].isspace():
            cut -= 1
        if not text[cut].isspace():
            cut = start + LONGEST
        cut = min(guard.end_over(cut, cut + 1) or cut, end)
        yield _stripped(text, start, cut)
        start = _skip_space(text, cut, end)
    if start < end:
        yield start, end


def _skip_space(text: str, at: int, high: int) -> int:
    while at < high and text[at].isspace():
        at += 1
    return at


def _stripped(text: str, start: int, end: int) -> tuple[int, int]:
    start = _skip_space(text, start, end)
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _with_tex(text: str, start: int, end: int, marks: Sequence[Mark], first: int) -> str | None:
    r"""The sentence with its marks written as TeX, and `$` as `\$`; None if it has none."""
    parts = []
    at = start
    for number in range(first, len(marks)):
        mark = marks[number]
        if mark.start >= end:
            break
        if mark.start < at:
            continue  # nested in the mark before
        parts += [text[at : mark.start].replace("$", "\\$"), as_tex(mark)]
        at = mark.end
    return "".join([*parts, text[at:end].replace("$", "\\$")]) if parts else None


def as_tex(mark: Mark) -> str:
    """A mark as TeX source: `$x$`, `\\cite{keys}`, `\\ref{label}`."""
    if mark.kind == "math":
        return f"${mark.tex}$"
    return f"\\{mark.kind}{{{mark.tex}}}"

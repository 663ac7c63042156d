"""Pairs within one paper: neighbouring sentences, title and abstract, abstract and body."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from astrosearch.records import SourceSentence
from astrosearch.training.pairs.cleaning import CAPTIONS, is_usable

NEAR = 3  # how far apart neighbours may be, in sentences
A_TITLE = 3  # sentences of the abstract that a title is paired with
SAYS_THE_SAME = 0.22  # least similarity of an abstract's sentence and its body sentence
A_COPY = 0.85  # share of common words from which on two sentences are copies of each other

_WORD = re.compile(r"[^\W\d_]{3,}")
_COMMON = frozenset(
    """
    the and for with that this are was were has have had from which not but can may also our its
    their these those than then they been being such between both each more most some other into
    over only very use used using show shown find found here when where there will would could
    should however thus therefore we paper present study results result based data two one new
    first well large small high low observed observations obtained different same within about
    """.split()  # noqa: SIM905
)

Two = tuple[Sequence[SourceSentence], Sequence[SourceSentence]]


def stems(text: str) -> frozenset[str]:
    """Content words of a text, cut to their first six letters."""
    return frozenset(
        word.removesuffix("s")[:6] for word in _WORD.findall(text.lower()) if word not in _COMMON
    )


def neighbours(sentences: Sequence[SourceSentence], rng: random.Random) -> Iterator[Two]:
    """Yield pairs of sentences of one section, one to `NEAR` apart, the nearest most often."""
    running = [s for s in sentences if s.section not in (*CAPTIONS, "Title")]
    for _, group in groupby(running, key=lambda sentence: sentence.section):
        section = list(group)
        usable = [is_usable(sentence) for sentence in section]
        for at, sentence in enumerate(section):
            other = at + rng.choices(range(1, NEAR + 1), (3, 1, 1))[0]
            if other < len(section) and usable[at] and usable[other]:
                yield [sentence], [section[other]]


def title_pairs(sentences: Sequence[SourceSentence]) -> Iterator[Two]:
    """Yield the title with those sentences of the abstract that share most words with it.

    Then the title with the whole abstract. Without an abstract, the first section stands for it.
    """
    title, abstract = title_of(sentences), abstract_of(sentences)
    lead = abstract or _opening(sentences)
    if title is None:
        return
    named = stems(title.text)
    shared = [(len(named & stems(sentence.text)), sentence) for sentence in lead]
    shared = [each for each in shared if each[0] and is_usable(each[1])]
    for _, sentence in sorted(shared, key=lambda each: -each[0])[:A_TITLE]:
        yield [title], [sentence]
    if len(abstract) > 1:
        yield [title], abstract


def restated(sentences: Sequence[SourceSentence]) -> Iterator[Two]:
    """Yield sentences of the abstract, each with the body sentence that says the same, if any.

    Similarity is the cosine of the sets of content words, each weighing its inverse sentence
    frequency in the paper. Copies are passed over: they would teach string matching.
    """
    abstract = [sentence for sentence in abstract_of(sentences) if is_usable(sentence)]
    body = [s for s in sentences if s.section not in ("Title", "Abstract") and is_usable(s)]
    if not abstract or not body:
        return
    words = [stems(sentence.text) for sentence in body]
    frequency = Counter(word for each in words for word in each)
    idf = {word: math.log((1 + len(body)) / n) for word, n in frequency.items()}
    norms = [_weight(each, idf) for each in words]
    used: set[int] = set()
    for sentence in abstract:
        own = stems(sentence.text)
        norm = sum(idf.get(word, math.log(1 + len(body))) for word in own)
        best, best_score = -1, SAYS_THE_SAME
        for number, each in enumerate(words):
            common = own & each
            if len(common) < 3 or number in used:
                continue
            score = _weight(common, idf) / math.sqrt(norm * norms[number])
            if score > best_score and len(common) < A_COPY * len(own | each):
                best, best_score = number, score
        if best >= 0:
            used.add(best)
            yield [sentence], [body[best]]


def title_of(sentences: Iterable[SourceSentence]) -> SourceSentence | None:
    """The title, if it has two content words or more."""
    for sentence in sentences:
        if sentence.section == "Title":
            return sentence if len(stems(sentence.text)) >= 2 else None
    return None


def abstract_of(sentences: Iterable[SourceSentence]) -> list[SourceSentence]:
    """The sentences of the abstract."""
    return [sentence for sentence in sentences if sentence.section == "Abstract"]


def _opening(sentences: Sequence[SourceSentence]) -> list[SourceSentence]:
    running = [s for s in sentences if s.section not in (*CAPTIONS, "Title")]
    return [s for s in running if s.section == running[0].section]


def _weight(words: Iterable[str], idf: dict[str, float]) -> float:
    return sum(idf[word] for word in words) or 1e-9

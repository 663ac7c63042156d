"""Rankings rearranged: near-duplicates folded, papers gathered, results spread.

All of it is pure: texts, scores and vectors in the order of a ranking go in, places in it come
out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast, get_args

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.records import Paper, Sentence

    Ranked = tuple[NDArray[np.int64], NDArray[np.float32]]  # ids and scores [n, k]

Sort = Literal["score", "year", "-year", "paper"]
SORTS: tuple[Sort, ...] = get_args(Sort)

# Where these differ, so does what is said, whatever else is shared.
_DENIALS = frozenset(
    re.findall(
        r"\w+",
        "no not nor never none nobody nothing neither cannot without hardly barely scarcely rarely "
        "seldom fail fails failed lack lacks less least fewer more most unlikely unlike except",
    )
)
# These tell nothing: one sentence may have some that the other lacks, and the other way round.
_EMPTY_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the this that these those our their its his her we i it they he she which who there "
        "here is are was were be been being am has have had do does did having of in on at by for "
        "as and also thus therefore hence so then however moreover furthermore indeed finally now "
        "et al s section sect figure fig figures figs table eq eqs ref refs",
    )
)
_TOKEN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)*")
_DIGIT = re.compile(r"\d")
_POSSESSIVE = re.compile("['’]s\\b")

# What each further sentence of a paper adds, against the one before. At .5 nDCG@10 of papers is
# above that of the best sentence alone, beyond the interval, on all three dev sets: +.018
# citation, +.062 questions, +.026 title; in hybrid search +.003 (within it), +.058 and +.027
# (benchmarks/results/paper_scores.json). Sums of the best two or three scores reach as much, but
# hang on the scores' unit.
DECAY = 0.5

RIVALS = 64  # sentences with a rare word that another with that word is compared with
SHORTEST = 6  # words of a sentence that another may add to

# Of relevance, against novelty: the least of those tried at which nDCG@10 on dev loses nothing
# beyond the interval (-.012 questions, +.007 citation). The ten hits' mean cosine falls from .53 to
# .50, and they are of 6.5 and 7.2 papers, not 5.9 and 6.8 (benchmarks/results/diversity.json).
RELEVANCE = 0.5


def unfilled(queries: int, k: int) -> Ranked:
    """Make ids [queries, k] of -1 and scores of NaN, to be filled with what is found."""
    import numpy as np

    return np.full((queries, k), -1, dtype=np.int64), np.full((queries, k), np.nan, np.float32)


@dataclass(frozen=True, slots=True)
class Wording:
    """What of a sentence decides whether another says the same, without case, order and markup.

    Attributes
    ----------
    words
        Each once, the longest first.
    telling
        Those that must be the same, as they follow each other: numbers, single letters, denials.
    """

    words: tuple[str, ...]
    telling: tuple[str, ...]

    @property
    def rare(self) -> tuple[str, ...]:
        """So many of the longest words that two that say the same share one of these.

        They are prefixes as of Bayardo et al. (2007, WWW), for .8 of the words; long words are
        rare.
        """
        return self.words[: len(self.words) // 5 + 1]


def wording(text: str) -> Wording:
    """Reduce a sentence to what decides whether another says the same.

    >>> wording("The slope is $z = 0.5$.") == wording("the slope is z=0.5")
    True
    """
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = plain.casefold()
    if "'s" in plain or "\u2019s" in plain:
        plain = _POSSESSIVE.sub("", plain)
    found = _TOKEN.findall(plain)
    if not found:
        return Wording((text,), ())
    distinct = set(found)
    words = sorted(distinct)
    words.sort(key=len, reverse=True)
    telling: list[str] = []
    # A quick no for many sentences. A word of one letter is the last, where there is one but "a".
    has_letter = len(words[-1]) == 1 and words[-1] != "a"
    if has_letter or not _DENIALS.isdisjoint(distinct) or _DIGIT.search(plain):
        telling = [
            word
            for word in found
            if (len(word) == 1 and word != "a") or word in _DENIALS or word[:1].isdigit()
        ]
    return Wording(tuple(words), tuple(telling))


def says_the_same(one: Wording, other: Wording) -> bool:
    """Whether two sentences are the same but for a few words.

    Of the words of both, .9 must be shared, or .8 where one only adds words to the other, or only
    words differ that tell nothing, unless there are hardly any: "the tail is damping" is not "the
    damping tail is steep". No word that tells something may stand in the place of another: a slope
    that "increases" is not one that "decreases".

    >>> says_the_same(wording("Winds drive the gas out."), wording("The winds drive the gas out."))
    True
    >>> says_the_same(wording("We detect 3 lines here."), wording("We detect 4 lines here."))
    False
    """
    if one.telling != other.telling:
        return False
    if 10 * min(len(one.words), len(other.words)) < 8 * max(len(one.words), len(other.words)):
        return False  # whatever they share
    words, others = set(one.words), set(other.words)
    shared = len(words & others)
    both = len(words) + len(others) - shared
    if 10 * shared < 8 * both:
        return False
    mine, yours = words - others, others - words
    told, replaced = _telling(mine), _telling(yours)
    if told and replaced and told != replaced:
        return False
    if shared >= SHORTEST and (not (mine and yours) or told == replaced):
        return True
    return 10 * shared >= 9 * both


def _telling(words: set[str]) -> set[str]:
    """Return those of some words that tell something, in the singular."""
    return {word.rstrip("s") for word in words - _EMPTY_WORDS}


class Folding:
    """Finds, for sentences one after the other, the first before that says the same.

    What isn't folded into another is kept, and compared with what comes. Sentences are compared
    that share one of their rare words: thousands with a long word in common would be compared with
    each other, so with the first RIVALS only.
    """

    def __init__(self) -> None:
        self._equal: dict[Wording, Hashable] = {}
        # By what tells and by a rare word: places among the kept, and wordings.
        self._rare: dict[tuple[str, ...], dict[str, list[tuple[int, Wording]]]] = {}
        self._names: list[Hashable] = []

    def place(self, each: Wording, name: Hashable) -> Hashable:
        """Return the name of the first kept sentence that says the same; its own if it is kept."""
        found = self._equal.get(each)
        if found is not None:
            return found
        rare, kept_by_word = each.rare, self._rare.setdefault(each.telling, {})
        rivals: dict[int, Wording] = {}
        for word in rare:
            rivals.update(kept_by_word.get(word, ()))
        same = next((at for at in sorted(rivals) if says_the_same(rivals[at], each)), None)
        if same is None:
            for word in rare:
                kept = kept_by_word.setdefault(word, [])
                if len(kept) < RIVALS:
                    kept.append((len(self._names), each))
            self._names.append(name)
            found = name
        else:
            found = self._names[same]
        self._equal[each] = found
        return found


def folded(wordings: Sequence[Wording]) -> list[int]:
    """Fold near-duplicates: for each place in a ranking, the first that says the same.

    What isn't folded into another has its own place. Only those kept are compared with.

    >>> folded([wording(text) for text in ("Dust glows.", "Gas cools.", "dust glows")])
    [0, 1, 0]
    """
    folding = Folding()
    return [cast("int", folding.place(each, at)) for at, each in enumerate(wordings)]


def sorted_places(
    order: Sort, ids: NDArray[np.int64], sentences: Mapping[int, tuple[Sentence, Paper]]
) -> list[int]:
    """Return the places of hits [k] in another order than that of their scores.

    By year, papers of unknown year come last; equal ones stay in order of score. By paper, the hits
    of one paper come together, in reading order, where its best one is. -1 stays at the end.
    """
    places = [place for place, id in enumerate(ids.tolist()) if id >= 0]
    rest = [place for place, id in enumerate(ids.tolist()) if id < 0]
    if order == "score":
        return places + rest
    papers = [sentences[id][1] for id in ids[places].tolist()]
    if order == "paper":
        first: dict[str, int] = {}
        for place, paper in zip(places, papers, strict=True):
            first.setdefault(paper.id, place)
        places.sort(key=lambda place: (first[papers[place].id], ids[place]))
    else:
        sign = -1 if order.startswith("-") else 1
        years = [paper.year for paper in papers]

        def by_year(place: int) -> tuple[bool, int]:
            year = years[place]
            return year is None, sign * (year or 0)

        places.sort(key=by_year)
    return places + rest


def by_paper(
    papers: Sequence[Hashable],
    scores: Sequence[float],
    decay: float = DECAY,
    foot: float | None = None,
) -> list[tuple[float, list[int]]]:
    """Gather a ranking's places by paper, best paper first: its score, and its places, ascending.

    A paper scores as its best sentence, and each other of its sentences adds what it is above the
    last of the ranking, or `foot`, times `decay` once more than the one before. So a paper with
    several good sentences comes before one with a single good one, in whatever unit the scores
    are. Ties go to the better ranked.

    >>> by_paper(["a", "b", "b", "c"], [0.5, 0.45, 0.45, 0.25])
    [(0.55, [1, 2]), (0.5, [0]), (0.25, [3])]
    """
    if foot is None:
        foot = scores[-1] if len(scores) else 0.0
    found: dict[Hashable, list[int]] = {}
    for place, paper in enumerate(papers):
        found.setdefault(paper, []).append(place)
    gathered = []
    for places in found.values():
        more = (decay**at * max(0.0, scores[place] - foot) for at, place in enumerate(places) if at)
        gathered.append((scores[places[0]] + sum(more), places))
    return sorted(gathered, key=lambda paper: (-paper[0], paper[1][0]))


def spread(
    scores: NDArray[np.float32], vectors: NDArray[np.float32], k: int, relevance: float = RELEVANCE
) -> list[int]:
    """Choose `k` places by maximal marginal relevance (Carbonell & Goldstein 1998, SIGIR).

    Each is the one with the largest `relevance` x score - (1 - `relevance`) x cosine with the
    nearest of those chosen before; ties go to the better ranked.

    Parameters
    ----------
    scores : float32 [n]
        Of any unit: their span is mapped to [0, 1].
    vectors : float32 [n, dim], of unit length
    k : int
    relevance : float
        1: the ranking as it is.

    >>> import numpy as np
    >>> vectors = np.float32([[1, 0], [1, 0], [0, 1]])
    >>> spread(np.float32([0.9, 0.8, 0.7]), vectors, 2, relevance=0.5)
    [0, 2]
    """
    import numpy as np

    span = float(scores.max() - scores.min()) if len(scores) else 0.0
    worth = (scores - scores.min()) / span if span else np.ones(len(scores), dtype=np.float32)
    nearest = np.full(len(scores), -np.inf, dtype=np.float32)
    gain = worth.copy()
    chosen: list[int] = []
    for _ in range(min(k, len(scores))):
        place = int(gain.argmax())
        chosen.append(place)
        np.maximum(nearest, vectors @ vectors[place], out=nearest)
        gain = relevance * worth - (1 - relevance) * nearest
        gain[chosen] = -np.inf
    return chosen

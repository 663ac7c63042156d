"""Rankings rearranged: near-duplicates folded, papers gathered, results spread.

All of it is pure: texts, scores and vectors in the order of a ranking go in, places in it come
out.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ranked = tuple[NDArray[np.int64], NDArray[np.float32]]  # ids and scores [n, k]

# Where these differ, so does what is said, whatever else is shared.
_DENIALS = frozenset({"no", "not", "nor", "never", "none", "neither", "cannot", "without"})
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_POSSESSIVE = re.compile("['’]s\\b")

# What each further sentence of a paper adds, against the one before. At .5 nDCG@10 of papers is
# above that of the best sentence alone, beyond the interval, on all three dev sets: +.018
# citation, +.062 questions, +.026 title; in hybrid search +.003 (within it), +.058 and +.027
# (benchmarks/results/paper_scores.json). Sums of the best two or three scores reach as much, but
# hang on the scores' unit.
DECAY = 0.5

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
    found = _TOKEN.findall(_POSSESSIVE.sub("", plain.casefold())) or [text]
    # Interned, so that thousands of sentences share the words they have in common.
    words = sorted(map(sys.intern, set(found)))
    words.sort(key=len, reverse=True)
    telling = [
        word
        for word in found
        if word in _DENIALS or (len(word) == 1 and word != "a") or word[:1].isdigit()
    ]
    return Wording(tuple(words), tuple(telling))


def says_the_same(one: Wording, other: Wording) -> bool:
    """Whether two sentences are the same but for a few words.

    Of the words of both, .9 must be shared, or .8 where one only adds words to the other, unless
    that has hardly any: "the tail is damping" is not "the damping tail is steep". Of 28
    such pairs among 72,000 neighbours, read one by one, 2 say different things; of 19 that share
    .8 to .9 and replace words, 5 do ("negative contour", "positive contour").

    >>> says_the_same(wording("Winds drive the gas out."), wording("The winds drive the gas out."))
    True
    >>> says_the_same(wording("We detect 3 lines here."), wording("We detect 4 lines here."))
    False
    """
    if one.telling != other.telling:
        return False
    shared = len(set(one.words).intersection(other.words))
    least = 9
    if shared == min(len(one.words), len(other.words)) and shared >= SHORTEST:
        least = 8
    return 10 * shared >= least * (len(one.words) + len(other.words) - shared)


def folded(wordings: Sequence[Wording]) -> list[int]:
    """Fold near-duplicates: for each place in a ranking, the first that says the same.

    What isn't folded into another has its own place. Only those kept are compared with.

    >>> folded([wording(text) for text in ("Dust glows.", "Gas cools.", "dust glows")])
    [0, 1, 0]
    """
    kept: dict[tuple[tuple[str, ...], str], list[int]] = {}
    places = []
    for at, each in enumerate(wordings):
        rivals = {place for word in each.rare for place in kept.get((each.telling, word), ())}
        place = next((r for r in sorted(rivals) if says_the_same(wordings[r], each)), at)
        if place == at:
            for word in each.rare:
                kept.setdefault((each.telling, word), []).append(at)
        places.append(place)
    return places


def by_paper(
    papers: Sequence[Hashable], scores: Sequence[float], decay: float = DECAY
) -> list[tuple[float, list[int]]]:
    """Gather a ranking's places by paper, best paper first: its score, and its places, ascending.

    A paper scores as its best sentence, and each other of its sentences adds what it is above the
    last of the ranking, times `decay` once more than the one before. So a paper with several good
    sentences comes before one with a single good one, in whatever unit the scores are. Ties go to
    the better ranked.

    >>> by_paper(["a", "b", "b", "c"], [0.5, 0.45, 0.45, 0.25])
    [(0.55, [1, 2]), (0.5, [0]), (0.25, [3])]
    """
    found: dict[Hashable, list[int]] = {}
    for place, paper in enumerate(papers):
        found.setdefault(paper, []).append(place)
    gathered = []
    for places in found.values():
        more = (decay**at * (scores[place] - scores[-1]) for at, place in enumerate(places) if at)
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

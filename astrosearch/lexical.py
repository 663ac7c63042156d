"""Ranking by words: BM25 over postings, names in all their spellings.

Rare words come first, and frequent ones are only looked up where those have been, once they can
put no other sentence among the best (Turtle & Flood 1995).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from astrosearch.postings import Postings, Splitter
from astrosearch.queries import Term

if TYPE_CHECKING:
    pass

LookUp = Callable[[Sequence[str]], Mapping[str, Postings]]


class WordRanking:
    """Sentences ranked by the words of a query.

    Parameters
    ----------
    look_up : callable
        Finds the postings of words; words that nothing holds are left out.
    sentences : int
        How many there are.
    """

    def __init__(self, look_up: LookUp, sentences: int) -> None:
        self._look_up, self._sentences = look_up, sentences
        self._splitter = Splitter()

    def weighted(self, terms: Sequence[Term]) -> list[Postings]:
        """Return, for each term that some sentence holds, these with their scores for impacts."""
        phrases = [phrase for term in terms for phrase in term.phrases]
        split = dict(zip(phrases, self._splitter.words_of(phrases), strict=True))
        known = self._look_up(sorted({word for words in split.values() for word in words}))
        found = []
        for term in terms:
            spellings = {split[phrase] for phrase in term.phrases} - {()}
            held = [_together([known.get(word) for word in words]) for words in sorted(spellings)]
            postings = _any_of([each for each in held if each is not None])
            if postings is not None:
                weight = self._idf(len(postings))
                found.append(Postings(postings.ids, postings.impacts * weight))
        return found

    def _idf(self, holding: int) -> float:
        """Return the weight of a term, as Lucene's BM25 has it: never negative."""
        total = max(self._sentences, holding)
        return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def _together(words: Sequence[Postings | None]) -> Postings | None:
    """Return where all words of a phrase stand; side by side or not is for others to see."""
    import numpy as np

    held = sorted((each for each in words if each is not None), key=len)
    if len(held) < len(words):
        return None
    ids, impacts = held[0].ids, held[0].impacts
    for each in held[1:]:
        at = np.searchsorted(each.ids, ids)
        there = at < len(each)
        there[there] = each.ids[at[there]] == ids[there]
        ids = ids[there]
        impacts = np.minimum(impacts[there], each.impacts[at[there]])
    return Postings(ids, impacts) if len(ids) else None


def _any_of(spellings: Sequence[Postings]) -> Postings | None:
    """Return where any spelling stands, with the largest of its impacts."""
    import numpy as np

    if len(spellings) < 2:
        return spellings[0] if spellings else None
    ids = np.concatenate([each.ids for each in spellings])
    impacts = np.concatenate([each.impacts for each in spellings])
    order = np.lexsort((-impacts, ids))
    first = np.ones(len(ids), dtype=bool)
    first[1:] = np.diff(ids[order]) > 0
    return Postings(ids[order][first], impacts[order][first])

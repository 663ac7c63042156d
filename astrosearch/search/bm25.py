"""Ranking by words: BM25 over postings, names in all their spellings."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING

from astrosearch.search.language import NOTHING, Term, any_of
from astrosearch.store.rows import Postings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LookUp = Callable[[Sequence[str]], Mapping[str, Postings]]
Matching = Callable[[str], "NDArray[np.int64]"]
Split = Callable[[Sequence[str]], Sequence[tuple[str, ...]]]

# How many times its usual weight a name of an object or a line has in a query. With 3, sentences
# with the very name are in the first three hits of 40 of 40 queries for one; with 1, of 36
# (benchmarks/results/identifiers.json).
NAME_WEIGHT = 3.0
KEPT = 2_000_000  # postings of words asked for lately, of 12 bytes each
TOGETHER = 128  # queries whose words are looked up at once


class WordRanking:
    """Sentences ranked by the words of a query. Threads may share one.

    Parameters
    ----------
    look_up : callable
        Finds the postings of words; words that nothing holds are left out.
    matching : callable
        Finds the ids, ascending, that an FTS5 expression matches.
    split : callable
        Splits phrases into words, as the index's own were split.
    sentences : int
        How many sentences there are, without those removed.
    removed : int64 [n], optional
        Ids of sentences that are gone though postings still name them, ascending.
    as_typed : bool
        Whether the index's words are as they were written, not spelled in one way.
    """

    def __init__(
        self,
        look_up: LookUp,
        matching: Matching,
        split: Split,
        sentences: int,
        removed: NDArray[np.int64] | None = None,
        as_typed: bool = False,
    ) -> None:
        self._look_up, self._matching, self._split = look_up, matching, split
        self._sentences, self._removed, self._as_typed = sentences, removed, as_typed
        self._kept: dict[str, Postings] = {}  # of words asked for lately, the latest last
        self._kept_size = 0  # postings
        self._keeping = threading.Lock()

    def close(self) -> None:
        """Let go of what is kept in memory."""
        with self._keeping:
            self._kept.clear()
            self._kept_size = 0

    def weighted(self, queries: Sequence[Sequence[Term]]) -> Iterator[list[Postings]]:
        """Yield, per query, the postings of each term that some sentence holds.

        A posting's impact is the score that its term gives to the sentence.
        """
        for start in range(0, len(queries), TOGETHER):
            part = queries[start : start + TOGETHER]
            typed = self._as_typed
            phrases = list(
                {phrase for terms in part for term in terms for phrase in term.written(typed)}
            )
            split = dict(zip(phrases, self._split(phrases), strict=True))
            known = self._known({word for words in split.values() for word in words})
            for terms in part:
                found = (self._of(term, split, known) for term in terms)
                yield [postings for postings in found if postings is not None]

    def _of(
        self,
        term: Term,
        split: Mapping[str, tuple[str, ...]],
        known: Mapping[str, Postings],
    ) -> Postings | None:
        spellings = {split[phrase] for phrase in term.written(self._as_typed)} - {()}
        held = [
            _together([known.get(word) for word in dict.fromkeys(words)])
            for words in sorted(spellings)
        ]
        postings = _any_of([each for each in held if each is not None])
        if postings is not None and term.name and any(len(words) > 1 for words in spellings):
            # M 13 is not any M with a 13. Names are rare: FTS5 takes a millisecond for one.
            sentences = self._matching(any_of([term], self._as_typed) or NOTHING)
            postings = _among(postings, sentences)
        if postings is None:
            return None
        weight = self._idf(len(postings)) * (NAME_WEIGHT if term.name else 1)
        return Postings(postings.ids, postings.impacts * weight)

    def _known(self, words: Set[str]) -> dict[str, Postings]:
        """Look up words, but for those asked for lately."""
        with self._keeping:
            known = {word: self._kept.pop(word) for word in words & self._kept.keys()}
            self._kept |= known
        missing = sorted(words - known.keys())
        if missing:
            found = self._living(self._look_up(missing))
            known |= found
            self._keep(found)
        return known

    def _living(self, found: Mapping[str, Postings]) -> dict[str, Postings]:
        """Leave removed sentences out: they say nothing of how rare a word is."""
        removed = self._removed
        if removed is None or not len(removed):
            return dict(found)
        living = {word: _without(postings, removed) for word, postings in found.items()}
        return {word: postings for word, postings in living.items() if postings is not None}

    def _keep(self, found: Mapping[str, Postings]) -> None:
        """Keep the postings of words, and let go of those asked for longest ago."""
        with self._keeping:
            new = {word: postings for word, postings in found.items() if word not in self._kept}
            self._kept |= new
            self._kept_size += sum(map(len, new.values()))
            while self._kept_size > KEPT:
                self._kept_size -= len(self._kept.pop(next(iter(self._kept))))

    def _idf(self, holding: int) -> float:
        """Return the weight of a term, as Lucene's BM25 has it: never negative."""
        total = max(self._sentences, holding)
        return math.log(1 + (total - holding + 0.5) / (holding + 0.5))


def best(
    weighted: Sequence[Postings],
    k: int,
    among: NDArray[np.int64] | None = None,
    without: NDArray[np.int64] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return at most `k` ids and their scores, best first, equal scores by smaller id.

    Parameters
    ----------
    weighted : sequence of Postings
        As `weighted` gives them.
    k : int
    among : int64 [m], optional
        The only ids that may be returned, ascending.
    without : int64 [m], optional
        Ids that may not, ascending.
    """
    import numpy as np

    sums = summed(weighted, among, without)
    # The k-th best of one word's sentences is a score that all of the k best reach.
    least = np.float32(np.finfo(np.float32).tiny)
    found = [np.empty(0, dtype=np.int64)]
    for each in sorted(weighted, key=len):
        near = each.ids[sums[each.ids] >= least]
        if len(near) > k:
            scores = sums[near]
            least = np.partition(scores, len(near) - k)[len(near) - k]
            near = near[scores >= least]
        found.append(near)
    ids = np.sort(np.concatenate(found))
    ids = ids[np.diff(ids, prepend=-1) > 0]
    ids = ids[np.lexsort((ids, -sums[ids]))[:k]]
    return ids, sums[ids]


def summed(
    weighted: Sequence[Postings],
    among: NDArray[np.int64] | None = None,
    without: NDArray[np.int64] | None = None,
) -> NDArray[np.float32]:
    """Return the scores of all ids up to the last that holds a word; 0 for those not allowed.

    For the parameters see `best`.
    """
    import numpy as np

    size = 1 + max((int(each.ids[-1]) for each in weighted), default=0)
    sums = np.zeros(size, dtype=np.float32)
    for each in weighted:
        sums[each.ids] += each.impacts
    if without is not None:
        sums[without[: without.searchsorted(size)]] = 0
    if among is not None:
        kept = np.zeros(size, dtype=bool)
        kept[among[: among.searchsorted(size)]] = True
        sums[~kept] = 0
    return sums


def scores_of(weighted: Sequence[Postings], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return what the words say of some ids: float32 [n], 0 where there is none of them."""
    import numpy as np

    scores = np.zeros(len(ids), dtype=np.float32)
    for each in weighted:
        at = np.minimum(np.searchsorted(each.ids, ids), len(each) - 1)
        scores += np.where(each.ids[at] == ids, each.impacts[at], np.float32(0))
    return scores


def bound(weighted: Sequence[Postings]) -> float:
    """Return what no sentence's words can exceed: the sum of the largest score of each term."""
    return sum(float(each.impacts.max()) for each in weighted)


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


def _among(postings: Postings, ids: NDArray[np.int64]) -> Postings | None:
    """Leave only some ids, ascending; None if none are left."""
    import numpy as np

    kept = np.isin(postings.ids, ids, assume_unique=True, kind="sort")
    return Postings(postings.ids[kept], postings.impacts[kept]) if kept.any() else None


def _without(postings: Postings, ids: NDArray[np.int64]) -> Postings | None:
    """Leave some ids out, which ascend; None if no others are left."""
    import numpy as np

    at = np.minimum(ids.searchsorted(postings.ids), len(ids) - 1)
    kept = ids[at] != postings.ids
    if kept.all():
        return postings
    return Postings(postings.ids[kept], postings.impacts[kept]) if kept.any() else None


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

"""From the candidates of a query to its hits: folded, gathered by paper, spread, as asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.records import Paper, Sentence, is_sentence_id
from astrosearch.results import Results
from astrosearch.search.ordering import Wording, by_paper, folded, spread, unfilled, wording

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.snapshot import Snapshot

Sentences = Mapping[int, tuple[Sentence, Paper]]
Vectors = Callable[["NDArray[np.int64]"], "NDArray[np.float32]"]

DEEPER = 4  # times: every time is a pass over all vectors, for a few queries of a batch
AT_ONCE = 200_000  # candidates looked up together: twelve for each of 16,000 queries
MIN_TITLE = 16  # letters; "Introduction" and "Cosmic strings" are the titles of several


@dataclass(frozen=True, slots=True)
class Arrangement:
    """How the candidates of a query become its hits.

    Attributes
    ----------
    k
        Hits.
    fold
        Whether near-duplicates count as one.
    papers
        Whether hits are papers instead of sentences.
    diverse
        Whether hits shall differ from each other.
    given
        Ids of sentences and papers whose copies are left out, when folding.
    """

    k: int
    fold: bool = True
    papers: bool = False
    diverse: bool = False
    given: tuple[str, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether hits are just the candidates."""
        return not (self.fold or self.papers or self.diverse)

    @property
    def depth(self) -> int:
        """How many candidates to look at first."""
        if self.papers:
            return max(100, 10 * self.k)
        if self.diverse:
            return max(50, 5 * self.k)
        return self.k + max(2, self.k // 5) if self.fold else self.k


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates of some queries: ids [n, c], -1 where there are fewer, and scores [n, c]."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    sentences: dict[int, tuple[Sentence, Paper]]


# Finds candidates for the queries at some places of a batch, to a depth.
Find = Callable[[list[int], int], Candidates]


@dataclass(frozen=True, slots=True)
class Arranged:
    """One query's hits, best first, and how many sentences each stands for."""

    ids: list[int]
    scores: list[float]
    alike: list[int]  # others that say the same
    matches: list[int]  # sentences of the paper


@dataclass(frozen=True, slots=True)
class Copies:
    """How to know copies of what was given: sentences by their words, papers by their titles."""

    wordings: frozenset[Wording] = frozenset()
    titles: frozenset[str] = frozenset()


NO_COPIES = Copies()


def copies(snapshot: Snapshot, given: Sequence[str]) -> Copies:
    """Look up what copies of these sentences and papers look like."""
    if not given:
        return NO_COPIES
    sentences = snapshot.sentences(int(id) for id in given if is_sentence_id(id))
    papers = snapshot.papers(id for id in given if not is_sentence_id(id))
    titles = {title_of(paper) for paper in papers}
    return Copies(
        frozenset(wording(sentence.text) for sentence, _ in sentences.values()),
        frozenset(title for title in titles if len(title) >= MIN_TITLE),
    )


class Arranger:
    """Makes hits of candidates.

    Parameters
    ----------
    how : Arrangement
    vectors : callable
        Vectors [n, dim] of ids.
    copied : Copies
        What to leave out, when folding.
    """

    def __init__(self, how: Arrangement, vectors: Vectors, copied: Copies = NO_COPIES) -> None:
        self._how, self._vectors, self._copied = how, vectors, copied

    def results(self, texts: Sequence[str], find: Find) -> Results:
        """Answer a batch of queries.

        Where folding or gathering leaves one fewer hits than asked for, it is searched deeper,
        until there are enough or no more.
        """
        import numpy as np

        ids, scores = unfilled(len(texts), self._how.k)
        alike, matches = np.zeros_like(ids), np.zeros_like(ids)
        shown: dict[int, tuple[Sentence, Paper]] = {}
        rows, depth = list(range(len(texts))), self._how.depth
        while rows:
            short = []
            step = max(1, AT_ONCE // depth)
            for start in range(0, len(rows), step):
                part = rows[start : start + step]
                found = find(part, depth)
                for row, own, worth in zip(part, found.ids, found.scores, strict=True):
                    there = own >= 0
                    hits = self.hits(own[there], worth[there], found.sentences)
                    count = len(hits.ids)
                    ids[row], scores[row] = -1, np.nan
                    ids[row, :count], scores[row, :count] = hits.ids, hits.scores
                    alike[row, :count], matches[row, :count] = hits.alike, hits.matches
                    shown |= {id: found.sentences[id] for id in hits.ids}
                    if count < self._how.k and there.sum() == depth:  # there may be more
                        short.append(row)
            rows, depth = short, DEEPER * depth
        shown = {id: shown[id] for id in np.unique(ids[ids >= 0]).tolist()}
        return Results(
            tuple(texts), ids, scores, shown, alike, matches if self._how.papers else None
        )

    def hits(
        self, ids: NDArray[np.int64], scores: NDArray[np.float32], sentences: Sentences
    ) -> Arranged:
        """Arrange candidates [c], best first; fewer than `k` hits where there are no more."""
        import numpy as np

        how = self._how
        found = [sentences[id] for id in ids.tolist()]
        stands = self._folded(found) if how.fold else dict.fromkeys(range(len(found)), 0)
        heads = list(stands)
        groups = [
            (worth, [place]) for worth, place in zip(scores[heads].tolist(), heads, strict=True)
        ]
        if how.papers and heads:
            gathered = by_paper([found[place][1].id for place in heads], scores[heads].tolist())
            groups = [(worth, [heads[at] for at in group]) for worth, group in gathered]
        if how.diverse and groups:
            first = ids[[group[0] for _, group in groups]]
            worths = np.array([worth for worth, _ in groups], dtype=np.float32)
            groups = [groups[at] for at in spread(worths, self._vectors(first), how.k)]
        groups = groups[: how.k]
        best = [group[0] for _, group in groups]
        return Arranged(
            ids[best].tolist(),
            [worth for worth, _ in groups],
            [stands[place] for place in best],
            [len(group) for _, group in groups],
        )

    def _folded(self, found: Sequence[tuple[Sentence, Paper]]) -> dict[int, int]:
        """Return the places to keep, ascending, each with the number of others like it.

        A paper isn't hidden by another that has a sentence of it, unless the other is the same
        paper once more, as far as the title tells.
        """
        copied = self._copied
        wordings = [wording(sentence.text) for sentence, _ in found]
        there = [
            place
            for place, (_, paper) in enumerate(found)
            if wordings[place] not in copied.wordings
            and not (copied.titles and title_of(paper) in copied.titles)
        ]
        titles = [title_of(found[place][1]) if self._how.papers else "" for place in there]
        apart: dict[str, list[int]] = {}
        for place, title in zip(there, titles, strict=True):
            apart.setdefault(title, []).append(place)
        stands: dict[int, int] = {}
        for places in apart.values():
            for at, first in enumerate(folded([wordings[place] for place in places])):
                if at == first:
                    stands[places[at]] = 0
                else:
                    stands[places[first]] += 1
        return dict(sorted(stands.items()))


def title_of(paper: Paper) -> str:
    """Return a title's letters and digits, by which the same paper is known under another id."""
    return "".join(re.findall(r"[^\W_]+", (paper.title or "").casefold())) or paper.id

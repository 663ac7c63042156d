"""From the candidates of a query to its hits: folded, gathered by paper, spread, as asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from astrosearch.ranking import Wording, by_paper, folded, spread, wording
from astrosearch.records import Paper, Results, Sentence, is_sentence_id
from astrosearch.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors = Callable[["NDArray[np.int64]"], "NDArray[np.float32]"]
# For some of a batch's queries, so many candidates [rows, depth] with their scores.
Candidates = Callable[[list[int], int], "tuple[NDArray[np.int64], NDArray[np.float32]]"]


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
class Answer:
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


def copies(store: Store, given: Sequence[str]) -> Copies:
    """Look up what copies of these sentences and papers look like."""
    sentences = store.sentences(int(id) for id in given if is_sentence_id(id))
    keys = [store.paper_key(id) for id in given if not is_sentence_id(id)]
    papers = store.papers(key for key in keys if key is not None)
    titles = {title_of(paper) for paper in papers.values()}
    return Copies(
        frozenset(wording(sentence.text) for sentence, _ in sentences.values()),
        frozenset(title for title in titles if len(title) >= MIN_TITLE),
    )


class Arranger:
    """Makes hits of candidates; it remembers what sentences it has read before.

    Parameters
    ----------
    how : Arrangement
    sentences : mapping of int to (Sentence, Paper)
        Every candidate's; it may grow.
    vectors : callable
        Vectors [n, dim] of ids.
    copied : Copies
        What to leave out, when folding.
    """

    def __init__(
        self,
        how: Arrangement,
        sentences: Mapping[int, tuple[Sentence, Paper]],
        vectors: Vectors,
        copied: Copies = NO_COPIES,
    ) -> None:
        self._how, self._sentences, self._vectors = how, sentences, vectors
        self._wordings: dict[int, Wording] = {}
        self._copied = copied

    def results(self, texts: Sequence[str], search: Candidates) -> Results:
        """Answer a batch of queries.

        Where folding or gathering leaves one fewer hits than asked for, it is searched deeper,
        until there are enough or no more.
        """
        import numpy as np

        shape = (len(texts), self._how.k)
        ids = np.full(shape, -1, dtype=np.int64)
        scores = np.full(shape, np.nan, dtype=np.float32)
        alike, matches = np.zeros_like(ids), np.zeros_like(ids)
        rows, depth = list(range(len(texts))), self._how.depth
        while rows:
            short = []
            for row, found, own in zip(rows, *search(rows, depth), strict=True):
                there = found >= 0
                hits = self.hits(found[there], own[there])
                count = len(hits.ids)
                ids[row], scores[row] = -1, np.nan
                ids[row, :count], scores[row, :count] = hits.ids, hits.scores
                alike[row, :count], matches[row, :count] = hits.alike, hits.matches
                if count < self._how.k and there.sum() == depth:  # there may be more
                    short.append(row)
            rows, depth = short, 2 * depth
        shown = {id: self._sentences[id] for id in np.unique(ids[ids >= 0]).tolist()}
        return Results(
            tuple(texts), ids, scores, shown, alike, matches if self._how.papers else None
        )

    def hits(self, ids: NDArray[np.int64], scores: NDArray[np.float32]) -> Answer:
        """Arrange candidates [c], best first; fewer than `k` hits where there are no more."""
        import numpy as np

        how = self._how
        stands = self._folded(ids.tolist())
        heads = list(stands)
        groups = [[at] for at in heads]
        if how.papers:
            own = by_paper([self._sentences[int(ids[at])][1].id for at in heads])
            groups = [[heads[place] for place in places] for places in own]
        if how.diverse and groups:
            first = np.array([group[0] for group in groups])
            order = spread(scores[first], self._vectors(ids[first]), how.k)
            groups = [groups[place] for place in order]
        groups = groups[: how.k]
        return Answer(
            [int(ids[group[0]]) for group in groups],
            [float(scores[group[0]]) for group in groups],
            [stands[group[0]] for group in groups],
            [len(group) for group in groups],
        )

    def _folded(self, ids: list[int]) -> dict[int, int]:
        """Return the places to keep, ascending, each with the number of others like it.

        A paper isn't hidden by another that has a sentence of it, unless the other is the same
        paper once more, as far as the title tells.
        """
        if not self._how.fold:
            return dict.fromkeys(range(len(ids)), 0)
        wordings = [self._wording(id) for id in ids]
        there = [at for at, id in enumerate(ids) if not self._is_copy(id)]
        titles = [self._title(ids[at]) if self._how.papers else "" for at in there]
        stands: dict[int, int] = {}
        for group in by_paper(titles):
            places = [there[at] for at in group]
            for at, first in enumerate(folded([wordings[place] for place in places])):
                if at == first:
                    stands[places[at]] = 0
                else:
                    stands[places[first]] += 1
        return dict(sorted(stands.items()))

    def _is_copy(self, id: int) -> bool:
        copied = self._copied
        return self._wording(id) in copied.wordings or (
            bool(copied.titles) and self._title(id) in copied.titles
        )

    def _title(self, id: int) -> str:
        return title_of(self._sentences[id][1])

    def _wording(self, id: int) -> Wording:
        found = self._wordings.get(id)
        if found is None:
            found = self._wordings[id] = wording(self._sentences[id][0].text)
        return found


def title_of(paper: Paper) -> str:
    """Return a title's letters and digits, by which the same paper is known under another id."""
    return "".join(re.findall(r"[^\W_]+", (paper.title or "").casefold())) or paper.id

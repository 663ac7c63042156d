"""From the candidates of a query to its hits: folded, gathered by paper, spread, as asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, cast

from astrosearch.records import Paper, Sentence, is_sentence_id
from astrosearch.search.ordering import Folding, Wording, by_paper, spread, wording

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.snapshot import Snapshot

DEEPER = 4  # times as many candidates are in all tiers up to one as up to the one before
AT_ONCE = 200_000  # candidates looked up together
DEEPEST = 30_000  # candidates looked at, or four times as many as are asked for
MIN_TITLE = 16  # letters; "Introduction" and "Cosmic strings" are the titles of several

# Candidates in the first tier, for hits that are sentences, differ from each other, are papers.
SENTENCES, DIVERSE, PAPERS = 16, 50, 100


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
    per_paper
        At most so many hits of one paper; None for any number.
    min_score
        The least score of a hit; None for any.
    """

    k: int
    fold: bool = True
    papers: bool = False
    diverse: bool = False
    given: tuple[str, ...] = ()
    per_paper: int | None = None
    min_score: float | None = None

    @property
    def plain(self) -> bool:
        """Whether hits are just the candidates."""
        chosen = self.fold or self.papers or self.diverse
        return not chosen and self.per_paper is None and self.min_score is None

    def tiers(self) -> Iterator[int]:
        """Yield how many candidates there are in all tiers up to the first, the second, ...

        Hits are made of one tier after the other, and a tier doesn't depend on how many hits are
        asked for. So the best ten are the first ten of the best hundred, with the same counts.
        """
        depth = PAPERS if self.papers else DIVERSE if self.diverse else SENTENCES
        deepest = max(DEEPEST, DEEPER * self.k)
        while True:
            yield depth
            if depth > deepest:
                return
            depth *= DEEPER


@dataclass(frozen=True, slots=True)
class Candidates:
    """Candidates of some queries: ids [n, c], -1 where there are fewer, and scores [n, c]."""

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]


# Finds candidates for the queries at some places of a batch, to a depth.
Find = Callable[[list[int], int], Candidates]


@dataclass(slots=True)
class Page:
    """One query's hits, best first, and what is known of the candidates that were looked at."""

    ids: list[int] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    alike: list[int] = field(default_factory=list)  # others that say the same
    matches: list[int] = field(default_factory=list)  # sentences of the paper
    per_paper: Counter[int] = field(default_factory=Counter)  # hits, by the key of a paper
    seen: set[int] = field(default_factory=set)  # keys of papers
    foot: float | None = None  # the last score of the first tier
    # By title, where hits are papers; of a title met once, the sentence's id.
    foldings: dict[str, Folding | int] = field(default_factory=dict)

    def add(self, id: int, score: float, alike: int, matches: int) -> None:
        """Add a hit."""
        self.ids.append(id)
        self.scores.append(score)
        self.alike.append(alike)
        self.matches.append(matches)


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


class Lookup(Protocol):
    """What hits are made of, by the ids of sentences and the keys of papers."""

    def rows(self, ids: Iterable[int]) -> dict[int, tuple[Sentence, int]]:
        """Look up sentences, each with its paper's key."""
        ...

    def papers_of(self, keys: Iterable[int]) -> dict[int, Paper]:
        """Look up papers."""
        ...

    def vectors(self, ids: NDArray[np.int64], *, checked: bool = False) -> NDArray[np.float32]:
        """Return the vectors [n, dim] of sentences."""
        ...


class Arranger:
    """Makes hits of candidates.

    Parameters
    ----------
    how : Arrangement
    lookup : Lookup
    copied : Copies
        What to leave out, when folding.
    """

    def __init__(self, how: Arrangement, lookup: Lookup, copied: Copies = NO_COPIES) -> None:
        self._how, self._lookup, self._copied = how, lookup, copied
        self.rows: dict[int, tuple[Sentence, int]] = {}  # of all candidates, by id
        self._wordings: dict[int, Wording] = {}
        self.papers: dict[int, Paper] = {}  # those looked up, by key
        self._titles: dict[int, str] = {}  # by the key of a paper

    def pages(self, texts: Sequence[str], find: Find) -> list[Page]:
        """Answer a batch of queries: where one tier gives too few hits, the next one adds some."""
        pages = [Page() for _ in texts]
        todo, done = list(range(len(texts))), 0
        for depth in self._how.tiers():
            if depth < self._how.k:  # several tiers are found at once
                continue
            step, short = max(1, AT_ONCE // depth), []
            for start in range(0, len(todo), step):
                part = todo[start : start + step]
                found = find(part, depth)
                self._look_up(found.ids[:, done:])
                for row, ids, scores in zip(part, found.ids, found.scores, strict=True):
                    there = int((ids >= 0).sum())
                    self._fill(pages[row], ids[:there], scores[:there], done)
                    lowest = float(scores[there - 1]) if there else 0.0
                    if there == depth and self._wants_more(pages[row], lowest):
                        short.append(row)
            todo, done = short, depth
            if not todo:
                break
        return pages

    def _wants_more(self, page: Page, lowest: float) -> bool:
        """Whether a deeper tier can give a page hits that it needs."""
        floor = self._how.min_score
        return len(page.ids) < self._how.k and (floor is None or lowest >= floor)

    def _look_up(self, ids: NDArray[np.int64]) -> None:
        new = sorted(set(ids.ravel().tolist()) - self.rows.keys() - {-1})
        self.rows |= self._lookup.rows(new)
        if self._how.papers or self._copied.titles:
            keys = {self.rows[id][1] for id in new} - self._titles.keys()
            papers = self._lookup.papers_of(keys)
            self.papers |= papers
            self._titles |= {key: title_of(papers[key]) for key in keys}

    def _fill(
        self, page: Page, ids: NDArray[np.int64], scores: NDArray[np.float32], done: int
    ) -> None:
        """Add the hits of all tiers after the first `done` candidates to a page."""
        start = done
        for depth in self._how.tiers():
            if depth <= done:
                continue
            self._add(page, ids[start:depth].tolist(), scores[start:depth].tolist())
            start = depth
            if start >= len(ids) or len(page.ids) >= self._how.k:
                return

    def _add(self, page: Page, ids: list[int], scores: list[float]) -> None:
        """Add the hits of one tier, best first, to a page."""
        how = self._how
        alike = self._folded(page, ids) if how.fold else dict.fromkeys(range(len(ids)), 0)
        heads = list(alike)
        groups = [(scores[place], [place]) for place in heads]
        if how.papers:
            groups = self._gathered(page, ids, scores, heads)
        if page.foot is None and scores:
            page.foot = scores[-1]
        if how.min_score is not None:
            groups = [group for group in groups if group[0] >= how.min_score]
        if how.diverse and groups:
            groups = self._spread(ids, groups)
        for score, group in groups:
            if len(page.ids) == how.k:
                return
            best = ids[group[0]]
            key = self.rows[best][1]
            if how.per_paper is None or page.per_paper[key] < how.per_paper:
                page.per_paper[key] += 1
                page.add(best, score, alike[group[0]], len(group))

    def _gathered(
        self, page: Page, ids: list[int], scores: list[float], heads: list[int]
    ) -> list[tuple[float, list[int]]]:
        """Gather places by paper, but for papers of the tiers before."""
        keys = [self.rows[ids[place]][1] for place in heads]
        new = [(place, key) for place, key in zip(heads, keys, strict=True) if key not in page.seen]
        page.seen.update(keys)
        if not new:
            return []
        foot = scores[heads[-1]] if page.foot is None else page.foot
        found = by_paper([key for _, key in new], [scores[place] for place, _ in new], foot=foot)
        return [(score, [new[at][0] for at in group]) for score, group in found]

    def _spread(
        self, ids: list[int], groups: list[tuple[float, list[int]]]
    ) -> list[tuple[float, list[int]]]:
        import numpy as np

        vectors = self._lookup.vectors(
            np.array([ids[group[0]] for _, group in groups], dtype=np.int64), checked=True
        )
        scores = np.array([score for score, _ in groups], dtype=np.float32)
        return [groups[at] for at in spread(scores, vectors, len(groups))]

    def _folded(self, page: Page, ids: list[int]) -> dict[int, int]:
        """Return the places to keep, ascending, each with the number of others of the tier like it.

        A paper isn't hidden by another that has a sentence of it, unless the other is the same
        paper once more, as far as the title tells.
        """
        copied = self._copied
        kept: dict[int, int] = {}
        places: dict[int, int] = {}
        for place, id in enumerate(ids):
            key = self.rows[id][1]
            if copied.wordings and self._wording(id) in copied.wordings:
                continue
            if self._titles.get(key, "") in copied.titles:
                continue
            first = self._first(page, self._titles[key] if self._how.papers else "", id)
            if first == id:
                kept[place], places[id] = 0, place
            elif first in places:
                kept[places[first]] += 1
        return kept

    def _first(self, page: Page, title: str, id: int) -> int:
        """Return the first sentence of a title's that says the same; the sentence's own id if new.

        Most titles have one sentence, whose words need not be looked at.
        """
        folding = page.foldings.get(title)
        if folding is None:
            page.foldings[title] = id
            return id
        if not isinstance(folding, Folding):
            earlier, folding = folding, Folding()
            folding.place(self._wording(earlier), earlier)
            page.foldings[title] = folding
        return cast("int", folding.place(self._wording(id), id))

    def _wording(self, id: int) -> Wording:
        found = self._wordings.get(id)
        if found is None:
            found = self._wordings[id] = wording(self.rows[id][0].text)
        return found


def title_of(paper: Paper) -> str:
    """Return a title's letters and digits, by which the same paper is known under another id."""
    return "".join(re.findall(r"[^\W_]+", (paper.title or "").casefold())) or paper.id

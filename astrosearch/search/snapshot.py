"""One committed state of an index, opened: its rows, its vectors, its words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.errors import NotFound
from astrosearch.records import Context, Paper, Sentence
from astrosearch.search.bm25 import WordRanking
from astrosearch.search.candidates import may_answer
from astrosearch.search.filters import Filters
from astrosearch.search.language import Asked
from astrosearch.store.layout import SEGMENTS
from astrosearch.store.reader import Store
from astrosearch.store.vectors import Tuning, VectorIndex, check_size, unfilled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ranked = tuple[NDArray[np.int64], NDArray[np.float32]]  # ids and scores [n, k]

# For these queries of a batch, so many of the best, among these ids.
Search = Callable[[list[int], int, "NDArray[np.int64] | None"], "Ranked"]


class Opened:
    """What answers are made of until somebody commits; files are opened when first needed.

    Raises
    ------
    NotFound, NotAnIndex, FormatTooNew
        When `path` holds no index this version can read.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.store = path, Store(path)
        self._version = self.store.data_version()
        self._vectors: VectorIndex | None = None
        self._words: WordRanking | None = None

    @property
    def is_current(self) -> bool:
        """Whether nobody has committed since."""
        return not self.store.is_replaced() and self.store.data_version() == self._version

    @property
    def vectors(self) -> VectorIndex:
        """All live vectors."""
        if self._vectors is None:
            self._vectors = open_vectors(self.store)
        return self._vectors

    @property
    def words(self) -> WordRanking:
        """What ranks by words."""
        if self._words is None:
            self._words = WordRanking(
                self.store.postings, self.store.matching, self.store.living_vectors()
            )
        return self._words

    def close(self) -> None:
        """Close its files."""
        self.store.close()
        if self._words is not None:
            self._words.close()
        self._vectors = self._words = None

    def sound_vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return vectors [n, dim], compared with their checksums."""
        self.vectors.check(ids)
        return self.vectors.vectors(ids)

    # -- searching

    def at_most(self, k: int, among: NDArray[np.int64] | None = None) -> int:
        """Return how many of `k` there can be."""
        there = self.store.living_vectors() if among is None else len(among)
        return min(k, max(1, there))

    def each(self, asked: Sequence[Asked], k: int, filters: Filters, search: Search) -> Ranked:
        """Search for all queries, those together that demand the same."""
        ids, scores = unfilled(len(asked), self.at_most(k))
        alike: dict[Asked, list[int]] = {}
        for place, each in enumerate(asked):
            alike.setdefault(each.demands, []).append(place)
        for demands, places in alike.items():
            among = may_answer(self.store, demands, filters)
            if among is not None and not len(among):
                continue
            found, found_scores = search(places, self.at_most(k, among), among)
            ids[places, : found.shape[1]] = found
            scores[places, : found.shape[1]] = found_scores
        return ids, scores

    # -- looking up

    def found(self, ids: NDArray[np.int64]) -> dict[int, tuple[Sentence, Paper]]:
        """Return the sentences of what was found, all of them there and sound; -1 is nothing.

        Raises
        ------
        KeyError
            When one isn't there.
        NotAnIndex
            When one's row or vector is damaged.
        """
        import numpy as np

        wanted = np.unique(ids[ids >= 0])
        found = self.sentences(wanted.tolist())
        if len(found) < len(wanted):
            raise KeyError
        if self._vectors is not None:
            self._vectors.check(wanted)
        return found

    def sentences(self, ids: Iterable[int]) -> dict[int, tuple[Sentence, Paper]]:
        """Look up sentences with their papers; those that aren't there are left out."""
        found = self.store.sentences(ids)
        papers = self.store.papers({key for _, key in found.values()})
        if len(papers) < len({key for _, key in found.values()}):
            raise self.store.damage_error("the paper of a sentence")
        return {i: (sentence, papers[key]) for i, (sentence, key) in found.items()}

    def sentence(self, sentence_id: int) -> tuple[Sentence, Paper]:
        """Look up a sentence."""
        found = self.sentences([sentence_id])
        if sentence_id not in found:
            raise self.no_sentence(sentence_id)
        return found[sentence_id]

    def paper(self, paper_id: str) -> tuple[Paper, list[Sentence]]:
        """Look up a paper and all its sentences, in reading order."""
        key = self.key_of(paper_id)
        ids = self.store.sentence_ids(key)
        found, papers = self.store.sentences(ids), self.store.papers([key])
        whole = key in papers and papers[key].id == paper_id and len(found) == len(ids)
        if not whole or any(of != key for _, of in found.values()):
            raise self.store.damage_error(f"the row of {paper_id}")
        return papers[key], [found[int(i)][0] for i in ids]

    def contexts(self, sentence_ids: Sequence[int], n: int) -> dict[int, Context]:
        """Look up what stands around sentences."""
        near = self.store.neighbours(sentence_ids, n)
        found = self.store.sentences({i for sides in near.values() for side in sides for i in side})
        return {
            i: ([found[b][0] for b in before], [found[a][0] for a in after])
            for i, (before, after) in near.items()
        }

    def key_of(self, paper_id: str) -> int:
        """Return a paper's key."""
        key = self.store.paper_key(paper_id)
        if key is None:
            raise NotFound(
                f"the index {self.path.absolute()} has no paper {paper_id}.\n"
                "Give a sentence_id or a paper's id as a query shows it, such as 1807.06209."
            )
        return key

    def no_sentence(self, sentence_id: int) -> NotFound:
        """Say that a sentence isn't there."""
        return NotFound(
            f"the index {self.path.absolute()} has no sentence {sentence_id}.\n"
            "Give a sentence_id or a paper's id as a query shows it."
        )


def open_vectors(store: Store) -> VectorIndex:
    """Open all that an index's manifest says is live."""
    row, segments = store.codes(), store.segments()
    sums = {}
    for live in store.files():
        check_size(store.folder / SEGMENTS / live.file, live.bytes)
        sums[live.file] = live.sums
    return VectorIndex(
        store.folder / SEGMENTS,
        [segment.file for segment in segments],
        store.encoder().dimension,
        store.dead_vectors(),
        None
        if row is None
        else (
            row.segment.file,
            Tuning(row.probes, row.candidates, row.recall, row.asked),
            row.segment.last_id,
        ),
        sums,
    )

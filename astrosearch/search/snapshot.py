"""One committed state of an index, opened: the one door to the store.

What searches ask of an index is all here: its sentences and papers, its vectors, its words. Threads
may share a snapshot.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.errors import NotFound
from astrosearch.records import Context, Paper, Sentence, is_sentence_id
from astrosearch.search.bm25 import WordRanking
from astrosearch.search.candidates import Chooser
from astrosearch.search.filters import Filters
from astrosearch.search.heads import Heads
from astrosearch.search.language import ParsedQuery
from astrosearch.search.ordering import unfilled
from astrosearch.store import listing
from astrosearch.store.catalogue import Catalogue
from astrosearch.store.layout import DATABASE
from astrosearch.store.live import open_vectors
from astrosearch.store.outcomes import not_read
from astrosearch.store.reader import Store
from astrosearch.store.rows import Postings
from astrosearch.store.vectors import OpenFiles, VectorIndex
from astrosearch.store.words.splitter import Splitter
from astrosearch.text import composed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked
    from astrosearch.store.rows import CodesRow, Counts, EncoderIdentity, SegmentRow, SourceFile

PHRASES_KEPT = 5_000  # phrases of queries whose words are kept

# Ranks the queries at some places of a batch: at most so many sentences each, of some ids only.
Ranking = Callable[[list[int], int, "NDArray[np.int64] | None"], "Ranked"]


class Snapshot:
    """What answers are made of until somebody commits; files are opened when first needed.

    Parameters
    ----------
    path : Path
        The index's folder.
    before : Snapshot, optional
        An earlier state: what files of vectors it has open stay open.

    Raises
    ------
    NotFound, NotAnIndex, FormatTooNew
        When `path` holds no index this version can read.
    """

    def __init__(self, path: Path, before: Snapshot | None = None) -> None:
        self.path, self._store = path, Store(path)
        self._opened: OpenFiles = OpenFiles() if before is None else before._opened
        self._version = self._store.data_version()
        self._vectors: VectorIndex | None = None
        self._words: Words | None = None
        self._opening = threading.Lock()

    @property
    def is_current(self) -> bool:
        """Whether nobody has committed since."""
        return not self._store.is_replaced() and self._store.data_version() == self._version

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Have the database stay as it is for a block: a writer can't start meanwhile."""
        with self._store.snapshot():
            yield

    def close(self) -> None:
        """Close its files."""
        self._store.close()
        if self._words is not None:
            self._words.close()
        self._vectors = self._words = None

    @cached_property
    def sentence_count(self) -> int:
        """How many sentences may be found."""
        return self._store.living_vectors()

    def size(self, k: int, allowed_ids: NDArray[np.int64] | None = None) -> int:
        """Return how many hits there can be, of `k` asked for."""
        return min(k, max(1, self.sentence_count if allowed_ids is None else len(allowed_ids)))

    # -- by meaning

    def nearest(
        self,
        queries: NDArray[np.float32],
        k: int,
        allowed_ids: NDArray[np.int64] | None = None,
        sure: int | None = None,
    ) -> Ranked:
        """Return the nearest `k` of each query: ids and cosines [n, k]; -1 and NaN past the last.

        Parameters
        ----------
        queries : float32 [n, dim], of unit length
        k : int
        allowed_ids : int64 [m], optional
            The only ids that may be returned.
        sure : int, optional
            So many are found with the recall that the index's codes are tuned to, the others with
            less; `k` if it isn't given. Without codes a search finds all.
        """
        return self._vector_index.search(queries, self.size(k, allowed_ids), allowed_ids, sure)

    def vectors(self, ids: NDArray[np.int64], *, checked: bool = False) -> NDArray[np.float32]:
        """Return the vectors [n, dim] of ids, compared with their checksums when `checked`."""
        if checked:
            self._vector_index.check(ids)
        return self._vector_index.vectors(ids)

    @property
    def _vector_index(self) -> VectorIndex:
        if self._vectors is None:
            with self._opening:
                if self._vectors is None:
                    self._vectors = open_vectors(self._store, self._opened)
        return self._vectors

    # -- by words

    @property
    def words(self) -> WordRanking:
        """What ranks by words."""
        if self._words is None:
            with self._opening:
                if self._words is None:
                    self._words = Words(self._store)
        return self._words.ranking

    @cached_property
    def removed_ids(self) -> NDArray[np.int64]:
        """Ids of sentences that are gone though vectors and words still name them, ascending."""
        return self._store.dead_vectors() if self._vectors is None else self._vectors.dead

    # -- which may answer

    @cached_property
    def chooser(self) -> Chooser:
        """What chooses the sentences that filters leave."""
        return Chooser(self._store)

    def may_answer(self, demands: ParsedQuery, filters: Filters) -> NDArray[np.int64] | None:
        """Return the ids that filters and a query's own demands leave, ascending; None: all."""
        return self.chooser.may_answer(demands, filters)

    def ranked(
        self, queries: Sequence[ParsedQuery], k: int, filters: Filters, rank: Ranking
    ) -> Ranked:
        """Rank for all queries, those together that demand the same."""
        ids, scores = unfilled(len(queries), self.size(k))
        alike: dict[ParsedQuery, list[int]] = {}
        for place, query in enumerate(queries):
            alike.setdefault(query.demands, []).append(place)
        for demands, places in alike.items():
            allowed_ids = self.may_answer(demands, filters)
            if allowed_ids is not None and not len(allowed_ids):
                continue
            found, found_scores = rank(places, self.size(k, allowed_ids), allowed_ids)
            ids[places, : found.shape[1]] = found
            scores[places, : found.shape[1]] = found_scores
        return ids, scores

    @cached_property
    def heads(self) -> Heads:
        """The papers, by their first sentences."""
        return Heads(*listing.heads_of(self._store))

    def sentences_of_papers(self, head_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the ids of all sentences of papers that these are in, ascending."""
        return listing.sentences_of_papers(self._store, head_ids)

    def first_sentences(self) -> NDArray[np.int64]:
        """Return the id of each paper's first sentence: the newest papers first, then by id."""
        return listing.first_sentences(self._store)

    # -- sentences and papers

    def hits(
        self,
        ids: NDArray[np.int64],
        known: Mapping[int, tuple[Sentence, int]] | None = None,
        known_papers: Mapping[int, Paper] | None = None,
    ) -> dict[int, tuple[Sentence, Paper]]:
        """Return the sentences of a ranking, all of them there and sound; -1 is no sentence.

        `known` are those that `rows` has looked up, if all of them are; `known_papers` are papers
        that were looked up, by their keys.

        Raises
        ------
        KeyError
            When a sentence isn't there.
        NotAnIndex
            When a sentence's row or vector is damaged.
        """
        import numpy as np

        wanted = sorted(set(ids.ravel().tolist()) - {-1})
        found = self.rows(wanted) if known is None else {i: known[i] for i in wanted}
        papers = dict(known_papers or {})
        papers |= self.papers_of({key for _, key in found.values()} - papers.keys())
        if self._vectors is not None:
            self._vectors.check(np.array(wanted, dtype=np.int64))
        return {i: (sentence, papers[key]) for i, (sentence, key) in found.items()}

    def rows(self, ids: Iterable[int]) -> dict[int, tuple[Sentence, int]]:
        """Look up sentences, each with its paper's key; KeyError if one isn't there."""
        wanted = list(ids)
        found = self._store.sentences(wanted) if wanted else {}
        if len(found) < len(set(wanted)):
            raise KeyError
        return found

    def papers_of(self, keys: Iterable[int]) -> dict[int, Paper]:
        """Look up papers by their keys; NotAnIndex if one isn't there."""
        wanted = set(keys)
        found = self._store.papers(wanted) if wanted else {}
        if len(found) < len(wanted):
            raise self._store.damage_error("the paper of a sentence")
        return found

    def sentences(self, ids: Iterable[int]) -> dict[int, tuple[Sentence, Paper]]:
        """Look up sentences with their papers; those that aren't there are left out."""
        found = self._store.sentences(ids)
        papers = self.papers_of({key for _, key in found.values()})
        return {i: (sentence, papers[key]) for i, (sentence, key) in found.items()}

    def sentence(self, sentence_id: int) -> tuple[Sentence, Paper]:
        """Look up a sentence; NotFound if it isn't there."""
        found = self.sentences([sentence_id])
        if sentence_id not in found:
            raise self.no_sentence(sentence_id)
        return found[sentence_id]

    def papers(self, paper_ids: Iterable[str]) -> list[Paper]:
        """Look up papers; those that aren't there are left out."""
        keys = [self._store.paper_key(paper_id) for paper_id in paper_ids]
        return list(self._store.papers(key for key in keys if key is not None).values())

    def paper(self, paper_id: str) -> tuple[Paper, list[Sentence]]:
        """Look up a paper and all its sentences, in reading order; NotFound if it isn't there."""
        key = self._key_of(paper_id)
        ids = self._store.sentence_ids(key)
        found, papers = self._store.sentences(ids), self._store.papers([key])
        whole = (
            key in papers
            and papers[key].id in (paper_id, composed(paper_id))
            and len(found) == len(ids)
        )
        if not whole or any(of != key for _, of in found.values()):
            raise self._store.damage_error(f"the row of {paper_id}")
        return papers[key], [found[int(i)][0] for i in ids]

    def has_paper(self, paper_id: str) -> bool:
        """Say whether there is such a paper."""
        return self._store.paper_key(paper_id) is not None

    def sentence_ids(self, id: str) -> NDArray[np.int64]:
        """Return the ids of a paper's sentences, or a sentence's own; empty if it isn't there."""
        import numpy as np

        if is_sentence_id(id):
            return np.array([int(id)] if self._store.sentences([int(id)]) else [], dtype=np.int64)
        key = self._store.paper_key(id)
        return np.empty(0, dtype=np.int64) if key is None else self._store.sentence_ids(key)

    def context(self, sentence_id: int, n: int) -> Context:
        """Look up the `n` sentences before and after a sentence; NotFound if it isn't there."""
        found = self.contexts([sentence_id], n)
        if sentence_id not in found:
            raise self.no_sentence(sentence_id)
        return found[sentence_id]

    def contexts(self, sentence_ids: Sequence[int], n: int) -> dict[int, Context]:
        """Look up the `n` sentences before and after each sentence."""
        near = self._store.neighbours(sentence_ids, n)
        wanted = {i for sides in near.values() for side in sides for i in side}
        found = self._store.sentences(wanted)
        return {
            i: ([found[b][0] for b in before], [found[a][0] for a in after])
            for i, (before, after) in near.items()
        }

    @cached_property
    def catalogue(self) -> Catalogue:
        """The papers: listed, counted, and found by what they are called."""
        return Catalogue(self._store)

    def source_of(self, paper_id: str) -> SourceFile:
        """Return the file that a paper was read from; NotFound if there is no such paper."""
        return self._store.source_of(self._key_of(paper_id))

    def _key_of(self, paper_id: str) -> int:
        key = self._store.paper_key(paper_id)
        if key is None:
            raise self.catalogue.none_named(f"paper {paper_id}")
        return key

    def no_sentence(self, sentence_id: int) -> NotFound:
        """Say that a sentence isn't there."""
        return NotFound(
            f"the index {self.path.absolute()} has no sentence {sentence_id}.\n"
            "Give the id of a sentence as a query shows it, or what names a paper."
        )

    # -- the whole index

    @cached_property
    def encoder(self) -> EncoderIdentity:
        """The encoder that every vector comes from."""
        return self._store.encoder()

    @property
    def counts(self) -> Counts:
        """How much the index holds."""
        return self._store.counts()

    @property
    def segments(self) -> list[SegmentRow]:
        """The live segment files."""
        return self._store.segments()

    @property
    def codes(self) -> CodesRow | None:
        """The codes that a large index is searched through; None: every search is exact."""
        return self._store.codes()

    @property
    def database_bytes(self) -> int:
        """Size of the database file."""
        return (self.path / DATABASE).stat().st_size

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(file, reason) of what could not be indexed."""
        return not_read(self._store)


class Words:
    """A store's words, ranked; the splitter serves one thread at a time."""

    def __init__(self, store: Store) -> None:
        self._splitter, self._splitting = Splitter(), threading.Lock()
        self._kept: dict[str, tuple[str, ...]] = {}  # the words of phrases asked for lately
        look = (store.postings, store.matching, self._split)
        known = (store.living_vectors(), store.dead_vectors(), not listing.is_spelled(store))
        self.ranking = WordRanking(*look, *known)

    def _split(self, phrases: Sequence[str]) -> list[tuple[str, ...]]:
        with self._splitting:
            if len(self._kept) > PHRASES_KEPT:
                self._kept.clear()
            new = [phrase for phrase in phrases if phrase not in self._kept]
            if new:
                self._kept.update(zip(new, self._splitter.words_of_phrases(new), strict=True))
            return [self._kept[phrase] for phrase in phrases]

    def close(self) -> None:
        """Let go of its memory."""
        self._splitter.close()
        self.ranking.close()


@contextlib.contextmanager
def in_memory(texts: Sequence[str]) -> Iterator[WordRanking]:
    """Rank texts by their words as an index ranks sentences, without one, while a block runs.

    A text's id is its position. Benchmarks compare encoders with this ranking.
    """
    import numpy as np

    with contextlib.closing(Splitter()) as holding, contextlib.closing(Splitter()) as asking:
        postings = {
            word: Postings.of(places, np.frombuffer(impacts, np.uint8))
            for word, (places, impacts) in holding.postings_of(texts).items()
        }
        yield WordRanking(
            lambda words: {word: postings[word] for word in words if word in postings},
            holding.matching,
            asking.words_of_phrases,
            len(texts),
        )

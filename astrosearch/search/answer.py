"""One request answered from one committed state: candidates, ranked, reranked, arranged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from astrosearch.encoder.cross_encoder import Reranker, mixed, reranked
from astrosearch.errors import NotFound
from astrosearch.results import Results
from astrosearch.search.arrange import SENTENCES, Arranger, Candidates, copies
from astrosearch.search.fusion import by_both, by_words, by_year
from astrosearch.search.language import ParsedQuery
from astrosearch.search.ordering import sorted_places, unfilled
from astrosearch.search.references import paper_named
from astrosearch.search.remarks import remarks_on
from astrosearch.search.request import Request
from astrosearch.search.similar import like, seeds_of
from astrosearch.search.snapshot import Snapshot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked

RERANKED = 50  # candidates that a reranker orders together


@dataclass(frozen=True, slots=True)
class Answer:
    """A request, answered from a snapshot.

    Attributes
    ----------
    request : Request
    snapshot : Snapshot
    vectors : float32 [n, dim], optional
        What of the request was encoded; None where nothing had to be.
    reranker : Reranker, optional
    """

    request: Request
    snapshot: Snapshot
    vectors: NDArray[np.float32] | None = None
    reranker: Reranker | None = None

    def results(self) -> Results:
        """Find candidates, look them up, and make hits of them."""
        import numpy as np

        request, snapshot = self.request, self.snapshot
        wanted = snapshot.size(request.depth)
        how = replace(request.arrangement, k=wanted)
        shape = (len(request.texts), max(1, wanted - request.more.offset))
        ids, scores = unfilled(*shape)
        alike, matches = np.zeros_like(ids), np.zeros_like(ids)
        known, known_papers = None, None
        if how.plain:
            found = self._candidates(list(range(shape[0])), wanted)
            part = found.ids[:, request.more.offset :]
            ids[:, : part.shape[1]] = part
            scores[:, : part.shape[1]] = found.scores[:, request.more.offset :]
        else:
            arranger = Arranger(how, snapshot, copies(snapshot, how.given))
            for row, page in enumerate(arranger.pages(request.texts, self._candidates)):
                last = min(shape[1], max(0, len(page.ids) - request.more.offset))
                shown = slice(request.more.offset, request.more.offset + last)
                ids[row, :last], scores[row, :last] = page.ids[shown], page.scores[shown]
                alike[row, :last], matches[row, :last] = page.alike[shown], page.matches[shown]
            known, known_papers = arranger.rows, arranger.papers
        sentences = snapshot.hits(ids, known, known_papers)
        for row in range(shape[0]) if request.more.sort != "score" else ():
            order = sorted_places(request.more.sort, ids[row], sentences)
            for values in (ids, scores, alike, matches):
                values[row] = values[row][order]
        return Results(
            request.texts,
            ids,
            scores,
            sentences,
            None if how.plain else alike,
            matches if how.papers else None,
            remarks_on(request, snapshot, ids, scores, self.vectors),
            request.more.offset,
        )

    def _candidates(self, rows: list[int], depth: int) -> Candidates:
        """Find candidates for some of the queries, to a depth."""
        depth = self.snapshot.size(depth)
        if self.reranker is None:
            return Candidates(*self._ranked(rows, depth))
        ids, scores = self._ranked(rows, self.snapshot.size(block_end(depth)))
        sentences = self.snapshot.rows(ids[ids >= 0].tolist())
        for at, row in enumerate(rows):
            count = int((ids[at] >= 0).sum())
            texts = [sentences[id][0].text for id in ids[at, :count].tolist()]
            self._rerank(row, texts, ids[at, :count], scores[at, :count])
        return Candidates(ids[:, :depth], scores[:, :depth])

    def _rerank(
        self, row: int, texts: list[str], ids: NDArray[np.int64], scores: NDArray[np.float32]
    ) -> None:
        """Order one query's candidates anew, RERANKED at a time; the best ones stay before others.

        So the order of the best doesn't depend on how many are asked for.
        """
        if self.reranker is None:
            return
        query = self.request.queries[row].text
        for start in range(0, len(texts), RERANKED):
            block = slice(start, start + RERANKED)
            second = self.reranker.scores(query, texts[block])
            own = mixed(scores[block], second)
            if start:  # no score is above the last one of the block before
                own -= own.max() - scores[start - 1]
            ids[block], scores[block] = reranked(ids[block], own)

    def _ranked(self, rows: list[int], depth: int) -> Ranked:
        """Rank sentences for some of the queries: ids and scores [len(rows), depth]."""
        request, snapshot = self.request, self.snapshot
        if request.by_likeness:
            seeds = seeds_of(snapshot, request.ids, self.vectors)
            allowed_ids = snapshot.may_answer(ParsedQuery(""), request.filters)
            return like(snapshot, seeds, depth, allowed_ids)
        queries = [request.queries[row] for row in rows]
        first = self._named(rows)

        def rank(places: list[int], k: int, allowed_ids: NDArray[np.int64] | None) -> Ranked:
            return self._by_mode([rows[place] for place in places], k, allowed_ids)

        ids, scores = snapshot.ranked(queries, depth, request.filters, rank)
        for at, sentence_id in first.items():
            ids[at], scores[at] = -1, math.nan
            if sentence_id >= 0:
                ids[at, 0], scores[at, 0] = sentence_id, 1.0
        return ids, scores

    def _named(self, rows: Sequence[int]) -> dict[int, int]:
        """Return the first sentence of each paper that a query names, by the query's place.

        It is -1 where there is no such paper; a single query then raises NotFound.
        """
        request, snapshot = self.request, self.snapshot
        papers = {}
        for at, row in enumerate(rows):
            try:
                named = paper_named(snapshot, request.texts[row])
            except NotFound:
                if len(request.texts) == 1:
                    raise
                named = ""
            if named is not None:
                papers[at] = named
        first = snapshot.catalogue.first_sentences([*papers.values()]) if papers else {}
        return {at: first.get(paper_id, -1) for at, paper_id in papers.items()}

    def _by_mode(
        self, rows: Sequence[int], k: int, allowed_ids: NDArray[np.int64] | None
    ) -> Ranked:
        """Rank for queries that demand the same of an answer."""
        queries = [self.request.queries[row] for row in rows]
        if all(query.is_listing for query in queries):  # alike in what they demand, so all or none
            return by_year(self.snapshot, len(queries), k, allowed_ids)
        if self.vectors is None:
            return by_words(self.snapshot, queries, k, allowed_ids)
        vectors = self.vectors[list(rows)]
        sure = k if k > SENTENCES else min(k, self.request.surely_found)
        if self.request.mode == "dense":
            return self.snapshot.nearest(vectors, k, allowed_ids, sure)
        return by_both(self.snapshot, vectors, queries, k, allowed_ids, sure)


def block_end(depth: int) -> int:
    """Return where the block ends that a depth is in, when candidates are reranked in blocks."""
    return -(-depth // RERANKED) * RERANKED

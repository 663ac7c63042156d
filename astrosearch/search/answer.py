"""One request answered from one committed state: candidates, ranked, reranked, arranged."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from astrosearch.encoder.cross_encoder import Reranker, mixed, reranked
from astrosearch.errors import NotFound
from astrosearch.results import Results
from astrosearch.search.arrange import Arranger, Candidates, copies
from astrosearch.search.fusion import by_both, by_words
from astrosearch.search.language import ParsedQuery
from astrosearch.search.references import paper_named
from astrosearch.search.request import Request
from astrosearch.search.similar import like, seeds_of
from astrosearch.search.snapshot import Snapshot

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.ordering import Ranked

RERANKED = 50  # candidates that a reranker reads, or as many as are asked for


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
        request, how = self.request, self.request.arrangement
        how = replace(how, k=self.snapshot.size(how.k))
        if how.plain:
            found = self._candidates(list(range(len(request.texts))), how.k)
            return Results(request.texts, found.ids, found.scores, found.sentences)
        vectors = partial(self.snapshot.vectors, checked=True)
        arranger = Arranger(how, vectors, copies(self.snapshot, how.given))
        return arranger.results(request.texts, self._candidates)

    def _candidates(self, rows: list[int], depth: int) -> Candidates:
        """Find candidates for some of the queries, to a depth."""
        depth = self.snapshot.size(depth)
        if self.reranker is None:
            ids, scores = self._ranked(rows, depth)
            return Candidates(ids, scores, self.snapshot.hits(ids))
        ids, scores = self._ranked(rows, self.snapshot.size(max(depth, RERANKED)))
        sentences = self.snapshot.hits(ids)
        for at, row in enumerate(rows):
            found = ids[at] >= 0
            texts = [sentences[id][0].text for id in ids[at][found].tolist()]
            second = self.reranker.scores(self.request.queries[row].text, texts)
            ids[at][found], scores[at][found] = reranked(
                ids[at][found], mixed(scores[at][found], second)
            )
        return Candidates(ids[:, :depth], scores[:, :depth], sentences)

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
            return self.snapshot.listed(len(queries), k, allowed_ids)
        if self.vectors is None:
            return by_words(self.snapshot, queries, k, allowed_ids)
        vectors = self.vectors[list(rows)]
        if self.request.mode == "dense":
            return self.snapshot.nearest(vectors, k, allowed_ids)
        return by_both(self.snapshot, vectors, queries, k, allowed_ids)

"""What an encoder is measured on: queries with the documents that answer them, or pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError

if TYPE_CHECKING:
    from astrosearch.records import TextForm


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A retrieval benchmark; its texts are as people read them.

    Attributes
    ----------
    queries, documents
        Texts by id.
    relevant
        For each query, grades above 0 by document id.
    excluded
        For some queries, documents that are left out of their ranking, such as the citing paper.
    at_one
        Whether recall@1 is of interest: each query has one answer.
    """

    name: str
    queries: dict[str, str]
    documents: dict[str, str]
    relevant: dict[str, dict[str, int]]
    excluded: dict[str, frozenset[str]] = field(default_factory=dict)
    at_one: bool = False

    def __post_init__(self) -> None:
        if not self.queries or not self.documents:
            raise AstrosearchError(
                f"benchmark {self.name} has no {'documents' if self.queries else 'queries'}.\n"
                "Check the files it is built from"
            )

    def relevant_of(self, query_id: str) -> dict[str, int]:
        """Grades above 0 of a query's documents that can be ranked."""
        excluded = self.excluded.get(query_id, frozenset())
        grades = self.relevant.get(query_id, {})
        return {id: grade for id, grade in grades.items() if grade > 0 and id not in excluded}


@dataclass(frozen=True, slots=True)
class PairsBenchmark:
    """Pairs of texts that belong together, against pairs that don't.

    Attributes
    ----------
    pairs
        `(a, b)`, in the text form of the seed encoder, or as people read them.
    papers
        For each pair, the papers of a and b: two texts of one paper never make a random pair.
    """

    name: str
    pairs: tuple[tuple[str, str], ...]
    papers: tuple[tuple[str, str], ...]

    def __post_init__(self) -> None:
        if len(self.pairs) < 2:
            raise AstrosearchError(
                f"benchmark {self.name} needs two pairs or more.\nCheck the file it is built from"
            )


AnyBenchmark = Benchmark | PairsBenchmark


def in_form(texts: Sequence[str], form: TextForm, *, readable: bool = True) -> list[str]:
    """Texts in an encoder's form; `readable` says that people could read them as given."""
    if form == "plain" and readable:
        return list(texts)
    from astrosearch.corpus.textform import of_query

    return [of_query(text, form) for text in texts]


def sampled(
    benchmark: Benchmark, queries: int, documents: int | None = None, seed: int = 0
) -> Benchmark:
    """A smaller benchmark, for use while training: easier, but faster.

    It has `queries` queries drawn at random, the documents that answer them, and others drawn at
    random up to `documents` in all (None: all).
    """
    import random

    draw = random.Random(seed)  # noqa: S311 - no secret
    chosen = draw.sample(list(benchmark.queries), min(queries, len(benchmark.queries)))
    relevant = {id: benchmark.relevant.get(id, {}) for id in chosen}
    kept = set(benchmark.documents)
    if documents is not None:
        kept = {id for grades in relevant.values() for id in grades}
        others = [id for id in benchmark.documents if id not in kept]
        kept.update(draw.sample(others, min(max(documents - len(kept), 0), len(others))))
    return Benchmark(
        benchmark.name,
        _restricted(benchmark.queries, set(chosen)),
        _restricted(benchmark.documents, kept),
        relevant,
        {id: left_out for id, left_out in benchmark.excluded.items() if id in relevant},
        benchmark.at_one,
    )


def _restricted(texts: Mapping[str, str], ids: set[str]) -> dict[str, str]:
    return {id: text for id, text in texts.items() if id in ids}

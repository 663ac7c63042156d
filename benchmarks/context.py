"""Sentences and papers ranked with their papers, beside the ranking that queries use.

Run: python -m benchmarks.context TOPICS RECORDS [--data DIR]

TOPICS is an index of the corpus of DIR/eval/topics_corpus.txt, RECORDS one of metadata. Graded
topics are answered by sentences; dev citing sentences ask RECORDS for the papers they cite. Nothing
is folded. Each figure is given for two halves too: topics of even and odd place, citing papers by a
hash of their names. Weights were tried with both halves in view, so neither is a check of them.
"""

from __future__ import annotations

import argparse
import contextlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import astrosearch
from astrosearch.encoder import load_encoder
from astrosearch.evaluation.citations import citation
from astrosearch.evaluation.metrics import intervals
from astrosearch.search.context import Asked, block_end, in_context
from astrosearch.search.fusion import by_both
from astrosearch.search.language import ParsedQuery, parse
from astrosearch.search.papers import papers_in_context
from astrosearch.search.snapshot import Snapshot
from benchmarks.measured import SHARED, save
from benchmarks.paper_scores import plain
from benchmarks.per_paper import dcg, key_of, ndcg, read_topics

K = 10
DEPTH = 2 * K  # papers ranked, as one that cites may be among them


def best_of(
    snapshot: Snapshot, queries: Sequence[ParsedQuery]
) -> Iterator[tuple[Asked, NDArray[np.int64]]]:
    """Yield each query with its best sentences by meaning and words."""
    vectors = load_encoder(device="cpu").encode([query.text for query in queries])
    near, _ = by_both(snapshot, vectors, queries, snapshot.size(block_end(K)), None)
    words = snapshot.words.weighted([query.ranking for query in queries])
    for vector, weighted, ids in zip(vectors, words, near, strict=True):
        yield Asked(vector, weighted), ids[ids >= 0]


def sentences(index: Path, queries: Sequence[ParsedQuery]) -> list[list[tuple[str, str]]]:
    """Rank sentences with their papers: (text, paper) of ten for each query."""
    with contextlib.closing(Snapshot(index)) as snapshot:
        found = []
        for asked, ids in best_of(snapshot, queries):
            order = in_context(snapshot, asked, ids, K)[0].tolist()
            shown = snapshot.sentences(order)
            found.append([(shown[id][0].text, shown[id][1].id) for id in order])
    return found


def papers(index: Path, queries: Sequence[ParsedQuery]) -> list[list[str]]:
    """Rank papers: the ids of DEPTH for each query."""
    with contextlib.closing(Snapshot(index)) as snapshot:
        found = []
        for asked, ids in best_of(snapshot, queries):
            order = papers_in_context(snapshot, asked, ids, block_end(K), K)[0].tolist()
            shown = snapshot.sentences(order)
            found.append([*dict.fromkeys(shown[id][1].id for id in order)][:DEPTH])
    return found


def compared(scores: Sequence[Sequence[float]], half: NDArray[np.bool_]) -> dict[str, Any]:
    """Means of two rankings over all queries and over each half, and what the second gains."""
    figures: dict[str, Any] = {}
    first, second = map(np.array, scores)
    for name, part in (("both", half | ~half), ("first half", half), ("second half", ~half)):
        ((mean, gain),) = intervals([second[part]], [first[part]])
        assert gain is not None
        figures[name] = {
            "queries": int(part.sum()),
            "in use": round(float(first[part].mean()), 4),
            "in context": round(mean.value, 4),
            "gain": [round(each, 4) for each in (gain.value, gain.low, gain.high)],
        }
    return figures


def topics(index: Path, data: Path) -> dict[str, Any]:
    """Compare answers to the graded topics."""
    asked, grades = read_topics(data / "eval")
    texts = [topic["query"] for topic in asked]
    with astrosearch.open(index) as opened:
        hits = opened.query_batch(texts, K, fold=False)
        now = [[(hit.sentence.text, hit.paper.id) for hit in each] for each in hits]
    then = sentences(index, [parse(text) for text in texts])
    half = np.arange(len(texts)) % 2 == 0
    known = [grades[topic["id"]] for topic in asked]

    def quality(answer: Sequence[tuple[str, str]], own: dict[str, int]) -> float:
        return ndcg((text for text, _ in answer), own)

    def first_five(answer: Sequence[tuple[str, str]], own: dict[str, int]) -> float:
        keys = dict.fromkeys(key_of(text) for text, _ in answer[:5])
        return sum(own.get(key, 0) > 1 for key in keys) / 5

    def spread(answer: Sequence[tuple[str, str]], _: dict[str, int]) -> float:
        return len({paper for _, paper in answer})

    figures = {}
    for name, measure in (
        ("nDCG@10", quality),
        ("P@5", first_five),
        ("papers among ten", spread),
    ):
        scores = [
            [measure(*pair) for pair in zip(each, known, strict=True)] for each in (now, then)
        ]
        figures[name] = compared(scores, half)
    return figures


def citations(index: Path, data: Path) -> dict[str, Any]:
    """Compare the papers that citing sentences find."""
    cited = citation(data)
    with contextlib.closing(Snapshot(index)) as snapshot:
        known = {paper.id for paper in snapshot.papers(cited.documents)}
    left_out = {id: cited.excluded.get(id, frozenset()) for id in cited.queries}
    wanted = {id: frozenset(cited.relevant[id]) & known - left_out[id] for id in cited.queries}
    ids = [id for id in cited.queries if wanted[id]]
    texts = [plain(cited.queries[id]) for id in ids]
    with astrosearch.open(index) as opened:
        hits = opened.query_batch(texts, DEPTH, papers=True, fold=False)
        now = [[hit.paper.id for hit in each] for each in hits]
    then = papers(index, [parse(text) for text in texts])

    def score(id: str, found: Sequence[str]) -> float:
        top = [paper for paper in found if paper not in left_out[id]][:K]
        return dcg([int(paper in wanted[id]) for paper in top]) / dcg([1] * len(wanted[id]))

    half = np.array([zlib.crc32(id.partition("#")[0].encode()) % 2 == 0 for id in ids])
    scores = [
        [score(id, each) for id, each in zip(ids, answers, strict=True)] for answers in (now, then)
    ]
    return {"papers": len(known), "nDCG@10": compared(scores, half)}


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("topics", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    options = parser.parse_args()
    figures = {
        "topics": topics(options.topics, options.data),
        "citations": citations(options.records, options.data),
    }
    save("context", figures)


if __name__ == "__main__":
    main()

"""Hits that differ from each other: what variety costs in relevance, by the weight of relevance.

Run: python -m benchmarks.diversity INDEX [--data DIR] [--mode dense]

INDEX holds shared/corpus. The candidates of the dev questions (with the sentences that answer
them) and of dev citing sentences (with the papers they cite) are folded, then chosen from by
maximal marginal relevance at several weights. For the ten chosen: their mean cosine with each
other, their distinct papers, and nDCG@10; of papers for the citing sentences.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import astrosearch
from astrosearch.evaluation.files import objects_of
from astrosearch.evaluation.metrics import intervals, ndcg
from astrosearch.evaluation.questions import QUESTIONS, sentence_digest
from astrosearch.results import Results
from astrosearch.search.ordering import spread
from astrosearch.store.live import open_vectors
from astrosearch.store.reader import Store
from astrosearch.store.vectors import VectorIndex
from benchmarks.measured import SHARED, save
from benchmarks.paper_scores import plain, sets

WEIGHTS = (1.0, 0.95, 0.9, 0.85, 0.8, 0.7, 0.6, 0.5, 0.3)
POOL = 50
K = 10


def answers_of(results: Results, rows: list[dict[str, Any]]) -> list[dict[int, int]]:
    """Each question's answers among all that was found, and those not found as negative ids."""
    known = {
        (paper.id, sentence_digest(sentence.text)): sentence.id
        for sentence, paper in results.sentences.values()
    }
    return [
        {
            known.get((row["paper_id"], digest), -2 - at): 1
            for at, digest in enumerate(row["answers"])
        }
        for row in rows
    ]


def measured(
    results: Results,
    wanted: list[dict[int, int]],
    left_out: list[frozenset[str]],
    vectors: VectorIndex,
    *,
    by_paper: bool,
) -> dict[str, Any]:
    papers = {id: paper.id for id, (_, paper) in results.sentences.items()}
    numbers = {paper: at for at, paper in enumerate(dict.fromkeys(papers.values()))}
    values: list[NDArray[np.float64]] = []
    figures: dict[str, Any] = {}
    for weight in WEIGHTS:
        ranked = np.full((len(results), K), -1)
        alike, distinct = [], []
        for at, (ids, scores) in enumerate(zip(results.ids, results.scores, strict=True)):
            may = [id >= 0 and papers[id] not in left_out[at] for id in ids.tolist()]
            ids, scores = ids[may][:POOL], scores[may][:POOL]
            rows = vectors.vectors(ids)
            places = spread(scores, rows, K, weight)
            chosen = ids[places].tolist()
            cosines = rows[places] @ rows[places].T
            alike.append(cosines[np.triu_indices(len(places), 1)].mean())
            named = list(dict.fromkeys(numbers[papers[id]] for id in chosen))
            distinct.append(len(named))
            found = named if by_paper else chosen
            ranked[at, : len(found)] = found
        values.append(ndcg(ranked, wanted, K))
        figures[str(weight)] = {
            "mean_cosine_of_ten": round(float(np.mean(alike)), 4),
            "papers_of_ten": round(float(np.mean(distinct)), 2),
        }
    for name, (value, less) in zip(
        figures, intervals(values, [values[0]] * len(values)), strict=True
    ):
        assert less is not None
        figures[name]["nDCG@10"] = [round(each, 4) for each in (value.value, value.low, value.high)]
        figures[name]["difference"] = [round(each, 4) for each in (less.value, less.low, less.high)]
    return {"queries": len(results), **figures}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--mode", default="dense")
    options = parser.parse_args()
    vectors = open_vectors(Store(options.index))
    questions = [row for _, row in objects_of(QUESTIONS, "question", "paper_id", "answers")]
    cited = sets(options.index, options.data, 1000)["citation"]
    with astrosearch.open(options.index) as index:
        asked = index.query_batch(
            [plain(row["question"]) for row in questions], POOL, mode=options.mode
        )
        citing = index.query_batch([query.text for query in cited], POOL + 100, mode=options.mode)
    papers = {id: paper.id for id, (_, paper) in citing.sentences.items()}
    numbers = {paper: at for at, paper in enumerate(dict.fromkeys(papers.values()))}
    found = [
        {numbers.get(paper, -2 - at): 1 for at, paper in enumerate(sorted(query.wanted))}
        for query in cited
    ]
    none: frozenset[str] = frozenset()
    save(
        "diversity",
        {
            "pool": POOL,
            "questions": measured(
                asked,
                answers_of(asked, questions),
                [none] * len(questions),
                vectors,
                by_paper=False,
            ),
            "citation": measured(
                citing, found, [query.left_out for query in cited], vectors, by_paper=True
            ),
        },
        options.mode,
    )


if __name__ == "__main__":
    main()

"""Papers by their sentences: which score of a paper ranks best the papers that are looked for.

Run: python -m benchmarks.paper_scores INDEX [--data DIR] [--mode dense] [--queries 2000]

INDEX holds shared/corpus. Each query's best sentences are gathered by paper, and a score is made
of each paper's: its best; the mean of its best m; a sum of its best with decay, as they are or
over the score of the last candidate; its best and c log(1 + matches), matches being its sentences
among the candidates. Looked for are

  citation   the papers that a dev sentence cites, its own left out
  questions  the paper whose sentences answer a question
  title      the paper of a dev title; sentences that are titles are left out

Everything on dev. Differences from `best` are on the same resamples.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import astrosearch
from astrosearch.evaluation.citations import citation, split_of
from astrosearch.evaluation.files import objects_of
from astrosearch.evaluation.metrics import intervals, ndcg
from astrosearch.evaluation.questions import QUESTIONS
from astrosearch.results import Results
from benchmarks.measured import SHARED, save

DEPTHS = (50, 100, 200)
K = 10

Score = Callable[[list[float], float], float]  # of a paper's scores, best first, and the last's


def mean_of(most: int) -> Score:
    return lambda scores, _: sum(scores[:most]) / len(scores[:most])


def mean_or_less(most: int) -> Score:
    return lambda scores, _: sum(scores[:most]) / most


def decaying(most: int, decay: float) -> Score:
    return lambda scores, _: sum(score * decay**at for at, score in enumerate(scores[:most]))


def decaying_over_last(decay: float) -> Score:
    return lambda scores, last: sum((s - last) * decay**at for at, s in enumerate(scores))


def counting(weight: float) -> Score:
    return lambda scores, _: scores[0] + weight * math.log1p(len(scores))


WAYS: dict[str, Score] = {
    "best": lambda scores, _: scores[0],
    "mean of best 2": mean_of(2),
    "mean of best 3": mean_of(3),
    "mean of best 3, absent ones 0": mean_or_less(3),
    **{f"sum of {m}, decay {d}": decaying(m, d) for m in (2, 3) for d in (0.1, 0.25, 0.5)},
    **{f"sum over the last, decay {d}": decaying_over_last(d) for d in (0.1, 0.25, 0.5, 0.7, 1)},
    **{f"best + {c} log(1 + matches)": counting(c) for c in (0.01, 0.02, 0.05, 0.1)},
}


@dataclass(frozen=True)
class Query:
    text: str
    wanted: frozenset[str]  # papers' ids
    left_out: frozenset[str] = frozenset()


def plain(text: str) -> str:
    """A text without what a query means by quotes, minus signs and prefixes."""
    return re.sub(r"(?<!\S)-|\b(title|abs|author|year):|[\"“”„«»]", " ", text)


def sets(index: Path, data: Path, most: int) -> dict[str, list[Query]]:
    with sqlite3.connect(f"file:{index / 'astrosearch.db'}?mode=ro", uri=True) as database:
        rows = database.execute(
            "SELECT DISTINCT paper_id, file, title FROM sentences JOIN papers USING (paper_key)"
        ).fetchall()
    database.close()
    known = {paper for paper, _, _ in rows}
    by_folder: dict[str, set[str]] = {}
    for paper, file, _ in rows:
        if file.startswith("latex/"):
            by_folder.setdefault(file.split("/")[1], set()).add(paper)
    split = split_of(data)
    titles = [
        Query(plain(title), frozenset({paper}))
        for paper, file, title in sorted(set(rows))
        if title and file.startswith("latex/") and split.get(file.split("/")[1]) == "dev"
    ]
    cited = citation(data)
    citing = [
        Query(
            plain(text),
            frozenset(cited.relevant[id]) & known,
            frozenset(by_folder.get(id.partition("#")[0], ()))
            | cited.excluded.get(id, frozenset()),
        )
        for id, text in cited.queries.items()
    ]
    found = {
        "citation": citing,
        "questions": [
            Query(plain(row["question"]), frozenset({row["paper_id"]}) & known)
            for _, row in objects_of(QUESTIONS, "question", "paper_id")
        ],
        "title": list({query.text: query for query in titles}.values()),
    }
    draw = random.Random(2026)
    wanted = {name: [q for q in each if q.wanted - q.left_out] for name, each in found.items()}
    return {n: each if len(each) <= most else draw.sample(each, most) for n, each in wanted.items()}


def gathered(
    results: Results, at: int, query: Query, depth: int, *, titles: bool
) -> dict[str, list[float]]:
    papers: dict[str, list[float]] = {}
    seen = 0
    for id, score in zip(results.ids[at].tolist(), results.scores[at].tolist(), strict=True):
        if id < 0 or seen == depth:
            break
        sentence, paper = results.sentences[id]
        if paper.id in query.left_out or (titles and sentence.section == "Title"):
            continue
        seen += 1
        papers.setdefault(paper.id, []).append(score)
    return papers


def values_of(
    results: Results, queries: list[Query], depth: int, *, titles: bool
) -> dict[str, NDArray[np.float64]]:
    names = {paper.id: at for at, (_, paper) in enumerate(results.sentences.values())}
    for query in queries:
        for paper in query.wanted:
            names.setdefault(paper, -2 - len(names))
    grades = [{names[paper]: 1 for paper in query.wanted} for query in queries]
    ranked = {name: np.full((len(queries), K), -1) for name in WAYS}
    for at, query in enumerate(queries):
        papers = gathered(results, at, query, depth, titles=titles)
        last = min((scores[-1] for scores in papers.values()), default=0.0)
        for name, score in WAYS.items():
            worth = {paper: score(scores, last) for paper, scores in papers.items()}
            best = sorted(papers, key=worth.__getitem__, reverse=True)[:K]
            ranked[name][at, : len(best)] = [names[paper] for paper in best]
    return {name: ndcg(rows, grades, K) for name, rows in ranked.items()}


def table(values: dict[str, NDArray[np.float64]]) -> dict[str, Any]:
    first = [values["best"]] * len(values)
    rows = zip(values, intervals(list(values.values()), first), strict=True)
    return {
        name: {
            "nDCG@10": [round(each, 4) for each in (value.value, value.low, value.high)],
            "over_best": [round(each, 4) for each in (less.value, less.low, less.high)],
        }
        for name, (value, less) in rows
        if less is not None
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--mode", default="dense")
    parser.add_argument("--queries", type=int, default=2000)
    options = parser.parse_args()
    figures: dict[str, Any] = {}
    with astrosearch.open(options.index) as index:
        for name, queries in sets(options.index, options.data, options.queries).items():
            texts = [query.text for query in queries]
            more = 100  # sentences of papers left out, and titles
            results = index.query_batch(texts, DEPTHS[-1] + more, mode=options.mode, fold=False)
            figures[name] = {"queries": len(queries)}
            for depth in DEPTHS:
                found = values_of(results, queries, depth, titles=name == "title")
                figures[name][f"{depth} candidates"] = table(found)
        figures["sentences"] = len(index)
    save("paper_scores", figures, options.mode)


if __name__ == "__main__":
    main()

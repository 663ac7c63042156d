"""What several papers have in common: which score finds it, the mean's or one near the least.

Run: python -m benchmarks.common_likeness [--data DIR] [--encoder NAME]

Papers cited together in one sentence have something in common. Of the titles that a dev sentence
cites, two (three where it cites four or more) are given: `rest` looks for the others among all
cited titles, `sentence` for the sentences that cite all given among the citing sentences of the
dev papers. A candidate has a cosine with each title given; the ways make one score of them:
their mean (as the mean vector does), their least, and soft minima, -t log mean exp(-cosine / t),
which go from the least (t = 0) to the mean (t large). `apart` is the half of the queries whose
given titles are least alike.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from astrosearch.encoder import load_encoder
from astrosearch.evaluation.citations import (
    CitingSentence,
    citation_title,
    citing_sentences,
    normalized,
)
from astrosearch.evaluation.metrics import intervals, ndcg
from benchmarks.measured import SHARED, save

Vectors = NDArray[np.float32]
Score = Callable[[Vectors], Vectors]
SOFTNESS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
K = 10


def standardised(cosines: Vectors) -> Vectors:
    """Cosines less each given title's mean over all documents, over ten of their deviations."""
    means, deviations = cosines.mean(axis=1, keepdims=True), cosines.std(axis=1, keepdims=True)
    unit: Vectors = 0.1 * (cosines - means) / deviations
    return unit


def soft_minimum(cosines: Vectors, softness: float) -> Vectors:
    """-t log mean exp(-cosine / t) over the rows of cosines [m, n]."""
    lowest = cosines.min(axis=0)
    found: Vectors = lowest - softness * np.log(np.exp((lowest - cosines) / softness).mean(axis=0))
    return found


def mean(cosines: Vectors) -> Vectors:
    found: Vectors = cosines.mean(axis=0)
    return found


def least(cosines: Vectors) -> Vectors:
    found: Vectors = cosines.min(axis=0)
    return found


RAW: dict[str, Score] = {
    "mean": mean,
    "least": least,
    **{f"soft {t}": partial(soft_minimum, softness=t) for t in SOFTNESS},
}


def scores(cosines: Vectors) -> Iterator[tuple[str, Vectors]]:
    """Yield each way's name and scores [n] from cosines [given, n]."""
    alike = standardised(cosines)
    for name, way in RAW.items():
        yield name, way(cosines)
        yield f"{name}, standardised", way(alike)


@dataclass(frozen=True)
class Query:
    given: list[int]  # places among the documents' vectors of titles
    wanted: dict[int, int]
    own: list[int]  # never ranked


def cited_together(
    citing: list[CitingSentence], places: dict[str, int]
) -> Iterator[tuple[int, list[int], list[int]]]:
    """Each dev citing sentence with two titles or more: its number, given, and the others."""
    draw = random.Random(2026)
    for number, sentence in enumerate(citing):
        own = normalized(sentence.paper_title)
        keys = {normalized(each.title) for each in sentence.cited} & places.keys() - {own}
        titles = sorted(places[key] for key in keys)
        if len(titles) > 1:
            draw.shuffle(titles)
            given = 3 if len(titles) > 3 else 2
            yield number, titles[:given], titles[given:]


def measured(
    queries: list[Query], seeds: Vectors, documents: Vectors
) -> dict[str, dict[str, NDArray[np.float64]]]:
    """nDCG@10 [queries] of each way."""
    rankings: dict[str, list[NDArray[np.int64]]] = {}
    for query in queries:
        own = seeds[query.given]
        cosines = own @ documents.T
        cosines[:, query.own] = -1
        for name, found in scores(cosines):
            best = np.argpartition(-found, K)[:K]
            best = best[np.lexsort((best, -found[best]))]
            rankings.setdefault(name, []).append(best)
    wanted = [query.wanted for query in queries]
    values = {name: ndcg(np.array(rows), wanted, K) for name, rows in rankings.items()}
    alike = np.array([least_alike(seeds[query.given]) for query in queries])
    apart = alike < np.median(alike)
    return {"all": values, "apart": {name: each[apart] for name, each in values.items()}}


def least_alike(vectors: Vectors) -> float:
    return float((vectors @ vectors.T).min())


def table(values: dict[str, NDArray[np.float64]]) -> dict[str, dict[str, list[float]]]:
    first = [values["mean"]] * len(values)
    found = {}
    for name, (value, difference) in zip(
        values, intervals(list(values.values()), first), strict=True
    ):
        assert difference is not None
        found[name] = {
            "nDCG@10": [round(each, 4) for each in (value.value, value.low, value.high)],
            "over_mean": [
                round(each, 4) for each in (difference.value, difference.low, difference.high)
            ],
        }
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--encoder", default="default")
    options = parser.parse_args()
    encoder = load_encoder(options.encoder, "cpu")
    benchmark = citation_title(options.data)
    places = {key: place for place, key in enumerate(benchmark.documents)}
    titles = encoder.encode(list(benchmark.documents.values()))
    citing = list(citing_sentences(options.data, "dev"))
    sentences = encoder.encode([sentence.text for sentence in citing])
    cites: dict[int, set[int]] = {}
    for number, sentence in enumerate(citing):
        for each in sentence.cited:
            cites.setdefault(places.get(normalized(each.title), -1), set()).add(number)
    rest, whole = [], []
    for number, given, others in cited_together(citing, places):
        own = places.get(normalized(citing[number].paper_title))
        if others:
            left_out = [*given] if own is None else [*given, own]
            rest.append(Query(given, dict.fromkeys(others, 1), left_out))
        both = set.intersection(*(cites[title] for title in given))
        whole.append(Query(given, dict.fromkeys(sorted(both), 1), []))
    figures = {}
    for name, queries, documents in (("rest", rest, titles), ("sentence", whole, sentences)):
        figures[name] = {
            part: {"queries": len(values["mean"]), **table(values)}
            for part, values in measured(queries, titles, documents).items()
        }
    save("common_likeness", {"encoder": encoder.name, "documents": len(titles), **figures})


if __name__ == "__main__":
    main()

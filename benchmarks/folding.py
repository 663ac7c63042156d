"""Near-duplicates: what sentences that are nearly the same differ in, and what folding costs.

Run: python -m benchmarks.folding INDEX [--sampled 9000] [--queries 2000] [--rounds 3]

`neighbours`: the eight nearest of sentences drawn at random, by the share of words that the two
have in common: how many pairs differ in a number, a letter or a denial (never folded), in words
that one of them adds, and in words that one has in place of the other's. `queries`: sentences cut
to their first dozen words; the processor time of a batch with folding over that without, in turns.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

import astrosearch
from astrosearch.search.ordering import says_the_same, wording
from astrosearch.store.live import open_vectors
from astrosearch.store.reader import Store
from benchmarks.batch_queries import sampled_queries
from benchmarks.measured import save

BANDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
NEAREST = 8
K = 10


def neighbours(index: Path, count: int) -> dict[str, Any]:
    store = Store(index)
    vectors = open_vectors(store)
    ids = np.concatenate([segment.ids for segment in vectors.segments])
    chosen = np.sort(np.random.default_rng(5).choice(ids, min(count, len(ids)), replace=False))
    found, _ = vectors.search(vectors.vectors(chosen), NEAREST + 1)
    wanted = np.unique(np.concatenate([chosen, found[found >= 0]])).tolist()
    texts = {id: wording(sentence.text) for id, (sentence, _) in store.sentences(wanted).items()}
    bands: dict[str, Counter[str]] = {}
    pairs = {
        (min(a, b), max(a, b))
        for a, row in zip(chosen.tolist(), found.tolist(), strict=True)
        for b in row
        if b >= 0 and b != a
    }
    for a, b in sorted(pairs):
        one, other = texts[a], texts[b]
        shared = len(set(one.words) & set(other.words))
        share = shared / len(set(one.words) | set(other.words))
        band = max((each for each in BANDS if each <= share), default=None)
        if band is None:
            continue
        kind = "replaced"
        if one.telling != other.telling:
            kind = "telling"
        elif shared == min(len(one.words), len(other.words)):
            kind = "added"
        counts = bands.setdefault(f"{band} or more of the words", Counter())
        counts[kind if band < 1 else "same"] += 1
        counts["folded"] += says_the_same(one, other)
    return {"pairs": len(pairs), **{band: dict(bands[band]) for band in sorted(bands)}}


def queries(path: Path, count: int, rounds: int) -> dict[str, Any]:
    texts = sampled_queries(Store(path), count)
    seconds: dict[bool, list[float]] = {True: [], False: []}
    with astrosearch.open(path) as index:
        index.query_batch(texts[:100], K)
        for _ in range(rounds):
            for fold in (False, True):
                started = time.process_time()
                results = index.query_batch(texts, K, fold=fold)
                seconds[fold].append(time.process_time() - started)
    assert results.alike is not None
    alike = results.alike.sum(axis=1)
    return {
        "queries": len(texts),
        "sentences": sum(row.vectors for row in Store(path).segments()),
        "seconds_unfolded": [round(each, 2) for each in seconds[False]],
        "seconds_folded": [round(each, 2) for each in seconds[True]],
        "folded_over_unfolded": round(
            statistics.median(seconds[True]) / statistics.median(seconds[False]), 3
        ),
        "queries_with_something_folded": round(float((alike > 0).mean()), 4),
        "most_folded_in_a_query": int(alike.max()),
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--sampled", type=int, default=9_000)
    parser.add_argument("--queries", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    save(
        "folding",
        {
            "neighbours": neighbours(options.index, options.sampled),
            "queries": queries(options.index, options.queries, options.rounds),
        },
    )


if __name__ == "__main__":
    main()

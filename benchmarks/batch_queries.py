"""A batch of queries against its floor: encoding them plus one exact FAISS search.

Run: python -m benchmarks.batch_queries INDEX [--queries 10000]

The queries are sentences of the index itself, cut to their first dozen words. The two are
measured in turn in one process, after a warm-up; the ratio is of their medians.
"""

from __future__ import annotations

import argparse
import random
import statistics
import time
from pathlib import Path

import faiss
import numpy as np

import astrosearch
from astrosearch.store.layout import SEGMENTS
from astrosearch.store.reader import Store
from astrosearch.store.vectors import VectorIndex
from benchmarks.measured import save

K = 10


def sampled_queries(store: Store, count: int) -> list[str]:
    ids = [row[0] for row in store.connection.execute("SELECT sentence_id FROM sentences")]
    chosen = random.Random(2026).sample(ids, min(count, len(ids)))
    return [" ".join(s.text.split()[:12]) for s, _ in store.sentences(chosen).values()]


def one_flat_index(store: Store) -> faiss.IndexFlatIP:
    index = VectorIndex(
        store.folder / SEGMENTS,
        [row.file for row in store.segments()],
        store.encoder().dimension,
        store.dead_vectors(),
    )
    flat = faiss.IndexFlatIP(index.dimension)
    for segment in index.segments:
        flat.add(np.ascontiguousarray(segment.vectors))
    return flat


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    store = Store(options.index)
    queries = sampled_queries(store, options.queries)
    flat = one_flat_index(store)
    encoding, searching, ours = [], [], []
    with astrosearch.open(options.index) as index:
        index.query_batch(queries[:100], K, mode="dense")
        for _ in range(options.rounds):
            started = time.perf_counter()
            vectors = index.encoder.encode(queries)
            encoding.append(time.perf_counter() - started)
            started = time.perf_counter()
            scores, _ = flat.search(vectors, K)
            searching.append(time.perf_counter() - started)
            started = time.perf_counter()
            results = index.query_batch(queries, K, mode="dense", fold=False)
            ours.append(time.perf_counter() - started)
    floor = statistics.median(encoding) + statistics.median(searching)
    save(
        "batch_queries",
        {
            "queries": len(queries),
            "sentences": flat.ntotal,
            "segments": len(store.segments()),
            "encoding_seconds": [round(t, 2) for t in encoding],
            "faiss_seconds": [round(t, 2) for t in searching],
            "batch_seconds": [round(t, 2) for t in ours],
            "batch_over_floor": round(statistics.median(ours) / floor, 3),
            "hits": int((results.ids >= 0).sum()),
            "largest_difference_of_scores": float(np.abs(results.scores - scores).max()),
        },
    )


if __name__ == "__main__":
    main()

"""Searching many vectors: ways to compress them side by side, then ours from 100k to millions.

Run: python -m benchmarks.vector_search INDEX [--sizes 100000 1000000 5000000] [--ways 200000]

INDEX holds real sentences. Beyond what it holds, vectors are enlarged: to a real vector v the
unit difference of two others is added, v + 0.6 (a - b) / |a - b|, and the sum scaled to length
1: a new sentence at a cosine of about .86 from v, spread as the real ones are. Questions are
definitions of the Unified Astronomy Thesaurus, which no sentence of the index answers word for
word, and vectors drawn from the index itself. All searches on one thread.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrosearch.encoder import load_encoder
from astrosearch.store.live import open_vectors
from astrosearch.store.reader import Store
from astrosearch.store.vectors import (
    CODES,
    Segment,
    SegmentFile,
    Tuning,
    VectorIndex,
    write_segment,
)
from astrosearch.store.vectors.library import faiss as load_faiss
from astrosearch.store.vectors.rankings import merge_rankings
from benchmarks.measured import RESULTS, SHARED, save

faiss = load_faiss()

Vectors = NDArray[np.float32]
NONE = np.empty(0, np.int64)
RECALL = 0.98
PART = 150_000  # vectors a segment
WAYS = (
    "Flat",
    "IVF{lists},Flat",
    "IVF{lists},SQ8",
    "HNSW32,SQ8",
    "IVF{lists},RaBitQfs",
    "IVF{lists},PQ96x4fs",
    "IVF{lists},PQ128x4fs",
    "IVF{lists},PQ192x4fs",
)
SHARES = (0.02, 0.04, 0.08, 0.12, 0.16, 0.24, 0.32, 0.48, 0.64, 1.0)


def real_vectors(index: Path) -> NDArray[np.float16]:
    store = Store(index)
    opened = open_vectors(store)
    return np.vstack([np.asarray(s.vectors, dtype=np.float16) for s in opened.segments])


def questions(index: Path) -> Vectors:
    encoder = load_encoder(Store(index).encoder().name, "cpu")
    concepts = json.loads((SHARED / "eval" / "uat_concepts.json").read_text())
    return encoder.encode([c["definition"] for c in concepts if c.get("definition")][:500])


def enlarged(real: NDArray[np.float16], count: int) -> Iterator[tuple[NDArray[np.int64], Vectors]]:
    """Yield `count` vectors in parts: the real ones, then copies moved as the module says."""
    rng = np.random.default_rng(7)
    for start in range(0, count, PART):
        ids = np.arange(start, min(start + PART, count))
        vectors = real[ids % len(real)].astype(np.float32)
        copies = ids >= len(real)
        if copies.any():
            a, b = (real[rng.integers(len(real), size=copies.sum())] for _ in range(2))
            moved = a.astype(np.float32) - b.astype(np.float32)
            moved /= np.linalg.norm(moved, axis=1, keepdims=True).clip(1e-6)
            vectors[copies] += 0.6 * moved
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        yield ids + 1, vectors


def one_by_one(
    search: Callable[[Vectors], Any], queries: Vectors
) -> tuple[list[Any], dict[str, float]]:
    for query in queries[:5]:
        search(query[None])
    found, seconds = [], []
    for query in queries:
        started = time.perf_counter()
        found.append(search(query[None]))
        seconds.append(time.perf_counter() - started)
    return found, {
        "p50_ms": round(1e3 * statistics.median(seconds), 3),
        "p95_ms": round(1e3 * statistics.quantiles(seconds, n=20)[-1], 3),
    }


def recall(found: NDArray[np.int64], best: NDArray[np.int64]) -> float:
    return round(
        float(np.mean([np.isin(b, f).mean() for f, b in zip(found, best, strict=True)])), 4
    )


def compare_ways(real: NDArray[np.float16], asked: Vectors, n: int) -> list[dict[str, Any]]:
    """For each way, the quickest search that reaches RECALL, its candidates ranked by vectors."""
    chosen = np.sort(np.random.default_rng(3).permutation(len(real))[:n])
    base = real[chosen].astype(np.float32)
    flat = faiss.IndexFlatIP(base.shape[1])
    flat.add(base)
    best = flat.search(asked, 10)[1]
    lists = 1024
    rows = []
    for way in WAYS:
        index = faiss.index_factory(
            base.shape[1], way.format(lists=lists), faiss.METRIC_INNER_PRODUCT
        )
        started = time.perf_counter()
        if not index.is_trained:
            index.train(base[:: max(1, n // (64 * lists))])
        index.add(base)
        built = time.perf_counter() - started
        size = faiss.serialize_index(index).nbytes / n
        row = {"way": way.format(lists=lists), "build_s": round(built, 1), "bytes": round(size, 1)}
        rows.append({**row, **quickest(index, way, base, asked, best)})
        print(rows[-1], flush=True)
    return rows


def quickest(
    index: Any, way: str, base: Vectors, asked: Vectors, best: NDArray[np.int64]
) -> dict[str, Any]:
    whole = way == "Flat" or way.endswith(",Flat")
    quick: dict[str, Any] = {"recall": None}
    for share in SHARES if way.startswith("IVF") else (SHARES if "HNSW" in way else (1.0,)):
        for candidates in (10,) if whole else (20, 50, 100, 200, 400):
            parameters = None
            if way.startswith("IVF"):
                parameters = faiss.SearchParametersIVF(nprobe=max(1, round(share * index.nlist)))
            elif way.startswith("HNSW"):
                parameters = faiss.SearchParametersHNSW(
                    efSearch=max(candidates, round(1024 * share))
                )

            def search(
                query: Vectors, candidates: int = candidates, parameters: Any = parameters
            ) -> NDArray[np.int64]:
                found = index.search(query, candidates, params=parameters)[1][0]
                if whole:
                    return np.asarray(found)
                found = found[found >= 0]
                scores = base[found] @ query[0]
                return np.asarray(found[np.argsort(-scores)[:10]])

            found, times = one_by_one(search, asked)
            reached = recall(found, best)  # type: ignore[arg-type]
            if reached >= RECALL and times["p50_ms"] < quick.get("p50_ms", np.inf):
                quick = {"recall": reached, "share": share, "candidates": candidates, **times}
    return quick


def measure_size(real: NDArray[np.float16], asked: Vectors, n: int, folder: Path) -> dict[str, Any]:
    """Build our segments and codes over n vectors, and search them."""
    segments: list[SegmentFile] = []
    for number, part in enumerate(enlarged(real, n)):
        written = write_segment(folder, number + 1, [part], "half")
        assert written is not None
        segments.append(written)
    files = [s.file for s in segments]
    built = alone(BUILD, [str(folder), files, RECALL])
    codes, tuning = SegmentFile(**built.pop("codes"), sums=b""), Tuning(**built["tuning"])
    opened = [Segment(folder / s.file) for s in segments]
    row: dict[str, Any] = {
        "n": n,
        **built,
        "codes_bytes": round(codes.bytes / n, 1),
        "disk_bytes": round((codes.bytes + sum(s.bytes for s in segments)) / n, 1),
    }
    index = VectorIndex(
        folder, files, real.shape[1], NONE, (codes.file, tuning, segments[-1].last_id)
    )
    threads = faiss.omp_get_max_threads()
    best = exact(opened, asked, None)
    for name, used in (("two_threads", threads), ("one_thread", 1)):
        faiss.omp_set_num_threads(used)
        many = np.tile(asked, (4, 1))
        started = time.perf_counter()
        index.search(many, 10)
        row[f"batch_ms_{name}"] = round(1e3 * (time.perf_counter() - started) / len(many), 3)
    found, times = one_by_one(lambda query: index.search(query, 10)[0][0], asked)
    row |= {"questions": {"recall": recall(np.array(found), best), **times}}
    row["filters"] = [filtered(index, opened, asked[:100], n, share) for share in (0.5, 0.01, 1e-4)]
    faiss.omp_set_num_threads(threads)
    np.save(folder / "asked.npy", asked[:200])
    last = segments[-1].last_id
    given = [str(folder), files, codes.file, asdict(tuning), last, str(folder / "asked.npy")]
    row["open"] = alone(OPEN, given)
    return row


def filtered(
    index: VectorIndex, segments: Sequence[Segment], asked: Vectors, n: int, share: float
) -> dict[str, Any]:
    """Compare a search among some ids with an exact one over them."""
    ids = np.concatenate([s.ids for s in segments])
    among = ids[np.random.default_rng(9).random(n) < share]
    best = exact(segments, asked, among)
    found, times = one_by_one(lambda query: index.search(query, 10, among)[0][0], asked)

    def by_hand(query: Vectors) -> Any:
        scores = index.vectors(among) @ query[0]
        best = np.argpartition(-scores, min(10, len(among) - 1))[:10]
        return among[best[np.argsort(-scores[best])]]

    _, plain = one_by_one(by_hand, asked[: 5 if share > 0.1 else 20])
    full = min(10, len(among))
    return {
        "share": share,
        "ids": len(among),
        "recall": recall(np.array(found), best[:, :full]),
        "always_k": bool(all((f >= 0).sum() == full for f in found)),
        **times,
        "exact_p50_ms": plain["p50_ms"],
    }


def exact(
    segments: Sequence[Segment], asked: Vectors, among: NDArray[np.int64] | None
) -> NDArray[np.int64]:
    ids, scores = merge_rankings([], len(asked), 10)
    for segment in segments:
        chosen = slice(None) if among is None else np.isin(segment.ids, among)
        own = segment.ids[chosen]
        if not len(own):
            continue
        vectors = segment.vectors[chosen].astype(np.float32)
        more, rows = faiss.knn(asked, vectors, min(10, len(own)), faiss.METRIC_INNER_PRODUCT)
        ids, scores = merge_rankings([(ids, scores), (own[rows], more)], len(asked), 10)
    return ids


PEAK = """
def peak(key):
    status = Path("/proc/self/status").read_text()
    return int(status.split(key + ":")[1].split()[0]) // 1024
"""
BUILD = (
    """
import json, sys, time
from dataclasses import asdict
from pathlib import Path
from astrosearch.store.vectors import Segment, write_codes
folder, files, recall = json.loads(sys.argv[1])
steps = {}
def tell(step, done):
    steps.setdefault(step, [time.perf_counter()] * 2)[1] = time.perf_counter()
"""
    + PEAK
    + """
started = time.perf_counter()
segments = [Segment(Path(folder) / file) for file in files]
codes, tuning = write_codes(Path(folder), 999_999, segments, recall, tell, "all")
print(json.dumps({"build_s": round(time.perf_counter() - started, 1),
                  "steps_s": {s: round(b - a, 1) for s, (a, b) in steps.items()},
                  "build_peak_mb": peak("VmHWM"), "tuning": asdict(tuning),
                  "codes": {k: v for k, v in asdict(codes).items() if k != "sums"}}))
"""
)
OPEN = (
    """
import json, sys, time
import numpy as np
from pathlib import Path
from astrosearch.store.vectors import Tuning, VectorIndex
"""
    + PEAK
    + """
folder, files, codes, tuning, last, asked = json.loads(sys.argv[1])
asked, none = np.load(asked), np.empty(0, np.int64)
started = time.perf_counter()
index = VectorIndex(Path(folder), files, 384, none, (codes, Tuning(**tuning), last))
opened = time.perf_counter() - started
for query in asked:
    index.search(query[None], 10)
print(json.dumps({"open_ms": round(1e3 * opened, 1), "peak_mb": peak("VmHWM"),
                  "anonymous_mb": peak("RssAnon")}))
"""
)


def alone(script: str, given: list[Any]) -> dict[str, Any]:
    """Run a script in a process of its own: what it needs is then its own."""
    out = subprocess.run(
        [sys.executable, "-c", script, json.dumps(given)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    found: dict[str, Any] = json.loads(out)
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--ways", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="where the large files go")
    options = parser.parse_args()
    file = RESULTS / "vector_search.json"
    before = json.loads(file.read_text()) if file.exists() else {}
    figures: dict[str, Any] = {key: before.get(key) for key in ("ways", "sizes")}
    real, asked = real_vectors(options.index), questions(options.index)
    figures |= {"real_sentences": len(real), "questions": len(asked), "kind": CODES}
    if options.ways:
        faiss.omp_set_num_threads(1)
        figures["ways"] = {"n": options.ways, "rows": compare_ways(real, asked, options.ways)}
        save("vector_search", figures)
        faiss.omp_set_num_threads(2)
    kept = {row["n"]: row for row in figures["sizes"] or []}
    for n in options.sizes:
        folder = Path(tempfile.mkdtemp(dir=options.folder)) / "segments"
        kept[n] = measure_size(real, asked, n, folder)
        shutil.rmtree(folder.parent)
        figures["sizes"] = [kept[n] for n in sorted(kept)]
        save("vector_search", figures)


if __name__ == "__main__":
    main()

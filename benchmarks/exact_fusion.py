"""How many sentences hybrid search must score to be sure of the best, and that it finds them.

Run: python -m benchmarks.exact_fusion INDEX [--data DIR]

INDEX is searched exactly. For the graded topics and citing sentences every sentence is scored by
meaning and by words, and the best K are compared with those of the search. Counted are the
sentences that it scores besides the NEAREST.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

import astrosearch
from astrosearch.errors import AstrosearchError
from astrosearch.search.bm25 import bound, summed
from astrosearch.search.fusion import DENSE_WEIGHT, NEAREST, by_both
from astrosearch.search.language import parse
from astrosearch.search.snapshot import Snapshot
from benchmarks.measured import SHARED, save

DEPTHS = (10, 30)
CITING = 90  # citing sentences to one that is asked


def measured(state: Snapshot, texts: Sequence[str], encoder: Any) -> dict[str, Any]:
    """Compare the best of each query with those of scoring all sentences."""
    vector_index = state._vector_index
    ids = np.concatenate([segment.ids for segment in vector_index.segments])
    vectors = np.vstack([segment.vectors for segment in vector_index.segments]).astype(np.float32)
    parsed = [parse(text) for text in texts]
    encoded = encoder.encode([query.text for query in parsed])
    others: dict[int, list[int]] = {depth: [] for depth in DEPTHS}
    equal: dict[int, int] = dict.fromkeys(DEPTHS, 0)
    for vector, query in zip(encoded, parsed, strict=True):
        weighted = next(state.words.weighted([query.ranking]))
        shares = np.zeros(int(ids.max()) + 1, np.float32)
        found = summed(weighted) / max(bound(weighted), 1e-9)
        shares[: len(found)] = found
        cosines = vectors @ vector
        scores = DENSE_WEIGHT * cosines + (1 - DENSE_WEIGHT) * shares[ids]
        near = np.argsort(-cosines)[:NEAREST]
        for depth in DEPTHS:
            kth = np.sort(scores[near])[-depth]
            reach = (kth - DENSE_WEIGHT * cosines[near].min()) / (1 - DENSE_WEIGHT)
            others[depth].append(int((shares >= max(reach, 1e-9)).sum()))
            ours = by_both(state, vector[None], [query], depth, None)[1][0]
            equal[depth] += bool(np.allclose(ours, np.sort(scores)[::-1][:depth], atol=1e-4))
    return {
        f"best_{depth}": {
            "equal": equal[depth] / len(parsed),
            "scored_besides": {
                str(share): int(np.percentile(others[depth], share)) for share in (50, 90, 99, 100)
            },
        }
        for depth in DEPTHS
    }


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED / "eval")
    options = parser.parse_args()
    lines = (options.data / "topics_dev.jsonl").read_text().splitlines()
    texts = [json.loads(line)["query"] for line in lines]
    citing = (options.data / "citation_contexts.jsonl").read_text().splitlines()[::CITING]
    for line in citing:
        text = json.loads(line)["sentence_tex"]
        try:
            parse(text)
        except AstrosearchError:  # it holds no word that can be searched for
            continue
        texts.append(text)
    with astrosearch.open(options.index) as index:
        encoder = index.encoder
        figures = index.read(lambda state: measured(state, texts, encoder))
    save("exact_fusion", {"queries": len(texts), "nearest": NEAREST, **figures})


if __name__ == "__main__":
    main()

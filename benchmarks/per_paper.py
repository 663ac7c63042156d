"""At most N sentences of one paper: what that costs in relevance, and how many papers it shows.

Run: python -m benchmarks.per_paper INDEX [--data DIR]

INDEX holds the corpus of DIR/topics_corpus.txt. The graded topics are answered in each mode with
at most 1 to 5 sentences of a paper and with any number; nDCG@10 and the distinct papers among the
ten are given for the topics of even and of odd number, so that what is chosen on one half is looked
at on the other.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

import astrosearch
from astrosearch.search.request import MODES
from benchmarks.measured import SHARED, save

LIMITS = (1, 2, 3, 4, 5, None)
K = 10


def key_of(text: str) -> str:
    """Name a sentence as the judgements do: by its letters and digits."""
    kept = "".join(letter for letter in text.casefold() if letter.isalnum())
    return hashlib.sha256(kept.encode()).hexdigest()[:16]


def read_topics(data: Path) -> tuple[list[dict[str, str]], dict[str, dict[str, int]]]:
    """Read the topics, and the grades of their sentences by topic and key."""
    lines = (data / "topics_dev.jsonl").read_text().splitlines()
    grades: dict[str, dict[str, int]] = {}
    with (data / "topics_dev.qrels.tsv").open(newline="") as rows:
        for row in csv.DictReader(rows, delimiter="\t", quoting=csv.QUOTE_NONE):
            grades.setdefault(row["topic"], {})[row["key"]] = int(row["grade"])
    return [json.loads(line) for line in lines], grades


def ndcg(sentences: Iterable[str], grades: dict[str, int]) -> float:
    """Score ten sentences, gain 2^grade - 1; one that comes twice counts once."""
    seen: set[str] = set()
    worth = []
    for key in map(key_of, islice(sentences, K)):
        worth.append(0 if key in seen else 2 ** grades.get(key, 0) - 1)
        seen.add(key)
    ideal = sorted((2**grade - 1 for grade in grades.values()), reverse=True)
    return dcg(worth) / max(dcg(ideal), 1e-9)


def dcg(worth: list[int]) -> float:
    """Sum gains, discounted by rank."""
    return float(sum(gain / np.log2(rank + 1) for rank, gain in enumerate(worth[:K], 1)))


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED / "eval")
    options = parser.parse_args()
    topics, grades = read_topics(options.data)
    texts = [topic["query"] for topic in topics]
    halves = {"even": slice(0, None, 2), "odd": slice(1, None, 2), "both": slice(None)}
    figures: list[dict[str, Any]] = []
    with astrosearch.open(options.index) as index:
        for mode in MODES:
            for limit in LIMITS:
                found = index.query_batch(texts, K, mode=mode, per_paper=limit)
                scores = np.array(
                    [
                        ndcg((hit.sentence.text for hit in hits), grades[topic["id"]])
                        for topic, hits in zip(topics, found, strict=True)
                    ]
                )
                papers = np.array([len({hit.paper.id for hit in hits}) for hits in found])
                row: dict[str, Any] = {"mode": mode, "per_paper": limit}
                for half, part in halves.items():
                    row |= {
                        f"ndcg_{half}": round(float(scores[part].mean()), 4),
                        f"papers_{half}": round(float(papers[part].mean()), 2),
                    }
                figures.append(row)
    save("per_paper", {"topics": len(topics), "chosen": None, "figures": figures})


if __name__ == "__main__":
    main()

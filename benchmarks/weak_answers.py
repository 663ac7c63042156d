"""When nothing close is found: how many answers of each kind of query are said to be weak.

Run: python -m benchmarks.weak_answers INDEX [--data DIR]

INDEX holds the corpus of DIR/topics_corpus.txt. Its graded topics are answered there, the queries
about other things below are not, and of the names of the Unified Astronomy Thesaurus some are.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import astrosearch
from astrosearch.errors import AstrosearchError
from astrosearch.search.remarks import CLOSE, WORDED
from benchmarks.measured import SHARED, save

EVERY = 8  # concepts of the thesaurus to one that is asked for
MODES = ("hybrid", "dense")
OTHER = """
how do I bake bread; best pizza in naples; symptoms of influenza in children; football world cup
winners; python list comprehension syntax; mortgage interest rates in germany; how to train a puppy;
cheap flights to lisbon; photosynthesis in tropical plants; the causes of the french revolution;
treatment of knee osteoarthritis; crispr gene editing in mice; supreme court ruling on privacy; how
to knit a scarf; deep learning for speech recognition; stock market crash of 1929; recipes with
chickpeas; medieval church architecture; protein folding with neural networks; bird migration across
the sahara; guitar chords for beginners; covid vaccine side effects; electric car battery recycling;
shakespeare sonnets analysis; irrigation of rice fields; labour law in france; how to fix a leaking
tap; coral reef bleaching; history of jazz music; immune response to parasites; kubernetes ingress
configuration; tax return deadline; yoga for back pain; the economics of minimum wage; soil bacteria
and nitrogen fixation; graph database query language; migraine prevention; renaissance painting
techniques; monkey behaviour in captivity; wine tasting in tuscany; asdf qwer zxcv; lorem ipsum
dolor sit amet; xyzzy; 🌌; *; hello; thank you very much; what is the meaning of life
"""


def names_in(concepts: Any) -> list[str]:
    """Return the names of all concepts of a thesaurus, sorted."""
    found: set[str] = set()
    todo = [concepts]
    while todo:
        each = todo.pop()
        if isinstance(each, dict):
            found |= {each["name"]} if isinstance(each.get("name"), str) else set()
            todo += each.values()
        elif isinstance(each, list):
            todo += each
    return sorted(found)


def weak_share(index: astrosearch.Index, texts: Sequence[str], mode: Any) -> dict[str, Any]:
    """Count the queries, and those whose answer is said to be weak."""
    weak = []
    for text in texts:
        try:
            weak.append(index.query(text, mode=mode).remarks.weak)
        except AstrosearchError:  # the query holds no word
            continue
    return {"queries": len(weak), "weak": sum(weak), "share": round(sum(weak) / len(weak), 3)}


def main() -> None:
    """Measure, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED / "eval")
    options = parser.parse_args()
    lines = (options.data / "topics_dev.jsonl").read_text().splitlines()
    concepts = json.loads((options.data / "uat_concepts.json").read_text())
    kinds = {
        "topics": [json.loads(line)["query"] for line in lines],
        "concepts": names_in(concepts)[::EVERY],
        "other": [" ".join(text.split()) for text in OTHER.split(";")],
    }
    with astrosearch.open(options.index) as index:
        figures = {
            mode: {kind: weak_share(index, texts, mode) for kind, texts in kinds.items()}
            for mode in MODES
        }
    save("weak_answers", {"close": CLOSE, "worded": WORDED, **figures})


if __name__ == "__main__":
    main()

"""Whether training pairs hold text of papers that are measured on: it should be none.

Run: python -m benchmarks.held_out PAIRS.jsonl HELD_OUT.txt [CORPUS]

HELD_OUT.txt is what `astrosearch pairs --exclude` was given. The miner leaves out what is
near-identical by MinHash; this compares otherwise: runs of words.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from astrosearch.corpus.discover import discover
from astrosearch.corpus.read import read_source
from astrosearch.corpus.sentences import sentences_of
from astrosearch.errors import Unreadable
from astrosearch.evaluation.citations import citing_sentences
from astrosearch.training.pairs.file import read_pairs
from astrosearch.training.pairs.selection import is_named, read_names
from benchmarks.measured import SHARED, save

RUN = 10  # words
_WORD = re.compile(r"\w+")


def words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def runs(text: tuple[str, ...]) -> set[int]:
    return {hash(text[at : at + RUN]) for at in range(len(text) - RUN + 1)}


def held_out(corpus: Path, names: frozenset[str]) -> Iterator[str]:
    """Sentences of the papers held out, and their citing sentences as the labels have them."""
    for source in discover(corpus).sources:
        if is_named(names, source):
            for item in read_source(source):
                if not isinstance(item, Unreadable):
                    for passage in item.passages:
                        yield from (sentence.text for sentence in sentences_of(passage))
    for citing in citing_sentences(SHARED, "dev"):
        yield citing.text


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("pairs", type=Path)
    parser.add_argument("held_out", type=Path)
    parser.add_argument("corpus", type=Path, nargs="?", default=SHARED / "corpus")
    options = parser.parse_args()
    whole: set[tuple[str, ...]] = set()
    parts: set[int] = set()
    sentences = 0
    for text in held_out(options.corpus, read_names(options.held_out)):
        sentences += 1
        found = words(text)
        parts |= runs(found)
        if len(found) >= RUN:
            whole.add(found)
    texts = {
        text: pair.kind
        for pair in read_pairs(options.pairs)
        if pair.split == "train"
        for text in (pair.text_a, pair.text_b)
    }
    same, most, some = [], [], []
    for text in texts:
        found = words(text)
        own = runs(found)
        shared = len(own & parts)
        if found in whole:
            same.append(text)
        elif shared > len(own) / 2:
            most.append(text)
        elif shared:
            some.append(text)
    save(
        "held_out",
        {
            "held_out_sentences": sentences,
            "training_texts": len(texts),
            "identical": len(same),
            f"most_runs_of_{RUN}_words_shared": len(most),
            "a_run_shared": len(some),
        },
    )
    for text in same + most:
        print(f"{texts[text]}: {text[:150]}")


if __name__ == "__main__":
    main()

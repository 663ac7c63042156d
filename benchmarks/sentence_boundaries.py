"""Precision, recall and speed of sentence boundaries: ours beside other splitters.

Run: python -m benchmarks.sentence_boundaries [LABELS.jsonl]

A line of the labels is one paragraph: {"source", "text", "boundaries", "half"}; `boundaries` are
the offsets at which a sentence begins, the paragraph's own start left out, and `half` is "tune"
(looked at while rules were written) or "test" (not looked at). The labels quote papers, so they
are not part of the project. Splitters that aren't installed are left out, and named.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import time
import warnings
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from astrosearch.corpus import sentences
from benchmarks.measured import ROOT, save

LABELS = ROOT / ".." / "labels" / "sentence_boundaries.jsonl"
Starts = Callable[[str], list[int]]


def ours(text: str) -> list[int]:
    return [start for start, _ in sentences.split(text)][1:]


def blingfire(text: str) -> list[int]:
    from blingfire import text_to_sentences_and_offsets

    return [start for start, _ in text_to_sentences_and_offsets(text)[1]][1:]


def pysbd() -> Starts:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pysbd import Segmenter

    segmenter = Segmenter(language="en", clean=False)
    return lambda text: located(text, [piece.strip() for piece in segmenter.segment(text)])


def syntok(text: str) -> list[int]:
    segmenter = importlib.import_module("syntok.segmenter")
    return [
        sentence[0].offset
        for paragraph in segmenter.analyze(text)
        for sentence in paragraph
        if sentence
    ][1:]


def sentencex() -> Starts:
    segment = importlib.import_module("sentencex").segment
    return lambda text: located(text, [piece.strip() for piece in segment("en", text)])


def located(text: str, pieces: Sequence[str]) -> list[int]:
    """Where pieces begin, for a splitter that gives no offsets."""
    starts, at = [], 0
    for piece in pieces:
        found = text.find(piece, at)
        if found >= 0 and piece:
            starts.append(found)
            at = found + len(piece)
    return starts[1:]


def scores(found: Starts, labels: Sequence[dict[str, Any]]) -> dict[str, float | int]:
    hits = wrong = missed = 0
    for label in labels:
        truth, given = set(label["boundaries"]), set(found(label["text"]))
        hits += len(truth & given)
        wrong += len(given - truth)
        missed += len(truth - given)
    return {
        "precision": round(hits / max(1, hits + wrong), 4),
        "recall": round(hits / max(1, hits + missed), 4),
        "f1": round(2 * hits / max(1, 2 * hits + wrong + missed), 4),
        "wrong": wrong,
        "missed": missed,
    }


def speed(found: Starts, text: str, seconds: float = 1.0) -> float:
    """Million characters a second, over paragraphs."""
    paragraphs = text.split("\n\n")
    done, started = 0, time.perf_counter()
    while time.perf_counter() - started < seconds:
        for paragraph in paragraphs:
            found(paragraph)
            done += len(paragraph)
            if time.perf_counter() - started > 4 * seconds:
                break
    return round(done / (time.perf_counter() - started) / 1e6, 3)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("labels", nargs="?", type=Path, default=LABELS)
    options = parser.parse_args()
    if not options.labels.is_file():
        parser.error(
            f"there are no labels at {options.labels.resolve()}.\n"
            "Give a JSONL file of labelled paragraphs; this file's first lines say its form"
        )
    with options.labels.open(encoding="utf-8") as lines:
        labels = [json.loads(line) for line in lines]
    splitters: dict[str, Starts] = {"astrosearch": ours}
    absent = [
        name
        for name in ("blingfire", "pysbd", "syntok", "sentencex")
        if not importlib.util.find_spec(name)
    ]
    if "blingfire" not in absent:
        splitters["blingfire"] = blingfire
    if "pysbd" not in absent:
        splitters["pysbd"] = pysbd()
    if "syntok" not in absent:
        splitters["syntok"] = syntok
    if "sentencex" not in absent:
        splitters["sentencex"] = sentencex()
    text = "\n\n".join(label["text"] for label in labels)
    table = {
        name: {
            **{
                half: scores(found, [label for label in labels if label["half"] == half])
                for half in ("tune", "test")
            },
            "million_characters_per_second": speed(found, text),
        }
        for name, found in splitters.items()
    }
    splitter_versions = {name: version(name) for name in splitters if name != "astrosearch"}
    save(
        "sentence_boundaries",
        {
            "splitter_versions": splitter_versions,
            "paragraphs": len(labels),
            "sources": len({label["source"] for label in labels}),
            "boundaries": {
                half: sum(len(label["boundaries"]) for label in labels if label["half"] == half)
                for half in ("tune", "test")
            },
            "not_installed": absent,
            "splitters": table,
        },
    )


if __name__ == "__main__":
    main()

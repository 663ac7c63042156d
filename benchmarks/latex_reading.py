"""Speed, failures and leftovers of reading LaTeX: ours beside pylatexenc.

Run: python -m benchmarks.latex_reading [CORPUS] [--results NAME]

CORPUS is a folder of papers, one a folder, with a table CORPUS-sources.tsv that names each one's
main file. Speed is characters of .tex source read a second of processor time, files that
`\\input` reads included; pylatexenc reads the main files' text alone, without bibliography or
macros. Debris is what no reader of a sentence should meet: `\\word`, braces, `$`, `~`, `^{`, and a
`&` that stands at a word without being part of it. A line is right when it holds the sentence's
first two words; sentences that begin with a formula or a citation can't be checked so.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import time
import unicodedata
import warnings
from pathlib import Path
from typing import Any

from astrosearch.corpus import sentences
from astrosearch.corpus.document import Document, Passage
from astrosearch.corpus.latex import read_latex
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.tree import FolderTree
from benchmarks.measured import SHARED, save

DEBRIS = re.compile(r"\\[A-Za-z]+|[{}$~]|\^\{|(?<![\w\s&])&|(?<!\w)&(?=\w)|\w&(?=\s|$)")
WORDS = re.compile(r"\W{0,3}([^\W_]+)\W{1,3}([^\W_]+)")


def sampled(documents: dict[str, Document], count: int) -> list[tuple[str, Passage, int, int]]:
    """Sentences, the same ones each time."""
    found = [
        (folder, passage, start, end)
        for folder, document in documents.items()
        for passage in document.passages
        for start, end in sentences.split(passage.text)
    ]
    return random.Random(7).sample(found, min(count, len(found)))


def traced(corpus: Path, documents: dict[str, Document]) -> dict[str, Any]:
    """How often the stored line holds the sentence's first words."""
    right, checked, wrong = 0, 0, []
    for folder, passage, start, _ in sampled(documents, 3_000):
        match = WORDS.match(passage.text, start)
        if match is None or any(m.start < match.end() and m.end > start for m in passage.marks):
            continue
        origin = [o for o in passage.origins if o.start <= start][-1]
        source = decode((corpus / folder / origin.file).read_bytes(), origin.file)
        line = unicodedata.normalize("NFC", source.split("\n")[origin.line - 1])
        checked += 1
        if match[1] in line:
            right += 1
        else:
            wrong.append(f"{folder}/{origin.file}:{origin.line}")
        if checked == 1_000:
            break
    return {"sentences": checked, "right": right / max(1, checked), "wrong": wrong}


def ours(corpus: Path, mains: dict[str, str]) -> tuple[dict[str, Document], dict[str, Any]]:
    documents: dict[str, Document] = {}
    failed: list[str] = []
    characters = seconds = 0.0
    for folder, main in mains.items():
        tree = FolderTree(corpus / folder)
        tree.names()
        started = time.process_time()
        try:
            documents[folder] = read_latex(tree, main, folder)
        except Exception as error:  # noqa: BLE001 - any failure is what is counted
            failed.append(f"{folder}: {type(error).__name__}")
        seconds += time.process_time() - started
        if folder in documents:
            parts = [part for part in documents[folder].parts if part.endswith(".tex")]
            characters += sum(len(tree.read(part) or b"") for part in parts)
    return documents, {
        "documents": len(documents),
        "failed": failed,
        "characters": int(characters),
        "characters_per_second": round(characters / seconds),
        "with_title": sum(d.paper.title is not None for d in documents.values()),
        "with_abstract": sum(
            any(p.section == "Abstract" for p in d.passages) for d in documents.values()
        ),
        "with_authors": sum(bool(d.paper.authors) for d in documents.values()),
        "passages": sum(len(d.passages) for d in documents.values()),
    }


def theirs(corpus: Path, mains: dict[str, str]) -> dict[str, Any]:
    from pylatexenc.latex2text import LatexNodes2Text

    converter = LatexNodes2Text(math_mode="text")
    failed: list[str] = []
    characters = seconds = 0.0
    for folder, main in mains.items():
        text = decode((corpus / folder / main).read_bytes(), main)
        started = time.process_time()
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                converter.latex_to_text(text)
        except Exception as error:  # noqa: BLE001 - any failure is what is counted
            failed.append(f"{folder}: {type(error).__name__}")
        seconds += time.process_time() - started
        characters += len(text)
    return {
        "documents": len(mains) - len(failed),
        "failed": failed,
        "characters": int(characters),
        "characters_per_second": round(characters / seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", nargs="?", type=Path, default=SHARED / "corpus" / "latex")
    parser.add_argument("--results", default="latex_reading")
    options = parser.parse_args()
    table = options.corpus.with_name(options.corpus.name + "-sources.tsv")
    if not table.exists():
        parser.exit(0, f"{table} isn't there: nothing to measure\n")
    with table.open(newline="") as rows:
        mains = {r["folder"]: r["main_tex"] for r in csv.DictReader(rows, delimiter="\t")}
    documents, reading = ours(options.corpus, mains)
    every = [passage.text[start:end] for _, passage, start, end in sampled(documents, 10_000_000)]
    few = every[:500]
    save(
        options.results,
        {
            "ours": reading,
            "pylatexenc": theirs(options.corpus, mains),
            "debris_share_of_500_sentences": sum(bool(DEBRIS.search(s)) for s in few) / len(few),
            "sentences": len(every),
            "debris_share": sum(bool(DEBRIS.search(s)) for s in every) / len(every),
            "lines": traced(options.corpus, documents),
        },
    )


if __name__ == "__main__":
    main()

"""Index a corpus through the command line; measure time, memory, coverage and provenance.

Run: python -m benchmarks.index_corpus [CORPUS] [--index DIR]
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

from benchmarks.measured import SHARED, save

# What should not be left of TeX in a sentence for people.
DEBRIS = re.compile(r"\\[A-Za-z]+|[{}$~]|(?<!\w)&(?!\w)|\\begin")
SEED = 2026


def run_and_watch(command: list[str]) -> dict[str, Any]:
    """Run a command; its wall time and its peak memory, whole and in each fifth of the time."""
    started = time.monotonic()
    process = psutil.Popen(command, stderr=subprocess.PIPE, text=True)
    samples: list[tuple[float, float]] = []
    while process.poll() is None:
        try:
            family = [process, *process.children(recursive=True)]
            samples.append((time.monotonic() - started, sum(p.memory_info().rss for p in family)))
        except psutil.NoSuchProcess:
            break
        time.sleep(0.2)
    said = process.stderr.read()
    process.wait()
    seconds = time.monotonic() - started
    fifths = [
        max(
            (rss for at, rss in samples if i * seconds / 5 <= at < (i + 1) * seconds / 5), default=0
        )
        for i in range(5)
    ]
    return {
        "exit_code": process.returncode,
        "seconds": round(seconds, 2),
        "peak_mb": round(max((rss for _, rss in samples), default=0) / 1e6),
        "peak_mb_by_fifth": [round(rss / 1e6) for rss in fifths],
        "said": [line.replace(command[-1], "INDEX") for line in said.splitlines()[-12:]],
    }


def debris(db: sqlite3.Connection, count: int = 500) -> dict[str, Any]:
    """Share of sampled LaTeX sentences with TeX left in them."""
    rows = [r[0] for r in db.execute("SELECT text FROM sentences WHERE file LIKE '%.tex'")]
    sample = random.Random(SEED).sample(rows, min(count, len(rows)))
    bad = [text for text in sample if DEBRIS.search(text)]
    whole = sum(bool(DEBRIS.search(text)) for text in rows)
    return {
        "sampled": len(sample),
        "with_debris": len(bad),
        "share_of_all": round(whole / max(1, len(rows)), 5),
        "latex_sentences": len(rows),
    }


def provenance(db: sqlite3.Connection, corpus: Path, count: int = 1000) -> dict[str, Any]:
    """Share of sampled sentences that really begin on the stored line of the stored file."""
    ids = [r for (r,) in db.execute("SELECT sentence_id FROM sentences ORDER BY 1")]
    wrong, judged, wordless = [], 0, 0
    for sentence_id in random.Random(SEED).sample(ids, min(count, len(ids))):
        text, tex, file, line = db.execute(
            "SELECT text, tex, file, line FROM sentences WHERE sentence_id = ?", [sentence_id]
        ).fetchone()
        words = first_words(tex or text)
        if not words:
            wordless += 1
            continue
        judged += 1
        if not stands(words, corpus / file, line):
            wrong.append(f"{file}:{line}: {text[:80]}")
    return {
        "sampled": judged,
        "without_a_word_to_look_for": wordless,
        "right": judged - len(wrong),
        "share": round(1 - len(wrong) / max(1, judged), 4),
        "wrong_places": [place.split(": ")[0] for place in wrong],
    }


def first_words(tex: str) -> list[str]:
    """The sentence's first words that its source must spell the same way."""
    plain = re.sub(r"\$[^$]*\$|\\(?:cite|ref)\{[^}]*\}|\[formula\]|\[equation\]", " ", tex)
    return re.findall(r"(?<!\w)[A-Za-z]{3,}(?!\w)", plain)[:4]


def stands(words: list[str], path: Path, line: int) -> bool:
    """Whether the first word is on the line, and the others there or on the next ones."""
    lines = path.read_bytes().decode("utf-8", "replace").split("\n")
    if path.suffix == ".jsonl":
        record = json.loads(lines[line - 1])
        here = after = f"{record['title']} {record['abstract']}"
    else:
        here, after = lines[line - 1], " ".join(lines[line - 1 : line + 8])
    return words[0] in here and all(word in after for word in words)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", nargs="?", type=Path, default=SHARED / "corpus")
    parser.add_argument("--index", type=Path)
    parser.add_argument("--results", default="index_corpus")
    options = parser.parse_args()
    folder = options.index or Path(tempfile.mkdtemp(prefix="astrosearch-")) / "index"
    command = [sys.executable, "-m", "astrosearch"]
    build = [*command, "index", str(options.corpus), "--index", str(folder)]
    first = run_and_watch(build)
    second = run_and_watch(build)
    verified = run_and_watch([*command, "verify", "--index", str(folder)])
    db = sqlite3.connect(folder / "astrosearch.db")
    kinds: dict[str, int] = dict(
        db.execute("SELECT kind, count(*) FROM sources GROUP BY kind").fetchall()
    )
    sources = sum(kinds.values())
    failed = db.execute("SELECT name, reason FROM failures").fetchall()
    papers = db.execute("SELECT count(*) FROM papers").fetchone()[0]
    sentences = db.execute("SELECT count(*) FROM sentences").fetchone()[0]
    done = db.execute("SELECT count(*) FROM sources WHERE status = 'done'").fetchone()[0]
    save(
        options.results,
        {
            "first_run": first,
            "second_run": second,
            "second_over_first": round(second["seconds"] / first["seconds"], 4),
            "verify": verified,
            "sources": kinds,
            "sources_with_sentences": round(done / sources, 4),
            "not_read": failed,
            "papers": papers,
            "sentences": sentences,
            "sentences_per_second": round(sentences / first["seconds"], 1),
            "debris": debris(db),
            "provenance": provenance(db, options.corpus),
            "database_mb": round((folder / "astrosearch.db").stat().st_size / 1e6),
            "vectors_mb": round(
                sum(path.stat().st_size for path in (folder / "segments").iterdir()) / 1e6
            ),
        },
    )


if __name__ == "__main__":
    main()

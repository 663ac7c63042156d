"""astrosearch, the script people write, and txtai: one corpus, one encoder, one after the other.

Run: make bench, or
python -m benchmarks.against_peers --txtai PYTHON [--papers 80] [--queries 10000]

astrosearch reads papers, and the others get the sentences that it found, ready-made. txtai runs
in an environment of its own (peers/requirements.txt), whose python is named. Writes
results/against_peers.json, a table in Markdown and a plot beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from astrosearch.corpus.textform import of_query
from astrosearch.encoder import resolve
from benchmarks.measured import RESULTS, ROOT, SHARED, save

QUESTION = "acoustic peaks at small scales"
OURS, REFERENCE = "astrosearch", "sentence-transformers script"
COLD = 7  # cold queries of each, in turn


@dataclass(frozen=True, slots=True)
class Run:
    """What a command printed, and what it took."""

    out: str
    seconds: float
    peak_mb: float


def run(command: list[str]) -> Run:
    started = time.perf_counter()
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, cwd=ROOT)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise SystemExit(f"failed: {command}")
        out.seek(0)
        return Run(out.read().decode(), seconds, usage.ru_maxrss / 1024)


def corpus(folder: Path, papers: int) -> Path:
    """Copy every n-th full text."""
    files = sorted((SHARED / "corpus" / "fulltext").glob("*.txt"))
    folder.mkdir()
    for file in files[:: max(1, len(files) // papers)][:papers]:
        shutil.copy(file, folder)
    return folder


def queries(count: int) -> list[str]:
    """Titles of metadata records, their formulas readable: what people paste into a search."""
    file = SHARED / "corpus" / "metadata" / "arxiv-metadata-astro.jsonl"
    with file.open() as lines:
        titles = [" ".join(json.loads(line)["title"].split()) for line in lines]
    return [of_query(title, "plain") for title in titles[:count]]


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--txtai", required=True, help="a python that has txtai")
    parser.add_argument("--papers", type=int, default=80)
    parser.add_argument("--queries", type=int, default=10_000)
    options = parser.parse_args()
    encoder = str(resolve("default"))
    program = [sys.executable, "-m", "astrosearch"]
    scripts = {
        OURS: [sys.executable, "-m", "benchmarks.peers.ours"],
        REFERENCE: [sys.executable, "-m", "benchmarks.peers.plain"],
        "txtai": [options.txtai, "-m", "benchmarks.peers.with_txtai"],
    }
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        papers = corpus(work / "corpus", options.papers)
        asked = work / "queries.txt"
        asked.write_text("\n".join(queries(options.queries)) + "\n")
        folders = {peer: work / f"index {number}" for number, peer in enumerate(scripts)}
        sentences = work / "sentences.txt"
        rows: dict[str, dict[str, Any]] = {}
        for peer, script in scripts.items():
            if peer == OURS:
                done = run([*program, "index", str(papers), "--index", str(folders[peer])])
                with sqlite3.connect(folders[peer] / "astrosearch.db") as db:
                    found = db.execute("SELECT text FROM sentences ORDER BY sentence_id")
                    texts = [" ".join(row[0].split()) for row in found]
                sentences.write_text("\n".join(texts) + "\n")
            else:
                done = run([*script, "index", str(sentences), str(folders[peer]), encoder])
            rows[peer] = {
                "index_sentences_per_s": round(len(texts) / done.seconds, 1),
                "index_peak_mb": round(done.peak_mb),
                "bytes_a_sentence": round(bytes_in(folders[peer]) / len(texts)),
            }
        cold: dict[str, list[Run]] = {peer: [] for peer in scripts}
        for _ in range(COLD):
            for peer, script in scripts.items():
                folder = str(folders[peer])
                if peer == OURS:
                    command = [*program, "query", QUESTION, "--index", folder, "--format", "json"]
                else:
                    command = [*script, "query", folder, encoder, QUESTION]
                cold[peer].append(run(command))
        answers: dict[str, list[list[str]]] = {}
        for peer, script in scripts.items():
            warm = run([*script, "warm", str(folders[peer]), encoder, str(asked)])
            told = json.loads(warm.out.splitlines()[-1])
            alone = [1e3 * seconds for seconds in told["alone"]]
            answers[peer] = told["found"]
            rows[peer] |= {
                "cold_query_s": round(statistics.median(r.seconds for r in cold[peer]), 3),
                "cold_query_peak_mb": round(max(r.peak_mb for r in cold[peer])),
                "warm_query_p50_ms": round(statistics.median(alone), 2),
                "warm_query_p95_ms": round(statistics.quantiles(alone, n=20)[-1], 2),
                "batch_s": round(told["batch"], 2),
            }
        truth = [[" ".join(text.split()) for text in hits] for hits in answers[REFERENCE]]
        for peer in scripts:
            same = [
                len({" ".join(text.split()) for text in hits} & set(best)) / len(set(best))
                for hits, best in zip(answers[peer], truth, strict=True)
            ]
            rows[peer]["top10_agreement"] = round(statistics.mean(same), 4)
    figures = {"papers": options.papers, "sentences": len(texts), "queries": options.queries}
    save("against_peers", {**figures, "encoder": "default", "rows": rows})
    table(rows)
    plot(rows)


LABELS = {
    "index_sentences_per_s": "indexing, sentences/s",
    "index_peak_mb": "indexing, peak MB",
    "cold_query_s": "a cold query, s",
    "cold_query_peak_mb": "a cold query, peak MB",
    "warm_query_p50_ms": "a warm query, ms (median)",
    "warm_query_p95_ms": "a warm query, ms (95 %)",
    "batch_s": "all queries in one batch, s",
    "bytes_a_sentence": "bytes a sentence on disk",
    "top10_agreement": "top ten as in float32",
}


def table(rows: dict[str, dict[str, Any]]) -> None:
    lines = ["| | " + " | ".join(rows) + " |", "|---|" + "---:|" * len(rows)]
    for key, label in LABELS.items():
        lines.append(f"| {label} | " + " | ".join(f"{row[key]:,}" for row in rows.values()) + " |")
    (RESULTS / "against_peers.md").write_text("\n".join(lines) + "\n")
    print("\n".join(lines))


def plot(rows: dict[str, dict[str, Any]]) -> None:
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    shown = ["index_sentences_per_s", "cold_query_s", "cold_query_peak_mb", "warm_query_p50_ms"]
    figure, axes = pyplot.subplots(1, len(shown), figsize=(12, 3), layout="constrained")
    for axis, key in zip(axes, shown, strict=True):
        values = [row[key] for row in rows.values()]
        bars = axis.bar(range(len(rows)), values, color=["#1f6f8b", "#b0b0b0", "#d0d0d0"])
        axis.bar_label(bars, fmt="%g", fontsize=8)
        axis.set_title(LABELS[key], fontsize=9)
        axis.set_xticks(range(len(rows)), [peer.split()[0] for peer in rows], fontsize=7)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(RESULTS / "against_peers.png", dpi=110)


if __name__ == "__main__":
    main()

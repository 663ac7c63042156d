"""A query at a million sentences, as people ask it: cold from the shell, warm through the API.

Run: python -m benchmarks.million INDEX [--sentences 1000000] [--folder DIR]

Copies INDEX and fills it up with copies of its papers, whose vectors are moved as vector_search
says; optimizes it; then asks it, in processes of their own.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from astrosearch import vectors
from astrosearch.encoder import resolve
from astrosearch.indexing import optimize
from astrosearch.schema import PAPER_SUM, SENTENCE_SUM, know_sums
from astrosearch.search import open_index
from astrosearch.writing import Writer
from benchmarks.against_peers import COLD, QUESTION, bytes_in, queries, run
from benchmarks.measured import save
from benchmarks.vector_search import enlarged, real_vectors


def fill_up(index: Path, count: int) -> None:
    """Add copies of an index's papers until it has `count` sentences."""
    real = real_vectors(index)
    with Writer(index) as writer:
        last = writer.connection.execute("SELECT max(sentence_id) FROM sentences").fetchone()[0]
        keys = writer.connection.execute("SELECT max(paper_key) FROM papers").fetchone()[0]
        for copy in range(1, -(-count // last)):
            with writer.transaction() as db:
                db.execute(
                    """INSERT INTO papers SELECT paper_key + ?, 'copy ' || ? || '/' || paper_id,
                         title, authors, year, categories, doi, url, edition_id, NULL
                       FROM papers WHERE paper_key <= ?""",
                    [copy * keys, copy, keys],
                )
                db.execute(
                    """INSERT INTO sentences SELECT sentence_id + ?1, paper_key + ?2, text, tex,
                         section, file, line, NULL, paragraph
                       FROM sentences WHERE sentence_id <= min(?3, ?4 - ?1)""",
                    [copy * last, copy * keys, last, count],
                )
        with writer.transaction() as db:
            know_sums(db)
            db.execute(f"UPDATE papers SET checksum = {PAPER_SUM} WHERE checksum IS NULL")
            db.execute(f"UPDATE sentences SET checksum = {SENTENCE_SUM} WHERE checksum IS NULL")
            for ids, rows in enlarged(real, count):
                new = ids > last
                if new.any():
                    part = [(ids[new], rows[new])]
                    made = vectors.write_segment(
                        writer.segments_folder, writer.next_segment(), part
                    )
                    assert made is not None
                    writer.add_segment(db, made)


def prepare(source: Path, index: Path, count: int) -> None:
    """Make the large index, unless it is one."""
    shutil.copytree(source, index)
    with open_index(index) as opened:
        large = len(opened) >= count
    if not large:
        fill_up(index, count)
    optimize(index)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the large index goes")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        index = Path(name) / "index"
        # In a process of its own: what follows is told the most memory that its parent had.
        filling = get_context("spawn").Process(
            target=prepare, args=(options.index, index, options.sentences)
        )
        filling.start()
        filling.join()
        if filling.exitcode:
            raise SystemExit("the large index could not be made")
        with open_index(index) as opened:
            assert opened.codes is not None
            tuned = {"sentences": len(opened), "recall_at_10": opened.codes.recall}
        asked = Path(name) / "queries.txt"
        asked.write_text("\n".join(queries(10_000)) + "\n")
        program = [sys.executable, "-m", "astrosearch", "query", QUESTION, "--index", str(index)]
        cold = [run([*program, "--format", "json"]) for _ in range(COLD)]
        lexical = [run([*program, "--mode", "lexical"]) for _ in range(COLD)]
        script = [sys.executable, "-m", "benchmarks.peers.ours", "warm", str(index)]
        warm = run([*script, str(resolve("default")), str(asked)])
        told: dict[str, Any] = json.loads(warm.out.splitlines()[-1])
        alone = [1e3 * seconds for seconds in told["alone"]]
        figures = {
            **tuned,
            "bytes_a_sentence": round(bytes_in(index) / tuned["sentences"]),
            "cold_query_s": round(statistics.median(r.seconds for r in cold), 3),
            "cold_query_peak_mb": round(max(r.peak_mb for r in cold)),
            "cold_lexical_query_s": round(statistics.median(r.seconds for r in lexical), 3),
            "warm_query_p50_ms": round(statistics.median(alone), 2),
            "warm_query_p95_ms": round(statistics.quantiles(alone, n=20)[-1], 2),
            "batch_of_10000_s": round(told["batch"], 2),
            "warm_peak_mb": round(warm.peak_mb),
        }
    save("million", figures)


if __name__ == "__main__":
    main()

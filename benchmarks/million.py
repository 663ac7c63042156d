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
import time
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from astrosearch.maintenance.optimize import optimize
from astrosearch.search.index import MODES, open_index
from astrosearch.store import manifest, vectors
from astrosearch.store.checksums import sentence_sum
from astrosearch.store.schema import PAPER_SUM, know_sums
from astrosearch.store.words import table as words
from astrosearch.store.writer import Writer
from benchmarks.against_peers import COLD, QUESTION, bytes_in, queries, run
from benchmarks.measured import save
from benchmarks.vector_search import enlarged, real_vectors

WARM = 500  # queries, one after another
BATCH = 2000


def fill_up(index: Path, count: int) -> None:
    """Add copies of an index's papers until it has `count` sentences.

    A copy's sentence is the first half of one sentence and the second half of another, so that no
    two are alike and words stay as frequent as they were.
    """
    real = real_vectors(index)
    with Writer(index) as writer:
        last = writer.connection.execute("SELECT max(sentence_id) FROM sentences").fetchone()[0]
        keys = writer.connection.execute("SELECT max(paper_key) FROM papers").fetchone()[0]
        rows = writer.connection.execute(
            "SELECT sentence_id, paper_key, text, section, file, line FROM sentences ORDER BY 1"
        ).fetchall()
        with writer.transaction() as db:
            for copy in range(1, -(-count // last)):
                db.execute(
                    """INSERT INTO papers
                         (paper_key, paper_id, title, authors, year, categories, doi, url,
                          edition_id, names, year_estimated, journal, title_tex, bibcode)
                       SELECT paper_key + ?, 'copy ' || ? || '/' || paper_id,
                         title, authors, year, categories, doi, url,
                         edition_id, names, year_estimated, journal, title_tex, bibcode
                       FROM papers WHERE paper_key <= ?""",
                    [copy * keys, copy, keys],
                )
                db.executemany(
                    """INSERT INTO sentences
                         (sentence_id, paper_key, text, section, file, line, checksum)
                       VALUES (?, ?, ?, ?, ?, ?, ?)""",
                    (
                        (*row, summed(row))
                        for row in mixed(rows, copy, copy * last, copy * keys, count)
                    ),
                )
            know_sums(db)
            db.execute(f"UPDATE papers SET checksum = {PAPER_SUM} WHERE checksum IS NULL")
            for ids, new_rows in enlarged(real, count):
                new = ids > last
                if new.any():
                    part = [(ids[new], new_rows[new])]
                    made = vectors.write_segment(
                        writer.segments_folder, writer.next_segment(), part
                    )
                    assert made is not None
                    manifest.add_file(db, made)
                    words.gather(db, made.first_id, made.last_id)


Row = tuple[int, int, str, str | None, str, int]


def mixed(rows: list[Row], copy: int, ids: int, keys: int, count: int) -> Iterator[Row]:
    for i, (sentence_id, key, text, section, file, line) in enumerate(rows):
        if sentence_id + ids <= count:
            head, tail = text.split(), rows[(i + 7919 * copy) % len(rows)][2].split()
            both = " ".join(head[: len(head) // 2] + tail[len(tail) // 2 :])
            yield sentence_id + ids, key + keys, both, section, file, line


def summed(row: Row) -> int:
    sentence_id, key, text, section, file, line = row
    return sentence_sum(sentence_id, key, text, None, section, file, line)


def prepare(source: Path, index: Path, count: int) -> None:
    """Make the large index, unless it is one."""
    shutil.copytree(source, index)
    with open_index(index) as opened:
        large = len(opened) >= count
    if not large:
        fill_up(index, count)
    optimize(index)


def ask(index: Path, file: Path) -> dict[str, Any]:
    """Ask in every mode in turn, one query after another; then all at once."""
    texts = file.read_text().splitlines()
    alone: dict[str, list[float]] = {mode: [] for mode in MODES}
    batch = {}
    with open_index(index) as opened:
        for mode in MODES:
            opened.query_batch(texts[-50:], mode=mode)
        for i, text in enumerate(texts[:WARM]):
            first = i % len(MODES)  # what one mode has read is warm for the next
            for mode in MODES[first:] + MODES[:first]:
                started = time.perf_counter()
                opened.query(text, mode=mode)
                alone[mode].append(1e3 * (time.perf_counter() - started))
        for mode in 2 * MODES:  # the first round reads from disk what the second finds in memory
            started = time.perf_counter()
            opened.query_batch(texts[:BATCH], mode=mode)
            batch[mode] = round(time.perf_counter() - started, 2)
    median = {mode: statistics.median(times) for mode, times in alone.items()}
    return {
        "warm_query_p50_ms": {mode: round(value, 2) for mode, value in median.items()},
        "warm_query_p95_ms": {
            mode: round(statistics.quantiles(times, n=20)[-1], 2) for mode, times in alone.items()
        },
        "hybrid_over_dense": round(median["hybrid"] / median["dense"], 2),
        f"batch_of_{BATCH}_s": batch,
    }


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("index", type=Path)
    parser.add_argument("--sentences", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the large index goes")
    parser.add_argument("--ask", type=Path, help="ask INDEX these queries, and nothing else")
    options = parser.parse_args()
    if options.ask:
        sys.stdout.write(json.dumps(ask(options.index, options.ask)) + "\n")
        return
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
        cold = {
            mode: [run([*program, "--format", "json", "--mode", mode]) for _ in range(COLD)]
            for mode in MODES
        }
        script = [sys.executable, "-m", "benchmarks.million", str(index), "--ask", str(asked)]
        warm = run(script)
        told: dict[str, Any] = json.loads(warm.out.splitlines()[-1])
        figures = {
            **tuned,
            "bytes_a_sentence": round(bytes_in(index) / tuned["sentences"]),
            "cold_query_s": {
                mode: round(statistics.median(r.seconds for r in runs), 3)
                for mode, runs in cold.items()
            },
            "cold_query_peak_mb": {
                mode: round(max(r.peak_mb for r in runs)) for mode, runs in cold.items()
            },
            **told,
            "warm_peak_mb": round(warm.peak_mb),
        }
    save("million", figures)


if __name__ == "__main__":
    main()

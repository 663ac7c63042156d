"""Kill an indexing run at random moments and run it again; compare with one left in peace.

Run: python -m benchmarks.kills [CORPUS] [--kills 20]

The corpus is a sample of real papers (benchmarks.faults kills runs over small ones). After every
SIGKILL the index must pass `verify`; at the end it must hold the same sentences, ids and vectors as
an undisturbed run's.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from astrosearch.maintenance.verify import verify
from benchmarks.measured import SHARED, save
from tests.support.faults.states import content

RECORDS = 1500


def sample(corpus: Path, into: Path, rng: random.Random) -> None:
    """Copy some papers of each kind."""
    latex = sorted(path for path in (corpus / "latex").iterdir() if path.is_dir())
    for path in rng.sample(latex, 15):
        shutil.copytree(path, into / "latex" / path.name)
    (into / "fulltext").mkdir()
    for path in rng.sample(sorted((corpus / "fulltext").iterdir()), 90):
        shutil.copy(path, into / "fulltext")
    with (corpus / "metadata" / "arxiv-metadata-astro.jsonl").open() as lines:
        (into / "records.jsonl").write_text("".join(islice(lines, RECORDS)))


def start(corpus: Path, index: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "astrosearch", "index", corpus, "--index", index],
        stderr=subprocess.DEVNULL,
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", nargs="?", type=Path, default=SHARED / "corpus")
    parser.add_argument("--kills", type=int, default=20)
    options = parser.parse_args()
    rng = random.Random(2026)
    work = Path(tempfile.mkdtemp(prefix="astrosearch-kills-"))
    corpus = work / "corpus"
    corpus.mkdir()
    sample(options.corpus, corpus, rng)
    started = time.monotonic()
    if start(corpus, work / "calm").wait() != 0:
        raise SystemExit("the undisturbed run failed")
    whole = time.monotonic() - started
    calm_rows, calm_vectors = content(work / "calm")

    kills = finished = same = unsound = 0
    moments = []
    index = work / "killed0"
    while kills < options.kills or not finished:
        process = start(corpus, index)
        limit = rng.uniform(0.3, whole * 0.8) if kills < options.kills else None
        try:
            process.wait(timeout=limit)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            moments.append(round(limit or 0, 1))
            if (index / "astrosearch.db").exists():
                unsound += bool(verify(index))
            continue
        unsound += bool(verify(index))
        rows, vectors = content(index)
        finished += 1
        same += rows == calm_rows and bool((vectors == calm_vectors).all())
        index = work / f"killed{finished}"
    shutil.rmtree(work)
    save(
        "kills",
        {
            "sentences": len(calm_rows),
            "undisturbed_seconds": round(whole, 1),
            "kills": kills,
            "killed_after_seconds": moments,
            "verify_failures": unsound,
            "runs_finished_after_kills": finished,
            "identical_to_undisturbed": same,
        },
        part="real papers",
    )


if __name__ == "__main__":
    main()

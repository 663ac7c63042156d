"""SIGKILL at any moment: the index is whole, and the next run ends as if nothing had happened."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from astrosearch.vectors import VectorIndex
from astrosearch.verifying import verify
from tests.conftest import ROOT, record

KILLS = 20


@pytest.fixture(scope="module")
def wide_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty texts and forty records, three of which are the same paper."""
    rng = random.Random(5)
    words = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores"]
    folder = tmp_path_factory.mktemp("wide")

    def sentences(count: int) -> str:
        return " ".join(f"The {' '.join(rng.choices(words, k=6))} move." for _ in range(count))

    for i in range(60):
        text = f"Note {i}\n\nIntroduction\n\n{sentences(8)}\n\n{sentences(5)}\n"
        (folder / f"2502.{99000 + i}.txt").write_text(text)
    records = [record(f"2502.{99057 + i}", f"Record {i}", sentences(4)) for i in range(40)]
    (folder / "records.jsonl").write_text("\n".join(records) + "\n")
    return folder


def run(corpus: Path, index: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.kill_target", str(corpus), str(index)], cwd=ROOT
    )


def content(index: Path) -> tuple[list[tuple[object, ...]], np.ndarray]:
    with sqlite3.connect(index / "astrosearch.db") as db:
        rows = db.execute(
            """SELECT sentence_id, paper_id, title, authors, text, tex, section, file, line
               FROM sentences JOIN papers USING (paper_key) ORDER BY sentence_id"""
        ).fetchall()
        files = [row[0] for row in db.execute("SELECT file FROM segments ORDER BY first_id")]
    vectors = VectorIndex(index / "segments", files, 64, np.empty(0, np.int64))
    return rows, vectors.vectors(np.array([row[0] for row in rows]))


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX")
def test_twenty_kills_lose_nothing(wide_corpus: Path, tmp_path: Path):
    calm = tmp_path / "calm"
    started = time.monotonic()
    assert run(wide_corpus, calm).wait() == 0
    whole = time.monotonic() - started
    assert verify(calm) == []

    rng = random.Random(11)
    killed = 0
    index = tmp_path / "killed"
    while killed < KILLS:
        process = run(wide_corpus, index)
        try:
            process.wait(timeout=rng.uniform(0.2, whole * 0.9))
            # It came to its end: start over, for more moments to be killed at.
            assert verify(index) == []
            index = tmp_path / f"killed{killed}"
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
            if (index / "astrosearch.db").exists():
                assert verify(index) == []
    assert run(wide_corpus, index).wait() == 0
    assert verify(index) == []
    calm_rows, calm_vectors = content(calm)
    rows, vectors = content(index)
    assert rows == calm_rows
    np.testing.assert_array_equal(vectors, calm_vectors)
    live = sorted(path.name for path in (index / "segments").iterdir())
    with sqlite3.connect(index / "astrosearch.db") as db:
        assert live == [row[0] for row in db.execute("SELECT file FROM segments ORDER BY 1")]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT is POSIX")
def test_ctrl_c_stops_cleanly_and_can_go_on(wide_corpus: Path, tmp_path: Path):
    index = tmp_path / "index"
    command = [
        sys.executable,
        "-m",
        "astrosearch",
        "index",
        str(wide_corpus),
        "--index",
        str(index),
    ]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
        # A test run that a script put in the background ignores SIGINT, and so would its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        deadline = time.monotonic() + 60
        while not (index / "astrosearch.db").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        said = process.stderr.read()
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert "kept" in said
    assert verify(index) == []
    assert subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0
    assert verify(index) == []

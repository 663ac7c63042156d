"""Ctrl-C: a clean stop, and the next run goes on. SIGKILL and all else: test_faults.py."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from astrosearch.maintenance.verify import verify
from tests.conftest import record
from tests.support.places import ROOT


@pytest.fixture
def wide_corpus(tmp_path: Path) -> Path:
    """Thirty texts and twenty records, three of which are the same paper."""
    rng = random.Random(5)
    words = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores"]
    folder = tmp_path / "wide"
    folder.mkdir()

    def sentences(count: int) -> str:
        return " ".join(f"The {' '.join(rng.choices(words, k=6))} move." for _ in range(count))

    for i in range(30):
        text = f"Note {i}\n\nIntroduction\n\n{sentences(8)}\n\n{sentences(5)}\n"
        (folder / f"2502.{99000 + i}.txt").write_text(text)
    records = [record(f"2502.{99027 + i}", f"Record {i}", sentences(4)) for i in range(20)]
    (folder / "records.jsonl").write_text("\n".join(records) + "\n")
    return folder


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

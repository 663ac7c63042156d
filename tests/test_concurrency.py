"""One writer and many readers: no error, and every answer that of one committed state."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from astrosearch import updating, vectors
from tests.conftest import ROOT
from tests.editions import Writing, fingerprint


@contextlib.contextmanager
def readers(index: Path, *kinds: list[str]) -> Iterator[list[dict[str, Any]]]:
    """Have processes ask an index for the whole of the block; their reports are there after it."""
    reports: list[dict[str, Any]] = []
    paths = [index.with_name(f"report{i}") for i in range(len(kinds))]
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.reader", index, path, "--seed", str(i), *kind],
            cwd=ROOT,
            stdin=subprocess.PIPE,
        )
        for i, (path, kind) in enumerate(zip(paths, kinds, strict=True))
    ]
    try:
        yield reports
    finally:
        for process in processes:
            assert process.stdin is not None
            process.stdin.close()
        codes = [process.wait() for process in processes]
    assert codes == [0] * len(kinds)
    reports += [json.loads(path.read_text()) for path in paths]


def test_readers_never_meet_an_error_or_a_state_that_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(updating, "GROUP_SENTENCES", 20)
    monkeypatch.setattr(updating, "MANY_SEGMENTS", 4)
    monkeypatch.setattr(vectors, "EXACT_UP_TO", 100)
    writing = Writing(tmp_path)
    writing.update([0])
    with readers(writing.index, [], ["--anew"], ["--threads", "2"]) as reports:
        for _ in range(3):
            writing.update(range(40))
            writing.optimize()
            writing.remove(5)
            writing.update(range(20, 30))
            writing.rebuild()
            writing.update(range(0, 40, 3))
    for report in reports:
        assert report["errors"] == report["wrong"] == 0, report["examples"]
        for states in report["states"]:
            assert writing.strangers(states) == []
            assert states[-1] == fingerprint(writing.state)
    assert len({state for report in reports for states in report["states"] for state in states}) > 5

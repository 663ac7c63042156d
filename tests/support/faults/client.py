"""Starts server.py with the library under it, and asks it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.faults.seam import Operation, compiled
from tests.support.places import ROOT

# With one thread a process is safe to fork, and computes the same bytes every time.
ENVIRONMENT = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


class Faults:
    """A server of faults, working below a folder; RuntimeError says why there can't be one."""

    def __init__(self, work: Path) -> None:
        library = compiled(work)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.faults.server", work],
            cwd=ROOT,
            env=os.environ | ENVIRONMENT | {"LD_PRELOAD": str(library)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._calm: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()

    def _ask(self, what: str, **request: object) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"what": what, **request}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        if "failed" in answer:
            raise AssertionError(f"{request}: {answer['failed']}")
        return answer

    def undisturbed(self, scenario: str) -> dict[str, Any]:
        """Return server.Undisturbed's fields."""
        if scenario not in self._calm:
            self._calm[scenario] = self._ask("undisturbed", name=scenario)
        return self._calm[scenario]

    def operations(self, scenario: str) -> list[Operation]:
        """Return what an undisturbed run does to files, in order."""
        found = self.undisturbed(scenario)["operations"]
        return [Operation(each["kind"], each["file"], tuple(each["more"])) for each in found]

    def disturbed(self, scenario: str, **how: object) -> dict[str, Any]:
        """Return server.Outcome's fields; `how` as for server.Server.disturb."""
        return self._ask("disturb", name=scenario, **how)


def can_mount(folder: Path) -> bool:
    """Whether this process may mount a disk on a folder."""
    if shutil.which("mount") is None:
        return False
    command = ["mount", "-t", "tmpfs", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        return False
    subprocess.run(["umount", folder], check=True)
    return True

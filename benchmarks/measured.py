"""Where and with what a figure was measured, and where it is kept."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
SHARED = ROOT.parent / "shared"
PACKAGES = ("astrosearch", "faiss-cpu", "numpy", "openvino", "sqlite-utils", "tokenizers")


def circumstances() -> dict[str, Any]:
    """Commit, machine and versions."""
    commit = _git("describe", "--always")
    if _git("status", "--porcelain", "-uno", "--", ".", ":!benchmarks/results"):
        commit += "-dirty"
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            versions[package] = "not installed"
    return {
        "commit": commit,
        "machine": f"{platform.machine()}, {_processor()}, {os.cpu_count()} cores",
        "features": _features(),
        "python": platform.python_version(),
        "versions": versions,
    }


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":")[1].strip()
    return platform.processor()


def _features() -> list[str]:
    """List what of the processor decides how fast vectors are made and compared."""
    info = Path("/proc/cpuinfo")
    found = set(info.read_text().split()) if info.exists() else set()
    return sorted(found & {"avx2", "avx512f", "avx512_bf16", "amx_bf16", "avx512_vnni", "asimd"})


def save(name: str, figures: dict[str, Any], part: str | None = None) -> None:
    """Write `results/NAME.json`, or one part of it, and show it."""
    path = RESULTS / f"{name}.json"
    found = {**circumstances(), **figures}
    if part is not None:
        others = json.loads(path.read_text()) if path.exists() else {}
        found = {**others, part: found}
    text = json.dumps(found, indent=1, ensure_ascii=False) + "\n"
    RESULTS.mkdir(exist_ok=True)
    path.write_text(text)
    print(text)

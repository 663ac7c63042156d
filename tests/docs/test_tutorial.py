"""The tutorial, done as written: files saved, commands run, what it shows compared."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT

TEXT = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
FILES = re.findall(r"^`([\w./]+)`\n\n```\w+\n(.*?)```", TEXT, re.MULTILINE | re.DOTALL)
CONSOLES = re.findall(r"```console\n(.*?)```", TEXT, re.DOTALL)
NUMBER = re.compile(r"(?<![\w.])\d+\.\d{3,}(?!\w)")
NEAR = 0.01  # processors that compute in other precisions differ by less


def told() -> list[tuple[str, list[str]]]:
    """The commands in order, each with the lines that the tutorial shows beneath it."""
    commands: list[tuple[str, list[str]]] = []
    for line in "\n".join(CONSOLES).splitlines():
        if line.startswith("$ "):
            commands.append((line[2:], []))
        elif line.strip():
            commands[-1][1].append(line)
    return commands


def run(command: str, folder: Path) -> list[str]:
    words = shlex.split(command)
    program = [sys.executable, "-m", "astrosearch"]
    arguments = program if words[0] == "astrosearch" else [sys.executable]
    environment = {name: value for name, value in os.environ.items() if name != "ASTROSEARCH_INDEX"}
    out = subprocess.run(
        [*arguments, *words[1:]],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "100"},
    )
    assert out.returncode == 0, (command, out.stderr)
    return (out.stdout + out.stderr).splitlines()


def same(shown: str, printed: str) -> bool:
    """Whether a line is as it was shown, but for a score's last digits and what a run took."""
    printed = re.sub(r" in [\d.]+ s$", "", printed)
    if NUMBER.sub("#", shown.rstrip()) != NUMBER.sub("#", printed.rstrip()):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(printed), strict=True)
    return all(float(left) == pytest.approx(float(right), abs=NEAR) for left, right in pairs)


def test_the_tutorial_is_what_happens(tmp_path: Path):
    assert len(FILES) == 5
    for name, content in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="utf-8")
    commands = told()
    assert len(commands) >= 10
    for command, shown in commands:
        printed = iter(run(command, tmp_path))
        for line in shown:
            assert any(same(line, other) for other in printed), (command, line)


def test_the_tutorial_shows_the_main_commands_and_a_program():
    assert "reading_list.py" in dict(FILES)
    assert {command.split()[1] for command, _ in told()} >= {"index", "query", "similar", "show"}

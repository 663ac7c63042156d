"""Write commands.md, the reference of the command line, from what `--help` says.

Run: python docs/commands.py [--check]
"""

from __future__ import annotations

import sys
from pathlib import Path

from click.testing import CliRunner

from astrosearch.cli.main import main as command_line

PAGE = Path(__file__).parent / "commands.md"
WIDTH = 100
INTRODUCTION = """\
# Commands

What `--help` says of each command. `python docs/commands.py` writes this page; `make docs` runs it.

Results go to stdout and everything else to stderr. Exit codes: 0 done, 1 an error that you can
fix (its message says the cause, then the cure), 2 wrong usage, 130 interrupted.
"""


def main() -> None:
    """Write the page, or with --check exit 1 where it is out of date."""
    text = page()
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text(encoding="utf-8") != text:
            raise SystemExit(f"{PAGE} is out of date.\nRun: python docs/commands.py")
        return
    PAGE.write_text(text, encoding="utf-8", newline="\n")


def page() -> str:
    """Return the page, a section for each command."""
    sections = [INTRODUCTION, section("astrosearch", [])]
    sections += [section(f"astrosearch {name}", [name]) for name in sorted(command_line.commands)]
    return "\n".join(sections)


def section(title: str, arguments: list[str]) -> str:
    """Return the section of one command."""
    shown = CliRunner().invoke(
        command_line, [*arguments, "--help"], prog_name="astrosearch", terminal_width=WIDTH
    )
    if shown.exit_code:
        raise SystemExit(f"{title} --help: {shown.output}")
    return f"## {title}\n\n```text\n{shown.output.rstrip()}\n```\n"


if __name__ == "__main__":
    main()

"""Draw the README's picture: a real answer, as a terminal of 80 columns shows it.

Run: python docs/pictures.py INDEX    (an index of examples/corpus)
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

from rich.console import Console

import astrosearch
from astrosearch.render import print_hits

QUESTION = "acoustic peaks at small scales"


def main() -> None:
    """Write answer.svg beside this file."""
    console = Console(
        file=io.StringIO(), record=True, width=80, force_terminal=True, highlight=False
    )
    console.print(f"[bold]$[/] astrosearch query [green]'{QUESTION}'[/] -k 4\n")
    with astrosearch.open(sys.argv[1]) as index:
        print_hits(console, QUESTION, index.query(QUESTION, k=4))
    Path(__file__).with_name("answer.svg").write_text(console.export_svg(title="astrosearch"))


if __name__ == "__main__":
    main()

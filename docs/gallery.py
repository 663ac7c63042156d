"""Draw every picture of the documentation, from examples/corpus alone.

Run: python docs/gallery.py

A picture of a terminal is what a command prints there, at 80 and at 140 columns; another command is
another line of COMMANDS. Where a chromium is at hand, the notebook's page is photographed as well.
"""

from __future__ import annotations

import io
import json
import random
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

from click.testing import CliRunner
from PIL import Image
from rich.console import Console
from rich.text import Text

import astrosearch
from astrosearch.cli import main as command_line
from astrosearch.output import terminal as render

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "corpus"
PICTURES = Path(__file__).parent / "pictures"
WIDTHS = (80, 140)

# Name of the picture -> the command as typed.
COMMANDS = {
    "query": "astrosearch query 'acoustic peaks at small scales' -k 4",
    "lexical": "astrosearch query 'dust -grain' -k 3 --mode lexical",
    "papers": "astrosearch query 'merging neutron stars' -k 3 --papers",
    "context": "astrosearch query 'reionization of hydrogen' -k 2 --context 1",
    "filters": "astrosearch query 'spin of stars' --category astro-ph.SR --year 2020.. -k 3",
    "similar": "astrosearch similar 2501.99001 -k 3 --papers",
    "show": "astrosearch show 404",
    "json": "astrosearch query 'mass of the black hole' -k 1 --format json",
}
ASKED = "gravitational waves from neutron stars"  # in the notebook
TIMELINE = "astrosearch query 'dust around young stars' -k 1 --plot"
FONTS = "'Fira Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace"

YEARS = range(2008, 2026)  # of the invented records
# Folder of the corpus -> category of the records invented from it.
CATEGORIES = {
    "cosmology": "astro-ph.CO",
    "galaxies": "astro-ph.GA",
    "stars": "astro-ph.SR",
    "planets": "astro-ph.EP",
    "compact-objects": "astro-ph.HE",
    "methods": "astro-ph.IM",
}


def main() -> None:
    """Build the index, then draw."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        astrosearch.build(EXAMPLES, index=index)
        draw_all(index, PICTURES)


def draw_all(index: Path, folder: Path) -> None:
    """Draw all pictures of an index of examples/corpus into a folder."""
    folder.mkdir(exist_ok=True)
    for name, command in COMMANDS.items():
        for width in WIDTHS:
            picture = terminal(command, index, width, f"{name}-{width}")
            (folder / f"{name}-{width}.svg").write_text(picture, encoding="utf-8")
    page = folder / "notebook.html"
    page.write_text(notebook(index), encoding="utf-8")
    photograph(page, folder / "notebook.png", 960, 920)
    timeline(index, folder / "timeline.svg")


def terminal(command: str, index: Path, width: int, name: str) -> str:
    """Run a command and return its terminal as SVG, which fetches nothing."""
    console = Console(
        file=io.StringIO(), record=True, width=width, force_terminal=True, highlight=False
    )
    console.print(Text.assemble(("$ ", "bold"), command, "\n"))
    run(command, index, console)
    svg = console.export_svg(title="astrosearch", unique_id=name)
    svg = re.sub(r"\s*@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    return svg.replace("font-family: arial", "font-family: Arial, sans-serif")


def run(command: str, index: Path, console: Console) -> None:
    """Run a command as typed, on a console; what it writes past the console is shown there too."""
    environment = {"ASTROSEARCH_INDEX": str(index), "COLUMNS": str(console.width)}
    with mock.patch.object(render, "stdout_console", return_value=console):
        result = CliRunner().invoke(command_line, shlex.split(command)[1:], env=environment)
    if result.exit_code:
        raise SystemExit(f"{command}: {result.output}")
    if result.stdout:
        console.print(Text(result.stdout.rstrip()))
    console.print()  # else the picture cuts the last line's foot


def notebook(index: Path) -> str:
    """Return a page with an answer as a notebook shows it, on a light and on a dark theme."""
    with astrosearch.open(index) as opened:
        block = opened.query_batch([ASKED], k=4)[0]._repr_html_()
    themes = (("#fff", "#222"), ("#111", "#ddd"))
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8"><title>astrosearch</title></head>',
            '<body style="margin: 0; font: 14px/1.4 system-ui, sans-serif">',
            *(
                '<div style="box-sizing: border-box; min-height: 50vh; padding: 1em 2em; '
                f'background: {ground}; color: {ink}">{block}</div>'
                for ground, ink in themes
            ),
            "</body></html>",
        ]
    )


def photograph(page: Path, picture: Path, width: int, height: int) -> None:
    """Take a picture of a page, where there is a chromium."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        return
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                chromium,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
                *("--no-first-run", "--disable-background-networking", "--hide-scrollbars"),
                *("--disable-component-update", "--disable-sync", f"--user-data-dir={profile}"),
                *(f"--screenshot={picture}", f"--window-size={width},{height}", page.as_uri()),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
    with Image.open(picture) as image:
        image.quantize(32).save(picture, optimize=True)


def timeline(index: Path, picture: Path) -> None:
    """Draw the timeline, of records with invented years: the corpus itself is of one year."""
    with tempfile.TemporaryDirectory() as folder:
        records = Path(folder, "records.jsonl")
        records.write_text("".join(f"{json.dumps(record)}\n" for record in invented(index)))
        many = Path(folder, "index")
        astrosearch.build(records, index=many)
        run(f"{TIMELINE} {shlex.quote(str(picture))}", many, Console(file=io.StringIO()))


def invented(index: Path) -> Iterator[dict[str, str]]:
    """Deal the corpus's sentences out to one metadata record each, later years getting more."""
    chance = random.Random(1)  # noqa: S311
    with astrosearch.open(index) as opened:
        hits = opened.query("stars", k=len(opened))
    for number, hit in enumerate(sorted(hits, key=lambda hit: hit.sentence.id)):
        category = CATEGORIES.get(hit.sentence.file.split("/")[0])
        if category is None:
            continue
        (year,) = chance.choices(YEARS, weights=range(10, 10 + 2 * len(YEARS), 2))
        serial = 90000 + number if year >= 2015 else 8000 + number  # as arXiv numbers them
        yield {
            "id": f"{year % 100:02}{chance.randint(1, 12):02}.{serial}",
            "title": hit.paper.title or hit.paper.id,
            "abstract": hit.sentence.text,
            "authors": "A. Examplar",
            "categories": category,
            "update_date": f"{year}-01-01",
        }


if __name__ == "__main__":
    main()

"""The commands each peer's script answers; prints one line of JSON.

python -m benchmarks.peers.NAME index SENTENCES INDEX ENCODER      one sentence a line
python -m benchmarks.peers.NAME query INDEX ENCODER TEXT           a cold query: ten sentences
python -m benchmarks.peers.NAME warm INDEX ENCODER QUERIES         each alone, then all at once
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

ALONE = 200  # queries asked one by one


def answer(
    index: Callable[[list[str], str, str], None],
    open_index: Callable[[str, str], Callable[[list[str]], list[list[str]]]],
) -> None:
    """Do what the command line says, with a peer's way to index and to open."""
    command, *arguments = sys.argv[1:]
    if command == "index":
        sentences, folder, encoder = arguments
        index(Path(sentences).read_text().splitlines(), folder, encoder)
        return
    folder, encoder, asked = arguments
    search = open_index(folder, encoder)
    if command == "query":
        print(json.dumps(search([asked])[0]))
        return
    queries = Path(asked).read_text().splitlines()
    search(queries[:1])
    alone = []
    found = []
    for query in queries[:ALONE]:
        started = time.perf_counter()
        found += search([query])
        alone.append(time.perf_counter() - started)
    started = time.perf_counter()
    search(queries)
    print(json.dumps({"alone": alone, "batch": time.perf_counter() - started, "found": found}))

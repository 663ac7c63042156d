"""astrosearch through its Python API; it is indexed and asked cold through its command line."""

from __future__ import annotations

from collections.abc import Callable

import astrosearch
from benchmarks.peers.commands import answer


def index(sentences: list[str], folder: str, encoder: str) -> None:
    raise NotImplementedError("astrosearch index")


def open_index(folder: str, encoder: str) -> Callable[[list[str]], list[list[str]]]:
    opened = astrosearch.open(folder, encoder=encoder)

    def search(queries: list[str]) -> list[list[str]]:
        if len(queries) == 1:
            return [[hit.sentence.text for hit in opened.query(queries[0], k=10)]]
        found = opened.query_batch(queries, k=10)
        return [[hit.sentence.text for hit in found[i]] for i in range(len(queries))]

    return search


if __name__ == "__main__":
    answer(index, open_index)

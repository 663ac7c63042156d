"""txtai, with its own defaults: SQLite and FAISS."""

from __future__ import annotations

from collections.abc import Callable

from txtai import Embeddings

from benchmarks.peers.commands import answer


def index(sentences: list[str], folder: str, encoder: str) -> None:
    found = Embeddings(path=encoder, content=True, gpu=False)
    found.index(sentences)
    found.save(folder)


def open_index(folder: str, encoder: str) -> Callable[[list[str]], list[list[str]]]:
    found = Embeddings(gpu=False)
    found.load(folder)

    def search(queries: list[str]) -> list[list[str]]:
        return [[hit["text"] for hit in hits] for hits in found.batchsearch(queries, 10)]

    return search


if __name__ == "__main__":
    answer(index, open_index)

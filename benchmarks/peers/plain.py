"""The script people write: sentence-transformers, a flat FAISS index, sqlite3."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import faiss
from sentence_transformers import SentenceTransformer

from benchmarks.peers.commands import answer


def index(sentences: list[str], folder: str, encoder: str) -> None:
    Path(folder).mkdir()
    model = SentenceTransformer(encoder, device="cpu")
    vectors = model.encode(sentences, normalize_embeddings=True)
    found = faiss.IndexFlatIP(vectors.shape[1])
    found.add(vectors)
    faiss.write_index(found, f"{folder}/vectors.faiss")
    with sqlite3.connect(f"{folder}/texts.db") as db:
        db.execute("CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT)")
        db.executemany("INSERT INTO texts VALUES (?, ?)", enumerate(sentences))


def open_index(folder: str, encoder: str) -> Callable[[list[str]], list[list[str]]]:
    model = SentenceTransformer(encoder, device="cpu")
    vectors = faiss.read_index(f"{folder}/vectors.faiss")
    db = sqlite3.connect(f"{folder}/texts.db")

    def search(queries: list[str]) -> list[list[str]]:
        _, ids = vectors.search(model.encode(queries, normalize_embeddings=True), 10)
        wanted = ",".join(map(str, set(ids.ravel().tolist())))
        texts = dict(db.execute(f"SELECT id, text FROM texts WHERE id IN ({wanted})"))
        return [[texts[i] for i in row] for row in ids.tolist()]

    return search


if __name__ == "__main__":
    answer(index, open_index)

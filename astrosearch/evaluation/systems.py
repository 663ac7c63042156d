"""What is compared: encoders, BM25, and their fusion, each as a matrix of scores.

A system scores every document for every query, so that fusing two needs no cut-off, and ranking
is the same for all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from astrosearch.errors import MissingExtra
from astrosearch.evaluation.benchmark import in_form
from astrosearch.search.bm25 import bound
from astrosearch.search.fusion import DENSE_WEIGHT, hybrid_scores
from astrosearch.search.language import parse
from astrosearch.search.snapshot import in_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

# Robertson's usual values, those of Lucene and bm25s.
K1 = 1.5
B = 0.75


class Scorer(Protocol):
    """Gives the scores of prepared queries against prepared documents."""

    def __call__(self, start: int, end: int) -> NDArray[np.float32]:
        """Scores [end - start, documents] of queries `start` to `end`; larger is better."""
        ...


class System(Protocol):
    """Something that ranks documents."""

    @property
    def name(self) -> str:
        """What it is called in a report."""
        ...

    @property
    def cosine(self) -> bool:
        """Whether its scores are cosines."""
        ...

    def prepare(
        self, queries: Sequence[str], documents: Sequence[str], *, readable: bool
    ) -> Scorer:
        """Take in the texts; `readable` is False for texts in the seed encoder's form."""
        ...


class Memory:
    """Vectors of one evaluation, so that no encoder encodes the same texts twice."""

    def __init__(self) -> None:
        self._vectors: dict[tuple[str, str], NDArray[np.float32]] = {}

    def encode(
        self,
        encoder: Encoder,
        texts: Sequence[str],
        progress: Callable[[int], None] | None,
    ) -> NDArray[np.float32]:
        """Vectors [texts, dimension] of an encoder."""
        digest = hashlib.sha256()
        for text in texts:
            digest.update(text.encode() + b"\0")
        key = (encoder.fingerprint, digest.hexdigest())
        if key not in self._vectors:
            self._vectors[key] = encoder.encode(texts, progress)
        return self._vectors[key]


@dataclass(frozen=True, slots=True)
class Dense:
    """Exact search by cosine; `dimension` cuts the vectors (Matryoshka, Kusupati et al. 2022)."""

    name: str
    encoder: Encoder
    memory: Memory
    dimension: int | None = None
    progress: Callable[[int], None] | None = None
    cosine: bool = True

    def prepare(
        self, queries: Sequence[str], documents: Sequence[str], *, readable: bool
    ) -> Scorer:
        """Encode the texts, in the encoder's form."""
        left, right = (
            truncated(
                self.memory.encode(
                    self.encoder,
                    in_form(texts, self.encoder.text_form, readable=readable),
                    self.progress,
                ),
                self.dimension,
            )
            for texts in (queries, documents)
        )

        def scores(start: int, end: int) -> NDArray[np.float32]:
            product: NDArray[np.float32] = left[start:end] @ right.T
            return product

        return scores


def truncated(vectors: NDArray[np.float32], dimension: int | None) -> NDArray[np.float32]:
    """The first `dimension` components of unit vectors [n, dim], of unit length again."""
    import numpy as np

    if dimension is None or dimension >= vectors.shape[1]:
        return vectors
    cut = vectors[:, :dimension]
    lengths = np.linalg.norm(cut, axis=1, keepdims=True)
    shortened: NDArray[np.float32] = cut / np.maximum(lengths, 1e-12)
    return shortened


@dataclass(frozen=True, slots=True)
class BM25:
    """Okapi BM25 as Lucene computes it; lower case, English stop words out, no stemming.

    A word has two characters or more. 0 where a document has none of the query's words.
    """

    name: str = "BM25"
    cosine: bool = False

    def prepare(
        self, queries: Sequence[str], documents: Sequence[str], *, readable: bool
    ) -> Scorer:
        """Index the documents' words."""
        try:
            import bm25s
        except ImportError as error:
            raise MissingExtra("bm25s", "train", "the BM25 baseline") from error
        import numpy as np

        def words(texts: Sequence[str]) -> list[list[str]]:
            split: list[list[str]] = bm25s.tokenize(
                in_form(texts, "plain", readable=readable),
                stopwords="en",
                return_ids=False,
                show_progress=False,
            )
            return split

        retriever = bm25s.BM25(k1=K1, b=B, method="lucene")
        retriever.index(words(documents), show_progress=False)
        known = retriever.vocab_dict
        asked = [[word for word in split if word in known] for split in words(queries)]

        def scores(start: int, end: int) -> NDArray[np.float32]:
            rows = np.zeros((end - start, len(documents)), dtype=np.float32)
            for row, query in zip(rows, asked[start:end], strict=True):
                if query:
                    row[:] = retriever.get_scores(query)
            return rows

        return scores


@dataclass(frozen=True, slots=True)
class Words:
    """An index's ranking by words: the share of a query's summed weight that a text holds."""

    name: str = "words"
    cosine: bool = False

    def prepare(
        self, queries: Sequence[str], documents: Sequence[str], *, readable: bool
    ) -> Scorer:
        """Gather the documents' words."""
        import numpy as np

        plain = in_form(queries, "plain", readable=readable)
        # Quotes of a title or a citing sentence demand nothing.
        terms = [parse(text.replace('"', " ")).ranking for text in plain]
        with in_memory(in_form(documents, "plain", readable=readable)) as ranking:
            asked = list(ranking.weighted(terms))

        def scores(start: int, end: int) -> NDArray[np.float32]:
            rows = np.zeros((end - start, len(documents)), dtype=np.float32)
            for row, weighted in zip(rows, asked[start:end], strict=True):
                for postings in weighted:
                    row[postings.ids] += postings.impacts
                row /= max(bound(weighted), 1e-9)
            return rows

        return scores


@dataclass(frozen=True, slots=True)
class Hybrid:
    """An index's hybrid ranking: cosines and shares of words, summed with weights."""

    name: str
    dense: System
    lexical: System
    weight: float = DENSE_WEIGHT
    cosine: bool = False

    def prepare(
        self, queries: Sequence[str], documents: Sequence[str], *, readable: bool
    ) -> Scorer:
        """Prepare both systems with the texts."""
        dense = self.dense.prepare(queries, documents, readable=readable)
        lexical = self.lexical.prepare(queries, documents, readable=readable)

        def scores(start: int, end: int) -> NDArray[np.float32]:
            return hybrid_scores(dense(start, end), lexical(start, end), self.weight)

        return scores


def top_documents(scores: NDArray[np.float32], k: int, *, above: float) -> NDArray[np.int64]:
    """Positions [n, k] of the highest in each row of scores [n, documents]; ties by position.

    Only what scores more than `above` is returned; -1 fills the rest of a row.
    """
    import numpy as np

    k = min(k, scores.shape[1])
    ids = np.full((len(scores), k), -1, dtype=np.int64)
    cuts = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k]
    for row, cut, out in zip(scores, cuts, ids, strict=True):
        # The k-th score may be shared: all that reach it are candidates.
        candidates = np.flatnonzero((row >= cut) & (row > above))
        chosen = candidates[np.argsort(-row[candidates], kind="stable")[:k]]
        out[: len(chosen)] = chosen
    return ids


def positions(ids: Mapping[str, object]) -> dict[str, int]:
    """Return the position of each id."""
    return {id: at for at, id in enumerate(ids)}

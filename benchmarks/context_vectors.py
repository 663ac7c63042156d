"""Vectors of an index's sentences made in other ways: with their paper, paragraph, neighbours.

What each way is: sentence_context.py.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrosearch.encoder import Encoder, encoded
from astrosearch.encoder.folder import EncoderFolder, read_folder
from astrosearch.encoder.graph import GraphBuilder, known_names
from astrosearch.encoder.locate import find_folder
from astrosearch.encoder.openvino_runtime import MANY_AT_ONCE, TOKEN_BUDGET, open_tokenizer, pad
from astrosearch.encoder.processor import openvino_core
from astrosearch.encoder.tokens import batches
from astrosearch.evaluation.citations import WITHOUT_ABSTRACT
from astrosearch.search.snapshot import Snapshot
from astrosearch.store.reader import Store

OF_PAPER, OF_LATE, OF_BEFORE = (0.1, 0.2, 0.3), (0.15, 0.3, 0.5, 1.0), (0.5, 1.0)  # shares
OPENER = re.compile(r"(?:This|These|It|Such|Thus|As a result)\b")
BEFORE = 100  # words of the sentence before, so that the sentence itself is never cut off

Vectors = NDArray[np.float32]


class TokenGraph(GraphBuilder):
    """The encoder's graph up to its token vectors, multiplied by the matrix that follows pooling.

    That matrix has no offset: it gives the same before the mean as after.
    """

    def pool(self, x: Any, mask: Any) -> Any:
        return x

    def build(self) -> Any:
        from openvino import Model

        whole = super().build()
        projected = whole.outputs[0].get_node().input_value(0).get_node().input_value(0)
        return Model([self.ops.result(projected)], whole.get_parameters(), "tokens")


@dataclass(frozen=True)
class Run:
    """Sentences encoded at once: token ids, and where each sentence's own begin and end."""

    ids: list[int]
    places: list[tuple[int, int, int]]  # sentence, start, end


class Corpus:
    """All sentences of an index, in reading order, with their papers."""

    def __init__(self, path: Path) -> None:
        store = Store(path)
        rows = store.rows(
            "SELECT sentence_id, text, section, paragraph, paper_key, paper_id, title "
            "FROM sentences JOIN papers USING (paper_key) ORDER BY sentence_id"
        )
        store.close()
        self.ids = np.array([row[0] for row in rows])
        self.texts = [str(row[1]) for row in rows]
        self.sections = [row[2] for row in rows]
        self.paragraphs = [row[3] for row in rows]
        _, firsts, self.paper = np.unique(
            [row[4] for row in rows], return_index=True, return_inverse=True
        )
        places = [f"{row[4]} {row[3]}" for row in rows]  # paper and paragraph
        self.places = np.unique(places, return_inverse=True)[1]
        self.paper_ids = [str(rows[first][5]) for first in firsts]
        self.is_title = np.array([section == "Title" for section in self.sections])
        self.title_at = np.full(len(firsts), -1)  # a paper's sentence that is its title
        for at in np.flatnonzero(self.is_title)[::-1]:
            self.title_at[self.paper[at]] = at
        self.titles = [
            self.texts[at] if at >= 0 else str(rows[first][6] or "")
            for at, first in zip(self.title_at, firsts, strict=True)
        ]

    @cached_property
    def abstracts(self) -> list[str]:
        """Each paper's abstract; where none is marked, its first sentences stand for it."""
        marked: list[list[str]] = [[] for _ in self.titles]
        first: list[list[str]] = [[] for _ in self.titles]
        for text, section, paper in zip(self.texts, self.sections, self.paper, strict=True):
            if section == "Abstract":
                marked[paper].append(text)
            elif section != "Title" and sum(map(len, first[paper])) < WITHOUT_ABSTRACT:
                first[paper].append(text)
        return [" ".join(own or others) for own, others in zip(marked, first, strict=True)]

    def summaries(self) -> list[str]:
        """Each paper's title and abstract as one text."""
        parts = zip(self.titles, self.abstracts, strict=True)
        return [f"{title}. {abstract}" if title else abstract for title, abstract in parts]

    def with_before(self) -> list[str]:
        """Each sentence after the one before it in its section, if there is one."""
        found = []
        for at, text in enumerate(self.texts):
            follows = at > 0 and not self.is_title[at] and self.together(at - 1, at)
            words = self.texts[at - 1].split()[-BEFORE:] if follows else []
            found.append(" ".join([*words, text]))
        return found

    def together(self, one: int, other: int) -> bool:
        """Whether two sentences stand in one section of one paper."""
        return bool(
            self.paper[one] == self.paper[other] and self.sections[one] == self.sections[other]
        )

    def runs(self, ids: Callable[[str], list[int]], most: int) -> list[Run]:
        """Cut paragraphs into runs of at most `most` tokens, each under its paper's title."""
        found: list[Run] = []
        titles = [ids(f"{title}." if title else "")[:-1] for title in self.titles]  # not its [SEP]
        end = ids("")[-1]
        last = -2
        for at, text in enumerate(self.texts):
            title = titles[self.paper[at]]
            if self.is_title[at]:
                continue
            own = ids(text)[1:-1][: max(most - len(title) - 1, 1)]
            joined = last == at - 1 and self.places[last] == self.places[at]
            if not joined or len(found[-1].ids) + len(own) >= most:
                found.append(Run([*title], []))
            run, last = found[-1], at
            run.places.append((at, len(run.ids), len(run.ids) + len(own)))
            run.ids.extend(own)
        for run in found:
            run.ids.append(end)
        return found


def pool_tokens(runs: Sequence[Run], folder: EncoderFolder, vectors: Vectors) -> None:
    """Fill `vectors` [sentences, dim] with the mean of each sentence's own tokens."""
    import openvino

    names = known_names(folder)
    assert names is not None
    assert folder.pooling == "mean"

    def keep(request: Any, rows: list[int]) -> None:
        tokens = request.get_output_tensor(0).data
        for row, number in enumerate(rows):
            for at, start, end in runs[number].places:
                if end > start:
                    vectors[at] = tokens[row, start:end].mean(axis=0)

    graph = TokenGraph(folder, names).build()
    queue = openvino.AsyncInferQueue(openvino_core().compile_model(graph, "CPU", MANY_AT_ONCE))
    queue.set_callback(keep)
    for rows in batches([len(run.ids) for run in runs], TOKEN_BUDGET):
        queue.start_async(pad([runs[row].ids for row in rows]), rows)
    queue.wait_all()


def unit(vectors: Vectors) -> Vectors:
    scaled: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return scaled.astype(np.float32)


class Vectorised:
    """A corpus with vectors made in every way; those that were kept are not made again."""

    def __init__(self, index: Path, keep: Path, encoder: Encoder) -> None:
        self.corpus, self.encoder = Corpus(index), encoder
        self.keep = keep / f"{index.name}-{len(self.corpus.ids)}-{encoder.fingerprint[:8]}"
        with contextlib.closing(Snapshot(index)) as snapshot:
            self.today = snapshot.vectors(self.corpus.ids)

    def kept(self, name: str, make: Callable[[], Vectors]) -> Vectors:
        file = self.keep / f"{name}-{int(self.near.sum())}.npy"
        self.keep.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            part = file.with_suffix(".part.npy")
            np.save(part, make())
            part.rename(file)
        found: Vectors = np.load(file)
        return found

    def encode(self, texts: Sequence[str]) -> Vectors:
        return encoded(self.encoder, texts)

    def choose(self, near: NDArray[np.bool_]) -> None:
        """Look only at sentences [sentences] that are near a query, and at their paragraphs."""
        self.near, self.among = near, np.isin(self.corpus.places, self.corpus.places[near])

    def of_some(self, texts: Sequence[str], some: NDArray[np.bool_], others: Vectors) -> Vectors:
        """Vectors of some of the texts; those of the others are given."""
        found, at = others.copy(), np.flatnonzero(some)
        found[at] = encoded(self.encoder, [texts[i] for i in at.tolist()])
        return found

    @cached_property
    def papers(self) -> Vectors:
        """Vectors [papers, dim] of title and abstract."""
        texts = self.corpus.summaries()
        some = np.bincount(self.corpus.paper, weights=self.among) > 0
        none = np.zeros((len(texts), self.today.shape[1]), dtype=np.float32)
        return self.kept("papers", lambda: self.of_some(texts, some, none))

    @cached_property
    def before(self) -> Vectors:
        """Vectors of what is near, and of what follows it, after the sentence before."""
        some = self.near | np.append(False, self.near[:-1])
        texts = self.corpus.with_before()
        return self.kept("before", lambda: self.of_some(texts, some, self.today))

    @cached_property
    def late(self) -> Vectors:
        """Mean of each sentence's own tokens, of a run encoded at once; titles stay as they are."""
        folder = read_folder(*find_folder(self.encoder.name))
        runs = self.corpus.runs(open_tokenizer(folder).ids, folder.max_tokens)
        some = [run for run in runs if any(self.among[at] for at, _, _ in run.places)]

        def make() -> Vectors:
            vectors = self.today.copy()
            pool_tokens(some, folder, vectors)
            return unit(vectors)

        return self.kept("late", make)

    def ways(self, *, before: bool) -> Iterator[tuple[str, Vectors]]:
        """Yield each way's name and vectors [sentences, dim]; `before` asks for those too."""
        yield "today", self.today
        for share in OF_PAPER:
            yield f"paper {share}", self.mixed(self.papers[self.corpus.paper], share)
        for share in OF_LATE:
            yield f"late {share}", self.mixed(self.late, share)
        opens = np.array([bool(OPENER.match(text)) for text in self.corpus.texts])[:, None]
        for share in OF_BEFORE if before else ():
            made = self.mixed(self.before, share)
            yield f"before {share}", made
            yield f"before {share}, openers", np.where(opens, made, self.today)

    def mixed(self, others: Vectors, share: float) -> Vectors:
        """Today's vectors with a share of others; of unit length."""
        return unit((1 - share) * self.today + share * others)

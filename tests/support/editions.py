"""Papers whose every sentence names its paper and edition, so that a mixed answer shows."""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np

import astrosearch
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.records import Hit, Paper, Sentence
from tests.support.encoders import WordEncoder

WORDS = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores", "rings"]
EVERYTHING = 10**6  # hits: more than there are sentences
HALF = 2e-3  # what a score may lose where vectors are kept in half precision

State = dict[int, int]  # a paper's number -> the edition of it that is indexed


def name_of(number: int) -> str:
    return f"2504.{90000 + number}"


def write_edition(corpus: Path, number: int, edition: int) -> None:
    """Write a paper; its sentences say how many they are, and no two of them are alike."""
    rng = random.Random(f"{number} {edition}")
    count = rng.randint(6, 12)
    who = f"paper p{number} in edition e{edition}"
    lines = [
        f"Sentence {i} of {count} in {who} speaks of {' '.join(rng.choices(WORDS, k=4))}."
        for i in range(1, count + 1)
    ]
    partial = corpus / f"{number}.partial"
    partial.write_text(f"Notes of {who}\n\nMethods\n\n{' '.join(lines)}\n")
    partial.replace(corpus / f"{name_of(number)}.txt")


def said_by(text: str | None) -> tuple[int, int] | None:
    """Return the paper's number and edition that a sentence or a title names."""
    found = re.search(r"paper p(\d+) in edition e(\d+)", text or "")
    return (int(found[1]), int(found[2])) if found else None


def fingerprint(state: State) -> str:
    return hashlib.sha256(repr(sorted(state.items())).encode()).hexdigest()[:16]


class Writing:
    """Changes an index of such papers, and keeps every state it may have, in order."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        self.corpus, self.index = folder / "corpus", folder / "index"
        self.corpus.mkdir()
        self.rng = random.Random(seed)
        self.files: State = {}
        self.gone: set[int] = set()
        self.state: State = {}
        self.legal = [fingerprint({})]

    def update(self, numbers: Iterable[int]) -> None:
        """Write new editions of these papers and index them: a group after the other."""
        changed = sorted(numbers)
        for number in changed:
            self.files[number] = self.files.get(number, 0) + 1
            write_edition(self.corpus, number, self.files[number])
        for number in changed:
            if number not in self.gone:
                self._becomes({**self.state, number: self.files[number]})
        self._build()

    def remove(self, count: int) -> None:
        """Remove some papers at once; they stay away, even when they have a new edition."""
        gone = self.rng.sample(sorted(self.state), count)
        self.gone.update(gone)
        self._becomes({n: e for n, e in self.state.items() if n not in gone})
        removing.remove([name_of(number) for number in gone], self.index)

    def rebuild(self) -> None:
        """Build anew; what was removed stays away."""
        self._becomes(dict(self.state))
        self._build(rebuild=True)

    def optimize(self) -> None:
        optimizing.optimize(self.index)

    def _becomes(self, state: State) -> None:
        self.state = state
        self.legal.append(fingerprint(state))

    def _build(self, *, rebuild: bool = False) -> None:
        astrosearch.build(self.corpus, index=self.index, encoder=WordEncoder(), rebuild=rebuild)

    def strangers(self, seen: Sequence[str]) -> list[str]:
        """Say which of the states seen, in their order, never were, or came before the last."""
        wrong, at = [], 0
        for state in seen:
            try:
                at = self.legal.index(state, at)
            except ValueError:
                wrong.append("went back" if state in self.legal else "a state that never was")
        return wrong


class Asking:
    """Asks an index of such papers in every way, and judges each answer by itself."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.encoder = WordEncoder()
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.states: list[str] = []  # whole states met, in order
        self._known: list[Hit] = []
        self._kinds: tuple[Callable[[astrosearch.Index], None], ...] = (
            self.ask_everything, self.ask_some, self.ask_words, self.ask_like, self.look_up
        )  # fmt: skip

    def ask(self, index: astrosearch.Index) -> None:
        kind = self.rng.choice(self._kinds)
        kind(index)
        self.answers[kind.__name__] += 1
        self.encoder.seen.clear()

    def ask_everything(self, index: astrosearch.Index) -> None:
        """Two queries with all sentences for hits: one whole state."""
        texts = self._texts(2)
        found = index.query_batch(texts, k=EVERYTHING, mode="dense", fold=False)
        self._judge(texts[0], found[0])
        papers: dict[int, list[Sentence]] = {}
        for hit in found[0]:
            papers.setdefault((said_by(hit.sentence.text) or (-1, 0))[0], []).append(hit.sentence)
        for sentences in papers.values():
            self._judge_whole(sorted(sentences, key=lambda each: each.id))
        if {hit.sentence.id for hit in found[0]} != {hit.sentence.id for hit in found[1]}:
            self.wrong.append("two queries of a batch met different sentences")
        told = (said_by(hit.sentence.text) for hit in found[0])
        state = fingerprint(dict(each for each in told if each))
        if self.states[-1:] != [state]:
            self.states.append(state)

    def ask_some(self, index: astrosearch.Index) -> None:
        texts = self._texts(3)
        for text, hits in zip(texts, index.query_batch(texts, k=8, mode="dense"), strict=True):
            self._judge(text, hits)
            self._known = hits or self._known

    def ask_words(self, index: astrosearch.Index) -> None:
        (text,) = self._texts(1)
        hits = index.query(text, k=30, mode="lexical")
        self._judge(None, hits)
        words = {*text.split()}
        if any(words.isdisjoint(re.findall(r"\w+", hit.sentence.text.lower())) for hit in hits):
            self.wrong.append(f"none of the words {text} in a hit")

    def ask_like(self, index: astrosearch.Index) -> None:
        paper = self._some_paper()
        try:
            hits = index.similar(paper, k=5)
        except astrosearch.errors.NotFound:
            return  # removed since
        self._judge(None, hits)
        if paper in {hit.paper.id for hit in hits}:
            self.wrong.append(f"{paper} is like itself")

    def look_up(self, index: astrosearch.Index) -> None:
        id = self._some_paper()
        try:
            paper, sentences = index.paper(id)
        except astrosearch.errors.NotFound:
            return
        self._judge_whole(sentences)
        self._judge_names(paper, sentences)
        if paper.id != id:
            self.wrong.append(f"asked for {id}, got {paper.id}")

    def _texts(self, count: int) -> list[str]:
        return [" ".join(self.rng.choices(WORDS, k=3)) for _ in range(count)]

    def _some_paper(self) -> str:
        return self.rng.choice(self._known).paper.id if self._known else name_of(0)

    def _judge(self, text: str | None, hits: list[Hit]) -> None:
        """Every hit is what it says, with the score its text has; papers are of one edition."""
        editions: dict[str, set[tuple[int, int] | None]] = {}
        for hit in hits:
            self._judge_names(hit.paper, [hit.sentence])
            editions.setdefault(hit.paper.id, set()).add(said_by(hit.sentence.text))
        self.wrong += [f"{id} in editions {e}" for id, e in editions.items() if len(e) != 1]
        if len({hit.sentence.id for hit in hits}) != len(hits):
            self.wrong.append("a sentence twice")
        if text is not None and hits:
            vectors = self.encoder.encode([text, *(hit.sentence.text for hit in hits)])
            scores = np.array([hit.score for hit in hits])
            if np.abs(vectors[1:] @ vectors[0] - scores).max() > HALF:
                self.wrong.append("a score that is not its sentence's")
            if (np.diff(scores) > 0).any():
                self.wrong.append("hits out of order")

    def _judge_names(self, paper: Paper, sentences: Sequence[Sentence]) -> None:
        told = said_by(paper.title)
        if told is None or paper.id != name_of(told[0]):
            self.wrong.append(f"{paper.id} is called {paper.title}")
        self.wrong += [
            f"{paper.title}: {sentence.text}"
            for sentence in sentences
            if said_by(sentence.text) != told or not sentence.file.startswith(paper.id)
        ]

    def _judge_whole(self, sentences: Sequence[Sentence]) -> None:
        """All sentences of one edition are there, once and in order."""
        numbers = [re.match(r"Sentence (\d+) of (\d+) ", each.text) for each in sentences]
        told = [(int(each[1]), int(each[2])) for each in numbers if each]
        if [i for i, _ in told] != list(range(1, 1 + max((count for _, count in told), default=0))):
            self.wrong.append(f"half a paper: {[each.text for each in sentences]}")
        if len({said_by(each.text) for each in sentences}) > 1:
            self.wrong.append(f"editions mixed: {[each.text for each in sentences]}")

"""Should a sentence's vector know its paper? Sentences encoded with what stands around them.

Run: python -m benchmarks.sentence_context TOPICS RECORDS [--data DIR] [--keep DIR] [--near N M]

TOPICS is an index of the corpus of DIR/eval/topics_corpus.txt, RECORDS one of the metadata in
DIR/corpus (the figures kept: of the 105 records that are cited and 4,895 drawn at random). All
sentences are ranked, by .7 of the cosine and .3 of the share of the query's words, with vectors
made in other ways:

  today        the sentence alone
  paper        its paper's title and abstract, encoded as one text
  late         the mean of the sentence's own tokens, its paragraph encoded at once under the title
  before       the sentence with the one before it in front
  ..., openers  the same, only where it opens with This, It, Thus ...

A number is the share of that in a mixture with today's vector, scaled to length 1. Each is ranked
alone, and with three terms that need no new vectors: the sentence's length, the cosine of the
paper's title, and half the weight of the title's words; or the cosine of the paper's own vector.
RECORDS answers dev citing sentences: papers are ranked by their best sentence. Queries are split
in two halves by a hash of their ids. Vectors are kept in --keep, so that a second run is quick.

With --near, only so many sentences of TOPICS and of RECORDS are ranked for each query: its best by
today's vectors, without and with the terms and by the cosine alone, and all in their paragraphs.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import re
import tempfile
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from astrosearch.encoder import load_encoder
from astrosearch.evaluation.citations import citation
from astrosearch.evaluation.metrics import intervals
from astrosearch.search.bm25 import bound
from astrosearch.search.fusion import DENSE_WEIGHT
from astrosearch.search.language import ParsedQuery, parse
from astrosearch.search.snapshot import Snapshot
from benchmarks.context_vectors import Corpus, Vectorised, Vectors
from benchmarks.measured import SHARED, save
from benchmarks.paper_scores import plain
from benchmarks.per_paper import dcg, key_of, read_topics

K = 10
LENGTH, SHORTEST, LONGEST, USUAL = 0.06, 3, 40, 20  # weight; words
TITLE, INHERITED = 0.1, 0.5  # weight of the title's cosine, and of its words
CHUNK = 16  # queries whose scores are held at once
TERMS = {"": "", "title": " + terms", "paper": " + terms, paper's cosine"}


class Ranker:
    """Scores of all sentences for some queries, apart from what their vectors say."""

    def __init__(self, index: Path, made: Vectorised, queries: Sequence[ParsedQuery]) -> None:
        self.corpus = corpus = made.corpus
        self.vectors = made.encode([query.text for query in queries])
        size, count = int(corpus.ids.max()) + 1, len(queries)
        self.shares, self.terms = np.zeros((2, count, len(corpus.ids)), dtype=np.float32)
        title = corpus.title_at[corpus.paper]
        inherits = (title >= 0) & ~corpus.is_title
        with contextlib.closing(Snapshot(index)) as snapshot:
            words = snapshot.words.weighted([query.ranking for query in queries])
            for at, weighted in enumerate(words):
                most = max(bound(weighted), 1e-9)
                for each in weighted:
                    held = np.zeros(size, dtype=np.float32)
                    held[each.ids] = each.impacts / most
                    held = held[corpus.ids]
                    self.shares[at] += held
                    self.terms[at] += np.maximum(held, INHERITED * held[title] * inherits)
        length = [len(re.findall(r"\w+", text)) for text in corpus.texts]
        clipped = np.clip(length, SHORTEST, LONGEST) / USUAL
        self.length: Vectors = (LENGTH * np.log(clipped)).astype(np.float32)
        self.made = made
        self.title_cosines = self.about(made.today[title], title >= 0)

    @cached_property
    def paper_cosines(self) -> Vectors:
        """Weighted cosines of the papers' titles and abstracts."""
        paper = self.corpus.paper
        return self.about(self.made.papers[paper], np.full(len(paper), True))

    def near(self, count: int | None) -> NDArray[np.bool_]:
        """Which sentences are among a query's best by today's vectors, however they are ranked."""
        if count is None or count >= len(self.corpus.ids):
            return np.full(len(self.corpus.ids), True)
        found = np.full(len(self.corpus.ids), False)
        today = self.made.today
        for start in range(0, len(self.vectors), CHUNK):
            rows = slice(start, start + CHUNK)
            plain, terms = (self.scores(today, rows, each) for each in ("", "title"))
            for scores in (plain, terms, self.vectors[rows] @ today.T):
                found[np.argpartition(-scores, count, axis=1)[:, :count]] = True
        return found

    def about(self, of_paper: Vectors, known: NDArray[np.bool_]) -> Vectors:
        """Weighted cosines of what tells of the paper; where nothing does their mean; titles 0."""
        cosines = self.vectors @ of_paper.T
        cosines[:, ~known] = cosines[:, known].mean(axis=1, keepdims=True)
        weighted: Vectors = TITLE * cosines * ~self.corpus.is_title
        return weighted

    def scores(self, vectors: Vectors, rows: slice, terms: str) -> Vectors:
        """Scores [queries, sentences] with no `terms`, those with the "title", or the "paper"."""
        found: Vectors = DENSE_WEIGHT * (self.vectors[rows] @ vectors.T)
        if not terms:
            return found + (1 - DENSE_WEIGHT) * self.shares[rows]
        about = self.title_cosines if terms == "title" else self.paper_cosines
        return found + (1 - DENSE_WEIGHT) * self.terms[rows] + self.length + about[rows]


Measure = Callable[[int, Vectors], dict[str, float]]  # of a query's place and scores


def of_topics(corpus: Corpus, grades: Sequence[dict[str, int]]) -> Measure:
    keys = [key_of(text) for text in corpus.texts]

    def measure(at: int, scores: Vectors) -> dict[str, float]:
        known = grades[at]
        order = np.argsort(-scores, kind="stable")[: 40 * K]
        unique = list(dict.fromkeys(keys[i] for i in order))
        worth = [2 ** known.get(key, 0) - 1 for key in unique[:K]]
        judged = [2 ** known[key] - 1 for key in unique if key in known][:K]
        ideal = dcg(sorted((2**grade - 1 for grade in known.values()), reverse=True))
        return {
            "nDCG@10": dcg(worth) / ideal,
            "P@5": sum(gain >= 3 for gain in worth[:5]) / 5,
            "nDCG@10 of judged": dcg(judged) / ideal,
            "judged": sum(key in known for key in unique[:K]) / K,
        }

    return measure


def of_citations(
    corpus: Corpus, wanted: Sequence[frozenset[str]], left_out: Sequence[frozenset[str]]
) -> Measure:
    place = {id: at for at, id in enumerate(corpus.paper_ids)}

    def measure(at: int, scores: Vectors) -> dict[str, float]:
        best = np.full(len(place), -np.inf, dtype=np.float32)
        np.maximum.at(best, corpus.paper, scores)
        best[[place[id] for id in left_out[at] if id in place]] = -np.inf
        top = [corpus.paper_ids[i] for i in np.argsort(-best, kind="stable")[:K]]
        gains = [int(id in wanted[at]) for id in top]
        return {"nDCG@10": dcg(gains) / dcg([1] * len(wanted[at]))}

    return measure


def compared(
    ids: Sequence[str], ranker: Ranker, made: Vectorised, measure: Measure, *, before: bool
) -> dict[str, Any]:
    """Measures of each way, with what each gains over today's plain hybrid ranking."""
    half = np.array([hashlib.sha256(id.encode()).digest()[0] % 2 for id in ids])
    parts = {"all": half >= 0, "first half": half == 0, "second half": half == 1}
    found: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, vectors in made.ways(before=before):
        for terms in ("", "title", "paper") if name == "today" else ("", "title"):
            measured = []
            for start in range(0, len(ids), CHUNK):
                scores = ranker.scores(vectors, slice(start, start + CHUNK), terms)
                scores[:, ~made.among] = -np.inf
                measured += [measure(start + i, row) for i, row in enumerate(scores)]
            label = name + TERMS[terms]
            found[label] = {each: np.array([row[each] for row in measured]) for each in measured[0]}
            print(label, {each: round(values.mean(), 3) for each, values in found[label].items()})
    figures: dict[str, Any] = {n: {"queries": int(part.sum())} for n, part in parts.items()}
    for first, label in (("today", "over_today"), ("today + terms", "over_terms")):
        for name, values in found.items():
            for each, part in parts.items():
                figures[each].setdefault(name, {})
                row = figures[each][name]
                for measure_name, own in values.items():
                    if measure_name == "judged":
                        row[measure_name] = round(float(own[part].mean()), 3)
                        continue
                    base = found[first][measure_name][part]
                    ((mean, gain),) = intervals([own[part]], [base])
                    assert gain is not None
                    row.setdefault(measure_name, {})["mean"] = round(mean.value, 4)
                    row[measure_name][label] = [
                        round(x, 4) for x in (gain.value, gain.low, gain.high)
                    ]
    return figures


def topics(index: Path, data: Path, keep: Path, near: int | None) -> dict[str, Any]:
    asked, grades = read_topics(data / "eval")
    made = Vectorised(index, keep, load_encoder(device="cpu"))
    ranker = Ranker(index, made, [parse(topic["query"]) for topic in asked])
    made.choose(ranker.near(near))
    measure = of_topics(made.corpus, [grades[topic["id"]] for topic in asked])
    ids = [topic["id"] for topic in asked]
    return {**counts(made, near), **compared(ids, ranker, made, measure, before=True)}


def citations(index: Path, data: Path, keep: Path, near: int | None) -> dict[str, Any]:
    made, cited = Vectorised(index, keep, load_encoder(device="cpu")), citation(data)
    known = set(made.corpus.paper_ids)
    left_out = {id: cited.excluded.get(id, frozenset()) for id in cited.queries}
    wanted = {id: frozenset(cited.relevant[id]) & known - left_out[id] for id in cited.queries}
    ids = [id for id in cited.queries if wanted[id]]
    ranker = Ranker(index, made, [parse(plain(cited.queries[id])) for id in ids])
    made.choose(ranker.near(near))
    measure = of_citations(made.corpus, [wanted[i] for i in ids], [left_out[i] for i in ids])
    return {**counts(made, near), **compared(ids, ranker, made, measure, before=False)}


def counts(made: Vectorised, near: int | None) -> dict[str, Any]:
    return {
        "near": near,
        "papers": len(made.corpus.paper_ids),
        "sentences": len(made.corpus.ids),
        "ranked": int(made.among.sum()),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("topics", type=Path)
    parser.add_argument("records", type=Path)
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--keep", type=Path, help="a folder for the vectors, which are made once")
    parser.add_argument("--near", type=int, nargs=2, default=(None, None))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        how = (options.data, options.keep or Path(scratch))
        save("sentence_context", topics(options.topics, *how, options.near[0]), "topics")
        save("sentence_context", citations(options.records, *how, options.near[1]), "citations")


if __name__ == "__main__":
    main()

"""An index damaged in one place, and what becomes of it."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import astrosearch
from astrosearch.errors import AstrosearchError
from astrosearch.indexing import run as updating
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.repair import repair
from astrosearch.maintenance.verify import verify
from astrosearch.search.index import MODES
from astrosearch.store import vectors
from astrosearch.store.live import open_vectors
from astrosearch.store.reader import Store
from astrosearch.store.vectors.library import faiss
from tests.support.encoders import WordEncoder

WORDS = ["gas", "dust", "stars", "winds", "haloes", "shocks", "grains", "jets", "cores", "rings"]
ASKED = ["gas and dust", "winds of stars", "the shocks move", "rings"]


def make_index(folder: Path) -> Path:
    """Build an index with everything an index can have: codes, later segments, the dead."""
    before = vectors.EXACT_UP_TO, updating.GROUP_SENTENCES
    vectors.EXACT_UP_TO, updating.GROUP_SENTENCES = 100, 150
    try:
        corpus, index = folder / "corpus", folder / "index"
        corpus.mkdir(parents=True)
        for number in range(12):
            _paper(corpus, number)
        astrosearch.build(corpus, index=index, encoder=WordEncoder())
        optimizing.optimize(index)
        for number in range(12, 16):
            _paper(corpus, number)
        astrosearch.build(corpus, index=index, encoder=WordEncoder())
        removing.remove(["2503.99003"], index)
    finally:
        vectors.EXACT_UP_TO, updating.GROUP_SENTENCES = before
    return index


def _paper(corpus: Path, number: int) -> None:
    rng = random.Random(number)
    text = " ".join(f"The {' '.join(rng.choices(WORDS, k=7))} move." for _ in range(30))
    (corpus / f"2503.{99000 + number}.txt").write_text(f"Note {number}\n\nMethods\n\n{text}\n")


def content(index: Path) -> tuple[list[tuple[Any, ...]], np.ndarray]:
    """All sentences with their papers, and their vectors."""
    with sqlite3.connect(f"file:{index}/astrosearch.db?mode=ro", uri=True) as db:
        rows = db.execute(
            """SELECT sentence_id, paper_id, title, text, tex, section, file, line, paragraph
               FROM sentences JOIN papers USING (paper_key) ORDER BY sentence_id"""
        ).fetchall()
    db.close()
    store = Store(index)
    opened = open_vectors(store)
    store.close()
    return rows, opened.vectors(np.array([row[0] for row in rows]))


@dataclass(frozen=True)
class Damage:
    """One change of one file."""

    file: str
    kind: str  # flip, zero or cut
    at: int

    def inflict(self, index: Path) -> None:
        path = index / self.file
        content = bytearray(path.read_bytes())
        if self.kind == "cut":
            del content[self.at :]
        elif self.kind == "flip":
            content[self.at] ^= 1 << self.at % 8
        else:
            content[self.at : self.at + 512] = bytes(len(content[self.at : self.at + 512]))
        path.write_bytes(content)


def damages(index: Path, places: int, seed: int = 1) -> Iterator[Damage]:
    """Choose places in every file of an index: bits that flip, sectors lost, ends cut off."""
    rng = random.Random(seed)
    for path in sorted(p for p in index.rglob("*") if p.is_file() and p.name != "writer.lock"):
        size, name = path.stat().st_size, str(path.relative_to(index))
        for number in range(places):
            at = rng.randrange(size)
            kind = ("flip", "flip", "cut", "zero")[number % 4]
            if kind == "zero" and not any(path.read_bytes()[at : at + 512]):
                kind = "flip"  # zeros over zeros are no damage
            yield Damage(name, kind, at)


@dataclass(frozen=True)
class Outcome:
    """What came of a damage; `answer` is right, refused, wrong, or crashed."""

    found: bool
    answer: str
    repair: str  # whole, papers lost, beyond repair, or wrong


def outcome(index: Path, damage: Damage, work: Path, sound: Any) -> Outcome:
    """Damage a copy of an index; verify it, ask it, mend it."""
    copy = work / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(index, copy)
    damage.inflict(copy)
    try:
        found = bool(verify(copy))
    except AstrosearchError:
        found = True
    answer = _in_child(lambda: _asked(copy, sound))
    return Outcome(found, answer, _mended(copy, sound))


def _in_child(work: Any) -> str:
    """Run in a process of its own, which may crash."""
    child = os.fork()
    if child == 0:
        code = 3
        try:
            signal.alarm(20)
            faiss().omp_set_num_threads(1)  # the parent's threads are not here
            code = work()
        finally:
            os._exit(code)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return {0: "right", 1: "refused", 2: "wrong"}.get(status, f"crashed ({status})")


def _asked(index: Path, sound: Any) -> int:
    rows, stored = sound
    places = {row[0]: i for i, row in enumerate(rows)}
    refused = False
    for mode in MODES:
        for text in ASKED:
            try:
                with astrosearch.open(index, encoder=WordEncoder()) as opened:
                    hits = opened.query(text, k=20, mode=mode)
                    opened.paper(hits[0].paper.id)
            except AstrosearchError:
                refused = True
                continue
            query = WordEncoder().encode([text])[0]
            for hit in hits:
                if hit.sentence.id not in places:
                    return 2
                row = rows[places[hit.sentence.id]]
                s, p = hit.sentence, hit.paper
                place = (s.section, s.file, s.line, s.paragraph)
                if (s.id, p.id, p.title, s.text, *place) != (*row[:4], *row[5:]):
                    return 2
                score = float(stored[places[s.id]] @ query)
                if mode == "dense" and abs(score - hit.score) > 1e-4:
                    return 2
    return 1 if refused else 0


def _mended(index: Path, sound: Any) -> str:
    try:
        repaired = repair(index, encoder=WordEncoder())
    except AstrosearchError:
        return "beyond repair"
    if verify(index):
        return "wrong"
    rows, stored = content(index)
    kept = {row[0]: row for row in sound[0]}
    if any(kept.get(row[0]) != row for row in rows):
        return "wrong"
    places = {row[0]: i for i, row in enumerate(sound[0])}
    expected = sound[1][[places[row[0]] for row in rows]]
    if np.abs(stored - expected).max(initial=0) > 1e-3:
        return "wrong"
    lost = len({row[1] for row in sound[0]}) - len({row[1] for row in rows})
    if lost != len(set(repaired.lost)):
        return "wrong"
    return "papers lost" if lost else "whole"

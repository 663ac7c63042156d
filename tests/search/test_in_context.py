"""Sentences and papers ranked together: what the best are doesn't depend on how many are asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from astrosearch.search.context import MOST, Asked, block_end, in_context
from astrosearch.search.cues import BEST, worth
from astrosearch.search.language import parse
from astrosearch.search.papers import papers_in_context
from astrosearch.search.snapshot import Snapshot
from tests.support.encoders import WordEncoder


def test_the_best_few_are_the_first_of_more(built: Path):
    snapshot = Snapshot(built)
    query = parse("dust drives the winds of cool giants")
    vector = WordEncoder().encode([query.text])[0]
    weighted = next(snapshot.words.weighted([query.ranking]))
    asked = Asked(vector, weighted)
    near, _ = snapshot.nearest(vector[None], block_end(1))
    ids = near[0][near[0] >= 0]
    many, scores = in_context(snapshot, asked, ids, 50)
    few, _ = in_context(snapshot, asked, ids, 3)
    assert list(few) == list(many[:3])
    assert (np.diff(scores) <= 0).all()
    assert scores.max() <= 1
    assert snapshot.rows([int(many[0])])[int(many[0])][0].text.startswith("Dust drives")
    of_papers, paper_scores = papers_in_context(snapshot, asked, ids, 50, 50)
    assert (np.diff(paper_scores) <= 0).all()
    places = snapshot.heads.places(of_papers)
    assert len(np.unique(places)) == 1 + int((np.diff(places) != 0).sum())  # paper by paper
    snapshot.close()


def test_wording_is_worth_little():
    assert MOST > 1 + BEST > 1
    assert worth("We present new maps.") < worth("The maps show cold dust in the outer disc.")
    assert worth("word " * 30 + "because") <= BEST + 1e-9

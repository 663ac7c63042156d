"""Rankings rearranged, against doing it naively."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from astrosearch.search.ordering import by_paper, folded, says_the_same, spread, wording
from tests.support.counts import examples

SAID = (
    "We measure the slope of the mass function in nine nearby clusters of galaxies.",
    "Winds from cool giants are driven by dust that condenses above their atmospheres.",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (SAID[0], SAID[0].upper().replace(" ", "  ")),
        ("The mass is $M = 10^{12}\\,M_\\odot$.", "the mass is M = 10^12 M_odot"),
        ("We use NASA's archive of spectra.", "We use NASA archive of spectra."),
        ("It rises as x² here.", "It rises as x2 here."),
        (SAID[0], SAID[0].replace("We measure", "Here we measure")),
        (SAID[1], SAID[1].replace("cool giants", "cool red giants")),
        ("…", "…"),
    ],
)
def test_the_same_but_for_a_few_words_is_the_same(one: str, other: str):
    assert says_the_same(wording(one), wording(other))
    assert folded([wording(one), wording(other)]) == [0, 0]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        SAID,
        (SAID[0], SAID[0].replace("nine", "9")),
        ("We find 12 lines in NGC 1068 at z = 0.5.", "We find 12 lines in NGC 1068 at z = 0.7."),
        ("We project the group on PC1 and PC2.", "We project the group on PC2 and PC1."),
        (SAID[0], SAID[0].replace("We measure", "We do not measure")),
        (SAID[1], SAID[1].replace("cool", "hot")),
        (
            "The results are listed in column B of Table 2.",
            "The results are listed in column C of Table 2.",
        ),
        ("…", "?!"),
    ],
)
def test_what_says_another_thing_is_kept_apart(one: str, other: str):
    assert not says_the_same(wording(one), wording(other))
    assert folded([wording(one), wording(other)]) == [0, 1]


texts = st.lists(
    st.sampled_from(["dust", "gas", "winds", "no", "not", "5", "7.5", "a", "b", "the", "shells"]),
    max_size=14,
).map(" ".join)


@settings(max_examples=examples(300))
@given(st.lists(texts, max_size=12))
def test_folding_is_comparing_with_all_that_were_kept(said: list[str]):
    wordings = [wording(text) for text in said]
    naive: list[int] = []
    for at, each in enumerate(wordings):
        kept = [place for place in range(at) if naive[place] == place]
        naive.append(next((p for p in kept if says_the_same(wordings[p], each)), at))
    assert folded(wordings) == naive


@settings(max_examples=examples(200))
@given(texts, texts)
def test_saying_the_same_goes_both_ways(one: str, other: str):
    assert says_the_same(wording(one), wording(one))
    assert says_the_same(wording(one), wording(other)) == says_the_same(
        wording(other), wording(one)
    )


@given(st.text())
def test_any_text_has_a_wording(text: str):
    assert says_the_same(wording(text), wording(text))


@settings(max_examples=examples(200))
@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(-9, 9)), max_size=12),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_papers_are_gathered_by_what_their_sentences_add_up_to(
    found: list[tuple[int, int]], decay: float
):
    found = sorted(found, key=lambda each: -each[1])
    papers, scores = [paper for paper, _ in found], [float(score) for _, score in found]
    groups = by_paper(papers, scores, decay)
    assert sorted(place for _, group in groups for place in group) == list(range(len(papers)))
    for score, group in groups:
        own = [at for at, paper in enumerate(papers) if paper == papers[group[0]]]
        assert group == own
        worth = scores[own[0]]
        for times, at in enumerate(own[1:], 1):
            worth += (scores[at] - min(scores)) * decay**times
        assert math.isclose(score, worth, abs_tol=1e-9)
    order = [(-score, group[0]) for score, group in groups]
    assert order == sorted(order)


def test_a_second_good_sentence_counts_and_many_poor_ones_do_not():
    papers = ["one", "two", "two", *["many"] * 20, "last"]
    scores = [0.62, 0.6, 0.58, *[0.41] * 20, 0.4]
    assert [papers[group[0]] for _, group in by_paper(papers, scores)] == [
        *("two", "one", "many", "last")
    ]


@st.composite
def candidates(draw: st.DrawFn) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    count = draw(st.integers(0, 8))
    elements = st.integers(-4, 4)
    scores = draw(arrays.arrays(np.int64, count, elements=elements)).astype(np.float32)
    vectors = draw(arrays.arrays(np.int64, (count, 3), elements=elements)).astype(np.float32)
    vectors[:, 0] += 5
    return np.sort(scores)[::-1], vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


@settings(max_examples=examples(200))
@given(candidates(), st.integers(1, 10), st.sampled_from([0.0, 0.3, 0.5, 0.9, 1.0]))
def test_spreading_takes_the_best_at_each_step(
    found: tuple[NDArray[np.float32], NDArray[np.float32]], k: int, weight: float
):
    scores, vectors = found
    chosen = spread(scores, vectors, k, weight)
    assert len(chosen) == len(set(chosen)) == min(k, len(scores))
    span = float(np.ptp(scores)) if len(scores) else 0.0
    cosines = vectors.astype(float) @ vectors.T.astype(float)

    def gain(place: int, before: list[int]) -> float:
        worth: float = (float(scores[place]) - float(scores[-1])) / span if span else 1.0
        if not before:
            return worth
        nearest = max(float(cosines[place, other]) for other in before)
        return weight * worth - (1 - weight) * nearest

    for at, place in enumerate(chosen):
        before = chosen[:at]
        rest = [p for p in range(len(scores)) if p not in before]
        best = max(gain(p, before) for p in rest)
        assert math.isclose(gain(place, before), best, abs_tol=1e-5)


@given(candidates(), st.integers(1, 10))
def test_relevance_alone_leaves_the_ranking(
    found: tuple[NDArray[np.float32], NDArray[np.float32]], k: int
):
    scores, vectors = found
    assert spread(scores, vectors, k, 1.0) == list(range(min(k, len(scores))))

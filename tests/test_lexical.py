"""Ranking by words: the same as adding up every sentence's score, however it is cut short."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from astrosearch.lexical import best, scores_of
from astrosearch.postings import Postings, Splitter, packed, unpacked

WORDS = ("gas", "dust", "halo", "ring", "the", "of")


@st.composite
def weighted_lists(draw):
    lists = []
    for _ in range(draw(st.integers(1, 5))):
        ids = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=40)))
        scores = draw(
            st.lists(st.integers(1, 8).map(lambda n: n / 4), min_size=len(ids), max_size=len(ids))
        )
        lists.append(Postings(np.array(ids, dtype=np.int64), np.array(scores, dtype=np.float32)))
    return lists


subsets = st.none() | st.sets(st.integers(1, 60)).map(
    lambda ids: np.array(sorted(ids), dtype=np.int64)
)


@given(weighted_lists(), st.integers(1, 70), subsets, subsets)
def test_best_is_what_adding_everything_up_gives(lists, k, among, without):
    sums: dict[int, float] = {}
    for each in lists:
        for id, score in zip(each.ids.tolist(), each.impacts.tolist(), strict=True):
            sums[id] = sums.get(id, 0) + score
    allowed = set(sums) if among is None else set(sums) & set(among.tolist())
    allowed -= set() if without is None else set(without.tolist())
    expected = sorted(allowed, key=lambda id: (-sums[id], id))[:k]
    ids, scores = best(lists, k, among, without)
    assert ids.tolist() == expected
    assert scores.tolist() == [sums[id] for id in expected]
    np.testing.assert_array_equal(scores_of(lists, ids), scores)


@given(st.integers(0, 2**40), st.sets(st.integers(0, 2**31), min_size=1), st.text())
def test_postings_are_read_as_they_were_written(part, offsets, word):
    ids = np.array(sorted(offsets), dtype=np.int64) + part
    impacts = bytes(1 + i % 255 for i in range(len(ids)))
    blob = packed(part, word, ids, impacts)
    read_ids, read_impacts = unpacked(part, word, blob)
    np.testing.assert_array_equal(read_ids, ids)
    assert read_impacts.tobytes() == impacts


@given(st.data())
def test_damaged_postings_are_never_read(data):
    blob = bytearray(packed(3, "gas", np.array([3, 5, 9]), b"\x05\x06\x07"))
    at = data.draw(st.integers(0, len(blob) - 1))
    blob[at] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match="damaged"):
        unpacked(3, "gas", bytes(blob))
    for other in ((3, "dust"), (4, "gas")):
        with pytest.raises(ValueError, match="damaged"):
            unpacked(*other, packed(3, "gas", np.array([5, 9]), b"\x05\x06"))


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), max_size=6))
def test_postings_name_each_text_of_a_word_once(texts):
    splitter = Splitter()
    split = splitter.words_of(texts)
    made = splitter.postings_of(texts)
    assert set(made) == {word for words in split for word in words}
    for word, (places, impacts) in made.items():
        assert places.tolist() == [i for i, words in enumerate(split) if word in words]
        assert len(impacts) == len(places)
        assert min(impacts) > 0


def test_words_are_split_as_the_full_text_splits_them():
    split = Splitter().words_of(["Galaxies, H-alpha", "Étoiles σ₈", "", "NGC1068 N-body's"])
    assert split == [("galaxi", "h", "alpha"), ("etoil", "σ₈"), (), ("ngc1068", "n", "bodi", "s")]

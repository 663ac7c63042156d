"""Segment files and exact search, against brute force."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch import vectors
from astrosearch.errors import NotAnIndex
from astrosearch.vectors import SegmentFile, VectorIndex, merge_segments, sha256_of, write_segment


def unit(rng: np.random.Generator, n: int, dimension: int) -> np.ndarray:
    # Coarse values, so that equal scores occur and their order is tested too.
    rows = rng.integers(-2, 3, size=(n, dimension)).astype(np.float32)
    rows[:, 0] += 3
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def written(folder: Path, number: int, ids: np.ndarray, rows: np.ndarray) -> SegmentFile:
    segment = write_segment(folder, number, [(ids, rows)])
    assert segment is not None
    return segment


@settings(max_examples=40, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 30), min_size=1, max_size=4),
    k=st.integers(1, 40),
    seed=st.integers(0, 2**32 - 1),
    dead_share=st.sampled_from([0.0, 0.3, 1.0]),
    among_share=st.sampled_from([None, 0.0, 0.4, 1.0]),
    many_dead=st.sampled_from([0, vectors.MANY_DEAD]),
)
def test_search_equals_brute_force(
    tmp_path_factory: pytest.TempPathFactory,
    sizes: list[int],
    k: int,
    seed: int,
    dead_share: float,
    among_share: float | None,
    many_dead: int,
):
    rng = np.random.default_rng(seed)
    folder = tmp_path_factory.mktemp("segments")
    ids = np.cumsum(rng.integers(1, 5, size=sum(sizes))).astype(np.int64)
    rows = unit(rng, len(ids), 6)
    edges = np.cumsum([0, *sizes])
    files = [
        written(folder, i + 1, ids[a:b], rows[a:b]).file for i, (a, b) in enumerate(pairwise(edges))
    ]
    dead = ids[rng.random(len(ids)) < dead_share]
    among = None if among_share is None else ids[rng.random(len(ids)) < among_share]
    queries = unit(rng, 3, 6)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vectors, "MANY_DEAD", many_dead)
        found_ids, found_scores = VectorIndex(folder, files, 6, dead).search(queries, k, among)

    allowed = ~np.isin(ids, dead) & (True if among is None else np.isin(ids, among))
    scores = queries.astype(np.float64) @ rows.astype(np.float64).T
    for q in range(len(queries)):
        best = np.sort(scores[q][allowed])[::-1][:k]
        got = found_ids[q][found_ids[q] >= 0]
        assert len(got) == len(set(got.tolist())) == len(best)
        assert np.isin(got, ids[allowed]).all()
        np.testing.assert_allclose(found_scores[q][: len(best)], best, atol=1e-5)
        assert np.isnan(found_scores[q][len(best) :]).all()
        np.testing.assert_allclose(scores[q][np.searchsorted(ids, got)], best, atol=1e-5)


def test_merging_keeps_the_living(tmp_path: Path):
    rng = np.random.default_rng(0)
    rows = unit(rng, 10, 4)
    ids = np.arange(1, 11, dtype=np.int64)
    files = [
        written(tmp_path, 1, ids[:5], rows[:5]).file,
        written(tmp_path, 2, ids[5:], rows[5:]).file,
    ]
    merged = merge_segments(tmp_path, 3, files, lambda found: np.isin(found, [2, 9]))
    assert merged is not None
    assert (merged.vectors, merged.first_id, merged.last_id) == (8, 1, 10)
    index = VectorIndex(tmp_path, [merged.file], 4, np.empty(0, np.int64))
    kept = np.array([1, 3, 4, 5, 6, 7, 8, 10])
    np.testing.assert_array_equal(index.vectors(kept), rows[kept - 1])
    with pytest.raises(KeyError):
        index.vectors(np.array([2]))
    assert merge_segments(tmp_path, 4, files, lambda found: found > 0) is None


def test_segment_row_describes_its_file(tmp_path: Path):
    rows = unit(np.random.default_rng(1), 3, 4)
    segment = written(tmp_path / "segments", 7, np.array([4, 5, 9]), rows)
    path = tmp_path / "segments" / segment.file
    assert segment.file == "000007.faiss"
    assert (segment.bytes, segment.sha256) == (path.stat().st_size, sha256_of(path))
    assert (segment.vectors, segment.first_id, segment.last_id) == (3, 4, 9)
    assert [p.name for p in path.parent.iterdir()] == [segment.file]


@pytest.mark.parametrize("damage", ["missing", "truncated", "garbage"])
def test_damaged_segment_is_an_error_not_a_crash(tmp_path: Path, damage: str):
    (tmp_path / "segments").mkdir()
    rows = unit(np.random.default_rng(1), 50, 8)
    segment = written(tmp_path / "segments", 1, np.arange(1, 51), rows)
    path = tmp_path / "segments" / segment.file
    if damage == "missing":
        path.unlink()
    elif damage == "truncated":
        path.write_bytes(path.read_bytes()[:300])
    else:
        path.write_bytes(b"\x00garbage" * 40)
    with pytest.raises(NotAnIndex, match=r"000001\.faiss is missing or damaged"):
        VectorIndex(tmp_path / "segments", [segment.file], 8, np.empty(0, np.int64))

"""Segment files and exact search, against brute force."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.errors import BrokenPackage, MissingExtra, NotAnIndex
from astrosearch.files import sha256_of
from astrosearch.store.vectors import (
    Codes,
    Kind,
    Segment,
    SegmentFile,
    Tuning,
    VectorIndex,
    coded_ids,
    gpu,
    merge_segments,
    write_codes,
    write_segment,
)
from astrosearch.store.vectors import search as searching
from astrosearch.store.vectors.library import faiss


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
    many_dead=st.sampled_from([0, searching.MANY_DEAD]),
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
        patch.setattr(searching, "MANY_DEAD", many_dead)
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
    merged = merge_segments(
        tmp_path, 3, [(f, None) for f in files], lambda found: np.isin(found, [2, 9])
    )
    assert merged is not None
    assert (merged.vectors, merged.first_id, merged.last_id) == (8, 1, 10)
    index = VectorIndex(tmp_path, [merged.file], 4, np.empty(0, np.int64))
    kept = np.array([1, 3, 4, 5, 6, 7, 8, 10])
    np.testing.assert_array_equal(index.vectors(kept), rows[kept - 1])
    with pytest.raises(KeyError):
        index.vectors(np.array([2]))
    assert merge_segments(tmp_path, 4, [(f, None) for f in files], lambda found: found > 0) is None


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


@pytest.mark.parametrize("kind", ["flat", "half"])
def test_a_segment_gives_back_its_vectors(tmp_path: Path, kind: Kind):
    rng = np.random.default_rng(3)
    ids, rows = np.array([2, 3, 9, 11]), unit(rng, 4, 6)
    segment = write_segment(tmp_path, 1, [(ids, rows)], kind)
    assert segment is not None
    assert segment.kind == kind
    opened = Segment(tmp_path / segment.file)
    np.testing.assert_allclose(opened.vectors, rows, atol={"flat": 0, "half": 1e-3}[kind])
    np.testing.assert_array_equal(opened.places(np.array([9, 4, 2, 1, 99])), [2, -1, 0, -1, -1])
    again = merge_segments(
        tmp_path, 2, [(segment.file, segment.sums)], lambda found: found == 3, kind
    )
    assert again is not None
    np.testing.assert_array_equal(Segment(tmp_path / again.file).vectors, opened.vectors[[0, 2, 3]])


COUNT, DIMENSION = 3000, 16


@pytest.fixture(scope="module")
def coded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], str, Tuning]:
    """Three segments, two of them under codes."""
    folder = tmp_path_factory.mktemp("coded") / "segments"
    rows, ids = coded_rows(), coded_ids_given()
    files = [
        written(folder, i + 1, ids[a:b], rows[a:b]).file
        for i, (a, b) in enumerate(pairwise([0, 1000, 2000, COUNT]))
    ]
    told: list[tuple[str, float]] = []
    segments = [Segment(folder / file) for file in files[:2]]
    file, tuning = write_codes(
        folder, 9, segments, 0.95, lambda step, done: told.append((step, done)), "these"
    )
    assert {step for step, _ in told} == {"training on the CPU", "coding", "measuring", "tuning"}
    assert all(0 <= done <= 1 for _, done in told)
    assert (file.kind, file.vectors, file.first_id, file.last_id) == ("codes", 2000, 2, 4000)
    return folder, files, file.file, tuning


def coded_ids_given() -> np.ndarray:
    return np.arange(1, COUNT + 1) * 2


def coded_rows() -> np.ndarray:
    rows = np.random.default_rng(5).standard_normal((COUNT, DIMENSION)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def test_codes_are_tuned_to_the_recall_asked_for(coded: tuple[Path, list[str], str, Tuning]):
    folder, _, file, tuning = coded
    assert 0.9 <= tuning.recall <= 1
    assert tuning.asked == 0.95
    np.testing.assert_array_equal(np.sort(coded_ids(folder / file)), coded_ids_given()[:2000])
    assert Codes(folder / file, tuning).vectors == 2000


@settings(max_examples=40, deadline=None)
@given(
    k=st.sampled_from([1, 10, 70]),
    seed=st.integers(0, 2**32 - 1),
    dead_share=st.sampled_from([0.0, 0.02, 0.5]),
    among_share=st.sampled_from([None, 0.0, 0.002, 0.1, 0.5, 1.0]),
    slow=st.booleans(),
)
def test_search_through_codes(
    coded: tuple[Path, list[str], str, Tuning],
    k: int,
    seed: int,
    dead_share: float,
    among_share: float | None,
    slow: bool,
):
    """Always `k` where there are `k`, true scores in order, and nearly the nearest."""
    folder, files, file, tuning = coded
    rng = np.random.default_rng(seed)
    ids, rows = coded_ids_given(), coded_rows()
    dead = ids[rng.random(COUNT) < dead_share]
    among = None if among_share is None else ids[rng.random(COUNT) < among_share]
    queries = rows[rng.choice(COUNT, 8, replace=False)]
    with pytest.MonkeyPatch.context() as patch:
        if slow:  # so that a small filter goes through the codes too
            patch.setattr(searching, "seconds_exact", lambda rows, dimension: 1e9)
        index = VectorIndex(folder, files, DIMENSION, dead, (file, tuning, 4000))
        found, scores = index.search(queries, k, among)

    allowed = ~np.isin(ids, dead) & (True if among is None else np.isin(ids, among))
    true = np.where(allowed, queries @ rows.T, -np.inf)
    recalls = []
    for q in range(len(queries)):
        got = found[q][found[q] >= 0]
        assert len(got) == len(set(got.tolist())) == min(k, allowed.sum())
        assert np.isin(got, ids[allowed]).all()
        np.testing.assert_allclose(scores[q][: len(got)], true[q][got // 2 - 1], atol=1e-5)
        assert (np.diff(scores[q][: len(got)]) <= 0).all()
        assert np.isnan(scores[q][len(got) :]).all()
        best = ids[np.argsort(-true[q], kind="stable")[: len(got)]]
        recalls += [np.isin(best, got).mean()] if len(got) else []
    assert np.mean(recalls or [1.0]) >= 0.85


def test_a_small_filter_is_exact(coded: tuple[Path, list[str], str, Tuning]):
    folder, files, file, tuning = coded
    ids, rows = coded_ids_given(), coded_rows()
    among = ids[5:2500:97]
    none = np.empty(0, np.int64)
    index = VectorIndex(folder, files, DIMENSION, none, (file, tuning, 4000))
    exact = VectorIndex(folder, files, DIMENSION, none)
    found, scores = index.search(rows[:20], 10, among)
    expected, expected_scores = exact.search(rows[:20], 10, among)
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-6)


def test_codes_lost_or_damaged_are_an_error(
    coded: tuple[Path, list[str], str, Tuning], tmp_path: Path
):
    folder, files, file, tuning = coded
    (tmp_path / file).write_bytes((folder / file).read_bytes()[:500])
    with pytest.raises(NotAnIndex, match="missing or damaged"):
        Codes(tmp_path / file, tuning)
    with pytest.raises(NotAnIndex, match="missing or damaged"):
        VectorIndex(folder, files, DIMENSION, np.empty(0, np.int64), ("no.faiss", tuning, 4000))


class FakeGpu:
    """FAISS as built for a GPU, in what is asked of it; the work is done on the CPU."""

    def __init__(self, library: Any) -> None:
        self._library = library
        self.used: list[str] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)

    def get_num_gpus(self) -> int:
        return 1

    def StandardGpuResources(self) -> object:
        return object()

    def index_cpu_to_all_gpus(self, index: Any) -> Any:
        self.used.append("index")
        return self._library.clone_index(index)

    def knn_gpu(self, resources: object, queries: Any, vectors: Any, k: int, metric: int) -> Any:
        self.used.append("knn")
        assert vectors.flags.c_contiguous
        return self._library.knn(queries, vectors, k, metric)


@pytest.fixture
def fake_gpu(monkeypatch: pytest.MonkeyPatch) -> FakeGpu:
    fake = FakeGpu(faiss())
    monkeypatch.setattr(gpu, "faiss", lambda: fake)
    return fake


def test_a_gpu_trains_assigns_and_gives_the_same_codes(
    coded: tuple[Path, list[str], str, Tuning], fake_gpu: FakeGpu, tmp_path: Path
):
    folder, files, file, tuning = coded
    told: list[str] = []
    segments = [Segment(folder / name) for name in files[:2]]
    made, made_tuning = write_codes(
        tmp_path / "segments", 9, segments, 0.95, lambda step, done: told.append(step), "these"
    )
    assert "training on the GPU" in told
    assert {"index", "knn"} <= set(fake_gpu.used)
    assert made_tuning == tuning
    np.testing.assert_array_equal(
        np.sort(coded_ids(tmp_path / "segments" / made.file)), np.sort(coded_ids(folder / file))
    )


def test_a_gpu_answers_large_batches_exactly(
    coded: tuple[Path, list[str], str, Tuning], fake_gpu: FakeGpu
):
    folder, files, file, tuning = coded
    ids, rows = coded_ids_given(), coded_rows()
    dead = ids[::3]
    queries = rows[np.arange(1000) % 500]
    index = VectorIndex(folder, files, DIMENSION, dead, (file, tuning, 4000))
    exact = VectorIndex(folder, files, DIMENSION, dead)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching, "gpus", lambda: 0)
        expected, expected_scores = exact.search(queries, 10)
        assert fake_gpu.used == []
    found, scores = index.search(queries, 10)
    assert fake_gpu.used
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)


def test_without_a_gpu_the_cpu_does_the_same_and_says_so():
    assert gpu.gpus() == 0
    assert gpu.where() == "CPU"
    rows = coded_rows()[:50]
    scores, found = gpu.nearest(rows[:5], rows.astype(np.float16), 3)
    assert (found[:, 0] == np.arange(5)).all()
    assert scores.dtype == np.float32


@pytest.mark.parametrize(
    ("installed", "code", "said"),
    [
        (["faiss-cpu", "faiss-gpu"], "raise AttributeError('mixed')", "overwrite each other"),
        (["faiss-gpu"], "raise ImportError('no libcudart')", "(no libcudart), though there is"),
        (["faiss-cpu"], "", "IndexFlatIP"),
        ([], "raise ModuleNotFoundError", "isn't installed"),
    ],
)
def test_a_faiss_that_is_not_whole_is_told_from_a_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: list[str], code: str, said: str
):
    (tmp_path / "faiss.py").write_text(code)
    for name in installed:
        metadata = tmp_path / f"{name.replace('-', '_')}-1.0.dist-info" / "METADATA"
        metadata.parent.mkdir()
        metadata.write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    monkeypatch.setitem(sys.modules, "faiss", sys)  # what is there now comes back at the end
    del sys.modules["faiss"]
    with pytest.raises(BrokenPackage if installed else MissingExtra) as error:
        faiss()
    assert said in str(error.value)
    assert (f"pip uninstall {' '.join(installed)}" in str(error.value)) == bool(installed)
    assert str(error.value).endswith("Install it: pip install 'astrosearch[cpu]'")

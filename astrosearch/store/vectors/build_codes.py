"""Making codes: the lists and the quantizer, every vector's code, and how wide to search.

A run that is interrupted leaves what it made beside the segments, for the next one.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.files import PARTIAL, discard, put_in_place, sha256_of
from astrosearch.store.vectors.codes import CODES, K, Tuning, seconds_coded
from astrosearch.store.vectors.gpu import assigning, clustering_index, nearest, where
from astrosearch.store.vectors.library import faiss
from astrosearch.store.vectors.rankings import merge_rankings
from astrosearch.store.vectors.segments import (
    Segment,
    SegmentFile,
    write_faiss,
    write_index,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PER_LIST = 64  # vectors a list that k-means sees
SHARES = (0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.16, 0.24, 0.32, 0.48, 0.64, 1.0)  # of the lists
CANDIDATES = (200, 400, 800)  # for K neighbours; fewer save little, and lose where many are alike
QUERIES = 1024  # half of them choose, half measure what was chosen
MARGIN = 0.003  # asked for on top, since the choice is made on few

KEPT_EVERY = 60.0  # seconds of coding that an interruption can cost
KEPT_SHARE = 20  # times as long as keeping takes, at the least

Tell = Callable[[str, float], None]


def write_codes(
    folder: Path, number: int, segments: Sequence[Segment], asked: float, tell: Tell, key: str
) -> tuple[SegmentFile, Tuning]:
    """Make codes of all vectors of some segments, and choose how wide to search them.

    Parameters
    ----------
    asked : float
        The recall of the K nearest that a search should have.
    tell : callable
        Told a step's name and how much of it is done, from 0 to 1.
    key : str
        Identifies the segments: what an interrupted call with the same key made is used.
    """
    partial_codes = PartialCodes(folder, key)
    index = partial_codes.read()
    if index is None:
        index = train(segments, tell)
        partial_codes.keep(index)
    add(index, segments, tell, partial_codes.keep)
    tuning = tune(index, segments, asked, tell)
    made = write_index(folder, number, index, _ids(segments), CODES)
    partial_codes.clear()
    return made, tuning


class PartialCodes:
    """Unfinished codes, kept in a file beside the segments for the run that goes on with them.

    The file's name holds the key of the segments and the file's own checksum; a file that doesn't
    match its checksum is ignored.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.folder, self.key = folder, key

    def read(self) -> Any:
        """Return the index as it was last kept; None where there is none."""
        for path in self.folder.glob(f"{self.key}-*.begun"):
            if path.stem.partition("-")[2] == sha256_of(path):
                with contextlib.suppress(RuntimeError):
                    return faiss().read_index(str(path))
        return None

    def keep(self, index: Any) -> None:
        """Keep the index as it is, in place of what was kept before."""
        partial = self.folder / f"{self.key}{PARTIAL}"
        try:
            write_faiss(index, partial)
            kept = self.folder / f"{self.key}-{sha256_of(partial)}.begun"
            put_in_place(partial, kept, durable=True)
        except BaseException:
            discard(partial)
            raise
        self.clear(but=kept)

    def clear(self, but: Path | None = None) -> None:
        """Forget what was kept, of other segments too."""
        for path in self.folder.glob("*.begun"):
            if path != but:
                path.unlink()


def train(segments: Sequence[Segment], tell: Tell) -> Any:
    """Find the lists and the quantizer from a sample."""
    library = faiss()
    n, dimension = sum(len(s.ids) for s in segments), segments[0].vectors.shape[1]
    lists = 2 ** round(math.log2(2 * math.sqrt(n)))
    parts = dimension // 2 if dimension % 2 == 0 else dimension
    index = library.index_factory(
        dimension, f"IVF{lists},PQ{parts}x4fs", library.METRIC_INNER_PRODUCT
    )
    index.cp.max_points_per_centroid = PER_LIST
    index.cp.min_points_per_centroid = index.pq.cp.min_points_per_centroid = 1  # no warning
    index.clustering_index = clustering_index(dimension)
    training = f"training on the {where()}"
    tell(training, 0.0)
    index.train(_sample(segments, min(n, PER_LIST * lists)))
    index.clustering_index = None
    tell(training, 1.0)
    return index


def add(index: Any, segments: Sequence[Segment], tell: Tell, keep: Callable[[Any], None]) -> None:
    """Put the code of every vector that isn't in the index yet into its list."""
    n = sum(len(s.ids) for s in segments)
    chunks = _chunks(segments, int(index.ntotal))
    patience = KEPT_EVERY
    while index.ntotal < n:
        started = time.monotonic()
        with assigning(index):
            for ids, vectors in chunks:
                index.add_with_ids(vectors, ids)
                tell("coding", index.ntotal / n)
                if time.monotonic() - started > patience:
                    break
        if index.ntotal < n:
            started = time.monotonic()
            keep(index)
            patience = max(KEPT_EVERY, KEPT_SHARE * (time.monotonic() - started))


def tune(index: Any, segments: Sequence[Segment], asked: float, tell: Tell) -> Tuning:
    """Choose the cheapest search that finds the share asked for; measure it on other queries."""
    queries, neighbours = _queries(segments, tell)
    half = len(queries) // 4  # of each kind
    chosen: Tuning | None = None
    cheapest = math.inf
    widest = max(CANDIDATES)
    for step, share in enumerate(SHARES):
        probes = max(1, round(share * index.nlist))
        found = _ranks(index, queries, neighbours, probes, widest)
        tell("tuning", (step + 1) / len(SHARES))
        for candidates in CANDIDATES:
            recall = (found < candidates).mean(axis=1).reshape(2, -1)  # of each query of a kind
            cost = seconds_coded(index, probes, candidates)
            good = _lower(recall[:, :half]) >= min(1.0, asked + MARGIN)
            if good and cost < cheapest:
                chosen = Tuning(probes, candidates, _lower(recall[:, half:]), asked)
                cheapest = cost
    if chosen is None:
        chosen = Tuning(index.nlist, widest, _lower(recall[:, half:]), asked)
    return chosen


def _lower(recall: NDArray[np.float64]) -> float:
    """Return the mean recall of the kind of query that has the lower one."""
    return round(float(recall.mean(axis=1).min()), 4)


def _ranks(
    index: Any,
    queries: NDArray[np.float32],
    neighbours: NDArray[np.int64],
    probes: int,
    widest: int,
) -> NDArray[np.int64]:
    """Return the rank [n, K] at which a search finds each neighbour; `widest` where it doesn't."""
    import numpy as np

    parameters = faiss().SearchParametersIVF(nprobe=probes)
    _, ids = index.search(queries, min(widest, index.ntotal), params=parameters)
    same = ids[:, :, None] == neighbours[:, None, :]
    return np.where(same.any(axis=1), same.argmax(axis=1), widest)


def _queries(
    segments: Sequence[Segment], tell: Tell
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Make test queries, and find the K nearest neighbours of each by brute force.

    The first half are sentences, which are no neighbours of themselves. The others lie midway
    between two sentences, as far from any as a question that no sentence says; on real sentences
    they are harder to answer.
    """
    import numpy as np

    ids = _ids(segments)
    count = min(QUERIES // 2, len(ids) // 3)
    drawn = np.sort(np.random.default_rng(1).choice(ids, 3 * count, replace=False))
    sentences = np.vstack([_vectors_of(segment, drawn) for segment in segments]).astype(np.float32)
    order = np.random.default_rng(2).permutation(len(drawn))
    drawn, sentences = drawn[order], sentences[order]
    midway = sentences[count : 2 * count] + sentences[2 * count :]
    midway /= np.linalg.norm(midway, axis=1, keepdims=True).clip(1e-6)
    queries = np.vstack([sentences[:count], midway])
    nearest_ids, nearest_scores = merge_rankings([], len(queries), K + 1)
    done = 0
    for part, vectors in _chunks(segments):
        scores, rows = nearest(queries, vectors, min(K + 1, len(part)))
        nearest_ids, nearest_scores = merge_rankings(
            [(nearest_ids, nearest_scores), (part[rows], scores)], len(queries), K + 1
        )
        done += len(part)
        tell("measuring", done / len(ids))
    others = nearest_ids != np.append(drawn[:count], np.full(count, -1))[:, None]
    others[others.all(axis=1), -1] = False  # none to leave out, or an equal one took its place
    return queries, nearest_ids[others].reshape(len(queries), K)


def _vectors_of(segment: Segment, ids: NDArray[np.int64]) -> NDArray[Any]:
    rows = segment.places(ids)
    return segment.take(rows[rows >= 0])


def _ids(segments: Sequence[Segment]) -> NDArray[np.int64]:
    import numpy as np

    return np.concatenate([segment.ids for segment in segments])


def _sample(segments: Sequence[Segment], count: int) -> NDArray[np.float32]:
    import numpy as np

    ids = np.random.default_rng(0).choice(_ids(segments), count, replace=False)
    ids.sort()
    return np.vstack([_vectors_of(segment, ids) for segment in segments]).astype(np.float32)


def _chunks(
    segments: Sequence[Segment], after: int = 0
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Yield ids and vectors of all segments in chunks, leaving out the first `after` vectors."""
    for segment in segments:
        yield from segment.chunks(min(after, len(segment.ids)))
        after = max(0, after - len(segment.ids))

"""Compressed codes of an index's vectors, that choose what the vectors themselves then rank.

An inverted file (Jegou et al. 2011, https://doi.org/10.1109/TPAMI.2010.57) holds two bits a
dimension, product-quantized in the fast-scan layout (Andre et al. 2015,
https://doi.org/10.14778/2856318.2856324). It is read into memory; the vectors stay on the disk.
How wide it searches is chosen when it is made, from its own vectors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.vectors.gpu import assigning, clustering_index, nearest, where
from astrosearch.vectors.library import faiss
from astrosearch.vectors.rankings import best_of
from astrosearch.vectors.segments import Segment, SegmentFile, damaged, written

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODES = "codes"
EXACT_UP_TO = 100_000  # vectors; an exact search of so many takes about 6 ms on one thread
K = 10  # neighbours that recall is measured on

PER_LIST = 64  # vectors a list that k-means sees
SHARES = (0.01, 0.02, 0.04, 0.06, 0.08, 0.12, 0.16, 0.24, 0.32, 0.48, 0.64, 1.0)  # of the lists
CANDIDATES = (20, 30, 50, 80, 120, 200, 400)  # for K neighbours
QUERIES = 1024  # half of them choose, half measure what was chosen
MARGIN = 0.003  # asked for on top, since the choice is made on few

# Seconds, one thread of an AMD EPYC: a full scan of 200,000 codes of 96 bytes takes 1.05 ms.
PER_CODE = 5.5e-11  # a byte of it
PER_ROW = 1.2e-9  # a dimension of a vector gathered and multiplied

CHUNK = 16_384  # vectors handled at once

Tell = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Tuning:
    """How wide codes are searched, and what that gives."""

    probes: int  # lists looked into
    candidates: int  # ranked by their vectors, for K neighbours
    recall: float  # of the K nearest, measured
    asked: float


class Codes:
    """An open file of codes, in memory."""

    def __init__(self, path: Path, tuning: Tuning) -> None:
        library = faiss()
        try:
            self.index = library.read_index(str(path))
            self.lists, self.vectors = int(self.index.nlist), int(self.index.ntotal)
        except (RuntimeError, AttributeError) as error:
            raise damaged(path) from error
        self.tuning = tuning

    def candidates(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        among: NDArray[np.int64] | None = None,
        without: NDArray[np.int64] | None = None,
        all_lists: bool = False,
    ) -> NDArray[np.int64]:
        """Return ids int64 [n, c], c >= k, that hold the nearest `k`; -1 where there are fewer.

        `among` are the only ids wanted, `without` those that are not.
        """
        library = faiss()
        share, selector = 1.0, None
        if among is not None:
            share, selector = len(among) / self.vectors, _only(among)
        elif without is not None and len(without):
            selector = library.IDSelectorNot(library.IDSelectorBatch(without))
        probes = self.lists if all_lists else self._probes(k, share)
        parameters = library.SearchParametersIVF(nprobe=probes, sel=selector)
        found: tuple[Any, NDArray[np.int64]] = self.index.search(
            queries, self._candidates(k), params=parameters
        )
        return found[1]

    def seconds(self, k: int, share: float) -> float:
        """Estimate a query's time, when a share of the ids is wanted."""
        return seconds_coded(self.index, self._probes(k, share), self._candidates(k))

    def _candidates(self, k: int) -> int:
        return min(self.vectors, math.ceil(self.tuning.candidates * max(k, K) / K))

    def _probes(self, k: int, share: float) -> int:
        # Fewer wanted lie farther off. At share 0.5 a query's ten nearest are its twenty nearest.
        enough = 4 * self._candidates(k) / max(share, 1e-9) / self.vectors * self.lists
        wider = self.tuning.probes / math.sqrt(max(share, 1e-9))
        return min(self.lists, math.ceil(max(wider, enough)))


def seconds_coded(index: Any, probes: int, candidates: int) -> float:
    """Estimate the time to scan so many lists and rank the candidates, for one query."""
    scanned = probes / int(index.nlist) * int(index.ntotal) * int(index.code_size)
    return scanned * PER_CODE + seconds_exact(candidates, int(index.d))


def seconds_exact(rows: int, dimension: int) -> float:
    """Estimate the time to rank so many vectors by themselves, for one query."""
    return rows * dimension * PER_ROW


def _only(ids: NDArray[np.int64]) -> Any:
    import numpy as np

    library = faiss()
    wanted = np.zeros(int(ids.max(initial=0)) + 1, dtype=bool)
    wanted[ids] = True
    bits = np.packbits(wanted, bitorder="little")
    selector = library.IDSelectorBitmap(len(bits), library.swig_ptr(bits))
    selector.bits = bits  # it only points to them
    return selector


def coded_ids(path: Path) -> NDArray[np.int64]:
    """Return the ids int64 [n] in a file of codes, in no order."""
    import numpy as np

    library = faiss()
    index = Codes(path, Tuning(1, K, 0.0, 0.0)).index
    lists, parts = index.invlists, [np.empty(0, dtype=np.int64)]
    for number in range(index.nlist):
        size = lists.list_size(number)
        if size:
            parts.append(library.rev_swig_ptr(lists.get_ids(number), size).copy())
    return np.concatenate(parts)


def write_codes(
    folder: Path, number: int, segments: Sequence[Segment], asked: float, tell: Tell
) -> tuple[SegmentFile, Tuning]:
    """Make codes of all vectors of some segments, and choose how wide to search them.

    Parameters
    ----------
    asked : float
        The recall of the K nearest that a search should have.
    tell : callable
        Told a step's name and how much of it is done, from 0 to 1.
    """
    index = train(segments, tell)
    add(index, segments, tell)
    tuning = tune(index, segments, asked, tell)
    ids = _ids(segments)
    return written(folder, number, index, ids, CODES), tuning


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


def add(index: Any, segments: Sequence[Segment], tell: Tell) -> None:
    """Put every vector's code into its list."""
    n, done = sum(len(s.ids) for s in segments), 0
    with assigning(index):
        for ids, vectors in _chunks(segments):
            index.add_with_ids(vectors, ids)
            done += len(ids)
            tell("coding", done / n)


def tune(index: Any, segments: Sequence[Segment], asked: float, tell: Tell) -> Tuning:
    """Choose the cheapest search that finds the share asked for, and measure it on others."""
    queries, best = _asked(segments, tell)
    half = len(queries) // 2
    chosen: Tuning | None = None
    cheapest = math.inf
    widest = max(CANDIDATES)
    for step, share in enumerate(SHARES):
        probes = max(1, round(share * index.nlist))
        found = _found(index, queries, best, probes, widest)
        tell("tuning", (step + 1) / len(SHARES))
        for candidates in CANDIDATES:
            recall = (found < candidates).mean(axis=1)  # of each query
            cost = seconds_coded(index, probes, candidates)
            good = recall[:half].mean() >= min(1.0, asked + MARGIN)
            if good and cost < cheapest:
                chosen = Tuning(probes, candidates, round(float(recall[half:].mean()), 4), asked)
                cheapest = cost
    if chosen is None:
        recall = (found < widest).mean(axis=1)
        chosen = Tuning(index.nlist, widest, round(float(recall[half:].mean()), 4), asked)
    return chosen


def _found(
    index: Any,
    queries: NDArray[np.float32],
    best: NDArray[np.int64],
    probes: int,
    widest: int,
) -> NDArray[np.int64]:
    """Return the rank [n, K] at which a search meets each of the nearest, at most `widest`."""
    import numpy as np

    parameters = faiss().SearchParametersIVF(nprobe=probes)
    _, ids = index.search(queries, min(widest, index.ntotal), params=parameters)
    same = ids[:, :, None] == best[:, None, :]
    return np.where(same.any(axis=1), same.argmax(axis=1), widest)


def _asked(
    segments: Sequence[Segment], tell: Tell
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Draw vectors to ask with, and find by brute force the K nearest of each, itself left out."""
    import numpy as np

    ids = _ids(segments)
    drawn = np.sort(np.random.default_rng(1).choice(ids, min(QUERIES, len(ids)), replace=False))
    queries = np.vstack([_of(segment, drawn) for segment in segments]).astype(np.float32)
    order = np.random.default_rng(2).permutation(len(drawn))
    drawn, queries = drawn[order], queries[order]
    best_ids, best = best_of([], len(drawn), K + 1)
    done = 0
    for part, vectors in _chunks(segments):
        scores, rows = nearest(queries, vectors, min(K + 1, len(part)))
        best_ids, best = best_of([(best_ids, best), (part[rows], scores)], len(drawn), K + 1)
        done += len(part)
        tell("measuring", done / len(ids))
    others = best_ids != drawn[:, None]
    others[others.all(axis=1), -1] = False  # an equal sentence took its own place
    return queries, best_ids[others].reshape(len(drawn), K)


def _of(segment: Segment, ids: NDArray[np.int64]) -> NDArray[Any]:
    rows = segment.places(ids)
    return segment.vectors[rows[rows >= 0]]


def _ids(segments: Sequence[Segment]) -> NDArray[np.int64]:
    import numpy as np

    return np.concatenate([segment.ids for segment in segments])


def _sample(segments: Sequence[Segment], count: int) -> NDArray[np.float32]:
    import numpy as np

    ids = np.random.default_rng(0).choice(_ids(segments), count, replace=False)
    ids.sort()
    return np.vstack([_of(segment, ids) for segment in segments]).astype(np.float32)


def _chunks(
    segments: Sequence[Segment],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    import numpy as np

    for segment in segments:
        for start in range(0, len(segment.ids), CHUNK):
            part = slice(start, start + CHUNK)
            yield segment.ids[part], segment.vectors[part].astype(np.float32)

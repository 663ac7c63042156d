"""All live segments of an index, searched as one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from astrosearch.files import allow_files
from astrosearch.store.vectors.codes import Codes, Tuning, seconds_exact
from astrosearch.store.vectors.gpu import gpus, nearest
from astrosearch.store.vectors.opened import OpenFiles
from astrosearch.store.vectors.rankings import merge_rankings
from astrosearch.store.vectors.segments import CHUNK, Segment, damage_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Up to here it is cheaper to find the dead too and drop them than to select the living.
MANY_DEAD = 256

NO_SUMS: Mapping[str, bytes | None] = MappingProxyType({})
NO_DIGESTS: Mapping[str, str] = MappingProxyType({})

EDGE = 8  # vectors looked for besides those asked for
MOST_EQUAL = 4096  # vectors looked for where those at the edge are equal

SPARE_FILES = 64  # that a process may have open besides an index's segments

GPU_DEPTH = 2048  # the most neighbours that FAISS finds on a GPU
GPU_QUERIES = 1000  # in one batch, from which a GPU searches all vectors, where there is one
RANKED_BYTES = 64 * 2**20  # of vectors gathered at once


class VectorIndex:
    """All live segments of an index, searched as one.

    Parameters
    ----------
    folder : Path
    files : sequence of str
        The segments, ascending in ids.
    dimension : int
    dead : int64 [n]
        Ids whose sentences are gone: never returned.
    codes : (str, Tuning, int), optional
        The file of codes, how to search it, and the last id it covers.
    sums : mapping of str to bytes, optional
        The manifest's checksums of the files.
    digests : mapping of str to str, optional
        Their sha256.
    opened : OpenFiles, optional
        What another state of the index has open: files of the same name and sha256 stay open.

    Raises
    ------
    NotAnIndex
        When a file is missing or damaged.
    """

    def __init__(
        self,
        folder: Path,
        files: Sequence[str],
        dimension: int,
        dead: NDArray[np.int64],
        codes: tuple[str, Tuning, int] | None = None,
        sums: Mapping[str, bytes | None] = NO_SUMS,
        digests: Mapping[str, str] = NO_DIGESTS,
        opened: OpenFiles | None = None,
    ) -> None:
        import numpy as np

        self.dimension, self.dead = dimension, dead
        opened = OpenFiles() if opened is None else opened
        live = [(file, digests.get(file, "")) for file in files]
        allow_files(len(live) + SPARE_FILES)
        self.segments = [
            opened.segment(folder / file, digest, sums.get(file)) for file, digest in live
        ]
        for segment in self.segments:
            if segment.vectors.shape[1] != dimension:
                raise damage_error(segment.path)
        self._starts = np.array([segment.ids[0] for segment in self.segments], dtype=np.int64)
        self.codes, self._coded_up_to = None, -1
        if codes is not None:
            file, tuning, self._coded_up_to = codes
            live.append((file, digests.get(file, "")))
            self.codes = opened.codes(folder / file, live[-1][1], sums.get(file), tuning)
            if self.codes.index.d != dimension:
                raise damage_error(folder / file)
        opened.keep(live)

    def search(
        self,
        queries: NDArray[np.float32],
        k: int,
        among: NDArray[np.int64] | None = None,
        sure: int | None = None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the nearest vectors: exactly, except among those that codes cover.

        Parameters
        ----------
        queries : float32 [n, dim], of unit length
        k : int
        among : int64 [m], optional
            The only ids that may be returned.
        sure : int, optional
            So many are found with the recall that codes are tuned to; else `k`.

        Returns
        -------
        ids : int64 [n, k]
            Best first, equal scores by smaller id; -1 where there are fewer than `k`.
        scores : float32 [n, k]
            Cosines; NaN beside -1.
        """
        import numpy as np

        if among is not None:
            among = _without(_ascending(among), self.dead)
        sure = sure or k
        depth = k + EDGE
        found = self._found(queries, depth, among, sure)
        ids, scores = found[0][:, :k].copy(), found[1][:, :k].copy()
        rows = np.arange(len(queries))
        # FAISS leaves open which of equal vectors it gives where they are at the edge.
        while k and depth < MOST_EQUAL:
            last = found[1][:, -1]
            equal = np.isfinite(last) & (found[1][:, k - 1] == last)
            if not equal.any():
                break
            rows, depth = rows[equal], 4 * depth
            found = self._found(queries[rows], depth, among, sure)
            ids[rows], scores[rows] = found[0][:, :k], found[1][:, :k]
        scores[ids < 0] = np.nan
        return ids, scores

    def _found(
        self,
        queries: NDArray[np.float32],
        k: int,
        among: NDArray[np.int64] | None,
        sure: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Find the nearest vectors, [n, k]; -1 and -inf where there are fewer."""
        if among is None and len(queries) >= GPU_QUERIES and k <= GPU_DEPTH and gpus():
            found = [self._by_brute_force(segment, queries, k) for segment in self.segments]
        else:
            found = [
                self._search_segment(segment, queries, k, among)
                for segment in self.segments
                if segment.ids[0] > self._coded_up_to
            ]
            if self.codes is not None:
                found.append(self._search_codes(self.codes, queries, k, among, sure))
        return merge_rankings(found, len(queries), k)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the stored vectors [n, dim] of `ids`; KeyError if one isn't there."""
        vectors, present = self._gather(ids)
        if not present.all():
            raise KeyError(int(ids[~present][0]))
        return vectors

    def check(self, ids: NDArray[np.int64]) -> None:
        """Raise NotAnIndex where the vector of an id isn't what was written."""
        for segment, _, rows in self._rows_by_segment(ids):
            if not segment.sound(rows):
                raise damage_error(segment.path)

    def _search_segment(
        self,
        segment: Segment,
        queries: NDArray[np.float32],
        k: int,
        among: NDArray[np.int64] | None,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        import numpy as np

        first, last = int(segment.ids[0]), int(segment.ids[-1])
        lost = _within(self.dead, first, last)
        if among is not None:
            among, lost = _within(among, first, last), lost[:0]
        elif len(lost) > MANY_DEAD:
            among = _without(segment.ids, lost)
        if among is not None and not len(among):
            return merge_rankings([], len(queries), 0)
        ids, scores = segment.search(queries, k + (len(lost) if among is None else 0), among)
        gone = (ids < 0) | np.isin(ids, lost)
        return np.where(gone, -1, ids), np.where(gone, -np.inf, scores).astype(np.float32)

    def _by_brute_force(
        self, segment: Segment, queries: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        import numpy as np

        lost = _within(self.dead, int(segment.ids[0]), int(segment.ids[-1]))
        living = ~np.isin(segment.ids, lost)
        if not living.any():
            return merge_rankings([], len(queries), 0)
        vectors = segment.vectors[living] if len(lost) else segment.vectors
        scores, rows = nearest(queries, vectors, min(k, len(vectors)))
        return segment.ids[living][rows], scores

    def _search_codes(
        self,
        codes: Codes,
        queries: NDArray[np.float32],
        k: int,
        among: NDArray[np.int64] | None,
        sure: int,
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:

        dead = _within(self.dead, 0, self._coded_up_to)
        wanted = None
        if among is not None:
            wanted = _within(among, 0, self._coded_up_to)
            share = len(wanted) / codes.vectors
            if seconds_exact(len(wanted), self.dimension) <= codes.seconds(sure, share):
                return self._rank(queries, wanted, k)
        more = 0 if len(dead) > MANY_DEAD else len(dead)
        without = dead if more == 0 else None
        least = k + more
        ids = codes.candidates(queries, sure + more, among=wanted, without=without, least=least)
        found, scores = self._rank_each(queries, ids, k)
        # Where a query's lists held too few, all lists are asked, then the vectors themselves.
        available = codes.vectors - len(dead) if wanted is None else len(wanted)
        short = (found >= 0).sum(axis=1) < min(k, available)
        if short.any():
            ids = codes.candidates(
                queries[short],
                sure + more,
                among=wanted,
                without=without,
                all_lists=True,
                least=least,
            )
            found[short], scores[short] = self._rank_each(queries[short], ids, k)
            short = (found >= 0).sum(axis=1) < min(k, available)
        if short.any():
            if wanted is None:
                wanted = _without(self._coded_ids(), dead)
            found[short], scores[short] = self._rank(queries[short], wanted, k)
        return found, scores

    def _coded_ids(self) -> NDArray[np.int64]:
        import numpy as np

        coded = [segment.ids for segment in self.segments if segment.ids[0] <= self._coded_up_to]
        return np.concatenate([np.empty(0, dtype=np.int64), *coded])  # all may be replaced since

    def _rank(
        self, queries: NDArray[np.float32], ids: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rank the same ids for every query."""
        import numpy as np

        ranking = merge_rankings([], len(queries), k)
        for start in range(0, len(ids), CHUNK):
            part = ids[start : start + CHUNK]
            vectors, present = self._gather(part)
            scores = queries @ vectors.T
            scores[:, ~present] = -np.inf
            repeated = np.broadcast_to(part, scores.shape)
            ranking = merge_rankings(
                [ranking, _largest(np.where(present, repeated, -1), scores, k)], len(queries), k
            )
        return ranking

    def _rank_each(
        self, queries: NDArray[np.float32], ids: NDArray[np.int64], k: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Rank each query's own ids [n, c]."""
        import numpy as np

        found = [merge_rankings([], 0, k)]
        step = max(1, RANKED_BYTES // (ids.shape[1] * self.dimension * 4))
        for start in range(0, len(queries), step):
            candidates = ids[start : start + step]
            vectors, present = self._gather(candidates.ravel())
            present &= ~np.isin(candidates.ravel(), self.dead)
            shaped = vectors.reshape(*candidates.shape, self.dimension)
            scores = np.einsum("ncd,nd->nc", shaped, queries[start : start + step], optimize=True)
            gone = ~present.reshape(candidates.shape)
            scores[gone] = -np.inf
            found.append(
                merge_rankings([(np.where(gone, -1, candidates), scores)], len(candidates), k)
            )
        return np.vstack([f[0] for f in found]), np.vstack([f[1] for f in found])

    def _gather(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
        """Return the vectors [n, dim] of ids, and which of them are there."""
        import numpy as np

        out = np.zeros((len(ids), self.dimension), dtype=np.float32)
        present = np.zeros(len(ids), dtype=bool)
        for segment, here, rows in self._rows_by_segment(ids):
            out[here] = segment.take(rows)
            present[here] = True
        return out, present

    def _rows_by_segment(
        self, ids: NDArray[np.int64]
    ) -> Iterator[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each segment that has some of the ids, their places among them, and their rows."""
        import numpy as np

        which = np.searchsorted(self._starts, ids, side="right") - 1
        for number in np.flatnonzero(np.bincount(which[which >= 0])):
            here = np.flatnonzero(which == number)
            rows = self.segments[number].places(ids[here])
            yield self.segments[number], here[rows >= 0], rows[rows >= 0]


def _ascending(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sort ids and drop repeated ones, unless they are sorted already, as mostly."""
    import numpy as np

    return ids if bool((ids[1:] > ids[:-1]).all()) else np.unique(ids)


def _without(ids: NDArray[np.int64], gone: NDArray[np.int64]) -> NDArray[np.int64]:
    """Leave out some ids, both ascending."""
    import numpy as np

    if not len(gone):
        return ids
    nearest_gone = gone[np.minimum(gone.searchsorted(ids), len(gone) - 1)]
    kept: NDArray[np.int64] = ids[nearest_gone != ids]
    return kept


def _within(ids: NDArray[np.int64], first: int, last: int) -> NDArray[np.int64]:
    low, high = ids.searchsorted([first, last + 1])
    return ids[low:high]


def _largest(
    ids: NDArray[np.int64], scores: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Keep the `k` largest of each row, in any order; ties at the edge by smaller place."""
    import numpy as np

    if scores.shape[1] <= 2 * k:
        return ids, scores
    edge = np.partition(scores, scores.shape[1] - k, axis=1)[:, scores.shape[1] - k]
    over = scores > edge[:, None]
    at_edge = scores == edge[:, None]
    room = k - over.sum(axis=1, keepdims=True)
    kept = over | (at_edge & (at_edge.cumsum(axis=1) <= room))
    return ids[kept].reshape(-1, k), scores[kept].reshape(-1, k)

"""The vectors that an index's manifest says are live, opened."""

from __future__ import annotations

from astrosearch.store.layout import SEGMENTS
from astrosearch.store.reader import Store
from astrosearch.store.vectors import OpenFiles, Tuning, VectorIndex, check_size


def open_vectors(store: Store, opened: OpenFiles | None = None) -> VectorIndex:
    """Open all that an index's manifest says is live, but for what is open already."""
    row, segments = store.codes(), store.segments()
    sums, digests = {}, {}
    for live in store.files():
        check_size(store.folder / SEGMENTS / live.file, live.bytes)
        sums[live.file], digests[live.file] = live.sums, live.sha256
    return VectorIndex(
        store.folder / SEGMENTS,
        [segment.file for segment in segments],
        store.encoder().dimension,
        store.dead_vectors(),
        None
        if row is None
        else (
            row.segment.file,
            Tuning(row.probes, row.candidates, row.recall, row.asked),
            row.segment.last_id,
        ),
        sums,
        digests,
        opened,
    )

"""Merging segments: fewer, and without the vectors of removed papers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from astrosearch import vectors
from astrosearch.store import SegmentRow, storage_errors
from astrosearch.writing import Writer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def compact(writer: Writer, *, everything: bool = False) -> None:
    """Merge neighbouring small segments; with `everything`, also drop all dead vectors.

    The new file is written beside the old ones, the rows are swapped in one transaction, then
    the old files go: a reader that has them open keeps them.
    """
    import numpy as np

    dead = writer.store.dead_vectors()
    for group in segments_to_merge(writer.store.segments(), dead, everything=everything):
        with storage_errors(writer.folder):
            segment = vectors.merge_segments(
                writer.segments_folder,
                writer.next_segment(),
                [row.file for row in group],
                lambda ids: np.isin(ids, dead),
            )
        with writer.transaction() as db:
            db.executemany(
                "DELETE FROM segments WHERE segment_id = ?", [[row.segment_id] for row in group]
            )
            db.execute(
                "DELETE FROM dead_vectors WHERE sentence_id BETWEEN ? AND ?",
                [group[0].first_id, group[-1].last_id],
            )
            if segment is not None:
                writer.add_segment(db, segment)
        for row in group:
            (writer.segments_folder / row.file).unlink(missing_ok=True)


def segments_to_merge(
    rows: Sequence[SegmentRow], dead: NDArray[np.int64], *, everything: bool
) -> list[list[SegmentRow]]:
    """Choose runs of neighbouring segments to write as one, each within MAX_SEGMENT_BYTES.

    Segments over half that size are left alone, so that a vector is rewritten about twice in
    all, unless `everything` is wanted or a fifth of their vectors are dead.
    """
    import numpy as np

    def dead_in(group: Sequence[SegmentRow]) -> int:
        low, high = np.searchsorted(dead, [group[0].first_id, group[-1].last_id + 1])
        return int(high - low)

    def many_dead(row: SegmentRow) -> bool:
        return dead_in([row]) * 5 >= row.vectors

    groups: list[list[SegmentRow]] = [[]]
    size = 0
    for row in rows:
        chosen = everything or many_dead(row) or row.bytes * 2 < vectors.MAX_SEGMENT_BYTES
        if not chosen or size + row.bytes > vectors.MAX_SEGMENT_BYTES:
            groups.append([])
            size = 0
        if chosen:
            groups[-1].append(row)
            size += row.bytes
    return [
        group
        for group in groups
        if len(group) > 1 or (group and dead_in(group) and (everything or many_dead(group[0])))
    ]

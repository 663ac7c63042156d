"""Merging segments: fewer, and without the vectors of removed papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from astrosearch.files import discard
from astrosearch.store import manifest, vectors
from astrosearch.store.database import storage_errors
from astrosearch.store.rows import SegmentRow
from astrosearch.store.words import table as words
from astrosearch.store.writer import Writer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ID_BYTES = 8
NUMBER_BYTES = {"flat": 4, "half": 2}


def compact(
    writer: Writer,
    *,
    everything: vectors.Kind | None = None,
    tell: Callable[[float], None] = lambda done: None,
) -> None:
    """Merge neighbouring small segments.

    With `everything`, also drop all dead vectors and make all segments of this kind. The new
    file is written beside the old ones, the rows are swapped in one transaction, then the old
    files go: a reader that has them open keeps them.
    """
    import numpy as np

    dead = writer.store.dead_vectors()
    codes = writer.store.codes()
    groups = segments_to_merge(
        writer.store.segments(),
        dead,
        everything,
        dimension=writer.store.encoder().dimension,
        edge=codes.segment.last_id if codes else 0,
    )
    for number, group in enumerate(groups):
        tell(number / len(groups))
        kind = everything or cast("vectors.Kind", group[0].kind)
        with storage_errors(writer.folder):
            segment = vectors.merge_segments(
                writer.segments_folder,
                writer.next_segment(),
                [(row.file, row.sums) for row in group],
                lambda ids: np.isin(ids, dead),
                kind,
            )
        with writer.transaction() as db:
            bounds = (group[0].first_id, group[-1].last_id)
            try:
                words.merge(db, *bounds, segment.first_id if segment else bounds[0], dead)
            except ValueError as error:
                raise writer.store.damage_error("the table of words") from error
            manifest.drop_files(db, [row.file for row in group])
            manifest.drop_dead(db, *bounds)
            if segment is not None:
                manifest.add_file(db, segment)
        for row in group:
            discard(writer.segments_folder / row.file)


def small_segments(rows: Sequence[SegmentRow]) -> int:
    """Count the segments that merging makes fewer: full ones stay as they are."""
    return sum(row.bytes * 2 < vectors.MAX_SEGMENT_BYTES for row in rows)


def segments_to_merge(
    rows: Sequence[SegmentRow],
    dead: NDArray[np.int64],
    everything: vectors.Kind | None,
    *,
    dimension: int,
    edge: int,
) -> list[list[SegmentRow]]:
    """Choose runs of neighbouring segments to write as one, each within MAX_SEGMENT_BYTES.

    Segments over half that size are left alone, so that a vector is rewritten about twice in
    all, unless `everything` is wanted or a fifth of their vectors are dead. Nothing is merged
    across `edge`, the last id that codes cover, nor are kinds mixed but for `everything`.
    """
    import numpy as np

    def dead_in(group: Sequence[SegmentRow]) -> int:
        low, high = np.searchsorted(dead, [group[0].first_id, group[-1].last_id + 1])
        return int(high - low)

    def many_dead(row: SegmentRow) -> bool:
        return dead_in([row]) * 5 >= row.vectors

    def bytes_of(row: SegmentRow) -> int:
        return row.vectors * (dimension * NUMBER_BYTES[everything or row.kind] + ID_BYTES)

    def apart(row: SegmentRow, next_row: SegmentRow) -> bool:
        return row.last_id <= edge < next_row.first_id or (
            everything is None and row.kind != next_row.kind
        )

    def alone_worth_it(row: SegmentRow) -> bool:
        if everything is not None:
            return row.kind != everything or dead_in([row]) > 0
        return dead_in([row]) > 0 and many_dead(row)

    groups: list[list[SegmentRow]] = [[]]
    size = 0
    for row in rows:
        small = bytes_of(row) * 2 < vectors.MAX_SEGMENT_BYTES
        chosen = everything is not None or many_dead(row) or small
        full = size + bytes_of(row) > vectors.MAX_SEGMENT_BYTES
        if not chosen or full or (groups[-1] and apart(groups[-1][-1], row)):
            groups.append([])
            size = 0
        if chosen:
            groups[-1].append(row)
            size += bytes_of(row)
    return [group for group in groups if len(group) > 1 or (group and alone_worth_it(group[0]))]

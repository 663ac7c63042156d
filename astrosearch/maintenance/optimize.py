"""Making an index quick to search: few segments, no dead vectors, and codes where it is large."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

from astrosearch.errors import AstrosearchError
from astrosearch.files import discard
from astrosearch.maintenance.merge import compact
from astrosearch.store import manifest, vectors
from astrosearch.store.database import storage_errors
from astrosearch.store.rows import CodesRow, SegmentRow
from astrosearch.store.writer import Writer

RECALL = 0.98  # of the ten nearest; a third of a percent more costs about a tenth more time

Tell = Callable[[str, float], None]  # a step, and how much of it is done, from 0 to 1


def optimize(
    index: str | Path = "index",
    *,
    recall: float = RECALL,
    progress: Callable[[str, float], None] | None = None,
) -> None:
    """Make an index quick to search, and drop the vectors of removed papers.

    Up to 100,000 sentences, segments are merged and search stays exact. Above, vectors are kept
    in half precision and found through compressed codes.

    Parameters
    ----------
    recall : float
        The share of the ten nearest that a search through codes must find, as measured on the
        index's own vectors; 1 asks for exact search whatever the size.
    progress : callable, optional
        Told a step's name and how much of it is done, from 0 to 1.

    Raises
    ------
    AstrosearchError
        With cause and cure; what was finished is kept.
    """
    if not 0 < recall <= 1:
        raise AstrosearchError(
            f"recall can't be {recall:g}: it is the share of the ten nearest that is found.\n"
            f"Give a number above 0 and at most 1, such as {RECALL:g}."
        )
    with Writer(Path(index).expanduser()) as writer:
        optimize_writing(writer, recall, progress or (lambda step, done: None))


def optimize_writing(
    writer: Writer, recall: float = RECALL, tell: Tell = lambda step, done: None
) -> None:
    """Merge segments and drop dead vectors; above EXACT_UP_TO sentences make codes over them.

    Each step is committed by itself, and done by the next call if this one is interrupted. A
    `recall` of 1 asks for exact search: no codes.
    """
    store = writer.store
    before = store.codes()
    coded = recall < 1 and store.living_vectors() > vectors.EXACT_UP_TO
    if before is not None and not coded:
        _replace(writer, before, None)
    compact(
        writer,
        everything="half" if coded else "flat",
        tell=lambda done: tell("merging", done),
    )
    if not coded:
        return
    with storage_errors(writer.folder):
        rows = store.segments()
        segments = [vectors.Segment(writer.segments_folder / row.file, row.sums) for row in rows]
        if before is not None and _covers_all(before, writer):
            if before.asked == recall:
                return
            old = vectors.Codes(
                writer.segments_folder / before.segment.file,
                vectors.Tuning(before.probes, before.candidates, before.recall, before.asked),
            )
            tuning = vectors.tune(old.index, segments, recall, tell)
            with writer.transaction() as db:
                manifest.set_tuning(db, tuning)
            return
        made, tuning = vectors.write_codes(
            writer.segments_folder, writer.next_segment(), segments, recall, tell, _key(rows)
        )
    _replace(writer, before, (made, tuning))


def _key(rows: Sequence[SegmentRow]) -> str:
    """Identify what some segments hold."""
    return hashlib.sha256("".join(row.sha256 for row in rows).encode()).hexdigest()[:16]


def _covers_all(codes: CodesRow, writer: Writer) -> bool:
    rows = writer.store.segments()
    held = sum(row.vectors for row in rows)
    return codes.segment.last_id == rows[-1].last_id and codes.segment.vectors == held


def _replace(
    writer: Writer,
    before: CodesRow | None,
    made: tuple[vectors.SegmentFile, vectors.Tuning] | None,
) -> None:
    """Swap the codes in one transaction, then delete the old file."""
    with writer.transaction() as db:
        manifest.drop_codes(db)
        if made is not None:
            file, tuning = made
            manifest.add_file(db, file)
            manifest.set_tuning(db, tuning)
    if before is not None:
        discard(writer.segments_folder / before.segment.file)

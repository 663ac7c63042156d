"""Repairing an index: what its sentences still hold is made anew, and what is lost is named."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.corpus.textform import render
from astrosearch.encoder import encoded, load_encoder
from astrosearch.errors import NotAnIndex
from astrosearch.files import discard
from astrosearch.maintenance.verify import file_problem
from astrosearch.store import checks, manifest, repairs, vectors
from astrosearch.store.commit import Commit
from astrosearch.store.database import storage_errors
from astrosearch.store.layout import DATABASE
from astrosearch.store.lifecycle import seal_fits
from astrosearch.store.rows import SegmentRow
from astrosearch.store.words import table as words
from astrosearch.store.writer import Writer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.encoder import Encoder

GROUP = 4096  # sentences encoded at once


@dataclass(slots=True)
class Repaired:
    """What a repair did, and what is lost until its papers are read again."""

    done: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)  # ids of papers


def repair(
    index: str | Path = "index",
    *,
    encoder: str | Encoder | None = None,
    device: str = "auto",
    progress: Callable[[str, float], None] | None = None,
) -> Repaired:
    """Mend a damaged index: vectors from sentences, full text from sentences, indexes from tables.

    Papers with a damaged row are dropped and their sources marked, so that the next `build` over
    their corpus reads them again. Each step is committed by itself.

    Parameters
    ----------
    index : str or Path
    encoder : str or Encoder, optional
        Where the index's encoder now lies, if it moved.
    device : {"auto", "cpu", "cuda"}
    progress : callable, optional
        Told a step's name and how much of it is done, from 0 to 1.

    Raises
    ------
    NotAnIndex
        When the database is damaged beyond repair.
    """
    with Writer(Path(index).expanduser(), for_repair=True) as writer:
        steps = _Repair(writer, encoder, device, progress or (lambda step, done: None))
        steps.database()
        steps.vectors()
        steps.codes()
        steps.words()
        return steps.repaired


class _Repair:
    def __init__(
        self,
        writer: Writer,
        encoder: str | Encoder | None,
        device: str,
        tell: Callable[[str, float], None],
    ) -> None:
        self.writer, self.store, self.tell = writer, writer.store, tell
        self.repaired = Repaired()
        self._given, self._device = encoder, device
        self._encoder: Encoder | None = None

    def database(self) -> None:
        """Mend SQLite's own structures, then full text; drop papers with damaged rows."""
        self.tell("database", 0.0)
        broken = seal_fits(self.writer.folder / DATABASE) is False
        if checks.integrity_faults(self.store):
            with self.writer.transaction() as db:
                repairs.reindex(db)
        with self.writer.transaction() as db:
            repairs.revive(db)
        self._full_text()
        damaged = checks.damaged_rows(self.store)
        with self.writer.transaction():
            self.repaired.lost = Commit(self.store).remove_damaged(*damaged)
        lost = len(self.repaired.lost)
        if lost:
            self.repaired.done.append(f"{lost} papers with damaged rows: dropped")
            self._full_text()
        if broken:
            with storage_errors(self.writer.folder):
                repairs.rewrite(self.writer.connection)
            self.repaired.done.append("database: rewritten")
        faults = checks.integrity_faults(self.store)
        if faults:
            raise NotAnIndex(
                self.writer.folder.absolute(),
                f"its database is damaged beyond repair ({faults[0]})",
                "Restore it from a copy, or rebuild it: astrosearch index CORPUS --rebuild",
            )
        self.tell("database", 1.0)

    def _full_text(self) -> None:
        if not self._full_text_is_sound():
            with self.writer.transaction() as db:
                repairs.make_full_text(db)
            self.repaired.done.append("full text: rebuilt")

    def _full_text_is_sound(self) -> bool:
        try:
            with self.writer.transaction() as db:
                repairs.check_full_text(db)
        except NotAnIndex as error:
            if isinstance(error.__cause__, sqlite3.DatabaseError):
                return False
            raise
        return True

    def vectors(self) -> None:
        """Write every segment anew that is damaged, or lacks a sentence's vector."""
        import numpy as np

        alive = checks.living_ids(self.store)
        rows = self.store.segments()
        covered = np.zeros(len(alive), dtype=bool)
        bad: list[tuple[SegmentRow | None, NDArray[np.int64]]] = []
        for row in rows:
            low, high = alive.searchsorted([row.first_id, row.last_id + 1])
            covered[low:high] = True
            if not self._sound(row, alive[low:high]):
                bad.append((row, alive[low:high]))
        lacking = np.flatnonzero(~covered)
        starts = np.array([row.first_id for row in rows])
        for run in np.split(lacking, np.flatnonzero(np.diff(lacking) > 1) + 1):
            gaps = np.unique(starts.searchsorted(alive[run]))  # no new segment may span an old one
            bad += [(None, alive[run][starts.searchsorted(alive[run]) == gap]) for gap in gaps]
        for number, (old, ids) in enumerate(bad):
            self.tell("vectors", number / len(bad))
            self._replace(old, ids)

    def _sound(self, row: SegmentRow, alive: NDArray[np.int64]) -> bool:
        import numpy as np

        path = self.writer.segments_folder / row.file
        if file_problem(path, row):
            return False
        try:
            segment = vectors.Segment(path, row.sums)
        except NotAnIndex:
            return False
        if not all(np.isfinite(part.sum()) for _, part in segment.chunks()):
            return False
        strangers = np.setdiff1d(np.setdiff1d(segment.ids, alive), self.store.dead_vectors())
        return not len(np.setdiff1d(alive, segment.ids)) and not len(strangers)

    def _replace(self, old: SegmentRow | None, ids: NDArray[np.int64]) -> None:
        made = None
        with storage_errors(self.writer.folder):
            if len(ids):
                kind: Any = old.kind if old is not None else "flat"
                made = vectors.write_segment(
                    self.writer.segments_folder,
                    self.writer.next_segment(),
                    self._encoded(ids),
                    kind,
                )
        with self.writer.transaction() as db:
            if old is not None:
                manifest.drop_files(db, [old.file])
                manifest.drop_dead(db, old.first_id, old.last_id)
            if made is not None:
                manifest.add_file(db, made)
            bounds = [row for row in (old, made) if row is not None]
            words.gather(
                db, min(row.first_id for row in bounds), max(row.last_id for row in bounds)
            )
        if old is not None:
            discard(self.writer.segments_folder / old.file)
        name = old.file if old is not None else "no file"
        self.repaired.done.append(f"{name}: {len(ids):,} vectors recomputed")

    def _encoded(
        self, ids: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        for start in range(0, len(ids), GROUP):
            part = ids[start : start + GROUP]
            rows = repairs.texts(self.store, int(part[0]), int(part[-1]))
            model = self._loaded()
            yield part, encoded(model, [render(text, tex, model.text_form) for text, tex in rows])

    def _loaded(self) -> Encoder:
        if self._encoder is None:
            built_with = self.store.encoder()
            given = self._given or built_with.name
            model = load_encoder(given, self._device, False) if isinstance(given, str) else given
            built_with.expect(model.name, model.fingerprint)
            self._encoder = model
        return self._encoder

    def words(self) -> None:
        """Gather words anew where they are not what the sentences say."""
        strays = checks.stray_words(self.store)
        bad = checks.segments_without_words(self.store)
        for number, row in enumerate(bad):
            self.tell("words", number / len(bad))
            with self.writer.transaction() as db:
                words.gather(db, row.first_id, row.last_id)
        if strays:
            with self.writer.transaction() as db:
                repairs.drop_stray_words(db)
        if bad or strays:
            self.repaired.done.append("words: rebuilt")

    def codes(self) -> None:
        """Drop codes that are damaged: searches are exact again."""
        codes = self.store.codes()
        if codes is None:
            return
        row = codes.segment
        path = self.writer.segments_folder / row.file
        if file_problem(path, row) is None and self._codes_cover(path, row.last_id):
            return
        with self.writer.transaction() as db:
            manifest.drop_codes(db)
        discard(path)
        self.repaired.done.append(
            f"{row.file}: codes dropped; make them again: astrosearch optimize"
        )

    def _codes_cover(self, path: Path, last: int) -> bool:
        import numpy as np

        alive = checks.living_ids(self.store)
        with contextlib.suppress(NotAnIndex):
            return not len(np.setdiff1d(alive[alive <= last], vectors.coded_ids(path)))
        return False

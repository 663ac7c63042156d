"""Segments and codes that stay open from one state of an index to the next."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from astrosearch.store.vectors.codes import Codes, Tuning
from astrosearch.store.vectors.segments import Segment

Key = tuple[str, str]  # a file's name and its sha256


class OpenFiles:
    """Open files of vectors, by name and checksum: once written, a file never changes.

    Threads may share one: at worst a file is opened twice.
    """

    def __init__(self) -> None:
        self._segments: dict[Key, Segment] = {}
        self._codes: dict[Key, Codes] = {}

    def segment(self, path: Path, sha256: str, sums: bytes | None) -> Segment:
        """Return an open segment."""
        key = (path.name, sha256)
        found = self._segments.get(key)
        if found is None:
            found = self._segments[key] = Segment(path, sums)
        return found

    def codes(self, path: Path, sha256: str, sums: bytes | None, tuning: Tuning) -> Codes:
        """Return open codes, which are searched as widely as `tuning` says."""
        key = (path.name, sha256)
        found = self._codes.get(key)
        if found is None:
            found = self._codes[key] = Codes(path, tuning, sums)
        return found.tuned(tuning)

    def keep(self, live: Iterable[Key]) -> None:
        """Let go of all files but the live ones; who still reads another keeps it open."""
        wanted = set(live)
        for files in (self._segments, self._codes):
            for key in [key for key in files if key not in wanted]:
                files.pop(key, None)

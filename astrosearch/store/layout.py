"""Which files make an index, and what they are called.

Format: index/README.md.
"""

from __future__ import annotations

from pathlib import Path

from astrosearch.errors import NotAnIndex
from astrosearch.lock import LOCK_FILE

DATABASE = "astrosearch.db"
SEGMENTS = "segments"  # the folder of segment files and codes
REBUILDING = "rebuild.db"  # becomes DATABASE in one rename once it is finished
UPGRADING = "upgrade.db"  # so does this: a copy in a newer format
SEAL = ".sha256"  # beside a database that no writer has open; `sha256sum -c` reads it too
LOGS = ("-wal", "-shm", "-journal")  # SQLite's, beside a database that is being written


def check_target(folder: Path) -> None:
    """Refuse to make an index in a folder that holds something else, or in a file's place."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise NotAnIndex(folder.absolute(), "it is a file", "Give a folder: --index DIR")
    names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
    # A writer killed at its start leaves a lock, and the database under another name.
    others = {
        name
        for name in names - {SEGMENTS, LOCK_FILE, "README.md"}
        if not name.startswith((DATABASE, REBUILDING, UPGRADING))
    }
    if DATABASE not in names and others:
        raise NotAnIndex(
            folder.absolute(),
            f"it holds other files ({', '.join(sorted(others)[:3])})",
            "Give a new or empty folder: --index DIR",
        )

"""Which files make an index, and what they are called.

Format: index/README.md.
"""

from __future__ import annotations

import re
from pathlib import Path

from astrosearch.errors import NotAnIndex, StorageError
from astrosearch.lock import LOCK_FILE

DATABASE = "astrosearch.db"
SEGMENTS = "segments"  # the folder of segment files and codes
SEGMENT_FILE = re.compile(r"[0-9]{6,18}\.faiss")
REBUILDING = "rebuild.db"  # becomes DATABASE in one rename once it is finished
UPGRADING = "upgrade.db"  # so does this: a copy in a newer format
SEAL = ".sha256"  # beside a database that no writer has open; `sha256sum -c` reads it too
LOGS = ("-wal", "-shm", "-journal")  # SQLite's, beside a database that is being written


def refuse_links(folder: Path) -> None:
    """Refuse to write an index whose files are links: what they lead to would be overwritten.

    Raises
    ------
    StorageError
        When one of them is a link.
    """
    if not folder.is_dir():
        return
    own = (DATABASE, REBUILDING, UPGRADING, LOCK_FILE, SEGMENTS)
    for path in folder.iterdir():
        if path.name.startswith(own) and path.is_symlink():
            raise StorageError(
                f"{path.absolute()} is a link, and what it leads to would be overwritten.\n"
                "Delete the link, or give another folder: --index DIR"
            )


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

"""Removing papers from an index."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from astrosearch.errors import NotFound
from astrosearch.store.reader import Store
from astrosearch.store.writer import Writer


def remove(paper_ids: Sequence[str], index: str | Path = "index") -> int:
    """Remove papers from an index; return how many sentences went with them.

    A removed paper stays away, whatever becomes of its file, until `build` is given that file by
    its own name, or is told to `restore` what was removed.

    Raises
    ------
    NotFound
        When one of them isn't there; nothing is removed then.
    """
    with Writer(Path(index).expanduser()) as writer:
        require_papers(writer.store, paper_ids)
        return writer.remove(paper_ids)


def require_papers(store: Store, paper_ids: Sequence[str]) -> None:
    """Raise NotFound unless every paper is in the index."""
    missing = [paper_id for paper_id in paper_ids if store.paper_key(paper_id) is None]
    if missing:
        raise NotFound(
            f"the index {store.folder.absolute()} has no paper {', '.join(missing)}.\n"
            "Give the id a query shows, such as 1807.06209 (without v1, v2)."
        )

"""Which papers people took out of an index, and which of them they want back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cached_property

from astrosearch.indexing.identity import is_gone
from astrosearch.store.outcomes import RemovedPaper


class Removals:
    """The papers that stay away from an index until somebody asks for them.

    Parameters
    ----------
    removed
        What people removed, once for each file that holds it.
    restore
        Whether all of them are wanted again, wherever they are met.
    named
        Files that were named themselves, not with their folder: the one paper of such a file is
        wanted again.
    """

    def __init__(
        self,
        removed: Sequence[RemovedPaper] = (),
        *,
        restore: bool = False,
        named: Collection[str] = (),
    ) -> None:
        wanted = [each for each in removed if restore or (each.path in named and each.alone)]
        back = {each.paper_id for each in wanted}
        self._kept = [each for each in removed if each.paper_id not in back]
        self._wanted = frozenset(each.path for each in removed if each.paper_id in back)
        self._places = {(each.path, each.paper_id) for each in self._kept}
        self._ids = {each.paper_id for each in self._kept}

    def asks_for(self, path: str) -> bool:
        """Whether a file holds a paper that is wanted again."""
        return path in self._wanted

    def hold(self, path: str, paper_id: str, digest: str, *, universal: bool) -> bool:
        """Whether a paper stays away, whatever its text has become.

        A `universal` id is the same paper in every file.
        """
        return (
            (path, paper_id) in self._places
            or (universal and paper_id in self._ids)
            or digest in self._moved
        )

    @cached_property
    def _moved(self) -> frozenset[str]:
        """Digests of papers whose file was moved since."""
        return frozenset(each.digest for each in self._kept if is_gone(each.path))

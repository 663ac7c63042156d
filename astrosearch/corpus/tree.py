"""Where files are read from: a corpus folder, or a bundle unpacked in memory.

Nothing outside the tree can be reached, whatever name a document asks for, unless links that lead
out of a folder are followed.
"""

from __future__ import annotations

import contextlib
import os
import posixpath
import stat
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePath

from astrosearch.errors import Unreadable

MAX_FILE_BYTES = 64 * 2**20  # the largest TeX source of a paper is some 10 MB
_FEW = 500  # files; a thesis with its figures


def inside(name: str) -> str | None:
    """Return the name without `.` and `..`; None when it leaves the tree or can't be a file's."""
    if not name or "\0" in name or name.startswith("/"):
        return None
    plain = posixpath.normpath(name)
    return None if plain == "." or plain.startswith("..") else plain


class FolderTree:
    """The files below a folder.

    Parameters
    ----------
    root
        The folder names are relative to, and that no read leaves.
    within
        The folder below `root` that `names` lists, for a paper that owns one folder among many.
    widened
        Whether `names` lists the folder's surroundings too.
    follow
        Whether links that lead out of `root` are followed.
    """

    def __init__(
        self, root: Path, within: str = "", *, widened: bool = False, follow: bool = False
    ) -> None:
        self._root = os.path.realpath(root)
        self._within, self._widened, self._follow = within, widened, follow

    @cached_property
    def _names(self) -> list[str]:
        root = Path(self._root)
        follow, within = self._follow, self._within
        within = surroundings(root, within, follow=follow) if self._widened else within
        return sorted(name for name, fault in walk(root, within, follow=follow) if not fault)

    def names(self) -> list[str]:
        """Names of all files but hidden ones, sorted."""
        return list(self._names)

    def read(self, name: str) -> bytes | None:
        """A file's bytes; None when it isn't there, is no file or lies outside.

        Raises
        ------
        Unreadable
            When it may not be read, or is larger than `MAX_FILE_BYTES`.
        """
        plain = inside(name)
        if plain is None:
            return None
        path = os.path.realpath(os.path.join(self._root, plain))  # noqa: PTH118
        if not (self._follow or PurePath(path).is_relative_to(self._root)):
            return None
        try:
            status = os.stat(path)  # noqa: PTH116
        except (OSError, ValueError):
            return None
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > MAX_FILE_BYTES:
            raise Unreadable(plain, f"{too_large(status.st_size)}")
        try:
            return Path(path).read_bytes()
        except OSError as error:
            raise Unreadable(plain, f"can't be read: {error.strerror}") from error


class MemoryTree:
    """Files held in memory, by name."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)

    def names(self) -> list[str]:
        """Names of all files, sorted."""
        return sorted(self._files)

    def read(self, name: str) -> bytes | None:
        """A file's bytes, or None."""
        plain = inside(name)
        return None if plain is None else self._files.get(plain)


def size_of(path: Path) -> int:
    """Return a file's bytes; 0 if it can't be looked at."""
    try:
        return path.stat().st_size
    except OSError:  # gone since: its reading will say so
        return 0


def surroundings(root: Path, folder: str, *, follow: bool = False) -> str:
    """Widen a folder to those above it while they hold few files.

    A document may read `../macros.tex`, and a corpus of many papers must not be listed for each.
    """
    while folder:
        above = posixpath.dirname(folder)
        if sum(1 for _ in islice(walk(root, above, follow=follow), _FEW + 1)) > _FEW:
            break
        folder = above
    return folder


def too_large(size: int) -> str:
    """Say that a file of `size` bytes is refused."""
    return f"{size / 2**20:.0f} MiB, more than the {MAX_FILE_BYTES // 2**20} MiB read of one file"


def walk(root: Path, within: str = "", *, follow: bool = False) -> Iterator[tuple[str, str | None]]:
    """Yield the name of each file below a folder, and why it can't be read, or None.

    Hidden files are passed over.

    Folders behind links aren't entered, unless the links lead out and `follow` is true: then each
    folder is entered once, under the name by which it is met first. Links that lead out and aren't
    followed, and folders that can't be listed, are yielded themselves.
    """
    base = os.path.realpath(root)
    failures: list[OSError] = []
    top = os.path.join(base, within)  # noqa: PTH118
    outside = _Outside(base, top)
    for folder, folders, files in os.walk(top, onerror=failures.append, followlinks=follow):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        prefix = _name_below(base, folder)
        prefix = f"{prefix}/" if prefix else ""
        for file in files:
            if not file.startswith("."):
                path = os.path.join(folder, file)  # noqa: PTH118
                yield prefix + file, _fault(base, path, follow=follow)
        entered = []
        for each in folders:
            path = os.path.join(folder, each)  # noqa: PTH118
            if fault := _fault(base, path, stat.S_ISDIR, follow=follow):
                yield prefix + each, fault
            else:
                entered.append(each)
        folders[:] = entered
        if follow:
            folders[:], again = outside.new(folder, entered)
            yield from ((prefix + name, f"the same folder as {first}") for name, first in again)
        if sys.platform == "win32" and not follow:
            folders[:] = [each for each in folders if not _is_junction(str(Path(folder, each)))]
    for failure in failures:
        name = _name_below(base, failure.filename) or "."
        yield name, f"the folder can't be read: {failure.strerror}"


class _Outside:
    """The folders outside a corpus that links led to, by what they really are."""

    def __init__(self, base: str, top: str) -> None:
        self._base = base
        self._names = {os.path.realpath(top): _name_below(base, top)}

    def new(self, folder: str, names: list[str]) -> tuple[list[str], list[tuple[str, str]]]:
        """Tell folders to enter from those met before, each with the name that it has there.

        What a link leads to may lie in what another leads to: then it is met in that one. Links
        to within the corpus are neither.
        """
        found = [(os.path.realpath(path := os.path.join(folder, each)), path) for each in names]  # noqa: PTH118
        entered, again = [], []
        for real, path in sorted(found):  # what holds others comes first
            name = PurePath(path).name
            if real == path:
                entered.append(name)
            elif not PurePath(real).is_relative_to(self._base):
                own = _name_below(self._base, path)
                is_link = PurePath(real).parent != PurePath(os.path.realpath(folder))
                first = (self._within(real) if is_link else None) or own
                first = self._names.setdefault(real, first)
                if first == own:
                    entered.append(name)
                else:
                    again.append((name, first))
        return sorted(entered), sorted(again)

    def _within(self, real: str) -> str | None:
        """Name a folder below one that was met, unless it is hidden there."""
        for above in PurePath(real).parents:
            below = PurePath(real).relative_to(above).parts
            if str(above) in self._names and not any(part.startswith(".") for part in below):
                return "/".join([self._names[str(above)], *below])
        return None


def _name_below(base: str, path: str) -> str:
    """Name a path as it is called below a folder; the folder itself is nothing."""
    name = os.path.relpath(path, base).replace(os.sep, "/")
    return "" if name == "." else name


def _is_junction(path: str) -> bool:
    """Whether a folder is a junction, a link that Windows doesn't call one."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            return os.lstat(path).st_reparse_tag == stat.IO_REPARSE_TAG_MOUNT_POINT
    return False


def _fault(
    base: str, path: str, expected: Callable[[int], bool] = stat.S_ISREG, *, follow: bool = False
) -> str | None:
    """Say why a path isn't to be read: it leads out of `base`, or is neither file nor folder."""
    try:
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode) or _is_junction(path):
            target = os.path.realpath(path)
            if not (follow or PurePath(target).is_relative_to(base)):
                return (
                    f"a link that leads out of the corpus folder; to read it, index {target} too, "
                    "or follow links: --follow-links"
                )
            mode = os.stat(path).st_mode  # noqa: PTH116
    except OSError as error:
        return f"can't be read: {error.strerror}"
    return None if expected(mode) else "not a file, but a pipe, socket or device"

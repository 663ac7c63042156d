"""Every error a user can fix, as one tree.

AstrosearchError
├── NotFound            a path, index, paper or sentence that isn't there
├── NotAnIndex          a folder that holds something else, or a damaged index
├── FormatTooNew        written by a later astrosearch
├── EncoderMismatch     searching or adding with another encoder than the index was built with
├── EncoderError        an encoder folder that can't be loaded
│   └── MissingExtra    a package isn't installed; an extra brings it
├── BrokenPackage       a package is installed, but its files aren't whole
├── IndexLocked         another process is writing
├── CorpusError         nothing to index, or failed files under --strict
│   └── Unreadable      one source that gave no paper; listed, the rest goes on
├── PairsError          a file of training pairs with a line that isn't one
├── TrainingError       a training run that can't start, go on, or give a sound encoder
├── StorageError        the disk is full or refuses to be written
├── OutOfMemory         there is less memory than the work needs
├── BadValue            an argument whose value makes no sense; a ValueError too
└── BadType             an argument of a type that makes no sense; a TypeError too

>>> from astrosearch import errors
>>> issubclass(errors.NotFound, errors.AstrosearchError)
True
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class AstrosearchError(Exception):
    """Base of all; its text says the cause, then the cure.

    Examples
    --------
    >>> import astrosearch
    >>> try:
    ...     astrosearch.open("no/such/folder")
    ... except astrosearch.AstrosearchError as error:
    ...     print(str(error).splitlines()[1])
    Build one: astrosearch index CORPUS --index DIR, or name one with --index DIR.
    """


class NotFound(AstrosearchError):
    """A path, an index, a paper or a sentence that isn't there."""


class NotAnIndex(AstrosearchError):
    """The folder is not an index, or not a whole one."""

    def __init__(self, path: Path, cause: str, cure: str) -> None:
        self.path = path
        super().__init__(f"{path} is not a usable index: {cause}.\n{cure}")


class FormatTooNew(AstrosearchError):
    """The index has a format this version doesn't know."""

    def __init__(self, path: Path, found: int, known: int, written_by: str) -> None:
        self.found, self.known, self.written_by = found, known, written_by
        super().__init__(
            f"{path} has index format {found}, written by astrosearch {written_by}; "
            f"this version reads up to format {known}.\n"
            f"Upgrade: pip install 'astrosearch>={written_by}'"
        )


class EncoderMismatch(AstrosearchError):
    """The index was built by another encoder; scores would be meaningless."""

    def __init__(self, built_with: str, given: str) -> None:
        self.built_with, self.given = built_with, given
        super().__init__(
            f"the index was built with encoder {built_with}, but {given} was given.\n"
            "Give the encoder it was built with, or rebuild it: astrosearch index CORPUS --rebuild"
        )


class EncoderError(AstrosearchError):
    """An encoder that can't be loaded or run."""


class MissingExtra(EncoderError):
    """A package isn't installed; the named extra brings it.

    The extra `cpu` is what every installation has: its packages are missing only where they were
    left out or removed by hand, and asking for it again brings them back.
    """

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        self.package, self.extra = package, extra
        super().__init__(
            f"{purpose} needs {package}, which isn't installed.\n"
            f"Install it: pip install 'astrosearch[{extra}]'"
        )


class BrokenPackage(AstrosearchError):
    """A package is installed, but can't be imported.

    Its files are missing, or those of another distribution lie over them: `distributions` are all
    that are installed and provide the package.
    """

    def __init__(
        self, package: str, distributions: Sequence[str], reason: str, purpose: str
    ) -> None:
        self.package, self.distributions, self.reason = package, tuple(distributions), reason
        overwritten = ", which overwrite each other" if len(self.distributions) > 1 else ""
        super().__init__(
            f"{purpose} needs {package}, which can't be imported ({reason}), though there is "
            f"{' and '.join(distributions)}{overwritten}.\n"
            f"Remove it: pip uninstall {' '.join(distributions)}\n"
            "Install it: pip install 'astrosearch[cpu]'"
        )


class IndexLocked(AstrosearchError):
    """Another process is writing this index."""

    def __init__(self, path: Path, pid: int | None, since: str) -> None:
        self.path, self.pid, self.since = path, pid, since
        who = f"process {pid}" if pid is not None else "another process"
        super().__init__(
            f"{path} is being written by {who} (since {since}).\n"
            "Wait for it to end (--wait does so), or stop it: what it finished is kept"
        )


class CorpusError(AstrosearchError):
    """There is nothing to index, or files failed under --strict."""


class Unreadable(CorpusError):
    """One source that gave no paper, with the reason; the rest of the corpus goes on."""

    def __init__(self, name: str, reason: str) -> None:
        self.name, self.reason = name, reason
        super().__init__(f"{name}: {reason}")

    def __reduce__(self) -> tuple[type[Unreadable], tuple[object, ...]]:
        return Unreadable, (self.name, self.reason)  # it crosses from reader processes


class PairsError(AstrosearchError):
    """A file of training pairs that can't be used, with the line (from 1) where one is at fault."""

    def __init__(self, path: Path, line: int | None, cause: str) -> None:
        self.path, self.line, self.cause = path, line, cause
        where = f"{path}:{line}" if line else str(path)
        super().__init__(
            f"{where} can't be read as training pairs: {cause}.\n"
            "A line is a JSON object with text_a and text_b, or sentence_0 and sentence_1, "
            "neither of them empty"
        )


class TrainingError(AstrosearchError):
    """A training run that can't start, go on, or give a sound encoder."""


class StorageError(AstrosearchError):
    """The disk is full, or refuses to be written."""


class OutOfMemory(AstrosearchError, MemoryError):
    """There is less memory than the work needs; what was asked is sound."""

    def __init__(self, work: str) -> None:
        super().__init__(
            f"{work} needs more memory than there is.\n"
            "Close other programs, ask for less at once, or use a machine with more memory."
        )


class BadValue(AstrosearchError, ValueError):
    """An argument whose value makes no sense."""


class BadType(AstrosearchError, TypeError):
    """An argument of a type that makes no sense."""

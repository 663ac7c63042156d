r"""What the name in an `\input` means: a file's name without TeX, and the file it is."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

TEX = ".tex"  # what TeX adds to the name of a file that is read

_DETOKENIZED = re.compile(
    r"\\(?:detokenize|string|unexpanded|subfix|expandafter)(?![A-Za-z])\s*\{?([^{}\\]*)\}?"
)
_UNDERSCORE = re.compile(r"\\(?:_|textunderscore(?![A-Za-z])(?:\{\})? ?)")


def candidates(name: str, folders: Sequence[str]) -> Iterator[str]:
    """Names in the tree that a file name in the source may mean, best first."""
    extension = posixpath.splitext(name)[1]
    names = [name, name + TEX] if extension else [name + TEX, name]
    if extension and extension != TEX and not re.fullmatch(r"\.[a-z]{2,4}", extension):
        names.reverse()
    for folder in folders:
        for one in names:
            yield posixpath.normpath(posixpath.join(folder, one)).lstrip("/")


def without_tex(name: str) -> str:
    r"""Write a file's name, whose macros are replaced, as the file is called.

    >>> without_tex(r"sec-e\_i"), without_tex('"two words"')
    ('sec-e_i', 'two words')
    """
    name = _UNDERSCORE.sub("_", _DETOKENIZED.sub(r"\1", name)).replace("\\space", " ")
    for sign in "{}\x1f":
        name = name.replace(sign, "")
    return name.replace("\n", " ").strip(' "')


class FileNames:
    """The files of a tree, as TeX and people look for them."""

    def __init__(self, names: Iterable[str]) -> None:
        self.known = frozenset(names)

    @cached_property
    def _in_lower_case(self) -> dict[str, str]:
        return {name.lower(): name for name in sorted(self.known, reverse=True)}

    def find(self, name: str, folders: Sequence[str]) -> str | None:
        """Find the file that a name means.

        One that isn't there is looked for in other cases, and then without its leading folders:
        a paper's files were moved, or written where case says nothing.
        """
        while True:
            found = next((c for c in candidates(name, folders) if c in self.known), None)
            if found is None:
                cased = self._in_lower_case
                lower = (c.lower() for c in candidates(name, folders))
                found = next((cased[c] for c in lower if c in cased), None)
            if found is not None or "/" not in name:
                return found
            name = name.partition("/")[2]

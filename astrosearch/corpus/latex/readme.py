"""What arXiv's 00README says of a bundle's files: which are printed, which are left out.

The old form has a file and a word a line (`ms_old.tex ignore`); the newer ones are JSON, YAML and
TOML with a list of sources. https://info.arxiv.org/help/00README.html
"""

from __future__ import annotations

import contextlib
import json
import posixpath
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.source import decode
from astrosearch.errors import Unreadable

_NAME = "00readme"
_LONGEST = 2**20  # bytes; those of arXiv are some hundred
_OLD_FORM = re.compile(r"^[ \t]*(\S+)[ \t]+(toplevelfile|ignore|include)\b", re.MULTILINE)
_BULLET = re.compile(r"^[ \t]*-[ \t]+|[{}]", re.MULTILINE)  # between two sources of a YAML list
_FIELD = re.compile(
    r"""(?:^|[\s,])["']?(filename|usage)["']?[ \t]*:[ \t]*("[^"\n]*"|'[^'\n]*'|[^\s,#]+)"""
)
_USAGES = {"toplevelfile": "toplevel"}


@dataclass(frozen=True, slots=True)
class Directives:
    """Names of files, as they stand in the tree.

    `toplevel` are printed, in that order; `ignored` are no documents of their own.
    """

    toplevel: tuple[str, ...] = ()
    ignored: frozenset[str] = frozenset()


def is_readme(name: str) -> bool:
    """Whether a file is a 00README, of whatever form."""
    return posixpath.basename(name).lower().startswith(_NAME)


def directives(tree: SourceTree, names: Sequence[str]) -> Directives:
    """Gather what the 00README files among `names` say of files that are there."""
    known = frozenset(names)
    toplevel: dict[str, None] = {}
    ignored: set[str] = set()
    for readme in filter(is_readme, names):
        for file, usage in _listed(_text(tree, readme)):
            name = posixpath.normpath(posixpath.join(posixpath.dirname(readme), file))
            name = next((each for each in (name, f"{name}.tex") if each in known), "")
            if not name:
                continue
            if usage == "toplevel":
                toplevel[name] = None
            elif usage in ("ignore", "include"):
                ignored.add(name)
    return Directives(tuple(toplevel), frozenset(ignored - toplevel.keys()))


def _text(tree: SourceTree, name: str) -> str:
    try:
        return decode((tree.read(name) or b"")[:_LONGEST], name)
    except Unreadable:
        return ""


def _listed(text: str) -> Iterator[tuple[str, str]]:
    """Yield each file that is listed, with its usage."""
    for file, word in _OLD_FORM.findall(text):
        yield file, _USAGES.get(word, word)
    sources = _sources(text)
    if sources is None:
        yield from _in_yaml(text)
        return
    for entry in sources:
        if isinstance(entry, dict):
            yield str(entry.get("filename")), str(entry.get("usage")).lower()


def _sources(text: str) -> list[object] | None:
    """Return the list of sources of JSON, JSON lines or TOML; None where it is neither."""
    found: list[object] = []
    with contextlib.suppress(ValueError, RecursionError):
        found.append(json.loads(text))
    if not found and text.lstrip().startswith("{"):
        for line in text.splitlines():
            with contextlib.suppress(ValueError, RecursionError):
                found.append(json.loads(line))
    if not found:
        with contextlib.suppress(ValueError, RecursionError):
            found.append(tomllib.loads(text))
    if not found:
        return None
    listed: list[object] = []
    for one in found:
        if isinstance(one, dict) and "filename" in one:
            listed.append(one)
        elif isinstance(one, dict) and isinstance(one.get("sources"), list):
            listed += one["sources"]
        elif isinstance(one, list):
            listed += one
    return listed


def _in_yaml(text: str) -> Iterator[tuple[str, str]]:
    for entry in _BULLET.split(text):
        fields = {name: value.strip("\"'") for name, value in _FIELD.findall(entry)}
        if len(fields) == 2:
            yield fields["filename"], fields["usage"].lower()

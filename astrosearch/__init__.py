"""Semantic search over astronomy papers: every sentence, with where it stands.

>>> import astrosearch
>>> summary = astrosearch.build("examples/corpus", index=index_folder)
>>> with astrosearch.open(index_folder) as index:
...     hits = index.query("acoustic peaks at small scales", k=3)
>>> hits[0].sentence.file
'cosmology/acoustic-peaks/damping.tex'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from astrosearch import errors
from astrosearch._version import __version__
from astrosearch.errors import AstrosearchError
from astrosearch.records import Hit, Paper, Sentence
from astrosearch.results import Hits, Results

if TYPE_CHECKING:
    from astrosearch.indexing.build import build
    from astrosearch.indexing.summary import Summary
    from astrosearch.search.index import Index, open_index

    open = open_index

# `open` is public too, but left out: `from astrosearch import *` must not replace Python's own.
__all__ = [
    "AstrosearchError",
    "Hit",
    "Hits",
    "Index",
    "Paper",
    "Results",
    "Sentence",
    "Summary",
    "__version__",
    "build",
    "errors",
]


def __dir__() -> list[str]:
    return sorted([*__all__, "open"])


def __getattr__(name: str) -> object:
    # Imported on first use: `astrosearch --help` must not wait for numpy.
    if name == "build":
        from astrosearch.indexing.build import build

        return build
    if name == "Summary":
        from astrosearch.indexing.summary import Summary

        return Summary
    if name == "open":
        from astrosearch.search.index import open_index

        return open_index
    if name == "Index":
        from astrosearch.search.index import Index

        return Index
    raise AttributeError(f"module 'astrosearch' has no attribute {name!r}")

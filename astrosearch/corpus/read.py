"""Reading a source, through its kind's reader."""

from __future__ import annotations

from collections.abc import Iterator

from astrosearch.corpus import kinds
from astrosearch.corpus.document import Document
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.source import Source, identify, with_arxiv_facts
from astrosearch.corpus.tree import FolderTree, size_of
from astrosearch.errors import Unreadable


def read_source(source: Source, *, all_categories: bool = False) -> Iterator[Document | Unreadable]:
    """Yield the papers of a source; what gives none is yielded as Unreadable, and the rest goes on.

    Parameters
    ----------
    source
        As `discover` found it.
    all_categories
        Keep metadata records outside astro-ph too.
    """
    kind = kinds.named(source.kind)
    if kind.holds == "paper":
        yield _read_paper(source, kind)
    else:
        yield from kinds.function(kind.reader)(source, all_categories=all_categories)


def _read_paper(source: Source, kind: kinds.Kind) -> Document | Unreadable:
    paper_id, version = identify(source)
    budget = Budget(size_of(source.path))
    within = source.name.rpartition("/")[0]
    tree = FolderTree(source.root, within, widened=True, follow=source.follow)
    try:
        document: Document = kinds.function(kind.reader)(tree, source.name, paper_id, budget)
    except Unreadable as failure:
        return failure if failure.name else Unreadable(source.name, failure.reason)
    return with_arxiv_facts(document, version)

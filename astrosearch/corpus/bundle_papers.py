"""The papers of a bundle, each read from its files unpacked in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from astrosearch.corpus import kinds
from astrosearch.corpus.bundles import Unpacked, unpack
from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import id_in_path
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.source import Source, identify, with_arxiv_facts
from astrosearch.corpus.tree import MemoryTree, size_of
from astrosearch.errors import Unreadable


def read_bundle(source: Source, *, all_categories: bool) -> Iterator[Document | Unreadable]:
    """Yield the papers of a bundle; what gives none is yielded as Unreadable, and the rest goes on.

    A bundle doesn't tell the categories of its papers, so all are read.
    """
    budget = Budget(size_of(source.path))
    for unit in unpack(source.path, source.name, budget):
        yield unit if isinstance(unit, Unreadable) else _read_unpacked(source, unit)


def tree_of(unit: Unpacked) -> MemoryTree:
    """Return the files of an unpacked paper, named as below the bundle."""
    return MemoryTree({f"{unit.name}/{name}": content for name, content in unit.files.items()})


def _read_unpacked(source: Source, unit: Unpacked) -> Document | Unreadable:
    paper_id, version = id_in_path(unit.name) or identify(source)
    try:
        document = _document(unit, paper_id)
    except Unreadable as failure:
        return failure if failure.name else Unreadable(unit.name, failure.reason)
    warnings = (*unit.warnings, *document.warnings)
    return with_arxiv_facts(replace(document, parts=(source.name,), warnings=warnings), version)


def _document(unit: Unpacked, paper_id: str) -> Document:
    from astrosearch.corpus.latex import choose_main, read_latex
    from astrosearch.corpus.plaintext import read_file

    tree = tree_of(unit)
    budget = Budget(sum(map(len, unit.files.values())))
    main = choose_main(tree)
    if main is not None:
        return read_latex(tree, main, paper_id, budget)
    name, *others = tree.names()
    if not others and kinds.suffix_of(name) in kinds.TEXT.suffixes:
        return read_file(tree, name, paper_id, budget)
    raise Unreadable(unit.name, "no LaTeX document in it")

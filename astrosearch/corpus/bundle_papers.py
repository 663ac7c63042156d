"""The papers of a bundle, each read from its files unpacked in memory.

A bundle named by an arXiv id is one paper, whatever drafts and supplements lie beside it. Any
other is read as its folder would be, once it is unpacked: each folder, and each arXiv id, may be
a paper of its own.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from astrosearch.corpus import kinds, suffixes
from astrosearch.corpus.bundles import Doubtful, Unpacked, unpack
from astrosearch.corpus.document import Document, LeftOut
from astrosearch.corpus.identifiers import id_in_path, without_suffix
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.source import Source, identify, with_arxiv_facts
from astrosearch.corpus.tree import MemoryTree, size_of
from astrosearch.errors import Unreadable

if TYPE_CHECKING:
    from astrosearch.corpus.latex import Candidate

NO_DOCUMENT = "no LaTeX document in it"


Item = Document | Unreadable


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper among the files of a bundle, which are named as below the bundle."""

    main: str
    paper_id: str
    version: int | None
    files: Mapping[str, bytes]
    is_text: bool = False


def read_bundle(source: Source, *, all_categories: bool) -> Iterator[Item]:
    """Yield the papers of a bundle; what gives none is yielded as Unreadable, and the rest goes on.

    A bundle doesn't tell the categories of its papers, so all are read.
    """
    return (item for item, _ in read_with_files(source))


def read_with_files(source: Source) -> Iterator[tuple[Item, Paper | None]]:
    """Yield the papers of a bundle as `read_bundle` does, each with the files it was read from."""
    budget = Budget(size_of(source.path))
    doubtful: list[Unreadable] = []
    gave_papers = False
    is_paper = id_in_path(source.name) is not None
    for unit in unpack(source.path, source.name, budget):
        if isinstance(unit, Doubtful):
            doubtful.append(unit)
        elif isinstance(unit, Unreadable):
            yield unit, None
        elif unit.nested and is_paper:
            yield from ((left_out, None) for left_out in _beside_the_paper(unit))
        else:
            for item, paper in _read_unpacked(source, unit):
                if unit.nested and isinstance(item, Unreadable):
                    doubtful.append(item)
                else:
                    gave_papers = gave_papers or isinstance(item, Document)
                    yield item, paper
    for failure in doubtful:
        # Where there are papers, an archive without one is data; a broken one may have been one.
        if not gave_papers or not (is_paper or _is_sound(failure)):
            yield Unreadable(failure.name, failure.reason), None


def tree_of(unit: Unpacked) -> MemoryTree:
    """Return the files of an unpacked paper, named as below the bundle."""
    return MemoryTree({f"{unit.name}/{name}": content for name, content in unit.files.items()})


def _is_sound(failure: Unreadable) -> bool:
    return failure.reason.startswith(("no TeX source", NO_DOCUMENT))


def _beside_the_paper(unit: Unpacked) -> Iterator[LeftOut]:
    from astrosearch.corpus.latex import documents_in, ignored_documents

    tree = tree_of(unit)
    found = documents_in(tree)
    for document in (*found, *ignored_documents(tree, found)):
        yield LeftOut(document.name, "in an archive beside a paper; unpack it to have it read")


def _read_unpacked(source: Source, unit: Unpacked) -> Iterator[tuple[Item, Paper | None]]:
    from astrosearch.corpus.latex import documents_in, ignored_documents

    tree = tree_of(unit)
    found = documents_in(tree)
    papers, others = _documents(source, unit, found) if found else (_texts(source, unit), [])
    others += [
        LeftOut(document.name, "left out: the 00README beside it says so")
        for document in ignored_documents(tree, found)
    ]
    if not papers:
        yield Unreadable(unit.name, NO_DOCUMENT), None
    warnings = [*unit.warnings, *map(str, others)]
    for paper in papers:
        try:
            document = _read(paper)
        except Unreadable as failure:
            name = unit.name if len(papers) == 1 else paper.main
            yield (failure if failure.name else Unreadable(name, failure.reason)), None
            continue
        warnings += document.warnings
        document = replace(document, parts=(source.name,), warnings=tuple(warnings))
        warnings = []
        yield with_arxiv_facts(document, paper.version), paper
    yield from ((other, None) for other in others)


def _read(paper: Paper) -> Document:
    from astrosearch.corpus.latex import read_latex
    from astrosearch.corpus.plaintext import read_file

    reader = read_file if paper.is_text else read_latex
    budget = Budget(sum(map(len, paper.files.values())))
    return reader(MemoryTree(paper.files), paper.main, paper.paper_id, budget)


def _id_of(source: Source, unit: Unpacked) -> tuple[str, int | None]:
    """Id and version of a bundle's paper, or what the ids of several begin with."""
    if (known := id_in_path(unit.name)) is not None:
        return known
    inner = unit.name[len(source.name) :]
    if not inner:
        return identify(source)
    return f"{identify(source)[0]}{without_suffix(inner)}", None


def _documents(
    source: Source, unit: Unpacked, found: Sequence[Candidate]
) -> tuple[list[Paper], list[LeftOut]]:
    """Tell the documents that are papers from drafts and supplements beside them."""
    is_paper = id_in_path(unit.name) is not None
    groups: dict[str, list[Candidate]] = {}
    homes = {"": ""} if is_paper else _homes(unit, found)
    for candidate in found:
        below = candidate.name[len(unit.name) + 1 :]
        groups.setdefault(_home(below, homes), []).append(candidate)
    papers: list[Paper] = []
    others: list[LeftOut] = []
    titles: set[str] = set()
    for home, (main, *rest) in sorted(groups.items()):
        paper_id, version = id_in_path(home) or _id_of(source, unit)
        below = without_suffix(main.name[len(unit.name) + 1 :])
        if len(groups) > 1 and id_in_path(home) is None:
            paper_id, version = f"{paper_id}/{below}", None
        files = _files_of(unit, home, homes)
        papers.append(Paper(main.name, paper_id, version, files))
        titles.add(main.title)
        for other in rest:
            own = other.title and other.title not in titles and not other.beside
            if other.stated or (own and not is_paper):
                folder = f"{unit.name}/{home}" if home in homes and home else unit.name
                below = without_suffix(other.name[len(folder) + 1 :])
                papers.append(Paper(other.name, f"{paper_id}/{below}", version, files))
                titles.add(other.title)
            else:
                others.append(LeftOut(other.name, f"left out: {main.name} is the paper"))
    return papers, others


def _homes(unit: Unpacked, found: Sequence[Candidate]) -> dict[str, str]:
    """Name the folders, and files, that are papers of their own: each with the folder it is in."""
    homes: dict[str, str] = {}
    plain: set[str] = set()
    for candidate in found:
        name = candidate.name[len(unit.name) + 1 :]
        above = name
        while above and id_in_path(above) is None:
            above = posixpath.dirname(above)
        if above:
            homes[above] = posixpath.dirname(above) if above == name else above
        else:
            plain.add(posixpath.dirname(name))
    for folder in plain:
        if not any(f"{folder}/".startswith(f"{o}/") for o in plain - {folder}) or "" in plain:
            homes["" if "" in plain else folder] = "" if "" in plain else folder
    return homes


def _home(name: str, homes: Mapping[str, str]) -> str:
    """Find the innermost of `homes` that a file is, or lies in."""
    above = name
    while above and above not in homes:
        above = posixpath.dirname(above)
    return above


def _files_of(unit: Unpacked, home: str, homes: Mapping[str, str]) -> dict[str, bytes]:
    """Gather the files of one paper: of its folder, and of no paper's."""
    folders = {folder: folder for folder in homes.values()}
    mine = homes.get(home, "")
    return {
        f"{unit.name}/{name}": content
        for name, content in unit.files.items()
        for folder in [_home(posixpath.dirname(name), folders)]
        if folder == mine or folder not in folders
    }


def _texts(source: Source, unit: Unpacked) -> list[Paper]:
    """List the papers of a bundle without TeX that holds texts."""
    texts = {
        name: content
        for name, content in unit.files.items()
        if suffixes.suffix_of(name) in kinds.TEXT.suffixes and not suffixes.is_no_paper(name)
    }
    paper_id, version = _id_of(source, unit)
    if id_in_path(unit.name) is not None and len(unit.files) > 1:
        return []
    papers = []
    for name, content in texts.items():
        known = id_in_path(name) if len(texts) > 1 else None
        own_id = paper_id if len(texts) == 1 else f"{paper_id}/{without_suffix(name)}"
        id, number = known or (own_id, version)
        main = f"{unit.name}/{name}"
        papers.append(Paper(main, id, number, {main: content}, is_text=True))
    return papers

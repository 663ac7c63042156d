"""Which files of a corpus are papers."""

from __future__ import annotations

import os
from collections.abc import Container
from dataclasses import dataclass, field, replace
from pathlib import Path

from astrosearch.corpus import kinds, suffixes
from astrosearch.corpus.identifiers import id_in_path, without_suffix
from astrosearch.corpus.kinds import BUNDLE, LATEX, Kind
from astrosearch.corpus.neighbours import Figures, is_main, is_tex_document
from astrosearch.corpus.source import Source, identify
from astrosearch.corpus.tree import FolderTree, walk
from astrosearch.errors import CorpusError, NotFound, Unreadable
from astrosearch.text import escaped, is_text

_LISTED = 5  # files that an error names


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a corpus holds: each of its files is in one of these.

    `sources` are in reading order, `skipped` might be missed and say why they are left out.
    `others` are the names of files that nobody takes for papers: figures, data, code, and what
    LaTeX reads with a document.
    """

    sources: tuple[Source, ...]
    skipped: tuple[Unreadable, ...]
    others: tuple[str, ...] = ()


def discover(corpus: Path, known: Container[str] = (), *, follow_links: bool = False) -> Discovery:
    """Find the sources in a folder, or take a single file for one.

    `known` are paths of sources that an index holds papers of: a text among them isn't taken for
    notes once LaTeX comes to lie beside it. `follow_links` enters links that lead out of the
    folder.

    Raises
    ------
    NotFound
        When there is no such path.
    CorpusError
        When it holds nothing that can be read.
    """
    path = Path(os.path.abspath(corpus.expanduser()))  # noqa: PTH100 - resolve would follow links
    if not is_text(str(path)):
        raise CorpusError(
            f"the path {escaped(str(path))} is not UTF-8, and an index can't hold it.\n"
            f"Rename the file or folder whose name holds the bytes written \\udc.."
        )
    if not path.exists():
        raise NotFound(f"there is no file or folder {path}.\nGive the folder that holds the papers")
    names: list[tuple[str, str | None]]
    if path.is_dir():
        root, names = path, list(walk(path, follow=follow_links))
    else:
        if not path.is_file():
            raise CorpusError(f"{path} is a pipe, socket or device.\nGive a file or folder")
        root, names = path.parent, [(path.name, None)]
    tree = _Corpus(root, follow_links)
    found = _classify(tree, names, known, alone=path != root)
    if not found.sources:
        why = "".join(f"\n  {item}" for item in found.skipped[:_LISTED])
        if len(found.skipped) > _LISTED:
            why += f"\n  ... and {len(found.skipped) - _LISTED:,} more"
        raise CorpusError(
            f"nothing to index in {path}.{why}\nSupported formats: {kinds.readable()}"
        )
    return found


@dataclass(slots=True)
class _Files:
    """The files of a corpus, sorted by their kinds."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    not_read: dict[str, str] = field(default_factory=dict)  # of a kind that isn't, and why
    skipped: list[Unreadable] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def of_kind(self, kind: Kind) -> list[str]:
        """Names of a kind's files."""
        return [name for name, its_kind in self.kinds.items() if its_kind is kind]


@dataclass(frozen=True, slots=True)
class _Corpus:
    """The folder that is looked through, and whether links that lead out of it are followed."""

    root: Path
    follow: bool

    def source(self, name: str, kind: Kind) -> Source:
        """Return a source of it."""
        return Source(self.root, name, kind.name, follow=self.follow)

    def tree(self, within: str = "") -> FolderTree:
        """Return its files, or those of a folder in it."""
        return FolderTree(self.root, within, follow=self.follow)


def _classify(
    corpus: _Corpus, names: list[tuple[str, str | None]], known: Container[str], *, alone: bool
) -> Discovery:
    root = corpus.root
    files = _by_kind(root, names, alone=alone)
    mains, orphans = files.of_kind(LATEX), list[Unreadable]()
    if not alone:
        mains, orphans = _mains(corpus.tree(), mains)
    projects = {name.rpartition("/")[0] for name in mains} - {""}

    def in_project(name: str) -> bool:
        return not projects.isdisjoint(_above(name))

    sources: list[Source] = []
    skipped = [*files.skipped, *orphans]
    for name, kind in files.kinds.items():
        if kind is LATEX:
            continue
        part = not alone and in_project(name) and not id_in_path(name)
        part = part and str(root / name) not in known
        refusal = _refusal(root / name, kind, part=part)
        if refusal is None:
            sources.append(corpus.source(name, kind))
        elif refusal:
            skipped.append(Unreadable(name, refusal))
    sources += [corpus.source(name, LATEX) for name in mains]
    is_figure = Figures(corpus.tree(), mains, only=not projects and len(sources) == len(mains))
    for name, reason in files.not_read.items():
        if alone or id_in_path(name) or not (in_project(name) or is_figure(name)):
            skipped.append(Unreadable(name, reason))
    ordered = sorted(
        _distinct(corpus, sources),
        key=lambda source: (kinds.named(source.kind).order, source.name),
    )
    told = {source.name for source in ordered} | {item.name for item in skipped}
    others = tuple(sorted(name for name, fault in names if fault is None and name not in told))
    return Discovery(tuple(ordered), tuple(sorted(skipped, key=lambda item: item.name)), others)


def _refusal(path: Path, kind: Kind, *, part: bool) -> str | None:
    """Say why a file of a kind is no paper, "" where that needs no words; None if it is one.

    `part` says that it lies in the folder of a paper's LaTeX, and has no arXiv id of its own.
    """
    if part and kind.beside_latex is not None:
        return kind.beside_latex
    if kind.confirmed_by is not None and not kinds.function(kind.confirmed_by)(path):
        return "" if part else kind.unconfirmed
    return None


def _by_kind(root: Path, names: list[tuple[str, str | None]], *, alone: bool) -> _Files:
    files = _Files()
    for name, fault in names:
        if not is_text(name):
            files.skipped.append(Unreadable(escaped(name), "its name is not UTF-8"))
        elif fault is not None:
            files.skipped.append(Unreadable(name, fault))
        elif (kind := _kind(root, name)) is not None:
            files.kinds[name] = kind
        elif (reason := _why_not(root, name, alone=alone)) is not None:
            files.not_read[name] = reason
    return files


def _why_not(root: Path, name: str, *, alone: bool) -> str | None:
    """Say why a file of no kind isn't read; None of one that nobody takes for a paper."""
    if (reason := kinds.why_not_read(name)) is not None:
        return reason
    suffix = suffixes.suffix_of(name)
    if not suffix[1:].isalpha() and id_in_path(name) is not None:
        return _strange(root / name)
    if suffixes.is_beside(name) and not alone:
        return None
    if suffix and suffix != kinds.COMPRESSED and not alone:
        return None
    if suffix == kinds.COMPRESSED or suffixes.is_no_paper(name):
        return f"no paper by its name: {name.rpartition('/')[2]}" if alone else None
    return _strange(root / name, unnamed=True)


def _kind(root: Path, name: str) -> Kind | None:
    """Return the kind of a file, which its name tells, or its beginning."""
    last = name.rpartition("/")[2]
    suffix = suffixes.suffix_of(last)
    kind = kinds.of_suffix(suffix)
    if kind is None and suffix not in suffixes.NOT_READ and id_in_path(name) is not None:
        return _known_by_content(root / name)
    if kind is None and suffix not in suffixes.NOT_READ and not suffixes.is_beside(last):
        return LATEX if is_tex_document(root / name) else None
    for disguised in kinds.found_in(suffix):
        if kinds.function(disguised.confirmed_by or "")(root / name):
            return disguised
    if kind is not None and kind.often_no_paper:
        return None if suffixes.is_no_paper(last) else kind
    if (inner := kinds.inner_suffix(last)) and not id_in_path(last):
        packed = kinds.of_suffix(inner)
        if packed is not None and packed.compressed:
            return packed
        return BUNDLE if packed is not None or not inner[1:].isalpha() else None
    return kind


def _known_by_content(path: Path) -> Kind | None:
    """Return the kind of a file that has an arXiv id and no suffix, as downloads have."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    for kind in kinds.KINDS:
        if kind.known_by is not None and kinds.function(kind.known_by)(head):
            return kind
    return None


def _strange(path: Path, *, unnamed: bool = False) -> str | None:
    """Say what a file is by its beginning: one named by an arXiv id, or without a suffix.

    None where nobody takes it for a paper.
    """
    from astrosearch.corpus.signatures import foreign, is_bundle

    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        return f"can't be read: {error.strerror}"
    what = foreign(head)
    if not unnamed:
        return what or "not text"
    if is_bundle(head):
        return "packed, and its name has no suffix: rename it to end in .tar.gz or .gz"
    if what is None:
        return "its name has no suffix: rename it to end in .txt, or .tex, if it is a paper"
    return what if what.endswith(": no source") else None


def _above(name: str) -> list[str]:
    """Folders of a file, the corpus itself left out."""
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _mains(tree: FolderTree, tex: list[str]) -> tuple[list[str], list[Unreadable]]:
    if not tex:
        return [], []
    from astrosearch.corpus.latex import find_mains
    from astrosearch.corpus.latex.source import is_tex

    found = find_mains(tree, tex)
    others = [name for name in tex if not is_tex(name) and is_main(tree, name)]
    return list(dict.fromkeys([*found.mains, *others])), [
        Unreadable(name, reason) for name, reason in found.orphans
    ]


def _distinct(corpus: _Corpus, sources: list[Source]) -> list[Source]:
    """Give the arXiv id of a folder to one of its documents; the others are named below it."""
    owners: dict[str, list[Source]] = {}
    for source in sources:
        kind = kinds.named(source.kind)
        states_ids = kind.holds == "records"
        if not (states_ids or kind.often_no_paper) and id_in_path(source.name) is None:
            folders = reversed(_above(source.name))
            above = next((folder for folder in folders if id_in_path(folder)), None)
            if above is not None:
                owners.setdefault(above, []).append(source)
    renamed: dict[str, Source] = {}
    for above, members in owners.items():
        if len(members) == 1:
            continue
        from astrosearch.corpus.latex import choose_main

        main = choose_main(corpus.tree(above), [member.name for member in members])
        owner = next((member for member in members if member.name == main), members[0])
        for source in members:
            if source is not owner:
                below = without_suffix(source.name[len(above) + 1 :])
                id = f"{identify(source)[0]}/{below}"
                renamed[source.name] = replace(source, paper_id=id)
    return [renamed.get(source.name, source) for source in sources]

"""Which files of a corpus are papers, and reading them, whatever their kind."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from astrosearch.corpus import bundles, metadata, plaintext
from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import arxiv_year, id_in_path, paper_url, parse_arxiv_id
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.tree import FolderTree, MemoryTree, size_of, surroundings, walk
from astrosearch.errors import CorpusError, NotFound, Unreadable
from astrosearch.text import escaped, is_text

Kind = Literal["latex", "bundle", "metadata", "text"]

_KINDS: dict[str, Kind] = {
    ".tex": "latex",
    ".ltx": "latex",
    ".latex": "latex",
    ".gz": "bundle",
    ".tgz": "bundle",
    ".tar": "bundle",
    ".json": "metadata",
    ".jsonl": "metadata",
    ".ndjson": "metadata",
    ".txt": "text",
    ".text": "text",
    ".md": "text",
    ".markdown": "text",
}
_ORDER: dict[Kind, int] = {"latex": 0, "bundle": 0, "text": 0, "metadata": 1}
_NOT_READ = {
    ".pdf": "PDF files are not read: give the paper's source",
    ".ps": "PostScript files are not read: give the paper's source",
    ".dvi": "DVI files are not read: give the paper's source",
    ".doc": "Word documents are not read: save it as text",
    ".docx": "Word documents are not read: save it as text",
    ".odt": "OpenDocument files are not read: save it as text",
    ".rtf": "RTF files are not read: save it as text",
    ".epub": "EPUB files are not read: save it as text",
    ".htm": "HTML files are not read: save it as text",
    ".html": "HTML files are not read: save it as text",
    ".xml": "XML files are not read: save it as text",
    ".zip": "zip archives are not read: unpack it, or pack it as .tar.gz",
    ".7z": "7z archives are not read: unpack it, or pack it as .tar.gz",
    ".rar": "rar archives are not read: unpack it, or pack it as .tar.gz",
    ".bz2": "bzip2 archives are not read: unpack it, or pack it as .tar.gz",
    ".xz": "xz archives are not read: unpack it, or pack it as .tar.gz",
    ".z": "compress archives are not read: unpack it, or pack it as .tar.gz",
}
_NO_PAPERS = (
    "readme", "00readme", "license", "licence", "copying", "notice", "changelog", "changes",
    "contributing", "code_of_conduct", "authors", "citation", "requirements", "cmakelists",
    "robots", "todo", "security",
)  # fmt: skip
_READ = (
    "LaTeX (.tex), arXiv bundles (.tar.gz, .gz, .tar), arXiv metadata (.jsonl, .json), "
    "text (.txt) and Markdown (.md)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds one paper or many."""

    root: Path
    name: str  # relative to root, with forward slashes
    kind: Kind
    paper_id: str | None = None  # where the name alone would give two papers one id

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.root / self.name


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a corpus holds: sources in reading order, and files left out that might be missed."""

    sources: tuple[Source, ...]
    skipped: tuple[Unreadable, ...]


def discover(corpus: Path) -> Discovery:
    """Find the sources in a folder, or take a single file for one.

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
        root, names = path, list(walk(path))
    else:
        if not path.is_file():
            raise CorpusError(f"{path} is a pipe, socket or device.\nGive a file or folder")
        root, names = path.parent, [(path.name, None)]
    found = _classify(root, names, alone=path != root)
    if not found.sources:
        why = "".join(f"\n  {each}" for each in found.skipped[:5])
        raise CorpusError(f"nothing to index in {path}.{why}\nRead are {_READ}")
    return found


def read(source: Source, *, all_categories: bool = False) -> Iterator[Document | Unreadable]:
    """Yield the papers of a source; what gives none is yielded as Unreadable, and the rest goes on.

    Parameters
    ----------
    source
        As `discover` found it.
    all_categories
        Keep metadata records outside astro-ph too.
    """
    if source.kind == "metadata":
        yield from metadata.read_metadata(source.path, source.name, all_categories=all_categories)
    elif source.kind == "bundle":
        budget = Budget(size_of(source.path))
        for unit in bundles.unpack(source.path, source.name, budget):
            yield unit if isinstance(unit, Unreadable) else _read_unpacked(source, unit)
    else:
        yield _read_one(source)


def why_not_read(path: Path) -> str | None:
    """Say why files of this kind are not read, and what is to be done; None if they may be."""
    return _NOT_READ.get(path.suffix.lower())


def stamp(root: Path, parts: Sequence[str]) -> str:
    """Hash of the files' names, sizes and times of change, to tell a changed source unread."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(set(parts)):
        try:
            status = (root / name).stat()
            state = f"{status.st_size} {status.st_mtime_ns}"
        except (OSError, ValueError):
            state = "absent"
        digest.update(f"{name}\0{state}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _read_one(source: Source) -> Document | Unreadable:
    from astrosearch.corpus.latex import read_latex

    id, version = identify(source)
    budget = Budget(size_of(source.path))
    try:
        if source.kind == "latex":
            folder = surroundings(source.root, source.name.rpartition("/")[0])
            tree = FolderTree(source.root, within=folder)
            return _finished(read_latex(tree, source.name, id, budget), version)
        content = FolderTree(source.root).read(source.name)
        if content is None:
            return Unreadable(source.name, "is not there any more, or leads out of the corpus")
        return _finished(plaintext.read_text(content, source.name, id, budget), version)
    except Unreadable as failure:
        return failure if failure.name else Unreadable(source.name, failure.reason)


def _read_unpacked(source: Source, unit: bundles.Unpacked) -> Document | Unreadable:
    from astrosearch.corpus.latex import choose_main, read_latex

    id, version = id_in_path(unit.name) or identify(source)
    tree = MemoryTree({f"{unit.name}/{name}": content for name, content in unit.files.items()})
    budget = Budget(sum(map(len, unit.files.values())))
    try:
        main = choose_main(tree)
        if main is not None:
            document = read_latex(tree, main, id, budget)
        elif len(unit.files) == 1 and tree.names()[0].lower().endswith((".txt", ".md")):
            name = tree.names()[0]
            document = plaintext.read_text(tree.read(name) or b"", name, id, budget)
        else:
            return Unreadable(unit.name, "no LaTeX document in it")
    except Unreadable as failure:
        return failure if failure.name else Unreadable(unit.name, failure.reason)
    document = replace(
        document, parts=(source.name,), warnings=(*unit.warnings, *document.warnings)
    )
    return _finished(document, version)


def _finished(document: Document, version: int | None) -> Document:
    """Add what the arXiv id tells."""
    paper = document.paper
    if parse_arxiv_id(paper.id) is not None:
        paper = replace(paper, year=arxiv_year(paper.id), url=paper_url(paper.id))
    return replace(document, paper=paper, version=version)


def identify(source: Source) -> tuple[str, int | None]:
    """Id and version of a source's paper: from an arXiv id in its path, else the path itself."""
    above = source.name
    while above:
        if (found := id_in_path(above)) is not None:
            return (source.paper_id or found[0]), found[1]
        above = above.rpartition("/")[0] if source.kind != "text" else ""
    return source.paper_id or bundles.without_suffix(source.name), None


def _classify(root: Path, names: list[tuple[str, str | None]], *, alone: bool) -> Discovery:
    skipped: list[Unreadable] = []
    kinds: dict[str, Kind] = {}
    printed: list[str] = []
    for name, fault in names:
        last = name.rpartition("/")[2]
        suffix = Path(last).suffix.lower()
        if not is_text(name):
            skipped.append(Unreadable(escaped(name), "its name is not UTF-8"))
        elif fault is not None:
            skipped.append(Unreadable(name, fault))
        elif (kind := _kind(root, name, suffix)) is not None:
            kinds[name] = kind
        elif suffix in _NOT_READ or (suffix == ".gz" and _inner(last) in _NOT_READ):
            printed.append(name)
        elif not suffix[1:].isalpha() and id_in_path(name) is not None:
            skipped.append(Unreadable(name, _strange(root / name)))
    tex = [name for name, kind in kinds.items() if kind == "latex"]
    if alone:
        mains = tex
    else:
        mains, orphans = _mains(root, tex)
        skipped += orphans
    projects = {name.rpartition("/")[0] for name in mains} - {""}
    sources: list[Source] = []
    for name, kind in kinds.items():
        within_project = not alone and not projects.isdisjoint(_above(name))
        if kind == "latex":
            continue
        part = within_project and not id_in_path(name)
        if kind == "text" and part:
            skipped.append(Unreadable(name, "taken for data or notes beside a paper's LaTeX"))
            continue
        if kind == "metadata" and not metadata.is_metadata(root / name):
            if not part:
                skipped.append(Unreadable(name, "JSON, but no arXiv metadata records"))
            continue
        sources.append(Source(root, name, kind))
    sources += [Source(root, name, "latex") for name in mains]
    stems = {bundles.without_suffix(name) for name in tex}  # `ms.pdf` is `ms.tex` printed
    for name in printed:
        figure = bundles.without_suffix(name) in stems or not projects.isdisjoint(_above(name))
        if alone or id_in_path(name) or not figure:
            suffix = Path(name).suffix.lower()
            skipped.append(Unreadable(name, _NOT_READ[_inner(name) if suffix == ".gz" else suffix]))
    ordered = sorted(_distinct(root, sources), key=lambda each: (_ORDER[each.kind], each.name))
    return Discovery(tuple(ordered), tuple(sorted(skipped, key=lambda each: each.name)))


def _kind(root: Path, name: str, suffix: str) -> Kind | None:
    """Kind of a file, mostly by its name."""
    last = name.rpartition("/")[2]
    kind = _KINDS.get(suffix)
    if kind == "text" and Path(last).stem.lower() in _NO_PAPERS:
        return None
    if suffix == ".gz" and (inner := _inner(last)) and not id_in_path(last):
        if _KINDS.get(inner) == "metadata":
            return "metadata"
        return "bundle" if inner in _KINDS or not inner[1:].isalpha() else None
    if kind is None and suffix not in _NOT_READ and id_in_path(name) is not None:
        return _sniffed(root / name)
    return kind


def _sniffed(path: Path) -> Kind | None:
    """Kind of a file that is named by an arXiv id alone, as downloads are."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return None
    if bundles.is_bundle(head):
        return "bundle"
    if bundles.foreign(head) is not None:
        return None
    return "latex" if bundles.is_tex(head) else "text"


def _strange(path: Path) -> str:
    """Say why a file named by an arXiv id is none of what can be read."""
    try:
        with path.open("rb") as file:
            return bundles.foreign(file.read(4096)) or "not text"
    except OSError as error:
        return f"can't be read: {error.strerror}"


def _inner(name: str) -> str:
    """Suffix before `.gz`."""
    return Path(Path(name).stem).suffix.lower()


def _above(name: str) -> list[str]:
    """Folders of a file, the corpus itself left out."""
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def _mains(root: Path, tex: list[str]) -> tuple[list[str], list[Unreadable]]:
    if not tex:
        return [], []
    from astrosearch.corpus.latex import find_mains

    tree = FolderTree(root)
    found = find_mains(tree, tex)
    others = [name for name in tex if not name.lower().endswith(".tex") and _is_main(tree, name)]
    return list(dict.fromkeys([*found.mains, *others])), [
        Unreadable(name, reason) for name, reason in found.orphans
    ]


def _is_main(tree: FolderTree, name: str) -> bool:
    """Whether a TeX file by another name, `0704.1659` or `ms.ltx`, is a document."""
    try:
        content = tree.read(name) or b""
    except Unreadable:
        return True  # its reading will say why
    return b"\\documentclass" in content or b"\\documentstyle" in content


def _distinct(root: Path, sources: list[Source]) -> list[Source]:
    """Give the arXiv id of a folder to one of its documents; the others are named below it."""
    owners: dict[str, list[Source]] = {}
    for source in sources:
        if source.kind in ("latex", "bundle") and id_in_path(source.name) is None:
            above = next((each for each in reversed(_above(source.name)) if id_in_path(each)), None)
            if above is not None:
                owners.setdefault(above, []).append(source)
    renamed: dict[str, Source] = {}
    for above, members in owners.items():
        if len(members) == 1:
            continue
        from astrosearch.corpus.latex import choose_main

        main = choose_main(FolderTree(root, within=above))
        owner = next((each for each in members if each.name == main), members[0])
        for source in members:
            if source is not owner:
                below = bundles.without_suffix(source.name[len(above) + 1 :])
                id = f"{identify(source)[0]}/{below}"
                renamed[source.name] = replace(source, paper_id=id)
    return [renamed.get(source.name, source) for source in sources]

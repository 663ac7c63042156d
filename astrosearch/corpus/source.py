"""A file of a corpus that holds papers: what it is called, and what its name says of them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from astrosearch.corpus import kinds
from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import (
    arxiv_year,
    id_in_path,
    paper_url,
    parse_arxiv_id,
    without_suffix,
)
from astrosearch.corpus.normalization import nfc


@dataclass(frozen=True, slots=True)
class Source:
    """A file that holds one paper or many."""

    root: Path
    name: str  # relative to root, with forward slashes
    kind: str  # the name of one of `kinds.KINDS`
    paper_id: str | None = None  # where the name alone would give two papers one id
    follow: bool = False  # links that lead out of the root

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.root / self.name


def identify(source: Source) -> tuple[str, int | None]:
    """Id and version of a source's paper: from an arXiv id in its path, else the path itself."""
    from_folders = not kinds.named(source.kind).often_no_paper
    above = source.name
    while above:
        if (found := id_in_path(above)) is not None:
            return (source.paper_id or found[0]), found[1]
        above = above.rpartition("/")[0] if from_folders else ""
    return source.paper_id or nfc(without_suffix(source.name)), None


def with_arxiv_facts(document: Document, version: int | None) -> Document:
    """Add the version, and the year and address that a paper's arXiv id tells."""
    paper = document.paper
    if parse_arxiv_id(paper.id) is not None:
        paper = replace(
            paper, year=arxiv_year(paper.id), year_estimated=False, url=paper_url(paper.id)
        )
    return replace(document, paper=paper, version=version)


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

"""The papers of a corpus, found by arXiv id, DOI or title when cited; their texts on disk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from astrosearch.records import Paper
from astrosearch.training.pairs.bibliography import Work
from astrosearch.training.pairs.file import Split
from astrosearch.training.pairs.fingerprints import digest, title_key

LEAST_TITLE = 18  # letters; a shorter one ("Cosmic rays") may be any paper's


@dataclass(frozen=True, slots=True)
class KnownWork:
    """A paper of the corpus: title and abstract in the text form asked for."""

    id: str
    split: Split
    title: str
    abstract: str | None


class KnownWorks:
    """Papers that may be cited: some 16 bytes of memory a name, the texts in a file."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "works.jsonl").open("w+b")
        self._places: dict[int, int] = {}  # digest of a name -> 2 * offset + has an abstract

    def __enter__(self) -> KnownWorks:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, paper: Paper, known: KnownWork) -> None:
        """Add a paper; of several readings of one paper, the first with an abstract counts."""
        place = 2 * self._file.seek(0, 2) + (known.abstract is not None)
        row = (known.id, known.split, known.title, known.abstract)
        self._file.write(json.dumps(row).encode() + b"\n")
        for name in _names(paper.title, paper.id, paper.doi):
            if not self._places.get(name, 0) % 2:
                self._places[name] = place

    def find(self, work: Work) -> KnownWork | None:
        """The paper that a bibliography means, if the corpus has it."""
        for name in _names(work.title, work.arxiv_id, work.doi):
            if (place := self._places.get(name)) is not None:
                self._file.seek(place // 2)
                return KnownWork(*json.loads(self._file.readline()))
        return None


def _names(title: str | None, id: str | None, doi: str | None) -> list[int]:
    names = []
    if id:
        names.append(digest(f"id {id}"))
    if doi:
        names.append(digest(f"doi {doi.lower().removeprefix('https://doi.org/')}"))
    if title and len(key := title_key(title)) >= LEAST_TITLE:
        names.append(digest(f"title {key}"))
    return names

"""Which papers of a corpus may be mined: all, those named, or all but those named."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.corpus.source import Source, identify
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.records import SourceSentence
from astrosearch.training.pairs.cleaning import is_fragment
from astrosearch.training.pairs.fingerprints import near_keys, title_key


def read_names(path: Path | None) -> frozenset[str]:
    """Read a list of papers, one a line: an id, the name of a file, or a folder; None names none.

    Raises
    ------
    NotFound
        There is no such file.
    AstrosearchError
        It can't be read, or names nothing.
    """
    if path is None:
        return frozenset()
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError as error:
        raise NotFound(
            f"there is no list of papers at {path.absolute()}.\n"
            "Give a file with an id, a file's name or a folder's name a line"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise AstrosearchError(
            f"the list of papers {path.absolute()} can't be read ({error}).\n"
            "Give UTF-8 text with an id, a file's name or a folder's name a line"
        ) from error
    lines = [line.strip().replace(os.sep, "/") for line in lines]  # as `_called` writes paths
    names = {line.removeprefix("./").rstrip("/") for line in lines} - {""}
    if not names:
        raise AstrosearchError(
            f"{path.absolute()} names no paper.\nWrite one per line, or leave it out"
        )
    return frozenset(names | {parsed[0] for name in names if (parsed := parse_arxiv_id(name))})


def is_named(names: frozenset[str], source: Source, paper_id: str | None = None) -> bool:
    """Whether a list names a source's file, a folder on its path, or its paper's id."""
    return not names.isdisjoint(_called(source)) or paper_id in names


@dataclass(slots=True)
class Withheld:
    """What excluded papers say, so that other sources with the same text are not mined either.

    `keys` are the near-identity keys of their sentences: 8 bytes each, in a set.
    """

    titles: set[str] = field(default_factory=set)
    keys: set[int] = field(default_factory=set)

    def add(self, document: Document, sentences: Iterable[SourceSentence]) -> None:
        """Withhold a paper's title and sentences."""
        if document.paper.title and len(title := title_key(document.paper.title)) > 15:
            self.titles.add(title)
        for sentence in sentences:
            if sentence.section == "Title" or not is_fragment(sentence.text):
                self.keys.update(near_keys(sentence.text))

    def holds_paper(self, document: Document) -> bool:
        """Whether a paper has the title of one withheld."""
        title = document.paper.title
        return title is not None and title_key(title) in self.titles

    def holds(self, keys: Iterable[int]) -> bool:
        """Whether a text with these keys is near-identical to a sentence withheld."""
        return not self.keys.isdisjoint(keys)


def _called(source: Source) -> Iterator[str]:
    """Yield all names by which a list may call a source."""
    parts = [*source.root.parts, *source.name.split("/")]
    yield from parts
    yield source.path.as_posix()
    yield identify(source)[0]
    for depth in range(2, source.name.count("/") + 2):
        yield "/".join(source.name.split("/")[:depth])
    last = parts[-1]
    while "." in last:
        last = last.rpartition(".")[0]
        yield last

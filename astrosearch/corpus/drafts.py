"""A text of one's own, an abstract or a whole manuscript, as sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from astrosearch.corpus import kinds, suffixes
from astrosearch.corpus.discover import discover
from astrosearch.corpus.document import Document, Origin, Passage
from astrosearch.corpus.latex import read_latex
from astrosearch.corpus.plaintext import decode
from astrosearch.corpus.read import read_source
from astrosearch.corpus.sentences import sentences_of
from astrosearch.corpus.tree import MAX_FILE_BYTES, MemoryTree, size_of
from astrosearch.errors import CorpusError, NotFound, Unreadable

_TEX = re.compile(r"\\(?:documentclass|begin|section|title|abstract|cite[a-z]*)\b")
LONGEST_WITH_FORMULAS = 20_000  # characters of a paragraph; a longer one is no prose
_CURE = "Give LaTeX or plain text."
_PARAGRAPH = re.compile(r"\n\s*\n")


def sentences_in_file(path: Path) -> list[str]:
    """Read a file by the reader for its kind, with the files it includes.

    Raises
    ------
    NotFound, CorpusError
        When it isn't there, or isn't a text.
    """
    where = path.absolute()
    if not path.exists():
        raise NotFound(f"there is no file {where}.\nGive a text, or - for standard input.")
    if not path.is_file():
        raise CorpusError(f"{where} is no file.\nGive a .tex, .txt or .md file.")
    if reason := kinds.why_not_read(path.name):
        raise CorpusError(f"{where} can't be read.\n{reason}")
    if size_of(path) > MAX_FILE_BYTES:
        raise CorpusError(f"{where} is larger than a paper can be.\n{_CURE}")
    kind = kinds.of_suffix(suffixes.suffix_of(path.name))
    try:
        text = "" if kind is not None and kind.binary else decode(path.read_bytes(), str(where))
        sources = discover(path).sources
    except Unreadable as error:
        raise CorpusError(f"{where} is {error.reason}.\n{_CURE}") from error
    except CorpusError:
        sources = ()  # a text under another name
    if any(kinds.named(source.kind).holds == "records" for source in sources):
        raise CorpusError(
            f"{where} holds metadata of papers, no text of one.\n"
            "Index it, and give the papers' ids."
        )
    found = [unit for source in sources for unit in read_source(source)]
    passages = [p for unit in found if isinstance(unit, Document) for p in unit.passages]
    return _readable(passages) or sentences_in(text, str(where))


def sentences_in(text: str | bytes, name: str) -> list[str]:
    """Split a text, LaTeX or plain; `name` is what messages call it.

    Raises
    ------
    CorpusError
        When it isn't text, or holds none.
    """
    if len(text) > MAX_FILE_BYTES:
        raise CorpusError(f"{name} is larger than a paper can be.\n{_CURE}")
    if isinstance(text, bytes):
        try:
            text = decode(text, name)
        except Unreadable as error:
            raise CorpusError(f"{name} is {error.reason}.\n{_CURE}") from error
    found = _in_latex(text) if _TEX.search(text) else []
    found = found or _readable(_passage(each) for each in _PARAGRAPH.split(text))
    if not found:
        raise CorpusError(f"{name} holds no text.\nGive a sentence or more.")
    return found


def _in_latex(text: str) -> list[str]:
    tree = MemoryTree({"draft.tex": text.encode(errors="replace")})
    try:
        return _readable(read_latex(tree, "draft.tex", "draft").passages)
    except Unreadable:
        return []


def _passage(paragraph: str) -> Passage:
    from astrosearch.corpus.textform import of_query

    plain = " ".join(paragraph.split())
    if len(plain) < LONGEST_WITH_FORMULAS:
        plain = of_query(plain, "plain")
    return Passage(None, plain, (), (Origin(0, "", 1),))


def _readable(passages: Iterable[Passage]) -> list[str]:
    return [
        sentence.text
        for passage in passages
        for sentence in sentences_of(passage)
        if any(character.isalnum() for character in sentence.text)
    ]

"""What becomes of a paper that was read: which edition wins, and what is asked of the writer.

A paper may be met several times, in an archive's record, a bundle, a text file. Each is an edition,
and the sentences of one of them are indexed. Nothing here reads a file or the index.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from astrosearch.corpus import kinds
from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import id_in_path, parse_arxiv_id
from astrosearch.corpus.record_ids import NUMBERED
from astrosearch.records import Paper, SourceSentence, is_sentence_id
from astrosearch.store.rows import Edition, NoteEdition, PutPaper, Refusal, SourceRow

_NEWEST = 10**6  # counts as the version where none is named


def edition_of(source_id: int, document: Document, sentences: Sequence[SourceSentence]) -> Edition:
    """Describe a document as an edition of its paper."""
    return Edition(
        source_id,
        document.paper,
        document.full_text,
        document.version,
        digest=_digest([[s.text, s.tex, s.section] for s in sentences]),
        places=_digest([[s.file, s.line, s.paragraph] for s in sentences]),
    )


def wins(
    new: Edition, new_kind: str, old: Edition, old_kind: str, old_is_gone: Callable[[], bool]
) -> bool:
    """Whether an edition takes the place of the indexed one, which is from another source.

    Full text beats an abstract, a newer version an older one, and then the rank of the sources'
    kinds counts. Of equals the indexed one stays, as long as its file is there.
    """
    new_rank = new.full_text, _version(new, new_kind), kinds.rank(new_kind)
    old_rank = old.full_text, _version(old, old_kind), kinds.rank(old_kind)
    return old_is_gone() if new_rank == old_rank else new_rank > old_rank


def _version(edition: Edition, kind: str) -> int:
    """Version of an edition, for comparing.

    A source of arXiv's whose name has no version is the newest there was when it was fetched. A
    text without one may have been made of any.
    """
    if edition.version is not None:
        return edition.version
    return _NEWEST if edition.full_text and kinds.rank(kind) >= kinds.LATEX.rank else 0


def repeated(
    source_name: str, before: Edition, new: Edition, sentences: Sequence[SourceSentence]
) -> Refusal:
    """Name the one of two editions of a paper in one source that is not indexed."""
    paper_id = new.paper.id
    if _number(before) >= _number(new):
        place = sentences[0]
        name = place.file if place.file != source_name else f"{place.file}:{place.line}"
    else:
        name = f"{source_name}: {paper_id}v{before.version}"
    return Refusal(name, f"another version of {paper_id}", duplicate_of=paper_id)


def _number(edition: Edition) -> int:
    return _NEWEST if edition.version is None else edition.version


def change_for(
    edition: Edition,
    sentences: Sequence[SourceSentence],
    *,
    before: Edition | None,
    indexed: Edition | None,
    beaten: bool,
    removed: bool,
    run: int,
) -> PutPaper | NoteEdition | None:
    """Say what is asked of the writer; None where the source has a better edition itself.

    Parameters
    ----------
    edition, sentences
        What was read in this run.
    before
        The edition of the same paper that was last read from the same source.
    indexed
        The edition whose sentences are indexed; None if the paper isn't, or was removed.
    beaten
        Whether `indexed` is from another source and keeps its place: see `wins`.
    removed
        Whether people removed the paper.
    run
        The number of this run.
    """
    met = before is not None and before.seen == run
    if before is not None and met and _number(before) >= _number(edition):
        return None  # v2 and then v1 in one tar
    if indexed is None:
        return NoteEdition(edition) if removed else PutPaper(edition, sentences)
    if beaten:
        return NoteEdition(edition)
    if indexed.digest != edition.digest:
        return PutPaper(edition, sentences)
    moved = indexed.places != edition.places or indexed.source_id != edition.source_id
    return NoteEdition(edition, moved=sentences if moved else ())


def possible_ids(paper: Paper, row: SourceRow) -> list[str]:
    """List the ids that a paper may have, in order of preference.

    An arXiv id is the same paper wherever it is met. Other ids are told from a file's path, and
    two corpora may both call a paper `notes/main`: the later one takes a longer name. A record
    states its id, and is the same paper in whatever file.
    """
    if parse_arxiv_id(paper.id) is not None:
        return [paper.id]
    if kinds.rank(row.kind) and kinds.named(row.kind).holds == "records":
        return [f"{NUMBERED}{paper.id}" if is_sentence_id(paper.id) else paper.id]
    id = row.name if is_sentence_id(paper.id) else paper.id  # `12.txt`: 12 is a sentence
    return [
        prefix + id for prefix in ("", f"{Path(row.root).name}/", f"{row.root}/", f"{row.path}/")
    ]


def papers_to_keep(source_name: str, failures: Sequence[tuple[str, str]]) -> frozenset[str] | None:
    """Say which papers may be hidden in what could not be read; None: any of the source's."""
    names = [name for name, _ in failures]
    if any(name == source_name or re.fullmatch(r".*:\d+", name) for name in names):
        return None
    found = (id_in_path(name) for name in names)
    return frozenset(id_and_version[0] for id_and_version in found if id_and_version)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False).encode()).hexdigest()[:32]

"""An index, a paper and a sentence as they are shown: what is gathered for `info` and `show`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal

from astrosearch.lock import writer_of
from astrosearch.records import Paper, Shown, is_sentence_id
from astrosearch.search.filters import EVERYTHING, Filters, fold

if TYPE_CHECKING:
    from astrosearch.search.index import Index
    from astrosearch.search.snapshot import Snapshot

Order = Literal["year", "-year", "id", "title", "author", "sentences"]

NEIGHBOURS = 3  # sentences shown before and after one asked for; more if its paragraph is longer


def look_up(index: Index, id: str) -> Shown:
    """Find a paper, or a sentence within its paragraph, by what people type (`Index.find`)."""
    id = index.find(id)
    if not is_sentence_id(id):
        paper, sentences = index.paper(id)
        return Shown(paper, tuple(sentences))
    marked, paper = index.sentence(int(id))
    _, sentences = index.paper(paper.id)
    at = [s.id for s in sentences].index(marked.id)
    first, last = at - NEIGHBOURS, at + NEIGHBOURS
    if marked.paragraph is not None:
        paragraph = [i for i, s in enumerate(sentences) if s.paragraph == marked.paragraph]
        first, last = min(first, paragraph[0] - 1), max(last, paragraph[-1] + 1)
    return Shown(paper, tuple(sentences[max(0, first) : last + 1]), marked)


def list_papers(
    index: Index, filters: Filters = EVERYTHING, sort: Order = "year", limit: int | None = None
) -> list[tuple[Paper, int]]:
    """List the papers that filters take, each with the number of its sentences.

    What isn't known comes last, and papers that are equal in `sort` are in the order of their ids.
    """

    def listed(state: Snapshot) -> list[tuple[Paper, int]]:
        return [(paper, n) for paper, n in state.catalogue.papers() if filters.takes(paper)]

    papers = index.read(listed)
    papers.sort(key=lambda listed: listed[0].id)
    papers.sort(key=_ORDERS[sort])
    return papers[:limit]


_ORDERS: dict[Order, Callable[[tuple[Paper, int]], Any]] = {
    "id": lambda listed: listed[0].id,
    "year": lambda listed: (listed[0].year is None, listed[0].year or 0),
    "-year": lambda listed: -(listed[0].year or -9999),
    "title": lambda listed: (listed[0].title is None, fold(listed[0].title or "")),
    "author": lambda listed: (not listed[0].authors, [*map(_surname, listed[0].authors)]),
    "sentences": lambda listed: -listed[1],
}


def _surname(name: str) -> tuple[str, str]:
    """Return what an author is filed under: the family's name, as far as the name tells."""
    family, comma, given = fold(name).partition(",")
    if comma:
        return family, given
    given, _, family = fold(name).rpartition(" ")
    return family, given


def facts_of(index: Index) -> dict[str, Any]:
    """Gather what `info` says of an index, under the keys of its JSON."""
    counts, encoder, codes = index.counts, index.encoder_identity, index.codes
    vectors_bytes = sum(row.bytes for row in index.segments)
    stored = sum(row.vectors for row in index.segments)
    edge = codes.segment.last_id if codes else 0
    beside = sum(row.vectors for row in index.segments if row.first_id > edge)
    return {
        "index": str(index.path.absolute()),
        "papers": counts.papers,
        "full_texts": counts.full_texts,
        "sentences": counts.sentences,
        "encoder": encoder.name,
        "encoder_fingerprint": encoder.fingerprint,
        "dimension": encoder.dimension,
        "text_form": encoder.text_form,
        "segments": counts.segments,
        "search": "exact" if codes is None else "codes",
        "recall_at_10": 1.0 if codes is None else codes.recall,
        "vectors_bytes": vectors_bytes,
        "bytes_per_sentence": round(vectors_bytes / stored, 1) if stored else None,
        "codes_bytes": 0 if codes is None else codes.segment.bytes,
        "not_coded": beside if codes else 0,
        "dead_vectors": counts.dead_vectors,
        "database_bytes": index.database_bytes,
        "not_read": [{"file": name, "reason": reason} for name, reason in index.failures],
        **index.read(_history),
        "being_written_by": _writer(index),
    }


def _history(state: Snapshot) -> dict[str, Any]:
    """Say which corpora an index has, who wrote it when, and what its papers lack."""
    catalogue = state.catalogue
    coverage, (version, format) = catalogue.coverage(), catalogue.written_by()
    return {
        "corpora": catalogue.roots(),
        "without_year": coverage.without_year,
        "without_authors": coverage.without_authors,
        "without_categories": coverage.without_categories,
        "written_by": version,
        "format": format,
        "last_written": catalogue.last_written().isoformat(" ", "seconds"),
    }


def _writer(index: Index) -> str | None:
    found = writer_of(index.path)
    return None if found is None else f"process {found[0]}, since {found[1]}"

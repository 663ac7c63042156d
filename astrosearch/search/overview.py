"""An index, a paper and a sentence as they are shown: what is gathered for `info` and `show`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from astrosearch.records import Shown, is_sentence_id

if TYPE_CHECKING:
    from astrosearch.search.index import Index

NEIGHBOURS = 3  # sentences shown before and after one asked for; more if its paragraph is longer


def look_up(index: Index, id: str) -> Shown:
    """Find a paper, or a sentence within its paragraph, by an id as people type it."""
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
    }

"""Hits as programs read them: one JSON object a line, whose keys are a contract."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from astrosearch.records import SCORE_DIGITS, Context, Hit, Paper
from astrosearch.text import CONTROL


def to_json(
    query: str,
    hits: Sequence[Hit],
    contexts: Mapping[int, Context] | None = None,
    *,
    weak: bool = False,
) -> str:
    """Write one query's answer as one line of JSON; `weak` says that nothing close was found.

    Where `contexts` are given, by sentence id, each hit is written with its own; a sentence that is
    gone from the index has an empty one.
    """

    def written(hit: Hit) -> dict[str, object]:
        if contexts is None:
            return json_hit(hit)
        return json_hit(hit) | json_context(contexts.get(hit.sentence.id, ([], [])))

    said = {"weak": True} if weak else {}
    return json_line({"query": query, "hits": [written(hit) for hit in hits], **said})


def json_line(value: object) -> str:
    """Write a value as one line of JSON, exact, and harmless where a terminal shows it."""
    text = json.dumps(value, ensure_ascii=False)
    return CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_hit(hit: Hit) -> dict[str, object]:
    """Return a hit under the contract's keys; `matches` and `alike` only where they are known."""
    return {
        "rank": hit.rank,
        "score": round(hit.score, SCORE_DIGITS),
        "sentence_id": hit.sentence.id,
        "text": hit.sentence.text,
        "section": hit.sentence.section,
        "paper": json_paper(hit.paper),
        "source": {"file": hit.sentence.file, "line": hit.sentence.line},
        **({} if hit.matches is None else {"matches": hit.matches}),
        **({"alike": hit.alike} if hit.alike else {}),
    }


def json_context(context: Context) -> dict[str, object]:
    """Return the sentences around a hit, which stand beside the hit's own keys."""
    before, after = context
    texts = {
        "before": [sentence.text for sentence in before],
        "after": [sentence.text for sentence in after],
    }
    return {"context": texts}


def json_paper(paper: Paper) -> dict[str, object]:
    """Return a paper under the contract's keys; what isn't known is null."""
    return {
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "year": paper.year,
        "categories": list(paper.categories),
        "url": paper.url,
        "doi": paper.doi,
        "bibcode": paper.ads_bibcode,
        "ads": paper.ads,
        "journal": paper.journal,
        **({"year_estimated": True} if paper.year_estimated else {}),
    }

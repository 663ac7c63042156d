"""Answers in a few lines of plain text: what Python prints of them."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Protocol

from astrosearch.records import Hit
from astrosearch.text import counted, escaped, one_line

HITS, QUERIES, CHARACTERS = 10, 5, 80  # shown of an answer, of a batch, and of a sentence


class Answers(Protocol):
    """Answers to a batch of queries."""

    @property
    def queries(self) -> tuple[str, ...]:
        """The queries."""
        ...

    def __getitem__(self, i: int, /) -> Sequence[Hit]: ...


def hits_text(query: str, hits: Sequence[Hit], most: int = HITS) -> str:
    """Write the answer to a query: a line for each of the first hits."""
    lines = [f"{counted(len(hits), 'hit')} for {_cut(query)!r}"]
    for hit in itertools.islice(hits, most):
        where = f"[{escaped(one_line(hit.paper.id))}, id {hit.sentence.id}]"
        lines.append(f"{hit.rank:>2}  {hit.score:.3f}  {_cut(hit.sentence.text)}  {where}")
    if len(hits) > most:
        lines.append(f"... and {len(hits) - most:,} more")
    return "\n".join(lines)


def results_text(answers: Answers) -> str:
    """Write the answers to a batch: for each of the first queries its best hit."""
    total = len(answers.queries)
    lines = ["1 query" if total == 1 else f"{total:,} queries"]
    first = range(min(total, QUERIES))
    lines += [hits_text(answers.queries[i], answers[i], most=1) for i in first]
    if total > QUERIES:
        lines.append(f"... and {total - QUERIES:,} more queries")
    return "\n".join(lines)


def _cut(text: str) -> str:
    line = escaped(one_line(text))
    return line if len(line) <= CHARACTERS else f"{line[: CHARACTERS - 1].rstrip()}…"

"""Title pages, which classes for theses and reports let authors set as ordinary text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from astrosearch.corpus.document import Passage

MAX_LINE = 15  # words; a longer one is a paragraph, however it ends
MAX_FORMALITY = 60

_CAPTIONS = ("Title", "Figure caption", "Table caption")
_ENDED = re.compile(r"[.?!:;,…][”’\"')\]]*$|\]$")
_FORMALITY = re.compile(
    r"partial ful?fill?ment|dissertation submitted|thesis submitted|all rights reserved"
    r"|degree of (?:doctor|master|bachelor)|^draft version|^submitted to|^received \w+ \d"
    r"|^(?:corresponding author|send correspondence|e-?mail)\b|supervisors?:|^signature:"
    r"|left intentionally blank|^facilit(?:y|ies):",
    re.IGNORECASE,
)


def without_title_pages(passages: Sequence[Passage]) -> list[Passage]:
    """Drop what stands under no heading and is plainly no running text.

    A text without any heading keeps everything: it may be a letter or a note.
    """
    if not any(p.section and p.section not in _CAPTIONS for p in passages):
        return list(passages)
    return [p for p in passages if p.section is not None or not _is_formality(p)]


def _is_formality(passage: Passage) -> bool:
    count = passage.text.count(" ") + 1
    if count <= MAX_LINE and not _ENDED.search(passage.text):
        return True
    return count <= MAX_FORMALITY and _FORMALITY.search(passage.text) is not None

"""Questions with the sentences that answer them, the sentences named by digest.

The texts belong to their authors, so the benchmark's file holds where an answer stands and what
its digest is, never the sentence itself: the corpus supplies that.
"""

from __future__ import annotations

import hashlib
import re

_NEITHER_LETTER_NOR_DIGIT = re.compile("[^a-z0-9]+")


def sentence_digest(text: str) -> str:
    """Digest of a sentence that spacing, case, punctuation and symbols leave alone.

    The first 16 hexadecimal digits of the sha256 over its lower-case ASCII letters and digits.

    >>> sentence_digest("The H II region, at 5 kpc.") == sentence_digest("the hii region at 5kpc")
    True
    """
    bare = _NEITHER_LETTER_NOR_DIGIT.sub("", text.lower())
    return hashlib.sha256(bare.encode()).hexdigest()[:16]

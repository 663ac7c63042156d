"""What a sentence's wording tells of its worth to a reader, whatever the query."""

from __future__ import annotations

import math
import re

# Weights in units of a score, which is at most 1 but for its paper's share. On graded topics longer
# sentences answer more often, up to 30 words, and so do those that state a finding; those that only
# announce one repeat the query best and tell nothing. Tried with all these topics in view.
LENGTH, FINDING, ANNOUNCEMENT = 0.06, 0.02, -0.03
SHORTEST, USUAL, LONGEST = 3, 20, 30  # words
BEST = LENGTH * math.log(LONGEST / USUAL) + FINDING  # what is added at most

_WORD = re.compile(r"\w+")
_FINDING = re.compile(
    r"\b(?:we (?:find|found|show|conclude)|because|leads? to|due to|caused by|results? (?:in|from)|"
    r"impl(?:y|ies)|suggests?|indicates?|conclude|explains?|consistent with)\b",
    re.IGNORECASE,
)
_ANNOUNCEMENT = re.compile(
    r"(?:in this (?:paper|work|article|section|chapter|letter|study)|"
    r"(?:here,? )?we (?:present|describe|discuss|review|report|introduce|investigate|study|"
    r"consider|explore|outline)\b|this (?:paper|work|article|section|review|chapter) |let us |"
    r"the (?:aim|goal|purpose) of |(?:in )?section \d|the paper is organi[sz]ed|in what follows|"
    r"we now turn|the rest of )",
    re.IGNORECASE,
)


def worth(text: str) -> float:
    """Return what is added to a sentence's score for its wording.

    >>> round(worth("We present new maps."), 3), round(worth("Gas cools because dust glows."), 3)
    (-0.127, -0.063)
    """
    words = min(max(len(_WORD.findall(text)), SHORTEST), LONGEST)
    found = LENGTH * math.log(words / USUAL)
    if _FINDING.search(text):
        found += FINDING
    if _ANNOUNCEMENT.match(text):
        found += ANNOUNCEMENT
    return found

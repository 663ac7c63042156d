"""What people say around a question, which says nothing of what they ask for."""

from __future__ import annotations

import re

_MANNERS = r"(?:please|hi|hello|(?:can|could) you|i (?:want|need|would like) to|help me)"
_VERBS = r"(?:find|show|give|list|tell|get|search|look|looking|know|see|read|recommend)"
_OBJECTS = r"(?:me|us|for|about|all|any|some|the)"
_THERE = r"(?:is|are|was|were|have|has|had) (?:there|anyone|anybody|people)(?: (?:any|some|been))?"
_ASKED = (
    r"(?:what|which|who|where|when|why|how)(?:'s| (?:is|are|was|were|do|does|did|can|could|many"
    r"|much|often|far|well|has|have))(?: (?:we|you|people|astronomers|they|there|it))?"
)
_SUCH = r"(?:any|some|all|recent|the|other|good|most)"
_PAPERS = (
    r"(?:papers?|articles?|stud(?:y|ies)|works?|publications?|literature|references?|research)"
)
_THAT = (
    r"(?:that|which|who|where|on|about|for|of|with|dealing|concerning|regarding|discussing|showing"
    r"|claiming|arguing|studying|reporting|describing|measuring|using)"
)
_SAY = (
    r"(?:argues?|shows?|claims?|discuss|study|reports?|suggests?|finds?|says?|describe|deal|talk"
    r"|measure|use|prove|support|mention)(?: (?:that|for|against|about|with|how|on))?"
)
_EVIDENCE = r"(?:evidence|arguments?) (?:for|against|of|that|from)"
_ASKING = re.compile(
    rf"(?:{_MANNERS} ){{0,3}}(?:{_VERBS} (?:{_OBJECTS} ){{1,3}})?(?:(?:{_THERE}|{_ASKED}) )?"
    rf"(?:(?:{_SUCH} ){{0,3}}{_PAPERS} (?:{_THAT} ){{1,2}}(?:{_SAY} )?)?"
    rf"(?:(?:{_SUCH} )?{_EVIDENCE} )?",
    re.IGNORECASE,
)


def without_small_talk(text: str) -> str:
    """Return a text without the words by which it asks, unless nothing else is left.

    >>> without_small_talk("are there any papers that argue against MOND?")
    'MOND?'
    >>> without_small_talk("evidence for dark matter"), without_small_talk("what is")
    ('dark matter', 'what is')
    """
    found = _ASKING.match(f"{text} ")
    rest = text[found.end() :].strip() if found else text
    return rest if re.search(r"[^\W_]", rest) else text

"""Words divided at the end of a line, looked up in the text they are from."""

from __future__ import annotations

import re
from functools import cached_property

MAX_DIVIDED = 5_000  # lines that end within a word, and are looked into
_KNOWN_WORDS = 2**20  # characters that tell how a divided word is written
_WORD = re.compile(r"[^\W\d_]+")
_CUT = re.compile(r"[^\W\d_]+[-‐\u00ad]\s+[^\W\d_]+")
# Words that stand before a hyphen, or behind it, more often than they begin or end a word.
_HEADS = frozenset(
    """
    all anti blue co cross dark east far fast first full gamma gas half hard high ill large left
    line long low mass mid multi near non north off on one out post pre pseudo quasi radio ray red
    right second self semi short single slow small so soft south space star sub three time two ultra
    vice well west wide zero
    """.split()  # noqa: SIM905
)
_TAILS = frozenset(
    """
    averaged band based body born by called dependent dimensional driven energy field forming free
    frequency gas independent known like line mass model off order ray resolution rich poor scale
    selected shaped size space star time to up wavelength weighted wide
    """.split()  # noqa: SIM905
)


class Divided:
    """Words divided at the end of a line.

    Parameters
    ----------
    whole
        The text.
    printed
        Whether it was set in columns, where lines end within words. Else a hyphen is dropped only
        where the text has the word without it.
    """

    def __init__(self, whole: str, *, printed: bool = False) -> None:
        self._whole = whole[:_KNOWN_WORDS]
        self._printed = printed
        self._known: dict[tuple[str, str], bool] = {}

    def is_one_word(self, head: str, tail: str) -> bool:
        """Whether the text has the word without a hyphen elsewhere, and never with one."""
        known = self._known.get((head, tail))
        if known is None:
            if len(self._known) >= MAX_DIVIDED:
                return False
            whole = self._whole
            known = f"{head}-{tail}" not in whole and (
                head + tail in whole or (self._printed and self._is_cut(head, tail))
            )
            self._known[head, tail] = known
        return known

    def _is_cut(self, head: str, tail: str) -> bool:
        """Whether a word of print was cut: its halves are no words of their own."""
        first, second = head.lower(), tail.lower()
        if head[-1:].isupper() or first in _HEADS or second in _TAILS:
            return False
        return not (first in self._words and second in self._words)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(_WORD.findall(_CUT.sub(" ", self._whole).lower()))

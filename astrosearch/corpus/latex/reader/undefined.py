r"""Commands that no file defines: which are words, as `\sdss` in "The \sdss data", which layout.

The file that defines them is missing. What stands around one tells a word from a command that
only lays out the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MAX_NAMED = 10  # commands in a warning
_BEFORE = 30  # characters that are looked at before a command

_TEXT_BEFORE = re.compile(r"[\w,;:)(\]%°](?:[ \t]|~)+\Z")
_TEXT_AFTER = re.compile(r"[ \t]+[^\W_]|[ \t]*(?:\n(?![ \t]*\n)[ \t]*[a-z])")
_NO_WORD = re.compile(  # icons of fontawesome and academicons, and changes of type
    r"(?:fa|ai)[A-Z]"
    r"|(?:big|small|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|title|sec)\w*"
    r"(?:bf|rm|it|sl|tt|sc)$"
)


def is_word(text: str, start: int, end: int, name: str) -> bool:
    r"""Whether the command at `text[start:end]` stands for a word.

    So does one that a sign or `{}` follows, as `\starry{}`, one with capitals, as `\OpSim`, and
    one within a line of text.
    """
    if len(name) < 3 or "@" in name or _NO_WORD.match(name):
        return False
    following = text[end : end + 2]
    if following == "{}" or following[:1] in tuple("-,.;:)'~") or following == "\\ ":
        return True
    if name != name.lower() and following[:1] not in tuple("{[=\\"):
        return True
    before = text[max(0, start - _BEFORE) : start]
    return may_be_word(text, end, name) and _TEXT_BEFORE.search(before) is not None


def may_be_word(text: str, end: int, name: str) -> bool:
    """Whether text follows a command on its line, or on the next."""
    if len(name) < 3 or "@" in name or _NO_WORD.match(name):
        return False
    return _TEXT_AFTER.match(text, end) is not None


def warnings_of(left_out: Iterable[str]) -> list[str]:
    """Warn of the commands that were left out and may have been words."""
    names = [f"\\{name}" for name in left_out]
    if not names:
        return []
    more = len(names) - MAX_NAMED
    others = f" and {more} more" if more > 0 else ""
    return [
        f"defined in no file that was read, and left out: {', '.join(names[:MAX_NAMED])}{others}"
    ]

r"""Abbreviations a paper declares once and prints by key: `\newacronym`, `\acrodef`.

As the packages print them: the long form with the short one behind it at the first use,
the short one afterwards.
"""

from __future__ import annotations

import re

from astrosearch.corpus.latex.tokens import words

COMMANDS = words(
    """
    gls Gls GLS glspl Glspl GLSpl glsxtrshort acrshort acrshortpl glsxtrlong acrlong acrlongpl
    acrfull glsentryshort glsentrylong glsentryname ac Ac acp acs acsp acl aclp acf acfp
    """
)
_PLURALS = words("glspl Glspl GLSpl acrshortpl acrlongpl acp acsp aclp acfp")
_SHORT = words("acrshort acrshortpl glsxtrshort glsentryshort glsentryname acs acsp")
_LONG = words("acrlong acrlongpl glsxtrlong glsentrylong acl aclp")
_FULL = words("acrfull acf acfp")

_GROUP = r"\s*+\{((?:[^{}]|\{[^{}]*\})*)\}"
_NEWACRONYM = re.compile(
    rf"\\(?:newacronym|newabbreviation)\s*+(?:\[[^\[\]]*\])?{_GROUP}{_GROUP}{_GROUP}"
)
_ACRODEF = re.compile(rf"\\(?:acrodef|newacro|acro){_GROUP}\s*+(?:\[([^\[\]]*)\])?{_GROUP}")
_ENTRY = re.compile(
    rf"\\newglossaryentry{_GROUP}\s*\{{\s*name\s*=\s*(?:\{{([^{{}}]*)\}}|([^,{{}}]*))"
)


class Acronyms:
    """The abbreviations declared in a text, and which of them were printed already."""

    def __init__(self, text: str) -> None:
        self._forms: dict[str, tuple[str, str]] = {}  # key: its short and its long form
        self._used: set[str] = set()
        for match in _NEWACRONYM.finditer(text) if "\\newa" in text else ():
            self._forms[match[1].strip()] = (match[2], match[3])
        for match in _ACRODEF.finditer(text) if "\\acro" in text or "\\newacro" in text else ():
            self._forms.setdefault(match[1].strip(), (match[2] or match[1], match[3]))
        for match in _ENTRY.finditer(text) if "\\newglossaryentry" in text else ():
            name = match[2] if match[2] is not None else match[3]
            self._forms.setdefault(match[1].strip(), (name.strip(), ""))

    def tex(self, command: str, key: str) -> str:
        """What a command prints for a key, as TeX; the key itself where nothing declares it."""
        if key not in self._forms:
            return key
        short, long = self._forms[key]
        plural = "s" if command in _PLURALS else ""
        first = key not in self._used and command not in _SHORT
        if command in _LONG and long:
            return long + plural
        if long and (command in _FULL or first):
            self._used.add(key)
            text = f"{long}{plural} ({short}{plural})"
        else:
            text = short + plural
        return text[:1].upper() + text[1:] if command[0].isupper() else text

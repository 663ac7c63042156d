r"""Abbreviations a paper declares once and prints by key: `\newacronym`, `\DeclareAcronym`.

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
    Acp Acs Acl Aclp Acf Acfp acsu aclu acfi Acfi iac Iac acrfullpl Acrfull Acrlong Acrshort
    Acrlongpl Acrfullpl glsfirst Glsfirst glsfirstplural glstext Glstext glsplural Glsplural glsname
    Glsname glssymbol glsxtrfull Glsxtrfull glsxtrfullpl glsxtrlongpl glsxtrshortpl Glsxtrlong
    Glsxtrshort glsentryfull glsentrytext
    """
)
_PLURALS = words(
    """
    glspl glspl glspl acrshortpl acrlongpl acp acsp aclp acfp acrfullpl glsfirstplural glsplural
    glsxtrfullpl glsxtrlongpl glsxtrshortpl
    """
)
_SHORT = words(
    """
    acrshort acrshortpl glsxtrshort glsxtrshortpl glsentryshort glsentryname acs acsp acsu glstext
    glsplural glsname glssymbol glsentrytext
    """
)
_LONG = words("acrlong acrlongpl glsxtrlong glsxtrlongpl glsentrylong acl aclp aclu")
_FULL = words(
    """
    acrfull acrfullpl acf acfp acfi glsfirst glsfirstplural glsxtrfull glsxtrfullpl glsentryfull
    """
)

_GROUP = r"\s*+\{((?:[^{}]|\{[^{}]*\})*)\}"
_NEWACRONYM = re.compile(
    rf"\\(?:newacronym|newabbreviation)\s*+(?:\[[^\[\]]*\])?{_GROUP}{_GROUP}{_GROUP}"
)
_ACRODEF = re.compile(rf"\\(?:acrodef|newacro|acro){_GROUP}\s*+(?:\[([^\[\]]*)\])?{_GROUP}")
_DUAL = re.compile(rf"\\newdualentry\s*+(?:\[[^\[\]]*\]){{0,2}}+{_GROUP}{_GROUP}{_GROUP}")
_ENTRY = re.compile(rf"\\(?:newglossaryentry|DeclareAcronym|longnewglossaryentry){_GROUP}{_GROUP}")
_VALUE = re.compile(
    r"(?:^|,)\s*(name|first|text|short|long)\s*=\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|([^,{}]*))"
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
        for match in _DUAL.finditer(text) if "\\newdualentry" in text else ():
            self._forms.setdefault(match[1].strip(), (match[2], match[3]))
        if "newglossaryentry" in text or "\\DeclareAcronym" in text:
            for match in _ENTRY.finditer(text):
                self._forms.setdefault(match[1].strip(), _declared(match[2]))

    def tex(self, command: str, key: str) -> str:
        """What a command prints for a key, as TeX; the key itself where nothing declares it."""
        if key not in self._forms:
            return key
        short, long = self._forms[key]
        name = command.lower()
        plural = "s" if name in _PLURALS else ""
        first = key not in self._used and name not in _SHORT
        if name in _LONG and long:
            text = long + plural
        elif long and (name in _FULL or first):
            self._used.add(key)
            text = f"{long}{plural} ({short}{plural})"
        else:
            text = short + plural
        if name == "iac":
            text = f"{'an' if text[:1].lower() in 'aeiou' else 'a'} {text}"
        return text[:1].upper() + text[1:] if command[0].isupper() else text


def _declared(fields: str) -> tuple[str, str]:
    """The short and the long form that `short = AGN, long = ...` or `name = ...` declares."""
    values = {
        match[1]: (match[2] if match[2] is not None else match[3]).strip()
        for match in _VALUE.finditer(fields)
    }
    short = values.get("short") or values.get("text") or values.get("name", "")
    first = values.get("first", "")
    return short, values.get("long") or first.removesuffix(f"({short})").strip()

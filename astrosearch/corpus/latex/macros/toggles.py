r"""Actions of conditionals whose branches are arguments: those of etoolbox, ifthen and LaTeX.

A condition that can't be known without typesetting is false.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from astrosearch.corpus.latex.filenames import candidates
from astrosearch.corpus.latex.macros.conditionals import add_flag
from astrosearch.corpus.latex.macros.expansion import MAX_DEPTH, TOKEN, Action, Expansion
from astrosearch.corpus.latex.macros.macro import Frame, Macro
from astrosearch.corpus.latex.tokens import flat

MAX_CONDITION = 2_000  # characters

_TERM = re.compile(
    r"\\(?P<word>[A-Za-z@]+|[()])|\b(?P<name>togl|bool|not|and|or|test)\b|(?P<sign>[()])"
    r"|(?P<left>-?\d+)\s*(?P<compare>[<>=])\s*(?P<right>-?\d+)"
)
_NEGATED = frozenset(
    {"nottoggle", "notbool", "ifundef", "ifcsundef", "@ifundefined", "notblank", "IfNoValueTF"}
)
_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "ifnumequal": lambda a, b: a == b,
    "ifnumgreater": lambda a, b: a > b,
    "ifnumless": lambda a, b: a < b,
}
# How many arguments come before the two branches.
CONDITIONS = {
    "iftoggle": 1, "nottoggle": 1, "ifbool": 1, "notbool": 1, "ifstrequal": 2, "ifdef": 1,
    "ifundef": 1, "ifcsdef": 1, "ifcsundef": 1, "@ifundefined": 1, "ifdefstring": 2,
    "ifdefempty": 1, "ifdefvoid": 1, "ifblank": 1, "notblank": 1, "ifstrempty": 1,
    "ifnumequal": 2, "ifnumgreater": 2, "ifnumless": 2, "ifboolexpr": 1, "ifboolexpe": 1,
    "ifthenelse": 1, "IfNoValueTF": 1, "IfValueTF": 1, "IfBooleanTF": 1, "IfFileExists": 1,
    "ifdefstrequal": 2, "ifdefequal": 2, "@ifpackageloaded": 1, "@ifclassloaded": 1,
    "ifdefmacro": 1, "ifnumcomp": 3,
}  # fmt: skip


def choose(expansion: Expansion, start: int) -> None:
    r"""`\iftoggle{name}{yes}{no}` and its kin: the branch that holds is read, the other is not."""
    frame = expansion.source()
    name = TOKEN.match(expansion.frames[-1].text, start)
    word = name[1] if name else ""
    given = [expansion.argument() for _ in range(CONDITIONS.get(word, 0))]
    yes, no = expansion.argument(), expansion.argument()
    conditions = [one for one in given if one is not None]
    if yes is None or no is None or len(conditions) < len(given):
        return
    if frame is expansion.frames[-1]:
        expansion.keep_lines(frame.text[start : frame.position])
    truth = _holds(expansion, word, conditions) != (word in _NEGATED)
    if len(expansion.frames) < MAX_DEPTH:
        expansion.frames.append(Frame(flat(yes if truth else no)))


def _holds(expansion: Expansion, word: str, given: list[str]) -> bool:
    """Whether a condition holds; those of `_NEGATED` are told as their opposites."""
    first = given[0] if given else ""
    if word in ("IfNoValueTF", "IfValueTF"):
        return first != "-NoValue-"
    if word == "IfBooleanTF":
        return first == "-true-"
    if word in ("iftoggle", "nottoggle"):
        return expansion.flags.get("toggle " + first.strip(), False)
    if word in ("ifbool", "notbool"):
        return expansion.flags.get("if" + first.strip(), False)
    if word in ("ifblank", "notblank"):
        return not first.strip()
    if word == "ifstrempty":
        return not first.strip()
    if word in ("ifdef", "ifundef", "ifdefmacro"):
        return first.strip().lstrip("\\") in expansion.active
    if word in ("ifcsdef", "ifcsundef", "@ifundefined"):
        return first.strip() in expansion.active
    if word in ("ifdefempty", "ifdefvoid"):
        return not expansion.value(first).strip() or (
            word == "ifdefvoid" and first.strip().lstrip("\\") not in expansion.active
        )
    if word in ("ifstrequal", "ifdefstring", "ifdefstrequal", "ifdefequal"):
        one, two = given
        if word != "ifstrequal":
            one, two = expansion.value(one), expansion.value(two)
        return one.strip() == two.strip()
    if word == "IfFileExists":
        names = candidates(expansion.value(first).strip(), [expansion.folder])
        return any(name in expansion.names for name in names)
    if word in _COMPARED or word == "ifnumcomp":
        return _number_holds(expansion, word, given)
    return _Condition(expansion, first[:MAX_CONDITION]).holds()


def _number_holds(expansion: Expansion, word: str, given: list[str]) -> bool:
    numbers = [expansion.value(one).strip() for one in given]
    if word == "ifnumcomp":
        sign = numbers.pop(1)
        word = {"=": "ifnumequal", ">": "ifnumgreater", "<": "ifnumless"}.get(sign, "")
    if word not in _COMPARED or not all(re.fullmatch(r"-?\d{1,9}", n) for n in numbers):
        return False
    return _COMPARED[word](int(numbers[0]), int(numbers[1]))


class _Condition:
    r"""The condition of `\ifthenelse` or `\ifboolexpr`, read from left to right.

    As in both packages, `and` and `or` bind alike.
    """

    def __init__(self, expansion: Expansion, text: str) -> None:
        self.expansion, self.text, self.position = expansion, text, 0

    def holds(self, depth: int = 0) -> bool:
        """Whether it holds, up to the bracket that ends it."""
        truth, joined, negated = False, "or", False
        while match := _TERM.search(self.text, self.position):
            self.position = match.end()
            word = (match["word"] or match["name"] or match["sign"] or "").lower()
            if word == ")":
                break
            if word in ("and", "or"):
                joined = word
                continue
            if word == "not":
                negated = not negated
                continue
            if word == "(":
                term = self.holds(depth + 1) if depth < MAX_DEPTH else False
            elif match["compare"]:
                left, right = int(match["left"][:9]), int(match["right"][:9])
                term = {"<": left < right, "=": left == right, ">": left > right}[match["compare"]]
            else:
                term = self._term(match["word"] or match["name"] or "")
            term = term != negated
            truth, negated = (truth and term) if joined == "and" else (truth or term), False
        return truth

    def _argument(self) -> str:
        frame = Frame(self.text, self.position)
        frame.skip_blank()
        inner = frame.group()
        if inner is None:
            name = frame.name() if frame.starts("\\") else None
            inner = "\\" + name if name else ""
        self.position = frame.position
        return inner.strip()

    def _term(self, word: str) -> bool:
        expansion = self.expansion
        if word == "equal":
            first, second = self._argument(), self._argument()
            return expansion.value(first).strip() == expansion.value(second).strip()
        if word in ("boolean", "bool"):
            return expansion.flags.get("if" + self._argument(), False)
        if word == "togl":
            return expansion.flags.get("toggle " + self._argument(), False)
        if word == "isundefined":
            return self._argument().lstrip("\\") not in expansion.active
        if word == "test":
            inner = self._argument()
            name = TOKEN.match(inner)
            count = CONDITIONS.get(name[1] if name and name[1] else "", 0)
            if name is None or not count:
                return False
            tested = _Condition(expansion, inner)
            tested.position = name.end()
            given = [tested._argument() for _ in range(count)]
            return _holds(expansion, name[1], given) != (name[1] in _NEGATED)
        macro = expansion.active.get(word)
        return isinstance(macro, Macro) and not macro.count and macro.text.strip() == "true"


def new_boolean(expansion: Expansion, start: int) -> None:
    r"""`\newboolean{name}` or `\newbool{name}`, which make `\ifname` too."""
    frame = expansion.source()
    name = expansion.argument()
    if frame is expansion.frames[-1]:
        expansion.keep_lines(frame.text[start : frame.position])
    if name is not None and name.strip().isalpha() and "if" + name.strip() not in expansion.flags:
        add_flag(expansion, name.strip(), value=False)


def _setter(kind: str, truth: bool | None) -> Action:
    """Return the action of a command that sets a toggle or a boolean; `truth` None: as it says."""

    def action(expansion: Expansion, start: int) -> None:
        frame = expansion.source()
        name = expansion.argument()
        told = expansion.argument() if truth is None else None
        if frame is expansion.frames[-1]:
            expansion.keep_lines(frame.text[start : frame.position])
        if name is not None:
            value = (told or "").strip() == "true" if truth is None else truth
            expansion.flags[kind + name.strip()] = value

    return action


ACTIONS: dict[str, Action] = {
    **dict.fromkeys(CONDITIONS, choose),
    "newtoggle": _setter("toggle ", truth=False), "providetoggle": _setter("toggle ", truth=False),
    "toggletrue": _setter("toggle ", truth=True), "togglefalse": _setter("toggle ", truth=False),
    "settoggle": _setter("toggle ", truth=None),
    "booltrue": _setter("if", truth=True), "boolfalse": _setter("if", truth=False),
    "setbool": _setter("if", truth=None), "setboolean": _setter("if", truth=None),
    "newbool": new_boolean, "providebool": new_boolean, "newboolean": new_boolean,
    "provideboolean": new_boolean,
}  # fmt: skip

"""Parse a formula as TeX does, from its tokens, and write it as one line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from astrosearch.corpus.latex import mathwords as words
from astrosearch.corpus.latex.mathline import RELATIONS, SIGNS, Line, fraction_text
from astrosearch.corpus.latex.mathtables import TABLES, after_dimension, table_text
from astrosearch.corpus.latex.quantities import angle_text, number_text, roman, unit_text
from astrosearch.corpus.latex.symbols import (
    FUNCTIONS,
    MATH_ACCENTS,
    SUBSCRIPTS,
    is_stage,
    subscript,
    superscript,
)

MAX_DEPTH = 60  # groups and arguments within each other; real formulas stay below 25

_SIGNS = frozenset("+-−")
_SIGNED = re.compile(r"[+\-−] ?\.?\d[^;]*$")


class Formula:
    """One formula's tokens, being read from left to right."""

    def __init__(self, tokens: list[str], table: Mapping[str, str]) -> None:
        self.tokens, self.table = tokens, table
        self.position = 0
        self.depth = 0
        # "<SFR> ∼ 1" is a mean, unless the signs are shifted over one another.
        self._stacking = not ("<" in tokens and ">" in tokens) or not words.SHIFTS.isdisjoint(
            tokens
        )
        self._scripts: dict[int, tuple[str, int]] = {}  # read ahead: where from, what, where to

    def read(self) -> str:
        """Write the whole formula."""
        pieces: list[str] = []
        while self.position < len(self.tokens):
            pieces.append(self._list(text=False, first=not pieces))
            self.position += 1  # a stray closing brace
        return "".join(pieces)

    def _peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def _skip_space(self) -> None:
        while self.position < len(self.tokens) and self.tokens[self.position].isspace():
            self.position += 1

    def _list(self, *, text: bool, first: bool = False, stop: str = "}") -> str:
        """Everything up to the closing brace, which is left to the caller."""
        line = Line(stacking=self._stacking)
        while self.position < len(self.tokens):
            lexeme = self.tokens[self.position]
            if lexeme in ("}", stop):
                break
            self.position += 1
            if lexeme in words.DIVIDERS and lexeme not in ("\\eqno", "\\leqno"):
                if lexeme == "\\above":
                    self.position = after_dimension(self.tokens, self.position)
                above = line.text()
                below = self._rest(text=text, stop=stop)
                sign = words.stacked(above, below)
                if sign or lexeme in ("\\over", "\\above"):
                    return sign or fraction_text(above, below)
                return f"({above}, {below})"
            if lexeme in words.DIVIDERS:
                self._rest(text=text, stop=stop)
                break
            if text and (lexeme.isspace() or lexeme == "~"):
                line.space()
            elif lexeme == "$":
                text = not text if text else text
            elif lexeme == "^" or lexeme == "_":
                script = self._argument()
                if script in SIGNS and self._stacked_scripts(lexeme, script, line):
                    continue
                signed = script[:1] in _SIGNS and line.takes_errors(script)
                if signed and (errors := self._errors(lexeme, script)):
                    line.errors(errors)
                elif lexeme == "^" and script in words.SEXAGESIMAL and line.ends_in_digit():
                    line.script(words.SEXAGESIMAL[script])
                elif lexeme == "^":
                    line.script(script if script in words.ORDINALS else superscript(script))
                elif script.isdigit() and (line.ends_in_molecule(script) if line.items else first):
                    line.script(script.translate(SUBSCRIPTS))
                else:
                    line.script(subscript(script))
            elif lexeme == "'":
                line.script("′")
            else:
                self._one(lexeme, line)
        return line.text()

    def _errors(self, lexeme: str, script: str) -> str:
        """The errors `+0.1/-0.2` where this script and the next one are a value's; else empty."""
        if not _SIGNED.match(script):
            return ""
        saved = self.position
        start, other = self._other_script(lexeme)
        if other and _SIGNED.match(other) and other[0] != script[0]:
            return f"{script}/{other}" if lexeme == "^" else f"{other}/{script}"
        if other is not None:
            self._scripts[start] = other, self.position
        self.position = saved
        return ""

    def _other_script(self, lexeme: str) -> tuple[int, str | None]:
        """Read the subscript that follows a superscript, or the other way round, if one does."""
        self._skip_space()
        if self._peek() != ("_" if lexeme == "^" else "^"):
            return 0, None
        self.position += 1
        start = self.position
        return start, self._argument()

    def _stacked_scripts(self, lexeme: str, script: str, line: Line) -> bool:
        r"""Write a sign in a script as one with its base or the other script: `<_\sim`."""
        if line.last == "relation" and line.stacks(script):
            return True
        saved = self.position
        start, other = self._other_script(lexeme)
        sign = words.stacked(script, other) if other else None
        if sign:
            line.relation(sign)
            return True
        if other is not None:
            self._scripts[start] = other, self.position
        self.position = saved
        return False

    def _argument(self, *, text: bool = False) -> str:
        ahead = self._scripts.pop(self.position, None)
        if ahead is not None and not text:
            self.position = ahead[1]
            return ahead[0]
        self._skip_space()
        lexeme = self._peek()
        if not lexeme or lexeme == "}":
            return ""
        self.position += 1
        if lexeme == "{":
            return self._group(text=text)
        if lexeme.isdigit() and len(lexeme) > 1:  # TeX takes one digit
            self.position -= 1
            self.tokens[self.position] = lexeme[1:]
            return lexeme[0]
        line = Line(stacking=self._stacking)
        self.depth += 1
        if self.depth <= MAX_DEPTH:
            self._one(lexeme, line)
        self.depth -= 1
        return line.text()

    def _rest(self, *, text: bool, stop: str) -> str:
        """Everything up to where a part of a group ends; nothing where that goes too deep."""
        self.depth += 1
        content = self._list(text=text, stop=stop) if self.depth <= MAX_DEPTH else ""
        self.depth -= 1
        return content

    def _group(self, *, text: bool) -> str:
        """What is in a group whose opening brace was read."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            content = self._flatten()
        else:
            content = self._list(text=text)
            self.position += 1
        self.depth -= 1
        return content

    def _flatten(self) -> str:
        depth, start = 1, self.position
        while self.position < len(self.tokens) and depth:
            lexeme = self.tokens[self.position]
            depth += (lexeme == "{") - (lexeme == "}")
            self.position += 1
        plain = [t for t in self.tokens[start : self.position] if t[0] not in "\\{}$&~^_"]
        return "".join(plain)

    def _option(self) -> str | None:
        self._skip_space()
        if self._peek() != "[":
            return None
        self.position += 1
        content = self._rest(text=False, stop="]")
        if self._peek() == "]":
            self.position += 1
        return content

    def _one(self, lexeme: str, line: Line) -> None:
        """Read one lexeme that is neither a script nor a closing brace."""
        if lexeme == "{":
            line.ordinary(self._group(text=False))
        elif lexeme.isspace() or lexeme in ("\x1f", "\u2061"):
            pass
        elif lexeme == "~" or lexeme == "&":
            line.space()
        elif lexeme[0] != "\\" or lexeme == "\\":
            line.symbol(lexeme)
        elif len(lexeme) == 2 and not lexeme[1].isalpha():
            self._symbol(lexeme[1], line)
        else:
            self._command(lexeme[1:], line)

    def _symbol(self, character: str, line: Line) -> None:
        if character in ",;: >":
            line.space()
        elif character == "\\":
            if self._peek() == "*":
                self.position += 1
            if self._peek() == "[":
                self._option()
            line.newline()
        elif character in "{}":
            line.symbol("(" if character == "{" else ")")
        elif character == "|":
            line.symbol("‖")
        elif character in "%#_$":
            line.ordinary(character if character != "$" else words.DOLLAR)
        elif character == "&":
            line.ordinary("and")

    def _command(self, name: str, line: Line) -> None:
        if name.endswith("*") and name not in words.DROPPED_ARGUMENT and name != "operatorname*":
            name = name[:-1]
            if name not in words.FONTS:
                self.tokens.insert(self.position, "*")
        if name in ("sc", "scshape"):
            self._stage()
        if name in words.IGNORED:
            if name in ("left", "right") and self._peek() == ".":
                self.position += 1
            return
        if name in words.SPACES:
            line.space()
            return
        if name in words.DROPPED_ARGUMENT:
            self._dropped(name, line)
        elif name in ("cr", "crcr"):
            line.newline()
        elif name in words.TEXT:
            self._text(name, line)
        elif name in ("mathbb", "mathds", "Bbb"):
            line.ordinary(self._argument().translate(words.BLACKBOARD))
        elif name == "substack":
            self._substack(line)
        elif name in words.FONTS:
            line.ordinary(self._argument())
        elif name in MATH_ACCENTS:
            self._accent(name, line)
        elif name in FUNCTIONS or name in ("operatorname", "operatorname*"):
            line.function(self._argument() if name.startswith("operatorname") else name)
        elif name in self.table:
            line.symbol(self.table[name])
        else:
            self._built(name, line)

    def _substack(self, line: Line) -> None:
        above, _, below = (argument := self._argument()).partition("; ")
        if _SIGNED.match(above) and _SIGNED.match(below):
            line.errors(f"{above}/{below}")
        elif sign := words.stacked(above, below):
            line.relation(sign)
        else:
            line.ordinary(argument)

    def _stage(self) -> None:
        r"""Write an ionization stage in small capitals, `{\sc iv}`, in capitals."""
        end = self.position
        while end < len(self.tokens) and self.tokens[end] != "}" and end < self.position + 8:
            end += 1
        if is_stage("".join(self.tokens[self.position : end]).strip()):
            self.tokens[self.position : end] = [t.upper() for t in self.tokens[self.position : end]]

    def _text(self, name: str, line: Line) -> None:
        self._skip_space()
        inner = self.tokens[self.position + 1 : self.position + 2]
        if self._peek() == "{" and inner and inner[0].isspace():
            line.space()
        argument = self._argument(text=True)
        if name == "textsc" and is_stage(argument):
            argument = argument.upper()
        if argument in RELATIONS:
            line.relation(argument)
        else:
            line.word(argument)

    def _dropped(self, name: str, line: Line) -> None:
        if name in words.DIMENSIONED:
            self.position = after_dimension(self.tokens, self.position)
            return
        for _ in range(words.DROPPED_ARGUMENT[name]):
            self._option()
            environment = self._argument(text=True)
            if name == "begin" and environment in ("array", "tabular", "alignedat", "alignat"):
                self._option()
                self._argument(text=True)
        if name in ("hspace", "hspace*", "begin", "end", "mspace"):
            line.space()

    def _accent(self, name: str, line: Line) -> None:
        base = self._argument()
        if len(base) == 1 or (base[1:2] == "_" and base[0].isalpha()):
            base = unicodedata.normalize("NFC", base[0] + MATH_ACCENTS[name] + base[1:])
        line.ordinary(base)

    def _built(self, name: str, line: Line) -> None:
        """Commands whose arguments make the text, and names that nobody knows."""
        if name in ("frac", "dfrac", "tfrac", "nicefrac", "sfrac", "cfrac", "flatfrac", "xfrac"):
            self._option()
            above = self._argument()
            line.fraction(fraction_text(above, self._argument()))
        elif name == "sqrt":
            root = self._option()
            degree = superscript(root) if root else ""
            line.ordinary(f"{degree}√({self._argument()})")
        elif name in ("stackrel", "overset", "underset", "accentset"):
            upper = self._argument()
            lower = self._argument()
            line.symbol(words.stacked(upper, lower) or lower)
        elif name == "buildrel":
            upper = self._rest(text=False, stop="\\over")
            self.position += 1
            lower = self._argument()
            line.symbol(words.stacked(upper, lower) or lower)
        elif name in TABLES and self._starts_group():
            self._table(name, line)
        elif name == "root":
            degree = self._rest(text=False, stop="\\of")
            self.position += 1
            line.ordinary(f"{superscript(degree)}√({self._argument()})")
        elif name == "mathchoice":
            line.ordinary(self._argument())
            self._raw(), self._raw(), self._raw()
        elif name in ("binom", "dbinom", "tbinom"):
            upper = self._argument()
            line.ordinary(f"({upper} choose {self._argument()})")
        elif name == "not":
            negated = self._argument()
            line.symbol(words.NEGATED.get(negated, "not " + negated))
        elif name in ("SI", "qty", "SIrange", "qtyrange"):
            self._option()
            amount = number_text(self._raw())
            line.word(f"{amount} {unit_text(self._raw(), self.table)}".strip())
        elif name in ("si", "unit"):
            self._option()
            line.word(unit_text(self._raw(), self.table))
        elif name in ("num", "ang"):
            self._option()
            line.word((angle_text if name == "ang" else number_text)(self._raw()))
        elif name == "ion":
            element = self._argument()
            line.word(f"{element} {roman(self._argument())}")
        elif name in ("ref", "eqref", "cite", "citep", "citet"):
            self._argument(text=True)
        elif self._peek() == "{":  # most often a font or a colour: the group is the text
            line.ordinary(self._argument())
        elif len(name) > 1 or not line.items:
            line.word(name)

    def _starts_group(self) -> bool:
        self._skip_space()
        return self._peek() == "{"

    def _table(self, name: str, line: Line) -> None:
        """A table of plain TeX, whose cells are read as formulas of their own."""

        def render(cell: list[str], text: bool) -> str:
            inner = Formula(cell, self.table)
            inner.depth = self.depth + 1
            return inner._list(text=text).strip() if inner.depth <= MAX_DEPTH else ""

        line.ordinary(table_text(name, self._raw_tokens(), render))

    def _raw(self) -> str:
        """An argument as it is written."""
        return "".join(self._raw_tokens())

    def _raw_tokens(self) -> list[str]:
        """An argument's tokens as they are."""
        self._skip_space()
        if self._peek() != "{":
            return []
        start = self.position + 1
        depth = 0
        while self.position < len(self.tokens):
            lexeme = self.tokens[self.position]
            depth += (lexeme == "{") - (lexeme == "}")
            self.position += 1
            if depth == 0:
                break
        return self.tokens[start : self.position - 1]

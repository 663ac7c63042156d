r"""Walk through an expanded document and write its passages.

One pass over the tokens. What a command means is told by a table of handlers. An unknown
command is passed over and its arguments are read as text, which is right for the many that
only change the type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from astrosearch.corpus.document import Passage
from astrosearch.corpus.latex import vocabulary as words
from astrosearch.corpus.latex.acronyms import Acronyms
from astrosearch.corpus.latex.citations import Bibliography
from astrosearch.corpus.latex.macros.expanded_text import ExpandedText
from astrosearch.corpus.latex.mathtext import MathText
from astrosearch.corpus.latex.passages import Builder
from astrosearch.corpus.latex.reader.cursor import TOKEN, Cursor
from astrosearch.corpus.latex.reader.undefined import is_word, may_be_word
from astrosearch.corpus.latex.symbols import ACCENTS, accented, is_customary, superscript, symbols
from astrosearch.corpus.latex.tokens import environment_pairs, flat
from astrosearch.corpus.latex.tokens import words as names
from astrosearch.corpus.limits import Budget

MAX_BLANKS = 4  # pieces that a paragraph may have before its first word
MAX_DEPTH = 20  # notes within captions within notes
MAX_ADDRESS = 400  # characters of a note that may be nothing but addresses
MAX_WORDS = 10

_SETTING = re.compile(r"[ \t]*=[ \t]*-?[\d.]+[ \t]*(?:(?:true)?(?:pt|mm|cm|in|em|ex)\b)?")
_DISPLAY_BEGIN = re.compile(
    r"\\begin\s*\{(?:equation|align|eqnarray|displaymath|gather|multline|subequations)\*?\}|\$\$|\\\["
)
_PLAIN_ROW = re.compile(
    r"[^\\\n]{0,500}(?:\\(?!cr\b).[^\\\n]{0,500}){0,100}\\cr\b"
)  # of plain TeX's tables
_DOTLESS = ("\\i", "\\j", "\\imath", "\\jmath", "\\l", "\\o", "\\O", "\\L", "\\ae", "\\AE")
_SECTIONS = re.compile(r"\\(?:section|chapter)\*?\s*[{\[]")
_CITE_STYLES = re.compile(r"\\cite[tp](?![A-Za-z])")
_NUMBERED = re.compile(
    r"\\documentclass[^{}]{0,2000}\{revtex|\\(?:usepackage|setcitestyle)[^\n]{0,500}\bnumbers\b"
)

_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
_LOWER_WORD = re.compile(r"\b[a-z]{3,}")
_NOTE_MARK = re.compile(r"\^?[A-Za-z](?:,\s?[a-z])*|\^?\(\w\)|[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,2}|\^?[*†‡§¶]{1,2}")
_ADDRESS = re.compile(
    r"(?:(?:https?|ftp)://|www\.|mailto:|doi:\s?)\S+|\S+@\S+\.\w+|\b10\.\d{4,}/\S+"
    r"|\b[\w.-]{1,80}\.(?:org|com|edu|gov|net|io|int|eu|uk|de|fr|it|es|jp|au|ca|nl|ch|br|cn|info|space)"
    r"(?![\w.])(?:[/:]\S*)?"
)
_ABOUT_ADDRESSES = names(
    """
    see also at and or from available url urls website webpage via link links email mail online doi
    http https web page accessed here
    """
)

Handler = Callable[["TextReader", str, int], None]


@dataclass(slots=True)
class InlineList:
    """A list within a line: how its items are numbered (empty where they aren't), and how many."""

    template: str
    items: int = 0


class TextReader(Cursor):
    """One text being read. What is learnt about the document is kept in `title`, `date`, ...

    `handlers` says what commands mean. A handler is given this reader, the command's name,
    and where the command began; the command itself was passed over.
    """

    def __init__(
        self,
        source: ExpandedText,
        handlers: Mapping[str, Handler],
        bibliography: Bibliography | None = None,
        numbers: Mapping[str, str] | None = None,
        *,
        math: MathText,
        budget: Budget,
        depth: int = 0,
    ) -> None:
        super().__init__(source.text)
        self.source, self.handlers = source, handlers
        self.bibliography, self.numbers, self.math = bibliography, numbers or {}, math
        self.budget, self.depth = budget, depth
        self.blocks = 0  # within each other
        self.symbols = symbols()
        self.environments = environment_pairs(self.text) if "\\begin" in self.text else {}
        self.builder = Builder(source)
        self.passages: list[Passage] = []
        self.waiting: list[Passage] = []  # notes and captions, until their paragraph ends
        self.section: str | None = None
        self.outer_sections: list[str | None] = []  # of the environments that name one
        self.in_abstract = False
        self.left_out: dict[str, None] = {}  # unknown commands that may have been words
        self.silent: set[str] = set()  # commands that print nothing: fonts, harvmac's citations
        self.has_sections = _SECTIONS.search(self.text) is not None
        self.by_hand = False  # whether a heading was set by hand
        self.title: str | None = None
        self.title_passage: Passage | None = None
        self.title_pages: list[int] = []  # how many passages there were before each open one
        self.author_fields: list[str] = []
        self.date: str | None = None
        self.aliases: dict[str, str] = {}
        self.acronyms = Acronyms(self.text)
        # natbib's \cite is textual, unless it prints numbers, as revtex does.
        self.textual_cite = bool(_CITE_STYLES.search(self.text)) and not _NUMBERED.search(self.text)
        self.after_display = False
        self.in_table = False  # where only captions and notes are text
        self.inline_lists: list[InlineList] = []  # within each other

    def read(self, start: int, end: int, builder: Builder) -> None:
        """Read a stretch of the text into a builder."""
        if self.depth > MAX_DEPTH:
            return
        saved = self.position, self.end, self.builder
        self.position, self.end, self.builder = start, end, builder
        self.depth += 1
        try:
            self.walk()
        finally:
            self.depth -= 1
            self.position, self.end, self.builder = saved

    def walk(self) -> None:
        """Read on to the end."""
        text, match_at = self.text, TOKEN.match
        handlers, symbol_table, arguments = self.handlers, self.symbols, words.ARGUMENTS
        while self.position < self.end:
            position = self.position
            match = match_at(text, position, self.end)
            if match is None:
                break
            self.budget.check()
            kind = match.lastindex
            self.position = match.end()
            if kind == 1:
                self.builder.pieces.append((match[1], position, None, ""))
            elif kind == 2:
                name = match[2]
                handler = handlers.get(name)
                if handler is not None:
                    handler(self, name, position)
                    continue
                count = arguments.get(name)
                if count is not None:
                    self.skip_arguments(count)
                    continue
                symbol = symbol_table.get(name)
                if symbol is not None:
                    if match[0].endswith("*"):
                        self.position -= 1
                    if symbol:
                        self.builder.pieces.append((symbol, position, None, ""))
                    after = self.position
                    self.skip_space()
                    if after < self.position and is_customary(name):  # it may well end in \xspace
                        self._space_before_word(after)
                elif name in words.SPACES:
                    self.builder.pieces.append((" ", position, None, ""))
                else:
                    self._unknown(name, position)
            elif kind == 4:
                self.paragraph("par", position)
            elif kind == 3:
                self._control_symbol(match[3], position)
            else:
                self._special(match[0], position)

    def _space_before_word(self, position: int) -> None:
        following = self.text[self.position : self.position + 1]
        if following.isalnum() or following in ("(", "$"):
            self.builder.text(" ", position)

    def flush(self) -> None:
        """End the paragraph."""
        if self.builder.pieces:
            passage = self.builder.passage(self.section)
            self.builder.pieces.clear()
            if self.in_table and self.depth <= 1:  # the caption stands before the notes
                self.passages += self.waiting
                self.waiting.clear()
            read = passage is not None and _has_words(passage)
            if passage and read and (not self.in_table or _is_note(passage.text)):
                self.passages.append(passage)
        if self.waiting and self.depth <= 1:
            self.passages += self.waiting
            self.waiting.clear()

    def plain(self, start: int, end: int) -> str:
        """A stretch as text alone; notes in it are left out."""
        builder = Builder(self.source)
        waiting, self.waiting = self.waiting, []
        self.read(start, end, builder)
        self.waiting = waiting
        return builder.plain()

    def plain_text(self, tex: str) -> str:
        """Other TeX as text alone."""
        if not any(c in tex for c in "\\{}$~&#^\n\x1f`'-"):
            return " ".join(tex.split())
        source = ExpandedText(flat(tex), [0], [("", 1)])
        other = TextReader(
            source, self.handlers, math=self.math, budget=self.budget, depth=self.depth + 1
        )
        other.read(0, len(source.text), other.builder)
        return other.builder.plain()

    def paragraph(self, name: str, position: int) -> None:
        """A blank line: ends the paragraph, except within notes and around formulas."""
        if self.depth > 1 or self._equation_goes_on():
            self.builder.text(" ", position)
        else:
            self.flush()

    def _equation_goes_on(self) -> bool:
        """Whether the blank line only sets off an equation that a sentence runs through."""
        text, pieces = self.text, self.builder.pieces
        if _DISPLAY_BEGIN.match(text, self.position, self.end):
            last = next((piece[0].rstrip() for piece in reversed(pieces) if piece[0].strip()), ".")
            return last[-1:] not in (".", "!", "?")
        if self.after_display and pieces:
            tail = [piece for piece in pieces[-3:] if piece[0].strip()]
            ended = bool(tail) and tail[-1][2] is None and tail[-1][0].strip() == "."
            after = text[self.position : self.position + 1]
            displayed = any(piece[2] == "math" for piece in tail) and all(
                piece[2] == "math" or piece[0].strip() in (",", ".", ";") for piece in tail[-2:]
            )
            return displayed and after.islower() and not ended
        return False

    def aside(self, group: tuple[int, int], section: str | None) -> None:
        """Read a note or caption as a passage of its own, shown after the paragraph."""
        builder = Builder(self.source)
        self.read(group[0], group[1], builder)
        passage = builder.passage(section)
        if passage is not None and _has_words(passage) and not _is_address(passage.text):
            self.waiting.append(passage)

    def marks_note(self, shown: str) -> bool:
        """Whether a raised sign, where it stands, only tells which note to a table begins."""
        if _NOTE_MARK.fullmatch(shown) is None:
            return False
        last = next((p[0].rstrip() for p in reversed(self.builder.pieces) if p[0].strip()), ".")
        following = self.text[self.position : min(self.position + 20, self.end)].lstrip(
            " ~\n\x1f\\,"
        )
        return last[-1] in ".;" and following[:1].isupper()  # not "* indicates ..."

    def read_block(self, start: int, end: int) -> None:
        """Read paragraphs as a part of the document's own."""
        if self.blocks > MAX_DEPTH:
            return
        saved = self.position, self.end
        self.position, self.end = start, end
        self.blocks += 1
        self.walk()
        self.blocks -= 1
        self.position, self.end = saved
        self.flush()

    def _special(self, lexeme: str, position: int) -> None:
        if lexeme == "$":
            self.handlers["$"](self, "$", position)
        elif lexeme in "~&\n":
            self.builder.pieces.append((" ", position, None, ""))
        elif lexeme == "^":
            script = self.plain_text(self.argument())
            self.builder.text(superscript(script), position)
        elif lexeme == "\\":
            self.position = self.end
        elif lexeme == "{" and self.depth <= 1 and len(self.builder.pieces) < MAX_BLANKS:
            self.handlers["{"](self, "{", position)

    def _control_symbol(self, symbol: str, position: int) -> None:
        if symbol in ACCENTS:
            self.accent(symbol, position)
        elif symbol in "%&_#$":
            self.builder.text(symbol, position)
        elif symbol in ",; :\n\t>":
            self.builder.text(" ", position)
        elif symbol == "\\":
            self.star()
            self.option()
            self.builder.text(" ", position)
        elif symbol in "([":
            self.handlers[symbol](self, symbol, position)
        elif symbol == "+" and (row := _PLAIN_ROW.match(self.text, self.position, self.end)):
            self.position = row.end()
        elif symbol in "{}":
            self.builder.text("(" if symbol == "{" else ")", position)

    def accent(self, name: str, position: int) -> None:
        """A letter with an accent."""
        argument = self.argument()
        if argument in _DOTLESS:  # a control word takes the space after it along
            self.skip_space()
        base = self.plain_text(argument) if argument else ""
        mark = ACCENTS.get(name, "")
        self.builder.text(accented(base, mark) if mark and base[:1].isalpha() else base, position)

    def _unknown(self, name: str, position: int) -> None:
        if len(name) == 1 and name in ACCENTS:
            self.accent(name, position)
            return
        saved = self.position
        option = self.option()
        if option and not self.text.startswith("{", self.position):
            keyed = option[0] == saved + 1 and "=" in self.text[option[0] : option[1]]
            if not keyed:
                self.position = saved
        if name not in words.LAYOUT and name not in self.silent:
            after = self.position
            if is_word(self.text, position, after, name):
                self.builder.text(name, position)
                if self.text.startswith("{", after):
                    return
                self.skip_space()
                if after < self.position:
                    self._space_before_word(after)
                return
            if self.depth <= 1 and may_be_word(self.text, after, name):
                self.left_out.setdefault(name)
        if self.text.startswith("{", self.position):
            return
        match = _SETTING.match(self.text, self.position, self.end)
        if match:
            self.position = match.end()
        self.skip_space()


def _is_note(text: str) -> bool:
    """Whether a text beside a table says something, as a heading of a column doesn't."""
    words_alone = [word for word in text.split() if _LONG_WORD.search(word)]
    return len(words_alone) >= 4 and _LOWER_WORD.search(text) is not None


def _is_address(text: str) -> bool:
    """Whether a note only tells an address, as `See https://...` does."""
    if len(text) > MAX_ADDRESS or text.count(" ") > MAX_WORDS or _ADDRESS.search(text) is None:
        return False
    rest = _ADDRESS.sub(" ", text).lower()
    return _ABOUT_ADDRESSES.issuperset(_LONG_WORD.findall(rest))


def _has_words(passage: Passage) -> bool:
    """Whether there is text beside formulas and citations."""
    if not passage.marks:
        return any(c.isalnum() for c in passage.text)
    last, rest = 0, []
    for mark in passage.marks:
        rest.append(passage.text[last : mark.start])
        last = mark.end
    rest.append(passage.text[last:])
    return any(c.isalpha() for text in rest for c in text)

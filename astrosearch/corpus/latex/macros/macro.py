"""Authors' own macros: what a definition looks like, and what an invocation becomes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from astrosearch.corpus.latex.tokens import (
    brace_pairs,
    bracket_end,
    closing_brace,
    flat,
    line_ends,
    words,
)

MAX_ARGUMENT = 400_000  # characters; a chapter fits
_SPACE = re.compile(r"[ \t]*(?:[\n\x1f](?![ \t\x1f]*\n)[ \t\x1f]*)?")
_BLANK = re.compile(r"\s*")
_CONTROL_WORD_END = re.compile(r"\\[A-Za-z@]+$")
_PARAMETER = re.compile(r"#([1-9])|##")
_NAME = re.compile(r"\\(?:[A-Za-z@]+|.)", re.DOTALL)

# Names that the reader itself understands; a style file's or author's version says nothing more.
PROTECTED = words(
    """
    edit DIFadd DIFdel DIFaddFL DIFdelFL xout st
    todo deleted sout replaced abstract acknowledgments acknowledgements acro affil affiliation
    altaffilmark
    altaffiltext and appendix author autocite begin bibitem bibliography caption
    chapter cite citealp citealt citeauthor citep citet citeyear citeyearpar date
    documentclass emph end ensuremath figcaption footnote frac hat href include
    includegraphics input inst institute ion item label left maketitle mathbf mathrm
    newcommand pageref paragraph par parencite ref right SI si num qty
    section sqrt subparagraph subsection subsubsection tablecaption text textbf textcite
    textit textrm textsc texttt thanks title url usepackage verb def let newauthor subfile
    import vec bar tilde dot xspace includeonly sim lesssim gtrsim la ga tablenotetext
    tablenotemark tablecomments bf it rm sc tt em alpha beta gamma i o ss aa AA
    """
)


@dataclass(frozen=True, slots=True)
class Macro:
    """A macro's parameters and body. `delimiters`: the literal text before each parameter of a
    `\\def` such as `\\def\\point(#1,#2){...}`, and after the last."""

    count: int
    default: str | None
    body: tuple[str | int, ...]
    delimiters: tuple[str, ...] = ()
    optional: frozenset[int] = frozenset()
    star: bool = False

    @property
    def text(self) -> str:
        """The body of a macro without arguments."""
        return "".join(part for part in self.body if isinstance(part, str))


@dataclass(slots=True)
class Frame:
    """A text being read, and how far."""

    text: str
    position: int = 0
    file: str | None = None  # of a source file, None for an expansion
    failures: int = 0  # groups and options that nothing closes
    pairs: dict[int, int] | None = None  # of braces, once there were many failures
    endless: bool = False  # holds a conditional that nothing ends

    def exhausted(self) -> bool:
        """Whether only white space is left (only looked for in expansions, which are short)."""
        match = _BLANK.match(self.text, self.position)
        return match is not None and match.end() == len(self.text)

    def skip_space(self) -> None:
        """Pass over spaces and one line end, as TeX does after a control word."""
        match = _SPACE.match(self.text, self.position)
        if match:
            self.position = match.end()

    def skip_blank(self) -> None:
        """Pass over all white space."""
        match = _BLANK.match(self.text, self.position)
        if match:
            self.position = match.end()

    def starts(self, prefix: str) -> bool:
        """Whether `prefix` is next."""
        return self.text.startswith(prefix, self.position)

    def group(self) -> str | None:
        """Read `{...}`; None, and nothing read, where there is none."""
        if not self.starts("{"):
            return None
        if self.failures < 20:
            end = closing_brace(self.text, self.position, MAX_ARGUMENT)
        else:
            self.pairs = brace_pairs(self.text) if self.pairs is None else self.pairs
            end = self.pairs.get(self.position, -1)
        if end < 0 or end - self.position >= MAX_ARGUMENT:
            self.failures += 1
            return None
        inner = self.text[self.position + 1 : end]
        self.position = end + 1
        return inner

    def bracket(self) -> str | None:
        """Read `[...]`, braces respected; None, and nothing read, where there is none."""
        if not self.starts("["):
            return None
        limit = 20_000 if self.failures < 20 else 200
        end = bracket_end(self.text, self.position, self.position + limit)
        if end < 0:
            self.failures += 1
            return None
        inner = self.text[self.position + 1 : end]
        self.position = end + 1
        return inner

    def name(self) -> str | None:
        """Read a control sequence's name, in braces or not, as in `\\newcommand`."""
        saved = self.position
        self.skip_blank()
        braced = self.starts("{")
        if braced:
            self.position += 1
            self.skip_blank()
        match = _NAME.match(self.text, self.position)
        if match is None:
            self.position = saved
            return None
        self.position = match.end()
        if braced:
            self.skip_blank()
            if self.starts("}"):
                self.position += 1
        return match[0][1:]


def body_parts(body: str) -> tuple[str | int, ...]:
    """Split a body at its parameters, `#1`. A control word that ends a part keeps a space."""
    body = flat(body)
    parts: list[str | int] = []
    last = 0
    for match in _PARAMETER.finditer(body):
        parts.append(_close(body[last : match.start()]))
        parts.append(int(match[1]) if match[1] else "#")
        last = match.end()
    parts.append(_close(body[last:]))
    return tuple(part for part in parts if part != "")


def _close(part: str) -> str:
    return part + " " if _CONTROL_WORD_END.search(part) else part


def define(body: str, count: int = 0, default: str | None = None) -> Macro:
    """Make a macro as `\\newcommand` does."""
    optional = frozenset({1}) if default is not None else frozenset[int]()
    return Macro(count, default, body_parts(body), optional=optional)


def define_def(parameters: str, body: str) -> Macro:
    """Make a macro as `\\def` does, from its parameter text."""
    pieces = re.split(r"#[1-9]", parameters)
    if any(piece.strip() for piece in pieces):
        return Macro(len(pieces) - 1, None, body_parts(body), tuple(p.strip() for p in pieces))
    return Macro(len(pieces) - 1, None, body_parts(body))


def define_document_command(spec: str, body: str) -> Macro | None:
    """Make a macro as `\\NewDocumentCommand` does; None for arguments rarer than m, o, O, s."""
    count, optional, default, star = 0, set(), "-NoValue-", False
    for match in re.finditer(r"\s*(?:\+?m|(o)|O\s*\{([^{}]*)\}|(s)|(\S))", spec):
        if match[4]:
            return None
        count += 1
        star = star or bool(match[3])
        if match[3] and count != 1:
            return None
        if match[1] or match[2] is not None:
            optional.add(count)
            default = match[2] if match[2] is not None else default
    return Macro(count, default, body_parts(body), optional=frozenset(optional), star=star)


def substitute(macro: Macro, arguments: Sequence[str], consumed: int) -> str:
    """The invocation's text; `consumed` line ends are kept, in the arguments or last."""
    parts: list[str] = []
    used: set[int] = set()
    kept = 0
    for part in macro.body:
        if isinstance(part, str):
            parts.append(part)
            continue
        if part > len(arguments):
            continue
        argument = arguments[part - 1]
        if part in used:
            parts.append(flat(argument))
        else:
            used.add(part)
            kept += line_ends(argument)
            parts.append(argument)
        if _CONTROL_WORD_END.search(argument):
            parts.append(" ")
    return "".join(parts) + "\x1f" * max(0, consumed - kept)

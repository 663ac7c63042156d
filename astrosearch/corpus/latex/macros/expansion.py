"""Expand a document: read its frames in turn, write what is no command of the author's.

A frame is a file or what a macro became. The innermost one is read until it is used up.
What each command does is told by a table of actions.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from astrosearch.corpus.document import SourceTree
from astrosearch.corpus.latex.filenames import FileNames
from astrosearch.corpus.latex.macros.expanded_text import ExpandedText
from astrosearch.corpus.latex.macros.macro import Frame, Macro, substitute
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.latex.tokens import BREAK, line_ends, prepare
from astrosearch.corpus.limits import Budget
from astrosearch.errors import Unreadable

MAX_DEPTH = 100  # files and expansions within each other; TeX papers stay below 20
MAX_EXPANSIONS = 400_000
MAX_EXPANSION = 1_000_000  # characters one invocation may become
MAX_WARNINGS = 100
MAX_NESTED_NAMES = 5  # macros that stand for one another in a file's name
MAX_VALUE = 2_000  # characters
MAX_CHARACTERS = 20_000_000  # of a source file, and of the whole text

TOKEN = re.compile(r"\\([A-Za-z@]+)|\\.|\$|(?:\n|(?<!\x1f)\x1f)[ \t\x1f]*\n", re.DOTALL)
_CONTROL_WORD = re.compile(r"\\([A-Za-z@]+)(?:\{\}|[ \t\n\x1f]*)")
_TAKES_TOKEN = re.compile(
    r"(?:[_^]|\\(?:[dt]?frac|sqrt|hat|bar|vec|dot|tilde|mathrm|mathbf|text|boldsymbol|overline))\s*$"
)
_STRUCTURE = re.compile(r"\\(?:begin|end|left|right|\\)|&|\\[\[\]()]|\$\$")

Action = Callable[["Expansion", int], None]


class Expansion:
    """A main file and everything it reads, being expanded.

    `active` maps the commands that are acted on: an author's macro, or an action that is
    given this expansion and where the command began in the text of the innermost frame.
    """

    def __init__(
        self, tree: SourceTree, main: str, actions: Mapping[str, Action], budget: Budget
    ) -> None:
        self.tree, self.main, self.budget = tree, main, budget
        self.folder = posixpath.dirname(main)
        self.files = FileNames(tree.names())
        self.names = self.files.known
        self.result = ExpandedText("")
        self.output: list[str] = []
        self.length = 0
        self.math = False
        self.expansions = 0
        self.frames: list[Frame] = []
        self.flags: dict[str, bool] = {}
        self.begins: dict[str, tuple[Macro, Macro]] = {}
        self.excluded: set[str] = set()  # environments whose text isn't printed
        self.open_ifs = 0
        self.active: dict[str, Macro | Action] = dict(actions)
        self.builtin = frozenset(actions)

    def run(self) -> ExpandedText:
        """Expand the document.

        Raises
        ------
        Unreadable
            When the main file isn't there, or isn't text.
        """
        data = self.tree.read(self.main)
        if data is None:
            raise Unreadable(self.main, "the file isn't there")
        self.result.parts.append(self.main)
        text = decode(data, self.main)
        if len(text) > MAX_CHARACTERS:
            raise Unreadable(self.main, f"larger than {MAX_CHARACTERS:,} characters")
        self.frames.append(Frame(prepare(text), file=self.main))
        self.stretch(self.main)
        while self.frames:
            self._step()
        self.result.text = "".join(self.output)
        return self.result

    def _step(self) -> None:
        self.budget.check()
        frame = self.frames[-1]
        text, start = frame.text, frame.position
        active = self.active
        for match in TOKEN.finditer(text, start):
            name = match[1]
            if name is None:
                lexeme = match[0]
                if lexeme == "$":
                    self.math = not self.math
                elif lexeme[0] != "\\":
                    self.math = False
                elif lexeme in ("\\[", "\\("):
                    self.math = True
                elif lexeme in ("\\]", "\\)"):
                    self.math = False
                continue
            action = active.get(name)
            if action is None:
                continue
            self.emit(text[start : match.start()])
            frame.position = match.end()
            if isinstance(action, Macro):
                self.expand(name, action)
            else:
                action(self, match.start())
            return
        self.emit(text[start:])
        self._pop()

    def emit(self, text: str) -> None:
        """Write a stretch of the result."""
        if text:
            if self.length + len(text) > MAX_CHARACTERS:
                self.warn("the macros expand to more than a paper can be; the rest was left out")
                self.frames[1:] = []
                self.frames[0].position = len(self.frames[0].text)
                return
            self.output.append(text)
            self.length += len(text)

    def keep_lines(self, text: str) -> None:
        """Write only the line ends of a stretch that prints nothing."""
        self.emit(BREAK * line_ends(text))

    def _pop(self) -> None:
        frame = self.frames.pop()
        if frame.file is None or not self.frames:
            return
        for parent in reversed(self.frames):
            if parent.file is not None:
                line = 1 + line_ends(parent.text[: parent.position])
                self.stretch(parent.file, line)
                return

    def stretch(self, file: str, line: int = 1) -> None:
        """Say that what is written next comes from this line of this file."""
        starts, sources = self.result.starts, self.result.sources
        if starts and starts[-1] == self.length:
            sources[-1] = (file, line)
        else:
            starts.append(self.length)
            sources.append((file, line))

    def warn(self, text: str) -> None:
        """Add a warning, once; hundreds of them tell no more than the first."""
        if len(self.result.warnings) < MAX_WARNINGS and text not in self.result.warnings:
            self.result.warnings.append(text)

    def source(self) -> Frame:
        """The frame an argument comes from: expansions that are used up are left behind."""
        while len(self.frames) > 1 and self.frames[-1].file is None and self.frames[-1].exhausted():
            frame = self.frames.pop()
            self.keep_lines(frame.text[frame.position :])
        return self.frames[-1]

    def argument(self) -> str | None:
        """The argument that comes next: a group, a command, or a character."""
        frame = self.source()
        frame.skip_blank()
        inner = frame.group()
        if inner is not None:
            return inner
        position = frame.position
        if position >= len(frame.text) or frame.text[position] in "{}":
            return None
        lexeme = frame.name() if frame.text[position] == "\\" else None
        if lexeme is not None:
            return "\\" + lexeme
        frame.position = position + 1
        return frame.text[position]

    def value(self, tex: str) -> str:
        """Return a short text, such as a file's name, with the macros in it that take no arguments
        replaced."""
        for _ in range(MAX_NESTED_NAMES):
            if "\\" not in tex or len(tex) > MAX_VALUE:
                break
            replaced = _CONTROL_WORD.sub(self._meaning, tex)
            if replaced == tex:
                break
            tex = replaced
        return tex

    def _meaning(self, word: re.Match[str]) -> str:
        if word[1] == "jobname":
            return posixpath.splitext(posixpath.basename(self.main))[0]
        macro = self.active.get(word[1])
        return macro.text.rstrip() if isinstance(macro, Macro) and not macro.count else word[0]

    def expand(self, name: str, macro: Macro) -> None:
        """Read a macro's arguments, and go on with what it becomes."""
        self.expansions += 1
        if len(self.frames) >= MAX_DEPTH or self.expansions > MAX_EXPANSIONS:
            self.warn(f"\\{name} expands without end; it was left out")
            self._forget(name)
            return
        frame = self.source() if macro.count or macro.delimiters else self.frames[-1]
        start = frame.position
        arguments = self._delimited(macro) if macro.delimiters else self._arguments(macro)
        if arguments is None:
            frame.position = start
            return
        if not macro.count:
            frame.skip_space()
        consumed = line_ends(frame.text[start : frame.position])
        if sum(len(argument) for argument in arguments) * len(macro.body) > MAX_EXPANSION:
            self.warn(f"\\{name} expands to more than a paper can be; it was left out")
            self._forget(name)
            return
        text = substitute(macro, arguments, consumed)
        if self.math and self._needs_braces(text):
            text = "{" + text + "}"
        self.frames.append(Frame(text))

    def _forget(self, name: str) -> None:
        """Leave a macro, or an environment of the author's, out from here on."""
        self.active.pop(name, None)
        self.begins.pop(name, None)

    def _needs_braces(self, text: str) -> bool:
        last = self.output[-1] if self.output else ""
        return bool(_TAKES_TOKEN.search(last[-20:])) and not _STRUCTURE.search(text)

    def _arguments(self, macro: Macro) -> list[str] | None:
        arguments: list[str] = []
        for number in range(1, macro.count + 1):
            frame = self.source()
            if number == 1 and macro.star:
                star = frame.starts("*")
                frame.position += star
                arguments.append("-true-" if star else "-false-")
                continue
            if number in macro.optional:
                saved = frame.position
                frame.skip_blank()
                option = frame.bracket()
                if option is None:
                    frame.position = saved
                    option = macro.default or ""
                arguments.append(option)
                continue
            argument = self.argument()
            if argument is None:
                return None
            arguments.append(argument)
        return arguments

    def _delimited(self, macro: Macro) -> list[str] | None:
        frame = self.source()
        text, position = frame.text, frame.position
        first = macro.delimiters[0]
        if not text.startswith(first, position):
            return None
        frame.position = position + len(first)
        arguments: list[str] = []
        for delimiter in macro.delimiters[1:]:
            if not delimiter:
                argument = self.argument()
                if argument is None:
                    return None
            else:
                end = text.find(delimiter, frame.position, frame.position + 20_000)
                if end < 0:
                    return None
                argument = text[frame.position : end]
                frame.position = end + len(delimiter)
            arguments.append(argument)
        return arguments

    def drop(self, start: int) -> None:
        """Write nothing for a command; the space after it goes too."""
        self.frames[-1].skip_space()
        self.keep_lines(self.frames[-1].text[start : self.frames[-1].position])

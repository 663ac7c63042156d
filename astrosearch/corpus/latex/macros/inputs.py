r"""Actions of the commands that read files: `\input`, `\import`, `\usepackage`."""

from __future__ import annotations

import posixpath
import re

from astrosearch.corpus.latex.macros.expansion import MAX_CHARACTERS, MAX_DEPTH, Expansion
from astrosearch.corpus.latex.macros.macro import Frame, Macro
from astrosearch.corpus.latex.source import candidates, decode
from astrosearch.corpus.latex.tokens import BREAK, line_ends, prepare
from astrosearch.errors import Unreadable

MAX_FILES = 1_000  # that one document reads or looks for; a thesis reads some dozens
MAX_NAME = 1_000  # characters
MAX_DEFINITION = 5_000  # characters that are read of one in a style file


def included(expansion: Expansion, start: int) -> None:
    r"""`\input{file}` or `\input file`."""
    frame = expansion.source()
    frame.skip_space()
    name = frame.group()
    if name is None:
        match = re.compile(r"[^\s{}\\%]+").match(frame.text, frame.position)
        if match is None:
            return
        name = match[0]
        frame.position = match.end()
    _read(expansion, name, expansion.folder)


def imported(expansion: Expansion, start: int) -> None:
    r"""`\import{folder}{file}`."""
    frame = expansion.source()
    if frame.starts("*"):
        frame.position += 1
    frame.skip_blank()
    folder = frame.group()
    frame.skip_blank()
    name = frame.group()
    if folder is not None and name is not None:
        _read(expansion, name, posixpath.join(expansion.folder, folder.strip()))


def _read(expansion: Expansion, name: str, folder: str) -> None:
    name = name.strip().strip('"').replace("\x1f", "").replace("\n", " ")
    if not name or "\\" in name or "#" in name or len(name) > MAX_NAME:
        return
    if len(expansion.result.parts) >= MAX_FILES:
        expansion.warn(f"reads more than {MAX_FILES:,} files; the rest was left out")
        return
    nearby = [f.file for f in expansion.frames if f.file is not None]
    folders = [folder, expansion.folder, *(posixpath.dirname(file) for file in reversed(nearby))]
    found = next((c for c in candidates(name, folders) if c in expansion.names), None)
    if found is None:
        wanted = next(candidates(name, [folder]), name)
        expansion.result.parts.append(wanted)
        expansion.warn(f"{name}: read by {nearby[-1]}, but it isn't there")
        return
    if found in nearby or len(expansion.frames) >= MAX_DEPTH:
        expansion.warn(f"{found}: reads itself")
        return
    if expansion.result.parts.count(found) > 20:
        expansion.warn(f"{found}: read again and again; the rest was left out")
        return
    expansion.result.parts.append(found)
    try:
        data = expansion.tree.read(found)
        text = decode(data, found) if data is not None else ""
    except Unreadable as error:
        expansion.warn(str(error))
        return
    if len(text) > MAX_CHARACTERS:
        expansion.warn(f"{found}: larger than {MAX_CHARACTERS:,} characters; it was left out")
        return
    text = _subfile_body(prepare(text))
    expansion.frames.append(Frame(text, file=found))
    expansion.stretch(found)


def use_package(expansion: Expansion, start: int) -> None:
    r"""`\usepackage`, where the style file lies beside the paper."""
    frame = expansion.frames[-1]
    frame.skip_blank()
    frame.bracket()
    frame.skip_blank()
    names = frame.group()
    expansion.keep_lines(frame.text[start : frame.position])
    for name in (names or "").split(","):
        file = posixpath.normpath(posixpath.join(expansion.folder, name.strip() + ".sty"))
        if file in expansion.names and file not in expansion.result.parts:
            _style(expansion, file)


def _style(expansion: Expansion, file: str) -> None:
    """Take the plain definitions of a style file that lies beside the paper."""
    expansion.result.parts.append(file)
    try:
        data = expansion.tree.read(file)
    except Unreadable as error:
        expansion.warn(str(error))
        return
    if data is None or len(data) > 300_000:
        return
    text = prepare(decode(data, file))
    for match in re.finditer(
        r"\\(newcommand|renewcommand|providecommand|def|DeclareMathOperator"
        r"|DeclareRobustCommand|newif)(?![A-Za-z@])",
        text,
    ):
        expansion.budget.check()
        stop = re.compile(r"\n[ \t]*\n|@").search(text, match.end(), match.end() + MAX_DEFINITION)
        ends = stop.start() if stop else match.end() + MAX_DEFINITION
        frame = Frame(text[match.start() : ends], len(match[0]), file=file)
        expansion.frames.append(frame)
        output, length = expansion.output, expansion.length
        expansion.output = []
        action = expansion.active[match[1]]
        if not isinstance(action, Macro):
            action(expansion, 0)
        expansion.output, expansion.length = output, length
        expansion.frames.pop()


def _subfile_body(text: str) -> str:
    """A child that is a document of its own, without its preamble and end; all lines kept."""
    begin = text.find("\\begin{document}")
    if begin < 0 or not re.search(r"\\document(?:class|style)", text[:begin]):
        return text
    begin += len("\\begin{document}")
    end = text.find("\\end{document}", begin)
    return BREAK * line_ends(text[:begin]) + text[begin : end if end > 0 else len(text)]

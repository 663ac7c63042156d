r"""Actions of what shapes a text: environments, `\ensuremath`, `\xspace`, `\csname`."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.macros.expansion import MAX_DEPTH, MAX_EXPANSIONS, Expansion
from astrosearch.corpus.latex.macros.macro import Frame
from astrosearch.corpus.latex.tokens import BREAK, hidden_end

_MATH_ENVIRONMENT = re.compile(
    r"(?:equation|align|alignat|flalign|eqnarray|gather|multline|displaymath|math|subequations"
    r"|mathletters|dmath|empheq)\*?$"
)
_NO_XSPACE = re.compile(
    r"""[{}~.!,:;?/'")\-&\s^_|\]]"""
    r"|\\(?:[ /@]|(?:footnote(?:mark|text)?|xspace|fi|else|par|relax)(?![A-Za-z]))"
)
_ENVIRONMENT = re.compile(r"[ \t]*\{([^{}\\]*)\}")


def begin(expansion: Expansion, start: int) -> None:
    r"""`\begin`: an author's environment is expanded, a formula's is remembered."""
    frame = expansion.frames[-1]
    match = _ENVIRONMENT.match(frame.text, frame.position)
    if match is not None and match[1] in expansion.excluded:
        closing = f"\\end{{{match[1]}}}"
        end = frame.text.find(closing, match.end())
        if end >= 0:
            frame.position = hidden_end(frame.text, start, end + len(closing))
            expansion.keep_lines(frame.text[start : frame.position])
            return
    expansion.emit("\\begin")
    if match is None:
        return
    if _MATH_ENVIRONMENT.match(match[1]):
        expansion.math = True
    environment = expansion.begins.get(match[1])
    if environment and len(expansion.frames) < MAX_DEPTH:
        expansion.output.pop()
        expansion.length -= len("\\begin")
        frame.position = match.end()
        expansion.expand(match[1], environment[0])


def shown_environment(expansion: Expansion, start: int) -> None:
    r"""`\includecomment{name}`: the environment's text is printed."""
    for name in _environment_names(expansion, start):
        expansion.excluded.discard(name)


def hidden_environment(expansion: Expansion, start: int) -> None:
    r"""`\excludecomment{name}`: the environment's text is not printed."""
    expansion.excluded.update(_environment_names(expansion, start))


def special_environment(expansion: Expansion, start: int) -> None:
    r"""`\specialcomment{name}{before}{after}`: its text is printed."""
    shown_environment(expansion, start)
    expansion.argument()
    expansion.argument()


def _environment_names(expansion: Expansion, start: int) -> list[str]:
    frame = expansion.source()
    names = expansion.argument() or ""
    if frame is expansion.frames[-1]:
        expansion.keep_lines(frame.text[start : frame.position])
    return [name.strip() for name in names.split(",") if name.strip()]


def end(expansion: Expansion, start: int) -> None:
    r"""`\end`."""
    frame = expansion.frames[-1]
    match = _ENVIRONMENT.match(frame.text, frame.position)
    if match is not None and match[1] == "document":
        expansion.emit("\\end{document}")
        frame.position = len(frame.text)
        return
    if match is not None and _MATH_ENVIRONMENT.match(match[1]):
        expansion.math = False
    environment = expansion.begins.get(match[1]) if match is not None else None
    if match is None or not environment or len(expansion.frames) >= MAX_DEPTH:
        expansion.emit("\\end")
        return
    frame.position = match.end()
    expansion.expand(match[1], environment[1])


def xspace(expansion: Expansion, start: int) -> None:
    r"""`\xspace`: a space, unless punctuation follows."""
    expansion.drop(start + len("\\xspace"))
    if expansion.math:
        return
    for frame in reversed(expansion.frames):
        rest = frame.text[frame.position : frame.position + 50].lstrip(BREAK)
        if rest:
            if not _NO_XSPACE.match(rest):
                expansion.emit("{} ")
            elif rest[0] in "\n \t":
                expansion.emit("{}")
            return


def ensure_math(expansion: Expansion, start: int) -> None:
    r"""`\ensuremath{formula}`."""
    if expansion.math or len(expansion.frames) >= MAX_DEPTH:
        return
    frame = expansion.source()
    frame.skip_blank()
    inner = frame.group()
    if inner is None:
        expansion.emit("\\ensuremath")
    else:
        # A `$` within means that the argument leaves math itself; its text is shown as it is.
        dollars = "" if "$" in inner or "\n\n" in inner else "$"
        expansion.frames.append(Frame(dollars + inner + dollars))


def built_name(expansion: Expansion, start: int) -> None:
    r"""`\csname name\endcsname`."""
    frame = expansion.frames[-1]
    end = frame.text.find("\\endcsname", frame.position, frame.position + 200)
    if end < 0:
        return
    name = frame.text[frame.position : end].strip()
    frame.position = end + len("\\endcsname")
    if name.isalpha() and len(expansion.frames) < MAX_DEPTH:
        expansion.expansions += 1
        if expansion.expansions <= MAX_EXPANSIONS:
            expansion.frames.append(Frame("\\" + name + " "))


def palette(expansion: Expansion, start: int) -> None:
    r"""`\mathpalette\command{formula}`: the command is given a style and the formula."""
    command = expansion.argument()
    formula = expansion.argument() if command is not None else None
    if formula is not None and len(expansion.frames) < MAX_DEPTH:
        expansion.expansions += 1
        if expansion.expansions <= MAX_EXPANSIONS:
            expansion.frames.append(Frame(f"{command}\\textstyle{{{formula}}}"))

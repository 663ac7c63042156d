r"""Actions of the commands that define: `\newcommand`, `\def`, `\let` and their kin."""

from __future__ import annotations

import re

from astrosearch.corpus.latex.macros.conditionals import PRIMITIVE_IFS, conditional
from astrosearch.corpus.latex.macros.expansion import Expansion
from astrosearch.corpus.latex.macros.macro import (
    PROTECTED,
    Macro,
    define,
    define_def,
    define_document_command,
)
from astrosearch.corpus.latex.tokens import flat

_HIDES = re.compile(  # what an environment begins with whose text is not printed
    r"\s*(?:\\(?:comment|iffalse|Collect@Body\s*\\@gobble|setbox\s*\\?\w+\s*\\?=?\s*\\[vh]box\s*\\bgroup"
    r"|begin\s*\{comment\})(?![A-Za-z])|\\begin\s*\{comment\}|\\expandafter\s*\\comment(?![A-Za-z]))"
)


def register(
    expansion: Expansion, name: str | None, macro: Macro | None, *, replace: bool = True
) -> None:
    """Let a name mean a macro, unless the reader itself understands the name."""
    if not name or macro is None or not name.replace("@", "").isalpha():
        return
    if name in PROTECTED or name in expansion.builtin or name in PRIMITIVE_IFS:
        return
    if macro.count == 0 and macro.text.strip() == "\\" + name:
        return
    if replace or name not in expansion.active:
        expansion.active[name] = macro


def new_command(expansion: Expansion, start: int, *, replace: bool = True) -> None:
    r"""`\newcommand{\name}[count][default]{body}`."""
    frame = expansion.frames[-1]
    if frame.starts("*"):
        frame.position += 1
    name = frame.name()
    frame.skip_blank()
    count = frame.bracket()
    frame.skip_blank()
    default = frame.bracket() if count is not None else None
    frame.skip_blank()
    body = frame.group()
    if body is None and count is None and name:
        other = frame.name() if frame.starts("\\") else None
        body = "\\" + other if other else None
    expansion.keep_lines(frame.text[start : frame.position])
    if body is not None:
        number = _number(count)
        register(expansion, name, define(body, number, default), replace=replace)


def _number(count: str | None) -> int:
    """How many parameters a definition says; TeX has at most nine."""
    digit = (count or "").strip()
    return int(digit) if re.fullmatch("[1-9]", digit) else 0


def provided_command(expansion: Expansion, start: int) -> None:
    r"""`\providecommand`: counts only where nothing else defines the name."""
    new_command(expansion, start, replace=False)


def plain_definition(expansion: Expansion, start: int) -> None:
    r"""`\def\name#1{body}`."""
    frame = expansion.frames[-1]
    name = frame.name()
    brace = frame.text.find("{", frame.position, frame.position + 200)
    if name is None or brace < 0:
        return
    parameters = frame.text[frame.position : brace]
    if "\\" in parameters or "\n\n" in parameters:
        return
    frame.position = brace
    body = frame.group()
    expansion.keep_lines(frame.text[start : frame.position])
    if body is not None:
        register(expansion, name, define_def(flat(parameters), body))


def alias(expansion: Expansion, start: int) -> None:
    r"""`\let\name=\other`."""
    frame = expansion.frames[-1]
    name = frame.name()
    frame.skip_blank()
    if frame.starts("="):
        frame.position += 1
        frame.skip_blank()
    target = frame.name() if frame.starts("\\") else None
    if target is None:
        frame.position += 1
    expansion.keep_lines(frame.text[start : frame.position])
    if target is None or not name:
        return
    if target == "comment":  # \let\private\comment \let\endprivate\endcomment
        expansion.excluded.add(name)
        return
    known = expansion.active.get(target)
    if isinstance(known, Macro):
        register(expansion, name, known)
    elif name.startswith("if") and target in ("iftrue", "iffalse"):
        expansion.flags[name] = target == "iftrue"
        expansion.active[name] = conditional
    elif target.isalpha() and target != "relax" and target not in expansion.builtin:
        register(expansion, name, define("\\" + target))


def operator(expansion: Expansion, start: int) -> None:
    r"""`\DeclareMathOperator{\name}{text}`."""
    frame = expansion.frames[-1]
    if frame.starts("*"):
        frame.position += 1
    name = frame.name()
    frame.skip_blank()
    body = frame.group()
    expansion.keep_lines(frame.text[start : frame.position])
    if body is not None:
        register(expansion, name, define(f"\\operatorname{{{body}}}"))


def paired_delimiter(expansion: Expansion, start: int) -> None:
    r"""`\DeclarePairedDelimiter{\name}{left}{right}`."""
    frame = expansion.frames[-1]
    name = frame.name()
    left, right = expansion.argument(), expansion.argument()
    expansion.keep_lines(frame.text[start : frame.position])
    if left is not None and right is not None:
        body = f"\\left{left} #1 \\right{right} "
        register(expansion, name, Macro(1, None, define(body, 1).body))


def document_command(expansion: Expansion, start: int) -> None:
    r"""`\NewDocumentCommand{\name}{arguments}{body}`."""
    frame = expansion.frames[-1]
    name = frame.name()
    frame.skip_blank()
    spec = frame.group()
    frame.skip_blank()
    body = frame.group()
    expansion.keep_lines(frame.text[start : frame.position])
    if spec is not None and body is not None:
        register(expansion, name, define_document_command(spec, body))


def collected_environment(expansion: Expansion, start: int) -> None:
    r"""`\NewEnviron{name}{...\BODY...}`: what doesn't print its `\BODY` is hidden."""
    frame = expansion.frames[-1]
    frame.skip_blank()
    name = frame.group()
    frame.skip_blank()
    while frame.bracket() is not None:
        frame.skip_blank()
    body = frame.group()
    expansion.keep_lines(frame.text[start : frame.position])
    if name and body is not None and "\\BODY" not in body:
        expansion.excluded.add(name.strip())


def new_environment(expansion: Expansion, start: int) -> None:
    r"""`\newenvironment`, where it opens one that the reader knows."""
    frame = expansion.frames[-1]
    if frame.starts("*"):
        frame.position += 1
    frame.skip_blank()
    name = frame.group()
    frame.skip_blank()
    count = frame.bracket()
    frame.skip_blank()
    default = frame.bracket() if count is not None else None
    frame.skip_blank()
    before = frame.group()
    frame.skip_blank()
    after = frame.group()
    expansion.keep_lines(frame.text[start : frame.position])
    if not name or before is None or after is None or re.search("abstract|acknowledge", name, re.I):
        return
    if _HIDES.match(before):
        expansion.excluded.add(name)
        return
    expansion.excluded.discard(name)
    if "\\begin" in before or "\\[" in before or "$$" in before:
        number = _number(count)
        expansion.begins[name] = (define(before, number, default), define(after))

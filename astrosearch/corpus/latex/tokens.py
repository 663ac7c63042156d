"""The lowest level of TeX: comments, braces, environments, line ends.

Every later step works on one text from which comments are gone but whose line ends are all
still there, so that an offset's line is found by counting. A line end TeX doesn't see
(one that ended a comment, or stood in an argument that was dropped) is written as `BREAK`.
Regular expressions count `BREAK` as white space.
"""

from __future__ import annotations

import re

BREAK = "\x1f"
PARAGRAPH = re.compile(r"(?:\n|(?<!\x1f)\x1f)[ \t\x1f]*\n\s*")
LINE_ENDS = re.compile(r"[\n\x1f]")

# Each way begins with a sign, and looks behind it then: a search for signs is quick.
_COMMENT = re.compile(r"(?:%(?<!\\%)|(\\(?<!\\\\)\\(?:\\\\)*)%)[^\n]*(\n?)[ \t]*")
_VERBATIM = re.compile(
    r"\\begin\{((?:verbatim|Verbatim|lstlisting|minted|comment|alltt|pycode|pythontexcustomcode"
    r"|filecontents|codebox)\*?)\}"
)
_VERB = re.compile(
    r"\\(?:verb|lstinline|(py[bcsv]?)(?:\[[^\[\]\n]*\])?)\*?([^A-Za-z\s*{\[])([^\n]{0,2000}?)\2"
)
_URL = re.compile(r"\\(?:url|href|path|nolinkurl)[ \t]*\{[^{}\n]*\}")
_BRACES = re.compile(r"\\.|[{}]", re.DOTALL)
_REST_OF_LINE = re.compile(r"[ \t]*\n")
_BRACKETS = re.compile(r"\\.|[{}\[\]]|\n[ \t]*\n", re.DOTALL)
_ENVIRONMENTS = re.compile(r"\\(?:(begin)|end)[ \t]*\{([A-Za-z@]+\*?)\}|\\\\")
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{c: "\\" + c for c in "{}$&#_%"},
}
_ESCAPE = str.maketrans(_SPECIAL)
_ESCAPE_URL = str.maketrans({c: _SPECIAL[c] for c in "~^$&#_%"})


def words(text: str) -> frozenset[str]:
    """Write a set of names as a text."""
    return frozenset(text.split())


def line_ends(text: str) -> int:
    """How many source lines end in this text."""
    return text.count("\n") + text.count(BREAK)


def flat(text: str) -> str:
    """Write a text that is used away from its lines: without line ends."""
    if "\n" not in text and BREAK not in text:
        return text
    text = re.sub(r"(\\[A-Za-z@]+)\x1f+", r"\1 ", text)
    return PARAGRAPH.sub(r"\\par ", text).replace(BREAK, "").replace("\n", " ")


def prepare(text: str) -> str:
    """Drop comments and verbatim text, escape what TeX would take literally; keep all lines."""
    if "\\begin{" in text:
        text = _blank_verbatim(text)
    if "\\verb" in text or "\\lstinline" in text or "\\py" in text:
        text = _VERB.sub(_literal, text)
    text = _URL.sub(_literal_url, text)
    text = _COMMENT.sub(_break, text)
    end = re.search(r"\\endinput(?![A-Za-z])", text) if "\\endinput" in text else None
    return text[: end.start()] if end else text


def _literal(match: re.Match[str]) -> str:
    if match[1]:  # the result of a program that was run while typesetting
        return "[...]"
    return "\\texttt{" + match[3].translate(_ESCAPE) + "}"


def _literal_url(match: re.Match[str]) -> str:
    url = match[0]
    if not any(c in url for c in "~^$&#_%"):
        return url
    brace = url.index("{")
    return url[: brace + 1] + re.sub(r"\\([#%_&~^$])", r"\1", url[brace + 1 :]).translate(
        _ESCAPE_URL
    )


def _break(match: re.Match[str]) -> str:
    return (match[1] or "") + (BREAK if match[2] else "")


def _blank_verbatim(text: str) -> str:
    done, kept, position = 0, [], 0
    unclosed: set[str] = set()
    while match := _VERBATIM.search(text, position):
        position = match.end()
        name = match[1]
        if name in unclosed:
            continue
        before = text[max(0, match.start() - 1_000) : match.start()].rpartition("\n")[2]
        if "%" in before.replace("\\%", ""):
            continue
        closing = f"\\end{{{name}}}"
        end = text.find(closing, position)
        if end < 0:
            unclosed.add(name)
            continue
        position = end + len(closing)
        if name == "comment":
            position = hidden_end(text, match.start(), position)
        kept += [text[done : match.start()], BREAK * text.count("\n", match.start(), position)]
        done = position
    return "".join([*kept, text[done:]])


def hidden_end(text: str, start: int, end: int) -> int:
    """Return where the text goes on after an environment that isn't printed.

    One that has lines of its own takes its last line end along: it ends no paragraph.
    """
    line = text.rfind("\n", 0, start) + 1
    if text[line:start].strip(" \t\x1f"):
        return end
    following = _REST_OF_LINE.match(text, end)
    return following.end() if following else end


def closing_brace(text: str, position: int, limit: int) -> int:
    """Where the brace opened at `position` closes, or -1 within `limit` characters."""
    depth = 0
    for match in _BRACES.finditer(text, position, min(len(text), position + limit)):
        lexeme = match[0]
        if lexeme == "{":
            depth += 1
        elif lexeme == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return -1


def bracket_end(text: str, position: int, limit: int) -> int:
    """Where the bracket opened at `position` closes, or -1; never beyond a paragraph's end."""
    depth = square = 0
    for match in _BRACKETS.finditer(text, position, min(len(text), limit)):
        lexeme = match[0]
        if lexeme == "{":
            depth += 1
        elif lexeme == "}":
            depth -= 1
            if depth < 0:
                return -1
        elif lexeme == "[" and depth == 0:
            square += 1
        elif lexeme == "]" and depth == 0:
            square -= 1
            if square == 0:
                return match.start()
        elif lexeme[0] == "\n":
            return -1
    return -1


def brace_pairs(text: str) -> dict[int, int]:
    """Map every opening brace that closes to where it closes."""
    pairs: dict[int, int] = {}
    opened: list[int] = []
    for match in _BRACES.finditer(text):
        lexeme = match[0]
        if lexeme == "{":
            opened.append(match.start())
        elif lexeme == "}" and opened:
            pairs[opened.pop()] = match.start()
    return pairs


def environment_pairs(text: str) -> dict[int, tuple[int, int]]:
    r"""Map every `\begin` that ends to its `\end`'s start and end. Strays are passed over."""
    pairs: dict[int, tuple[int, int]] = {}
    opened: dict[str, list[int]] = {}
    for match in _ENVIRONMENTS.finditer(text):
        name = match[2]
        if match[1]:
            opened.setdefault(name, []).append(match.start())
        elif name and (starts := opened.get(name)):
            pairs[starts.pop()] = match.span()
    return pairs

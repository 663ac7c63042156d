"""Markdown as lines of running text: marks of emphasis, links and code taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import takewhile

from astrosearch.corpus.entities import characters

ITEM = -1
_HEADING = re.compile(r" {0,3}(#{1,6})\s+(.*)")
_CLOSING = re.compile(r"(?:^|(?<=\s))#+$")
_TAIL = re.compile(r"\{[#.:-][^{}]{0,300}\}$")  # attributes of a heading, `{#sec:dust}`
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})\s*$")
_FENCE = re.compile(r"\s*(```|~~~)[^`]*$")
_RULE = re.compile(r" {0,3}(?:[-*_] ?){3,}\s*$")
_ITEM = re.compile(r"\s*(?:[-*+]|([0-9]{1,3}[.)]))\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"^\s*(?:>\s?)+")
_DIRECTIVE = re.compile(r"\s*(?:```+|~~~+)\s*\{([\w:-]+)\}")  # of MyST: ```{note}
_PROSE = {
    "note", "tip", "warning", "important", "admonition", "abstract", "epigraph", "seealso", "hint",
    "attention", "caution", "danger", "error", "figure", "margin", "aside", "quote", "pull-quote",
}  # fmt: skip
_OPTION = re.compile(r"\s*:[\w-]+:|\s*$")
_DIV = re.compile(  # a line that opens or closes a block: `:::`, `::: {.note}`, `:::note Title`
    r"\s*:{3,}+(?: ?[\w-]*(?: ?:++)?\s*$| ?\{[^{}]*\}|[a-z-]+ )"
)
_ATTRIBUTES = re.compile(r"\{[:#.%][^{}]{0,300}\}")
_DELIMITER = re.compile(r"\|?:?-+:?(?:\|:?-+:?)*\|?")
_DEFINITION = re.compile(r"\s*\[[^\]^][^\]]*\]:\s+\S+(?:\s+[\"'(].*)?$")
_NOTE = re.compile(r"^\s*\[\^[^\]]+\]:\s*")
_TAGS = (
    "abbr|a|blockquote|body|br|b|center|cite|code|col|dd|del|details|div|dl|dt|em|figcaption|figure"
    "|font|footer|h[1-6]|header|head|hr|html|img|ins|i|kbd|li|link|main|mark|meta|nav|ol|picture"
    "|pre|p|q|samp|section|small|source|span|strike|strong|style|sub|summary|sup|s|table|tbody|td"
    "|tfoot|thead|th|title|tr|tt|ul|u|var|video"
)
_TARGET = (
    r"\((?=[^)]{0,2000}[/.#:@])[^()\s]*(?:\([^()\s]*\)[^()\s]*)?(?:\s+[\"'][^)]*)?\)"  # of a link
)
_REFERENCE = re.compile(r"(?:fig|tbl|tab|eq|sec|lst|thm)[-:]")
_KEY = re.compile(r"@\{?([A-Za-z0-9_][\w:.#$%&+?<>~/-]{0,100})\}?")
_CITATION = re.compile(r"\[(?=[^\]@]{0,100}-?@)[^\[\]]{1,1000}\](?![(\[])")
_LABEL = re.compile(  # in the text: `@roe2010`, but no name of an account
    r"(?<![\w@/.\[{=,;-])@(?:(?:fig|tbl|tab|eq|sec|lst|thm)[-:][\w-]{1,60}|[A-Za-z][A-Za-z_:-]{0,60}[0-9]{2,4}[\w:-]{0,60})"
)
_EXTENSIONS = (
    (re.compile(r"\{%.{0,500}?%\}|\{\{[<%].{0,500}?[>%]\}\}|\{\{ ?[\w.| '\"-]{1,100}? ?\}\}"), ""),
    (re.compile(r"!\[\[[^\[\]]{1,300}\]\]|^\s*\[![\w-]{2,30}\][+-]?"), ""),
    (re.compile(r"\[\[(?:[^\[\]|]{1,300}\|)?([^\[\]|]{1,300})\]\]"), r"\1"),
    (re.compile(r"\{cite(?::\w+)?\}`([^`]{1,300})`"), r"[\\citep=\1]"),
    (
        re.compile(r"\{(?:ref|numref|eq|doc|term)\}`(?:[^`<]{1,100}<)?([^`<>]{1,300})>?`"),
        r"[\\ref=\1]",
    ),
    (re.compile(r"\{math\}`([^`]{1,1000})`"), r"$\1$"),
    (re.compile(r"\{[a-z][\w:-]{0,30}\}`([^`]{1,1000})`"), r"\1"),
    (re.compile(r"\[([^\[\]]{1,1000})\]\{[#.:][^{}]{0,300}\}"), r"\1"),
    (re.compile(r"(?<=[\])`*_$])\s?\{[#.:=][^{}$]{0,300}\}"), ""),
    (re.compile(r"\s\{[#.:][\w:.# =\"-]{1,200}\}(?=\s*$)"), ""),
)
_COMMENT = re.compile(r"<!--(?:(?!<!--).)*?-->", re.DOTALL)
_LONGEST = 20_000  # characters; a longer line is data, and its marks would take long to match
_INLINE = (
    (re.compile(rf"!\[([^\]]{{0,2000}})\]{_TARGET}"), r"\1"),
    (re.compile(rf"\[(?!formula\])([^\]\\]{{1,2000}})\]{_TARGET}"), r"\1"),
    (re.compile(r"\[\^[^\]\s]+\]"), ""),
    (re.compile(r"<(https?://[^>]{0,2000})>"), r"\1"),
    (re.compile(rf"(?i)</?(?:{_TAGS})(?:\s+[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s<>]+))*\s*/?>"), ""),
    (re.compile(r"(\*\*|__)(?=\S)(.{1,2000}?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])(\*|_)(?=\S)([^*_]+?)(?<=\S)\1(?![\w*])"), r"\2"),
    (re.compile(r"`([^`]+)`"), r"\1"),
)


def unmarked(text: str, front: int = 0) -> Iterator[tuple[str, int]]:
    """Yield each line without its marks, with its level as a heading: 0 when it is none.

    `front` is the number of lines that its front matter takes.

    `ITEM` is the level of a line that begins an item of a list. Lines that hold no running text
    (code, tables, front matter) come out empty, so that line numbers stay true.
    """
    lines = _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text).split("\n")
    skipped = _skipped(lines, front)
    above = ""
    listed = False  # in a list, where a number begins an item
    for at, line in enumerate(lines):
        bare = "" if at in skipped else _NOTE.sub("", _QUOTE.sub("", line), count=1)
        item = _ITEM.match(bare)
        if item and item[1] and not (listed or not above.strip() or item[1] in ("1.", "1)")):
            item = None  # a line of a paragraph that begins on a number
        listed = item is not None or (listed and (not bare.strip() or bare[0] == " "))
        if not bare.strip():
            yield "", 0
        elif heading := _HEADING.match(line):
            bare = _TAIL.sub("", heading[2].rstrip()).rstrip()
            yield inline(_TAIL.sub("", _CLOSING.sub("", bare).rstrip())), len(heading[1])
        elif any(pattern.match(line) for pattern in (_UNDERLINE, _RULE, _DEFINITION)):
            yield "", 0
        elif item:
            yield inline(bare[item.end() :]), ITEM
        else:
            below = lines[at + 1] if at + 1 < len(lines) else ""
            under = None if above.strip() or bare[-1] == "." else _UNDERLINE.match(below)
            yield inline(bare), (1 if under[1][0] == "=" else 2) if under else 0
        above = line


def _skipped(lines: list[str], front: int) -> set[int]:
    """Find the lines of front matter, code and tables."""
    skipped = set(range(front))
    at = len(skipped)
    while at < len(lines):
        end = at + 1
        if fence := _FENCE.match(lines[at]):
            closing = (k for k in range(end, len(lines)) if lines[k].strip().startswith(fence[1]))
            end = next(closing, at) + 1  # one that is never closed is no fence
            directive = _DIRECTIVE.match(lines[at])
            if directive and directive[1] in _PROSE and end > at + 1:
                options = takewhile(_OPTION.match, lines[at + 1 : end - 1])
                skipped.update((*range(at, at + 1 + len(list(options))), end - 1))
            else:
                skipped.update(range(at, end))
        elif _DIV.match(lines[at]) or _ATTRIBUTES.fullmatch(lines[at].strip()):
            skipped.add(at)
        elif at and "|" in lines[at - 1] and _is_delimiter(lines[at]):
            while end < len(lines) and "|" in lines[end]:
                end += 1
            skipped.update(range(at - 1, end))
        at = max(end, at + 1)
    return skipped


def _is_delimiter(line: str) -> bool:
    """Whether a line stands between a table's head and its body: `|---|:-:|`."""
    return "|" in line and _DELIMITER.fullmatch("".join(line.split())) is not None


def inline(line: str) -> str:
    """Take the marks of emphasis, links and code out of a line."""
    if len(line) >= _LONGEST:
        return line
    if "{" in line or "[" in line or "@" in line:
        line = _extended(line)
    for pattern, kept in _INLINE:
        line = pattern.sub(kept, line)
    return characters(line) if "&" in line else line


def _extended(line: str) -> str:
    """Take away what Pandoc, Quarto, MyST, Jekyll and Obsidian add; citations become marks."""
    for pattern, kept in _EXTENSIONS:
        line = pattern.sub(kept, line)
    return _LABEL.sub(_cited, _CITATION.sub(_cited, line)) if "@" in line else line


def _cited(found: re.Match[str]) -> str:
    """Write a citation as plain text has its marks: `[\\citep=roe2010,lee2012]`."""
    keys = [key.rstrip(".:") for key in _KEY.findall(found[0])]
    if not keys:
        return found[0]
    if all(_REFERENCE.match(key) for key in keys):
        return f"[\\ref={keys[0]}]"
    return f"[\\{'citep' if found[0][0] == '[' else 'citet'}={','.join(keys)}]"

r"""Which files are documents of plain TeX, which has no `\documentclass` to tell.

AMS-TeX, harvmac, phyzzx, the plain macros of the journals, and whoever wrote their own count too.
"""

from __future__ import annotations

import re
from itertools import islice

_ENDS = re.compile(
    r"(?<!\\def)(?<!\\let)(?<!\\outer)\\(?:bye|end|endit|enddocument|supereject\s*\\end)(?![A-Za-z{@]|\s*\{)"
)
_OPENS = re.compile(
    r"\\(?:magnification|[hv]size|nopagenumbers|centerline|beginsection|topmatter|begintopmatter"
    r"|headline|footline|parskip|parindent|baselineskip|[hv]offset|MAINTITLE|newsec|Title|titlea"
    r"|input\s*+(?:amstex|mn|harvmac|phyzzx|aa\.cmm|jnl|jytex|texsis|aasms|aaspp|aapp|vanilla|eplain)"
    r"|documentstyle\s*\{amsppt\}|font\s*\\\w+\s*=|eject|titlepage|\w*skip)(?![A-Za-z])"
)
_LATEX = re.compile(
    r"\\(?:begin\s*\{|usepackage|documentclass|includegraphics|newcommand|(?:text(?:bf|it|rm)|emph|label"
    r"|cite[pt]?|ref|chapter|subsection)\s*\{)"
)
_DEFINES = re.compile(
    r"^[ \t]*\\(?:long|outer|global|x?def|gdef|edef|let|new(?:count|dimen|if|box|skip|toks|read)"
    r"|newwrite|catcode|font|chardef|mathchardef)(?![A-Za-z])",
    re.MULTILINE,
)
_PROSE = re.compile(r"^[ \t]*[^\s\\{}%&#$][^\\\n]*?(?:[A-Za-z]{2,}[ ,]+){4}", re.MULTILINE)
_TAIL = 3_000  # characters in which a document ends
_MANY = 200  # lines


def is_plain_document(text: str, *, reads: bool) -> bool:
    r"""Whether a text, without its comments, is a document of plain TeX.

    It ends as one, or is laid out as one and has nothing of LaTeX, and it holds prose: files of
    macros hold definitions. `reads` says that it reads other files that are there, which may hold
    the prose.
    """
    ends = _ENDS.search(text, max(0, len(text) - _TAIL)) is not None
    latex = len(list(islice(_LATEX.finditer(text), 3)))
    if latex and not (ends and latex < 3):
        return False
    openings = len({match[0] for match in islice(_OPENS.finditer(text), _MANY)})
    if not ends and openings < 2:
        return False
    prose = len(list(islice(_PROSE.finditer(text), _MANY)))
    definitions = len(list(islice(_DEFINES.finditer(text), 10 * _MANY)))
    if not prose:
        return ends and reads and openings + 1 > definitions // 20
    return (
        prose == _MANY
        or 2 * prose >= definitions
        or (ends and prose > 2 and 10 * prose >= definitions)
    )

"""A line of plain text or Markdown, its formulas and citations made readable."""

from __future__ import annotations

import re

from astrosearch.corpus.document import Mark
from astrosearch.corpus.fragment import render

_SEED = re.compile(r"\[\\|\[formula\]|\[MATH_tex=|<CIT>")
_CITES = re.compile(r"(\[\\(?:cite\w{0,12}|ref)\*?=[^\[\]]{0,300}\])")


def readable(line: str, math: re.Pattern[str]) -> tuple[str, tuple[Mark, ...]]:
    r"""Return a line as people read it, with marks over its formulas and citations.

    `math` finds a formula. A line may hold both TeX and the marks of a converter, `[\citep=Key]`.
    """
    if _SEED.search(line) is None:
        return render(line) if math.search(line) else (line, ())
    from astrosearch.corpus.textform import readable_seed

    pieces = _CITES.split(line) if math.search(line) else []
    if not any(math.search(piece) for piece in pieces[::2]):
        return readable_seed(line)
    text, marks = "", list[Mark]()  # formulas between the citations
    for piece in pieces:
        seed = _SEED.search(piece) is not None
        part, found = (
            readable_seed(piece)
            if seed
            else render(piece)
            if math.search(piece)
            else (" ".join(piece.split()), ())
        )
        space = " " if text and part and piece[:1] == " " and text[-1:] != " " else ""
        start = len(text) + len(space)
        text += space + part
        marks += [Mark(m.start + start, m.end + start, m.kind, m.tex) for m in found]
        if piece[-1:] == " " and not seed:
            text += " "
    return text.rstrip(), tuple(marks)

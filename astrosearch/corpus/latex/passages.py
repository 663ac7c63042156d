"""Collect a paragraph's pieces and write them as one passage."""

from __future__ import annotations

import unicodedata

from astrosearch.corpus.document import Mark, MarkKind, Origin, Passage
from astrosearch.corpus.latex.macros.expanded_text import ExpandedText
from astrosearch.corpus.latex.tokens import LINE_ENDS
from astrosearch.corpus.normalization import nfc

MAX_COMPOSED = 1_000  # characters in a row that may compose with one another


class Builder:
    """The pieces of one passage, in order: plain text, and marks."""

    __slots__ = ("pieces", "source")

    def __init__(self, source: ExpandedText) -> None:
        self.source = source
        self.pieces: list[tuple[str, int, MarkKind | None, str]] = []

    def text(self, text: str, offset: int) -> None:
        """Add a stretch of text that stands at `offset` of the source."""
        self.pieces.append((text, offset, None, ""))

    def mark(self, text: str, offset: int, kind: MarkKind, tex: str) -> None:
        """Add a rendered formula, citation or reference."""
        self.pieces.append((text, offset, kind, tex))

    def plain(self) -> str:
        """The text alone."""
        passage = self.passage(None)
        return passage.text if passage else ""

    def passage(self, section: str | None) -> Passage | None:
        """Write the passage; None where there is no text."""
        out: list[str] = []
        marks: list[Mark] = []
        origins: list[Origin] = []
        length = 0
        open_space = False  # a space is due before the next text
        here: tuple[str, int] | None = None
        line_at = self.source.line_at
        for text, offset, kind, tex in self.pieces:
            if kind is None:
                if text == " ":
                    open_space = True
                    continue
                if "\n" in text or "\x1f" in text:
                    parts = []
                    at = 0
                    for match in LINE_ENDS.finditer(text):
                        parts.append((text[at : match.end()], offset + at))
                        at = match.end()
                    parts.append((text[at:], offset + at))
                else:
                    parts = [(text, offset)]
            else:
                parts = [(text, offset)]
            for part, start in parts:
                words = part.replace("\x1f", "")
                body = words.strip()
                if not body:
                    open_space = open_space or bool(words)
                    continue
                if kind is None:
                    body = _typeset(body)
                if "  " in body or not body.isprintable():  # as no white space but one is
                    body = " ".join(body.split())
                if words[0].isspace():
                    open_space = True
                if (
                    open_space
                    and length
                    and not (kind is None and body[0] in ",;.)" and _bare(body))
                ):
                    out.append(" ")
                    length += 1
                open_space = words[-1].isspace()
                where = line_at(start + len(part) - len(part.lstrip()))
                if where != here:
                    origins.append(Origin(length, *where))
                    here = where
                out.append(body)
                if kind is not None:
                    marks.append(Mark(length, length + len(body), kind, tex))
                length += len(body)
        if not length:
            return None
        written = "".join(out)
        if not written.isascii() and not unicodedata.is_normalized("NFC", written):
            return _normalized(section, written, marks, origins)
        return Passage(section, written, tuple(marks), tuple(origins))


def _bare(body: str) -> bool:
    """Whether the text starts with punctuation that joins what is before it."""
    return len(body) == 1 or not (body[1].isalnum() or body[1] == ".")


def _typeset(text: str) -> str:
    if "`" in text:
        text = text.replace("``", "“").replace("`", "‘")
    if "'" in text:
        text = text.replace("''", "”")
    if "--" in text:
        text = text.replace("---", "—").replace("--", "–")
    return text


def _normalized(
    section: str | None, text: str, marks: list[Mark], origins: list[Origin]
) -> Passage:
    """Compose characters that only met when the pieces were joined; rare."""

    whole = nfc(text)
    safe, length = 0, 0  # nothing before `safe` composes with what follows; its length composed

    def at(offset: int) -> int:
        nonlocal safe, length
        near = max(safe, offset - MAX_COMPOSED)
        start = next((i for i in range(offset - 1, near, -1) if text[i].isascii()), near)
        if start > safe:
            length += len(nfc(text[safe:start]))
            safe = start
        return min(length + len(nfc(text[safe:offset])), len(whole))

    ordered = sorted(
        {0, *(m.start for m in marks), *(m.end for m in marks), *(o.start for o in origins)}
    )
    moved_to = {offset: at(offset) for offset in ordered}
    moved = [Mark(moved_to[m.start], moved_to[m.end], m.kind, m.tex) for m in marks]
    kept: list[Mark] = []
    for mark in moved:
        if mark.end > mark.start and (not kept or mark.start >= kept[-1].end):
            kept.append(mark)
    return Passage(
        section,
        whole,
        tuple(kept),
        tuple(Origin(moved_to[o.start], o.file, o.line) for o in origins),
    )

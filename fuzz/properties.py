"""What must hold of whatever a reader makes of any input, sense or nonsense."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence

from astrosearch.corpus.document import Document, Passage
from astrosearch.corpus.normalization import plain_letters
from astrosearch.corpus.sentences import LONGEST, sentences_of, split
from astrosearch.errors import Unreadable
from astrosearch.text import is_text

_TEX_LEFT = re.compile(r"\\[A-Za-z]+|[{}$~]")
_ANEW = re.compile(r"[$\[<&@{´¨ˆ˜ˇ˘˙\\]")
_RUNS = re.compile(r"\r\n?|\n")


def readable(text: str, *, name: bool = False) -> None:
    """Text, without control characters; but a file's `name` is what it is."""
    assert is_text(text), f"half a surrogate pair: {text!a}"
    if not name:
        control = [sign for sign in text if unicodedata.category(sign) == "Cc"]
        assert not control, f"control characters {control!a}"


def check_split(text: str, protected: Sequence[tuple[int, int]] = ()) -> None:
    """Nothing but white space lies outside the sentences, and splitting one gives it again."""
    at = 0
    for start, end in split(text, protected):
        assert not text[at:start].strip(), "text lost between sentences"
        assert text[start:end] == text[start:end].strip() != "", "white space around a sentence"
        assert not any(a < start < b and at > a for a, b in protected), "a mark is cut"
        inside = [
            (max(a - start, 0), min(b, end) - start) for a, b in protected if a < end and b > start
        ]
        assert split(text[start:end], inside) == [(0, end - start)], "splits once more"
        assert end - start <= LONGEST or protected, "a sentence too long"
        at = end
    assert not text[at:].strip(), "text lost at the end"


def check_passage(passage: Passage, lines: Mapping[str, int]) -> None:
    """Hold a passage to what document.py says of one; `lines` counts those of each file."""
    text = passage.text
    readable(text)
    readable(passage.section or "")
    assert text == " ".join(text.split()) != "", "white space in a passage"
    assert unicodedata.is_normalized("NFC", text), "not NFC"
    starts = [origin.start for origin in passage.origins]
    assert starts[0] == 0, "no origin at 0"
    assert starts == sorted(set(starts)), "origins don't ascend"
    assert starts[-1] < len(text), "an origin beyond the text"
    for origin in passage.origins:
        assert origin.file in lines, f"there is no file {origin.file!a}"
        assert 1 <= origin.line <= lines[origin.file], "a line beyond the file"
    last = 0
    for mark in passage.marks:
        assert last <= mark.start < mark.end <= len(text), "marks overlap"
        last = mark.end
    check_split(text, [(mark.start, mark.end) for mark in passage.marks])
    check_sentences(passage)


def check_sentences(passage: Passage) -> None:
    """Sentences hold all words of their passage, and each stands on one of its lines."""
    found = sentences_of(passage)
    places = {(origin.file, origin.line) for origin in passage.origins}
    at = 0
    left: list[str] = []
    for sentence in found:
        readable(" ".join((sentence.tex or "").split()))
        assert sentence.section == passage.section, "another section"
        assert (sentence.file, sentence.line) in places, "a line the passage hasn't"
        start = passage.text.find(sentence.text, at)
        assert start >= 0, "a sentence that its passage hasn't"
        left.append(passage.text[at:start])
        at = start + len(sentence.text)
    left.append(passage.text[at:])
    assert not any(re.search(r"[^\W\d_]{2}", rest) for rest in left), "words in no sentence"


def check_document(document: Document, files: Mapping[str, bytes]) -> None:
    """Hold a document to what document.py says of one; `files` are those it may be read from."""
    paper = document.paper
    assert paper.id, "a paper without id"
    readable(paper.id, name=True)
    for text in (paper.title, paper.doi, paper.url, *paper.authors, *paper.categories):
        readable(text or "")
    assert paper.title != "", "an empty title"
    assert all(author.strip() for author in paper.authors), "an empty name"
    assert paper.year is None or 1000 <= paper.year < 3000, "a year out of reach"
    assert document.passages, "a document without text"
    lines = {name: len(_RUNS.findall(_decoded(data))) + 1 for name, data in files.items()}
    for passage in document.passages:
        check_passage(passage, lines)
    for text in (*document.parts, *document.warnings):
        readable(text, name=True)


def check_formulas(document: Document) -> None:
    """No TeX is left in a formula as people read it."""
    for passage in document.passages:
        for mark in passage.marks:
            if mark.kind == "math":
                shown = passage.text[mark.start : mark.end]
                assert not _TEX_LEFT.search(shown), f"TeX in a formula: {shown!a}"


def check_refusal(failure: Unreadable) -> None:
    """A refusal says what was refused, and why."""
    readable(failure.name, name=True)
    readable(failure.reason, name=True)
    assert failure.reason, "no reason"


def check_written(passage: Passage, lines: Sequence[str]) -> None:
    """Every character stands, in this order, in the source line its origin names."""
    ends = [*(origin.start for origin in passage.origins[1:]), len(passage.text)]
    for origin, end in zip(passage.origins, ends, strict=True):
        if any(mark.start < end and mark.end > origin.start for mark in passage.marks):
            continue
        line = unicodedata.normalize("NFC", plain_letters(lines[origin.line - 1]))
        if _ANEW.search(line):
            continue  # perhaps a formula, a citation or an entity, written anew
        source = iter(line)
        part = "".join(passage.text[origin.start : end].split()).rstrip(":")  # before a subtitle
        assert all(sign in source for sign in part), f"{part!a} is not on line {origin.line}"


def words(text: str) -> Counter[str]:
    """Count the words of a text."""
    return Counter(unicodedata.normalize("NFC", text).split())


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("latin-1")

"""No text is lost, made up or moved between a source and its sentences, whatever the reader."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.discover import discover
from astrosearch.corpus.document import Document, LeftOut, Mark, Origin, Passage
from astrosearch.corpus.latex import read_latex
from astrosearch.corpus.metadata import read_metadata
from astrosearch.corpus.plaintext import decode, read_text
from astrosearch.corpus.read import read_source
from astrosearch.corpus.sentences import sentences_of
from astrosearch.corpus.tree import MemoryTree
from astrosearch.errors import Unreadable
from astrosearch.records import SourceSentence
from fuzz import properties
from tests.support.counts import examples
from tests.support.places import EXAMPLES

WORD = st.text("vwxyzé", min_size=3, max_size=8)  # no abbreviation is written so
SENTENCE = st.builds(
    lambda first, rest, stop: [f"The{first}", "is", *rest[:-1], f"{rest[-1]}{stop}"],
    WORD,
    st.lists(WORD, min_size=2, max_size=9),
    st.sampled_from([".", "?", "!"]),
)
PARAGRAPH = st.lists(SENTENCE, min_size=1, max_size=4)


@st.composite
def wrapped(draw: st.DrawFn, paragraphs: list[list[list[str]]]) -> str:
    """Write paragraphs with line ends anywhere between two words."""
    text = ""
    for paragraph in paragraphs:
        for word in (word for sentence in paragraph for word in sentence):
            text += word + draw(st.sampled_from([" ", " ", " ", "\n", "  ", " \n"]))
        text = text.rstrip() + draw(st.sampled_from(["\n\n", "\n \n", "\n\n\n"]))
    return text


def sentences(document: Document) -> list[SourceSentence]:
    return [sentence for passage in document.passages for sentence in sentences_of(passage)]


def held(found: list[SourceSentence], written: list[list[list[str]]]) -> None:
    """The sentences are those written, in their order."""
    assert [unicodedata.normalize("NFC", s.text) for s in found] == [
        " ".join(sentence) for paragraph in written for sentence in paragraph
    ]


def stand(found: list[SourceSentence], files: dict[str, str]) -> None:
    """Each sentence's first word stands on the line that it names, its others on it and below."""
    for sentence in found:
        lines = files[sentence.file].split("\n")[sentence.line - 1 :]
        words = sentence.text.split()
        assert words[0] in lines[0].split()
        assert not Counter(words) - Counter(" ".join(lines[: len(words) + 1]).split())


@settings(max_examples=examples(100))
@given(st.data(), st.lists(PARAGRAPH, min_size=3, max_size=5))
def test_latex_over_several_files_keeps_every_sentence_and_its_line(
    data: st.DataObject, paragraphs: list[list[list[str]]]
) -> None:
    parts = [data.draw(wrapped([paragraph])) for paragraph in paragraphs]
    main = (
        f"\\documentclass{{article}}\n\\begin{{document}}\n{parts[0]}% a remark. Not text.\n"
        f"\\input{{sections/one}}\n\n{''.join(parts[2:])}\n\\end{{document}}\n"
    )
    files = {"ms.tex": main, "sections/one.tex": f"\n{parts[1]}\n"}
    tree = MemoryTree({name: text.encode() for name, text in files.items()})
    document = read_latex(tree, "ms.tex", "x")
    held(sentences(document), paragraphs)
    stand(sentences(document), files)
    assert {s.file for s in sentences(document)} == set(files)


@settings(max_examples=examples(100))
@given(st.data(), st.lists(PARAGRAPH, min_size=2, max_size=5), st.sampled_from(["p.txt", "p.md"]))
def test_plain_text_keeps_every_sentence_and_its_line(
    data: st.DataObject, paragraphs: list[list[list[str]]], name: str
) -> None:
    text = "# Introduction\n\n" if name == "p.md" else "Introduction\n\n"
    for sentence in (each for paragraph in paragraphs for each in paragraph):
        sentence[-1] = f"{sentence[-1][:-1]}."  # a question above a paragraph may be its heading
    text += data.draw(wrapped(paragraphs))
    document = read_text(text.encode(), name, "p")
    held(sentences(document), paragraphs)
    stand(sentences(document), {name: text})


@settings(max_examples=examples(100))
@given(st.lists(st.lists(PARAGRAPH, min_size=1, max_size=3), min_size=1, max_size=4))
def test_metadata_keeps_every_sentence_and_its_line(
    tmp_path_factory: pytest.TempPathFactory, abstracts: list[list[list[list[str]]]]
) -> None:
    path = tmp_path_factory.mktemp("metadata") / "records.jsonl"
    records = [
        {
            "id": f"2501.{number:05}",
            "abstract": "\n  ".join(" ".join(map(" ".join, paragraph)) for paragraph in paragraphs),
        }
        for number, paragraphs in enumerate(abstracts, 1)
    ]
    path.write_text("\n".join(map(json.dumps, records)) + "\n")
    read = list(read_metadata(path, "records.jsonl"))
    assert len(read) == len(records)
    for number, (document, paragraphs) in enumerate(zip(read, abstracts, strict=True), 1):
        assert isinstance(document, Document)
        held(sentences(document), paragraphs)
        assert {sentence.line for sentence in sentences(document)} == {number}


@st.composite
def passages(draw: st.DrawFn) -> Passage:
    """Any passage that a reader may make."""
    text = " ".join(draw(st.text("aBc1é. ?!([)]…“”⊙,", min_size=1, max_size=120)).split())
    text = unicodedata.normalize("NFC", text) or "a"
    places = st.integers(0, len(text) - 1)
    cuts = sorted(draw(st.sets(places, max_size=8)))
    starts = sorted({0, *draw(st.sets(places, max_size=5))})
    lines = draw(st.lists(st.integers(1, 99), min_size=len(starts), max_size=len(starts)))
    return Passage(
        "Results",
        text,
        tuple(Mark(a, b, "math", "x^2") for a, b in zip(cuts[::2], cuts[1::2], strict=False)),
        tuple(Origin(start, "a.tex", line) for start, line in zip(starts, lines, strict=True)),
    )


@settings(max_examples=examples(300))
@given(passages())
def test_sentences_of_any_passage_hold_its_words_and_name_their_own_line(passage: Passage) -> None:
    properties.check_passage(passage, {"a.tex": 99})
    at = 0
    for sentence in sentences_of(passage):
        at = passage.text.index(sentence.text, at)
        before = [origin for origin in passage.origins if origin.start <= at]
        assert sentence.line == before[-1].line
        assert (sentence.tex is not None) == any(
            mark.start < at + len(sentence.text) and mark.end > at for mark in passage.marks
        )
        at += len(sentence.text)


SOUP = st.lists(
    st.sampled_from(
        [
            *("The dust is cold.", "We see it", "et al.", "Results", "# Results", "Abstract: We"),
            *("\n", "\n\n", " ", "- ", "* ", "**a**", "[a](b.c/d)", "![a](b.png)", "`x`", "|a|b|"),
            *("|-|-|", "<b>", "<!--", "-->", "```", "---", "===", "1. ", "> ", "[^1]", "dis-\n"),
            *("\x1b[31m", "\x07", "\x0c", "\x85", "\u2028", "\u0301", "\u00e9", "$x^2$", "$", "\r"),
            *("[formula]", "<CIT>", "[\\citep=Key]", "A. Adams, Institute", "10 20 30", "\x00"),
        ]
    ),
    max_size=40,
).map("".join)


@settings(max_examples=examples(200))
@given(SOUP, st.sampled_from(["p.txt", "p.md"]))
def test_plain_text_makes_up_nothing(soup: str, name: str) -> None:
    content = f"{'The first stars were heavy. ' * 20}\n\n{soup}".encode()
    try:
        document = read_text(content, name, "p")
    except Unreadable:
        return
    properties.check_document(document, {name: content})
    lines = decode(content, name).split("\n")
    for passage in document.passages:
        properties.check_written(passage, lines)


def test_every_example_paper_holds_to_the_same(tmp_path: Path) -> None:
    found = discover(EXAMPLES)
    assert len(found.sources) > 20
    for source in found.sources:
        for item in read_source(source):
            if isinstance(item, LeftOut):
                continue
            assert isinstance(item, Document)
            for passage in item.passages:
                lines = {origin.file: 10_000 for origin in passage.origins}
                properties.check_passage(passage, lines)

"""Plain text and Markdown: title, headings, abstract, joined paragraphs, origins."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.document import Document
from astrosearch.corpus.plaintext import MAX_PARAGRAPH, read_text
from astrosearch.errors import Unreadable
from tests.support.counts import examples
from tests.support.growth import assert_linear

LONG = (
    "Grains of dust stick to each other when they meet slowly, and so they grow in the cold "
    "middle of the disc, where the gas has all but come to rest around the young star."
)


def text(content: str, name: str = "p.txt") -> Document:
    return read_text(content.encode(), name, "p")


def paragraphs(document: Document) -> list[tuple[str | None, str]]:
    return [(each.section, each.text) for each in document.passages]


def test_title_front_matter_abstract_and_sections_are_told_apart() -> None:
    document = text(
        "\n=1\n\n1.25in .125in\n\nThe growth of dust in young discs\n\n"
        "A. Adams1 and B. Brown2\n\n"
        "1Institute of Dust, University of Somewhere, Town, Land\n\n"
        "Keywords: dust - discs - planets\n\n"
        f"{LONG}\n\nINTRODUCTION\n\nDust grows.\n\n2.1. Cold discs\n\nThey are cold.\n\n"
        "Acknowledgments\n\nWe thank the dust.\n\nReferences\n\nAdams, A. 2001, ApJ, 1, 2\n"
    )
    assert document.paper.title == "The growth of dust in young discs"
    assert document.full_text
    assert paragraphs(document) == [
        ("Title", "The growth of dust in young discs"),
        ("Abstract", LONG),
        ("INTRODUCTION", "Dust grows."),
        ("Cold discs", "They are cold."),
        ("Acknowledgments", "We thank the dust."),
    ]


def test_a_letter_without_headings_has_no_abstract() -> None:
    document = text(
        f"Cold dust, warm discs\n\n{LONG}\n\n{LONG}\n\nAcknowledgements\n\nThanks to all.\n"
    )
    assert [section for section, _ in paragraphs(document)] == [
        "Title",
        None,
        None,
        "Acknowledgements",
    ]


@pytest.mark.parametrize("label", ["Abstract: ", "ABSTRACT. ", "Abstract "])
def test_an_abstract_may_begin_on_its_label(label: str) -> None:
    document = text(f"Cold dust, warm discs\n\n{label}{LONG}\n\nMethods\n\nWe look.\n")
    assert paragraphs(document)[1] == ("Abstract", LONG)


def test_without_a_title_none_is_made_up() -> None:
    document = text(f"Introduction\n\n{LONG}\n")
    assert document.paper.title is None
    assert paragraphs(document) == [("Introduction", LONG)]


@pytest.mark.parametrize(
    "line",
    [
        "where",
        "Table 2: Masses of the discs",
        "Figure [\\ref=map]: The map of the disc",
        "Adams, A., Brown, B. 1999, Dust, Wiley",
        "R. Adams, S. Brown and T. Clark",
        "We obtain for the mass",
        "and so on",
        "Using this equation and",
    ],
)
def test_short_lines_that_are_no_headings(line: str) -> None:
    document = text(f"Cold dust, warm discs\n\nResults\n\n{LONG}\n\n{line}\n\n{LONG}\n")
    assert {section for section, _ in paragraphs(document)} == {"Title", "Results"}


@pytest.mark.parametrize(
    "line",
    [
        "Cold discs",
        "3 Cold discs",
        "IV. COLD DISCS",
        "A.1 Cold discs",
        "What is a cold disc?",
        "Stability",
        "NGC 1",
    ],
)
def test_short_lines_that_are_headings(line: str) -> None:
    document = text(f"Cold dust, warm discs\n\nResults\n\n{LONG}\n\n{line}\n\n{LONG}\n")
    assert paragraphs(document)[-1][0] in ("Cold discs", "COLD DISCS", line)


def test_a_paragraph_cut_by_formulas_is_one() -> None:
    document = text(
        "Cold dust, warm discs\n\nMethods\n\nThe mass is then given by\n\n[formula]\n\n"
        "[formula]\n\nwhere the grains are round.\n\nThe flux follows.\n\n"
        "[formula]\n\nNothing else does.\n"
    )
    body = [each for each in document.passages if each.section == "Methods"]
    assert len(body) == 3
    assert body[0].text.startswith("The mass is then given by ")
    assert body[0].text.endswith(" where the grains are round.")
    assert [each.line for each in body[0].origins] == [5, 7, 9, 11]
    assert [each.text for each in body[1:]] == ["The flux follows.", "Nothing else does."]


def test_marks_of_formulas_and_citations_are_rendered() -> None:
    document = text(
        "Cold dust, warm discs\n\nMethods\n\n"
        "The mass [formula] of dust was found before [\\citep=Adams01].\n"
    )
    passage = document.passages[-1]
    assert "\\citep" not in passage.text
    assert {each.kind for each in passage.marks} == {"math", "cite"}
    assert all(0 <= each.start < each.end <= len(passage.text) for each in passage.marks)


def test_each_source_line_is_an_origin() -> None:
    document = text(
        "Cold dust, warm discs\r\n\r\nMethods\r\n\r\nWe weigh  dust\r\n in twelve discs, "
        "by observa-\r\ntions. These observations\r\ntook all of the summer.\r\n"
    )
    passage = document.passages[-1]
    assert passage.text == (
        "We weigh dust in twelve discs, by observations. These observations took all of the summer."
    )
    starts = [passage.text[each.start :].split()[0] for each in passage.origins]
    assert starts == ["We", "in", "tions.", "took"]
    assert [each.line for each in passage.origins] == [5, 6, 7, 8]


def test_headings_above_text_without_a_blank_line_and_unwrapped_paragraphs_are_read() -> None:
    document = text(
        f"Cold dust, warm discs\n\n1. Introduction\nDust grows.\n\n{LONG * 2}\n{LONG * 2}\n"
    )
    assert [section for section, _ in paragraphs(document)[1:]] == ["Introduction"] * 3


def test_markdown_is_read_by_its_marks() -> None:
    document = text(
        "---\nlayout: post\n---\n# Dust in *young* discs\n\n## Abstract\n\n"
        "We weigh **dust** of $10^{-3}$ M, see [here](http://x.org).\n\n## 1. Results ##\n\n"
        "- Dust is cold,\n- and round.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"
        "```\ncode = 1\n```\n<!-- not\nthis -->\n"
        "Summary\n-------\n\n> Dust _stays_ in `discs`.\n",
        "p.md",
    )
    assert document.paper.title == "Dust in young discs"
    assert paragraphs(document)[1:] == [
        ("Abstract", "We weigh dust of 10⁻³ M, see here."),
        ("Results", "Dust is cold, and round."),
        ("Summary", "Dust stays in discs."),
    ]
    assert [each.origins[0].line for each in document.passages] == [4, 8, 12, 27]
    assert [each.tex for each in document.passages[1].marks] == ["10^{-3}"]


@pytest.mark.parametrize(
    "sentence",
    [
        "PACS photometry at 100 and 160 micron was obtained for all twelve galaxies.",
        "PACS 70 micron images show a ring.",
        "Keyword searches of the archive give more papers every year.",
        "Key words: we searched for them in the abstracts.",
        "E. Hubble and M. Humason measured the speeds of galaxies in 1931 with one telescope.",
        "A. Riess et al. showed in 1998 that the expansion goes faster.",
        "Dust matters here.",
        "It is flat.",
        "Max Planck disagreed.",
        "A.G. acknowledges support by the Hill Center for Dust and the Meyer Institute of Town.",
        "NGC 1275 brightened in May 2001.",
        "Ångström measured it first of all.",
        "The work of J. Smith is used here.",
        "The Institute of Dust and the Observatory of Town share one large telescope on the hill.",
        "dust grains grow in the cold middle of the disc while gas drifts inward, and the young "
        "star shines on both of them for ever",
        "Grains fell, and “they stuck.”",
        "It is 5 cm.",
        "Appendix B shows how.",
        "1. We find dust in all of the discs.",
    ],
)
def test_a_sentence_is_kept_wherever_it_stands(sentence: str) -> None:
    for content in (
        f"{sentence}\n\n{LONG}\n\n{LONG}\n",
        f"Cold dust, warm discs\n\n{sentence}\n\n{LONG}\n",
        f"Cold dust, warm discs\n\nA. Adams1 and B. Brown2\n\n{sentence}\n\n{sentence}\n",
        f"Cold dust, warm discs\n\nResults\n\n{LONG}\n\n{sentence}\n\n{LONG}\n",
        f"Cold dust, warm discs\n\nResults\n\n{LONG}\n\n{sentence}\n\n{sentence}\n\n{LONG}\n",
    ):
        for name in ("p.txt", "p.md"):
            kept = " ".join(each.text for each in text(content, name).passages)
            assert sentence.removeprefix("1. ") in kept


@pytest.mark.parametrize("bullet", ["-", "*", "•"])
def test_each_item_of_a_list_is_a_passage(bullet: str) -> None:
    document = text(
        f"Cold dust, warm discs\n\nResults\n\nWe find:\n\n{bullet} Cold dust\n{bullet} Warm gas\n"
        f"  in discs\n{bullet} Stars,\n{bullet} and planets\n\nDust\n- its cold half - is old.\n"
    )
    assert [each.text for each in document.passages][1:] == [
        "We find:",
        "Cold dust",
        "Warm gas in discs",
        "Stars, and planets",
        "Dust - its cold half - is old.",
    ]


@pytest.mark.parametrize("size", [120, 250, 320, 390, 450])
def test_a_note_without_title_keeps_its_first_paragraph(size: int) -> None:
    first = (LONG + " ") * 4
    first = first[: first.rfind(" ", 0, size)] + "."
    document = text(f"{first}\n\nIt is short.\n\nDust matters here.\n")
    assert document.paper.title is None
    assert paragraphs(document) == [
        (None, first),
        (None, "It is short."),
        (None, "Dust matters here."),
    ]


def test_one_sentence_is_text_and_no_title() -> None:
    assert paragraphs(text("Cold grains of dust.\n")) == [(None, "Cold grains of dust.")]


@pytest.mark.parametrize(
    "block",
    [
        "PACS numbers: 98.80.Bp, 95.30.Sf",
        "PACS: 98.80.Bp",
        "Keywords: dust - discs - planets: formation",
        "Key words. dust - discs",
        "Subject headings: dust",
        "1Institute of Dust, University of Somewhere, Town, Land",
        "e-mail: adams@dust.org",
        "A. Adams1, B. Brown2, C. Clark1, D. Dunn1,2, E. Evans3, F. Frank3, G. Green4, H. Hill4, "
        "I. Irving1, J. Jones5, K. King5, L. Lamb5, M. Moon6, N. North6, O. Otto6, P. Park7",
    ],
)
def test_what_stands_between_title_and_text_is_left_out(block: str) -> None:
    document = text(f"Cold dust, warm discs\n\n{block}\n\n{LONG}\n\nMethods\n\nWe look.\n")
    assert [each.text for each in document.passages][1:] == [LONG, "We look."]


def test_entries_of_a_bibliography_without_a_heading_are_left_out_in_a_run() -> None:
    entries = "Adams, A. 2001, ApJ, 1, 2\n\nBrown, B., Clark, C. 2002, Dust and Discs, Wiley"
    document = text(f"Cold dust, warm discs\n\nResults\n\n{LONG}\n\n{entries}\n")
    assert [each.text for each in document.passages][1:] == [LONG]


def test_one_dated_name_is_no_bibliography() -> None:
    entry = "Adams, A. 2001, Astrophysical Journal, 1, 2."
    document = text(f"Cold dust, warm discs\n\nResults\n\n{LONG}\n\n{entry}\n\n{LONG}\n")
    assert [each.text for each in document.passages][1:] == [LONG, entry, LONG]


def test_a_title_may_end_on_a_stop() -> None:
    for title in ("Discs can be cold.", "Cold discs. Young stars and dust."):
        assert text(f"{title}\n\nIntroduction\n\n{LONG}\n").paper.title == title


def test_any_heading_ends_the_references() -> None:
    entries = "References\n\nAdams, A. 2001, ApJ, 1, 2\n\nBrown, B. 2002, Dust, Wiley\n\n"
    document = text(
        f"Cold dust, warm discs\n\nResults\n\nDust is cold.\n\n{entries}"
        f"Appendix A: The halo finder\n\nHalos are found by their friends.\n\n{entries}"
        f"The length of the tables\n\nThey are long.\n\n{entries}We thank all who helped.\n"
    )
    assert paragraphs(document)[1:] == [
        ("Results", "Dust is cold."),
        ("Appendix A: The halo finder", "Halos are found by their friends."),
        ("The length of the tables", "They are long."),
        (None, "We thank all who helped."),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("Stars at\n|b| > 20 deg, since dust\nlies far below |z|\nare red.", None),
        ("Mass z<zmax and above the limit; dwarfs with L>Lmin.", None),
        ("It is <b>cold</b> <a href='x'>here</a>.<br/>", "It is cold here."),
        ("---\n\nDust is cold.\n\n---\n\nGas is warm.", "Dust is cold. Gas is warm."),
        ("---\ntitle: Dust\ntags:\n  - a\n---\n\nGas is warm.", "Gas is warm."),
        (
            "- cold dust\n- warm gas\n  in discs\n* old stars",
            "cold dust warm gas in discs old stars",
        ),
        ("1. cold dust\n2. warm gas", "cold dust warm gas"),
        ("There were of them\n12. More came later.", None),
        ("Dust[^1] is cold.\n\n[^1]: Gas is warm.", "Dust is cold. Gas is warm."),
        ("Dust is cold.\n\n[k]: http://dust.org 'Dust'", "Dust is cold."),
        ("Dust is cold.\n\n```\nGas is warm.", "Dust is cold. Gas is warm."),
        ("Dust is cold.\n---\n\nGas is warm.", "Dust is cold. Gas is warm."),
        ("a | b\n--|--\n1 | 2\n\nGas is warm.", "Gas is warm."),
    ],
)
def test_markdown_loses_marks_not_text(content: str, expected: str | None) -> None:
    document = text(content if content.startswith("---") else f"# Dust\n\n{content}\n", "p.md")
    kept = " ".join(each.text for each in document.passages if each.section != "Title")
    assert kept == (expected or " ".join(content.split()))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The Šafařík disc".encode(), "The Šafařík disc"),
        ("The Müller disc".encode("latin-1"), "The Müller disc"),
        ("\ufeffThe Müller disc".encode(), "The Müller disc"),
        ("The Müller disc".encode("utf-16"), "The Müller disc"),
        (b"The Mu\xcc\x88ller d\0isc", "The Müller disc"),
    ],
)
def test_encodings(content: bytes, expected: str) -> None:
    rest = f"\n\nMethods\n\n{LONG}\n"
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encoded = rest.encode("utf-16-le") if utf16 else rest.encode()
    assert read_text(content + encoded, "p.txt", "p").paper.title == expected


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no text"),
        (b" \n\n\t\n", "no text"),
        (bytes(range(256)) * 20, "not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(500), "not text"),
        (b"word " * (MAX_PARAGRAPH // 4), "not prose"),
        (b"Only a title here\n", "no running text"),
        (b"1 2 3\n\n4 5 6\n", "no running text"),
    ],
)
def test_what_is_no_paper_says_why(content: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_text(content, "p.txt", "p")


@given(
    st.text(alphabet="Ab .,-#\n\t\0é[]$*`|_1:/", max_size=200), st.sampled_from(["a.txt", "a.md"])
)
@settings(max_examples=examples(300))
def test_any_text_gives_passages_whose_origins_ascend(content: str, name: str) -> None:
    try:
        document = text(content, name)
    except Unreadable:
        return
    lines = content.count("\n") + 1
    for passage in document.passages:
        assert passage.text == " ".join(passage.text.split())
        starts = [each.start for each in passage.origins]
        assert starts[0] == 0
        assert starts == sorted(set(starts))
        assert starts[-1] < len(passage.text)
        assert all(1 <= each.line <= lines for each in passage.origins)


STARTS = ("The dust", "A. B. Miller", "NGC 1275", "It", "Cold gas", "PACS", "H. Hill et al.", "We")
VERBS = ("is", "was seen", "grows", "measured", "shows", "have found", "matters", "heated")
RESTS = (
    "here",
    "in the cold discs around young stars, but not elsewhere",
    "it first in 1931",
    "at |b| > 20 deg and z < 2",
    "the University of Town and its Observatory",
    "100 and 160 micron sources with L > 5 in units of the Sun (see also [\\citep=Key])",
    "-- as far as we know -- by 3% in *all* of them",
)
sentences = st.builds(
    lambda *parts: f"{' '.join(parts)}.",
    st.sampled_from(STARTS),
    st.sampled_from(VERBS),
    st.sampled_from(RESTS),
)


@st.composite
def notes(draw: st.DrawFn, markdown: bool) -> tuple[str, list[str]]:
    """Write a note; return it with its sentences."""
    mark = "## " if markdown else ""
    title = draw(st.sampled_from(["", "The growth of dust in young discs"]))
    parts = [("# " if markdown else "") + title] if title else []
    written: list[str] = []
    for _ in range(draw(st.integers(1, 5))):
        kind = draw(
            st.sampled_from(["one", "paragraph", "paragraph", "heading", "list", "authors"])
        )
        said = draw(st.lists(sentences, min_size=1, max_size=1 if kind == "one" else 6))
        if kind == "authors" and len(parts) < 2 and title:
            parts.append("A. Adams1, B. Brown2 and C. Clark")
        elif kind == "heading" and written:
            parts.append(mark + draw(st.sampled_from(["Results", "2.1 Cold discs", "Appendix A"])))
        written += said
        if kind == "list" and markdown:
            bullet = draw(st.sampled_from(["- ", "* ", "> "]))
            parts.append("\n".join(bullet + each for each in said))
        else:
            wrap = draw(st.sampled_from([" ", "\n"]))
            parts.append(wrap.join(said))
    return "\n\n".join(parts) + "\n", written


@given(st.data(), st.sampled_from(["a.txt", "a.md"]))
@settings(max_examples=examples(300))
def test_no_word_of_a_sentence_is_lost(data: st.DataObject, name: str) -> None:
    content, written = data.draw(notes(name.endswith("md")))
    kept = Counter(re.findall(r"\w+", " ".join(each.text for each in text(content, name).passages)))
    said = re.sub(r"\[\\citep=Key\]", "", " ".join(written))
    assert not Counter(re.findall(r"\w+", said)) - kept


def test_a_long_text_takes_time_in_proportion() -> None:
    page = f"Results\n\n{LONG} ({LONG})\n\n[formula]\n\nwhere {LONG}\n\n"
    title = "Cold dust, warm discs\n\n"
    assert_linear(lambda size: read_text((title + page * size).encode(), "p.txt", "p"), 300)


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [("# a", " ", "b"), ("", "[a ", ""), ("", "**a ", ""), ("", "<!--", ""), ("", "- a,\n", "")],
)
def test_no_marks_take_long(before: str, unit: str, after: str) -> None:
    def work(size: int) -> None:
        line = before + unit * (size // len(unit)) + after
        text(f"# Dust\n\n{line}\n\n{LONG}\n", "p.md")

    assert_linear(work, 8_000)


def test_text_that_goes_on_below_the_abstract_is_not_all_abstract() -> None:
    body = "\n\n".join([LONG * 3] * 12)
    document = text(f"Cold dust, warm discs\n\nAbstract\n\n{body}\n\nSummary\n\nCold it is.\n")
    sections = [section for section, _ in paragraphs(document)]
    assert sections[1] == "Abstract"
    assert sections[-2:] == [None, "Summary"]


def test_damaged_utf8_stays_utf8() -> None:
    content = f"Die Größe der Körner\n\nMethods\n\n{LONG} {'ü' * 20}.".encode()
    document = read_text(content + b"\xc3", "p.txt", "p")
    assert document.paper.title == "Die Größe der Körner"

"""Text taken off printed pages: letters, words divided, running heads, titles."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.document import Document
from astrosearch.corpus.normalization import plain_letters
from astrosearch.corpus.plaintext import read_text
from astrosearch.corpus.printed import is_printed, running_text
from tests.support.counts import examples
from tests.support.growth import assert_linear

PAGE = (
    "{top}The growth of dust in young discs\n\nAnn Adams1 and Bob Brown1,2\n"
    "1 Institute of Dust, Town, Land\n\nABSTRACT\nWe weigh dust. It is cold.\n\n"
    "1 INTRODUCTION\nDust grows in all of the\n{foot}{head}discs that were seen.\nIt falls.\n"
)


def text(content: str, name: str = "p.txt") -> Document:
    return read_text(content.encode(), name, "p")


def shown(content: str) -> list[tuple[str | None, str]]:
    return [(each.section, each.text) for each in text(content).passages]


@pytest.mark.parametrize("name", ["p.txt", "p.md"])
def test_ligatures_and_hyphens_that_nobody_sees_are_plain(name: str) -> None:
    mark = "# " if name == "p.md" else ""
    document = text(
        f"{mark}The magnetic ﬁeld of stars\n\nThe ﬂux of the eﬃcient dy\u00adnamo is oﬀ in "
        "diﬀerent dwarfs, a waﬄe\u200b of this pa\u00ad\nper.\n",
        name,
    )
    assert document.paper.title == "The magnetic field of stars"
    assert document.passages[1].text == (
        "The flux of the efficient dynamo is off in different dwarfs, a waffle of this paper."
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Garc´ıa", "García"),
        ("M¨uller", "Müller"),
        ("Universit´e", "Université"),
        ("Dı\u0301az", "Díaz"),
        ("Zv´ıˇrata", "Zvířata"),
        ("5´ field", "5´ field"),
    ],
)
def test_accents_beside_their_letters_are_put_on_them(written: str, expected: str) -> None:
    lines = running_text([f"The disc of {written} is cold."])
    assert lines == [(1, f"The disc of {expected} is cold.")]


TOPS = [
    "Mon. Not. R. Astron. Soc. 000, 1–3 (2020)   Printed 5 May 2020   "
    "(MN LATEX style file v2.2)\n\n",
    "MNRAS 000, 1–8 (2021)\n\nPreprint 21 January 2022\n\n"
    "Compiled using MNRAS LATEX style file v3.0\n\n",
    "Astronomy & Astrophysics manuscript no. ms\nJuly 22, 2013\n\nc ESO 2013\n\n",
    "Draft version May 5, 2020\nTypeset using LATEX twocolumn style in AASTeX62\n\n",
    "Draft version May 5, 2020\nPreprint typeset using LATEX style emulateapj v. 5/2/11\n\n",
    "arXiv:2001.01234v1 [astro-ph.GA] 5 Jan 2020\n\n",
    "The Astrophysical Journal, 750:12 (10pp), 2012 May 1\ndoi:10.1088/0004-637X/750/1/12\n\n",
    "A&A 550, A12 (2013)\nDOI: 10.1051/0004-6361/201220001\n© ESO 2013\n\n",
]


@pytest.mark.parametrize("top", TOPS)
def test_stamps_of_journals_and_preprints_are_no_title(top: str) -> None:
    document = text(PAGE.format(top=top, foot="", head=""))
    assert document.paper.title == "The growth of dust in young discs"
    assert [each.text for each in document.passages][1:] == [
        "We weigh dust. It is cold.",
        "Dust grows in all of the discs that were seen. It falls.",
    ]


@pytest.mark.parametrize("feed", ["\f", "\n"])
@pytest.mark.parametrize(
    ("foot", "head"),
    [
        ("c 2020 RAS, MNRAS 000, 1–3\n", "2   A. Adams and B. Brown\n\n"),
        ("© 2020 The Authors\n\n", "2\n\nA. Adams and B. Brown\n\n"),
        ("MNRAS 000, 1–3 (2020)\n\n", "2   Adams et al.\n"),
        ("Article number, page 1 of 6\n\n", "A&A proofs: manuscript no. ms\n\n"),
        ("\n", "The growth of dust in young discs   3\n\n"),
        ("\n", "A. Adams, B. Brown & C. Clark   3\n\n"),
        ("q 2000 RAS, MNRAS 311, 441±447\n", "442   A. Adams and B. Brown\n\n"),
        ("Downloaded from https://academic.oup.com/x by guest on 5 May 2020\n", "\n"),
        ("", "–2–\n"),
        ("", "Page 2 of 12\n\n"),
    ],
)
def test_a_sentence_goes_over_the_page(foot: str, head: str, feed: str) -> None:
    if feed == "\n" and head == "–2–\n":
        head += "\n"
    content = PAGE.format(top=TOPS[1], foot=foot, head=feed + head)
    if feed == "\n" and foot in ("", "\n"):
        content = content.replace("all of the\n", "all of the\n\n")
    assert shown(content)[-1] == (
        "INTRODUCTION",
        "Dust grows in all of the discs that were seen. It falls.",
    )


def test_heads_that_come_again_are_left_out() -> None:
    sentence = "Dust is cold in the middle of each of the {} discs that we have seen so far"
    numbers = ["two", "three", "four", "five"]
    pages = [
        f"Dust and its growth\n\n{n}\n\n{sentence.format(word)}.\nIt goes on with the\n"
        for n, word in enumerate(numbers, 1)
    ]
    document = text(
        "The growth of dust\n\nMethods\n\nWe look at the\n\f" + "\f".join(pages) + "end.\n"
    )
    kept = " ".join(each.text for each in document.passages)
    assert "its growth" not in kept
    for word in numbers:
        assert sentence.format(word) in kept


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("the effi-", "cient dust", "the efficient dust"),
        ("the star-", "forming dust", "the star-forming dust"),
        ("the X-", "ray dust", "the X-ray dust"),
        ("non-", "linear dust", "non-linear dust"),
        ("the spectro-", "scopy of dust", "the spectroscopy of dust"),
        ("the metal-", "poor dust", "the metal-poor dust"),
    ],
)
def test_words_cut_at_the_end_of_a_printed_line_are_whole(
    first: str, second: str, expected: str
) -> None:
    content = (
        f"MNRAS 000, 1–8 (2021)\n\nCold dust in discs\n\nMethods\n\nWe see {first}\n{second}.\n"
    )
    assert text(content).passages[-1].text == f"We see {expected}."


def test_authors_below_a_title_are_not_in_it() -> None:
    for authors in (
        "Ann Adams1,2 ∗, Bob Brown1,2",
        "A. Adams, B. Brown",
        "Ann Adams, Bob Brown and Carl Clark",
        "The Dust Collaboration, Thomas P. Adams1 , Erik J. Brown2,3",
        "PI: Ann Adams, Institute of Dust",
    ):
        content = PAGE.format(top=TOPS[1], foot="", head="").replace(
            "discs\n\nAnn Adams1 and Bob Brown1,2", f"discs⋆\n{authors}"
        )
        assert text(content).paper.title == "The growth of dust in young discs"


def test_letters_set_apart_are_a_heading() -> None:
    content = PAGE.format(top=TOPS[0], foot="", head="").replace("ABSTRACT", "A B S T R AC T")
    assert shown(content)[1] == ("Abstract", "We weigh dust. It is cold.")


@pytest.mark.parametrize(
    "line",
    [
        "Nature is kind to dust, and so are we.",
        "In 2020 The Authors of this note went home.",
        "ApJ and MNRAS print what we find of dust in discs.",
        "A&A 550 is the volume that holds our paper on dust.",
        "2 of the discs are cold, as A. Adams and B. Brown say.",
        "The Astrophysical Journal prints 750 papers a year.",
        "Draft animals draw the carts of dust uphill.",
        "c is the speed of light in 2020 discs of dust.",
    ],
)
def test_sentences_are_no_stamps(line: str) -> None:
    assert not is_printed(f"{line}\n")
    content = PAGE.format(top=TOPS[1], foot="", head="") + f"\n{line}\n"
    assert shown(content)[-1][1].endswith(line)


@given(st.text(alphabet="Ab1 .,-\n\f\u00ad–&c©´ıé", max_size=200))
@settings(max_examples=examples(300))
def test_any_text_keeps_its_letters_in_order(content: str) -> None:
    lines = content.split("\n")
    kept = running_text(lines)
    numbers = [number for number, _ in kept]
    assert numbers == sorted(numbers)
    assert all(1 <= number <= len(lines) for number in numbers)
    for number, line in kept:
        assert len(line) <= len(lines[number - 1]) + 1


@pytest.mark.parametrize(
    "unit", ["c 2020 ", "A. ", "A. Adams, ", "2 ", "A B ", "´a", "van ", "\f", "a-\n"]
)
def test_pages_take_time_in_proportion(unit: str) -> None:
    def work(size: int) -> None:
        running_text(f"MNRAS 000, 1 (2020)\n{unit * (size // len(unit))}x".split("\n"))

    assert_linear(work, 20_000)


def test_plain_letters_leave_other_text_alone() -> None:
    assert plain_letters("the Ångström of Šafařík, ıx") == "the Ångström of Šafařík, ıx"

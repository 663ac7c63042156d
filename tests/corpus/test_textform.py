"""Text in an encoder's form, and the seed's form read."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.document import Mark, Origin, Passage
from astrosearch.corpus.sentences import as_tex, sentences_of
from astrosearch.corpus.textform import is_seed_form, of_query, readable_seed, render
from tests.support.counts import examples
from tests.support.growth import assert_linear


@pytest.mark.parametrize(
    ("text", "seed"),
    [
        ("The data, in all (SNe Ia), fit.", "The data , in all ( SNe Ia ) , fit ."),
        ("See Fig. 1 and Sect. 2; we agree.", "See Fig . 1 and Sect . 2 ; we agree ."),
        ("Stars, i.e. suns, or e.g., dwarfs.", "Stars , i.e . suns , or e.g. , dwarfs ."),
        ("Seen by Lee et al. (2010) first.", "Seen by Lee et al . <CIT> first ."),
        ("Lee et al., in prep.", "Lee et al. , in prep ."),
        ("It is known (Lee 2010; Cho 2011a).", "It is known <CIT> ."),
        ("It is known (see e.g. Lee & Cho 2010 for more).", "It is known <CIT> ."),
        ("It is known [1,2] and shown [3].", "It is known <CIT> and shown <CIT> ."),
        ("The star's 1:1 ratio is 3.5%: so.", "The star ’ s 1:1 ratio is 3.5 % : so ."),
        ("A \"dark\" and ``cold'' one.", "A “ dark ” and “ cold ” one ."),
        ("At https://x.org/a/b we cannot.", "At https : //x.org/a/b we can not ."),
        ("On Nov. 7 M. M. Lee saw [Fe/H].", "On Nov. 7 M. M. Lee saw [ Fe/H ] ."),
        ("A low-mass 5,000 K star... gone", "A low-mass 5,000 K star ... gone"),
        ("It is model B. The rest is 10 m. To us.", "It is model B . The rest is 10 m. To us ."),
        ("Half of it (all in one, etc.)", "Half of it ( all in one , etc . )"),
        ("", ""),
    ],
)
def test_words_are_spaced_as_a_treebank_tokenizer_spaces_them(text: str, seed: str) -> None:
    assert render(text, None, "seed") == seed
    assert render(seed, None, "seed") == seed


def test_plain_is_the_text_people_read() -> None:
    assert render("Of 3 M_⊙.", r"Of 3 $M_{\odot}$.", "plain") == "Of 3 M_⊙."


def test_formulas_lose_backslashes_and_braces_and_stand_apart() -> None:
    tex = r"low-$\ell$ of $1.4\times 10^{-10}$erg ($N$-body)"
    assert render("low-ℓ of 1.4×10⁻¹⁰erg (N-body)", tex, "seed") == (
        "low- [MATH_tex=ell] of [MATH_tex=1.4times 10^-10] erg ( [MATH_tex=N] -body )"
    )


@pytest.mark.parametrize(
    ("text", "tex", "seed"),
    [
        ("Known (Lee 2010).", r"Known \cite{a}.", "Known <CIT> ."),
        ("Known [Lee2010].", r"Known \cite{a}.", "Known <CIT> ."),
        ("Known (Lee 2010).", r"Known (\cite{a}).", "Known <CIT> ."),
        ("So Lee et al. (2010) say.", r"So \cite{a} say.", "So Lee et al . <CIT> say ."),
        ("In Fig. 3 we.", r"In Fig. \ref{map} we.", "In Fig . 3 we ."),
        ("By eq. (A.4) we.", r"By eq. \ref{x} we.", "By eq . ( A.4 ) we ."),
        ("By eq. [eq:map] we.", r"By eq. \ref{eq:map} we.", "By eq . we ."),
        ("In 3 and 4 x.", r"In \ref{a} and \ref{b} $x$.", "In 3 and 4 [MATH_tex=x] ."),
        ("In Figs. 2 and 3, (§4).", r"In \ref{a}, (§\ref{b}).", "In Figs . 2 and 3 , ( § 4 ) ."),
        ("It is [equation], where a.", "It is $a=b$, where a.", "It is , where a ."),
        ("The [formula] one.", "The $$ one.", "The [formula] one ."),
    ],
)
def test_citations_and_references_as_the_seed_saw_them(text: str, tex: str, seed: str) -> None:
    assert render(text, tex, "seed") == seed


def test_a_year_outside_brackets_or_in_a_number_is_no_citation() -> None:
    text = "In 2010 (at 20100 K and 2010.5) it was."
    assert "<CIT>" not in render(text, None, "seed")


@pytest.mark.parametrize(
    ("query", "plain", "seed"),
    [
        ("dark  matter, cold", "dark matter, cold", "dark matter , cold"),
        (r"$H_0$ tension", "H_0 tension", "[MATH_tex=H_0] tension"),
        ("halos (Lee 2010)", "halos (Lee 2010)", "halos <CIT>"),
        ("of [MATH_tex=x] by <CIT> .", "of x by […] .", "of [MATH_tex=x] by <CIT> ."),
        ("costs $5", "costs $5", "costs $ 5"),
    ],
)
def test_a_query_takes_the_form_of_the_index(query: str, plain: str, seed: str) -> None:
    assert of_query(query, "plain") == plain
    assert of_query(query, "seed") == seed


def test_seed_marks_become_readable_and_are_marked() -> None:
    text = r"at [MATH_tex=1.4times 10^-10] [\citep=Lee10] of [\ref=sec:map] <CIT> in [formula] ."
    readable, marks = readable_seed(text)
    assert readable == "at 1.4 × 10^-10 [Lee10] of [sec:map] […] in [formula] ."
    assert [(readable[m.start : m.end], m.kind, m.tex) for m in marks] == [
        ("1.4 × 10^-10", "math", "1.4times 10^-10"),
        ("[Lee10]", "cite", "Lee10"),
        ("[sec:map]", "ref", "sec:map"),
        ("[…]", "cite", ""),
        ("[formula]", "math", ""),
    ]


@pytest.mark.parametrize(
    ("formula", "rest"),
    [
        ("[textM/textH]", " and"),
        ("zin[0,1)", " and"),
        ("lin[85^circ,110^circ]", "."),
        ("a]_0", " b"),
    ],
)
def test_brackets_inside_a_formula_belong_to_it(formula: str, rest: str) -> None:
    _, marks = readable_seed(f"of [MATH_tex={formula}]{rest} [MATH_tex=x] .")
    assert [mark.tex for mark in marks][-1] == "x"
    if formula != "a]_0":  # a bracket closed but not opened can't be told from the mark's own
        assert [mark.tex for mark in marks] == [formula, "x"]


def test_a_formula_that_was_cut_off_ends_with_the_text() -> None:
    assert readable_seed("of [MATH_tex=alpha_0")[1] == (Mark(3, 6, "math", "alpha_0"),)


def test_seed_form_is_recognised_by_its_marks() -> None:
    for mark in ("[MATH_tex=x]", "<CIT>", r"[\citep=Lee10]", r"[\ref=a]", "[formula]"):
        assert is_seed_form(f"a {mark} b")
    for text in ("a [b] c", r"a \cite{b}", "$x$ [1,2]", "MATH_tex", ""):
        assert not is_seed_form(text)


MARKED = st.lists(
    st.sampled_from(
        ["[MATH_tex=x_0^-2]", "<CIT>", "[MATH_tex=[a/b]]", "we", ",", "(", ")", "see", "4.5"]
    ),
    min_size=1,
    max_size=25,
).map(" ".join)


@settings(max_examples=examples(150))
@given(MARKED)
def test_seed_text_read_and_written_again_is_unchanged(text: str) -> None:
    assert render(text, None, "seed") == text
    readable, marks = readable_seed(text)
    origin = (Origin(0, "a.txt", 1),)
    passage = Passage(
        None,
        "We " + readable,
        tuple(Mark(m.start + 3, m.end + 3, m.kind, m.tex) for m in marks),
        origin,
    )
    for sentence in sentences_of(passage):
        assert re.sub(r"\s", "", render(sentence.text, sentence.tex, "seed")) in re.sub(
            r"\s", "", "We" + text
        )
    at, parts = 0, []
    for mark in marks:
        parts += [readable[at : mark.start], as_tex(mark)]
        at = mark.end
    assert render(readable, "".join([*parts, readable[at:]]), "seed") == text


@settings(max_examples=examples(200))
@given(
    st.text(max_size=60),
    st.one_of(st.none(), st.text(alphabet=r"ab$\{}[]()<>. 1cite2010", max_size=60)),
)
def test_any_text_gives_single_spaced_seed_text(text: str, tex: str | None) -> None:
    seed = render(text, tex, "seed")
    assert seed == " ".join(seed.split())
    assert isinstance(readable_seed(text)[0], str)


@pytest.mark.parametrize(
    "unit",
    [
        "$",
        "(2000 ",
        "[MATH_tex=[",
        r"\cite{",
        r"[\cite=",
        '"',
        "a. ",
        "[1,",
        "<CIT>",
        "(",
        r"\ref{a} ",
    ],
)
def test_time_grows_linearly_on_any_repetition(unit: str) -> None:
    def work(size: int) -> None:
        text = unit * (size // len(unit))
        render(text, None, "seed")
        render(text, text, "seed")
        readable_seed(text)

    assert_linear(work, 10_000)


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (r"Ly$\alpha$ forest", "Lyα forest"),
        (r"\alpha decay", "α decay"),
        (r"stars of $M$ and $10^{-3}$ eV", "stars of M and 10⁻³ eV"),
        ("cost $5 and $6", "cost $5 and $6"),
        ("1999 US$ was", "1999 US$ was"),
    ],
)
def test_typed_formulas_are_read_and_prices_kept(typed: str, plain: str) -> None:
    assert of_query(typed, "plain") == plain

"""Where sentences begin and end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.document import Mark, MarkKind, Origin, Passage
from astrosearch.corpus.sentences import LONGEST, sentences_of, split
from tests.support.counts import examples
from tests.support.growth import assert_linear


def pieces(text: str, protected: list[tuple[int, int]] | None = None) -> list[str]:
    return [text[start:end] for start, end in split(text, protected or [])]


def boundaries(marked: str) -> None:
    """Check a text in which `|` stands where a sentence must begin, and nowhere else."""
    wanted = [piece.strip() for piece in marked.split("|")]
    assert pieces(" ".join(wanted)) == wanted


@pytest.mark.parametrize(
    "marked",
    [
        "The dust is cold. | We map it. | It glows!",
        "Stars form here (Smith et al. 2010). | The rest is gas.",
        "Noted by Smith et al. (2010), it fades. | So said Lee et al. [3] too.",
        "This was done by Chen et al. | The rest is ours.",
        "See Fig. 3 and Figs. 4, 5 there. | Eq. (3) and Eqs. [4] hold.",
        "In Sect. 2, Sec. 3 and Tab. 1 we list it. | Ref. [3] and Ref. Lee agree.",
        "Some lines, e.g. Hα, i.e. Balmer, cf. Table 2 vs. Table 3, are weak.",
        "Dr. Jones and Prof. J. R. Smith of St. Andrews agree.",
        "It is 3.5 Mpc away. | It spans 2.0 kpc.",
        "Seen with H.E.S.S. and VERITAS. | Seen with H.E.S.S. | The flux varies.",
        "From Astrophys. J. Lett. we learn more. | Phys. Rev. D has the rest.",
        "Sample No. 5 is bright. | Is it so? | No. | We think not.",
        "Paid by Grant No. AST-12. | Th. Maas is thanked. | iii) We end.",
        "It was found by the U.S. Naval Observatory. | We used it.",
        "The run began in Jan. 2018 and ended in Dec. 2019. | We kept all.",
        "It is known, a.k.a. the Blob, to be (resp. was) faint.",
        "We integrate for 20 sec. | The field is 5 arcmin. | We tilt by 3 deg. | Then we wait.",
        "Its mass is 10 M_⊙. | We weigh it.",
        "It waits... and then falls. | It is gone… | We leave.",
        "They call it “dark.” | We call it cold. | (It is both.) | Fine.",
        "It was found.[12] | We found it again.",
        "It was found. [12, 13] | We found it again.",
        "A bright one is NGC 1068. | A supernova is Type II. | It fades in 2018. | We wait.",
        "It was mapped. | eROSITA saw it. | pH matters. | 2MASS saw it. | α is small.",
        "We sample grids. | emcee does that. | We map 20 sq. deg. every 5 arcmin. or so.",
        "Один (см. таблицу) источник. | Другой.",
        "It was mapped. | [formula] is its mass. | [Key2018] weighed it.",
        "We list: (i) one; (ii) two; and (iii) three. | The rest: none.",
        "The mass is given by [formula] where a is small, and [formula]. | We use it.",
        "in Fig . 1 , we find it . | The rest , by Lee et al . <CIT> , is old . | <CIT> say so .",
        "At 10 K. | The gas is cold at 28 K. | We warm it.",
        "We find that Pop. III stars and Pops. I and II formed early. | They fade.",
        "It was seen from Mt. Wilson, Mts. Graham and Mt. Palomar. | It is high.",
        "It ran from 3 a.m. UT to 5 p.m. MST on that day. | We slept till 9 a.m. | Then we rose.",
        "It lies at R.A. (J2000) 18 h and Decl. (J2000) -16 in the field. | It moves.",
        "The result for galaxy A. | Galaxy B is different from it.",
        "We see Class I. | Sources of Class II. | Type I. | Supernovae shine.",
        "Models A and B. | Galaxies of samples A, B, and C. | Stars of stars A or B. | Dust.",
        "Thanks go to J. Smith and A. B. Lee. | Galaxies of E. Hubble and A. Sandage shine.",
        "Prog. ID 60.A-9022 and Obs. ID 12 were run. | It ended.",
        "It lies 10 deg. N of it, 3 arcmin. SE, and 5 deg. | The rest is far.",
        "We take max. 9 and min. 5 of them. | It took 30 min. | (The rest took c. 10 h.)",
        "Gas at 300 K. | Dust is cold. | It moves at 5 km s. | Stars do not.",
        "Gas at a few hundred K. | Dust at 10⁴ K. | Type G2 V. | Planets of H I. | Emission.",
        "We saw Cyg A. | Radio lobes of Centaurus A. | Planets of Kepler-16 A. | Both shine.",
        "It is so (see Fig. 3. We know. It holds) in all. | We go on.",
        "He said “It is so. We know.” | She did not.",
        "It is so [see Lee 2010. We know] in all. | (It is. We know.) | We go on.",
        "Discs form.¹ | Winds blow.²,³ | Stars shine.⁴⁻⁶ | Dust.^(2, 3) | Gas.^a | End.",
        "Seen by the LAT. | Discs form. ¹ | Winds blow.* | Stars shine.† | ¹²CO is bright.",
        "See approx. 5, ca. 6 and resp. 7 of Figs. 1, Eqns. 2, Sects. 3, Refs. 4. | We do.",
        "Suppl. Fig. 3 and Supp. Table 2 show it. | Sp. Type K and Gal. Long. 5 as well. | We see.",
        "1. First, we look. | 2. Then we think. | Why? | Who knows!",
        "Missing ones (?) are dropped, and [?] too.",
    ],
)
def test_boundaries_follow_the_habits_of_papers(marked: str) -> None:
    boundaries(marked)


def test_a_blank_line_always_ends_a_sentence() -> None:
    assert pieces("A heading without a stop\n \nThe text\nbelow it") == [
        "A heading without a stop",
        "The text\nbelow it",
    ]


def test_no_boundary_falls_inside_a_protected_span() -> None:
    text = "Known by Lee 2010. See Cho 2011 for long. We agree."
    inside = (text.index("Lee"), text.index("2011") + 4)
    assert pieces(text) != pieces(text, [inside])
    assert pieces(text, [inside]) == ["Known by Lee 2010. See Cho 2011 for long.", "We agree."]


def test_a_citation_after_the_stop_stays_with_its_sentence() -> None:
    text = "It was found. (Lee 2010) We agree. (Cho 2011) find none."
    marks = [
        (text.index("(Lee"), text.index("0) We") + 2),
        (text.index("(Cho"), text.index(" find")),
    ]
    assert pieces("All fall. x is it.", [(10, 11)]) == ["All fall.", "x is it."]
    assert pieces("All fall. x The rest.", [(10, 11)]) == ["All fall.", "x The rest."]
    assert pieces(text, marks) == ["It was found. (Lee 2010)", "We agree.", "(Cho 2011) find none."]


def test_a_table_dump_is_cut_at_white_space() -> None:
    text = "12.5 13.7 " * 10_000
    spans = split(text)
    assert all(LONGEST / 2 <= end - start <= LONGEST for start, end in spans[:-1])
    assert "".join(pieces(text)).replace(" ", "") == text.replace(" ", "")
    assert all(piece.split()[0] in {"12.5", "13.7"} for piece in pieces(text))


@pytest.mark.parametrize(
    "unit", ["a.", ". ", " ", "[", "(.)", "1", "...", ".[a] ", "A. ", "\n", ". (", ".“", "et al. "]
)
def test_time_grows_linearly_on_any_repetition(unit: str) -> None:
    assert_linear(lambda size: split(unit * (size // len(unit))), 40_000)
    assert all(end - start <= LONGEST for start, end in split(unit * (100_000 // len(unit))))


TOKENS = """
The We 12 3.5 Fig. et al. e.g. i.e. J. R. U.S. H.E.S.S. (see Fig.) [12] [formula] found. found.[12]
2018. A. 1. a. . .. ... … ? ! .) ” “So .” eROSITA is <CIT> ( ) [ ] α, Astrophys. mass; No. sec. -
""".split()  # noqa: SIM905
PROSE = st.lists(st.sampled_from([*TOKENS, "\n\n", "\n", ""]), max_size=40).map(" ".join)
ANYTHING = st.text(alphabet="aA1 .?!…)(][”“\n\t,<CIT>é⊙", max_size=120)


@settings(max_examples=examples(300))
@given(st.one_of(PROSE, ANYTHING, st.text(max_size=80)), st.data())
def test_splitting_keeps_everything_and_splitting_again_changes_nothing(
    text: str, data: st.DataObject
) -> None:
    ends = st.integers(0, len(text))
    protected = [
        (min(a, b), max(a, b)) for a, b in data.draw(st.lists(st.tuples(ends, ends), max_size=3))
    ]
    for guard in ([], protected):
        spans = split(text, guard)
        at = 0
        for start, end in spans:
            assert not text[at:start].strip()
            assert text[start:end] == text[start:end].strip() != ""
            assert not any(a < start < b and at > a for a, b in guard)
            inside = [
                (max(a - start, 0), min(b, end) - start) for a, b in guard if a < end and b > start
            ]
            assert split(text[start:end], inside) == [(0, end - start)]
            at = end
        assert not text[at:].strip()


@settings(max_examples=20)
@given(st.text(alphabet="ab. A1([", min_size=1, max_size=30), st.integers(100, 400))
def test_cut_pieces_are_whole_sentences_too(unit: str, times: int) -> None:
    for piece in pieces(unit * times):
        assert len(piece) <= LONGEST
        assert pieces(piece) == [piece]


def passage(
    text: str, marks: tuple[Mark, ...] = (), lines: tuple[tuple[int, int], ...] = ((0, 1),)
) -> Passage:
    return Passage(
        "Results", text, marks, tuple(Origin(start, "a.tex", line) for start, line in lines)
    )


def test_a_sentence_knows_the_line_on_which_it_begins() -> None:
    text = "The first one. The second begins here and goes on. The third."
    lines = ((0, 7), (text.index("begins"), 9), (text.index("The third"), 12))
    found = sentences_of(passage(text, lines=lines))
    assert [(s.text, s.line, s.file, s.section) for s in found] == [
        ("The first one.", 7, "a.tex", "Results"),
        ("The second begins here and goes on.", 7, "a.tex", "Results"),
        ("The third.", 12, "a.tex", "Results"),
    ]


def test_tex_has_the_marks_as_they_were_written() -> None:
    text = "Plain one. A mass of 3 M_⊙ (Lee 2010) in Fig. 2. It is x."
    shown: list[tuple[str, MarkKind, str]] = [
        ("M_⊙", "math", r"M_{\odot}"),
        ("(Lee 2010)", "cite", "Lee2010,Lee2011"),
        ("2", "ref", "fig:map"),
        ("x", "math", "x"),
    ]
    at = [text.index("M_⊙"), text.index("(Lee"), text.index("2. It"), text.index("x")]
    marks = tuple(
        Mark(start, start + len(written), kind, tex)
        for start, (written, kind, tex) in zip(at, shown, strict=True)
    )
    assert [s.tex for s in sentences_of(passage(text, marks))] == [
        None,
        r"A mass of 3 $M_{\odot}$ \cite{Lee2010,Lee2011} in Fig. \ref{fig:map}.",
        "It is $x$.",
    ]


def test_fragments_without_a_word_are_dropped() -> None:
    assert [s.text for s in sentences_of(passage("It is so. 3. [12] 4 5. We end."))] == [
        "It is so.",
        "We end.",
    ]


def test_an_empty_passage_has_no_sentences() -> None:
    assert sentences_of(passage("")) == []
    assert sentences_of(Passage(None, "", (), ())) == []

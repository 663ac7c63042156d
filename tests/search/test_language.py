"""What a person types: names in every spelling, phrases, exclusions, fields; nothing is syntax."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import astrosearch
from astrosearch.errors import AstrosearchError
from astrosearch.search.index import MODES, Mode
from astrosearch.search.language import Term, any_of, parse, terms
from astrosearch.spelling import phrase_words
from astrosearch.store.words.splitter import PHRASES_TOKENIZE
from tests.conftest import record
from tests.support.encoders import WordEncoder

SAME = [
    ["Hα emission", "Halpha emission", "H-alpha emission", "H alpha emission", "H α emission"],
    ["Lyα forest", "Ly-alpha forest", "Lyman-alpha forest", "Lyman α forest", "Lyα forest"],
    ["near NGC 1068", "near NGC1068", "near ngc 1068", "near NGC-1068"],
    ["event GW170817", "event GW 170817", "event gw170817"],
    ["line [O III] 5007", "line [OIII]5007", "line [O III] λ5007", "line [OIII]λ5007 shows"],
    ["C IV absorbs", "CIV absorbs", "C iv absorbs"],
    ["in M31", "in M 31", "in Messier 31"],
    ["planet HD 209458 b", "planet HD 209458b", "planet HD209458b"],
    ["pulsar PSR J0437-4715", "pulsar PSR J0437−4715", "pulsar PSRJ0437-4715"],
    ["the σ8 tension", "the sigma8 tension", "the sigma 8 tension", "the σ₈ tension"],
    ["with ΛCDM", "with LambdaCDM", "with Lambda CDM"],
    ["X-ray light", "X ray light", "Xray light"],
    ["SN 1987A", "SN1987A"],
    ["galaxy Mrk 421", "galaxy Mkn 421", "galaxy Markarian 421"],
]
OTHERS = "NGC 1069 and M 32 lie near HD 2094; O II 3727, Hβ, GW150914, β Pic and SN 1006 too."


def full_text(texts: list[str]) -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE t USING fts5(text, tokenize = '{PHRASES_TOKENIZE}')")
    rows = [(i, phrase_words(text)) for i, text in enumerate(texts)]
    db.executemany("INSERT INTO t (rowid, text) VALUES (?, ?)", rows)
    return db


def found(db: sqlite3.Connection, term: Term) -> set[int]:
    rows = db.execute("SELECT rowid FROM t WHERE t MATCH ?", [any_of([term])])
    return {row[0] for row in rows}


@pytest.mark.parametrize("spellings", SAME, ids=lambda spellings: spellings[0])
def test_each_spelling_finds_all_others_and_nothing_else(spellings: list[str]):
    db = full_text([*spellings, OTHERS])
    for spelling in spellings:
        asked = [term for term in terms(spelling) if term.name] or list(terms(spelling))
        best = [found(db, term) for term in asked]
        assert set(range(len(spellings))) in best, (spelling, asked)
        assert all(len(spellings) not in each for each in best if len(each) > 1), spelling
    db.close()


@given(st.text(max_size=200) | st.text("\"-: title:abs:αHNGC1['λ]", max_size=60))
def test_whatever_is_typed_gives_sound_expressions(text: str):
    try:
        asked = parse(text)
    except AstrosearchError:
        return
    db = full_text(["a star"])
    for expression in (any_of(asked.ranking), any_of(asked.must), any_of(asked.never)):
        if expression is not None:
            db.execute("SELECT rowid FROM t WHERE t MATCH ?", [expression]).fetchall()
    db.close()
    assert not any(c < " " for c in asked.text) or asked.text == text.strip()


@given(st.text(max_size=100))
def test_terms_keep_every_word(text: str):
    db = full_text([text])
    tokens = db.execute("SELECT count(*) FROM t").fetchone()
    assert tokens == (1,)
    words = [phrase for term in terms(text) for phrase in term.phrases[:1]]
    letters = {c for c in text.lower() if c.isalnum()}
    kept = {c for word in words for c in word}
    assert {c for c in letters if c.isascii() and c.isdigit()} <= kept
    db.close()


@pytest.mark.parametrize(
    ("typed", "text", "match"),
    [
        ('dust "red giant" -nova', "dust red giant", '("dust" OR "red giant")'),
        ("“damping tail”", "damping tail", '"damping tail"'),
        ('winds "of', "winds of", '"winds"'),
        ("z - 0.5 -0.3", "z - 0.5 -0.3", '("z" OR "0 5" OR "0 3")'),
        ("the of", "the of", '("the" OR "of")'),
        ("a\x00b\x1b[31m", "a b [31m", None),
        ("ratio: 3", "ratio: 3", '("ratio" OR "3")'),
        ("title:dust winds", "winds", '"winds"'),
        ("title:dust", "dust", None),
    ],
)
def test_the_grammar(typed: str, text: str, match: str | None):
    asked = parse(typed)
    assert asked.text == text
    if match is not None:
        assert any_of(asked.ranking) == match


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("-nova", "no word to search for"),
        ("winds -author:Peebles", "can't be excluded"),
        ("-title:dust winds", "can't be excluded"),
    ],
)
def test_what_can_not_be_asked_is_said(typed: str, message: str):
    with pytest.raises(AstrosearchError, match=message):
        parse(typed)


def test_a_very_long_query_is_read():
    asked = parse("dust and gas " * 50_000)
    assert any_of(asked.ranking) == '("dust" OR "gas")'


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("asked")
    (folder / "corpus").mkdir()
    papers = [
        ("2401.00001", "Dust in winds", "Dust drives winds. The damping tail is steep.", "A. Gall"),
        ("2401.00002", "Jets", "Dust is scarce. A supernova drives winds.", "B. Hall"),
        ("1998.00003", "Dust in jets", "The tail is damping. Hα lines of NGC1068.", "A. Gall"),
    ]
    lines = [
        record(
            paper_id.replace("1998.", "9801."),
            title,
            abstract,
            authors=author,
            versions=[{"version": "v1", "created": f"Mon, 2 Jan {year} 19:18:42 GMT"}],
        )
        for (paper_id, title, abstract, author), year in zip(
            papers, (2024, 2024, 1998), strict=True
        )
    ]
    (folder / "corpus" / "records.jsonl").write_text("\n".join(lines) + "\n")
    astrosearch.build(folder / "corpus", index=folder / "index", encoder=WordEncoder())
    return folder / "index"


ALL = {"Dust in winds", "Dust drives winds.", "The damping tail is steep."}
ALL |= {"Jets", "Dust is scarce.", "A supernova drives winds."}
ALL |= {"Dust in jets", "The tail is damping.", "Hα lines of NGC1068."}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("typed", "allowed"),
    [
        ('"damping tail"', {"The damping tail is steep."}),
        ("winds -supernova", ALL - {"A supernova drives winds."}),
        ("drives author:Hall", {"Jets", "Dust is scarce.", "A supernova drives winds."}),
        ("lines year:1998", {"Dust in jets", "The tail is damping.", "Hα lines of NGC1068."}),
        ('"h-alpha" lines', {"Hα lines of NGC1068."}),
        ('"NGC 1068"', {"Hα lines of NGC1068."}),
        ("dust title:winds", {"Dust in winds", "Dust drives winds.", "The damping tail is steep."}),
        ("abs:dust", {"Dust drives winds.", "Dust is scarce."}),
        ('"no such phrase"', set()),
        ("winds author:Nobody", set()),
    ],
)
def test_demands_hold_in_every_mode(index: Path, mode: Mode, typed: str, allowed: set[str]):
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        hits = opened.query(typed, k=9, mode=mode, fold=False)
        many = opened.query_batch([typed, "dust", typed], k=9, mode=mode, fold=False)
    texts = {hit.sentence.text for hit in hits}
    assert texts <= allowed if mode == "lexical" else texts == allowed
    assert bool(texts) == bool(allowed)
    assert many[0] == many[2] == hits


@pytest.mark.parametrize(
    ("typed", "words", "must", "never"),
    [
        ("dust OR gas", ["dust", "gas"], [], []),
        ('"red giant" OR "red clump"', [], ["red giant OR red clump"], []),
        ('("red giant" OR dust) wind', ["wind"], ["red giant OR dust"], []),
        ("dust AND gas", ["dust", "gas"], [], []),
        ("winds NOT dust", ["winds"], [], ["dust"]),
        ("full:dust winds", ["winds"], ["dust"], []),
        ("the -ray emission", ["the", "ray", "emission"], [], []),
        ('"eta Cyg wind"', [], ["etacygnus wind"], []),
        ('wind -"eta Cyg"', ["wind"], [], ["etacygnus"]),
        ('"galaxies"', [], ["galaxy"], []),
        ("is there evidence for dust", ["dust"], [], []),
        ("papers that argue against MOND", ["mond"], [], []),
        ("what is", ["what", "is"], [], []),
        ("http://x.org/a dust", ["http", "x org a", "dust"], [], []),
    ],
)
def test_the_syntax_as_people_type_it(
    typed: str, words: list[str], must: list[str], never: list[str]
):
    asked = parse(typed)
    assert [term.phrases[0] for term in asked.words] == words
    assert [" OR ".join(term.phrases) for term in asked.must] == must
    assert [" OR ".join(term.phrases) for term in asked.never] == never


PASTED = (
    'We find that the so-called "green valley" galaxies of our sample are -unlike those of others- '
    "redder than has been thought before, NOT bluer, and massive OR old."
)


def test_a_pasted_passage_demands_nothing():
    asked = parse(PASTED)
    assert (asked.must, asked.never) == ((), ())
    assert {"green", "unlike", "bluer"} <= {term.phrases[0] for term in asked.words}


@pytest.mark.parametrize(
    ("typed", "authors"),
    [
        ('author:^"Roe" winds', (("^Roe",),)),
        ('author:"^Roe" winds', (("^Roe",),)),
        ("author:^Roe winds", (("^Roe",),)),
        ("first_author:Roe winds", (("^Roe",),)),
        ('author:"Roe, A" winds', (("Roe, A",),)),
        ("author:Roe OR author:Lee winds", (("Roe", "Lee"),)),
        ("au:Roe author:Lee winds", (("Roe",), ("Lee",))),
    ],
)
def test_authors_asked_for(typed: str, authors: tuple[tuple[str, ...], ...]):
    assert parse(typed).authors == authors


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("doi:10.1000/5 dust", "no field doi:.*\n.*astrosearch show 10.1000/5"),
        ("bibcode:2001A&A...1...1R", "no field bibcode:"),
        ("id:2301.00001", "no field id:"),
        ("keyword:dust winds", "no field keyword:"),
        ('("a" AND "b") OR "c"', "groups in brackets"),
        ("title:dust OR author:Roe", "OR joins alternatives of one kind"),
    ],
)
def test_fields_and_groups_that_are_not_there_are_said(typed: str, message: str):
    with pytest.raises(AstrosearchError, match=message):
        parse(typed)


@pytest.mark.parametrize(
    "typed",
    [
        *("dust emission at 850 micron", "the ESO 3.6 m telescope", "WISE 22 micron", "hat 3"),
        *(
            "at 1.4 GHz",
            "at 2 mm",
            "Swift 15 keV",
            "M 5 dwarfs",
            "Kepler 30 min",
            "sn 5",
            "at 2015",
        ),
        *("AT 10 pc", "SN 10", "K2 campaign", "HST 2.4 m", "eso 2", "MOND", "TeV", "UV", "six"),
    ],
)
def test_prepositions_instruments_and_units_are_no_names(typed: str):
    assert not [term for term in terms(typed) if term.name]


def test_very_long_queries_are_cut_at_once():
    for typed in ("a-" * 50_000, "dust" * 100_000, "NGC 1 " * 20_000, "M" + "1-" * 50_000):
        began = time.process_time()
        asked = parse(typed)
        assert len(asked.ranking) <= 200
        assert time.process_time() - began < 2


@pytest.fixture(scope="module")
def exact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exact")
    (folder / "corpus").mkdir()
    text = (
        "The relative velocity is small. We thank the University of Leiden. Polarization is seen. "
        "We study general relativity. The universe expands. Polar orbits are stable. "
        "The dust emission was mapped at 850 micron. It is bright at 850 days after all."
    )
    (folder / "corpus" / "2301.00001.txt").write_text(f"Words\n\nABSTRACT\n{text}")
    astrosearch.build(folder / "corpus", index=folder / "index", encoder=WordEncoder())
    return folder / "index"


@pytest.mark.parametrize(
    ("typed", "allowed"),
    [
        ('"relativity"', {"We study general relativity."}),
        ('"universe"', {"The universe expands."}),
        ('"polar"', {"Polar orbits are stable."}),
        ('"orbit"', {"Polar orbits are stable."}),
        ('"generic"', set()),
    ],
)
def test_quotes_compare_words_not_stems(exact: Path, typed: str, allowed: set[str]):
    with astrosearch.open(exact, encoder=WordEncoder()) as opened:
        assert {hit.sentence.text for hit in opened.query(typed, k=9)} == allowed


def test_what_is_excluded_is_a_word_not_a_stem(exact: Path):
    with astrosearch.open(exact, encoder=WordEncoder()) as opened:
        left = {hit.sentence.text for hit in opened.query("telescope -universe", k=9, fold=False)}
        assert "We thank the University of Leiden." in left
        assert "The universe expands." not in left
        first = opened.query("dust emission at 850 micron", mode="lexical")[0]
    assert first.sentence.text.startswith("The dust emission")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("typed", "papers"),
    [
        ("author:Gall", ["2401.00001", "9801.00003"]),
        ("year:1998", ["9801.00003"]),
        ("author:^Hall year:2024", ["2401.00002"]),
        ("author:Gall OR author:Hall", ["2401.00001", "2401.00002", "9801.00003"]),
        ("year:>1990", ["2401.00001", "2401.00002", "9801.00003"]),
        ("author:Nobody", []),
    ],
)
def test_authors_and_years_alone_list_papers(
    index: Path, mode: Mode, typed: str, papers: list[str]
):
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert [hit.paper.id for hit in opened.query(typed, mode=mode)] == papers
        many = opened.query_batch([typed, "dust"], mode=mode)
    assert [hit.paper.id for hit in many[0]] == papers


@pytest.mark.parametrize("mode", MODES)
def test_a_title_alone_finds_its_paper(index: Path, mode: Mode):
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        for typed in ("title:jets", "ti:jets", 'title:"Dust in jets"', "title:jet"):
            hits = opened.query(typed, mode=mode)
            assert hits, typed
            assert {hit.paper.id for hit in hits} <= {"2401.00002", "9801.00003"}

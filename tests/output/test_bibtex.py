"""BibTeX as its readers have it: pdflatex with bibtex, and biber, set every entry without error."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import Entry, parse_string

import astrosearch
from astrosearch.names import Name
from astrosearch.output.bibtex import key_of, to_bibtex
from astrosearch.output.journal import parse_reference
from astrosearch.output.tex import name_as_tex, text_as_tex
from astrosearch.output.tex_signs import CYRILLIC, MATH, T1, TEXT
from astrosearch.output.tex_title import title_as_tex
from astrosearch.records import Hit, Paper, Sentence
from tests.support.counts import examples
from tests.support.encoders import WordEncoder
from tests.support.places import SHARED

SENTENCE = Sentence(7, "The damped peaks are peaking.", "Damping", "a/b.tex", 12)
ARXIV = "https://arxiv.org/abs/"
SIGNS = "".join([*MATH, *TEXT, *T1, *CYRILLIC])

TITLES = [
    ("H₂ and ⁷Be at z ≲ 3: M_⊙ & κ_eff, 50% of #1", None),
    ("H_(-0.5) in 10⁻³ M_⊙, B⁰_s, r_200c, x^2a_b, x₁₂_3", None),
    ("Iκεα, ΛCDM, f_NL, ℓ > 3, γ-ray, ħ, √(2), x̂, Ṁ, α̂, v⃗, ½ Å, ễ ǧ", "I$\\kappa\\epsilon\\alpha$"),
    ("The ^(13)CO and ¹²C¹⁶O lines of {η} Car ~ _a __b a_ ^", None),
    ("“Quoted” — it’s … ﬁne; Москва 中", None),
    ("Radiative ⁷Be", r"Radiative $^7$Be of {\rm H}\,{\sc i}, Poincar\'e, 90% \& $z\gtrsim 3$"),
    ("Undefined 10⁵ M_⊙", r"Undefined $10^5\,\Msun$ \ion{H}{ii}"),
    ("Broken a", r"Broken $a_1_2$ {x"),
    ("Open 1", "Open $x"),
    (SIGNS, None),
    (" ".join(f"x_{sign} y^{sign}" for sign in SIGNS), None),
    ("".join(map(chr, range(33, 0x250))), None),
]
AUTHORS = [
    ("M. L. King Jr.", Name("King", "M. L.", "Jr.")),
    ("María Elena García Pérez", Name("García Pérez", "María Elena")),
    ("P. Di Cintio", None),
    ("Émile Łukasik", None),
    ("Planck Collaboration", None),
    ("Ana Muñoz", None),
    ("N. Đorđević and Sons", Name("Đorđević and Sons", "N.")),
    ("Wąs Þórður", None),
    ("Floor van Leeuwen", None),
    ("G. 't Hooft", None),
    ("J. & B. {Odd} \\x $y_1^2", None),
    ("Çelik Şenol", None),
    ("Nguyễn Văn Đạt, Ạ. Ǧ.", None),
    ("Петров И.", None),
]


def papers() -> list[Paper]:
    titled = [
        Paper(f"notes/{number}", title, ("A. Ames",), 2020, title_tex=tex, doi="10.1/a_b%c#d")
        for number, (title, tex) in enumerate(TITLES)
    ]
    signed = [
        Paper(
            f"2501.99{number:03}",
            f"Title {number}",
            (author, "B. Bell"),
            2025,
            ("astro-ph.GA",),
            url=f"{ARXIV}2501.99{number:03}",
            names=() if name is None else (name, Name("Bell", "B.")),
            journal="A&A 594, A13 (2016)" if number % 2 else "Proc. of #1 & 50% {x} $y_",
        )
        for number, (author, name) in enumerate(AUTHORS)
    ]
    return titled + signed


def bibtex(*papers: Paper) -> str:
    return to_bibtex(Hit(1, 0.5, SENTENCE, paper) for paper in papers)


def entry(paper: Paper) -> Entry:
    return parse_string(bibtex(paper), "bibtex").entries[key_of(paper)]


def errors_of(folder: Path, text: str, style: str) -> str:
    """Set a document that cites everything; return what TeX, BibTeX or biber complain of."""
    (folder / "refs.bib").write_text(text, encoding="utf-8")
    biber = style == "biber"
    if biber:
        body = r"\usepackage[backend=biber]{biblatex}\addbibresource{refs.bib}\begin{document}"
        body += r"\nocite{*}\printbibliography"
    else:
        body = r"\usepackage{url}\begin{document}\nocite{*}\bibliography{refs}"
        body += rf"\bibliographystyle{{{style}}}"
    if style.endswith("nat"):
        body = r"\usepackage{natbib}" + body
    (folder / "all.tex").write_text(rf"\documentclass{{article}}{body}\end{{document}}")
    tex = ["pdflatex", "-interaction=nonstopmode", "all"]
    found = ""
    for command in (tex, ["biber", "all"] if biber else ["bibtex", "all"], tex, tex):
        ran = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=300)
        out = ran.stdout.decode(errors="replace")
        if command is not tex and ran.returncode:
            found += out
    return found + "\n".join(re.findall(r"^!.*(?:\n.*){0,4}", out, re.MULTILINE))


@pytest.mark.parametrize("style", ["plainnat", "alpha", "abbrv", "biber"])
def test_every_entry_compiles(tmp_path: Path, style: str):
    needed = ["pdflatex", "biber" if style == "biber" else "bibtex"]
    if missing := [name for name in needed if shutil.which(name) is None]:
        pytest.skip(f"{' and '.join(missing)} not installed")
    assert errors_of(tmp_path, bibtex(*papers()), style) == ""


def test_a_title_is_as_its_record_has_it():
    tex = r"Radiative association of H and $^7$Be: $H_{-0.5}$, 90\% {\it of} it"
    assert title_as_tex("x", tex) == tex.replace(r"{\it of}", r"{\textit{of}}")
    assert title_as_tex("H₂ of M_⊙", r"H$_2$ of \Msun") == r"H$_{2}$ of M$_{\odot}$"


@pytest.mark.parametrize(
    ("text", "tex"),
    [
        ("⁷Be", "$^{7}$Be"),
        ("H₂O⁺", "H$_{2}$O$^{+}$"),
        ("10⁻¹⁵ M_⊙", r"10$^{-15}$ M$_{\odot}$"),
        ("σ_8", r"$\sigma_{8}$"),
        ("κ_eff", r"$\kappa_{\mathrm{eff}}$"),
        ("α and β", r"$\alpha$ and $\beta$"),
        ("z ≳ 6", r"z $\stackrel{>}{_\sim}$ 6"),
        ("30° 5′ 3″", r"30$^{\circ}$ 5$^{\prime}$ 3$^{\prime\prime}$"),
        ("5 Å", r"5 {\AA}"),
        ("Ṁ, x̂ and v⃗", r"$\dot{M}$, $\hat{x}$ and $\vec{v}$"),
        ("ħ ℓ ⊙ ☉", r"$\hbar$ $\ell$ $\odot$ $\odot$"),
        ("Poincaré", r"Poincar{\'e}"),
        ("R&D 50% #1 $5 a_ {b}", r"R\&D 50\% \#1 \$5 a\_ {\textbraceleft}b{\textbraceright}"),
        ("“a” – b — c…", r"``a'' -- b --- c\ldots{}"),
    ],
)
def test_signs_are_written_as_tex(text: str, tex: str):
    assert text_as_tex(text) == tex


@pytest.mark.parametrize("sign", "˘˙˛˜˝΄‾﹉﹊﹋﹌")
def test_accents_that_stand_alone_are_written(sign: str):
    written = text_as_tex(f"a{sign}b")
    assert written.startswith("a")
    assert written.endswith("b")
    assert written.isascii()


@settings(max_examples=examples(300))
@given(st.text(max_size=40), st.text(r"\$_^{}abαé &%#~⁷₂" "'", max_size=40))
def test_any_title_stays_within_braces_and_dollars(title: str, tex: str):
    for written in (text_as_tex(title), name_as_tex(title), title_as_tex(title, tex)):
        depth = 0
        for sign in written:
            depth += (sign == "{") - (sign == "}")
            assert depth >= 0
        assert depth == 0
        assert len(re.findall(r"(?<!\\)\$", written)) % 2 == 0
        assert not re.search(r"(?<!\\)[%#&]", written)


@pytest.mark.parametrize(
    ("authors", "names", "written", "stem"),
    [
        ("M. L. King Jr.", Name("King", "M. L.", "Jr."), "King, Jr., M. L.", "King"),
        ("Neal J. Evans II", None, "Evans, II, Neal J.", "Evans"),
        (
            "María Elena García Pérez",
            Name("García Pérez", "María Elena"),
            "García Pérez, María Elena",
            "GarciaPerez",
        ),
        ("P. Di Cintio", None, "{Di Cintio}, P.", "DiCintio"),
        ("F. van Leeuwen", None, "{van Leeuwen}, F.", "vanLeeuwen"),
        ("J. O'Neil", None, "O'Neil, J.", "ONeil"),
        ("Bo Strauß", None, r"Strau{\ss}, Bo", "Strauss"),
        ("Ida Strømgren", None, r"Str{\o}mgren, Ida", "Stromgren"),
        ("K. Łukasik", None, r"{\L}ukasik, K.", "Lukasik"),
        ("Planck Collaboration", None, "{Planck Collaboration}", "Planck"),
        ("ANTARES collaboration", None, "{ANTARES collaboration}", "ANTARES"),
        ("The astrosearch example notes", None, "{The astrosearch example notes}", None),
        ("Smith J", None, "Smith, J", "Smith"),
    ],
)
def test_names_and_keys(authors: str, names: Name | None, written: str, stem: str | None):
    paper = Paper("1202.0001", "T", (authors,), 2012, names=(names,) if names else ())
    assert f"author = {{{written}}}" in bibtex(paper)
    if stem is not None:
        assert key_of(paper) == f"{stem}2012arXiv1202.0001"


@pytest.mark.parametrize(
    ("id", "key"),
    [
        ("1905.08470", "Ames2019arXiv190508470"),
        ("astro-ph/9805201", "Ames1998astro.ph..5201"),
        ("gr-qc/9911024", "Ames1999gr.qc....11024"),
    ],
)
def test_keys_say_where_a_paper_is(id: str, key: str):
    assert key_of(Paper(id, authors=("A. Ames",))) == key


@settings(max_examples=examples(100))
@given(
    st.text(min_size=1, max_size=20),
    st.lists(st.text(max_size=12), max_size=2),
    st.none() | st.integers(1900, 2100),
)
def test_any_key_is_plain_and_its_own(id: str, authors: list[str], year: int | None):
    paper = Paper(id, "T", tuple(authors), year)
    assert re.fullmatch(r"[A-Za-z0-9.]+", key_of(paper))
    assert key_of(paper) != key_of(Paper(id + "x", "T", tuple(authors), year))


def test_an_article_has_its_journal_and_addresses():
    paper = Paper(
        "1905.08470",
        "T",
        ("P. Di Cintio",),
        2019,
        ("astro-ph.GA", "gr-qc"),
        "10.1051/a_1",
        ARXIV + "1905.08470",
        journal="Astron. Astrophys. 627 (2019) A12-A15",
    )
    written = entry(paper)
    assert written.type == "article"
    assert dict(written.fields) == {
        "title": "{T}",
        "journal": "Astron. Astrophys.",
        "year": "2019",
        "volume": "627",
        "pages": "A12--A15",
        "eprint": "1905.08470",
        "archivePrefix": "arXiv",
        "primaryClass": "astro-ph.GA",
        "doi": r"10.1051/a\_1",
        "adsurl": "https://ui.adsabs.harvard.edu/abs/arXiv:1905.08470",
        "url": "https://arxiv.org/abs/1905.08470",
    }
    assert entry(Paper("notes/a", "T", year=2019)).type == "misc"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("ApJ 901, 12 (2025)", ("ApJ", "901", "12", 2025)),
        ("Phys.Rev.D90:023512,2014", ("Phys.Rev.D", "90", "023512", 2014)),
        ("Mon.Not.Roy.Astron.Soc.403:1-2,2010", ("Mon.Not.Roy.Astron.Soc.", "403", "1-2", 2010)),
        ("A&A 594, A13 (2016)", ("A&A", "594", "A13", 2016)),
        ("JCAP 0904:001,2009", ("JCAP", "0904", "001", 2009)),
        ("The Journal, Volume 901, Issue 2, id. 12, 2020", ("The Journal", "901", "12", 2020)),
        ("2009 ApJ 700 123", ("ApJ", "700", "123", 2009)),
        ("Proc. of IAU Symp. 200", ("Proc. of IAU Symp. 200", None, None, None)),
        ("PoS(ICRC2019)123", ("PoS(ICRC2019)123", None, None, None)),
    ],
)
def test_references_are_read(text: str, parts: tuple[str, str | None, str | None, int | None]):
    assert tuple(parse_reference(text)) == parts


@pytest.mark.parametrize(
    "folder", sorted(SHARED.glob("faults/34*")) or [pytest.param(None, marks=pytest.mark.skip)]
)
def test_names_of_records_are_read_rightly(folder: Path, tmp_path: Path):
    index = tmp_path / "index"
    astrosearch.build(folder / "input", index=index, encoder=WordEncoder())
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        text = opened.query("winds", k=50, papers=True).to_bibtex()
    for line in (folder / "input" / "papers.jsonl").read_text().splitlines():
        family, given, suffix = json.loads(line)["authors_parsed"][0]
        assert f"author = {{{', '.join(filter(None, (family, suffix, given)))}}}" in text

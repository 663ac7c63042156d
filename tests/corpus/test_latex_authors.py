r"""Author fields of every class: names alone, in order, and groups as groups."""

from __future__ import annotations

from pathlib import Path

import pytest

import astrosearch
from astrosearch.corpus.latex import read_latex
from astrosearch.names import Name
from tests.corpus.test_latex import Files, document
from tests.support.encoders import WordEncoder


@pytest.mark.parametrize(
    ("front", "names"),
    [
        (
            r"\author{J. Roe (1,2), B. Lee (2) and C. King (1)\\ (1) Institute of Light, "
            r"City\\(2) Dark}",
            ("J. Roe", "B. Lee", "C. King"),
        ),
        (
            r"\author{Roe, J., Lee, B. C., and King, C.}",
            ("J. Roe", "B. C. Lee", "C. King"),
        ),
        (
            r"\author{Roe, J.$^{1}$, van Leeuwen, F.$^{2}$, King, M. L., Jr.$^{3}$}",
            ("J. Roe", "F. van Leeuwen", "M. L. King Jr."),
        ),
        (
            r"\author{Roe, Jane and Lee, Bob C.}",
            ("Jane Roe", "Bob C. Lee"),
        ),
        (
            r"\author{Jane Roe, Bob Lee}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\author{Jane Roe, Bob Lee and Carol King}",
            ("Jane Roe", "Bob Lee", "Carol King"),
        ),
        (
            r"\author{Smith, Jones and Brown}",
            ("Smith", "Jones", "Brown"),
        ),
        (
            r"\author{García Pérez, A. E. \and de la Cruz, J.}",
            ("A. E. García Pérez", "J. de la Cruz"),
        ),
        (
            r"\author{A. Smith\thanks{x}, on behalf of the LIGHT Collaboration}",
            ("A. Smith", "LIGHT Collaboration"),
        ),
        (
            r"\author{A. Smith for the H.E.S.S. Collaboration}",
            ("A. Smith", "H.E.S.S. Collaboration"),
        ),
        (
            r"\author{Planck Collaboration: P. A. R. Ade\inst{1} \and N. "
            r"Aghanim\inst{2,3}\thanks{Corresponding author: N. Aghanim, x@y.z}}",
            ("Planck Collaboration", "P. A. R. Ade", "N. Aghanim"),
        ),
        (
            r"\author[0000-0001]{Jane Roe}\affiliation{U, Tucson}\author{Bob Lee, "
            r"Jr.}\author{LSST Dark Energy Science Collaboration}",
            ("Jane Roe", "Bob Lee Jr.", "LSST Dark Energy Science Collaboration"),
        ),
        (
            r"\author*[1,2]{\fnm{Jane} \sur{Roe}}\email{a@b}\author[2]{\fnm{Bob}\sur{Lee}}\equalco"
            r"nt{x}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\author{\IEEEauthorblockN{Jane Roe\IEEEauthorrefmark{1}, Bob "
            r"Lee\IEEEauthorrefmark{2}}\IEEEauthorblockA{\IEEEauthorrefmark{1}Inst of Light, "
            r"City}}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\author[1]{J. Roe\corref{cor1}}\author[2]{B. Lee}\cortext[cor1]{x}\address[1]{Inst}",
            ("J. Roe", "B. Lee"),
        ),
        (
            r"\author[a,1]{J. Roe,\note{Corresponding author.}}\author[b,c]{\!\!\! B. "
            r"Lee}\author{and C. King}",
            ("J. Roe", "B. Lee", "C. King"),
        ),
        (
            r"\author[1]{Jane Roe\thanks{a@b}}\author[1,2]{Bob Lee}\affil[1]{Department}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\author{J.~Roe$^{\dagger,1}$, B.~Lee$^{\ddagger}$\dag, C. King$^*$, "
            r"D.~Prince\textsuperscript{1,$\star$}}",
            ("J. Roe", "B. Lee", "C. King", "D. Prince"),
        ),
        (
            r"\author{\speaker{A. Smith}\thanks{x}\\ Inst of X\\ E-mail: \email{a@b}} ",
            ("A. Smith",),
        ),
        (
            r"\author{J. Roe\\B. Lee\\C. King\\ Institute of Light, Cambridge}",
            ("J. Roe", "B. Lee", "C. King"),
        ),
        (
            r"\author{Ann Lee, Carnegie Observatories, Pasadena, CA}",
            ("Ann Lee",),
        ),
        (
            r"\author{T. Broadhurst, L. Marchetti, M. Streeter, S. Fellows, D. August, F. "
            r"Schoolcraft}",
            (
                "T. Broadhurst",
                "L. Marchetti",
                "M. Streeter",
                "S. Fellows",
                "D. August",
                "F. Schoolcraft",
            ),
        ),
        (
            r"\author{Jane Roe,$^{1,2\ast}$ Bob Lee,$^{1}$ Carol King$^{2}$\\ "
            r"\normalsize{$^{1}$Dept of X}}",
            ("Jane Roe", "Bob Lee", "Carol King"),
        ),
        (
            r"\author{Jane Roe \orcidlink{0000} \& Bob {Lee} "
            r"\href{https://orcid.org/1}{\includegraphics{o}} et al.}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\author{Jane Roe\inst{1}\orcidID{0000-1} \and Bob Lee\inst{2} \and Paul 't "
            r"Hooft\inst{1}}",
            ("Jane Roe", "Bob Lee", "Paul 't Hooft"),
        ),
        (
            r"\author{Jane Roe\supit{a}, Bob Lee\supit{b} \skiplinehalf \supit{a}Inst of X, City}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\authors{A. Smith\affil{1}, B. Jones\affil{2}}",
            ("A. Smith", "B. Jones"),
        ),
        (
            r"\Author{Jane Roe $^{1,\dagger}$, Bob Lee $^{2}$ and Carol King $^{1,}$*}",
            ("Jane Roe", "Bob Lee", "Carol King"),
        ),
        (
            r"\Author[1][a@b]{Jane}{Roe}\Author[2]{Bob}{van Lee}",
            ("Jane Roe", "Bob van Lee"),
        ),
        (
            r"\author{\firstname{Jane} \lastname{Roe}\inst{1}\fnsep\thanks{x} \and "
            r"\firstname{Bob} \lastname{Lee}}",
            ("Jane Roe", "Bob Lee"),
        ),
        (
            r"\author[Roe et al.]{Jane Roe,$^{1}$\thanks{E-mail: a@b} Bob~Lee$^{1,2}$\newauthor "
            r"Carol King,$^{3}$ and the Dark Survey Team\\ $^1$Inst}",
            ("Jane Roe", "Bob Lee", "Carol King", "Dark Survey Team"),
        ),
        (
            r"\author{Robert C. Kennicutt, Jr.\altaffilmark{1}, John III Roe, M. L. King III, and "
            r"A. Lee, Ph.D.}",
            ("Robert C. Kennicutt Jr.", "John III Roe", "M. L. King III", "A. Lee"),
        ),
        (
            r"\author{by J. Roe}",
            ("J. Roe",),
        ),
        (
            r"\author{\textbf{Jane Roe}\\ \small Supervisor: Prof. B. Lee}",
            ("Jane Roe",),
        ),
        (
            r"\author{Song Huang (黄崧)$^{1}$, \begin{CJK}{UTF8}{gbsn}Li (李)\end{CJK} Bo Li}",
            ("Song Huang", "Bo Li"),
        ),
        (
            r"\author{Roe J.,$^1$ Lee B. C.,$^2$ King C.$^1$}",
            ("Roe J.", "Lee B. C.", "King C."),
        ),
        (
            r"\author{J.\,Roe\affmark[1], B.\,Lee\affmark[2]}",
            ("J. Roe", "B. Lee"),
        ),
        (
            r"\author{ROE, J. \& LEE, B.}",
            ("J. ROE", "B. LEE"),
        ),
        (
            r"\author{Floor Broekgaarden et al.}",
            ("Floor Broekgaarden",),
        ),
        (
            r"\author{Andrea \v{C}ern\'y, Mar\'\i a G\'omez, \O ystein Bj\o rn, \L ukasz "
            r"Wo\'zniak}",
            ("Andrea Černý", "María Gómez", "Øystein Bjørn", "Łukasz Woźniak"),
        ),
        (
            r"\author{D. R. G. Schleicher$^{1}$; R. Banerjee$^{2}$; R. S. Klessen$^{1}$}",
            ("D. R. G. Schleicher", "R. Banerjee", "R. S. Klessen"),
        ),
        (
            r"\author{J. Roe$^a$, B. Lee$^{b,c}$\\ \llap{$^a$}Inst of Light\\ E-mail: \email{x@y}}",
            ("J. Roe", "B. Lee"),
        ),
        (
            r"\author[orcid=0000-1,sname='Roe',gname=Jane]{Jane "
            r"Roe}\email[show]{x@y}\collaboration{20}{(AAS team)}",
            ("Jane Roe",),
        ),
    ],
)
def test_author_fields_give_names_alone(front: str, names: tuple[str, ...]) -> None:
    assert document("Text.", front).paper.authors == names


@pytest.mark.parametrize(
    ("front", "names"),
    [
        (
            r"\author*[1,2]{\fnm{Ana} \sur{Garc\'ia P\'erez}}\email{a@b}"
            r"\author[2]{\pfx{Dr.} \fnm{Bob} \spfx{van der} \sur{Ploeg} \sfx{IV}}",
            (Name("García Pérez", "Ana"), Name("van der Ploeg", "Bob", "IV")),
        ),
        (
            r"\author{\firstname{Jane} \lastname{Roe}\inst{1}\fnsep\thanks{x} \and "
            r"\firstname{Luiz} \lastname{da Silva$^{2}$}}",
            (Name("Roe", "Jane"), Name("da Silva", "Luiz")),
        ),
        (
            r"\author{Mordecai-Mark \surname{Mac Low}}\affiliation{U}\author{J. \surname{Lee}}"
            r"\collaboration{x}\author{LIGHT Collaboration}",
            (Name("Mac Low", "Mordecai-Mark"), Name("Lee", "J."), Name("LIGHT Collaboration")),
        ),
        (
            r"\author{\fnms{Jane} \snm{Roe}\thanksref{t1}\ead{a@b}}\author{\fnms{Bo} \snm{Lee}}",
            (Name("Roe", "Jane"), Name("Lee", "Bo")),
        ),
        (
            r"\author{\givenname{Jane Q.} \surname{Roe}}\author{\surname{Lee}, Bo}",
            (Name("Roe", "Jane Q."), Name("Lee", "Bo")),
        ),
        (
            r"\Author[1][a@b]{Jane}{Roe}\Author[2]{Bob}{van Lee}",
            (Name("Roe", "Jane"), Name("van Lee", "Bob")),
        ),
    ],
)
def test_the_parts_of_names_are_those_that_the_source_tells(front: str, names: tuple[Name, ...]):
    paper = document(rf"{front}\maketitle Some text.").paper
    assert paper.names == names
    assert paper.authors == tuple(name.full for name in names)
    assert document("Some text.", front).paper.names == names


@pytest.mark.parametrize(
    "front",
    [
        r"\author{Jane Roe, Bob Lee}",
        r"\author{Jane \surname{Roe}}\author{Bob Lee}",
        r"\author[0000-0001]{Jane Roe}",
        r"\author{\sur}",
    ],
)
def test_no_parts_of_names_are_made_up(front: str):
    assert document(rf"{front}\maketitle Some text.").paper.names == ()


def test_an_author_is_found_by_the_family_name_that_the_source_tells(
    tmp_path: Path, encoder: WordEncoder
):
    (tmp_path / "a.tex").write_text(
        r"\documentclass{sn-jnl}\begin{document}\title{Winds}\author{\fnm{Ana} \sur{Silva Lima}}"
        r"\maketitle Dust drives winds.\end{document}"
    )
    astrosearch.build(tmp_path / "a.tex", index=tmp_path / "index", encoder=encoder)
    with astrosearch.open(tmp_path / "index", encoder=encoder) as index:
        assert len(index.query("winds", author="Silva Lima, A.")) == 2
        assert not index.query("winds", author="Lima, S.")


REVTEX_2 = r"""
\documentstyle[aps,prl,preprint]{revtex}
\begin{document}
\draft
\begin{title}
Damping of sound\\ in the early universe
\end{title}
\begin{author}
Jane Roe and Bob C. Lee
\end{author}
\begin{instit}
Institute of Light, Darktown 12345
\end{instit}
\begin{abstract}
Photons diffuse out of overdense regions.
\end{abstract}
\section{Outlook}
The tail is low.
\end{document}
"""


@pytest.mark.parametrize("where", ["body", "preamble"])
def test_title_and_authors_may_be_environments(where: str):
    text = REVTEX_2
    if where == "preamble":
        text = text.replace("\\begin{document}\n", "").replace(
            "\\begin{instit}", "\\begin{document}\n\\begin{instit}"
        )
    read = read_latex(Files({"ms.tex": text}), "ms.tex", "x")
    assert read.paper.title == "Damping of sound in the early universe"
    assert read.paper.authors == ("Jane Roe", "Bob C. Lee")
    assert [(p.section, p.text) for p in read.passages] == [
        ("Title", "Damping of sound in the early universe"),
        ("Abstract", "Photons diffuse out of overdense regions."),
        ("Outlook", "The tail is low."),
    ]
    assert "Darktown" not in str(read.passages)


def test_an_unclosed_title_costs_no_text():
    read = document(r"\begin{title}Some text is here. \section{One} And here.")
    assert "And here." in [passage.text for passage in read.passages]

"""Plain TeX, title pages and headings by hand; titles and years."""

from __future__ import annotations

import pytest

from astrosearch.corpus.latex import choose_main, find_mains, read_latex
from tests.corpus.test_latex import Files, document

MN = r"""\input mn
\begintopmatter
\title{The dust of old galaxies}
\author{A. Smith$^1$ and B. Lee$^{2,3}$}
\affiliation{$^1$ Institute of Dust, City}
\shortauthor{A. Smith}
\acceptedline{Accepted 1995 May 3}
\abstract
{We weigh the dust. It is heavy.}
\keywords {dust -- galaxies}
\maketitle
\section{Introduction}
Dust is found in galaxies of old age.
\subsection{Earlier work}
Some have weighed it.
\beginfigure{1}\vskip 5cm\caption{{\bf Figure 1.} The dust mass of each galaxy.}\endfigure
\section{Results}
The mass is large.
\beginrefs
\bibitem Roe J., 1990, MNRAS, 1, 2
\endrefs
\bye
"""

AA = r"""\input aa.cmm
\MAINTITLE{The gas of young galaxies}
\AUTHOR{J. Roe@1, B. Lee@{1,2}}
\INSTITUTE{@1 Observatory of Gas, Town @2 Other}
\OFFPRINTS{J. Roe}
\DATE{Received March 3, 1994; accepted June 1, 1994}
\ABSTRACT{We weigh the gas. It is light.}
\KEYWORDS{gas}
\THESAURUS{03(1.2.3)}
\maketitle
\titlea{Introduction}
Gas is found in young galaxies of all kinds.
\titleb{Earlier work}
Some have weighed it before.
\begfig 5cm \figure{1}{The gas of each one.} \endfig
\titlea{Results}
The mass is small.
\acknow{We thank the staff.}
\begref{References}
\ref Roe J., 1990, A\&A 1, 2
\endref
\bye"""

HARVMAC = r"""\input harvmac
\noblackbox
\lref\WIT{E. Witten, Nucl. Phys. B1 (1990) 1.}
\Title{\vbox{\baselineskip12pt\hbox{HUTP-91/A000}\hbox{astro-ph/9101001}}}%
{\vbox{\centerline{Strings and the}\vskip2pt\centerline{early universe}}}
\centerline{J. Roe\footnote{$^\dagger$}{roe@x.edu} and B. Lee}
\bigskip\centerline{Department of Physics}\centerline{University, City, MA 02138}
\vskip .3in
We study strings in the early universe. They are short.
\Date{1/91}
\newsec{Introduction}
The strings are seen in the early universe \WIT. They decay.
\subsec{Details}
More is said about them here.
\appendix{A}{The proof}
The proof is simple and short.
\listrefs
\bye"""

PHYZZX = r"""\input phyzzx
\Pubnum{SLAC-PUB-1}
\date{May 1992}
\titlepage
\title{Axions in the halo}
\author{Jane Roe}
\address{Institute of Axions, City}
\andauthor{Bob Lee}
\andaddress{Other Institute}
\abstract
Axions may fill the halo. We count them.
\endpage
\chapter{Introduction}
The halo is dark and large.
\section{Counting}
We count them all.
\ack
We thank many.
\refout
\bye"""

JNL = r"""\input jnl
\title The light of the halo
\author J. Roe and B. Lee
\affil Institute of Halo, City
\abstract We see the halo. It is faint.
\endtopmatter
\head{1. Introduction}
The halo is faint but seen by us.
\references
\refis{roe} J. Roe, 1990
\endreferences
\endit"""

OWN = r"""\magnification=1200 \hsize=16truecm
\font\bigbf=cmbx10 scaled 1440
\def\sect#1{\bigskip\noindent{\bf #1}\par\nobreak\medskip}
\def\etal{et al.}
\nopagenumbers
\rightline{CITA-95-12}
\rightline{May 1995}
\vskip 1cm
\centerline{\bigbf On the nature of the}
\centerline{\bigbf faint blue galaxies}
\bigskip
\centerline{Jane Roe$^1$, Bob Lee$^2$ and Carol King$^{1,2}$}
\medskip
\centerline{$^1$Institute of Astronomy, Madingley Road, Cambridge}
\centerline{$^2$CITA, Toronto, Canada}
\bigskip
\centerline{Abstract}
\smallskip
{\narrower\noindent We study faint blue galaxies. They are small.\smallskip}
\vfill\eject
\sect{1. Introduction}
The galaxies are blue and faint as seen by many.
They are small.
\sect{2. The data of this work}
We took the data in a clear night.\footnote{$^1$}{At the old site.}
\medskip
\leftline{\it 2.1 Reduction}
\medskip
The data are reduced as usual by us.
\sect{REFERENCES}
\noindent Roe J., 1990, MNRAS, 1, 2.
\medskip
\noindent Lee B., 1991, MNRAS, 3, 4.
\bye"""

AMSLONG = r"""\input amstex
\documentstyle{amsppt}
\NoBlackBoxes
\topmatter
\title The metric of the
halo \endtitle
\rightheadtext{x}
\author Jane Roe and Bob Lee \endauthor
\address Institute of Metrics, City \endaddress
\email x\@y.z \endemail
\thanks Supported. \endthanks
\keywords halo \endkeywords
\abstract We weigh the metric. It is curved.
\endabstract
\endtopmatter
\document
\subhead Notation \endsubhead
The metric has some signs in it.
\heading{2. Results} \endheading
The halo is curved by its own mass.
\Refs \widestnumber\key{XX}
\ref \key 1 \by Roe \paper X \endref
\endRefs
\enddocument"""


@pytest.mark.parametrize(
    ("source", "title", "authors", "passages"),
    [
        (
            MN,
            "The dust of old galaxies",
            ("A. Smith", "B. Lee"),
            [
                ("Abstract", "We weigh the dust. It is heavy."),
                ("Introduction", "Dust is found in galaxies of old age."),
                ("Earlier work", "Some have weighed it."),
                ("Figure caption", "Figure 1. The dust mass of each galaxy."),
                ("Results", "The mass is large."),
            ],
        ),
        (
            AA,
            "The gas of young galaxies",
            ("J. Roe", "B. Lee"),
            [
                ("Abstract", "We weigh the gas. It is light."),
                ("Introduction", "Gas is found in young galaxies of all kinds."),
                ("Earlier work", "Some have weighed it before."),
                ("Figure caption", "The gas of each one."),
                ("Results", "The mass is small."),
                ("Acknowledgements", "We thank the staff."),
            ],
        ),
        (
            HARVMAC,
            "Strings and the early universe",
            ("J. Roe", "B. Lee"),
            [
                (None, "We study strings in the early universe. They are short."),
                ("Introduction", "The strings are seen in the early universe. They decay."),
                ("Details", "More is said about them here."),
                ("The proof", "The proof is simple and short."),
            ],
        ),
        (
            PHYZZX,
            "Axions in the halo",
            ("Jane Roe", "Bob Lee"),
            [
                ("Abstract", "Axions may fill the halo. We count them."),
                ("Introduction", "The halo is dark and large."),
                ("Counting", "We count them all."),
                ("Acknowledgements", "We thank many."),
            ],
        ),
        (
            JNL,
            "The light of the halo",
            ("J. Roe", "B. Lee"),
            [
                ("Abstract", "We see the halo. It is faint."),
                ("Introduction", "The halo is faint but seen by us."),
            ],
        ),
        (
            OWN,
            "On the nature of the faint blue galaxies",
            ("Jane Roe", "Bob Lee", "Carol King"),
            [
                ("Abstract", "We study faint blue galaxies. They are small."),
                (
                    "Introduction",
                    "The galaxies are blue and faint as seen by many. They are small.",
                ),
                ("The data of this work", "We took the data in a clear night."),
                ("The data of this work", "At the old site."),
                ("Reduction", "The data are reduced as usual by us."),
            ],
        ),
        (
            AMSLONG,
            "The metric of the halo",
            ("Jane Roe", "Bob Lee"),
            [
                ("Abstract", "We weigh the metric. It is curved."),
                ("Notation", "The metric has some signs in it."),
                ("Results", "The halo is curved by its own mass."),
            ],
        ),
    ],
    ids=["mn", "aa", "harvmac", "phyzzx", "jnl", "own", "amslong"],
)
def test_plain_tex_has_title_authors_and_sections(
    source: str, title: str, authors: tuple[str, ...], passages: list[tuple[str | None, str]]
) -> None:
    other = "\\documentclass{article}\\begin{document}x y\\end{document}"
    tree = Files({"old.tex": source, "other.tex": other})
    assert find_mains(tree).mains == ("old.tex", "other.tex")
    read = read_latex(tree, "old.tex", "x")
    assert (read.paper.title, read.paper.authors) == (title, authors)
    assert [(p.section, p.text) for p in read.passages[1:]] == passages
    assert read.warnings == ()


def test_plain_tex_is_told_from_chapters_and_macros() -> None:
    macros = "\\def\\a{x}\n\\def\\b{y}\n\\hsize=5in\n\\let\\c=\\b\n\\font\\d=cmr10\n\\endinput\n"
    chapter = "\\section{Two}\nThe stars of this chapter are seen by many of us.\n\\cite{x}\n"
    driver = "\\input macros\n\\magnification=1200\n\\input text\n\\bye\n"
    text = "The stars are bright in this text of many words.\nThey fade.\n"
    files = {
        "driver.tex": driver, "macros.tex": macros, "text.tex": text, "chapter.tex": chapter,
        "alone.tex": OWN, "unused.tex": macros, "9501001.tex": AMSLONG,
    }  # fmt: skip
    found = find_mains(Files(files))
    assert found.mains == ("9501001.tex", "alone.tex", "driver.tex")
    assert [name for name, _ in found.orphans] == ["chapter.tex", "unused.tex"]
    bundle = Files({"driver.tex": driver, "macros.tex": macros, "text.tex": text})
    assert choose_main(bundle) == "driver.tex"


@pytest.mark.parametrize(
    "heading",
    [
        r"\centerline{\bf 2. RESULTS}",
        r"\centerline{\sc II. Results}",
        r"\begin{center}{\large\bf 2. RESULTS}\end{center}",
        r"\begin{center}\textbf{Results}\end{center}",
        "{\\bf 2. Results}\n",
        "\\noindent{\\bf 2. Results}\n",
        r"\noindent\textbf{2. Results}\\",
        "\\textbf{Results}\n",
        r"{\large \textbf{2 Results}} \par",
        "\\leftline{\\bf Results}\n",
        r"\underline{Results} \medskip",
        "{\\noindent\\bf Results:}\\vspace{2mm}\n",
        r"\bigskip\noindent {\bf IV. RESULTS}\hfill\break\vskip 2mm",
    ],
)
def test_headings_by_hand_name_their_sections(heading: str) -> None:
    read = document(f"Stars shine.\n\n{heading}\nThey fade in the end of it all.")
    assert [(p.section, p.text) for p in read.passages] == [
        (None, "Stars shine."),
        ("Results", "They fade in the end of it all."),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "{\\bf Bold} words begin this paragraph.",
        "\\noindent\\textbf{Note} that words follow it.",
        "{\\em Emphasis} begins it as well.",
        "\\textbf{A whole sentence is bold here, and it has a stop.}",
        "{\\bf Theorem 1.} All is well with this.",
        "\\textcolor{red}{{\\bf Stars} are red here.}",
    ],
)
def test_bold_words_are_no_headings(body: str) -> None:
    read = document(f"\\section{{One}} Stars.\n\n{body}\n\nMore words.")
    assert {p.section for p in read.passages} == {"One"}
    assert len(read.passages) == 3


def test_a_title_page_by_hand_gives_title_and_authors() -> None:
    body = r"""\begin{center}{\Large\bf The light of old stars}\\[1cm]
Jane Roe$^1$ and Bob Lee$^2$\\ {\it $^1$Institute of Light, City}\end{center}
\begin{abstract}We see it.\end{abstract}\section{One} Stars."""
    read = document(body)
    assert read.paper.title == "The light of old stars"
    assert read.paper.authors == ("Jane Roe", "Bob Lee")
    assert [p.section for p in read.passages] == ["Title", "Abstract", "One"]


@pytest.mark.parametrize(
    ("front", "title"),
    [
        (r"\thesistitle{The dust of stars}", "The dust of stars"),
        (r"\usepackage[pdftitle={The gas of stars}]{hyperref}", "The gas of stars"),
        (r"\hypersetup{pdftitle={The gas of stars},pdfauthor={X}}", "The gas of stars"),
        (r"\title{Instructions for Typing Manuscripts (Paper's Title)}", None),
        (r"\title{.sty .sty}", None),
        (r"\title{Title of the paper}", None),
        (r"\title{Sample article}\hypersetup{pdftitle={The gas}}", "The gas"),
    ],
)
def test_titles_of_theses_and_of_examples(front: str, title: str | None) -> None:
    assert document("Words.", front).paper.title == title


@pytest.mark.parametrize(
    ("front", "year", "estimated"),
    [
        (r"\date{March 2014}", 2014, False),
        (r"\date{Received 2014 May 3; accepted 2015 June 1}", 2015, False),
        (r"\date{Received September 15, 1996; accepted March 16, 1997}", None, False),
        (r"\date{Accepted XXX. Received YYY}\pubyear{2015}", None, False),
        (r"\received{2016 May}\accepted{2017 June 2}", 2017, False),
        (r"\received{July 1, 2016}\accepted{\today}", None, False),
        (r"\copyrightyear{2013}", 2013, False),
        (r"\journalinfo{The Astrophysical Journal, 700:1--5, 2009}", 2009, False),
        (r"\slugcomment{Submitted to ApJ, 2003 May 1}", 2003, False),
        (r"\title{T \copyright{} 2012 by A. Roe}", 2012, True),
    ],
)
def test_years_are_told_by_dates(front: str, year: int | None, estimated: bool) -> None:
    paper = document("x y", front).paper
    assert (paper.year, paper.year_estimated) == (year, estimated)


def test_years_are_estimated_from_what_is_cited() -> None:
    entries = "\n".join(f"@article{{k{n},author={{A, B}},year={2010 + n}}}" for n in range(9))
    body = r"See \cite{k1,k5,k7,k8}.\bibliography{r}"
    paper = document(body, r__bib=entries).paper
    assert (paper.year, paper.year_estimated) == (2018, True)
    assert document(body, r"\date{2018}", r__bib=entries).paper.year_estimated is False
    # a date older than what is cited is the class's example
    paper = document(body, r"\date{2015}", r__bib=entries).paper
    assert (paper.year, paper.year_estimated) == (2018, True)

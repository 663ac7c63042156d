r"""Inputs, own classes, conditions, edit marks, accents and undefined names, as LaTeX has them."""

from __future__ import annotations

import pytest

from astrosearch.corpus.latex import find_mains, read_latex
from tests.corpus.test_latex import Files, document, text_of

CONDITIONS = r"""\usepackage{etoolbox,comment}
\newtoggle{x}\newbool{b}\setbool{b}{true}\newboolean{dr}\setboolean{dr}{true}
\newcommand{\ver}{long}\newcommand{\nothing}{}\newif\ifdraft\drafttrue
\newenvironment{priv}{\comment}{\endcomment}\NewEnviron{hide}{}
\excludecomment{gone}\includecomment{pub}\let\old\comment\let\endold\endcomment"""


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        (r"\iftoggle{x}", False),
        (r"\nottoggle{x}", True),
        (r"\toggletrue{x}\iftoggle{x}", True),
        (r"\settoggle{x}{true}\nottoggle{x}", False),
        (r"\ifbool{b}", True),
        (r"\notbool{b}", False),
        (r"\boolfalse{b}\ifbool{b}", False),
        (r"\ifstrequal{a}{a}", True),
        (r"\ifstrequal{a}{b}", False),
        (r"\ifdefstring{\ver}{long}", True),
        (r"\ifdefempty{\nothing}", True),
        (r"\ifdefvoid{\nowhere}", True),
        (r"\ifdef{\ver}", True),
        (r"\ifundef{\nowhere}", True),
        (r"\ifcsdef{ver}", True),
        (r"\ifcsundef{ver}", False),
        (r"\ifblank{ }", True),
        (r"\notblank{a}", True),
        (r"\ifnumcomp{1}{<}{2}", True),
        (r"\ifnumequal{1}{2}", False),
        (r"\ifnumgreater{3}{2}", True),
        (r"\IfFileExists{gone.tex}", False),
        (r"\IfFileExists{there.tex}", True),
        (r"\ifthenelse{\equal{\ver}{long}}", True),
        (r"\ifthenelse{\boolean{dr}}", True),
        (r"\ifthenelse{\boolean{dr} \and \not \equal{\ver}{short}}", True),
        (r"\ifthenelse{\NOT\boolean{dr}\OR 1=2}", False),
        (r"\ifthenelse{\( 1<2 \) \AND \boolean{dr}}", True),
        (r"\ifthenelse{\isundefined{\nowhere}}", True),
        (r"\ifboolexpr{togl {x} or bool {b}}", True),
        (r"\ifboolexpr{not togl {x} and test {\ifstrequal{a}{a}}}", True),
        (r"\ifboolexpr{ bool {b} and ( togl {x} ) }", False),
    ],
)
def test_the_branch_that_holds_is_read(condition: str, holds: bool) -> None:
    text = text_of(f"We say {condition}{{yes}}{{no}} here.", CONDITIONS, there__tex="x")
    assert text == f"We say {'yes' if holds else 'no'} here."


def test_conditions_of_tex_are_read() -> None:
    body = (
        r"Kept \if0 hidden \fi here, \if 00shown \fi then \ifdraft draft \fi and "
        r"\ifb yes\else no\fi."
        r" \iffalse a \ifx\a\b c \fi d \fi End."
    )
    assert text_of(body, CONDITIONS) == "Kept here, shown then draft and yes. End."


@pytest.mark.parametrize("name", ["comment", "priv", "hide", "gone", "old"])
def test_hidden_environments_are_no_text_and_end_no_sentence(name: str) -> None:
    body = f"The text\n\\begin{{{name}}}\nsecret\n\nand more\n\\end{{{name}}}\ngoes on.\n\nAfter."
    read = document(body, CONDITIONS)
    assert [p.text for p in read.passages] == ["The text goes on.", "After."]
    assert [o.line for o in read.passages[-1].origins] == [16]


def test_included_comments_are_text() -> None:
    body = "The text\n\\begin{pub}\nis shown\n\\end{pub}\nhere."
    assert text_of(body, CONDITIONS) == "The text is shown here."


@pytest.mark.parametrize(
    ("tex", "preamble", "text"),
    [
        (r"is \edit1{certainly} low, \edit2{not} large", "", "is certainly low, not large"),
        (r"\edit{1}{one} and \edit3{three}", "", "one and three"),
        (r"\added{new} \deleted{no}\replaced{old}{fresh}\explain{why}", "", "new fresh"),
        (
            r"\added[id=A]{new} \deleted[id=A]{no}\replaced[id=A]{fresh}{old}",
            r"\usepackage[final]{changes}",
            "new fresh",
        ),
        (
            r"\add[me]{new} word\remove[me]{ no} \change[me]{old}{fresh} \annote[me]{here}{no}",
            r"\usepackage{trackchanges}",
            "new word fresh here",
        ),
        (
            r"A \DIFaddbegin \DIFadd{new }\DIFaddend word\DIFdelbegin \DIFdel{, no}\DIFdelend .",
            r"\providecommand{\DIFdel}[1]{{\color{red}\scriptsize #1}}",
            "A new word.",
        ),
        (r"A \st{gone} \hl{shown} \sout{no}\xout{no} \uwave{wave}", "", "A shown wave"),
        (r"A \textcolor{red}{red} {\color{blue}blue} word", "", "A red blue word"),
        (r"\comment{kept}{no} \alert{new}", r"\usepackage{easyReview}", "kept new"),
    ],
)
def test_edits_are_read_as_they_end_up(tex: str, preamble: str, text: str) -> None:
    assert text_of(tex, preamble) == text


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Mart\'\i nez", "Martínez"),
        (r"na\"\i ve", "naïve"),
        (r"\'\i{}ndice", "índice"),
        (r"Garc\'{\i}a and D{\'\i}az", "García and Díaz"),
        (r"B\'{\i }o", "Bío"),
        (r"\u\i x and \=\i, \v\j", "ĭx and ī, ǰ"),
        (r"Babu\v s and \c c", "Babuš and ç"),
        (r"Mar\'\imath a", "María"),
    ],
)
def test_a_dotless_letter_takes_the_space_after_it_along(tex: str, text: str) -> None:
    assert text_of(tex) == text


def test_inputs_are_followed_whatever_their_names_are_made_of() -> None:
    main = r"""\documentclass{article}\newcommand{\dir}{sections}\def\input@path{{tex/}}
\begin{document}\section{R}
\input{\dir/ten} \input\dir/eleven \input{sec-e\_i} \input{sec-f\textunderscore i}
\input{\jobname-body} \input{paper/chapters/six} \input{hidden} \subimport{sub/}{one}
\input "two words" \include{Sections/Case} \InputIfFileExists{gone}{Yes.}{No such file.}
\input{\unknown/x} \input{./gone}
\end{document}"""
    files = {
        "ms.tex": main,
        "sections/ten.tex": "Ten.",
        "sections/eleven.tex": "Eleven.",
        "sec-e_i.tex": "Underscore.",
        "sec-f_i.tex": "Another.",
        "ms-body.tex": "Body.",
        "chapters/six.tex": "Six.",
        "tex/hidden.tex": "Path.",
        "sub/one.tex": r"\subimport{deep/}{two} One.",
        "sub/deep/two.tex": "Two.",
        "two words.tex": "Words.",
        "sections/case.tex": "Case.",
    }
    read = read_latex(Files(files), "ms.tex", "x")
    assert " ".join(p.text for p in read.passages) == (
        "Ten. Eleven. Underscore. Another. Body. Six. Path. Two. One. Words. Case. No such file."
    )
    assert read.warnings == (
        r"\unknown/x: read by ms.tex, but no macro tells which file that is",
        "./gone: read by ms.tex, but it isn't there",
    )
    assert find_mains(Files(files)).mains == ("ms.tex",)


def test_the_papers_own_class_and_styles_are_read() -> None:
    own = r"""\ProvidesClass{own}\LoadClass{article}\RequirePackage{other}
\newcommand{\dr}[1]{DR#1}
\def\entry#1#2{#1, \emph{#2}}
\newcommand{\hidden}[1]{}
\newcommand{\keywords}[1]{Keywords: #1}
\DeclareRobustCommand{\kms}{km\,s$^{-1}$}
\newcommand{\inner}{a\own@thing}
"""
    main = r"""\documentclass[12pt]{own}\begin{document}\section{R}
\entry{Roe}{On stars} uses \dr{3} of the \deep\ at 5 \kms.\hidden{No.}\keywords{no}
\end{document}"""
    files = {
        "a/ms.tex": main,
        "a/own.cls": own,
        "a/styles/other.sty": r"\newcommand{\deep}{deep sky}",
        "b/ms.tex": main,
    }
    read = read_latex(Files(files), "a/ms.tex", "x")
    assert [p.text for p in read.passages] == [
        "Roe, On stars uses DR3 of the deep sky at 5 km s⁻¹."
    ]
    assert "a/own.cls" in read.parts


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"The \sdss data of 205 \Mpch on a side", "The sdss data of 205 Mpch on a side"),
        (
            r"and \apogee{} too, with \hst, \gaias's and \lamost",
            "and apogee too, with hst, gaias's and",
        ),
        (r"stars of \Gaia show 5 \Msunh of gas", "stars of Gaia show 5 Msunh of gas"),
        (r"in some custom \foobar macro here", "in some custom foobar macro here"),
        (r"\nopagebreak Words \suppressfloats", "Words"),
    ],
)
def test_undefined_names_are_words_where_words_stand(tex: str, text: str) -> None:
    assert text_of(tex) == text


def test_names_left_out_are_warned_of() -> None:
    read = document("\\lamost stars are seen.\n\n\\hsize=3cm More.")
    assert read.warnings == ("defined in no file that was read, and left out: \\lamost",)


def test_aliases_of_citations_may_stand_in_the_preamble() -> None:
    assert text_of(r"See \citetalias{roe}.", r"\defcitealias{roe}{Paper I}") == "See Paper I."


def test_headings_within_the_abstract_are_no_sections() -> None:
    body = r"""\begin{abstract}\section*{Context} It is dark.
\paragraph{Aims} We look.\end{abstract}\section{Introduction} Stars."""
    sections = [p.section for p in document(body).passages]
    assert sections == ["Abstract", "Abstract", "Introduction"]

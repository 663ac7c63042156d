"""Lists and options: what is printed of them, and what isn't."""

from __future__ import annotations

import pytest

from astrosearch.corpus.sentences import sentences_of
from astrosearch.corpus.textform import render
from tests.corpus.test_latex import document, text_of


@pytest.mark.parametrize(
    ("begin", "labels"),
    [
        (r"inparaenum}[(i)]", "(i) (ii) (iii)"),
        (r"inparaenum}[\itshape a)]", "a) b) c)"),
        (r"inparaenum}", "(1) (2) (3)"),
        (r"inparaenum}[1.]", "(1) (2) (3)"),
        (r"enumerate*}[label=(\roman*)]", "(i) (ii) (iii)"),
        (r"enumerate*}[label={(\alph*)}, itemjoin={{, }}]", "(a) (b) (c)"),
        (r"enumerate*}[label=\Alph*.]", "(A) (B) (C)"),
        (r"enumerate*}", "(1) (2) (3)"),
        (r"inparaitem}", "  "),
        (r"itemize*}[label=--]", "  "),
    ],
)
def test_lists_within_a_line_stay_in_it(begin: str, labels: str) -> None:
    name = begin.partition("}")[0]
    body = (
        f"The cases are \\begin{{{begin} \\item hot stars, \\item cold stars and\n"
        f"\\item no stars \\end{{{name}}} in all fields. It ends."
    )
    first, second, third = (f"{each} ".lstrip() for each in labels.split(" "))
    assert text_of(body) == (
        f"The cases are {first}hot stars, {second}cold stars and {third}no stars in all fields. "
        "It ends."
    )


def test_labels_of_words_stand_apart_from_the_item() -> None:
    items = r"\item[Tutorials] The first. \item[(a)] Two. \item[x] Of it."
    body = f"\\begin{{description}}{items}\\end{{description}}"
    assert [p.text for p in document(body).passages] == [
        "Tutorials: The first.",
        "(a) Two.",
        "x Of it.",
    ]


def test_descriptions_within_a_line_keep_their_labels() -> None:
    body = r"We see \begin{inparadesc}\item[A] hot and \item[B] cold ones\end{inparadesc} here."
    assert text_of(body) == "We see A hot and B cold ones here."


@pytest.mark.parametrize(
    "command",
    [
        r"\printbibliography[heading=bibintoc,title={References}]",
        r"\printbibliography [heading=none]",
        r"\printnoidxglossary[type=\acronymtype,title=List]",
        r"\printglossary[type=main]",
        r"\printglossaries",
        r"\printacronyms[include=abbrev,name=Abbreviations]",
        r"\printunsrtglossary[type=symbols]",
        r"\printindex",
        r"\printnomenclature[2cm]",
        r"\glsaddall[types={main}]",
        r"\acsetup{first-style=short}",
        r"\unknownlist[columns=2, title={Signs}]",
        "\\begin{acronym}[AGN]\n\\acro{x}[X]{ex}\n\\acrodef{y}[Y]{why}\n\\end{acronym}",
        "\\begin{theglossary}\\item one\\end{theglossary}",
    ],
)
def test_options_and_lists_of_names_are_no_text(command: str) -> None:
    read = document(f"The flux falls.\n{command}\n\nIt rises.")
    assert [p.text for p in read.passages] == ["The flux falls.", "It rises."]


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        (r"\DeclareAcronym{agn}{short=AGN, long=active galactic nucleus}", r"\ac{agn}"),
        (
            "\\DeclareAcronym{agn}{\n  short = {AGN} ,\n  long  = active galactic nucleus ,\n"
            "  class = abbrev\n}",
            r"\ac{agn}",
        ),
        (r"\newacronym{agn}{AGN}{active galactic nucleus}", r"\gls{agn}"),
        (r"\newacronym[longplural={nuclei}]{agn}{AGN}{active galactic nucleus}", r"\gls{agn}"),
        (r"\newabbreviation{agn}{AGN}{active galactic nucleus}", r"\gls{agn}"),
        (r"\acrodef{agn}[AGN]{active galactic nucleus}", r"\ac{agn}"),
        (r"\newacro{agn}[AGN]{active galactic nucleus}", r"\ac{agn}"),
        (r"\newdualentry{agn}{AGN}{active galactic nucleus}{A bright core.}", r"\gls{agn}"),
        (
            r"\newglossaryentry{agn}{name={AGN}, first={active galactic nucleus (AGN)}}",
            r"\gls{agn}",
        ),
    ],
)  # fmt: skip
def test_abbreviations_are_printed_however_they_are_declared(declared: str, used: str) -> None:
    text = text_of(f"An {used} shines; the {used} fades.", declared)
    assert text == "An active galactic nucleus (AGN) shines; the AGN fades."


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"Set \texttt{\$HOME} first.", "Set $HOME first."),
        (r"It costs US\$300, A\$5, \$1.5M or 5\$.", "It costs US$300, A$5, $1.5M or 5$."),
        (r"See \url{https://test.lab/a?b=c$d} for it.", "See https://test.lab/a?b=c$d for it."),
        (r"Type \texttt{\$ python run.py} or \verb|$PATH|.", "Type $ python run.py or $PATH."),
        (r"About $\$3$ million or \textdollar5.", "About $3 million or $5."),
        (r"It costs \$5 per $10^3$ stars.", "It costs $5 per 10³ stars."),
    ],
)  # fmt: skip
def test_dollar_signs_stay_dollar_signs(tex: str, text: str) -> None:
    assert text_of(tex) == text


def test_dollar_signs_are_no_formulas_in_a_sentences_tex() -> None:
    passage = document(r"It costs \$5 or \$7 per $10^3$ stars \cite{a}.").passages[0]
    (sentence,) = sentences_of(passage)
    assert sentence.tex == r"It costs \$5 or \$7 per $10^3$ stars \cite{a}."
    assert render(sentence.text, sentence.tex, "seed") == (
        "It costs $ 5 or $ 7 per [MATH_tex=10^3] stars <CIT> ."
    )


@pytest.mark.parametrize(
    "note",
    [
        r"\url{https://host.org/code}",
        r"\url{https://host.org/code}.",
        r"See \url{https://host.org/code}",
        r"\href{https://host.org}{https://host.org/code}",
        r"http://www.host.org/\~{}code/",
        r"www.host.org",
        r"Available at \url{https://host.org/a} and \url{https://host.org/b}.",
        r"\texttt{github.com/someone/code}",
        r"E-mail: \texttt{a.person@host.org}",
        r"doi:10.5281/zenodo.1234",
    ],
)
def test_notes_that_are_addresses_are_no_sentences(note: str) -> None:
    read = document(f"We use the code\\footnote{{{note}}} of the team. It is fast.")
    assert [p.text for p in read.passages] == ["We use the code of the team. It is fast."]


def test_notes_that_say_more_than_an_address_are_kept() -> None:
    body = r"We use it\footnote{The code lies at \url{https://host.org/code}.} here."
    assert [p.text for p in document(body).passages] == [
        "We use it here.",
        "The code lies at https://host.org/code.",
    ]


def test_customary_names_whose_definition_is_missing_stay_apart() -> None:
    assert text_of(r"At $\approx$80\km above it, 5 \kpc, \lcdm\ and \kms.") == (
        "At ≈80km above it, 5 kpc, ΛCDM and km s⁻¹."
    )


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"See \figref{map}, too.", "See Figure 1, too."),
        (r"See Fig.~\figref{map}.", "See Fig. 1."),
        (r"See \secref{one} and \secref{two}.", "See Section 1 and Section […]."),
        (r"See (\figref{fig:map}).", "See (Figure 1)."),
    ],
)
def test_authors_own_references_whose_definition_is_missing(tex: str, text: str) -> None:
    body = r"\section{A}\label{sec:one} \begin{figure}\caption{B.}\label{fig:map}\end{figure}"
    assert document(body + tex).passages[0].text == text


def test_the_space_after_a_colour_is_passed_over() -> None:
    assert text_of(r"It is (\color{red} hot) and {\color{blue} cold}, \color{black} too.") == (
        "It is (hot) and cold, too."
    )

"""Labels of citations: whatever a bibliography looks like, a paper is cited as people cite it."""

from __future__ import annotations

import pytest

from astrosearch.corpus.latex import read_latex
from tests.corpus.test_latex import Files, document

BIB = r"""@string{me = "Smith, Jane"}
@STRING(apj = {The Astrophysical Journal})
@string{ twenty = 2020 }
@article{joined, author = me # " and Jones, Bob", title={T}, journal = apj, year={2010}}
@article{named, author = ME, year = twenty}
@inproceedings{cross, author={Lee, Ann}, title={T}, crossref={proc}}
@incollection{chapter, author="Ek, Bo and Roe, Ann and Lee, Ann", title={T}, crossref = "Proc"}
@proceedings{proc, editor={King, Bob}, title={P}, year=2016}
@misc{inprep, author={Prep, Ann}, title={T}, year={in prep.}}
@article{submitted, author={Sub, Ann}, title={T}, journal={ApJ, submitted}}
@unpublished{pubstate, author={Press, Ann}, title={T}, pubstate={inpress}}
@article{eprint, author={Post, Ann}, title={T}, eprint={1803.01234}}
@misc{noyear, author={None, Ann}, title={T}}
@misc{dated, author={Day, Ann}, date={2012-05-01}}
@misc{body, organization={{European Space Agency}}, title={T}, year=1997}
@manual{titled, title={The {Kode} Manual}, year=2001}
@book{edited, editor={Cox, A. N.}, title={Quantities}, year=2000}
@article{particle, author={van der Marel, R. P. and de Mink, S.~E.}, year=2004}
@article{suffix, author={Robert C. {Kennicutt} Jr}, year=1998}
@article{wrong, author={Roe, A., Lee, B., Ek, C.}, year=2003}
@article{Team, author={{Planck Collaboration} and Ade, P. A. R. and others}, year=2016}
"""


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("joined", "Smith and Jones (2010)"),
        ("named", "Smith (2020)"),
        ("cross", "Lee (2016)"),
        ("chapter", "Ek et al. (2016)"),
        ("inprep", "Prep (in prep.)"),
        ("submitted", "Sub (submitted)"),
        ("pubstate", "Press (in press)"),
        ("eprint", "Post (2018)"),
        ("noyear", "None"),
        ("dated", "Day (2012)"),
        ("body", "European Space Agency (1997)"),
        ("titled", "The Kode Manual (2001)"),
        ("edited", "Cox (2000)"),
        ("particle", "van der Marel and de Mink (2004)"),
        ("suffix", "Kennicutt (1998)"),
        ("wrong", "Roe et al. (2003)"),
        ("team", "Planck Collaboration et al. (2016)"),
    ],
)
def test_bibtex_entries_give_labels(key: str, label: str) -> None:
    body = f"As \\citet{{{key}}} said.\n\\bibliography{{refs}}"
    assert document(body, refs__bib=BIB).passages[0].text == f"As {label} said."


@pytest.mark.parametrize(
    ("item", "label"),
    [
        (r"\bibitem[Smith, Jones, \& Doe 2010]{k} Smith", "Smith et al. (2010)"),
        (r"\bibitem[Roe et al., 2010]{k} Roe", "Roe et al. (2010)"),
        (r"\bibitem[Roe \& Lee, 2011a]{k} Roe", "Roe and Lee (2011a)"),
        (r"\bibitem[{Roe {et~al.}}(2010){Roe}, {Lee}]{k} Roe", "Roe et al. (2010)"),
        (r"\bibitem[Roe (in prep.)]{k} Roe", "Roe (in prep.)"),
        (r"\bibitem[Roe et al. in press]{k} Roe", "Roe et al. (in press)"),
        (r"\bibitem[\protect\citename{Roe et al. }1999]{k} Roe", "Roe et al. (1999)"),
        (r"\bibitem[\protect\BCAY{Roe, \BBA{} Ek}{Roe et al.}{2001}]{k} R", "Roe et al. (2001)"),
        (
            r"\bibitem[SJD10]{k} Smith, A., Jones, B., \& Doe, C. 2010, ApJ, 1, 2",
            "Smith et al. (2010)",
        ),
        (r"\bibitem[SJD10]{k} (unpublished).", "SJD10"),
        (r"\bibitem[12]{k} Smith A., Jones B., 2012, ApJ, 1, 2", "Smith and Jones (2012)"),
        (r"\bibitem[]{k} Smith A., 2012, ApJ, 1, 2", "Smith (2012)"),
        (r"\bibitem{k} Smith A., Jones B., et al., 2012, MNRAS, 1, 2", "Smith et al. (2012)"),
        (r"\bibitem{k} Smith JA, Roe B and Doe CD. On it. 2012; 5.", "Smith et al. (2012)"),
        (r"\bibitem{k} Abbott et al. 2016, PRL, 116, 061102", "Abbott et al. (2016)"),
        (r"\bibitem{k} Far Collaboration, Ade, P. A., et al. 2016", "Far Collaboration (2016)"),
        (r"\bibitem{k} Pe\~na Ram, A., \& Mac Low, M. 2016", "Peña Ram and Mac Low (2016)"),
        (r"\bibitem{k} De Lucia G., Blaizot J., 2007, MN", "De Lucia and Blaizot (2007)"),
        (r"\bibitem{k} Smith, Jane and Roe, Ann. On light. ApJ, 2014.", "Smith and Roe (2014)"),
        (r"\bibitem{k} Roe A., Lee B., in prep.", "Roe and Lee (in prep.)"),
        (r"\harvarditem[Roe et al.]{Roe, Lee, Ek}{2002}{k} Roe", "Roe et al. (2002)"),
        (r"\bib{k}{article}{author={Roe, A.}, author={Lee, B}, date={1999}}", "Roe and Lee (1999)"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["body", "bbl", "filecontents"])
def test_printed_lists_give_labels(item: str, label: str, place: str) -> None:
    listed = f"\\begin{{thebibliography}}{{9}}\n{item}\n\\end{{thebibliography}}\n"
    if place == "bbl":
        read = document("As \\citet{k} said.", ms__bbl=listed)
    elif place == "filecontents":
        listed = f"\\begin{{filecontents*}}{{ms.bbl}}\n{listed}\\end{{filecontents*}}\n"
        read = document("As \\citet{k} said.", listed)
    else:
        read = document("As \\citet{k} said.\n" + listed)
    assert read.passages[0].text == f"As {label} said."


@pytest.mark.parametrize("option", ["", "[overwrite]"])
@pytest.mark.parametrize("star", ["", "*"])
def test_bib_files_within_the_main_file_count(option: str, star: str) -> None:
    within = (
        f"\\begin{{filecontents{star}}}{option}{{refs.bib}}\n"
        f"@article{{ab, author={{Smith, Jane}}, year={{2011}}}}\n\\end{{filecontents{star}}}\n"
    )
    body = "From \\citet{ab} of old.\n\\bibliography{refs}"
    assert document(body, within).passages[0].text == "From Smith (2011) of old."


NEW = r"""\entry{k}{article}{}
  \name{author}{2}{}{%
    {{hash=1a}{%
       family={Huff},
       familyi={H\bibinitperiod},
       given={Eric}}}%
    {{hash=2b}{family={{van Mandelbaum}}, given={R.}}}%
  }
  \strng{namehash}{x}
  \name{editor}{1}{}{{{hash=3c}{family={King}}}}
  \field{year}{2017}
\endentry"""
OLD = r"""\entry{k}{article}{}
  \name{labelname}{1}{}{%
    {{hash=ab12}{Huff}{H\bibinitperiod}{Eric}{E\bibinitperiod}{}{}{}{}}%
  }
  \field{year}{2017}
\endentry"""
UNPUBLISHED = NEW.replace(r"\field{year}{2017}", r"\field{pubstate}{inpreparation}")


@pytest.mark.parametrize(
    ("listed", "label"),
    [
        (NEW, "Huff and van Mandelbaum (2017)"),
        (OLD, "Huff (2017)"),
        (UNPUBLISHED, "Huff and van Mandelbaum (in preparation)"),
    ],
)
def test_what_biber_writes_gives_labels(listed: str, label: str) -> None:
    read = document("As \\citet{k} said.", ms__bbl=listed)
    assert read.passages[0].text == f"As {label} said."


def test_what_revtex_writes_gives_labels() -> None:
    listed = r"""\begin{thebibliography}{1}
\bibitem [{\citenamefont {Huff}\ \emph {et~al.}(2017)\citenamefont {Huff}}]{k}%
  \BibitemOpen\bibfield  {author} {\bibinfo {author} {\bibfnamefont {E.}~\bibnamefont {Huff}}}
\end{thebibliography}"""
    assert document("As \\citet{k} said.", ms__bbl=listed).passages[0].text == (
        "As Huff et al. (2017) said."
    )


@pytest.mark.parametrize(
    ("named", "lies"), [("nowhere", "refs"), ("../bib/refs", "refs"), ("gone/refs", "bib/refs")]
)
def test_a_bib_file_near_the_paper_is_found(named: str, lies: str) -> None:
    bib = "@article{HuffMcal, author={Huff, E. and Mandelbaum, R.}, year={2017}}"
    text = (
        "\\documentclass{article}\\begin{document}Seen by \\citet{HuffMcal}, here."
        f"\\bibliography{{{named}}}\\end{{document}}"
    )
    read = read_latex(Files({"ms.tex": text, lies + ".bib": bib}), "ms.tex", "x")
    assert read.passages[0].text == "Seen by Huff and Mandelbaum (2017), here."


def test_keys_are_never_printed() -> None:
    body = (
        r"As \citet{HuffMcal} said \citep[e.g.,][]{HuffMcal}, \cite{a:b_c}, \citeauthor{x},"
        r" \citeyear{x}, \citealt{Roe10,Lee20}, \citep{Roe10, known} and \citetalias{p}."
    )
    read = document(body, ms__bbl=r"\bibitem[Kay(2000)]{known} Kay")
    shown = "As […] said (e.g., […]), […], […], […], […], (Kay 2000) and […]."
    assert read.passages[0].text == shown
    assert [mark.tex for mark in read.passages[0].marks][:2] == ["HuffMcal", "HuffMcal"]


@pytest.mark.parametrize(
    ("cited", "shown"),
    [
        (r"\citetext{see \citealp{k}}", "(see Kay 2000)"),
        (r"\textcites{k}[5]{l}", "Kay (2000), Lee (2001)"),
        (r"\parencites[see][]{k}[5]{l}", "(see Kay 2000; Lee 2001)"),
        (r"\citeA<see>[p.~2]{k}", "Kay (see 2000, p. 2)"),
        (r"\citeauthor*{k}", "Kay"),
        (r"\citep[][]{k}", "(Kay 2000)"),
        (r"\citet*{k,l}", "Kay (2000), Lee (2001)"),
    ],
)
def test_forms_of_citations(cited: str, shown: str) -> None:
    listed = "\\bibitem[Kay(2000)]{k} Kay\n\\bibitem[Lee(2001)]{l} Lee"
    assert document(f"Seen {cited} so.", ms__bbl=listed).passages[0].text == f"Seen {shown} so."

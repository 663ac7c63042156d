"""Tables: their rows are no text, their captions and notes are."""

from __future__ import annotations

import pytest

from tests.corpus.test_latex import document


def table_texts(body: str) -> list[str]:
    return [p.text for p in document(body).passages if p.section == "Table caption"]


@pytest.mark.parametrize(
    "table",
    [
        r"\begin{tblr}{colspec={lc}} Name & Mass \\ Alpha & 3.4 \\ \end{tblr}",
        r"\begin{tabular*}{\textwidth}{@{\extracolsep{\fill}}lc} Name & Mass \\ \end{tabular*}",
        r"\begin{tabularx}{5cm}{lX} Name & Mass \end{tabularx}",
        r"\begin{longtabu} to \linewidth {lX} Name & Mass \end{longtabu}",
        r"\begin{tabu}{lX} Name & Mass \end{tabu}",
        r"\begin{xltabular}{\linewidth}{lX} Name & Mass \\ \end{xltabular}",
        r"\begin{longtblr}[label=none]{lc} Name & Mass \\ \end{longtblr}",
        r"\begin{supertabular}{lc} Name & Mass \\ \end{supertabular}",
        r"\begin{longtable}{lc} Name & Mass \\ \endhead Alpha & 3.4 \end{longtable}",
        r"\begin{deluxetable*}{lc}\startdata Name & Mass \\ \enddata\end{deluxetable*}",
        r"\begin{sidewaystable}\begin{tabular}{lc} Name & Mass \end{tabular}\end{sidewaystable}",
        r"\begin{minipage}{5cm}\begin{tabular}{lc} Name & Mass \end{tabular}\end{minipage}",
        r"$$\vbox{\halign{#\hfil&\quad#\cr Beta & 5.6\cr}}$$",
        r"\halign to \hsize{#\hfil&\quad#\cr Beta & 5.6\cr}",
        r"\vbox{\halign{#\hfil&\quad#\cr Beta & 5.6\cr}}",
        "\\settabs 3 \\columns\n\\+ Beta & 5.6 & 3 \\cr\n\\+ Gamma & 5.7 & 3 \\cr\n",
        r"\begin{table}\begin{tabular}{lc} Name & Mass \end{tabular}\end{table}",
        r"\begin{ruledtabular}\begin{tabular}{lc} Name & Mass \end{tabular}\end{ruledtabular}",
        r"\begin{NiceTabular}{lc} Name & Mass \end{NiceTabular}",
        r"\csvautotabular{data.csv}",
    ],
)
def test_rows_are_no_text(table: str) -> None:
    read = document(f"The flux falls.\n{table}\nIt rises again.")
    assert " ".join(p.text for p in read.passages) == "The flux falls. It rises again."


NOTE = "The note of the table says that fluxes are in Jy."


@pytest.mark.parametrize(
    "note",
    [
        rf"\begin{{tablenotes}}\item[a] {NOTE}\end{{tablenotes}}",
        rf"\begin{{tablenotes}}[flushleft]\small \item {NOTE}\end{{tablenotes}}",
        rf"\begin{{flushleft}}$^a$ {NOTE}\end{{flushleft}}",
        rf"\\ \footnotesize{{{NOTE}}}",
        rf"\begin{{minipage}}{{5cm}}\textsuperscript{{a}} {NOTE}\end{{minipage}}",
        rf"\tablefoot{{{NOTE}}}",
        rf"\tablefoot{{\tablefoottext{{a}}{{{NOTE}}}}}",
        rf"\tablenotetext{{a}}{{{NOTE}}}",
        rf"\tablecomments{{{NOTE}}}",
        rf"\par\noindent {NOTE}",
        rf"\raggedright {NOTE}",
        rf"\begin{{list}}{{}}{{}}\item[$^a$] {NOTE}\end{{list}}",
        rf"\parbox{{5cm}}{{{NOTE}}}",
        rf"\footnotetext{{{NOTE}}}",
    ],
)
@pytest.mark.parametrize("float", ["table", "table*", "sidewaystable", "threeparttable"])
def test_notes_beside_tables_are_text(note: str, float: str) -> None:
    body = (
        f"\\begin{{{float}}}[ht]\\centering\\caption{{Masses of stars.}}\\label{{t}}\n"
        f"\\begin{{tabular}}{{l}}Mass\\tnote{{a}} & A\\end{{tabular}}{note}\n\\end{{{float}}}\n"
    )
    read = document(body + "The flux falls.")
    assert [p.text for p in read.passages if p.section is None] == ["The flux falls."]
    assert table_texts(body) == ["Masses of stars.", NOTE]


CAPTION = "Masses of stars."


@pytest.mark.parametrize(
    "body",
    [
        r"\begin{longtblr}[caption = {CAPTION}, note{a} = {NOTE}]{lc} A\end{longtblr}",
        r"\ctable[caption={CAPTION},label=t]{lc}{\tnote[a]{NOTE}}{A & B}",
        r"\begin{table}\caption{CAPTION}\begin{tabular}{l}A\\ \multicolumn{2}{l}{NOTE}\end{tabular}"
        r"\end{table}",
        r"\topcaption{CAPTION}\begin{supertabular}{l}A\end{supertabular}\tablecomments{NOTE}",
        r"\begin{deluxetable}{l}\tablecaption{CAPTION}\startdata A\enddata\tablecomments{NOTE}"
        r"\end{deluxetable}",
        r"\begin{landscape}\begin{table}\caption{CAPTION}NOTE\end{table}\end{landscape}",
    ],
)
def test_captions_and_notes_in_other_places(body: str) -> None:
    assert table_texts(body.replace("CAPTION", CAPTION).replace("NOTE", NOTE)) == [CAPTION, NOTE]


def test_labels_and_names_of_files_beside_tables_are_no_notes() -> None:
    body = r"""\begin{table}\caption{Masses.}
\begin{tabular}{l}A\end{tabular}
(a) first\\ my-table-of-data.py \hspace{1cm} 5.3 \end{table}"""
    assert table_texts(body) == ["Masses."]

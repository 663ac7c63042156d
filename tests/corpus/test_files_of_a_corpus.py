"""Each file of a corpus is a source, is listed with a reason and a cure, or lies beside a paper."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from astrosearch.corpus.discover import Discovery, discover
from astrosearch.corpus.identifiers import id_in_path
from astrosearch.errors import CorpusError
from tests.corpus.test_corpus import TEX, TEXT, fill_folder, names, only

PLAIN = "\\magnification=1200\n\\centerline{\\bf Dust}\n\nDust grains grow in the disc.\n\\bye\n"
PRINTED = TEX.replace("\\end{document}", "\\includegraphics[width=3cm]{plots/a}\n\\end{document}")


def reasons(found: Discovery) -> dict[str, str]:
    return {item.name: item.reason for item in found.skipped}


def all_files(found: Discovery) -> list[str]:
    return sorted([*names(found), *reasons(found), *found.others])


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("library.bib", "Give their sources"),
        ("library.ris", "references"),
        ("library.enw", "references"),
        ("run.ipynb", "Markdown"),
        ("paper.rst", "Markdown"),
        ("paper.adoc", "Markdown"),
        ("paper.org", "export it as LaTeX"),
        ("paper.lyx", "export it as LaTeX"),
        ("paper.Rmd", ".md"),
        ("paper.qmd", ".md"),
        ("feed.atom", ".json"),
        ("table.csv", "running text"),
        ("table.xlsx", "running text"),
        ("a.DOCX", "save it as text"),
        ("a.doc", "save it as text"),
        ("a.odt", "save it as text"),
        ("a.pages", "save it as text"),
        ("a.rtf", "save it as text"),
        ("a.epub", "save it as text"),
        ("a.html", "save it as text"),
        ("a.xml", "save it as text"),
        ("a.djvu", "paper's source"),
        ("a.ps", "paper's source"),
        ("a.pdf", "paper's source"),
        ("a.ps.gz", "paper's source"),
        ("a.zip", "unpack it"),
        ("a.rar", "unpack it"),
        ("a.7z", "unpack it"),
        ("a.tar.bz2", "unpack it"),
        ("a.tar.xz", "unpack it"),
        ("a.tar.Z", "unpack it"),
        ("talk.pptx", "save their text"),
        ("notes", "rename it"),
        ("An essay on dust", "rename it"),
    ],
)
def test_a_file_that_may_be_missed_is_listed_with_its_cure(
    tmp_path: Path, name: str, cure: str
) -> None:
    fill_folder(tmp_path, {"a.txt": TEXT, f"deep/{name}": TEXT})
    found = discover(tmp_path)
    assert names(found) == ["a.txt"]
    assert cure in reasons(found)[f"deep/{name}"]
    with pytest.raises(CorpusError, match=r"nothing to index(?s:.)*Supported formats: LaTeX"):
        discover(tmp_path / "deep")
    with pytest.raises(CorpusError, match="nothing to index"):
        discover(tmp_path / "deep" / name)


def test_every_file_is_in_one_of_three_lists(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.txt": TEXT,
        "p/ms.tex": PRINTED,
        "p/part.tex": "x",
        "p/plots/a.pdf": b"%PDF",
        "p/refs.bib": "@article{a}",
        "p/notes.txt": TEXT,
        "data/map.fits": b"SIMPLE",
        "data/run.py": "print()",
        "data/photo.png": b"\x89PNG",
        "data/map.fits.gz": gzip.compress(b"SIMPLE"),
        "Makefile": "all:",
        "README": "x",
        "README.md": "x",
        "core": b"\x7fELF\0\0\0",
        "x.csv": "1,2",
        "s.pdf": b"%PDF",
    }
    found = discover(fill_folder(tmp_path, files))
    assert all_files(found) == sorted(files)
    assert names(found) == ["a.txt", "p/ms.tex"]
    assert set(reasons(found)) == {"p/part.tex", "p/notes.txt", "x.csv", "s.pdf"}


def test_an_error_counts_what_it_does_not_name(tmp_path: Path) -> None:
    fill_folder(tmp_path, {f"{n}.pdf": b"%PDF" for n in range(42)})
    with pytest.raises(CorpusError, match=r"(?s)12\.pdf.*\.\.\. and 37 more\n"):
        discover(tmp_path)


@pytest.mark.parametrize(
    "figure",
    [
        "a.pdf",
        "fig/a.pdf",
        "plots/deep/b.eps",
        "f1.ps",
        "ms.pdf",
        "data.csv",
        "refs.bib",
        "run.ipynb",
    ],
)
def test_what_lies_beside_the_only_paper_is_its_own(tmp_path: Path, figure: str) -> None:
    found = discover(fill_folder(tmp_path, {"ms.tex": TEX, figure: b"%PDF"}))
    assert (reasons(found), found.others) == ({}, (figure,))


def test_figures_are_told_from_papers_beside_others(tmp_path: Path) -> None:
    text = PRINTED.replace(
        "Dust grains", "\\plottwo{f1.eps}{f2}\\epsfig{file=f3.ps,width=2cm} Dust"
    )
    figures: dict[str, str | bytes] = {
        "plots/a.pdf": b"%PDF",
        "f1.eps": b"%!",
        "f2.ps": b"%!",
        "f3.ps": b"%!",
    }
    figures |= {"figures/x.pdf": b"%PDF", "ms.pdf": b"%PDF"}
    papers: dict[str, str | bytes] = {
        "smith2020.pdf": b"%PDF",
        "2301.00001.pdf": b"%PDF",
        "q/jones.pdf": b"%PDF",
    }
    found = discover(fill_folder(tmp_path, {**figures, **papers, "ms.tex": text, "b.txt": TEXT}))
    assert set(reasons(found)) == set(papers)
    assert set(found.others) == set(figures)


@pytest.mark.parametrize(
    "name",
    [
        "paper",
        "astro-ph9501019/paper",
        "old/paper.aas",
        "ms.ltx",
        "ms.latex",
        "ms.TEX",
        "rings.9501",
    ],
)
@pytest.mark.parametrize("text", [TEX, PLAIN, "% written by hand\n" * 400 + TEX])
def test_tex_is_a_source_under_any_name(tmp_path: Path, name: str, text: str) -> None:
    found = discover(fill_folder(tmp_path, {name: text, "b.txt": TEXT}))
    assert {source.kind for source in found.sources if source.name == name} == {"latex"}
    (source,) = [source for source in found.sources if source.name == name]
    assert any("Dust grains grow" in p.text for p in only(source).passages)


def test_backup_copies_and_code_are_no_sources(tmp_path: Path) -> None:
    copies = dict.fromkeys(["ms.tex~", "ms.tex.bak", "ms.tex.orig", "#ms.tex#", "make.py"], TEX)
    found = discover(fill_folder(tmp_path, {"ms.tex": TEX, **copies}))
    assert names(found) == ["ms.tex"]


@pytest.mark.parametrize(
    "name",
    [
        "2301.00028v1 (1).tar.gz", "2301.00028v1(2).tar.gz", "2301.00028v1 - Copy.gz",
        "2301.00028v1 - Copy (2).tex", "2301.00028v1 copy.tar.gz", "2301.00028v1 copy 2.txt",
        "Copy of 2301.00028v1.tar.gz", "2301.00028v1.tar.gz.1", "2301.00028v1.tar (1).gz",
        "arXiv-2301.00028v1 (3).tar.gz", "[2301.00028v1] On the light of stars.tar.gz",
        "[2301.00028v1].txt", "2301.00028v1-1.tar.gz", "2301.00028v1_1.tar.gz",
        "2301.00028v1 (1)", "2301.00028v1.1", "2301.00028v1[1].tar.gz", "2301.00028v1 Kopie.txt",
    ],
)  # fmt: skip
def test_a_download_keeps_its_id_whatever_a_browser_makes_of_its_name(name: str) -> None:
    assert id_in_path(name) == ("2301.00028", 1)


@pytest.mark.parametrize(
    "name", ["notes 2301.00028 (1).txt", "2301.00028 (draft).tex", "flux 2301.tex", "table (1).txt"]
)
def test_other_names_give_no_id(name: str) -> None:
    assert id_in_path(name) is None


def test_a_link_that_leads_out_is_listed_with_its_target(tmp_path: Path) -> None:
    outside = fill_folder(tmp_path / "outside", {"a.txt": TEXT})
    corpus = fill_folder(tmp_path / "corpus", {"b.txt": TEXT})
    (corpus / "project").symlink_to(outside)
    assert f"index {outside} too" in reasons(discover(corpus))["project"]


def test_a_text_that_is_indexed_stays_a_paper_when_latex_comes_beside_it(tmp_path: Path) -> None:
    corpus = fill_folder(tmp_path, {"y/smith.txt": TEXT, "y/new.tex": TEX})
    assert names(discover(corpus)) == ["y/new.tex"]
    assert names(discover(corpus, {str(corpus / "y/smith.txt")})) == ["y/new.tex", "y/smith.txt"]

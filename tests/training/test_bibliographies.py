"""Bibliographies and author lines that never end, nest or double take time in proportion."""

from __future__ import annotations

import pytest

from astrosearch.corpus.authors import split_authors
from astrosearch.corpus.latex import read_latex
from astrosearch.corpus.tree import MemoryTree
from astrosearch.training.pairs import bibliography
from astrosearch.training.pairs.bibliography import LONGEST_VALUE, bib_entries
from tests.support.growth import assert_linear

MAIN = b"\\documentclass{a}\\begin{document}Seen \\cite{a,b}.\\bibliography{r}\\end{document}"


@pytest.mark.parametrize("unit", ["@string{a={", "@article{a,b={", '@a{a,t="{', "@a{a,b={}}{"])
def test_entries_that_never_end_take_time_in_proportion(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bibliography, "MANY_ENTRIES", 1)
    assert_linear(lambda size: list(bib_entries(unit * (size // len(unit)))), 5_000)


@pytest.mark.parametrize("unit", ["\\bibitem[", "\\bibitem[{", "\\bibitem[(a)"])
def test_labels_that_never_end_take_time_in_proportion(unit: str) -> None:
    def read(size: int) -> None:
        files = {"ms.tex": MAIN, "ms.bbl": unit.encode() * (size // len(unit))}
        document = read_latex(MemoryTree(files), "ms.tex", "x")
        assert [passage.text for passage in document.passages] == ["Seen […]."]

    assert_linear(read, 2_500)


def test_strings_of_strings_do_not_grow_without_bound() -> None:
    text = "@string{s0 = {dust and gas }}\n"
    text += "".join(f"@string{{s{n} = s{n - 1} # s{n - 1}}}\n" for n in range(1, 60))
    text += "@article{key, title = s59, year = 2001}\n"
    ((key, fields),) = bib_entries(text)
    assert key == "key"
    assert len(fields["title"]) == LONGEST_VALUE
    assert fields["year"] == "2001"


def test_an_entry_that_never_ends_costs_no_other() -> None:
    text = "".join(f"@article{{k{n}, title = {{Dust and gas {n},\n}}\n" for n in range(20))
    found = dict(bib_entries(text + "@article{last, title = {Cold dust}}\n"))
    assert len(found) == 21
    assert found["last"] == {"title": "Cold dust"}


@pytest.mark.parametrize("unit", ["for ", "representing A. B, "])
def test_author_lines_take_time_in_proportion(unit: str) -> None:
    assert_linear(lambda size: split_authors(unit * (size // len(unit))), 4_000)


def test_brackets_in_brackets_take_time_in_proportion() -> None:
    assert_linear(lambda size: split_authors("(" * size + ")" * size), 4_000)
    assert split_authors("A. Bee (((x) y) z) and C. Dee (e") == ("A. Bee", "C. Dee")

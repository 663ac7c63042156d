"""Which papers a bundle holds: drafts told from papers, tar files of many, TeX under any name."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

import astrosearch
from astrosearch.corpus.discover import discover
from astrosearch.corpus.document import Document, LeftOut
from astrosearch.corpus.read import read_source
from astrosearch.errors import Unreadable
from tests.corpus.test_bundles import tarred
from tests.support.encoders import WordEncoder

TRUE, DRAFT = "Rings around cold stars", "An early look at rings"


def paper(title: str = TRUE, words: int = 1) -> bytes:
    text = "We measured the rings with a small telescope. " * words
    return (
        f"\\documentclass{{aastex631}}\n\\begin{{document}}\n\\title{{{title}}}\n"
        f"\\begin{{abstract}}{text}\\end{{abstract}}\n\\section{{Results}}\n{text}\n"
        "\\end{document}\n"
    ).encode()


PLAIN = (
    b"\\magnification=1200\n\\nopagenumbers\n\\centerline{\\bf Rings around cold stars}\n\n"
    b"We measured the rings with a small telescope.\n\\bye\n"
)


def read(folder: Path, name: str, content: bytes) -> list[Document | Unreadable]:
    (folder / name).write_bytes(content)
    return [item for source in discover(folder / name).sources for item in read_source(source)]


def found(folder: Path, name: str, content: bytes) -> dict[str, str]:
    """Id -> the file that was read, below the bundle."""
    return {
        item.paper.id: item.passages[0].origins[0].file.partition("/")[2]
        for item in read(folder, name, content)
        if isinstance(item, Document)
    }


def bundled(*files: tuple[str, bytes]) -> bytes:
    return gzip.compress(tarred(*files))


def one_paper(folder: Path, *files: tuple[str, bytes]) -> tuple[str, set[str]]:
    """The file read of a bundle that is one paper, and the documents that are left out."""
    items = read(folder, "2301.00001v2.tar.gz", bundled(*files))
    (document,) = [item for item in items if isinstance(item, Document)]
    left_out = [item for item in items if isinstance(item, LeftOut)]
    assert len(items) == 1 + len(left_out)
    assert document.paper.id == "2301.00001"
    assert document.version == 2
    assert {str(item) for item in left_out} == set(document.warnings)
    names = {item.name.partition("/")[2] for item in left_out}
    return document.passages[0].origins[0].file.partition("/")[2], names


@pytest.mark.parametrize(
    ("main", "other"),
    [
        ("ms.tex", "ms_old.tex"),
        ("ms.tex", "ms-draft.tex"),
        ("ms.tex", "draft_ms.tex"),
        ("paper.tex", "paper.bak.tex"),
        ("paper.tex", "Copy of paper.tex"),
        ("paper.tex", "paper (copy).tex"),
        ("paper.tex", "old/paper.tex"),
        ("paper.tex", "Backup/paper_full.tex"),
        ("rings.tex", "submitted/rings.tex"),
        ("rings.tex", "previous_version/rings.tex"),
        ("rings.tex", "rings_diff.tex"),
        ("rings.tex", "rings_orig.tex"),
        ("rings_v3.tex", "rings_v2.tex"),
        ("main.tex", "APJmain.tex"),
        ("main.tex", "sample631.tex"),
        ("rings.tex", "response_to_referee.tex"),
        ("rings.tex", "supplement.tex"),
        ("main.tex", "main.tex~"),
        ("main.tex", "main.tex.old"),
        ("src/main.tex", "src/archive/main.tex"),
    ],
)
def test_a_longer_draft_beside_the_paper_is_left_out_and_named(
    tmp_path: Path, main: str, other: str
) -> None:
    assert one_paper(tmp_path, (main, paper()), (other, paper(words=40))) == (main, {other})


def test_a_draft_alone_is_the_paper(tmp_path: Path) -> None:
    for name in ("draft.tex", "old/ms_v1.bak.tex", "response.tex"):
        assert one_paper(tmp_path, (name, paper())) == (name, set())


def test_the_document_with_its_own_bbl_is_the_paper(tmp_path: Path) -> None:
    files = (("a.tex", paper(words=9)), ("rings.tex", paper()), ("rings.bbl", b"\\bibitem{x}"))
    assert one_paper(tmp_path, *files) == ("rings.tex", {"a.tex"})


READMES = {
    "00README.XXX": b"long.tex ignore\n",
    "00README": b"% files\nlong.tex   ignore\nms.tex toplevelfile\n",
    "00readme.txt": b"ms.tex toplevelfile\nlong.tex ignore\n",
    "00README.json": json.dumps(
        {
            "process": {"compiler": "pdflatex"},
            "sources": [{"usage": "ignore", "filename": "long.tex"}],
        }
    ).encode(),
    "00README.ndjson": b'{"filename": "ms.tex", "usage": "toplevel"}\n'
    b'{"filename": "long.tex", "usage": "ignore"}\n',
    "00README.yaml": b"spec_version: 1\nsources:\n  - filename: ms.tex\n    usage: toplevel\n"
    b"  - usage: ignore\n    filename: 'long.tex'\n",
    "00README.yml": b"sources:\n- {filename: long.tex, usage: ignore}\n"
    b"- {filename: ms.tex, usage: toplevel}\n",
    "00README.toml": b'[[sources]]\nfilename = "long.tex"\nusage = "ignore"\n',
}


@pytest.mark.parametrize("readme", READMES)
def test_a_readme_tells_what_is_ignored(tmp_path: Path, readme: str) -> None:
    files = (("ms.tex", paper()), ("long.tex", paper(words=40)), (readme, READMES[readme]))
    assert one_paper(tmp_path, *files) == ("ms.tex", {"long.tex"})


PART = b"\\documentclass[ms]{subfiles}\n\\begin{document}Rings turn.\\end{document}\n"


@pytest.mark.parametrize("name", ["2301.00001v2.tar.gz", "rings.tar.gz"])
def test_each_document_that_a_readme_ignores_is_named(tmp_path: Path, name: str) -> None:
    main = paper().replace(b"\\section{R", b"\\input{part}\\subfile{other}\\section{R")
    files = (
        ("ms.tex", main),
        ("long.tex", paper("Rings, at length", words=40)),
        ("plain.tex", PLAIN),
        ("part.tex", b"A part that is read."),
        ("other.tex", PART),
        ("macros.tex", b"\\def\\ring{ring}"),
        ("fig.eps", b"%!PS"),
        (
            "00README.XXX",
            b"".join(
                f"{each} ignore\n".encode()
                for each in ("long", "plain.tex", "part.tex", "other.tex", "macros.tex", "fig.eps")
            ),
        ),
    )
    items = read(tmp_path, name, bundled(*files))
    assert [type(item) for item in items] == [Document, LeftOut, LeftOut]
    refused = {item.name: item.reason for item in items if isinstance(item, LeftOut)}
    assert set(refused) == {f"{name}/long.tex", f"{name}/plain.tex"}
    assert all("00README" in reason for reason in refused.values())


def test_the_sums_count_what_a_readme_ignores(tmp_path: Path) -> None:
    folder = tmp_path / "corpus"
    folder.mkdir()
    files = (("ms.tex", paper()), ("long.tex", paper(words=40)), ("00README", b"long.tex ignore"))
    (folder / "2301.00001.tar.gz").write_bytes(bundled(*files))
    summary = astrosearch.build(folder, index=tmp_path / "index", encoder=WordEncoder())
    assert (summary.found, summary.indexed, summary.duplicated, summary.refused) == (2, 1, 0, 1)
    with astrosearch.open(tmp_path / "index", encoder=WordEncoder()) as index:
        assert [file for file, _ in index.failures] == ["2301.00001.tar.gz/long.tex"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("00README.XXX", b"zeta.tex toplevelfile\nalpha.tex toplevelfile\n"),
        (
            "00README.yaml",
            b"sources:\n- filename: zeta.tex\n  usage: toplevel\n"
            b"- filename: alpha\n  usage: toplevel",
        ),
        (
            "00README.json",
            b'{"sources": [{"filename": "zeta.tex", "usage": "toplevel"}, '
            b'{"filename": "alpha.tex", "usage": "toplevel"}]}',
        ),
    ],
)
def test_two_documents_that_a_readme_has_printed_are_two_papers(
    tmp_path: Path, name: str, text: bytes
) -> None:
    """The first that it names is the paper; a third document is named."""
    files = (
        ("alpha.tex", paper("Tables of rings", 9)),
        ("zeta.tex", paper()),
        ("notes.tex", paper(DRAFT)),
        (name, text),
    )
    papers = found(tmp_path, "2301.00003.tar.gz", bundled(*files))
    assert papers == {"2301.00003": "zeta.tex", "2301.00003/alpha": "alpha.tex"}


@pytest.mark.parametrize(
    "nonsense", [b"[" * 9999, b"sources: 5", b'{"sources": [1, null]}', b"\xff\xfe"]
)
def test_a_readme_that_makes_no_sense_is_passed_over(tmp_path: Path, nonsense: bytes) -> None:
    for name in ("00README.json", "00README.yaml", "00README.toml", "00README"):
        assert one_paper(tmp_path, ("ms.tex", paper()), (name, nonsense)) == ("ms.tex", set())


def test_a_readme_that_ignores_all_is_not_heeded(tmp_path: Path) -> None:
    assert one_paper(tmp_path, ("ms.tex", paper()), ("00README", b"ms.tex ignore")) == (
        "ms.tex",
        set(),
    )


@pytest.mark.parametrize("compress", [bytes, gzip.compress])
@pytest.mark.parametrize("prefix", ["", "./", "2301/", "./2301/", "././"])
def test_a_bulk_tar_is_read_however_its_members_are_written(
    tmp_path: Path, prefix: str, compress
) -> None:
    members = [
        (f"{prefix}2301.00001.gz", gzip.compress(paper())),
        (f"{prefix}2301.00002v3.tar.gz", bundled(("./ms.tex", paper()))),
        (f"{prefix}astro-ph9901004.gz", gzip.compress(PLAIN)),
        (f"{prefix}._2301.00001.gz", b"\0\5\x16\7"),
    ]
    papers = found(tmp_path, "arXiv_src_2301_001.tar", compress(tarred(*members)))
    assert set(papers) == {"2301.00001", "2301.00002", "astro-ph/9901004"}


def test_old_ids_in_a_folder_of_their_archive_are_papers(tmp_path: Path) -> None:
    members = [(f"astro-ph/990100{n}.gz", gzip.compress(paper())) for n in (4, 5)]
    assert set(found(tmp_path, "old.tar", tarred(*members))) == {
        "astro-ph/9901004",
        "astro-ph/9901005",
    }


def test_a_tar_of_folders_is_read_as_the_folder_would_be(tmp_path: Path) -> None:
    files = {
        "set/2301.00011v1/ms.tex": paper("One"),
        "set/2301.00011v1/old/ms.tex": paper("One", 30),
        "set/2301.00011v1/supplement.tex": paper("More of one"),
        "set/2301.00012/tex/main.tex": paper("Two") + b"\n",
        "set/astro-ph0001234/paper": PLAIN,
        "set/jones/ms.tex": paper("Four").replace(
            b"telescope.", b"telescope.\n\n\\input{../macros}"
        ),
        "set/lee/thesis.tex": paper("Five"),
        "set/macros.tex": b"The macros were written by hand in winter.\n",
        "set/lee/fig.png": b"\x89PNG",
        "set/README.md": b"# Papers",
    }
    items = read(tmp_path, "papers.tar.gz", bundled(*files.items()))
    papers = {item.paper.id: item for item in items if isinstance(item, Document)}
    assert set(papers) == {
        "2301.00011",
        "2301.00012",
        "astro-ph/0001234",
        "papers/set/jones/ms",
        "papers/set/lee/thesis",
    }
    assert papers["2301.00011"].version == 1
    assert papers["2301.00012"].paper.year == 2023
    assert {item.name for item in items if isinstance(item, LeftOut)} == {
        "papers.tar.gz/set/2301.00011v1/old/ms.tex",
        "papers.tar.gz/set/2301.00011v1/supplement.tex",
    }
    texts = {p.text for p in papers["papers/set/jones/ms"].passages}
    assert "The macros were written by hand in winter." in texts


def test_a_tar_of_tex_files_by_id_gives_each(tmp_path: Path) -> None:
    files = [(f"2301.0001{n}.tex", paper(f"Paper {n}")) for n in range(3)]
    papers = found(tmp_path, "mine.tar", tarred(*files))
    assert papers == {f"2301.0001{n}": f"2301.0001{n}.tex" for n in range(3)}


def test_a_tar_of_tex_files_gives_those_with_titles_of_their_own(tmp_path: Path) -> None:
    files = (
        ("smith.tex", paper("Alpha", 9)),
        ("jones.tex", paper("Beta")),
        ("jones_old.tex", paper("Beta", 9)),
    )
    items = read(tmp_path, "mine.tar", tarred(*files))
    assert {i.paper.id for i in items if isinstance(i, Document)} == {"mine", "mine/jones"}
    assert [i.name for i in items if isinstance(i, LeftOut)] == ["mine.tar/jones_old.tex"]


def test_archives_in_a_tar_are_papers_and_data_is_passed_over(tmp_path: Path) -> None:
    files = (
        ("smith.tar.gz", bundled(("ms.tex", paper("Alpha")))),
        ("more/jones.tgz", bundled(("a/ms.tex", paper("Beta")), ("2301.00044/ms.tex", paper("C")))),
        ("lee.tex.gz", gzip.compress(paper("Delta"))),
        ("maps.tar.gz", bundled(("map.fits", b"SIMPLE"))),
        ("table.dat.gz", gzip.compress(b"1 2 3")),
        ("broken.tar.gz", b"\x1f\x8bnonsense"),
    )
    items = read(tmp_path, "all.tar", tarred(*files))
    assert {item.paper.id for item in items if isinstance(item, Document)} == {
        "all/smith",
        "all/more/jones/a/ms",
        "2301.00044",
        "all/lee",
    }
    assert [item.name for item in items if isinstance(item, Unreadable)] == [
        "all.tar/broken.tar.gz"
    ]


def test_ancillary_archives_of_a_paper_are_no_papers(tmp_path: Path) -> None:
    files = (
        ("ms.tex", paper()),
        ("2301.00001.pdf", b"%PDF-1.4"),
        ("anc/code.tar.gz", bundled(("run.py", b"print()"))),
        ("anc/data.tar", tarred(("a.txt", b"1 2 3"))),
        ("anc/broken.gz", b"\x1f\x8bnonsense"),
        ("anc/thesis.tar.gz", bundled(("thesis.tex", paper(DRAFT)))),
    )
    items = read(tmp_path, "2301.00001.tar.gz", bundled(*files))
    assert [item.paper.id for item in items if isinstance(item, Document)] == ["2301.00001"]
    assert [item.name for item in items if isinstance(item, Unreadable)] == [
        "2301.00001.tar.gz/anc/thesis.tar.gz/thesis.tex"
    ]


def test_texts_in_a_tar_are_papers(tmp_path: Path) -> None:
    text = (
        b"Rings of ice\n\nIntroduction\n\nThe rings orbit the planet in the plane of its equator.\n"
    )
    files = (("2301.00021.txt", text), ("notes/rings.md", text), ("README.txt", text))
    assert set(found(tmp_path, "t.tar.gz", bundled(*files))) == {"2301.00021", "t/notes/rings"}


@pytest.mark.parametrize(
    "name",
    ["paper", "PAPER.TEX", "paper.ltx", "paper.latex", "paper.txt", "paper.aas", "paper.mn",
     "9501019", "astro-ph.9501019", "paper.tex.1", "paper.tx", "ms.v2", "rings.ams", "Paper.text"],
)  # fmt: skip
@pytest.mark.parametrize("text", [paper(), PLAIN, b"% written in 1995\n" * 400 + PLAIN])
def test_tex_is_read_under_any_name(tmp_path: Path, name: str, text: bytes) -> None:
    if name == "Paper.text" and text.startswith(b"%"):
        pytest.skip("prose until its beginning says otherwise")
    files = (
        (name, text),
        ("fig1.ps", b"%!PS-Adobe"),
        ("fig2", b"\x89PNG\0\0"),
        ("a.aux", b"\\relax"),
    )
    papers = found(tmp_path, "astro-ph9501019.tar.gz", bundled(*files))
    assert papers == {"astro-ph/9501019": name}


def test_tex_under_another_name_is_no_match_for_a_tex_file(tmp_path: Path) -> None:
    files = (("short.tex", paper()), ("long", paper(words=30)))
    assert one_paper(tmp_path, *files) == ("short.tex", {"long"})


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ((("a.pdf", b"%PDF-1.4"), ("b.png", b"x")), "no TeX source in it, but PDF files"),
        ((("a.ps", b"%!PS"),), "PostScript files"),
        ((("notes.bib", b"@article{a}"),), "no LaTeX document"),
    ],
)
def test_a_bundle_without_a_document_says_what_it_holds(
    tmp_path: Path, files: tuple[tuple[str, bytes], ...], reason: str
) -> None:
    (failure,) = read(tmp_path, "x.tar.gz", bundled(*files))
    assert isinstance(failure, Unreadable)
    assert reason in failure.reason

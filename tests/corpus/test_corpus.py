"""Finding sources in a corpus folder, and what reading them gives."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus.discover import Discovery, discover
from astrosearch.corpus.document import Document
from astrosearch.corpus.identifiers import arxiv_year, paper_url, parse_arxiv_id
from astrosearch.corpus.read import read_source as read
from astrosearch.corpus.source import Source, identify, stamp
from astrosearch.corpus.tree import MAX_FILE_BYTES, FolderTree, MemoryTree, surroundings
from astrosearch.errors import CorpusError, NotFound, Unreadable
from tests.support.counts import examples

TEX = (
    "\\documentclass{article}\n\\title{Dust}\n\\begin{document}\n\\section{Results}\n"
    "Dust grains grow in the disc within a million years of its birth.\n\\end{document}\n"
)
TEXT = "Dust in discs\n\nIntroduction\n\nDust grains grow in the disc within a million years.\n"
RECORD = {
    "id": "2301.00009",
    "title": "Dust",
    "abstract": "Dust grains grow.",
    "categories": "astro-ph.EP",
}


def fill_folder(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def names(found: Discovery) -> list[str]:
    return [source.name for source in found.sources]


def only(source: Source) -> Document:
    (document,) = read(source)
    assert isinstance(document, Document), document
    return document


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2301.01234v2.tar.gz", ("2301.01234", 2)),
        ("arXiv-2301.01234v1", ("2301.01234", 1)),
        ("arxiv_2301.01234.gz", ("2301.01234", None)),
        ("0704.1659.txt", ("0704.1659", None)),
        ("0704.1659", ("0704.1659", None)),
        ("astro-ph9805201.gz", ("astro-ph/9805201", None)),
        ("astro-ph_9805201", ("astro-ph/9805201", None)),
        ("astro-ph/9805201v1", ("astro-ph/9805201", 1)),
        ("math.GT/0309136", ("math/0309136", None)),
        ("2313.01234", None),
        ("2300.01234", None),
        ("0703.1234", None),  # the scheme began in April 2007
        ("0704.01659", None),  # four digits until the end of 2014
        ("1501.0001", None),
        ("astro-ph9813201", None),
        ("astro-ph0705201", None),
        ("notes-2301.01234", None),
        ("paper.tex", None),
        ("", None),
    ],
)
def test_arxiv_ids_are_read_from_names(name: str, expected: tuple[str, int | None] | None) -> None:
    assert parse_arxiv_id(name) == expected


@given(st.text(max_size=40))
@settings(max_examples=examples(200))
def test_any_name_gives_an_id_that_reads_as_itself_or_none(name: str) -> None:
    parsed = parse_arxiv_id(name)
    assert parsed is None or parse_arxiv_id(parsed[0]) == (parsed[0], None)


def test_an_id_states_its_year_and_page() -> None:
    assert arxiv_year("astro-ph/9805201") == 1998
    assert arxiv_year("astro-ph/0703001") == 2007
    assert arxiv_year("2301.01234") == 2023
    assert paper_url("astro-ph/9805201") == "https://arxiv.org/abs/astro-ph/9805201"
    with pytest.raises(ValueError, match="not an arXiv id"):
        arxiv_year("ms")


def test_full_texts_come_before_metadata_each_by_name(tmp_path: Path) -> None:
    fill_folder(
        tmp_path,
        {
            "a.jsonl": json.dumps(RECORD),
            "z.txt": TEXT,
            "b/ms.tex": TEX,
            "2301.00001.gz": gzip.compress(TEX.encode()),
        },
    )
    found = discover(tmp_path)
    assert names(found) == ["2301.00001.gz", "b/ms.tex", "z.txt", "a.jsonl"]
    assert [source.kind for source in found.sources] == ["bundle", "latex", "text", "metadata"]
    assert found.skipped == ()


def test_what_surrounds_papers_is_passed_over_without_fuss(tmp_path: Path) -> None:
    fill_folder(
        tmp_path,
        {
            "p/ms.tex": TEX,
            "p/refs.bib": "@article{a}",
            "p/fig.pdf": b"%PDF-1.4",
            "p/figures/a.eps": "%!PS",
            "p/notes.txt": TEXT,
            "p/data/values.json": "{}",
            "p/data/map.fits.gz": gzip.compress(b"SIMPLE"),
            "README.md": "# About",
            "LICENSE.txt": "Do as you like.",
            ".git/HEAD.txt": TEXT,
            ".hidden.tex": TEX,
        },
    )
    (tmp_path / "p" / "all").symlink_to(tmp_path)
    found = discover(tmp_path)
    assert names(found) == ["p/ms.tex"]
    assert [item.name for item in found.skipped] == ["p/notes.txt"]


def test_files_somebody_might_miss_are_listed_with_the_reason(tmp_path: Path) -> None:
    fill_folder(
        tmp_path,
        {
            "a.txt": TEXT,
            "paper.pdf": b"%PDF",
            "letter.docx": b"PK",
            "all.zip": b"PK",
            "package.json": '{"name": "x"}',
            "old.ps.gz": b"",
        },
    )
    reasons = {each.name: each.reason for each in discover(tmp_path).skipped}
    assert set(reasons) == {"paper.pdf", "letter.docx", "all.zip", "package.json", "old.ps.gz"}
    assert "give the paper's source" in reasons["paper.pdf"]
    assert "no arXiv metadata" in reasons["package.json"]


def test_a_link_that_leads_out_is_refused_and_said(tmp_path: Path) -> None:
    outside = fill_folder(tmp_path / "outside", {"secret.txt": TEXT, "deep/x.txt": TEXT})
    corpus = fill_folder(tmp_path / "corpus", {"a.txt": TEXT})
    (corpus / "b.txt").symlink_to(outside / "secret.txt")
    (corpus / "folder").symlink_to(outside / "deep")
    (corpus / "within.txt").symlink_to(corpus / "a.txt")
    found = discover(corpus)
    assert names(found) == ["a.txt", "within.txt"]
    assert [each.name for each in found.skipped] == ["b.txt", "folder"]
    (failure,) = read(Source(corpus, "b.txt", "text"))
    assert isinstance(failure, Unreadable)


def test_only_a_whole_name_tells_what_is_no_paper(tmp_path: Path) -> None:
    papers = ["changes_in_flux.txt", "Authors.of.M31.md", "notice-of-rain.txt", "security.of.x.md"]
    others = ["CHANGES.txt", "Authors.md", "readme.TXT", "code_of_conduct.md"]
    fill_folder(tmp_path, dict.fromkeys([*papers, *others], TEXT))
    found = discover(tmp_path)
    assert sorted(names(found)) == sorted(papers)
    assert found.skipped == ()


def test_metadata_beside_latex_is_read(tmp_path: Path) -> None:
    record = json.dumps(RECORD)
    fill_folder(tmp_path, {"set/ms.tex": TEX, "set/meta.jsonl": record, "set/values.json": "{}"})
    found = discover(tmp_path)
    assert names(found) == ["set/ms.tex", "set/meta.jsonl"]
    assert found.skipped == ()


def test_a_folder_that_cannot_be_listed_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_folder(tmp_path, {"a.txt": TEXT, "b/shut/c.txt": TEXT})
    scandir = os.scandir

    def refusing(path: str) -> Any:
        if path.endswith("shut"):
            raise PermissionError(13, "Permission denied", path)
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)  # file modes don't bind root
    found = discover(tmp_path)
    assert names(found) == ["a.txt"]
    assert [str(each) for each in found.skipped] == [
        "b/shut: the folder can't be read: Permission denied"
    ]


def test_pipes_and_sockets_are_listed_not_opened(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"a.txt": TEXT})
    pipes = ["0704.1659", "x.gz", "x.json", "x.tex", "x.txt"]
    for name in pipes:
        os.mkfifo(tmp_path / name)
    (tmp_path / "within.txt").symlink_to(tmp_path / "x.txt")
    found = discover(tmp_path)
    assert names(found) == ["a.txt"]
    assert [each.name for each in found.skipped] == [*pipes[:1], "within.txt", *pipes[1:]]
    assert {each.reason for each in found.skipped} == {"not a file, but a pipe, socket or device"}
    with pytest.raises(CorpusError, match=r"x\.json is a pipe"):
        discover(tmp_path / "x.json")


@pytest.mark.parametrize("name", ["", "a.txt"])
def test_a_corpus_path_that_is_not_utf8_is_refused(tmp_path: Path, name: str) -> None:
    corpus = tmp_path / os.fsdecode(b"caf\xe9")
    try:
        fill_folder(corpus, {"a.txt": TEXT})
    except OSError:
        pytest.skip("this file system refuses such names")
    with pytest.raises(CorpusError, match=r"caf\\udce9.* is not UTF-8") as refusal:
        discover(corpus / name)
    str(refusal.value).encode()


def test_a_name_that_is_not_utf8_is_listed_not_read(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"a.txt": TEXT})
    try:
        (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text(TEXT)
    except OSError:
        pytest.skip("this file system refuses such names")
    found = discover(tmp_path)
    assert names(found) == ["a.txt"]
    assert found.skipped[0].name == "caf\\udce9.txt"


def test_a_missing_corpus_names_the_absolute_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotFound, match=str(tmp_path / "papers")):
        discover(Path("papers"))


def test_a_folder_without_papers_says_what_is_read(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"a.pdf": b"%PDF", "README.md": "x"})
    with pytest.raises(CorpusError, match=r"(?s)nothing to index.*a\.pdf: PDF.*\.tar\.gz"):
        discover(tmp_path)


def test_a_single_file_is_a_corpus(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"p/0704.1659.txt": TEXT, "p/other.txt": TEXT})
    (source,) = discover(tmp_path / "p" / "0704.1659.txt").sources
    assert (source.root, source.name, source.kind) == (tmp_path / "p", "0704.1659.txt", "text")
    assert only(source).paper.id == "0704.1659"


def test_downloads_named_by_an_id_alone_are_told_by_content(tmp_path: Path) -> None:
    fill_folder(
        tmp_path,
        {
            "2301.00001v1": gzip.compress(TEX.encode()),
            "astro-ph9805201": TEX,
            "0704.1659": TEXT,
            "2301.00002": b"%PDF-1.5",
        },
    )
    found = discover(tmp_path)
    kinds = {source.name: source.kind for source in found.sources}
    assert kinds == {"2301.00001v1": "bundle", "astro-ph9805201": "latex", "0704.1659": "text"}
    assert [str(each) for each in found.skipped] == ["2301.00002: PDF only: no source"]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("2301.01234v2/main.tex", "latex", ("2301.01234", 2)),
        ("2301.01234v2/tex/main.tex", "latex", ("2301.01234", 2)),
        ("papers/0704.1659.txt", "text", ("0704.1659", None)),
        ("astro-ph/9805201.gz", "bundle", ("astro-ph/9805201", None)),
        ("latex/dust/ms.tex", "latex", ("latex/dust/ms", None)),
        ("mine.tar.gz", "bundle", ("mine", None)),
        ("draft.v2.txt", "text", ("draft.v2", None)),
    ],
)
def test_a_paper_is_named_by_its_arxiv_id_or_its_path(
    name: str, kind: str, expected: tuple[str, int | None]
) -> None:
    assert identify(Source(Path("/c"), name, kind)) == expected


def test_two_documents_below_one_id_stay_two_papers(tmp_path: Path) -> None:
    supplement = TEX.replace("Dust", "Tables", 1)
    fill_folder(tmp_path, {"2301.01234/main.tex": TEX, "2301.01234/supplement.tex": supplement})
    ids = {source.name: only(source).paper.id for source in discover(tmp_path).sources}
    assert ids == {
        "2301.01234/main.tex": "2301.01234",
        "2301.01234/supplement.tex": "2301.01234/supplement",
    }


def test_origins_and_parts_are_relative_to_the_corpus(tmp_path: Path) -> None:
    fill_folder(
        tmp_path, {"p/2301.01234v3/ms.tex": TEX, "p/b/2301.00002.gz": gzip.compress(TEX.encode())}
    )
    folder, bundle = (
        only(source) for source in sorted(discover(tmp_path).sources, key=lambda s: s.kind)[::-1]
    )
    assert folder.paper.url == "https://arxiv.org/abs/2301.01234"
    assert (folder.paper.year, folder.version) == (2023, 3)
    assert {each.file for p in folder.passages for each in p.origins} == {"p/2301.01234v3/ms.tex"}
    assert "p/2301.01234v3/ms.tex" in folder.parts
    assert bundle.parts == ("p/b/2301.00002.gz",)
    assert {each.file for p in bundle.passages for each in p.origins} == {
        "p/b/2301.00002.gz/2301.00002.tex"
    }


def test_a_stamp_changes_with_any_part_and_with_a_missing_one(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"a.tex": "1"})
    before = stamp(tmp_path, ["a.tex", "b.tex"])
    assert stamp(tmp_path, ["b.tex", "a.tex"]) == before
    (tmp_path / "b.tex").write_text("2")
    with_b = stamp(tmp_path, ["a.tex", "b.tex"])
    assert with_b != before
    (tmp_path / "a.tex").write_text("22")
    assert stamp(tmp_path, ["a.tex", "b.tex"]) != with_b


@pytest.mark.parametrize("name", ["../x", "/etc/passwd", "a/../../x", "", "a\0b", ".", "..", "dir"])
def test_a_tree_never_gives_what_lies_outside(tmp_path: Path, name: str) -> None:
    fill_folder(tmp_path, {"x": "outside", "root/dir/in.tex": "inside"})
    tree = FolderTree(tmp_path / "root")
    assert tree.read(name) is None
    assert tree.read("dir/../dir/./in.tex") == b"inside"
    assert MemoryTree({"x": b"1"}).read("../x") is None


def test_a_tree_refuses_links_out_and_huge_files(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"x": "outside", "root/in": "inside"})
    root = tmp_path / "root"
    (root / "link").symlink_to(tmp_path / "x")
    (root / "loop").symlink_to(root / "loop")
    with (root / "huge").open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    tree = FolderTree(root)
    assert tree.read("link") is None
    assert tree.read("loop") is None
    assert tree.names() == ["huge", "in", "loop"] or tree.names() == ["huge", "in"]
    with pytest.raises(Unreadable, match="64 MiB"):
        tree.read("huge")


def test_a_document_may_read_from_the_folder_above(tmp_path: Path) -> None:
    above = TEX.replace("\\end{document}", "\\input{../shared/more}\n\\end{document}")
    more = "The shared paragraph stands in the folder above, and is read too.\n"
    fill_folder(tmp_path, {"p/tex/ms.tex": above, "p/shared/more.tex": more})
    (source,) = discover(tmp_path).sources
    assert "p/shared/more.tex" in only(source).parts
    for number in range(600):  # a corpus of many papers isn't listed for each of them
        (tmp_path / f"{number}.txt").touch()
    assert surroundings(tmp_path, "p/tex") == "p"


def test_a_folder_whose_name_begins_as_the_corpus_is_outside(tmp_path: Path) -> None:
    fill_folder(tmp_path, {"papers/a.tex": TEX, "papers2/b.tex": TEX})
    tree = FolderTree(tmp_path / "papers")
    (tmp_path / "papers" / "link.tex").symlink_to(tmp_path / "papers2" / "b.tex")
    assert tree.read("a.tex") == TEX.encode()
    assert tree.read("link.tex") is tree.read("../papers2/b.tex") is None
    assert FolderTree(Path("/")).read(str(tmp_path / "papers" / "a.tex")[1:]) == TEX.encode()


def test_a_widened_tree_lists_the_surroundings_once_asked(tmp_path: Path, monkeypatch) -> None:
    fill_folder(tmp_path, {"p/deep/ms.tex": TEX, "p/macros.tex": "", "q.txt": ""})
    tree = FolderTree(tmp_path, within="p/deep", widened=True)
    assert tree.names() == ["p/deep/ms.tex", "p/macros.tex", "q.txt"]
    monkeypatch.setattr(os, "walk", None)
    assert FolderTree(tmp_path, within="p/deep", widened=True).read("q.txt") == b""

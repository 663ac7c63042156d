"""Bundles as arXiv serves them, and as an enemy would write them."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from astrosearch.corpus import bundles
from astrosearch.corpus.bundles import Unpacked, unpack
from astrosearch.errors import Unreadable
from tests.support.counts import examples

TEX = b"\\documentclass{article}\\begin{document}Stars shine.\\end{document}"


def tarred(*members: tuple[str, bytes] | tarfile.TarInfo) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
            else:
                info = tarfile.TarInfo(member[0])
                info.size = len(member[1])
                tar.addfile(info, io.BytesIO(member[1]))
    return buffer.getvalue()


def special(name: str, kind: bytes) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


def unpacked(folder: Path, content: bytes, name: str = "b.gz") -> list[Unpacked | Unreadable]:
    (folder / name).write_bytes(content)
    return list(unpack(folder / name, name))


def paper(folder: Path, content: bytes, name: str = "b.gz") -> Unpacked:
    (unit,) = unpacked(folder, content, name)
    assert isinstance(unit, Unpacked), unit
    return unit


def refusal(folder: Path, content: bytes) -> str:
    (unit,) = unpacked(folder, content)
    assert isinstance(unit, Unreadable), unit
    assert unit.name == "b.gz"
    return unit.reason


@pytest.mark.parametrize("name", ["b.tar.gz", "b.gz", "b.tar", "b"])
def test_a_tar_file_is_told_by_its_content(tmp_path: Path, name: str) -> None:
    tar = tarred(("ms.tex", TEX), ("fig.png", b"\x89PNG"), ("refs.bbl", b"x"))
    for content in (tar, gzip.compress(tar)):
        assert set(paper(tmp_path, content, name).files) == {"ms.tex", "refs.bbl"}


def test_gzipped_tex_takes_the_name_in_the_gzip_header(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile("sub/ms.tex", "wb", fileobj=buffer) as file:
        file.write(TEX)
    assert paper(tmp_path, buffer.getvalue()).files == {"ms.tex": TEX}
    plain = gzip.compress(TEX)
    assert paper(tmp_path, plain, "astro-ph9805201.gz").files == {"astro-ph9805201.tex": TEX}


def test_concatenated_gzip_members_are_one_stream(tmp_path: Path) -> None:
    content = gzip.compress(TEX[:20]) + gzip.compress(TEX[20:]) + bytes(512)
    assert list(paper(tmp_path, content).files.values()) == [TEX]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (gzip.compress(b"%PDF-1.4 ..."), "PDF only: no source"),
        (gzip.compress(b"%!PS-Adobe"), "PostScript only: no source"),
        (gzip.compress(b"<!DOCTYPE html><p>"), "HTML"),
        (gzip.compress(gzip.compress(TEX)), "compressed twice"),
        (gzip.compress(b"%auto-ignore\nThis paper has been withdrawn."), "withdrawn: no source"),
        (gzip.compress(bytes(3000)), "not text"),
        (gzip.compress(b""), "empty"),
        (tarred(), "an empty tar file"),
        (gzip.compress(tarred()), "an empty tar file"),
        (bytes(1024), "an empty tar file"),
        (b"", "empty"),
        (gzip.compress(TEX * 99)[:-30], "the gzip file is cut off"),
        (gzip.compress(TEX)[:4], "the gzip file is cut off"),
        (b"\x1f\x8bnonsense", "broken gzip file"),
        (tarred(("ms.tex", TEX * 99))[:1500], "broken tar file"),
        (tarred(("ms.tex", TEX))[:1024] + b"x" * 600, "cut off or broken"),
        (gzip.compress(tarred(("fig.png", b"x"))), "no TeX source in it"),
    ],
)
def test_a_bundle_without_a_paper_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in refusal(tmp_path, content)


def test_members_that_lead_out_or_are_no_files_are_left_out_and_said(tmp_path: Path) -> None:
    content = tarred(
        ("ms.tex", TEX),
        ("../up.tex", TEX),
        ("/etc/abs.tex", TEX),
        ("a/../../b.tex", TEX),
        special("link.tex", tarfile.SYMTYPE),
        special("hard.tex", tarfile.LNKTYPE),
        special("device", tarfile.CHRTYPE),
        special("fifo.tex", tarfile.FIFOTYPE),
    )
    unit = paper(tmp_path, content)
    assert set(unit.files) == {"ms.tex"}
    assert len(unit.warnings) == 7
    assert "../up.tex: left out: its name leads out of the bundle" in unit.warnings


def test_a_bomb_is_refused_by_its_ratio(tmp_path: Path) -> None:
    bomb = gzip.compress(b"a" * (32 * 2**20))
    assert "200 times" in refusal(tmp_path, bomb)
    assert "200 times" in refusal(tmp_path, gzip.compress(tarred(("a.tex", bytes(30 * 2**20)))))
    small = b"a" * 2**20  # the first MiB is free
    assert list(paper(tmp_path, gzip.compress(small)).files.values()) == [small]


def test_size_and_number_of_members_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundles, "MAX_FILE_BYTES", 1000)
    unit = paper(tmp_path, tarred(("ms.tex", TEX), ("big.tex", bytes(1001))))
    assert set(unit.files) == {"ms.tex"}
    assert unit.warnings[0].startswith("big.tex: left out")
    monkeypatch.setattr(bundles, "MAX_TOTAL_BYTES", 1500)
    figures = tarred(("ms.tex", TEX), ("a.png", bytes(900)), ("b.png", bytes(900)))
    assert "unpacks to more than" in refusal(tmp_path, figures)
    monkeypatch.setattr(bundles, "MAX_MEMBERS", 3)
    assert "more than 3 files" in refusal(tmp_path, tarred(*[(f"{i}.tex", b"") for i in range(4)]))


def test_a_header_that_claims_a_huge_name_is_refused(tmp_path: Path) -> None:
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 2**40
    assert "header too large" in refusal(
        tmp_path, tarred(("ms.tex", TEX))[:1024] + info.tobuf(tarfile.GNU_FORMAT) + bytes(1024)
    )


def test_a_bulk_tar_gives_its_papers_one_by_one_and_goes_on_after_a_bad_one(tmp_path: Path) -> None:
    bulk = tarred(
        ("2301/2301.00001.gz", gzip.compress(tarred(("ms.tex", TEX), ("a.png", bytes(5000))))),
        ("2301/2301.00002.pdf", b"%PDF-1.4"),
        ("2301/2301.00003.gz", b"\x1f\x8bnonsense"),
        ("2301/2301.00004.gz", gzip.compress(TEX)),
    )
    units = unpacked(tmp_path, bulk, "arXiv_src_2301_001.tar")
    assert [unit.name for unit in units] == [
        f"arXiv_src_2301_001.tar/2301/2301.0000{i}" + (".pdf" if i == 2 else ".gz")
        for i in range(1, 5)
    ]
    assert [isinstance(unit, Unpacked) for unit in units] == [True, False, False, True]
    last = units[-1]
    assert isinstance(last, Unpacked)
    assert last.files == {"2301.00004.tex": TEX}


def test_a_bulk_tar_is_streamed(tmp_path: Path) -> None:
    whole = tarred(*[(f"2301/2301.0000{i}.gz", gzip.compress(TEX)) for i in range(9)])
    path = tmp_path / "bulk.tar"
    path.write_bytes(whole[:4300])  # cut off: the papers before still come
    units = list(unpack(path, "bulk.tar"))
    assert [isinstance(unit, Unpacked) for unit in units] == [True, True, True, True, False]


@given(st.binary(max_size=3000), st.integers(0, 2999))
@settings(max_examples=examples(150))
def test_damage_never_raises(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, at: int
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    tar = tarred(("ms.tex", TEX), ("a.bbl", b"x" * 700))
    for whole in (tar, gzip.compress(tar)):
        damaged = whole[:at] + noise + whole[at + len(noise) :]
        for unit in [*unpacked(folder, damaged), *unpacked(folder, noise)]:
            assert isinstance(unit, Unpacked | Unreadable)

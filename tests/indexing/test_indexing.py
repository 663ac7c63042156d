"""What ends up in an index: new, changed, removed, merged, moved."""

from __future__ import annotations

import gzip
import io
import shutil
import signal
import sqlite3
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import astrosearch
from astrosearch.corpus import limits
from astrosearch.errors import CorpusError, EncoderMismatch, NotAnIndex, NotFound
from astrosearch.indexing import run as updating
from astrosearch.indexing import workers as reading
from astrosearch.indexing.summary import Progress
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.merge import compact
from astrosearch.maintenance.verify import verify
from astrosearch.store import vectors
from astrosearch.store.writer import Writer
from tests.conftest import HALO, PEAKS, record
from tests.support.encoders import WordEncoder


def texts(index: Path) -> set[str]:
    with sqlite3.connect(index / "astrosearch.db") as db:
        return {row[0] for row in db.execute("SELECT text FROM sentences")}


def papers(index: Path) -> dict[str, str]:
    with sqlite3.connect(index / "astrosearch.db") as db:
        return dict(db.execute("SELECT paper_id, title FROM papers"))


def again(corpus: Path, index: Path) -> astrosearch.Summary:
    return astrosearch.build(corpus, index=index, encoder=WordEncoder())


def test_every_source_gives_its_papers(built: Path):
    assert papers(built) == {
        "peaks/main": "Peaks in the microwave sky",
        "2501.99101": "On the shapes of dark matter haloes",
        "2501.99102": "Winds from cool giants",
    }
    assert "Photons diffuse out of overdense regions." in texts(built)
    assert "Ground telescopes now map the damping tail in polarization." in texts(built)
    assert verify(built) == []


def test_sentences_stand_where_the_index_says(built: Path, corpus: Path):
    with sqlite3.connect(built / "astrosearch.db") as db:
        rows = db.execute("SELECT text, file, line FROM sentences").fetchall()
    for text, file, line in rows:
        lines = (corpus / file).read_text().splitlines()
        assert text.split()[0] in lines[line - 1], (text, file, line)
    assert ("peaks/tail.tex", 2) in {(file, line) for _, file, line in rows}


def test_full_text_wins_and_metadata_fills(built: Path, encoder: WordEncoder):
    with astrosearch.open(built, encoder=encoder) as index:
        paper, sentences = index.paper("2501.99101")
    assert paper.title == "On the shapes of dark matter haloes"
    assert paper.authors == ("Ada Examplar", "Bo Samplar")
    assert paper.categories == ("astro-ph.GA", "astro-ph.CO")
    assert paper.year == 2025
    assert {s.file for s in sentences} == {"2501.99101.txt"}


def test_second_run_reads_and_encodes_nothing(corpus: Path, built: Path):
    encoder = WordEncoder()
    before = (built / "astrosearch.db").read_bytes()
    summary = astrosearch.build(corpus, index=built, encoder=encoder)
    assert encoder.seen == []
    assert (summary.sources_read, summary.sources_unchanged) == (0, 3)
    assert (summary.papers, summary.sentences_added) == (3, 0)
    assert (built / "astrosearch.db").read_bytes() == before


def test_changed_file_replaces_its_paper_and_no_other(corpus: Path, built: Path):
    (corpus / "2501.99101.txt").write_text(HALO.replace("rounder", "more spherical"))
    encoder = WordEncoder()
    summary = astrosearch.build(corpus, index=built, encoder=encoder)
    assert (summary.papers_replaced, summary.papers_added) == (1, 0)
    assert "Baryons make the inner halo more spherical." in texts(built)
    assert "Baryons make the inner halo rounder." not in texts(built)
    assert not any("acoustic" in text for text in encoder.seen)
    assert verify(built) == []


def test_changed_child_file_is_noticed(corpus: Path, built: Path):
    (corpus / "peaks" / "tail.tex").write_text("\\section{Outlook}\nSatellites come next.\n")
    again(corpus, built)
    assert "Satellites come next." in texts(built)


def test_missing_child_is_read_once_it_appears(corpus: Path, built: Path):
    tail = (corpus / "peaks" / "tail.tex").read_text()
    (corpus / "peaks" / "tail.tex").unlink()
    summary = again(corpus, built)
    assert any("tail" in warning for warning in summary.warnings)
    assert not any("Ground telescopes" in text for text in texts(built))
    (corpus / "peaks" / "tail.tex").write_text(tail)
    again(corpus, built)
    assert any("Ground telescopes" in text for text in texts(built))


def test_moved_lines_are_noted_without_encoding(corpus: Path, built: Path):
    with sqlite3.connect(built / "astrosearch.db") as db:
        before = dict(db.execute("SELECT text, line FROM sentences WHERE file = 'records.jsonl'"))
    lines = (corpus / "records.jsonl").read_text()
    new = record("2501.99103", "A new note", "Something else is told here.")
    (corpus / "records.jsonl").write_text(new + "\n" + lines)
    encoder = WordEncoder()
    astrosearch.build(corpus, index=built, encoder=encoder)
    assert encoder.seen == ["A new note", "Something else is told here."]
    with sqlite3.connect(built / "astrosearch.db") as db:
        after = dict(db.execute("SELECT text, line FROM sentences WHERE file = 'records.jsonl'"))
    assert all(after[text] == line + 1 for text, line in before.items())
    assert verify(built) == []


def test_record_that_left_the_snapshot_leaves_the_index(corpus: Path, built: Path):
    lines = (corpus / "records.jsonl").read_text().splitlines()
    (corpus / "records.jsonl").write_text(lines[0] + "\n")
    again(corpus, built)
    assert "2501.99102" not in papers(built)
    assert verify(built) == []


def test_abstract_comes_back_when_the_full_text_is_pruned(corpus: Path, built: Path):
    (corpus / "2501.99101.txt").unlink()
    summary = again(corpus, built)
    assert summary.gone == ["2501.99101.txt"]
    assert "Baryons make the inner halo rounder." in texts(built)
    summary = astrosearch.build(corpus, index=built, encoder=WordEncoder(), prune=True)
    assert summary.pruned == 1
    again(corpus, built)
    assert "They are triaxial." in texts(built)
    assert "Baryons make the inner halo rounder." not in texts(built)
    assert verify(built) == []


@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_newest_version_wins_in_any_order(tmp_path: Path, order: tuple[int, int]):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for version in order:
        text = HALO.replace("Haloes and their shapes", f"Haloes, version {version}")
        (corpus / f"2501.99101v{version}.txt").write_text(text)
        again(corpus, index)
    assert papers(index) == {"2501.99101": "Haloes, version 2"}
    assert verify(index) == []


def test_newest_version_wins_within_one_tar(tmp_path: Path):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    corpus.mkdir()
    for order in ((1, 2), (2, 1)):
        with tarfile.open(corpus / "arXiv_src_2501_001.tar", "w") as tar:
            for version in order:
                text = PEAKS.replace("Peaks", f"Version {version} of peaks")
                data = gzip.compress(text.replace("\\input{tail}", "").encode())
                member = tarfile.TarInfo(f"2501/2501.99106v{version}.gz")
                member.size = len(data)
                tar.addfile(member, io.BytesIO(data))
        again(corpus, index)
        assert papers(index) == {"2501.99106": "Version 2 of peaks in the microwave sky"}
        assert verify(index) == []


def test_encoder_is_kept_unless_another_is_named(corpus: Path, tmp_path: Path):
    index = tmp_path / "index"
    astrosearch.build(corpus, index=index)
    summary = astrosearch.build(corpus, index=index, rebuild=True)
    assert summary.papers == 3
    with astrosearch.open(index) as opened:
        assert opened.encoder_identity.name == "default"


def test_latex_wins_over_plain_text_of_the_same_paper(tmp_path: Path):
    corpus, index = tmp_path / "corpus", tmp_path / "index"
    (corpus / "2501.99104").mkdir(parents=True)
    (corpus / "2501.99104.txt").write_text(HALO)
    (corpus / "2501.99104" / "main.tex").write_text(PEAKS)
    again(corpus, index)
    assert papers(index) == {"2501.99104": "Peaks in the microwave sky"}


def test_same_names_in_two_corpora_are_two_papers(tmp_path: Path):
    for name, text in (("first", PEAKS), ("second", PEAKS.replace("Peaks", "Troughs"))):
        (tmp_path / name / "notes").mkdir(parents=True)
        (tmp_path / name / "notes" / "main.tex").write_text(text)
    index = tmp_path / "index"
    for _ in range(2):
        astrosearch.build(
            tmp_path / "first", tmp_path / "second", index=index, encoder=WordEncoder()
        )
        assert papers(index) == {
            "notes/main": "Peaks in the microwave sky",
            "second/notes/main": "Troughs in the microwave sky",
        }


def test_corpora_within_each_other_give_each_paper_once(corpus: Path, tmp_path: Path):
    index = tmp_path / "index"
    astrosearch.build(corpus, corpus / "peaks", corpus, index=index, encoder=WordEncoder())
    assert len(papers(index)) == 3
    encoder = WordEncoder()
    summary = astrosearch.build(corpus / "peaks", index=index, encoder=encoder)
    assert (summary.sources_read, encoder.seen) == (0, [])
    assert "peaks/main" in papers(index)


def test_file_that_changes_while_it_is_read_is_read_again(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def meddling(*arguments: Any, **options: Any) -> Iterator[Any]:
        for began, items in reading.readings(*arguments, **options):
            whole = list(items)
            if any("rounder" in str(item) for item in whole):
                (corpus / "2501.99101.txt").write_text(HALO.replace("rounder", "flatter"))
            yield began, iter(whole)

    monkeypatch.setattr(updating, "readings", meddling)
    again(corpus, tmp_path / "index")
    assert "Baryons make the inner halo rounder." in texts(tmp_path / "index")
    monkeypatch.undo()
    again(corpus, tmp_path / "index")
    assert "Baryons make the inner halo flatter." in texts(tmp_path / "index")


def test_moved_corpus_is_not_encoded_again(corpus: Path, built: Path, tmp_path: Path):
    shutil.move(corpus, tmp_path / "elsewhere")
    encoder = WordEncoder()
    astrosearch.build(tmp_path / "elsewhere", index=built, encoder=encoder)
    assert encoder.seen == []
    assert len(papers(built)) == 3
    astrosearch.build(tmp_path / "elsewhere", index=built, encoder=encoder, prune=True)
    assert len(papers(built)) == 3
    assert verify(built) == []


def test_failed_file_is_listed_and_tried_again(corpus: Path, built: Path):
    (corpus / "broken.tex").write_bytes(b"\x00\xff\xfe" * 500)
    summary = again(corpus, built)
    assert [name for name, _ in summary.failed + summary.skipped] == ["broken.tex"]
    (corpus / "broken.tex").write_text(PEAKS.replace("\\input{tail}", ""))
    summary = again(corpus, built)
    assert (summary.failed, summary.papers_added) == ([], 1)


def test_file_that_breaks_keeps_its_old_paper(corpus: Path, built: Path):
    (corpus / "2501.99101.txt").write_bytes(b"\x00\x01\x02" * 999)
    summary = again(corpus, built)
    assert [name for name, _ in summary.failed] == ["2501.99101.txt"]
    assert "Baryons make the inner halo rounder." in texts(built)


def test_wrong_line_in_a_snapshot_loses_no_paper(corpus: Path, built: Path):
    lines = (corpus / "records.jsonl").read_text().splitlines()
    (corpus / "records.jsonl").write_text(lines[0] + "\n" + lines[1][:40] + "\n")
    summary = again(corpus, built)
    assert [name for name, _ in summary.failed] == ["records.jsonl:2"]
    assert "2501.99102" in papers(built)


def test_strict_raises_once_the_rest_is_indexed(corpus: Path, tmp_path: Path):
    (corpus / "bad.txt").write_bytes(b"\x00\x01\x02" * 999)
    index = tmp_path / "index"
    with pytest.raises(CorpusError, match=r"bad\.txt"):
        astrosearch.build(corpus, index=index, encoder=WordEncoder(), strict=True)
    assert len(papers(index)) == 3


def test_a_removed_paper_stays_away_until_it_is_asked_for(corpus: Path, built: Path):
    assert removing.remove(["2501.99101"], built) > 0
    again(corpus, built)
    (corpus / "2501.99101.txt").write_text(HALO + "\nA last remark closes the note.\n")
    again(corpus, built)
    assert "2501.99101" not in papers(built)
    again(corpus / "2501.99101.txt", built)
    assert "2501.99101" in papers(built)
    assert verify(built) == []


def test_removing_an_unknown_paper_removes_none(built: Path):
    with pytest.raises(NotFound, match=r"1234\.56789"):
        removing.remove(["2501.99101", "1234.56789"], built)
    assert "2501.99101" in papers(built)


def test_another_encoder_is_refused(corpus: Path, built: Path):
    other = WordEncoder(fingerprint="e" * 64)
    with pytest.raises(EncoderMismatch):
        astrosearch.build(corpus, index=built, encoder=other)
    with (
        astrosearch.open(built, encoder=other) as index,
        pytest.raises(EncoderMismatch, match="--rebuild"),
    ):
        index.query("haloes")


def test_rebuild_takes_another_encoder(corpus: Path, built: Path):
    other = WordEncoder(dimension=32, fingerprint="e" * 64)
    astrosearch.build(corpus, index=built, encoder=other, rebuild=True)
    assert verify(built) == []
    with astrosearch.open(built, encoder=other) as index:
        assert index.query("winds of cool giants", k=1)[0].paper.id == "2501.99102"
    live = {path.name for path in (built / "segments").iterdir()}
    with sqlite3.connect(built / "astrosearch.db") as db:
        assert live == {row[0] for row in db.execute("SELECT file FROM segments")}
    assert not (built / "rebuild.db").exists()


def test_interrupted_rebuild_leaves_the_old_index_and_goes_on(
    corpus: Path, built: Path, monkeypatch: pytest.MonkeyPatch
):
    class Interrupting(WordEncoder):
        def encode(self, texts, progress=None) -> Any:
            if self.seen:
                raise KeyboardInterrupt
            return super().encode(texts, progress)

    monkeypatch.setattr(updating, "GROUP_SENTENCES", 4)
    other = Interrupting(dimension=32, fingerprint="e" * 64)
    with pytest.raises(KeyboardInterrupt):
        astrosearch.build(corpus, index=built, encoder=other, rebuild=True)
    assert verify(built) == []
    with astrosearch.open(built, encoder=WordEncoder()) as index:
        assert index.query("winds of cool giants", k=1)[0].paper.id == "2501.99102"
    with pytest.raises(NotAnIndex, match="--rebuild"):
        again(corpus, built)
    optimizing.optimize(built)
    assert verify(built) == []
    rest = WordEncoder(dimension=32, fingerprint="e" * 64)
    astrosearch.build(corpus, index=built, encoder=rest, rebuild=True)
    assert 0 < len(rest.seen) < len(texts(built))
    assert verify(built) == []


@pytest.mark.parametrize("group", [1, 3, 10**6])
def test_group_size_changes_nothing(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int
):
    monkeypatch.setattr(updating, "GROUP_SENTENCES", group)
    monkeypatch.setattr(updating, "MANY_SEGMENTS", 2)
    index = tmp_path / "index"
    again(corpus, index)
    assert verify(index) == []
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        hits = opened.query("Photons diffuse out of overdense regions.", k=3)
    assert hits[0].sentence.text == "Photons diffuse out of overdense regions."
    assert hits[0].score == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("largest", "merged"), [(2**30, True), (1, False)])
def test_full_segments_are_not_merged_again_at_every_commit(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int, merged: bool
):
    for number in range(12):
        (corpus / f"note{number}.txt").write_text(HALO.replace("triaxial", f"number {number}"))
    monkeypatch.setattr(updating, "GROUP_SENTENCES", 1)
    monkeypatch.setattr(updating, "MANY_SEGMENTS", 2)
    monkeypatch.setattr(vectors, "MAX_SEGMENT_BYTES", largest)
    merges: list[Writer] = []

    def counted(writer: Writer) -> None:
        merges.append(writer)
        compact(writer)

    monkeypatch.setattr(updating, "compact", counted)
    again(corpus, tmp_path / "index")
    assert len(papers(tmp_path / "index")) == 15
    assert bool(merges) == merged
    assert len(merges) <= 15 // 3
    assert verify(tmp_path / "index") == []


def test_readers_in_other_processes_give_the_same_index(corpus: Path, tmp_path: Path):
    for i in range(8):
        (corpus / f"note{i}.txt").write_text(HALO.replace("triaxial", f"triaxial ({i})"))
    rows = []
    for jobs in (1, 2):
        index = tmp_path / f"index{jobs}"
        astrosearch.build(corpus, index=index, encoder=WordEncoder(), jobs=jobs)
        with sqlite3.connect(index / "astrosearch.db") as db:
            rows.append(db.execute("SELECT * FROM sentences ORDER BY 1").fetchall())
    assert rows[0] == rows[1]


def test_all_categories_takes_what_the_default_leaves(corpus: Path, built: Path):
    other = record("2501.99105", "Quarks in a box", "Lattices are cubic.", categories="hep-lat")
    with (corpus / "records.jsonl").open("a") as file:
        file.write(other + "\n")
    again(corpus, built)
    assert "2501.99105" not in papers(built)
    astrosearch.build(corpus, index=built, encoder=WordEncoder(), all_categories=True)
    assert "2501.99105" in papers(built)


def test_seed_text_form_reaches_the_encoder(corpus: Path, tmp_path: Path):
    encoder = WordEncoder(text_form="seed")
    astrosearch.build(corpus, index=tmp_path / "index", encoder=encoder)
    formula = [text for text in encoder.seen if "2500" in text]
    assert formula
    assert "[MATH_tex=" in formula[0]
    assert "\\" not in formula[0]
    assert not any("MATH_tex" in text for text in texts(tmp_path / "index"))


def test_optimize_drops_dead_vectors(corpus: Path, built: Path):
    removing.remove(["2501.99101"], built)
    optimizing.optimize(built)
    with astrosearch.open(built, encoder=WordEncoder()) as index:
        assert index.counts.dead_vectors == 0
        assert sum(row.vectors for row in index.segments) == len(index)
    assert verify(built) == []


def test_progress_and_summary_count_what_was_done(corpus: Path, tmp_path: Path):
    told: list[Progress] = []
    summary = astrosearch.build(
        corpus, index=tmp_path / "index", encoder=WordEncoder(), progress=told.append
    )
    assert (summary.papers_added, summary.sources_read) == (3, 3)
    assert summary.sentences == summary.sentences_added > 10
    assert told[-1].fraction == 1
    assert told[-1].sentences == summary.sentences
    assert summary.failed == []


def fresh(corpora: list[Path], folder: Path) -> Path:
    astrosearch.build(*corpora, index=folder, encoder=WordEncoder())
    return folder


def content(index: Path) -> set[tuple[object, ...]]:
    with sqlite3.connect(index / "astrosearch.db") as db:
        return set(
            db.execute(
                """SELECT paper_id, title, authors, year, text, section, file, line
                   FROM sentences JOIN papers USING (paper_key)"""
            )
        )


def test_three_sources_of_one_name_are_three_papers(tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "notes.tex").write_text(PEAKS.replace("\\input{tail}", ""))
    (corpus / "notes.txt").write_text(HALO)
    (corpus / "notes.md").write_text("# News\n\nQuasars flicker without warning.\n")
    index = fresh([corpus], tmp_path / "index")
    assert len(papers(index)) == 3
    assert again(corpus, index).sources_unchanged == 3


def test_corpus_whose_disk_is_away_keeps_its_papers(tmp_path: Path):
    for name, text in (("disk", HALO), ("other", HALO.replace("Haloes", "Voids"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "n.txt").write_text(text)
    index = fresh([tmp_path / "disk"], tmp_path / "index")
    (tmp_path / "disk").rename(tmp_path / "away")
    again(tmp_path / "other", index)
    assert set(papers(index)) == {"n", "other/n"}


def test_pruned_full_text_gives_way_to_the_abstract_at_once(corpus: Path, built: Path):
    (corpus / "2501.99101.txt").unlink()
    summary = astrosearch.build(corpus, index=built, encoder=WordEncoder(), prune=True)
    assert summary.papers == 3
    assert "They are triaxial." in texts(built)
    assert verify(built) == []


def test_record_leaves_though_another_part_of_its_file_fails(corpus: Path, tmp_path: Path):
    with tarfile.open(corpus / "arXiv_src_2501_001.tar", "w") as tar:
        for name, data in (
            ("2501/2501.99108.gz", gzip.compress(PEAKS.replace("\\input{tail}", "").encode())),
            ("2501/2501.99109.pdf", b"%PDF-1.4"),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    index = fresh([corpus], tmp_path / "index")
    assert "2501.99108" in papers(index)
    with tarfile.open(corpus / "arXiv_src_2501_001.tar", "w") as tar:
        member = tarfile.TarInfo("2501/2501.99109.pdf")
        member.size = 8
        tar.addfile(member, io.BytesIO(b"%PDF-1.4"))
    again(corpus, index)
    assert "2501.99108" not in papers(index)


def test_file_that_is_a_source_no_longer_leaves_the_index(tmp_path: Path):
    corpus = tmp_path / "corpus"
    (corpus / "x").mkdir(parents=True)
    whole = PEAKS.replace("\\input{tail}", "")
    (corpus / "x" / "notes.tex").write_text(whole)
    index = fresh([corpus], tmp_path / "index")
    (corpus / "x" / "paper.tex").write_text(PEAKS.replace("{tail}", "{notes}"))
    (corpus / "x" / "notes.tex").write_text("Satellites come next.\n")
    summary = again(corpus, index)
    assert set(papers(index)) == {"x/paper"}
    assert summary.left == [("x/notes", "x/notes.tex")]


def test_second_document_in_a_paper_s_folder_is_indexed(tmp_path: Path):
    folder = tmp_path / "corpus" / "2501.99110"
    folder.mkdir(parents=True)
    plain = PEAKS.replace("\\input{tail}", "")
    (folder / "a.tex").write_text(plain.replace("Peaks in", "A supplement on"))
    index = fresh([tmp_path / "corpus"], tmp_path / "index")
    (folder / "ms.tex").write_text(plain + "\n" + "% longer\n" * 200)
    again(tmp_path / "corpus", index)
    assert content(index) == content(fresh([tmp_path / "corpus"], tmp_path / "fresh"))


def test_edition_that_became_worse_gives_way(tmp_path: Path):
    corpus = tmp_path / "corpus"
    corpus.mkdir()

    def write(name: str, versions: int) -> None:
        text = f"Told by {name}, version {versions}."
        made = [{"version": f"v{i + 1}"} for i in range(versions)]
        (corpus / f"{name}.jsonl").write_text(
            record("2501.99111", "T of all", text, versions=made) + "\n"
        )

    write("a", 3)
    write("b", 2)
    index = fresh([corpus], tmp_path / "index")
    assert "Told by a, version 3." in texts(index)
    write("a", 1)
    again(corpus, index)
    assert "Told by b, version 2." in texts(index)


def test_index_updated_in_steps_equals_one_built_afresh(corpus: Path, tmp_path: Path):
    index = fresh([corpus], tmp_path / "index")
    (corpus / "peaks" / "tail.tex").write_text("\\section{Coda}\nNothing more is said.\n")
    again(corpus, index)
    (corpus / "2501.99102").mkdir()
    (corpus / "2501.99102" / "main.tex").write_text(PEAKS.replace("\\input{tail}", ""))
    again(corpus, index)
    (corpus / "2501.99101.txt").rename(corpus / "2501.99101v2.txt")
    astrosearch.build(corpus, index=index, encoder=WordEncoder(), prune=True)
    lines = (corpus / "records.jsonl").read_text().replace("Bo Samplar", "Cy Templar")
    (corpus / "records.jsonl").write_text("\n" + lines)
    again(corpus, index)
    assert verify(index) == []
    assert content(index) == content(fresh([corpus], tmp_path / "fresh"))


def test_failures_of_unchanged_files_stay_listed(corpus: Path, built: Path):
    with (corpus / "records.jsonl").open("a") as file:
        file.write("{broken\n")
    for _ in range(2):
        assert [name for name, _ in again(corpus, built).failed] == ["records.jsonl:3"]


def test_corpus_that_became_empty_can_be_pruned(corpus: Path, built: Path):
    shutil.rmtree(corpus)
    corpus.mkdir()
    with pytest.raises(CorpusError):
        again(corpus, built)
    astrosearch.build(corpus, index=built, encoder=WordEncoder(), prune=True)
    assert papers(built) == {}


def test_paper_named_by_digits_is_told_from_a_sentence(tmp_path: Path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "1.txt").write_text(HALO)
    assert set(papers(fresh([tmp_path / "corpus"], tmp_path / "index"))) == {"1.txt"}


def test_linked_corpus_is_the_same_corpus(corpus: Path, built: Path, tmp_path: Path):
    (tmp_path / "link").symlink_to(corpus)
    assert again(tmp_path / "link", built).sources_unchanged == 3


def test_where_the_system_has_no_limits_a_reader_goes_without(monkeypatch: pytest.MonkeyPatch):
    """As on Windows, which lacks `resource` and masks of signals."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "resource", None)
    monkeypatch.delattr(signal, "pthread_sigmask")
    limits.confine()
    limits.allow(1)
    with reading.signals_put_off():
        pass

"""Every document that is found ends as a paper, a duplicate or a refusal, and each is named."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import astrosearch
from astrosearch.corpus.discover import discover
from astrosearch.corpus.source import Source
from astrosearch.errors import AstrosearchError, CorpusError, NotFound, StorageError
from astrosearch.maintenance.remove import remove
from astrosearch.maintenance.verify import verify
from astrosearch.store.writer import Writer
from tests.conftest import HALO, PEAKS, record
from tests.corpus.test_bundles import tarred
from tests.support.encoders import WordEncoder
from tests.support.places import EXAMPLES, SHARED

FAULTS = sorted((SHARED / "faults").glob("*/input*")) if (SHARED / "faults").is_dir() else []
LONE = PEAKS.replace("\\input{tail}", "")


def update(*corpora: Path, index: Path, **how: Any) -> astrosearch.Summary:
    return astrosearch.build(*corpora, index=index, encoder=WordEncoder(), **how)


def papers(index: Path) -> set[str]:
    with sqlite3.connect(index / "astrosearch.db") as db:
        return {row[0] for row in db.execute("SELECT paper_id FROM papers")}


def assert_sums(summary: astrosearch.Summary) -> None:
    assert summary.found == summary.indexed + summary.duplicated + summary.refused


def discover_or_nothing(corpus: Path) -> tuple[Source, ...]:
    try:
        return discover(corpus).sources
    except CorpusError:
        return ()


def text(name: str) -> str:
    return HALO.replace("Haloes", name)


@pytest.mark.parametrize("corpus", [EXAMPLES, *FAULTS], ids=lambda path: path.parent.name)
def test_what_is_found_is_indexed_a_duplicate_or_refused(corpus: Path, tmp_path: Path):
    index = tmp_path / "index"
    try:
        summary = update(corpus, index=index)
    except CorpusError:
        assert not any(discover_or_nothing(corpus))
        return
    found = discover(corpus)
    files = [p for p in corpus.rglob("*") if p.is_file() and not p.name.startswith(".")]
    assert len(found.sources) + len(found.skipped) + len(found.others) == len(files)
    assert_sums(summary)
    assert summary.found >= len(found.sources) + len(found.skipped)
    assert summary.indexed == summary.papers == len(papers(index))
    assert summary.duplicated == len(summary.duplicates)
    again = update(corpus, index=index)
    assert (again.found, again.indexed, again.refused) == (
        summary.found,
        summary.indexed,
        summary.refused,
    )
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        named = {name for name, _ in opened.failures}
    assert {name for name, _ in summary.failed + summary.skipped} <= named


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    return folder


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_duplicates_and_versions_are_named(corpus: Path, index: Path):
    (corpus / "2501.99101.txt").write_text(HALO)
    (corpus / "m.jsonl").write_text(
        "\n".join([record("2501.99101", "Haloes", "They turn."), record("a", "On a", "It is.")])
    )
    (corpus / "n.jsonl").write_text(record("a", "On a", "It is not."))
    packed = gzip.compress(LONE.encode())
    for order in ((1, 2), (2, 1)):
        members = [(f"2501.9910{5 + order[0]}v{version}.gz", packed) for version in order]
        (corpus / f"{order[0]}.tar").write_bytes(tarred(*members))
    (corpus / "link.txt").symlink_to(corpus / "2501.99101.txt")
    summary = update(corpus, index=index)
    assert_sums(summary)
    assert (summary.found, summary.indexed, summary.duplicated, summary.refused) == (9, 4, 5, 0)
    assert sorted(summary.duplicates) == [
        ("1.tar: 2501.99106v1", "another version of 2501.99106"),
        ("2.tar/2501.99107v1.gz/2501.99107.tex", "another version of 2501.99107"),
        ("link.txt", "the same file as 2501.99101.txt"),
        ("m.jsonl: 2501.99101", "the same paper as 2501.99101.txt"),
        ("n.jsonl: a", "the same paper as m.jsonl"),
    ]
    assert verify(index) == []


def test_records_that_left_are_named_and_those_that_moved_are_not(corpus: Path, index: Path):
    lines = [record(f"2501.9910{n}", f"Paper {n}", f"Star {n} shines.") for n in range(4)]
    (corpus / "m.jsonl").write_text("\n".join(lines))
    update(corpus, index=index)
    (corpus / "m.jsonl").write_text("\n".join(lines[:2]))
    (corpus / "other.jsonl").write_text(lines[2])
    summary = update(corpus, index=index)
    assert summary.left == [("2501.99103", "m.jsonl")]
    assert papers(index) == {"2501.99100", "2501.99101", "2501.99102"}


def test_members_that_left_a_bundle_are_named(corpus: Path, index: Path):
    members = [(f"2501.9910{n}.gz", gzip.compress(LONE.encode())) for n in range(3)]
    (corpus / "all.tar").write_bytes(tarred(*members))
    update(corpus, index=index)
    (corpus / "all.tar").write_bytes(tarred(members[1]))
    summary = update(corpus, index=index)
    assert {paper for paper, _ in summary.left} == {"2501.99100", "2501.99102"}
    assert papers(index) == {"2501.99101"}


def test_an_index_keeps_to_all_categories(corpus: Path, index: Path):
    path = corpus / "m.jsonl"
    others = json.loads(record("2501.99102", "On knots", "They hold.")) | {"categories": "math.GT"}
    path.write_text(record("2501.99101", "Haloes", "They turn.") + "\n" + json.dumps(others))
    assert update(corpus, index=index).papers == 1
    assert update(corpus, index=index, all_categories=True).papers == 2
    assert update(corpus, index=index).papers == 2
    os.utime(path, (1e9, 1e9))
    assert update(corpus, index=index).papers == 2
    assert update(corpus, index=index, rebuild=True).papers == 2
    summary = update(corpus, index=index, all_categories=False)
    assert (summary.papers, summary.left) == (1, [("2501.99102", "m.jsonl")])
    assert update(corpus, index=index).papers == 1


def test_texts_stay_when_latex_comes_beside_them(corpus: Path, index: Path):
    (corpus / "2020").mkdir()
    for n in range(5):
        (corpus / "2020" / f"smith-{n}.txt").write_text(text(f"Rings {n}"))
    update(corpus, index=index)
    (corpus / "2020" / "new.tex").write_text(LONE)
    summary = update(corpus, index=index)
    assert (summary.papers, summary.pruned, summary.left) == (6, 0, [])


def test_a_corpus_that_moved_and_left_a_link_is_indexed_once(tmp_path: Path, index: Path):
    (tmp_path / "a").mkdir()
    for name in ("one", "two"):
        (tmp_path / "a" / f"{name}.txt").write_text(text(name))
    update(tmp_path / "a", index=index)
    shutil.move(tmp_path / "a", tmp_path / "b")
    (tmp_path / "a").symlink_to(tmp_path / "b")
    encoder = WordEncoder()
    summary = astrosearch.build(tmp_path / "b", index=index, encoder=encoder)
    assert (papers(index), encoder.seen, summary.sources_read) == ({"one", "two"}, [], 0)
    (tmp_path / "a").unlink()
    for _ in range(2):
        summary = astrosearch.build(tmp_path / "b", index=index, encoder=encoder)
        assert (papers(index), encoder.seen, summary.gone) == ({"one", "two"}, [], [])


def test_a_renamed_file_is_the_paper_it_was(corpus: Path, index: Path):
    (corpus / "one.txt").write_text(text("one"))
    (corpus / "p").mkdir()
    (corpus / "p" / "ms.tex").write_text(LONE)
    update(corpus, index=index)
    (corpus / "one.txt").rename(corpus / "uno.txt")
    (corpus / "p").rename(corpus / "q")
    encoder = WordEncoder()
    summary = astrosearch.build(corpus, index=index, encoder=encoder)
    assert (papers(index), encoder.seen, summary.gone) == ({"one", "p/ms"}, [], [])
    assert_sums(summary)
    (corpus / "uno.txt").write_text(text("another one"))
    update(corpus, index=index)
    assert papers(index) == {"one", "p/ms"}
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.paper("one")[1][0].file == "uno.txt"
    assert verify(index) == []


def test_a_deleted_corpus_can_be_pruned(tmp_path: Path, index: Path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.txt").write_text(text(name))
    update(tmp_path / "a", tmp_path / "b", index=index)
    shutil.rmtree(tmp_path / "a")
    with pytest.raises(NotFound):
        update(tmp_path / "a", tmp_path / "b", index=index)
    with pytest.raises(NotFound):
        update(tmp_path / "never", index=index, prune=True)
    assert update(tmp_path / "a", tmp_path / "b", index=index, prune=True).pruned == 1
    assert papers(index) == {"b"}


def test_pruning_one_corpus_keeps_a_paper_that_another_has(tmp_path: Path, index: Path):
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "2501.99101.txt").write_text(HALO)
        (tmp_path / name / f"{name}.txt").write_text(text(name))
        update(tmp_path / name, index=index)
    (tmp_path / "a" / "2501.99101.txt").unlink()
    summary = update(tmp_path / "a", index=index, prune=True)
    assert papers(index) == {"2501.99101", "a", "b"}
    assert summary.left == []


def test_a_removed_paper_stays_away_over_a_rebuild(corpus: Path, index: Path):
    for name in ("one", "two"):
        (corpus / f"{name}.txt").write_text(text(name))
    update(corpus, index=index)
    remove(["one"], index)
    for at in range(2):
        summary = update(corpus, index=index, rebuild=True)
        assert papers(index) == {"two"}
        assert_sums(summary)
        assert (summary.refused, summary.removed) == (1, 1)
        (corpus / "one.txt").write_text(text(f"one anew {at}"))
        update(corpus, index=index)
        assert papers(index) == {"two"}
    update(corpus / "two.txt", index=index)
    assert papers(index) == {"two"}
    summary = update(corpus / "one.txt", index=index)
    assert papers(index) == {"one", "two"}
    assert_sums(summary)
    assert (summary.papers_added, summary.refused, summary.removed) == (1, 0, 0)
    update(corpus, index=index, rebuild=True)
    assert papers(index) == {"one", "two"}


def test_a_removed_paper_stays_away_though_it_is_read_otherwise(
    corpus: Path, index: Path, monkeypatch: pytest.MonkeyPatch
):
    (corpus / "one.txt").write_text(text("one"))
    (corpus / "two.txt").write_text(text("two"))
    update(corpus, index=index)
    remove(["one"], index)
    monkeypatch.setattr("astrosearch.indexing.decide._digest", lambda value: repr(value)[-32:])
    update(corpus, index=index, rebuild=True)
    assert papers(index) == {"two"}


def test_a_removed_paper_stays_away_in_other_files(corpus: Path, index: Path):
    (corpus / "a.jsonl").write_text(
        "\n".join(record(f"2501.9930{n}", f"Title {n}", f"Dust of kind {n}.") for n in range(3))
    )
    (corpus / "notes.txt").write_text(text("notes"))
    update(corpus, index=index)
    remove(["2501.99301", "notes"], index)
    (corpus / "b.jsonl").write_text((corpus / "a.jsonl").read_text().replace("kind", "sort"))
    (corpus / "2501.99301.txt").write_text(text("the whole of it"))
    (corpus / "notes.txt").rename(corpus / "moved.txt")
    assert_sums(update(corpus, index=index))
    assert papers(index) == {"2501.99300", "2501.99302"}
    update(corpus / "a.jsonl", index=index)  # a file of many papers names none of them
    assert papers(index) == {"2501.99300", "2501.99302"}
    update(corpus / "2501.99301.txt", index=index)
    assert papers(index) == {"2501.99300", "2501.99301", "2501.99302"}


def test_all_that_was_removed_comes_back_where_that_is_asked_for(corpus: Path, index: Path):
    (corpus / "a.jsonl").write_text(
        "\n".join(record(f"2501.9930{n}", f"Title {n}", f"Dust of kind {n}.") for n in range(3))
    )
    (corpus / "one.txt").write_text(text("one"))
    update(corpus, index=index)
    everything = papers(index)
    for how in ({"restore": True}, {"restore": True, "rebuild": True}):
        remove(["2501.99301", "one"], index)
        update(corpus, index=index, **how)
        assert papers(index) == everything
    remove(["one"], index)
    result = subprocess.run(
        [sys.executable, "-m", "astrosearch", "index", "--help"], capture_output=True, check=True
    )
    assert b"--restore" in result.stdout
    update(corpus, index=index)
    assert papers(index) == everything - {"one"}


def test_what_is_removed_while_it_is_to_be_read_again_stays_away(corpus: Path, index: Path):
    (corpus / "2501.99101.txt").write_text(HALO)
    (corpus / "m.jsonl").write_text(record("2501.99101", "Haloes", "They turn."))
    update(corpus, index=index)
    with Writer(index) as writer, writer.transaction() as db:
        db.execute("UPDATE editions SET digest = ''")
        db.execute("UPDATE sources SET status = 'pending'")
    remove(["2501.99101"], index)
    update(corpus, index=index)
    assert papers(index) == set()


def test_ids_do_not_move_to_other_papers(tmp_path: Path, index: Path):
    for name in ("x", "y"):
        (tmp_path / name / "notes").mkdir(parents=True)
        (tmp_path / name / "notes" / "main.txt").write_text(text(name))
    update(tmp_path / "x", tmp_path / "y", index=index)
    assert papers(index) == {"notes/main", "y/notes/main"}
    shutil.rmtree(tmp_path / "x" / "notes")
    (tmp_path / "y" / "notes" / "main.txt").write_text(text("y, touched"))
    update(tmp_path / "x", tmp_path / "y", index=index, prune=True)
    assert papers(index) == {"y/notes/main"}


def test_a_source_without_a_version_is_the_newest(corpus: Path, index: Path):
    for folder, title in (("2301.00001v1", "First"), ("2301.00001", "Newest")):
        (corpus / folder).mkdir()
        (corpus / folder / "ms.tex").write_text(LONE.replace("Peaks", title))
    update(corpus, index=index)
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        assert opened.paper("2301.00001")[0].title == "Newest in the microwave sky"


@pytest.mark.parametrize("digits", ["nanoseconds", "seconds"])
def test_a_change_within_a_second_is_seen_on_any_disk(corpus: Path, index: Path, digits: str):
    path = corpus / "one.txt"
    path.write_text(text("one"))
    if digits == "seconds":
        now = path.stat().st_mtime_ns // 10**9
        os.utime(path, ns=(now * 10**9, now * 10**9))
    before = path.stat().st_mtime_ns
    update(corpus, index=index)
    path.write_text(text("two"))
    if digits == "seconds":
        os.utime(path, ns=(before, before))
    assert update(corpus, index=index).papers_replaced == 1


def test_the_command_tells_the_sums(corpus: Path, index: Path):
    (corpus / "one.txt").write_text(text("one"))
    (corpus / "table.csv").write_text("1,2")
    (corpus / "map.fits").write_bytes(b"SIMPLE")
    command = [sys.executable, "-m", "astrosearch", "index", str(corpus), "--index", str(index)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    assert "of 2 documents found: 1 indexed, 0 duplicates, 1 not read" in said
    assert "1 other file beside papers, not read: .fits 1" in said
    info = [sys.executable, "-m", "astrosearch", "info", "--index", str(index)]
    assert (
        "table.csv: a table of data"
        in subprocess.run(info, capture_output=True, text=True, check=True).stdout
    )


def test_an_encoder_is_kept_by_the_name_that_opens_it(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from astrosearch.encoder import load_encoder, resolve

    (corpus / "one.txt").write_text(text("one"))
    mine = tmp_path / "home" / "my-encoder"
    shutil.copytree(resolve("default"), mine)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "default").mkdir()
    given: dict[str, Any] = {
        "tilde": "~/my-encoder",
        "path": mine,
        "object": load_encoder(str(mine)),
        "default": "default",
    }
    for name, encoder in given.items():
        astrosearch.build(corpus, index=f"~/{name}", encoder=encoder)
        with astrosearch.open(tmp_path / "home" / name) as opened:
            kept = opened.encoder_identity.name
            assert kept == ("default" if name == "default" else str(mine.resolve()))
            assert len(opened.query("rings", k=1)) == 1
        astrosearch.build(corpus, index=tmp_path / "home" / name)
    assert not (tmp_path / "~").exists()


@pytest.mark.parametrize(
    "name", ["writer.lock", "astrosearch.db.partial", "segments", "rebuild.db"]
)
def test_links_in_an_index_are_not_written_through(
    corpus: Path, index: Path, tmp_path: Path, name: str
):
    (corpus / "one.txt").write_text(text("one"))
    victim = tmp_path / "victim"
    if name == "segments":
        victim.mkdir()
        (victim / "000009.faiss").write_text("theirs")
    else:
        victim.write_text("theirs")
    index.mkdir()
    (index / name).symlink_to(victim)
    with pytest.raises(StorageError, match=r"is a link(?s:.)*Delete the link"):
        update(corpus, index=index)
    with pytest.raises((StorageError, AstrosearchError)):
        remove(["one"], index)
    left = victim / "000009.faiss" if name == "segments" else victim
    assert left.read_text() == "theirs"


def test_a_name_in_either_form_of_unicode_is_one_id(corpus: Path, index: Path):
    (corpus / "Poincare\u0301.txt").write_text(text("one"))
    update(corpus, index=index)
    assert papers(index) == {"Poincar\u00e9"}
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        for name in ("Poincar\u00e9", "Poincare\u0301"):
            assert opened.paper(name)[0].id == "Poincar\u00e9"
    assert remove(["Poincare\u0301"], index) > 0


def test_records_of_other_fields_are_counted(corpus: Path, index: Path):
    lines = [record("2501.99101", "Haloes", "They turn.")]
    for n in range(3):
        knots = json.loads(record(f"2501.9920{n}", "On knots", "They hold."))
        lines.append(json.dumps(knots | {"categories": "math.GT"}))
    (corpus / "m.jsonl").write_text("\n".join(lines))
    summary = update(corpus, index=index, strict=True)
    assert_sums(summary)
    assert (summary.found, summary.indexed, summary.refused) == (4, 1, 3)
    assert "3 of its records are outside astro-ph" in dict(summary.skipped)["m.jsonl"]


def test_a_tilde_is_the_home_folder_in_commands(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (corpus / "one.txt").write_text(text("one"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(corpus)
    run = [sys.executable, "-m", "astrosearch"]
    subprocess.run([*run, "index", ".", "--index=~/idx"], check=True, capture_output=True)
    monkeypatch.setenv("ASTROSEARCH_INDEX", "~/idx")
    subprocess.run([*run, "info"], check=True, capture_output=True)
    assert (tmp_path / "idx").is_dir()
    assert not (corpus / "~").exists()


@pytest.fixture
def linked(corpus: Path, tmp_path: Path) -> Path:
    """A corpus with links out of it, to folders that link to each other and back."""
    out = tmp_path / "out"
    (out / "peaks" / "parts").mkdir(parents=True)
    (out / "peaks" / "main.tex").write_text(PEAKS.replace("\\input{tail}", "\\input{parts/tail}"))
    (tmp_path / "tail.tex").write_text("Ground telescopes map the tail.")
    (out / "peaks" / "parts" / "tail.tex").symlink_to(tmp_path / "tail.tex")
    (out / "notes.txt").write_text(text("notes"))
    (out / "loop").symlink_to(out)
    (out / "back").symlink_to(corpus)
    (out / "in").symlink_to(corpus / "own")
    (tmp_path / "kept.txt").write_text(HALO)
    (corpus / "own").mkdir()
    (corpus / "own" / "one.txt").write_text(text("one"))
    (corpus / "2501.99101.txt").symlink_to(tmp_path / "kept.txt")
    (corpus / "far").symlink_to(out)
    (corpus / "near").symlink_to(out / "peaks")
    (corpus / "same.txt").symlink_to(out / "notes.txt")
    (corpus / "gone").symlink_to(tmp_path / "nowhere")
    return corpus


def test_links_that_lead_out_are_refused_with_a_cure(linked: Path, index: Path, tmp_path: Path):
    summary = update(linked, index=index)
    assert papers(index) == {"own/one"}
    reasons = dict(summary.skipped)
    for name in ("far", "near", "2501.99101.txt", "same.txt"):
        assert "--follow-links" in reasons[name]
        assert str(tmp_path) in reasons[name]
    assert_sums(summary)


def test_links_that_lead_out_are_followed_where_that_is_asked_for(linked: Path, index: Path):
    summary = update(linked, index=index, follow_links=True, strict=True)
    assert papers(index) == {"own/one", "2501.99101", "far/notes", "far/peaks/main"}
    assert dict(summary.duplicates) == {"same.txt": "the same file as far/notes.txt"}
    reasons = dict(summary.skipped)
    assert reasons["near"] == "the same folder as far/peaks"
    assert reasons["far/loop"] == "the same folder as far"
    assert set(reasons) == {"near", "far/loop", "gone"}
    assert_sums(summary)
    with astrosearch.open(index, encoder=WordEncoder()) as opened:
        _, sentences = opened.paper("far/peaks/main")
        tail = next(each for each in sentences if "Ground telescopes" in each.text)
        assert tail.file == "far/peaks/parts/tail.tex"
    assert verify(index) == []


def test_an_index_keeps_to_following_links(linked: Path, index: Path, tmp_path: Path):
    update(linked, index=index, follow_links=True)
    followed = papers(index)
    summary = update(linked, index=index)
    assert (papers(index), summary.sources_read, summary.left) == (followed, 0, [])
    (tmp_path / "tail.tex").write_text("Ground telescopes map the tail anew.")
    assert update(linked, index=index).papers_replaced == 1
    assert papers(index) == followed
    update(linked, index=index, rebuild=True)
    assert papers(index) == followed
    summary = update(linked, index=index, follow_links=False)
    assert papers(index) == {"own/one"}
    assert len(summary.left) == len(followed) - 1
    assert_sums(summary)


def test_links_are_followed_by_the_command(linked: Path, index: Path):
    run = [sys.executable, "-m", "astrosearch", "index", str(linked), "--index", str(index)]
    done = subprocess.run([*run, "--follow-links"], check=True, capture_output=True, text=True)
    assert "4 papers added" in done.stderr
    assert "same.txt: the same file as far/notes.txt" in done.stderr

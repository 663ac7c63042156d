"""Indexes of older formats: read as they are, upgraded on a copy when something is written."""

from __future__ import annotations

import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import AstrosearchError, FormatTooNew, StorageError
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.verify import verify
from astrosearch.store import layout
from astrosearch.store.reader import Store
from astrosearch.store.schema import FORMAT_VERSION, WORDS_FORMAT
from tests.support.encoders import WordEncoder
from tests.support.places import FIXTURES

ENCODER = WordEncoder(dimension=16)


@pytest.fixture(params=[1, 2, 3, 4])
def old(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of an index that an older version wrote; format 2 has codes."""
    return Path(shutil.copytree(FIXTURES / f"format{request.param}", tmp_path / "index"))


def files(index: Path) -> dict[str, bytes]:
    names = (path for path in index.rglob("*") if path.is_file())
    return {str(path.relative_to(index)): path.read_bytes() for path in names}


def answers(index: Path) -> list[list[tuple[int, str, float]]]:
    """Nearest sentences with their scores, and those that hold the words, with none: BM25 depends
    on all the others."""
    with astrosearch.open(index, encoder=ENCODER) as opened:
        dense = opened.query("gas near the stars", k=8, mode="dense")
        lexical = opened.query("gas near the stars", k=60, mode="lexical")
    return [
        [(hit.sentence.id, hit.sentence.text, round(hit.score, 5)) for hit in dense],
        sorted((hit.sentence.id, hit.sentence.text, 0.0) for hit in lexical),
    ]


def test_reading_changes_nothing(old: Path):
    before = files(old)
    assert answers(old)
    assert verify(old) == []
    assert files(old) == before


def test_sentences_are_shown_without_paragraphs(old: Path):
    paragraphs = Store(old).format >= WORDS_FORMAT
    with astrosearch.open(old, encoder=ENCODER) as opened:
        (hit,) = opened.query("gas near the stars", k=1)
        _, sentences = opened.paper(hit.paper.id)
        at = sentences.index(hit.sentence)
        assert opened.context(hit, 2) == (
            sentences[max(0, at - 2) : at],
            sentences[at + 1 : at + 3],
        )
    for upgraded in (False, True):
        out = CliRunner().invoke(
            main, ["show", str(hit.sentence.id), "--format", "json", "--index", str(old)]
        )
        shown = json.loads(out.stdout)["sentences"]
        assert [s["sentence_id"] for s in shown] == [
            s.id for s in sentences[max(0, at - 3) : at + 4]
        ]
        if not paragraphs:
            assert {s["paragraph"] for s in shown} == {None}
        if not upgraded:
            removing.remove(["2503.99001" if hit.paper.id != "2503.99001" else "2503.99002"], old)
            assert Store(old).format == FORMAT_VERSION


def test_writing_upgrades_and_keeps_every_answer(old: Path):
    before = answers(old)
    kept = Store(old).rows("SELECT sentence_id, text, file, line FROM sentences ORDER BY 1")
    with astrosearch.open(old, encoder=ENCODER) as opened:
        assert opened.query("gas", k=3)
        removing.remove(["2503.99001"], old)
        assert "2503.99001" not in {hit.paper.id for hit in opened.query("gas", k=50)}
    store = Store(old)
    assert store.format == FORMAT_VERSION
    assert all(row.sums for row in store.segments())
    rest = store.rows("SELECT sentence_id, text, file, line FROM sentences ORDER BY 1")
    assert set(rest) < set(kept)
    assert verify(old) == []
    assert not (old / layout.UPGRADING).exists()
    gone = {row[0] for row in kept} - {row[0] for row in rest}
    for hits, earlier in zip(answers(old), before, strict=True):
        stayed = [hit for hit in earlier if hit[0] not in gone]
        assert [hit for hit in hits if hit in stayed] == stayed


def test_interrupted_upgrade_leaves_the_old_index(old: Path, monkeypatch: pytest.MonkeyPatch):
    before = answers(old)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("astrosearch.store.vectors.sums_of", interrupted)
        with pytest.raises(KeyboardInterrupt):
            removing.remove(["2503.99001"], old)
    assert Store(old).format < FORMAT_VERSION
    assert answers(old) == before
    removing.remove(["2503.99001"], old)
    assert verify(old) == []


def test_full_disk_while_upgrading_is_said(old: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("astrosearch.store.vectors.sums_of", full)
    with pytest.raises(StorageError, match="full"):
        removing.remove(["2503.99001"], old)
    assert Store(old).format < FORMAT_VERSION


def test_a_later_format_is_refused_by_every_command(old: Path):
    with sqlite3.connect(old / "astrosearch.db") as db:
        db.execute("UPDATE meta SET value = '99' WHERE key = 'format_version'")
    db.close()
    before = files(old)
    for attempt in (
        lambda: astrosearch.open(old),
        lambda: verify(old),
        lambda: removing.remove(["2503.99001"], old),
        lambda: optimizing.optimize(old),
    ):
        with pytest.raises(FormatTooNew, match=r"format 99.*\n.*Upgrade"):
            attempt()
    assert files(old) == before


def test_a_damaged_segment_is_named_after_the_upgrade(old: Path):
    (segment, *_) = sorted((old / "segments").iterdir())
    segment.write_bytes(segment.read_bytes()[:-1])
    with pytest.raises(AstrosearchError):
        answers(old)
    removing.remove(["2503.99001"], old)
    assert any(segment.name in problem for problem in verify(old))


def test_words_and_full_text_are_split_anew(old: Path):
    """The table of words is made by this version's splitter, whatever an older one wrote."""
    if Store(old).format >= WORDS_FORMAT:
        with sqlite3.connect(old / "astrosearch.db") as db:
            db.execute("UPDATE words SET word = 'of old' WHERE word = 'outward'")
        db.close()
        (old / "astrosearch.db.sha256").unlink()
    removing.remove(["2503.99001"], old)
    words = {row[0] for row in Store(old).rows("SELECT word FROM words")}
    assert "outward" in words
    assert "of old" not in words
    assert verify(old) == []


def test_a_paper_of_format_4_keeps_its_authors(tmp_path: Path):
    old = Path(shutil.copytree(FIXTURES / "format4", tmp_path / "index"))
    before = list(Store(old).papers(range(1, 9)).values())
    removing.remove(["2503.99001"], old)
    after = list(Store(old).papers(range(1, 9)).values())
    assert after == [paper for paper in before if paper.id != "2503.99001"]
    assert after[-1].authors == ("M. L. King Jr.", "Ana García Pérez")
    assert after[-1].names == ()

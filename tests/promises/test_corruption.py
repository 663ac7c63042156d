"""An index damaged anywhere: found, never answered with, mended as far as it can be."""

from __future__ import annotations

import re
import shutil
import sqlite3
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import astrosearch
from astrosearch.cli.main import main
from astrosearch.errors import EncoderMismatch, NotAnIndex
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.repair import repair
from astrosearch.maintenance.verify import verify
from astrosearch.store.reader import Store
from tests.support.damage import Damage, content, damages, make_index, outcome
from tests.support.encoders import WordEncoder

PAPERS = [f"2503.{99000 + number}" for number in range(16) if number != 3]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs fork")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_index(tmp_path_factory.mktemp("damaged"))


@pytest.mark.parametrize("places", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_damage_is_found_never_answered_with_and_mended(index: Path, tmp_path: Path, places: int):
    sound = content(index)
    for damage in damages(index, places):
        came = outcome(index, damage, tmp_path, sound)
        assert came.found, damage
        assert came.answer in ("right", "refused"), (damage, came)
        assert came.repair in ("whole", "papers lost", "beyond repair"), (damage, came)
        if damage.file.startswith("segments"):
            assert came.repair == "whole", damage


def test_a_sentence_that_was_altered_is_refused_by_its_name(index: Path, tmp_path: Path):
    copy = Path(shutil.copytree(index, tmp_path / "copy"))
    path = copy / "astrosearch.db"
    content = path.read_bytes()
    at = content.index(b"Methods")
    path.write_bytes(content[:at] + b"Nethods" + content[at + 7 :])
    with astrosearch.open(copy, encoder=WordEncoder()) as opened:
        refusals = [error for paper in PAPERS if (error := refusal(opened, paper))]
    (said,) = refusals
    assert re.search(r"sentence \d+ is damaged.*\n.*repair", said)
    assert any("rows are damaged" in problem for problem in verify(copy))
    repaired = repair(copy, encoder=WordEncoder())
    assert len(repaired.lost) == 1
    assert verify(copy) == []


def refusal(opened: astrosearch.Index, paper: str) -> str | None:
    try:
        opened.paper(paper)
    except NotAnIndex as error:
        return str(error)
    return None


def test_what_is_lost_is_read_again(index: Path, tmp_path: Path):
    work = Path(shutil.copytree(index.parent, tmp_path / "work"))
    rows, _ = content(index)
    with sqlite3.connect(work / "index/astrosearch.db") as db:
        db.execute("UPDATE papers SET title = 'Another' WHERE paper_id = '2503.99005'")
    db.close()
    repaired = repair(work / "index", encoder=WordEncoder())
    assert repaired.lost == ["2503.99005"]
    # the corpus is where the index says it is
    astrosearch.build(index.parent / "corpus", index=work / "index", encoder=WordEncoder())
    assert verify(work / "index") == []
    again, _ = content(work / "index")
    assert sorted(row[1:] for row in again) == sorted(row[1:] for row in rows)


def test_nothing_is_written_over_damage(index: Path, tmp_path: Path):
    copy = Path(shutil.copytree(index, tmp_path / "copy"))
    Damage("astrosearch.db", "flip", copy.joinpath("astrosearch.db").stat().st_size - 5).inflict(
        copy
    )
    with pytest.raises(NotAnIndex, match="repair"):
        removing.remove(["2503.99001"], copy)


def test_repair_from_the_command_line(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    copy = Path(shutil.copytree(index, tmp_path / "copy"))
    monkeypatch.setattr("astrosearch.maintenance.repair.load_encoder", lambda *_: WordEncoder())
    (segment, *_) = sorted((copy / "segments").iterdir())
    segment.unlink()

    def said(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, [*arguments, "--index", str(copy)])
        return result.exit_code, result.stderr

    code, text = said("verify")
    assert code == 1
    assert f"{segment.name}: missing" in text
    assert "astrosearch repair" in text
    code, text = said("repair")
    assert code == 0
    assert segment.name in text
    assert said("verify")[0] == 0
    assert said("repair")[1].endswith("nothing to repair\n")


def test_repair_refuses_another_encoder(index: Path, tmp_path: Path):
    copy = Path(shutil.copytree(index, tmp_path / "copy"))
    (segment, *_) = sorted((copy / "segments").iterdir())
    segment.unlink()
    with pytest.raises(EncoderMismatch):
        repair(copy, encoder=WordEncoder(fingerprint="e" * 64))
    assert segment.name in Store(copy).live_files()


def test_a_damaged_vector_is_not_merged_and_signed_again(index: Path, tmp_path: Path):
    copy = Path(shutil.copytree(index, tmp_path / "copy"))
    row = Store(copy).segments()[0]
    Damage(f"segments/{row.file}", "flip", row.bytes // 3).inflict(copy)
    with pytest.raises(NotAnIndex, match=rf"{row.file} is missing or damaged.*\n.*repair"):
        optimizing.optimize(copy, recall=1)
    assert any(row.file in problem for problem in verify(copy))

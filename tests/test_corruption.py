"""An index damaged anywhere: found, never answered with, mended as far as it can be."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.damage import content, damages, make_index, outcome

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

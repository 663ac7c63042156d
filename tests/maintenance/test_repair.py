"""Repairing an index: what is made anew from its sentences."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import astrosearch
from astrosearch.indexing import encode as encoding
from astrosearch.maintenance.repair import repair
from astrosearch.maintenance.verify import verify
from tests.support.encoders import WordEncoder

NUMBERS = {"not a number": math.nan, "infinite": math.inf, "infinitely small": -math.inf}


@pytest.mark.parametrize("number", NUMBERS.values(), ids=NUMBERS)
def test_vectors_that_are_not_finite_are_made_anew(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: float
):
    """As an older version stored them, whose encoder overflowed."""

    def overflowing(encoder: WordEncoder, texts: list[str], tell: Any) -> NDArray[np.float32]:
        vectors = encoder.encode(texts)
        vectors[["triaxial" in text for text in texts], 3] = number
        return vectors

    sound, index = tmp_path / "sound", tmp_path / "index"
    astrosearch.build(corpus, index=sound, encoder=WordEncoder())
    monkeypatch.setattr(encoding, "encoded", overflowing)
    astrosearch.build(corpus, index=index, encoder=WordEncoder())
    assert any("vectors are not of unit length" in problem for problem in verify(index))
    repaired = repair(index, encoder=WordEncoder())
    assert [line.partition(": ")[2].split()[1] for line in repaired.done] == ["vectors"]
    assert repaired.lost == []
    assert verify(index) == []
    assert repair(index, encoder=WordEncoder()).done == []

    def found(folder: Path) -> list[tuple[str, float]]:
        with astrosearch.open(folder, encoder=WordEncoder()) as opened:
            hits = opened.query("triaxial haloes", k=100, mode="dense", fold=False)
            return [(hit.sentence.text, hit.score) for hit in hits]

    assert found(index) == found(sound)

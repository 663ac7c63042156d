"""Open an index whose files were altered, and ask it everything."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import cache

import astrosearch
from astrosearch.errors import AstrosearchError
from astrosearch.maintenance.verify import verify
from astrosearch.records import Hit
from astrosearch.store.layout import DATABASE, SEGMENTS
from fuzz import properties
from fuzz.scratch import scratch
from tests.support.encoders import WordEncoder

QUESTION = "dust drives the winds of giants"
TEXT = """Winds of cool giants

Introduction

Dust drives the winds of cool giants. Pulsation lifts the gas first. The grains then form in it.

Results

Each giant loses its envelope in this way. We measure how fast. The rate grows with luminosity.
"""


@dataclass(frozen=True)
class Sound:
    """A small index as it was built, its files' bytes, and what it answers."""

    files: dict[str, bytes]
    hits: list[tuple[int, str]]


@cache
def sound() -> Sound:
    """Build the index, once."""
    corpus, index = scratch() / "corpus", scratch() / "built"
    corpus.mkdir()
    (corpus / "winds.txt").write_text(TEXT)
    astrosearch.build(corpus, index=index, encoder=WordEncoder(dimension=16))
    files = {name: (index / name).read_bytes() for name in (DATABASE, f"{SEGMENTS}/000001.faiss")}
    with astrosearch.open(index, encoder=WordEncoder(dimension=16)) as opened:
        return Sound(files, _ids(opened.query(QUESTION, k=3)))


def altered(data: bytes) -> dict[str, bytes]:
    """Alter the index's files by the edits that `data` spells.

    An edit is 7 bytes and what they announce: which file and how (overwrite, insert, delete, cut
    off), where (4 bytes), and how many bytes follow, or go (2 bytes).
    """
    files = dict(sound().files)
    names = sorted(files)
    at = 0
    while at + 7 <= len(data):
        name = names[data[at] % len(names)]
        how = data[at] // len(names) % 4
        whole = files[name]
        place = int.from_bytes(data[at + 1 : at + 5], "little") % (len(whole) + 1)
        size = int.from_bytes(data[at + 5 : at + 7], "little")
        at += 7
        if how < 2:
            piece = data[at : at + size % 512]
            at += len(piece)
            rest = whole[place + (len(piece) if how == 0 else 0) :]
            files[name] = whole[:place] + piece + rest
        elif how == 2:
            files[name] = whole[:place] + whole[place + size :]
        else:
            files[name] = whole[:place]
    return files


def index(data: bytes) -> None:
    """Open, query, show and verify an index of altered files."""
    files = altered(data)
    folder = scratch() / "altered"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / SEGMENTS).mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        problems = verify(folder)
    except AstrosearchError as error:
        problems = [str(error)]
    assert all(problems)
    encoder = WordEncoder(dimension=16)
    try:
        opened = astrosearch.open(folder, encoder=encoder)
    except AstrosearchError:
        return
    try:
        _ask(opened, problems, same=files == sound().files)
    finally:
        opened.close()


def _ask(opened: astrosearch.Index, problems: list[str], *, same: bool) -> None:
    found: list[Hit] | None = None
    try:
        found = opened.query(QUESTION, k=3)
        _look_at(found)
    except AstrosearchError:
        assert not same, "an index in order is refused"
    if found is not None and not problems:
        assert _ids(found)[0][0] == sound().hits[0][0], "another answer, and verify calls it sound"
    for ask in (
        lambda: opened.query(QUESTION, k=2, mode="lexical"),
        lambda: opened.similar(1, k=2),
        lambda: opened.similar("winds", k=2),
        lambda: [opened.sentence(i) for i in (1, 2, 5)],
        lambda: opened.paper("winds"),
        lambda: (opened.counts, opened.segments, opened.codes, opened.failures, len(opened)),
        lambda: opened.encoder_identity,
    ):
        try:
            answer: object = ask()
        except AstrosearchError:
            continue
        if isinstance(answer, list) and answer and isinstance(answer[0], Hit):
            _look_at(answer)


def _look_at(hits: list[Hit]) -> None:
    for hit in hits:
        for value in hit.row().values():
            assert value is None or isinstance(value, int | float | str), value
            if isinstance(value, str):
                properties.readable(value, name=True)


def _ids(hits: list[Hit]) -> list[tuple[int, str]]:
    return [(hit.sentence.id, hit.sentence.text) for hit in hits]

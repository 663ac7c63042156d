"""An index in a process forked from one that asked it, and in one that was handed it pickled."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import astrosearch
from astrosearch.errors import AstrosearchError

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")

MANY = [f"dust and gas in galaxy number {n} of a survey" for n in range(260)]
PATIENCE = 120  # seconds, in which a busy machine does what takes one

Asked = tuple[str, str, list[str]]


def answer(index: astrosearch.Index, asked: Asked) -> list[list[int]]:
    _, mode, texts = asked
    found = index.query_batch(texts, k=3, mode=mode)  # type: ignore[arg-type]
    return [[hit.sentence.id for hit in hits] for hits in found]


class Worker:
    """What the processes of a pool inherit."""

    index: astrosearch.Index
    path: Path

    @classmethod
    def ask(cls, asked: Asked) -> list[list[int]]:
        if asked[0] == "inherited":
            return answer(cls.index, asked)
        with astrosearch.open(cls.path) as fresh:
            return answer(fresh, asked)


@pytest.mark.parametrize("texts", [["dust reddens starlight"], MANY], ids=["one", "many"])
def test_a_forked_pool_asks_what_its_parent_asked(example_index: Path, texts: list[str]):
    Worker.path = example_index
    with astrosearch.open(example_index) as Worker.index:
        expected = {
            mode: answer(Worker.index, ("inherited", mode, texts)) for mode in ("hybrid", "dense")
        }
        todo = [(how, mode, texts) for how in ("inherited", "fresh") for mode in expected]
        with multiprocessing.get_context("fork").Pool(2) as pool:
            found = pool.map_async(Worker.ask, todo, chunksize=1).get(PATIENCE)
        assert found == [expected[mode] for _, mode, _ in todo]
        # The parent goes on as before.
        assert answer(Worker.index, ("inherited", "dense", texts)) == expected["dense"]


def test_a_child_asks_though_its_parent_closed_its_own(example_index: Path):
    Worker.path = example_index
    asked = ("fresh", "hybrid", ["dust reddens starlight"])
    with astrosearch.open(example_index) as index:
        expected = answer(index, asked)
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply_async(Worker.ask, [asked]).get(PATIENCE) == expected


def test_a_child_forked_while_threads_ask_does_not_wait_for_their_locks(example_index: Path):
    Worker.path, stopping = example_index, threading.Event()
    asked = ("inherited", "hybrid", ["dust reddens starlight"])

    def keep_asking() -> None:
        while not stopping.is_set():
            answer(Worker.index, asked)

    with astrosearch.open(example_index) as Worker.index, ThreadPoolExecutor(2) as threads:
        expected = answer(Worker.index, asked)
        for _ in range(2):
            threads.submit(keep_asking)
        try:
            for _ in range(4):
                with multiprocessing.get_context("fork").Pool(1) as pool:
                    assert pool.apply_async(Worker.ask, [asked]).get(PATIENCE) == expected
        finally:
            stopping.set()


def test_a_closed_index_is_closed_in_a_child_and_a_child_closes_its_own_alone(example_index: Path):
    index = astrosearch.open(example_index)
    asked = ("inherited", "dense", ["dust reddens starlight"])
    expected = answer(index, asked)
    assert status_of_child(index.close) == 0
    assert answer(index, asked) == expected
    index.close()

    def ask_closed() -> None:
        with pytest.raises(AstrosearchError, match="is closed"):
            answer(index, asked)

    assert status_of_child(ask_closed) == 0


def test_a_child_of_a_child_asks(example_index: Path):
    asked = ("inherited", "dense", ["dust reddens starlight"])
    with astrosearch.open(example_index) as index:
        expected = answer(index, asked)

        def ask() -> None:
            assert answer(index, asked) == expected

        def ask_and_fork() -> None:
            ask()
            assert status_of_child(ask) == 0

        assert status_of_child(ask_and_fork) == 0


def test_an_index_is_pickled_by_its_path(
    example_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(example_index.parent)
    with astrosearch.open(example_index.name) as index:
        asked = ("", "hybrid", ["dust reddens starlight"])
        expected = answer(index, asked)
        pickled = pickle.dumps(index)
    monkeypatch.chdir(tmp_path)
    with pickle.loads(pickled) as copy:
        assert answer(copy, asked) == expected


def test_a_spawned_process_is_handed_an_index(example_index: Path):
    asked = ("", "dense", ["dust reddens starlight"])
    with astrosearch.open(example_index) as index:
        expected = answer(index, asked)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            assert pool.apply_async(answer, [index, asked]).get(PATIENCE) == expected


def test_an_encoder_object_goes_with_a_pickled_index(example_index: Path):
    encoder = astrosearch.open(example_index).encoder
    with astrosearch.open(example_index, encoder=encoder) as index:
        copy = pickle.loads(pickle.dumps(index))
    assert copy.encoder.fingerprint == encoder.fingerprint


def status_of_child(work: Callable[[], None]) -> int:
    """Return how a forked child ends that does some work; -1 where it doesn't end in time."""
    child = multiprocessing.get_context("fork").Process(target=work)
    child.start()
    child.join(PATIENCE)
    if child.exitcode is None:
        child.kill()
        return -1
    return child.exitcode

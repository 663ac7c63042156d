"""Asking an open index: by meaning, by words and by both, one and many, like this one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import astrosearch
from astrosearch.errors import AstrosearchError, EncoderError, NotFound
from astrosearch.maintenance import optimize as optimizing
from astrosearch.maintenance import remove as removing
from astrosearch.maintenance.repair import repair
from astrosearch.search.index import MODES, Mode
from tests.support.encoders import WordEncoder


@pytest.fixture
def index(built: Path, encoder: WordEncoder):
    with astrosearch.open(built, encoder=encoder) as opened:
        yield opened


def everything(index: astrosearch.Index) -> dict[int, str]:
    papers = ("peaks/main", "2501.99101", "2501.99102")
    return {s.id: s.text for paper in papers for s in index.paper(paper)[1]}


@pytest.mark.parametrize("mode", MODES)
def test_own_words_come_first(index: astrosearch.Index, mode: Mode):
    hits = index.query("Dust drives the winds of cool giants.", k=4, mode=mode)
    assert hits[0].sentence.text == "Dust drives the winds of cool giants."
    assert hits[0].paper.id == "2501.99102"
    assert (hits[0].sentence.file, hits[0].sentence.line) == ("records.jsonl", 2)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_dense_scores_are_the_cosines(index: astrosearch.Index):
    sentences = everything(index)
    rows = WordEncoder().encode(list(sentences.values()))
    query = "the shapes of haloes in simulations"
    cosines = dict(zip(sentences, rows @ WordEncoder().encode([query])[0], strict=True))
    hits = index.query(query, k=len(sentences) + 5, mode="dense")
    assert {hit.sentence.id for hit in hits} == set(sentences)
    for hit in hits:
        assert hit.score == pytest.approx(cosines[hit.sentence.id], abs=1e-5)


@pytest.mark.parametrize("mode", MODES)
def test_batch_equals_single_queries(index: astrosearch.Index, mode: Mode):
    queries = ["haloes", "winds of giants", "the acoustic peaks", "zzz"]
    results = index.query_batch(queries, k=5, mode=mode)
    assert results.ids.shape == results.scores.shape == (4, 5)
    assert results.ids.dtype == np.int64
    assert results.scores.dtype == np.float32
    assert len(results) == 4
    for i, query in enumerate(queries):
        assert results[i] == index.query(query, k=5, mode=mode)
    assert results[1:3] == [results[1], results[2]]
    assert (np.isnan(results.scores) == (results.ids < 0)).all()


def test_lexical_needs_a_shared_word_and_stems(index: astrosearch.Index):
    assert index.query("zzz", mode="lexical") == []
    assert {h.paper.id for h in index.query("halo", mode="lexical")} == {"2501.99101"}


@pytest.mark.parametrize(
    "query",
    ['"', '""', '"unbalanced', "a AND OR NOT (", "text:x", "^*", "NEAR(a b)", "-", "col : x", "*"],
)
def test_nothing_a_person_types_is_fts_syntax(index: astrosearch.Index, query: str):
    index.query(query, mode="lexical")


def test_quoted_words_stand_together(index: astrosearch.Index):
    hits = index.query('"cool giants"', mode="lexical")
    assert hits
    assert all("cool giants" in hit.sentence.text for hit in hits)
    assert index.query('"giants cool"', mode="lexical") == []


def test_similar_leaves_itself_out(index: astrosearch.Index):
    sentence = index.query("Dust drives the winds of cool giants.", k=1)[0].sentence
    near = index.similar(sentence.id, k=100)
    assert sentence.id not in {hit.sentence.id for hit in near}
    assert len(near) == len(index) - 1
    near = index.similar("2501.99102", k=100)
    own = {s.id for s in index.paper("2501.99102")[1]}
    assert not own & {hit.sentence.id for hit in near}
    assert len(near) == len(index) - len(own)


def test_a_search_asks_no_network_for_the_encoder_that_an_index_names(
    corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The name is what the author of the index chose."""
    encoder = WordEncoder()
    encoder.name = "somebody/tracker"
    astrosearch.build(corpus, index=tmp_path / "index", encoder=encoder)
    asked: list[object] = []

    def refuse(*arguments: object) -> None:
        asked.append(arguments)
        raise OSError

    monkeypatch.setattr("astrosearch.encoder.locate.download", refuse)
    monkeypatch.setattr("socket.socket.connect", refuse)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with astrosearch.open(tmp_path / "index") as opened:
        with pytest.raises(EncoderError, match="The hub is not asked by searches"):
            opened.query("haloes")
        assert opened.query("haloes", mode="lexical")
        assert opened.similar("2501.99102")
    (next((tmp_path / "index" / "segments").glob("*.faiss"))).unlink()
    with pytest.raises(EncoderError, match="The hub is not asked by searches"):
        repair(tmp_path / "index")
    assert asked == []


def test_results_convert_to_a_data_frame(index: astrosearch.Index):
    frame = index.query_batch(["haloes", "winds"], k=2).to_pandas()
    assert list(frame["query"]) == ["haloes", "haloes", "winds", "winds"]
    assert list(frame["rank"]) == [1, 2, 1, 2]
    assert frame["line"].min() >= 1


def test_results_convert_to_an_astropy_table(index: astrosearch.Index):
    table = index.query_batch(["haloes", "winds"], k=2).to_astropy()
    assert len(table) == 4
    assert list(table["rank"]) == [1, 2, 1, 2]
    assert table.colnames[:3] == ["query", "rank", "score"]


def test_more_hits_than_sentences_are_all_of_them(index: astrosearch.Index):
    assert len(index.query("haloes", k=10**12)) == len(index)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"text": " "}, "empty"),
        ({"text": "x", "k": 0}, "k is 0"),
        ({"text": "x", "mode": "psychic"}, "dense, lexical"),
    ],
)
def test_senseless_questions_say_why(
    index: astrosearch.Index, arguments: dict[str, object], message: str
):
    with pytest.raises(AstrosearchError, match=message):
        index.query(**arguments)  # type: ignore[arg-type]


def test_unknown_ids_say_where_they_were_looked_for(index: astrosearch.Index, built: Path):
    for call in (lambda: index.similar("9999.99999"), lambda: index.sentence(10**9)):
        with pytest.raises(NotFound, match=str(built)):
            call()


def test_open_index_sees_what_is_committed_later(
    corpus: Path, built: Path, index: astrosearch.Index
):
    assert index.query("They are triaxial", k=1)
    (corpus / "new.txt").write_text("News\n\nQuasars flicker without warning.\n")
    astrosearch.build(corpus, index=built, encoder=WordEncoder())
    assert index.query("Quasars flicker without warning.", k=1)[0].paper.id == "new"
    removing.remove(["new"], built)
    hits = index.query("Quasars flicker without warning.", k=100)
    assert "new" not in {hit.paper.id for hit in hits}
    optimizing.optimize(built)
    assert len(index.query("haloes", k=100)) == len(index)


def test_open_index_survives_a_rebuild(corpus: Path, built: Path, index: astrosearch.Index):
    before = [hit.sentence.text for hit in index.query("winds of giants", k=5)]
    astrosearch.build(corpus, index=built, encoder=WordEncoder(), rebuild=True)
    assert [hit.sentence.text for hit in index.query("winds of giants", k=5)] == before


@pytest.mark.skipif(os.name != "posix", reason="POSIX permissions")
def test_finished_index_opens_from_a_read_only_folder(built: Path):
    assert sorted(p.name for p in built.iterdir()) == [
        *("astrosearch.db", "astrosearch.db.sha256", "segments", "writer.lock")
    ]
    for path in [*built.rglob("*"), built]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with astrosearch.open(built, encoder=WordEncoder()) as index:
            assert index.query("haloes", k=2)
    finally:
        for path in [built, *built.rglob("*")]:
            path.chmod(0o755)


def test_query_imports_no_torch(example_index: Path):
    probe = (
        "import sys, astrosearch\n"
        f"with astrosearch.open({str(example_index)!r}) as index: index.query('dust', k=1)\n"
        "print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    loaded = set(out.stdout.split())
    assert "faiss" in loaded
    assert not {"torch", "sentence_transformers", "transformers", "sqlite_utils", "rich"} & loaded


def test_rebuild_with_another_encoder_is_noticed_by_an_open_index(corpus: Path, built: Path):
    given = WordEncoder()
    with astrosearch.open(built, encoder=given) as index:
        index.query("haloes")
        other = WordEncoder(fingerprint="e" * 64)
        astrosearch.build(corpus, index=built, encoder=other, rebuild=True)
        with pytest.raises(AstrosearchError, match="eeee"):
            index.query("haloes")


def test_closed_index_says_so(built: Path):
    index = astrosearch.open(built, encoder=WordEncoder())
    index.close()
    with pytest.raises(AstrosearchError, match="closed"):
        index.query("haloes")


def test_threads_share_an_index_while_a_writer_commits(corpus: Path, built: Path):
    stop = threading.Event()

    def write() -> None:
        try:
            for i in range(6):
                text = f"News {i}\n\nQuasars flicker {i} times at night.\n"
                (corpus / "new.txt").write_text(text)
                astrosearch.build(corpus, index=built, encoder=WordEncoder(), restore=True)
                removing.remove(["new"], built)
        finally:
            stop.set()  # those who ask would go on for ever

    def ask(index: astrosearch.Index) -> int:
        asked = 0
        while not stop.is_set() or not asked:
            assert index.query("haloes and quasars", k=50)
            assert index.similar("2501.99102", k=3)
            assert index.paper("2501.99101")[1]
            asked += 1
        return asked

    with astrosearch.open(built, encoder=WordEncoder()) as index, ThreadPoolExecutor(4) as pool:
        writing = pool.submit(write)
        asking = [pool.submit(ask, index) for _ in range(3)]
        writing.result()
        assert all(future.result() for future in asking)


@pytest.mark.parametrize("package", ["faiss", "openvino"])
def test_missing_extra_names_its_pip_line(example_index: Path, package: str):
    probe = (
        f"import sys\nfor name in ({package!r}, 'torch'): sys.modules[name] = None\n"
        "from astrosearch.cli import main\n"
        f"sys.argv = ['astrosearch', 'query', 'dust', '--index', {str(example_index)!r}]\n"
        "main()"
    )
    out = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert out.returncode == 1
    assert f"needs {package}" in out.stderr
    assert out.stderr.rstrip().endswith("Install it: pip install 'astrosearch[cpu]'")

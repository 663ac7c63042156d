"""Encoders: what a name stands for, what a folder may hold, and what comes out."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from astrosearch.encoder import (
    Encoder,
    fingerprint,
    load_encoder,
    openvino_runtime,
    precision,
    resolve,
)
from astrosearch.encoder import processor as machine_room
from astrosearch.encoder.cache import MOST, kept_file, read_kept, write_kept
from astrosearch.encoder.folder import read_folder
from astrosearch.encoder.tokens import TextTokenizer, batches
from astrosearch.encoder.weights import Weights, read_safetensors
from astrosearch.errors import EncoderError
from tests.support.places import ROOT

SENTENCES = [
    "The acoustic peaks are damped at small scales by photon diffusion.",
    "We fit a modified blackbody to the far-infrared fluxes.",
    "Silk damping suppresses the temperature anisotropies below a few arcminutes.",
    "The spectrograph was installed at the Nasmyth focus.",
    "Dwarf galaxies around the Milky Way lie in a thin plane.",
]
Edit = Callable[[Path], object]


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("ASTROSEARCH_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    pytest.importorskip("openvino", reason="the cpu extra isn't installed")
    return load_encoder("default", "cpu")


def tiny_config(**changes: Any) -> dict[str, Any]:
    return {
        "model_type": "bert",
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "vocab_size": 10,
        "max_position_embeddings": 16,
        "type_vocab_size": 2,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
    } | changes


def write_tiny(folder: Path) -> Path:
    """Write the smallest BERT: 8 dimensions, 10 words, one layer of random weights."""
    from safetensors.numpy import save_file

    folder.mkdir(parents=True, exist_ok=True)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "star", "dust", "red", "##shift", "gas"]
    (folder / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(tiny_config()), encoding="utf-8")
    random = np.random.default_rng(1)
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (10, 8),
        "embeddings.position_embeddings.weight": (16, 8),
        "embeddings.token_type_embeddings.weight": (2, 8),
        "embeddings.LayerNorm.weight": (8,),
        "embeddings.LayerNorm.bias": (8,),
    }
    for name, (out, into) in {
        "attention.self.query": (8, 8),
        "attention.self.key": (8, 8),
        "attention.self.value": (8, 8),
        "attention.output.dense": (8, 8),
        "intermediate.dense": (16, 8),
        "output.dense": (8, 16),
    }.items():
        shapes[f"encoder.layer.0.{name}.weight"] = (out, into)
        shapes[f"encoder.layer.0.{name}.bias"] = (out,)
    for name in ("attention.output.LayerNorm", "output.LayerNorm"):
        shapes[f"encoder.layer.0.{name}.weight"] = shapes[f"encoder.layer.0.{name}.bias"] = (8,)
    tensors = {name: random.normal(size=s).astype(np.float32) for name, s in shapes.items()}
    save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny(tmp_path / "tiny")


def rewrite(file: str, **changes: Any) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / file
        content = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content | changes), encoding="utf-8")

    return edit


def overwrite(file: str, content: str) -> Edit:
    return lambda folder: (folder / file).write_text(content, encoding="utf-8")


# What comes out


def test_vectors_are_unit_length_float32_in_the_order_given(encoder: Encoder) -> None:
    vectors = encoder.encode(SENTENCES)
    assert vectors.shape == (5, encoder.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    again = encoder.encode(SENTENCES[::-1])[::-1]
    assert np.allclose(vectors, again, atol=2e-3)


def test_likeness_follows_meaning(encoder: Encoder) -> None:
    vectors = encoder.encode(SENTENCES)
    likeness = vectors @ vectors[0]
    assert likeness[1:].argmax() == 1  # Silk damping


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 384)


def test_the_same_texts_give_the_same_bits_in_every_process(encoder: Encoder) -> None:
    texts = [f"{s} {n}" * (n % 5 + 1) for n in range(20) for s in SENTENCES]
    probe = (
        "import sys, json, hashlib\n"
        "from astrosearch.encoder import load_encoder\n"
        "v = load_encoder('default', 'cpu').encode(json.load(sys.stdin))\n"
        "print(hashlib.sha256(v.tobytes()).hexdigest())"
    )
    out = subprocess.run(
        [sys.executable, "-c", probe],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    )
    assert out.stdout.strip() == hashlib.sha256(encoder.encode(texts).tobytes()).hexdigest()


def test_a_vector_hardly_depends_on_its_company(encoder: Encoder) -> None:
    texts = [f"{s} {'and so on ' * (n % 11)}" for n in range(22) for s in SENTENCES]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts[::6]])
    assert (together[::6] * alone).sum(axis=1).min() > 0.9999


def test_progress_adds_up_for_few_and_for_many(encoder: Encoder) -> None:
    for count in (3, 200):
        steps: list[int] = []
        encoder.encode([SENTENCES[n % 5] for n in range(count)], steps.append)
        assert sum(steps) == count
        assert min(steps) > 0


@pytest.mark.parametrize(
    "text",
    ["", " ", "galaxy", "quasar " * 1000, "Δχ² ≈ 3σ", "银河系", "🔭🌌", "a\x00b\x07\x1b", "\ud800"],
    ids=["empty", "space", "word", "long", "greek", "cjk", "emoji", "control", "surrogate"],
)
def test_any_string_has_a_vector(encoder: Encoder, text: str) -> None:
    vector = encoder.encode([text])
    assert np.isfinite(vector).all()
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)


def test_what_is_beyond_max_tokens_is_cut(encoder: Encoder) -> None:
    assert encoder.max_tokens == 256
    long = "dust " * 254
    same = encoder.encode([long, long + "and a different ending"])
    assert np.array_equal(same[0], same[1])


def test_encoding_from_two_threads_at_once_is_safe(encoder: Encoder) -> None:
    lists = [[s] * n for n, s in enumerate(SENTENCES, start=1)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(encoder.encode, lists * 5))
    for texts, vectors in zip(lists * 5, found, strict=True):
        assert np.allclose(vectors, encoder.encode(texts), atol=2e-3)


# What is kept between processes


@pytest.fixture
def kept(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Load the tiny encoder once; give the file in which its compiled graph was kept."""
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(tmp_path / "own cache"))
    load_encoder(str(tiny), "cpu")
    (file,) = (tmp_path / "own cache" / "compiled").iterdir()
    return file


def no_build(*_: object) -> None:
    raise AssertionError("the graph was built again")


def test_a_kept_graph_is_used_and_gives_the_same_vectors(
    kept: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kept.stat().st_size > 1000
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(tiny / "config.json"))  # never a folder
    fresh = load_encoder(str(tiny), "cpu").encode(["red star", "gas"])
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(kept.parents[1]))
    monkeypatch.setattr("astrosearch.encoder.graph.build_graph", no_build)
    again = load_encoder(str(tiny), "cpu")
    gc.collect()
    assert np.allclose(again.encode(["red star", "gas"]), fresh, atol=1e-6)


MANY = ["red star", "gas"] * 1500


def processor(monkeypatch: pytest.MonkeyPatch, **answers: str) -> list[str]:
    """Let OpenVINO offer bf16 and f32, whatever this processor has, and answer what is told.

    The list given is filled with the precisions asked for.
    """
    import openvino

    asked: list[str] = []

    class Compiled(openvino.CompiledModel):  # type: ignore[misc]
        answer: Any = openvino.Type.f32

        def get_property(self, name: str) -> Any:
            return self.answer if name == precision.PRECISION else super().get_property(name)

    class Core(openvino.Core):  # type: ignore[misc]
        def compile_model(self, model: Any, device: str, config: dict[str, str]) -> Any:
            compiled = Compiled(super().compile_model(model, device, config))
            if precision.PRECISION in config:
                asked.append(config[precision.PRECISION])
                compiled.answer = getattr(openvino.Type, answers[asked[-1]])
            return compiled

    CORES.append(Core())
    monkeypatch.setattr(openvino_runtime, "openvino_core", lambda: CORES[-1])
    offering(monkeypatch, "FP32", "BF16")
    return asked


CORES: list[Any] = []  # none may go before the process does


def offering(monkeypatch: pytest.MonkeyPatch, *precisions: str) -> None:
    """Let the processor offer precisions, whatever it has."""
    for module in (precision, machine_room):
        monkeypatch.setattr(module, "machine", lambda core: ["a processor", *precisions])


@pytest.mark.parametrize("quick", ["bf16", "f32"])
def test_the_quicker_precision_is_measured_once_and_kept(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, quick: str
) -> None:
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(tmp_path / "own"))
    processor(monkeypatch, bf16="bf16", f32="f32")
    timed: list[str] = []

    def seconds(compiled: Any, batch: object) -> float:
        timed.append(compiled.get_property(precision.PRECISION).get_type_name())
        return 1.0 if timed[-1] == quick else 2.0

    monkeypatch.setattr(precision, "_seconds", seconds)
    first = load_encoder(str(tiny), "cpu")
    vectors = first.encode(MANY)
    assert first.device == f"cpu (OpenVINO, {quick})"
    assert sorted(timed) == ["bf16", "f32"]
    again = load_encoder(str(tiny), "cpu")
    assert np.allclose(again.encode(MANY), vectors)
    assert again.device == first.device
    assert len(timed) == 2
    (file,) = (tmp_path / "own" / "precision").iterdir()
    file.write_bytes(b"damaged")
    load_encoder(str(tiny), "cpu").encode(MANY)
    assert len(timed) == 4


def test_the_precision_named_is_the_one_computed_in(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(tmp_path / "own"))
    processor(monkeypatch, bf16="bf16", f32="f32")
    monkeypatch.setattr(
        precision, "_seconds", lambda compiled, batch: precision.precision_of(compiled)
    )
    encoder = load_encoder(str(tiny), "cpu")
    encoder.encode(MANY)
    assert encoder.device == "cpu (OpenVINO, bf16)"  # "bf16" < "f32": the quicker
    # The processor is another now, or may no longer compute in all that it knows.
    asked = processor(monkeypatch, bf16="f32", f32="f32")
    monkeypatch.setattr(precision, "_seconds", no_build)
    encoder = load_encoder(str(tiny), "cpu")
    encoder.encode(MANY)
    assert encoder.device == "cpu (OpenVINO, f32)"
    assert len(asked) == 3
    load_encoder(str(tiny), "cpu").encode(MANY)
    assert asked[3:] == ["f32"]


def test_a_processor_without_a_choice_is_not_timed(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(tmp_path / "own"))
    offering(monkeypatch, "FP32")
    monkeypatch.setattr(precision, "_seconds", no_build)
    encoder = load_encoder(str(tiny), "cpu")
    encoder.encode(MANY)
    assert encoder.device == "cpu (OpenVINO, f32)"
    assert not (tmp_path / "own" / "precision").exists()


@pytest.mark.parametrize("damage", ["flipped", "cut", "empty", "zeros"])
def test_a_damaged_kept_graph_is_built_again(kept: Path, tiny: Path, damage: str) -> None:
    good = kept.read_bytes()
    middle = len(good) // 2
    bad = {
        "flipped": good[:middle] + bytes([good[middle] ^ 1]) + good[middle + 1 :],
        "cut": good[:middle],
        "empty": b"",
        "zeros": bytes(len(good)),
    }[damage]
    kept.write_bytes(bad)
    vectors = load_encoder(str(tiny), "cpu").encode(["red star"])
    assert np.linalg.norm(vectors) == pytest.approx(1, abs=1e-5)
    repaired = kept.read_bytes()
    assert hashlib.sha256(repaired[:-32]).digest() == repaired[-32:]
    assert [file.name for file in kept.parent.iterdir()] == [kept.name]


def test_another_encoder_s_graph_is_not_taken(kept: Path, tiny: Path) -> None:
    rewrite("config.json", layer_norm_eps=1e-3)(tiny)
    load_encoder(str(tiny), "cpu")
    assert len(list(kept.parent.iterdir())) == 2


def test_several_processes_may_start_at_once(tiny: Path, tmp_path: Path) -> None:
    probe = (
        "import sys\nfrom astrosearch.encoder import load_encoder\n"
        "print(load_encoder(sys.argv[1], 'cpu').encode(['red star']).tobytes().hex())"
    )
    environment = {**os.environ, "ASTROSEARCH_CACHE": str(tmp_path / "shared")}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", probe, str(tiny)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd=ROOT,
        )
        for _ in range(3)
    ]
    found = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0] * 3
    assert len(found) == 1
    assert len(list((tmp_path / "shared" / "compiled").iterdir())) == 1


@pytest.fixture
def graphs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Give a function that keeps a small file, as if it was used some seconds ago."""
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(tmp_path / "kept"))

    def keep(encoder: str, version: str = "1", machine: str = "this", ago: float = 0) -> Path:
        file = kept_file("graphs", encoder, [version], [machine])
        assert write_kept(file, [encoder.encode()])
        os.utime(file, (time.time() - ago,) * 2)
        return file

    return keep


def test_other_versions_of_an_encoder_s_graph_are_dropped(graphs: Callable[..., Path]) -> None:
    old = [graphs("mine", "1"), graphs("mine", "2", "another")]
    assert not old[0].exists()
    kept = [graphs("other", "1"), graphs("mine", "3"), graphs("mine", "3", "another")]
    assert not old[1].exists()
    assert sorted(kept[0].parent.iterdir()) == sorted(kept)


def test_the_graphs_used_longest_ago_are_dropped(graphs: Callable[..., Path]) -> None:
    files = [graphs(f"encoder {n:02}", ago=100 - n) for n in range(MOST)]
    assert read_kept(files[0]) is not None  # so the second is now the oldest
    new = graphs("one more")
    assert set(new.parent.iterdir()) == {new, *files} - {files[1]}


def test_what_was_never_finished_is_dropped_after_a_while(graphs: Callable[..., Path]) -> None:
    folder = graphs("one").parent
    (folder / "a.part").write_bytes(b"being written")
    (folder / "b.part").write_bytes(b"left behind")
    (folder / "c.part").mkdir()
    for name in ("b.part", "c.part"):
        os.utime(folder / name, (1, 1))
    graphs("two")
    assert {file.name for file in folder.glob("*.part")} == {"a.part"}


def test_graphs_may_be_kept_read_and_dropped_at_once(graphs: Callable[..., Path]) -> None:
    def work(number: int) -> bool:
        file = graphs(f"encoder {number % 12:02}", version=str(number % 2))
        body = read_kept(file)  # None: another thread dropped it
        return body is None or body.tobytes() == f"encoder {number % 12:02}".encode()

    def keep_going(number: int) -> bool:
        try:
            return work(number)
        except FileNotFoundError:  # from the fixture's own utime
            return True

    with ThreadPoolExecutor(6) as pool:
        assert all(pool.map(keep_going, range(120)))
    left = list(graphs("the last").parent.iterdir())
    assert len(left) <= MOST
    assert not [file for file in left if file.suffix == ".part"]


# What a name stands for


def test_the_default_needs_no_network_torch_or_home(tmp_path: Path) -> None:
    pytest.importorskip("openvino", reason="the cpu extra isn't installed")
    probe = (
        "import sys, socket\n"
        "def refuse(*a, **k): raise RuntimeError('network')\n"
        "socket.socket.connect = refuse\n"
        "from astrosearch.encoder import load_encoder\n"
        "e = load_encoder()\n"
        "assert e.encode(['a star']).shape == (1, 384)\n"
        "print(e.device, *sys.modules)"
    )
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    environment = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    for variable in ("XDG_CACHE_HOME", "ASTROSEARCH_CACHE"):
        environment.pop(variable, None)
    out = subprocess.run(
        [sys.executable, "-W", "error", "-c", probe],
        capture_output=True,
        text=True,
        env=environment,
        cwd=tmp_path,
        check=False,
    )
    assert out.returncode == 0, out.stderr
    assert out.stderr == ""
    modules = set(out.stdout.split())
    assert not modules & {"torch", "transformers", "huggingface_hub", "openvino_telemetry"}
    assert out.stdout.startswith("cpu (OpenVINO, ")


def test_importing_the_room_imports_nothing_heavy() -> None:
    probe = "import sys, astrosearch.encoder\nprint(*sys.modules)"
    out = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=ROOT
    )
    heavy = {"numpy", "tokenizers", "openvino", "torch", "safetensors", "hashlib"}
    assert not heavy & set(out.stdout.split())


def test_the_default_s_card_and_fingerprint() -> None:
    folder = resolve("default")
    assert {p.suffix for p in folder.rglob("*") if p.stat().st_size > 1_000_000} == {".safetensors"}
    assert (folder / "model.safetensors").stat().st_size < 50_000_000
    assert json.loads((folder / "astrosearch.json").read_text()) == {"text_form": "plain"}
    assert fingerprint(folder) == load_encoder("default", "cpu").fingerprint


def test_a_folder_is_named_by_its_name(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tiny.parent)
    found = load_encoder("tiny", "cpu")
    assert (found.name, found.dimension, found.max_tokens) == ("tiny", 8, 16)
    assert resolve("tiny") == tiny == resolve(str(tiny))


def test_a_hub_id_is_found_in_the_local_cache(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "hub" / "models--someone--tiny"
    shutil.copytree(tiny, repository / "snapshots" / "abc123")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc123")
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    found = load_encoder("someone/tiny", "cpu")
    assert found.name == "someone/tiny"
    assert found.fingerprint == fingerprint(tiny)


def test_a_pickle_in_the_cache_is_refused_for_what_it_is(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "hub" / "models--tiny"
    (tiny / "model.safetensors").rename(tiny / "pytorch_model.bin")
    shutil.copytree(tiny, repository / "snapshots" / "abc123")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc123")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.chdir(tmp_path / "hub")
    with pytest.raises(EncoderError, match="a pickle"):
        load_encoder("tiny", "cpu")


def test_an_unknown_name_says_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    with pytest.raises(EncoderError) as caught:
        load_encoder("nothing-here", "cpu")
    assert str(tmp_path / "nothing-here") in str(caught.value)
    assert str(tmp_path / "cache") in str(caught.value)


def test_an_uncached_hub_id_offline_says_so(tmp_path: Path) -> None:
    probe = "from astrosearch.encoder import load_encoder\nload_encoder('someone/else', 'cpu')"
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    out = subprocess.run(
        [sys.executable, "-c", probe],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        cwd=ROOT,
    )
    assert "astrosearch.errors.EncoderError: there is no encoder 'someone/else'" in out.stderr
    assert "HF_HUB_OFFLINE" in out.stderr or "huggingface_hub" in out.stderr


@pytest.mark.parametrize("name", ["", "../..x", "a/b/c", "no\0where", "x" * 5000])
def test_a_name_that_can_be_nothing_is_an_encoder_error(name: str) -> None:
    with pytest.raises(EncoderError):
        load_encoder(name, "cpu")


def test_an_unknown_device_lists_the_known() -> None:
    with pytest.raises(EncoderError, match="auto, cpu, cuda"):
        load_encoder("default", "tpu")


# What a folder may hold


@pytest.mark.parametrize(
    ("edit", "file", "cause"),
    [
        (overwrite("config.json", "{"), "config.json", "not JSON"),
        (overwrite("config.json", "[]"), "config.json", "not a JSON object"),
        (lambda f: (f / "config.json").unlink(), "config.json", "isn't there"),
        (rewrite("config.json", hidden_size=12), "model.safetensors", "config.json asks for"),
        (rewrite("config.json", num_hidden_layers=2), "model.safetensors", "no tensor"),
        (rewrite("config.json", num_attention_heads=3), "config.json", "don't divide"),
        (rewrite("config.json", vocab_size="many"), "config.json", "vocab_size"),
        (rewrite("config.json", vocab_size=11), "model.safetensors", "[11, 8]"),
        (rewrite("config.json", type_vocab_size=None), "config.json", "type_vocab_size"),
        (rewrite("config.json", layer_norm_eps="small"), "config.json", "layer_norm_eps"),
        (rewrite("config.json", auto_map={"AutoModel": "x.Y"}), "config.json", "refused"),
        (lambda f: (f / "vocab.txt").unlink(), "tokenizer.json", "vocab.txt"),
        (overwrite("vocab.txt", "star\ndust"), "vocab.txt", "[UNK]"),
        (overwrite("tokenizer.json", "{}"), "tokenizer.json", "can't be used"),
        (lambda f: os.truncate(f / "model.safetensors", 900), "model.safetensors", "damaged"),
        (lambda f: os.truncate(f / "model.safetensors", 3), "model.safetensors", "short"),
        (lambda f: os.truncate(f / "model.safetensors", 0), "model.safetensors", "empty"),
        (overwrite("modules.json", '{"a": 1}'), "modules.json", "not a list"),
        (overwrite("modules.json", '[{"type": "evil.Code", "path": ""}]'), "modules.json", "evil"),
        (
            overwrite(
                "modules.json", '[{"type": "sentence_transformers.x.Pooling", "path": "../x"}]'
            ),
            "modules.json",
            "outside",
        ),
        (
            overwrite("modules.json", '[{"type": "sentence_transformers.x.Dense", "path": ""}]'),
            "config.json",
            "out_features",
        ),
        (rewrite("astrosearch.json", text_form="runes"), "astrosearch.json", "runes"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_a_damaged_folder_names_the_file(tiny: Path, edit: Edit, file: str, cause: str) -> None:
    edit(tiny)
    with pytest.raises(EncoderError) as caught:
        load_encoder(str(tiny), "cpu")
    message = str(caught.value)
    assert str(tiny / file) in message
    assert cause in message
    assert "\n" in message  # and then the cure


def test_a_tokenizer_larger_than_the_encoder_is_refused(tiny: Path) -> None:
    with (tiny / "vocab.txt").open("a") as stream:
        stream.write("\nhalo")
    with pytest.raises(EncoderError, match="less than the tokenizer's"):
        load_encoder(str(tiny), "cpu")


def test_a_pickle_is_never_read(tiny: Path) -> None:
    (tiny / "model.safetensors").rename(tiny / "pytorch_model.bin")
    with pytest.raises(EncoderError, match=r"pickle.*\n.*save_pretrained"):
        load_encoder(str(tiny), "cpu")


def test_the_text_form_is_the_folder_s(tiny: Path) -> None:
    assert load_encoder(str(tiny), "cpu").text_form == "plain"
    rewrite("astrosearch.json", text_form="seed")(tiny)
    assert load_encoder(str(tiny), "cpu").text_form == "seed"


@pytest.mark.parametrize(
    "edit",
    [
        rewrite("config.json", layer_norm_eps=1e-5),
        rewrite("astrosearch.json", text_form="seed"),
        overwrite("vocab.txt", "[UNK]"),
        lambda f: os.truncate(f / "model.safetensors", 900),
    ],
)
def test_the_fingerprint_changes_with_what_decides_the_vectors(tiny: Path, edit: Edit) -> None:
    before = fingerprint(tiny)
    edit(tiny)
    assert fingerprint(tiny) != before


def test_the_fingerprint_is_the_same_elsewhere_and_with_other_files(tiny: Path) -> None:
    copy = tiny.parent / "copy"
    shutil.copytree(tiny, copy)
    (copy / "README.md").write_text("a card")
    (copy / "training_args.json").write_text("{}")
    assert fingerprint(copy) == fingerprint(tiny)


def test_max_tokens_come_from_the_smallest_limit(tiny: Path) -> None:
    rewrite("sentence_bert_config.json", max_seq_length=7)(tiny)
    assert read_folder(tiny, "").max_tokens == 7
    rewrite("sentence_bert_config.json", max_seq_length=700)(tiny)
    assert read_folder(tiny, "").max_tokens == 16
    (tiny / "sentence_bert_config.json").unlink()
    rewrite("tokenizer_config.json", model_max_length=9)(tiny)
    assert read_folder(tiny, "").max_tokens == 9
    assert len(TextTokenizer(read_folder(tiny, "")).ids("star " * 50)) == 9


@pytest.mark.parametrize(
    ("config", "pooling"),
    [
        ({"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, "mean"),
        ({"pooling_mode_mean_tokens": False, "pooling_mode_cls_token": True}, "cls"),
        ({"pooling_mode_max_tokens": True}, "max"),
        ({"pooling_mode": "cls"}, "cls"),
    ],
)
def test_pooling_is_read_in_both_forms(tiny: Path, config: dict[str, Any], pooling: str) -> None:
    modules = [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": "1_P", "type": "sentence_transformers.models.Pooling"},
    ]
    (tiny / "modules.json").write_text(json.dumps(modules))
    rewrite("1_P/config.json", **config)(tiny)
    assert read_folder(tiny, "").pooling == pooling
    rewrite("1_P/config.json", word_embedding_dimension=99)(tiny)
    with pytest.raises(EncoderError, match="99"):
        read_folder(tiny, "")


def test_unknown_pooling_is_refused(tiny: Path) -> None:
    module = {"path": "1_P", "type": "sentence_transformers.models.Pooling"}
    (tiny / "modules.json").write_text(json.dumps([module]))
    both = {"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": True}
    rewrite("1_P/config.json", **both)(tiny)
    with pytest.raises(EncoderError, match="mean, cls, max"):
        read_folder(tiny, "")


def test_a_vocab_txt_makes_a_word_piece_tokenizer(tiny: Path) -> None:
    ids = TextTokenizer(read_folder(tiny, "")).ids
    assert ids("Redshift star!") == [2, 7, 8, 5, 1, 3]
    rewrite("tokenizer_config.json", do_lower_case=False)(tiny)
    cased = TextTokenizer(read_folder(tiny, "")).ids
    assert cased("Redshift star") == [2, 1, 5, 3]
    rewrite("sentence_bert_config.json", do_lower_case=True)(tiny)
    lowered = TextTokenizer(read_folder(tiny, "")).ids
    assert lowered("Redshift star") == [2, 7, 8, 5, 3]


def test_a_default_prompt_goes_before_each_text(tiny: Path) -> None:
    rewrite("config_sentence_transformers.json", prompts={"q": "gas "}, default_prompt_name="q")(
        tiny
    )
    assert TextTokenizer(read_folder(tiny, "")).ids("star") == [2, 9, 5, 3]


def test_bfloat16_weights_and_shards_are_read(tiny: Path) -> None:
    header = {"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}
    text = json.dumps(header).encode()
    body = np.array([0x3F80, 0xC000], "<u2").tobytes()
    file = tiny / "other.safetensors"
    file.write_bytes(len(text).to_bytes(8, "little") + text + body)
    assert read_safetensors(file)["a"].tolist() == [1.0, -2.0]

    whole = load_encoder(str(tiny), "cpu").encode(["red star", "gas"])
    split_weights(tiny)
    halves = load_encoder(str(tiny), "cpu").encode(["red star", "gas"])
    assert np.array_equal(whole, halves)


def split_weights(folder: Path) -> None:
    """Put the weights of a folder in two files with an index."""
    from safetensors.numpy import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(tensors)
    parts = {"one.safetensors": names[::2], "two.safetensors": names[1::2]}
    for file, chosen in parts.items():
        save_file({name: tensors[name] for name in chosen}, folder / file)
    where = {name: file for file, chosen in parts.items() for name in chosen}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": where}))


def test_a_shard_can_not_lie_outside_the_folder(tiny: Path) -> None:
    index = {"weight_map": {"a": "../model.safetensors"}}
    (tiny / "model.safetensors.index.json").write_text(json.dumps(index))
    with pytest.raises(EncoderError, match="which file holds"):
        load_encoder(str(tiny), "cpu")


def test_every_weight_s_shape_is_checked(tiny: Path) -> None:
    weights = Weights([tiny / "model.safetensors"])
    assert "embeddings.LayerNorm.weight" in weights
    with pytest.raises(EncoderError, match=r"\[8\].*\[9\]"):
        weights.take("embeddings.LayerNorm.weight", 9)


def test_batches_hold_like_lengths_within_the_budget() -> None:
    lengths = [5, 1, 9, 3, 3, 50, 2]
    groups = list(batches(lengths, budget=12))
    assert sorted(position for group in groups for position in group) == list(range(7))
    for group in groups:
        longest = max(lengths[p] for p in group)
        assert len(group) == 1 or longest * len(group) <= 12
    assert groups[-1] == [5]


def test_threads_encode_side_by_side_what_one_encodes(tiny: Path):
    encoder = load_encoder(str(tiny), "cpu")
    alone = encoder.encode(MANY[:2])
    start = threading.Barrier(8)

    def encode(_: int) -> list[Any]:
        start.wait()
        return [np.vstack([encoder.encode([text]) for text in MANY[:2]]) for _ in range(20)]

    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(encode, range(8)):
            assert all(np.allclose(rows, alone, atol=1e-5) for rows in found)


SIGNALLED = """
import signal, sys
from astrosearch.encoder import load_encoder
for _ in range(3):  # each goes when the next is there
    encoder = load_encoder(sys.argv[1], "cpu")
    encoder.encode(["a star"])
del encoder
try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""


@pytest.mark.skipif(os.name == "nt", reason="signals have no stack of their own on Windows")
def test_ctrl_c_is_no_crash_after_encoders_came_and_went(tiny: Path) -> None:
    command = [sys.executable, "-c", SIGNALLED, str(tiny)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "interrupted\n"), done.stderr

"""The torch-free encoder gives the vectors that sentence-transformers gives."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from astrosearch.encoder import Encoder, conversion, load_encoder, resolve
from astrosearch.encoder.conversion import trace, worst_cosine
from astrosearch.encoder.devices import has_driver, has_torch
from astrosearch.encoder.folder import read_folder
from astrosearch.encoder.graph import distance_buckets
from astrosearch.encoder.torch_runtime import TorchEncoder, load_torch
from astrosearch.errors import EncoderError, MissingExtra
from tests.support.places import ROOT

pytestmark = [
    pytest.mark.skipif(not has_torch(), reason="the gpu extra isn't installed"),
    pytest.mark.skipif(find_spec("openvino") is None, reason="the cpu extra isn't installed"),
]

OBJECTS = ["dwarf galaxies", "the solar corona", "hot Jupiters", "Type Ia supernovae", "quasars"]
VERBS = ["constrain", "resemble", "are lensed by", "were observed with", "cannot explain"]
THINGS = ["Planck 2018 data", "a 4-m telescope", "CO(1-0) emission at z ~ 2", "N-body simulations"]
TAILS = [
    "",
    ", as expected",
    " (see Sect. 3)",
    " within 2-sigma, although the scatter is large",
    "!",
]
ODD = [
    "",
    " ",
    "galaxy",
    "word " * 1000,
    "Schrödinger–Poisson Δχ² ≈ 3.4 × 10⁻⁵ Å",
    "我们测量了银河系的质量",
    "暗黒物質 and ダークマター",
    "🔭🌌✨ new image",
    "tab\there\x00null\x07bell\x1b[0m",
    "a" * 300,
    "\ud800 half a pair",
    "H$_2$O [MATH_tex=1.4times 10^-10] <CIT> ( SNe Ia ) .",
]


def sentences(every: int = 16) -> list[str]:
    made = [
        f"{thing} {verb} {other}{tail}"
        for thing in OBJECTS
        for verb in VERBS
        for other in THINGS
        for tail in TAILS
    ]
    return made[::every] + ODD


def tiny_model(kind: str) -> Any:
    """Build a small transformer of random weights."""
    import torch
    import transformers

    sizes = {"vocab_size": 30522, "max_position_embeddings": 130, "num_hidden_layers": 2}
    sizes |= {"hidden_size": 48, "num_attention_heads": 4, "intermediate_size": 96}
    deberta = {"relative_attention": True, "position_buckets": 32, "pos_att_type": ["p2c", "c2p"]}
    ends = {"bos_token_id": 101, "eos_token_id": 102, "cls_token_id": 101, "sep_token_id": 102}
    modern = {"local_attention": 16, "global_attn_every_n_layers": 2, "pad_token_id": 0, **ends}
    t5 = {"vocab_size": 30522, "d_model": 48, "d_kv": 12, "d_ff": 96, "num_layers": 2}
    more: dict[str, dict[str, Any]] = {
        "Roberta": {"pad_token_id": 1},
        "ModernBert": modern,
        "DebertaV2": deberta,
        "Albert": {"embedding_size": 24},
        "Electra": {"embedding_size": 24},
    }
    if kind == "DistilBert":
        sizes = {"vocab_size": 30522, "max_position_embeddings": 130, "n_layers": 2}
        sizes |= {"dim": 48, "n_heads": 4, "hidden_dim": 96}
    if kind == "T5":
        settings = transformers.T5Config(num_heads=4, **t5)
    else:
        settings = getattr(transformers, f"{kind}Config")(**sizes, **more.get(kind, {}))
    torch.manual_seed(7)
    model = getattr(transformers, "T5EncoderModel" if kind == "T5" else f"{kind}Model")(settings)
    for parameter in model.parameters():  # livelier than what training starts from
        parameter.data += 0.05 * torch.randn_like(parameter)
    return model


def write_encoder(folder: Path, kind: str, pooling: str | None = None, dense: int = 0) -> Path:
    """Write a small encoder of an architecture, with modules where a pooling is given."""
    import torch
    from safetensors.torch import save_file

    tiny_model(kind).save_pretrained(folder)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        shutil.copy(resolve("default") / name, folder)
    if pooling is None:
        return folder
    kinds = {"": "Transformer", "1_Pooling": "Pooling"} | ({"2_Dense": "Dense"} if dense else {})
    modules = [
        {"idx": n, "name": str(n), "path": p, "type": f"sentence_transformers.models.{k}"}
        for n, (p, k) in enumerate(kinds.items())
    ]
    (folder / "modules.json").write_text(json.dumps(modules))
    (folder / "1_Pooling").mkdir()
    chosen = {"word_embedding_dimension": 48} | {
        f"pooling_mode_{m}": m.startswith(pooling)
        for m in ("mean_tokens", "cls_token", "max_tokens")
    }
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(chosen))
    if dense:
        (folder / "2_Dense").mkdir()
        settings: dict[str, Any] = {"in_features": 48, "out_features": dense, "bias": True}
        settings |= {"activation_function": "torch.nn.modules.activation.Tanh"}
        (folder / "2_Dense" / "config.json").write_text(json.dumps(settings))
        weights = {"linear.weight": torch.randn(dense, 48), "linear.bias": torch.randn(dense)}
        save_file(weights, folder / "2_Dense" / "model.safetensors")
    return folder


def compare(fast: Encoder, slow: Encoder, texts: list[str]) -> None:
    assert "OpenVINO" in fast.device
    assert "torch" in slow.device
    assert fast.fingerprint == slow.fingerprint
    assert (fast.dimension, fast.max_tokens) == (slow.dimension, slow.max_tokens)
    cosines = (fast.encode(texts) * slow.encode(texts)).sum(axis=1)
    worst = int(cosines.argmin())
    assert cosines.min() >= 0.999, texts[worst][:80]


@pytest.fixture(scope="module")
def slow_default() -> TorchEncoder:
    return load_torch(read_folder(resolve("default"), "default"), "cpu")


def test_the_default_agrees_with_torch(slow_default: Encoder) -> None:
    compare(load_encoder("default", "cpu"), slow_default, sentences())


@pytest.mark.slow
def test_the_default_agrees_with_torch_on_many_sentences(slow_default: Encoder) -> None:
    texts = sentences(every=1)
    assert len(texts) >= 500
    compare(load_encoder("default", "cpu"), slow_default, texts)


@pytest.mark.parametrize(
    ("kind", "pooling"),
    [
        ("Bert", None),
        ("Bert", "mean"),
        ("Bert", "cls"),
        ("Roberta", "mean"),
        ("DistilBert", "max"),
        ("MPNet", "mean"),
        ("ModernBert", "mean"),
        *(
            pytest.param(kind, pooling, marks=pytest.mark.slow)
            for kind in ("DebertaV2", "Albert", "T5")
            for pooling in ("mean", "cls")
        ),
    ],
)
def test_random_encoders_agree_with_torch(tmp_path: Path, kind: str, pooling: str | None) -> None:
    folder = write_encoder(tmp_path, kind, pooling)
    slow = load_torch(read_folder(folder, "random"), "cpu")
    compare(load_encoder(str(folder), "cpu"), slow, sentences(every=20))


def test_mpnet_s_distances_fall_into_transformers_buckets() -> None:
    import torch
    from transformers.models.mpnet.modeling_mpnet import MPNetEncoder

    apart = np.arange(-600, 601)
    expected = MPNetEncoder.relative_position_bucket(torch.tensor(apart)).numpy()
    assert np.array_equal(distance_buckets(apart), expected)


def test_torch_gives_unit_float32_vectors_and_progress(slow_default: Encoder) -> None:
    steps: list[int] = []
    vectors = slow_default.encode(["one", "two", "three"], steps.append)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    assert sum(steps) == 3
    assert slow_default.encode([]).shape == (0, 384)


class Small:
    """A model on a GPU that has room for `room` texts at once."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.tried: list[int] = []

    def encode(self, texts: list[str], *, batch_size: int, **_: object) -> np.ndarray:
        import torch

        self.tried.append(batch_size)
        if batch_size > self.room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return np.ones((len(texts), 384), np.float32)


def test_memory_that_runs_out_halves_the_batch(
    slow_default: TorchEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = Small(room=10)
    monkeypatch.setattr(slow_default, "model", small)
    monkeypatch.setattr(slow_default, "_batch", 64)
    assert slow_default.encode(["one"] * 100).shape == (100, 384)
    assert small.tried == [64, 32, 16, 8]
    slow_default.encode(["two"])
    assert small.tried[4:] == [8]
    small.room = 0
    with pytest.raises(EncoderError, match="--device cpu"):
        slow_default.encode(["one"])


# Other architectures, converted once


def refuse(*_: object) -> None:
    raise AssertionError("this wasn't to be called")


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Any]:
    """Write an ELECTRA with a dense module and load it once; give its folder, cache and graph.

    No network is there for the conversion.
    """
    graphs: list[Any] = []

    def kept_trace(model: Any) -> Any:
        graphs.append(trace(model))
        return graphs[-1]

    folder = write_encoder(tmp_path_factory.mktemp("electra"), "Electra", "cls", dense=20)
    with pytest.MonkeyPatch.context() as patch:
        cache = tmp_path_factory.mktemp("converted")
        patch.setenv("ASTROSEARCH_CACHE", str(cache))
        patch.setattr("socket.socket.connect", refuse)
        patch.setattr(conversion, "trace", kept_trace)
        assert "OpenVINO" in load_encoder(str(folder), "cpu").device
    return folder, cache, graphs[0]


@pytest.fixture
def traced_before(converted: tuple[Path, Path, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have its tracing, which takes seconds, give what it gave."""
    monkeypatch.setattr(conversion, "trace", lambda _: converted[2])


@pytest.fixture
def electra(
    converted: tuple[Path, Path, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Path, Path]:
    """Give the ELECTRA, and a cache of one's own in which its conversion is kept."""
    cache = tmp_path / "cache"
    shutil.copytree(converted[1], cache)
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(cache))
    return converted[0], cache


def kept(cache: Path, kind: str) -> Path:
    (file,) = (cache / kind).iterdir()
    return file


def fail(*_: object) -> None:
    raise RuntimeError("no such operation")


def test_another_architecture_is_converted_and_agrees_with_torch(
    electra: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = load_torch(read_folder(electra[0], "random"), "cpu")
    monkeypatch.setattr("astrosearch.encoder.conversion.trace", refuse)
    compare(load_encoder(str(electra[0]), "cpu"), slow, sentences())


def test_what_was_converted_needs_no_torch(electra: tuple[Path, Path]) -> None:
    folder, _ = electra
    probe = (
        "import sys, json, hashlib\n"
        "for name in ('torch', 'transformers', 'sentence_transformers'): sys.modules[name] = None\n"
        "from astrosearch.encoder import load_encoder\n"
        "e = load_encoder(sys.argv[1], 'cpu')\n"
        "v = e.encode(json.load(sys.stdin))\n"
        "print(hashlib.sha256(v.tobytes()).hexdigest(), e.device)"
    )
    texts = sentences() * 6
    assert (
        sum(min(len(text.split()), 130) for text in texts) > 2048
    )  # more than one request at a time
    out = subprocess.run(
        [sys.executable, "-W", "error", "-c", probe, str(folder)],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert out.stderr == ""
    here = load_encoder(str(folder), "cpu")
    digest = hashlib.sha256(here.encode(texts).tobytes()).hexdigest()
    assert out.stdout.strip() == f"{digest} {here.device}"
    assert here.dimension == 20


@pytest.mark.usefixtures("traced_before")
@pytest.mark.parametrize("kind", ["converted", "outcomes", "compiled"])
def test_a_damaged_conversion_is_made_again(electra: tuple[Path, Path], kind: str) -> None:
    folder, cache = electra
    before = load_encoder(str(folder), "cpu").encode(["a star"])
    file = kept(cache, kind)
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    kept(cache, "compiled").unlink()
    found = load_encoder(str(folder), "cpu")
    assert "OpenVINO" in found.device
    assert np.allclose(found.encode(["a star"]), before, atol=1e-3)


def test_a_conversion_that_is_gone_needs_torch_again(
    electra: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = electra
    shutil.rmtree(cache)
    monkeypatch.setattr("astrosearch.encoder.torch_runtime.has_torch", lambda: False)
    with pytest.raises(MissingExtra, match=r"architecture electra.*\n.*astrosearch\[gpu\]"):
        load_encoder(str(folder), "cpu")


def test_what_can_not_be_converted_stays_with_torch(
    electra: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, cache = electra
    shutil.rmtree(cache)
    monkeypatch.setattr("astrosearch.encoder.conversion.trace", fail)
    found = load_encoder(str(folder), "cpu")
    assert found.device == "cpu (torch, f32; OpenVINO can't run it, RuntimeError)"
    assert found.encode(["a star", "word " * 100]).shape == (2, 20)
    monkeypatch.setattr("astrosearch.encoder.conversion.try_conversion", refuse)
    assert load_encoder(str(folder), "cpu").device == found.device
    monkeypatch.setattr("astrosearch.encoder.conversion.converter", lambda: "a later torch")
    with pytest.raises(AssertionError, match="wasn't to be called"):  # it is tried once more
        load_encoder(str(folder), "cpu")


@pytest.mark.usefixtures("traced_before")
@pytest.mark.parametrize(
    ("cosines", "device"),
    [
        ([0.9, 0.99999], "cpu (OpenVINO, f32)"),
        ([0.9, 0.998], "cpu (torch, f32; OpenVINO's vectors differ, cosine 0.9980)"),
    ],
)
def test_vectors_that_differ_ask_for_more_precision_then_torch(
    electra: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    cosines: list[float],
    device: str,
) -> None:
    folder, cache = electra
    kept(cache, "outcomes").unlink()
    found = iter(cosines)
    monkeypatch.setattr("astrosearch.encoder.conversion.worst_cosine", lambda *_: next(found))
    assert load_encoder(str(folder), "cpu").device == device
    assert load_encoder(str(folder), "cpu").device == device


@pytest.mark.parametrize(
    ("wrong", "cosine"), [([1, 0], 1), ([0.6, 0.8], 0.6), ([-1, 0], -1), ([np.nan, 0], -1)]
)
def test_the_comparison_notices_one_wrong_vector(wrong: list[float], cosine: float) -> None:
    class Fixed:
        def __init__(self, last: list[float]) -> None:
            self.last = last

        def encode(self, texts: list[str]) -> Any:
            return np.array([[1, 0]] * (len(texts) - 1) + [self.last], np.float32)

    fast, slow = (cast("Encoder", Fixed(last)) for last in (wrong, [1.0, 0.0]))
    assert worst_cosine(fast, slow) == pytest.approx(cosine)


def test_without_a_cache_another_architecture_goes_through_torch(
    electra: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASTROSEARCH_CACHE", str(electra[0] / "config.json"))  # never a folder
    found = load_encoder(str(electra[0]), "cpu")
    assert found.device == "cpu (torch, f32; the cache can't be written)"
    assert found.encode(["a star"]).shape == (1, 20)


def test_damaged_weights_are_named_before_torch_reads_them(
    electra: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "cut"
    shutil.copytree(electra[0], folder)
    os.truncate(folder / "model.safetensors", 1000)
    with pytest.raises(EncoderError, match=r"model\.safetensors can't be used"):
        load_encoder(str(folder), "cpu")


@pytest.mark.skipif(has_driver(), reason="this machine has a GPU")
def test_without_a_gpu_cuda_says_so_and_auto_takes_the_cpu() -> None:
    with pytest.raises(EncoderError, match=r"no GPU.*\n.*--device cpu"):
        load_encoder("default", "cuda")
    assert load_encoder("default", "auto").device.startswith("cpu")


def test_without_torch_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("astrosearch.encoder.devices.has_torch", lambda: False)
    with pytest.raises(MissingExtra, match=r"astrosearch\[gpu\]"):
        load_encoder("default", "cuda")

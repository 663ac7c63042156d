"""A cross-encoder's scores: what transformers computes, in any order, and clear refusals."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import astrosearch
from astrosearch.cli.main import main
from astrosearch.encoder import cross_encoder as reranking
from astrosearch.encoder import resolve
from astrosearch.encoder.cross_encoder import Reranker, mixed, reranked
from astrosearch.encoder.devices import has_torch
from astrosearch.errors import EncoderError, MissingExtra
from astrosearch.search.index import MODES, Mode
from tests.support.encoders import WordEncoder

needs_torch = pytest.mark.skipif(not has_torch(), reason="the train extra isn't installed")

QUERY = "does dust drive the winds"
TEXTS = [
    "dust drives the winds of cool giants",
    "haloes are triaxial",
    "",
    "we measure shapes with the reduced inertia tensor of each halo, and more than once",
    "haloes are triaxial",
    "\ud800 half a pair, \x00 and 我们",
    "winds " * 300,
]
WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz"]
WORDS += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"]
POSITIONS = 49  # three mark the ends: an even number is left, half for the query


def write_reranker(folder: Path, labels: int = 1) -> Path:
    """Write a small cross-encoder of random weights, whose tokens are letters."""
    import torch
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    folder.mkdir()
    vocabulary = {word: number for number, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    names = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep")}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **names).save_pretrained(folder)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "intermediate_size": 32}
    torch.manual_seed(3)
    model = BertForSequenceClassification(
        BertConfig(
            vocab_size=len(WORDS),
            num_attention_heads=2,
            max_position_embeddings=POSITIONS,
            num_labels=labels,
            **sizes,
        )
    )
    for parameter in model.parameters():  # livelier than what training starts from
        parameter.data += 0.2 * torch.randn_like(parameter)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reranker(tmp_path_factory.mktemp("reranker") / "tiny")


@pytest.fixture(scope="module")
def tiny(folder: Path) -> Reranker:
    return Reranker(str(folder), "cpu")


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    """A folder to be damaged."""
    return shutil.copytree(folder, tmp_path / "copy")


def edit(file: Path, **changes: object) -> None:
    """Change values of a JSON object; None takes one out."""
    content = json.loads(file.read_text()) if file.exists() else {}
    content = {name: value for name, value in (content | changes).items() if value is not None}
    file.write_text(json.dumps(content))


def edit_weights(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    from safetensors.torch import load_file, save_file

    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


@pytest.fixture(scope="module")
def by_hand(folder: Path) -> Callable[[str, str], float]:
    """One pair's score as transformers computes it, on its own."""
    import torch
    from transformers import AutoTokenizer, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertForSequenceClassification.from_pretrained(folder).eval()

    def score(query: str, text: str) -> float:
        inputs = tokenizer(
            [query],
            [text.encode("utf-8", "replace").decode()],
            truncation="longest_first",
            max_length=POSITIONS,
            return_tensors="pt",
        )
        with torch.no_grad():
            return float(model(**inputs).logits)

    return score


@needs_torch
def test_scores_are_the_models_bare_output(
    tiny: Reranker, by_hand: Callable[[str, str], float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reranking, "has_bfloat16", lambda: False)
    scores = tiny.scores(QUERY, TEXTS)
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, [by_hand(QUERY, text) for text in TEXTS], atol=1e-5)
    assert np.ptp(scores) > 0.01  # texts are told apart
    assert scores.min() < 0 or scores.max() > 1  # no sigmoid


@needs_torch
def test_half_precision_moves_scores_by_little(tiny: Reranker, monkeypatch: pytest.MonkeyPatch):
    found = []
    for bfloat16 in (False, True):
        monkeypatch.setattr(reranking, "has_bfloat16", lambda answer=bfloat16: answer)
        found.append(tiny.scores(QUERY, TEXTS))
    assert found[0].tolist() != found[1].tolist()
    np.testing.assert_allclose(found[0], found[1], atol=0.02)


@needs_torch
@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=45), st.randoms())
def test_the_order_of_the_texts_changes_no_score(tiny: Reranker, texts: list[str], chance: Any):
    order = list(range(len(texts)))
    chance.shuffle(order)
    scores = tiny.scores(QUERY, texts)
    shuffled = tiny.scores(QUERY, [texts[at] for at in order])
    assert shuffled.tolist() == scores[order].tolist()
    by_text = dict(zip(texts, scores.tolist(), strict=True))
    assert [by_text[text] for text in texts] == scores.tolist()  # equal texts, equal scores


@needs_torch
def test_loaded_again_it_gives_the_same_scores(tiny: Reranker, folder: Path):
    again = Reranker(str(folder), "cpu")
    assert again.scores(QUERY, TEXTS).tolist() == tiny.scores(QUERY, TEXTS).tolist()


@given(
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from([-1.5, 0.0, 0.25, 3.0])), max_size=40)
)
def test_hits_are_ordered_by_score_and_ties_keep_their_order(rows: list[tuple[int, float]]):
    ids = np.array([id for id, _ in rows], np.int64)
    scores = np.array([score for _, score in rows], np.float32)
    found, their = reranked(ids, scores)
    expected = sorted(rows, key=lambda row: -row[1])  # a stable sort
    assert list(zip(found.tolist(), their.tolist(), strict=True)) == expected


@given(
    st.lists(
        st.tuples(st.floats(-9, 9, width=32), st.floats(-9, 9, width=32)), min_size=1, max_size=20
    ),
    st.sampled_from([0.0, 0.25, 0.5, 1.0]),
)
def test_a_mix_lies_between_and_its_ends_are_the_two_orders(
    rows: list[tuple[float, float]], share: float
):
    first = np.array([each for each, _ in rows], np.float32)
    second = np.array([each for _, each in rows], np.float32)
    mix = mixed(first, second, share)
    assert mix.shape == first.shape
    assert ((mix >= 0) & (mix <= 1.000001)).all()
    for end, scores in ((0.0, first), (1.0, second)):
        best = mixed(first, second, end)
        assert all(
            best[i] <= best[j]
            for i in range(len(rows))
            for j in np.flatnonzero(scores >= scores[i])
        )
    better = np.flatnonzero((first > first[0]) & (second > second[0]))
    assert (mix[better] >= mix[0]).all()


@needs_torch
def test_no_texts_give_no_scores(folder: Path):
    scores = Reranker(str(folder), "cpu").scores(QUERY, [])
    assert scores.shape == (0,)
    assert scores.dtype == np.float32


@needs_torch
def test_a_huge_query_and_text_are_cut_where_the_model_cuts_them(
    tiny: Reranker, by_hand: Callable[[str, str], float], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(reranking, "has_bfloat16", lambda: False)
    query, text = "q u e r y " * 10_000, "a b c " * 30_000
    expected = by_hand(query[:1_000], text[:1_000])  # more takes its tokenizer minutes
    np.testing.assert_allclose(tiny.scores(query, [text]), [expected], atol=1e-5)


@needs_torch
def test_a_folder_that_sentence_transformers_saved_gives_the_same_scores(
    tiny: Reranker, folder: Path, tmp_path: Path
):
    from sentence_transformers import CrossEncoder

    model = CrossEncoder(str(folder), device="cpu", local_files_only=True)
    model.save_pretrained(str(tmp_path / "saved"))
    saved = Reranker(str(tmp_path / "saved"), "cpu")
    assert saved.scores(QUERY, TEXTS).tolist() == tiny.scores(QUERY, TEXTS).tolist()


@needs_torch
def test_reranking_is_quiet(folder: Path, capfd: pytest.CaptureFixture[str]):
    Reranker(str(folder), "cpu").scores(QUERY, TEXTS)
    assert capfd.readouterr() == ("", "")


@needs_torch
@pytest.mark.parametrize("name", ["default", str(resolve("default"))])
def test_an_encoder_is_no_reranker(name: str):
    with pytest.raises(EncoderError, match=r"is no cross-encoder.*\nGive a CrossEncoder"):
        Reranker(name, "cpu")


@needs_torch
def test_a_sequence_classifier_saved_as_another_kind_is_refused(copy: Path):
    edit(copy / "config_sentence_transformers.json", model_type="SparseEncoder")
    with pytest.raises(EncoderError, match="is no cross-encoder"):
        Reranker(str(copy), "cpu")


@needs_torch
def test_a_classifier_of_several_labels_is_refused(tmp_path: Path):
    with pytest.raises(
        EncoderError, match=r"gives 3 scores for a text.*\nGive a CrossEncoder with"
    ):
        Reranker(str(write_reranker(tmp_path / "three", labels=3)), "cpu")


@needs_torch
def test_labels_that_no_file_counts_are_two(copy: Path):
    edit(copy / "config.json", id2label=None, label2id=None)
    with pytest.raises(EncoderError, match="gives 2 scores"):
        Reranker(str(copy), "cpu")


@needs_torch
def test_a_head_without_weights_is_refused(copy: Path):
    edit_weights(copy, lambda tensors: tensors.pop("classifier.weight"))
    with pytest.raises(EncoderError, match=r"has no tensor classifier\.weight"):
        Reranker(str(copy), "cpu").scores(QUERY, TEXTS)


@needs_torch
def test_scores_that_are_not_numbers_are_refused(copy: Path):
    edit_weights(copy, lambda tensors: tensors["classifier.bias"].fill_(float("nan")))
    with pytest.raises(EncoderError, match=r"not numbers\.\nCopy or download"):
        Reranker(str(copy), "cpu").scores(QUERY, TEXTS)


def _cut(folder: Path) -> None:
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-100])


def _pickled(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no config": (lambda copy: (copy / "config.json").unlink(), "isn't there"),
    "config of nonsense": (lambda copy: (copy / "config.json").write_text("{"), "not JSON"),
    "weights cut short": (_cut, "cut short"),
    "weights in a pickle": (_pickled, "a pickle"),
    "code in the config": (
        lambda copy: edit(copy / "config.json", auto_map={"AutoModel": "mine.Model"}),
        "asks to run code",
    ),
    "code among the modules": (
        lambda copy: (copy / "modules.json").write_text('[{"type": "mine.Head", "path": ""}]'),
        "asks to run code",
    ),
    "modules of nonsense": (lambda copy: (copy / "modules.json").write_text("{}"), "not a list"),
    "no architecture": (
        lambda copy: edit(copy / "config.json", architectures=None),
        "is no cross-encoder",
    ),
    "another width": (lambda copy: edit(copy / "config.json", hidden_size=32), "can't be used"),
    "no tokenizer": (lambda copy: (copy / "tokenizer.json").unlink(), "can't be used"),
}


@needs_torch
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_folder_is_named_with_its_cure(damage: str, copy: Path):
    harm, cause = DAMAGES[damage]
    harm(copy)
    with pytest.raises(EncoderError) as caught:
        Reranker(str(copy), "cpu").scores(QUERY, TEXTS)
    told, _, cure = str(caught.value).partition("\n")
    assert str(copy) in told
    assert cause in told
    assert cure


@needs_torch
def test_a_reranker_that_is_not_there_is_told_with_where_it_was_sought(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(EncoderError) as caught:
        Reranker("cross-encoder/none", "cpu")
    message = str(caught.value)
    assert "there is no reranker 'cross-encoder/none'" in message
    assert str(tmp_path) in message
    assert "HF_HUB_OFFLINE" in message
    with pytest.raises(EncoderError, match="there is no reranker") as caught:
        Reranker(str(tmp_path / "nowhere"), "cpu")
    assert str(caught.value).endswith("Give the path of its folder, or a hub id")


@needs_torch
def test_a_hub_id_is_read_from_the_cache(
    tiny: Reranker, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    repository = tmp_path / "models--owner--tiny"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text("abc")
    shutil.copytree(folder, repository / "snapshots" / "abc")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    cached = Reranker("owner/tiny", "cpu")
    assert cached.name == "owner/tiny"
    assert cached.scores(QUERY, TEXTS).tolist() == tiny.scores(QUERY, TEXTS).tolist()


@needs_torch
def test_a_missing_extra_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reranking, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=r"reranking needs .*\n.*astrosearch\[train\]"):
        Reranker(str(folder), "cpu")


@needs_torch
def test_an_unknown_device_is_refused(folder: Path):
    with pytest.raises(EncoderError, match="no device 'abacus'"):
        Reranker(str(folder), "abacus")


def test_nothing_mixed_with_nothing_is_nothing():
    assert mixed(np.empty(0, np.float32), np.empty(0, np.float32)).shape == (0,)


# --- in a search ------------------------------------------------------------------------------


@pytest.fixture
def index(built: Path):
    with astrosearch.open(built, encoder=WordEncoder()) as opened:
        yield opened


@needs_torch
@pytest.mark.parametrize("mode", MODES)
def test_a_search_is_ordered_by_the_mix_of_both_scores(
    index: astrosearch.Index, tiny: Reranker, mode: Mode
):
    query = "winds of cool giants"
    plain = index.query(query, k=100, mode=mode)
    hits = index.query(query, k=100, mode=mode, rerank=tiny)
    first = np.array([hit.score for hit in plain], dtype=np.float32)
    second = tiny.scores(query, [hit.sentence.text for hit in plain])
    ids = np.array([hit.sentence.id for hit in plain])
    expected, scores = reranked(ids, mixed(first, second))
    assert [hit.sentence.id for hit in hits] == expected.tolist()
    assert [hit.score for hit in hits] == pytest.approx(scores.tolist(), abs=1e-5)
    few = index.query(query, k=2, mode=mode, rerank=tiny)
    assert [hit.sentence.id for hit in few] == expected[:2].tolist()


@needs_torch
def test_a_batch_is_reranked_query_by_query(index: astrosearch.Index, tiny: Reranker):
    queries = ["haloes", '"cool giants" winds', "zzz"]
    found = index.query_batch(queries, k=4, rerank=tiny)
    assert [list(hits) for hits in found] == [
        list(index.query(query, k=4, rerank=tiny)) for query in queries
    ]


def test_a_reranker_that_is_named_is_loaded_once(
    index: astrosearch.Index, monkeypatch: pytest.MonkeyPatch
):
    loaded: list[str] = []

    class Stub:
        def __init__(self, name: str, device: str) -> None:
            loaded.append(name)

        def scores(self, query: str, texts: list[str]) -> Any:
            return np.linspace(1, 0, len(texts), dtype=np.float32)

    monkeypatch.setattr("astrosearch.search.session.Reranker", Stub)
    for query in ("winds", "haloes"):
        assert index.query(query, rerank="one")
    index.query_batch(["winds", "haloes"], rerank="one")
    assert loaded == ["one"]
    index.query("winds", rerank="two")
    index.query("winds", rerank="one")
    assert loaded == ["one", "two"]


@needs_torch
def test_the_command_reranks_and_names_what_is_no_reranker(example_index: Path, folder: Path):
    asked = ["query", "acoustic peaks", "--index", str(example_index), "--format", "json"]
    plain = CliRunner().invoke(main, asked)
    result = CliRunner().invoke(main, [*asked, "--rerank", str(folder)])
    assert result.exit_code == 0, result.output
    hits, before = (json.loads(each.stdout)["hits"] for each in (result, plain))
    assert len(hits) == len(before)
    assert all(0 <= hit["score"] <= 1 for hit in hits)
    unnamed = CliRunner().invoke(main, [*asked, "--rerank", ""])
    assert unnamed.exit_code == 1
    assert "no reranker is named" in unnamed.stderr
    refused = CliRunner().invoke(main, [*asked, "--rerank", "default"])
    assert refused.exit_code == 1
    assert "no cross-encoder" in refused.stderr

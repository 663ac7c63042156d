"""Ordering the best hits anew, by a model that reads query and text together.

A cross-encoder is too slow for a whole corpus and knows more of one pair of texts than two
vectors do (Nogueira & Cho 2019, arXiv:1901.04085). It is any CrossEncoder of sentence-transformers
with one output. Weights come from safetensors only, and no code of a folder is run.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.devices import ModelLock, choose
from astrosearch.encoder.folder import find_weights, parse_json, read_json, unusable
from astrosearch.encoder.locate import DEFAULT, find_folder
from astrosearch.encoder.processor import has_bfloat16
from astrosearch.encoder.torch_runtime import LOADING_FAILS, quiet
from astrosearch.encoder.weights import read_safetensors
from astrosearch.errors import EncoderError, MissingExtra
from astrosearch.text import encodable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KIND = "CrossEncoder"
HEAD = "ForSequenceClassification"  # ends the name of every architecture that scores whole texts
EXAMPLE = "cross-encoder/ms-marco-MiniLM-L6-v2"
BATCH = 32  # pairs
# Characters looked at for each token that counts. A tokenizer combines every piece that it cuts off
# the query with every piece of the text: two texts of 100,000 characters would take it minutes.
CHARACTERS = 32
# The cross-encoder's part in a new score; the rest is that of the search before. One half was never
# tuned; alone, a small cross-encoder loses to hybrid search (benchmarks/results/reranking.json).
SHARE = 0.5


class Reranker:
    """A cross-encoder: a score for each text, which says how well it answers a query.

    `name` is a folder or a hub id, `device` "cpu", "cuda", or "auto". The folder is looked at
    when one is made; the model is loaded with the first texts.

    Raises
    ------
    EncoderError
        There is no such model, it is damaged, or it is no cross-encoder with one output.
    """

    def __init__(self, name: str, device: str = "auto") -> None:
        self.path, self.name = find(name)
        if find_spec("sentence_transformers") is None:
            raise MissingExtra("sentence-transformers", "train", "reranking")
        self.device = choose(device)
        self._model: Any = None
        self._lock = ModelLock(self.name, self.device)

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Scores [len(texts)], in the order given: larger is better, any number can come out.

        They are the model's bare output: a sigmoid would make ties of the best. Equal texts have
        equal scores, and a text's place among the others changes nothing.
        """
        import numpy as np

        if not texts:
            return np.empty(0, np.float32)
        with self._lock.held(), quiet():
            if self._model is None:
                self._model = load(self.path, self.device)
            most = CHARACTERS * self._model.max_seq_length
            asked, cut = encodable(query[:most]), [encodable(text[:most]) for text in texts]
            # One order for any order of the texts, so that they are padded alike.
            distinct = sorted(set(cut), key=lambda text: (len(text), text))
            found = predicted(self._model, [(asked, text) for text in distinct])
        if not np.isfinite(found).all():
            raise EncoderError(
                f"the reranker {self.name} gives scores that are not numbers.\n"
                "Copy or download its folder again, or choose another"
            )
        place = {text: at for at, text in enumerate(distinct)}
        scores: NDArray[np.float32] = found[[place[text] for text in cut]]
        return scores


def mixed(
    first: NDArray[np.float32], second: NDArray[np.float32], share: float = SHARE
) -> NDArray[np.float32]:
    """Mix a search's scores [n] with a reranker's, each scaled to [0, 1]; equal ones to 0.

    `share` is the weight of the second; 1 is the reranker alone.

    >>> import numpy as np
    >>> mixed(np.array([0.5, 0.25, 0.0]), np.array([-9.0, 1.0, 1.0])).tolist()
    [0.5, 0.75, 0.5]
    """
    mix: NDArray[np.float32] = (1 - share) * _scaled(first) + share * _scaled(second)
    return mix


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    if not scores.size:
        return scores
    low, span = scores.min(), scores.max() - scores.min()
    spread: NDArray[np.float32] = (scores - low) / (span or 1)
    return spread


def reranked(
    ids: NDArray[np.int64], scores: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Order ids [n] by their scores [n], best first; of equal ones the earlier stays before.

    >>> import numpy as np
    >>> ids, scores = reranked(np.array([7, 8, 9]), np.array([0.5, 2, 0.5]))
    >>> ids.tolist(), scores.tolist()
    ([8, 7, 9], [2.0, 0.5, 0.5])
    """
    import numpy as np

    order = np.argsort(-scores, kind="stable")
    return ids[order], scores[order]


def find(name: str) -> tuple[Path, str]:
    """Find a cross-encoder by folder or hub id, and check what can be checked without torch."""
    if not name.strip():
        raise EncoderError(
            f"no reranker is named.\nGive a CrossEncoder's folder or hub id: {EXAMPLE}"
        )
    path, name = find_folder(name, "reranker")
    config = read_json(path / "config.json")
    modules = parse_json(path / "modules.json") if (path / "modules.json").exists() else []
    if not isinstance(modules, list) or not all(
        isinstance(module, dict) and isinstance(module.get("type"), str) for module in modules
    ):
        raise unusable(path / "modules.json", "it is not a list of modules with type and path")
    own = all(module["type"].startswith("sentence_transformers.") for module in modules)
    if "auto_map" in config or not own:
        raise EncoderError(
            f"{path} asks to run code that comes with the model, which is refused.\n"
            "Choose a reranker of an architecture that transformers knows"
        )
    kind = read_json(path / "config_sentence_transformers.json", optional=True).get("model_type")
    architectures = config.get("architectures")
    made_of = str(architectures[0]) if isinstance(architectures, list) and architectures else ""
    if kind not in (None, KIND) or not (kind == KIND or made_of.endswith(HEAD)):
        found = "the bundled encoder" if name == DEFAULT else f"{path}, {made_of or 'a model'},"
        raise EncoderError(
            f"{found} is no cross-encoder: it doesn't score a query and a text read together.\n"
            f"Give a CrossEncoder's folder or hub id, such as {EXAMPLE}"
        )
    if made_of.endswith(HEAD):
        check_labels(path, labels(config))
    for file in find_weights(path):
        read_safetensors(file)  # only maps it: a damaged file is named before torch is asked
    return path, name


def labels(config: dict[str, Any]) -> int:
    """Count a classification head's outputs, by transformers' rules."""
    named = config.get("id2label")
    count = len(named) if isinstance(named, dict) else config.get("num_labels", 2)
    return count if isinstance(count, int) else 0


def check_labels(path: Path, count: int) -> None:
    """Refuse a classifier: no file of it says which of its outputs is the score."""
    if count != 1:
        raise EncoderError(
            f"{path} gives {count} scores for a text, of which none is known to be its "
            f"relevance.\nGive a CrossEncoder with one label, such as {EXAMPLE}"
        )


def load(path: Path, device: str) -> Any:
    """Load a CrossEncoder; its weights in half precision on a GPU, in single on the CPU."""
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
    except ImportError as error:
        raise MissingExtra(error.name or "sentence-transformers", "train", "reranking") from error
    try:
        model = CrossEncoder(
            str(path),
            device=device,
            local_files_only=True,
            trust_remote_code=False,
            activation_fn=torch.nn.Identity(),
            model_kwargs={
                "dtype": torch.float16 if device == "cuda" else torch.float32,
                "use_safetensors": True,
            },
        )
    except (*LOADING_FAILS, SafetensorError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise unusable(path, first_line) from error
    check_labels(path, model.num_labels)
    check_head(path, model.model)
    return model.half() if device == "cuda" else model


def check_head(path: Path, transformer: Any) -> None:
    """Refuse a folder whose head is missing: transformers would make up a random one."""
    files = find_weights(path)
    stored = {name for file in files for name in read_safetensors(file)}
    within = f"{transformer.base_model_prefix}."
    for name, _ in transformer.named_parameters():
        if not name.startswith(within) and name not in stored and f"{within}{name}" not in stored:
            raise unusable(files[0], f"it has no tensor {name}")


def predicted(model: Any, pairs: list[tuple[str, str]]) -> NDArray[np.float32]:
    """Scores [len(pairs)] of pairs in order of length."""
    import numpy as np
    import torch

    on_cpu = model.device.type == "cpu"
    try:
        with torch.autocast("cpu", torch.bfloat16, enabled=on_cpu and has_bfloat16()):
            found = model.predict(pairs, batch_size=BATCH, show_progress_bar=False)
    except torch.OutOfMemoryError as error:
        raise EncoderError(
            f"the GPU's memory is too small for reranking: {error}\n"
            "Close what else uses the GPU, or give --device cpu"
        ) from error
    return np.asarray(found, dtype=np.float32)

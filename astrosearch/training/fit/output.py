"""The folder that training writes: checked in both runtimes before it gets its name."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder import load_encoder
from astrosearch.encoder.folder import SETTINGS_FILE, read_folder
from astrosearch.encoder.torch_runtime import load_torch
from astrosearch.errors import TrainingError
from astrosearch.files import PARTIAL, put_in_place, sync_folder, sync_tree
from astrosearch.training.fit.base import quiet
from astrosearch.training.fit.checkpoints import saving

if TYPE_CHECKING:
    from astrosearch.records import TextForm
    from astrosearch.training.fit.recipe import Weights

LEAST_COSINE = 0.999  # between our runtime's vectors and torch's in single precision
MODEL = "model.safetensors"


def check_output(output: Path) -> None:
    """Refuse to write an encoder over something else."""
    if output.is_dir() and not any(output.iterdir()):
        return
    if output.exists() or output.is_symlink():
        raise TrainingError(
            f"{output.absolute()} is there already.\n"
            "Give the encoder another folder (-o DIR), or remove this one first"
        )


def write_encoder(
    model: Any, partial: Path, max_tokens: int, form: TextForm, weights: Weights
) -> None:
    """Write a model as an encoder's folder, without card or pictures yet."""
    with saving(partial):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        model.max_seq_length = max_tokens
        backend = getattr(model.tokenizer, "backend_tokenizer", None)
        if backend is not None:  # else the folder would keep the padding of the last batch
            backend.no_padding()
            backend.no_truncation()
        with quiet():
            model.save_pretrained(str(partial), create_model_card=False)
        if weights == "f16":
            for file in partial.rglob(MODEL):
                halve(file)
        (partial / SETTINGS_FILE).write_text(
            json.dumps({"text_form": form}, indent=2) + "\n", encoding="utf-8"
        )


def halve(file: Path) -> None:
    """Round the weights of a safetensors file to half precision."""
    import numpy as np
    from safetensors.numpy import load_file, save_file

    tensors = {
        name: tensor.astype(np.float16) if tensor.dtype.kind == "f" else tensor
        for name, tensor in load_file(file).items()
    }
    save_file(tensors, file, metadata={"format": "pt"})
    file.chmod(0o644)  # safetensors writes files that only their owner can read


def check_parity(folder: Path, texts: Sequence[str]) -> tuple[float, str]:
    """Compare our CPU runtime with torch on some texts.

    Returns the least cosine and the runtime's description.

    Raises
    ------
    TrainingError
        The cosine is below 0.999 for a text.
    """
    fast = load_encoder(str(folder), "cpu")
    slow = load_torch(read_folder(folder, folder.name), "cpu")
    cosine = float((fast.encode(texts) * slow.encode(texts)).sum(axis=1).min())
    if not cosine >= LEAST_COSINE:
        raise TrainingError(
            f"the trained encoder gives other vectors in the runtime {fast.device} than in torch: "
            f"cosine {cosine:.4f}, where {LEAST_COSINE} is asked for.\n"
            f"It is kept in {folder} for inspection; train again with other data, a lower "
            "learning rate, or --weights f32"
        )
    return cosine, fast.device


def publish(partial: Path, output: Path) -> None:
    """Give a finished folder its name, in one step."""
    with saving(output):
        sync_tree(partial)
        if output.is_dir():
            output.rmdir()  # it is empty: `check_output` saw to that
        put_in_place(partial, output)
        sync_folder(output.parent)


def partial_of(output: Path) -> Path:
    """Name the folder that becomes `output` once it is complete."""
    return output.with_name(output.name + PARTIAL)

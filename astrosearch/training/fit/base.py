"""The encoder that training starts from, as a sentence-transformers model in single precision."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.encoder import torch_runtime
from astrosearch.encoder.folder import read_folder, unusable
from astrosearch.encoder.locate import find_folder
from astrosearch.encoder.torch_runtime import LOADING_FAILS
from astrosearch.encoder.weights import read_safetensors
from astrosearch.errors import EncoderError, MissingExtra

if TYPE_CHECKING:
    from astrosearch.encoder.folder import EncoderFolder

# On the CPU the backward pass of sdpa is slower than that of plain steps: 9.4 pairs a second of CPU
# time against 12.2.
ATTENTION = {"cpu": "eager", "cuda": "sdpa"}


def find_base(name: str) -> EncoderFolder:
    """Find a base by its name and check that its folder is whole."""
    folder = read_folder(*find_folder(name))
    for file in folder.weights:
        read_safetensors(file)
    return folder


def load_model(path: Path, device: str) -> Any:
    """Load a folder as a SentenceTransformer; a plain transformers folder gets mean pooling."""
    try:
        import torch
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise MissingExtra(error.name or "sentence-transformers", "train", "training") from error
    try:
        with quiet():
            model = SentenceTransformer(
                str(path),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={
                    "dtype": torch.float32,
                    "use_safetensors": True,
                    "attn_implementation": ATTENTION[device],
                },
            )
    except (*LOADING_FAILS, SafetensorError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise unusable(path, first_line) from error
    model.similarity_fn_name = "cosine"
    return model


def check_tokens(folder: EncoderFolder, tokens: int | None) -> None:
    """Refuse to read more tokens than a base has positions for."""
    positions = folder.config.get("max_position_embeddings")
    if tokens is not None and isinstance(positions, int) and tokens > positions:
        raise EncoderError(
            f"the base {folder.name} reads at most {positions} tokens, but the recipe asks "
            f"for {tokens}.\nChoose another base, or another recipe"
        )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the training packages' bars, logs and warnings off the terminal while a block runs."""
    import datasets

    bars = datasets.are_progress_bars_disabled()
    with torch_runtime.quiet("datasets", "accelerate"):
        datasets.disable_progress_bars()
        try:
            yield
        finally:
            if not bars:
                datasets.enable_progress_bars()

"""Encoding through sentence-transformers: on a GPU, or for what OpenVINO can't run."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from astrosearch.encoder.devices import ModelLock, has_torch
from astrosearch.encoder.folder import EncoderFolder, fingerprinted_files, unusable
from astrosearch.encoder.weights import read_safetensors
from astrosearch.errors import EncoderError, MissingExtra
from astrosearch.text import encodable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BATCH = {"cpu": 32, "cuda": 256}  # texts
LOADING_FAILS = (OSError, ValueError, KeyError, TypeError, RuntimeError, ImportError)
TALKATIVE = ("transformers", "sentence_transformers", "torch")
WINDOW = 8192  # texts sorted by length together, and between two reports of progress


def load_torch(
    folder: EncoderFolder, device: str, attention: str | None = None, note: str = ""
) -> TorchEncoder:
    """Load a folder with sentence-transformers; half precision on a GPU, single on the CPU.

    `attention` names one of transformers' ways to compute it. `note` is added to the device.
    """
    if not has_torch():
        kind = folder.config.get("model_type")
        purpose = "encoding on a GPU" if device == "cuda" else f"an encoder of architecture {kind}"
        raise MissingExtra("sentence-transformers", "gpu", purpose)
    for file in fingerprinted_files(folder):
        if file.suffix == ".safetensors":
            read_safetensors(file)  # only maps it: a damaged file is named before torch is asked
    import torch
    from safetensors import SafetensorError
    from sentence_transformers import SentenceTransformer

    try:
        with no_progress_bars():
            model = SentenceTransformer(
                str(folder.path),
                device=device,
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={
                    "dtype": torch.float16 if device == "cuda" else torch.float32,
                    "use_safetensors": True,
                }
                | ({} if attention is None else {"attn_implementation": attention}),
            )
    except (*LOADING_FAILS, SafetensorError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise unusable(folder.path, first_line) from error
    if device == "cuda":
        model = model.half()  # what follows the transformer too
    model.max_seq_length = folder.max_tokens
    return TorchEncoder(folder, model, device, note)


@contextmanager
def no_progress_bars() -> Iterator[None]:
    """Keep transformers from drawing progress bars while a block runs."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()


@contextmanager
def quiet(*more: str) -> Iterator[None]:
    """Keep bars, logs and warnings of torch's packages, and of `more`, off the terminal."""
    loggers = [logging.getLogger(name) for name in (*TALKATIVE, *more)]
    levels = [logger.level for logger in loggers]
    with no_progress_bars(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.setLevel(logging.CRITICAL)
        try:
            yield
        finally:
            for logger, level in zip(loggers, levels, strict=True):
                logger.setLevel(level)


class TorchEncoder:
    """A sentence-transformers model that gives unit vectors in single precision."""

    def __init__(self, folder: EncoderFolder, model: Any, device: str, note: str = "") -> None:
        import torch

        self.name, self.fingerprint = folder.name, folder.fingerprint()
        self.dimension, self.text_form = folder.dimension, folder.text_form
        self.max_tokens, self.opened_by = folder.max_tokens, folder.opened_by
        precision = "f16" if device == "cuda" else "f32"
        where = torch.cuda.get_device_name() if device == "cuda" else "torch"
        self.device = f"{device} ({where}, {precision}{note and f'; {note}'})"
        self.model, self._batch = model.eval(), BATCH[device]
        self._lock = ModelLock(folder.name, device)

    def encode(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> NDArray[np.float32]:
        """Return unit vectors [len(texts), dimension], in the order given."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), WINDOW):
            window = [encodable(text) for text in texts[start : start + WINDOW]]
            with self._lock.held():
                found = self._encoded(window)
            part = found.astype(np.float32)
            part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
            vectors[start : start + len(window)] = part
            if progress is not None:
                progress(len(window))
        return vectors

    def _encoded(self, texts: list[str]) -> NDArray[np.generic]:
        """Encode texts in smaller batches, once memory has run out on larger ones."""
        import torch

        while True:
            try:
                found: NDArray[np.generic] = self.model.encode(
                    texts, batch_size=self._batch, show_progress_bar=False
                )
            except torch.OutOfMemoryError as error:
                if self._batch == 1:
                    raise EncoderError(
                        f"the GPU's memory is too small for {self.name}: {error}\n"
                        "Close what else uses the GPU, or give --device cpu"
                    ) from error
                self._batch //= 2
            else:
                return found
            torch.cuda.empty_cache()  # here the error, and the tensors it held, are gone

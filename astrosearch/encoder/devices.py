"""Which device an encoder runs on."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from astrosearch.errors import EncoderError, MissingExtra

DEVICES = ("auto", "cpu", "cuda")


def choose(device: str) -> str:
    """Decide between "cpu" and "cuda"; "auto" is the GPU where torch can use one."""
    if device not in DEVICES:
        raise EncoderError(f"there is no device {device!r}.\nChoose one of: {', '.join(DEVICES)}")
    if device == "auto":
        return "cuda" if has_driver() and has_torch() and torch_sees_gpu() else "cpu"
    if device == "cuda":
        if not has_torch():
            raise MissingExtra("torch", "gpu", "encoding on a GPU")
        if not torch_sees_gpu():
            raise EncoderError(
                "torch finds no GPU on this machine.\nUse --device cpu, or install a torch built "
                "for your GPU's driver: https://pytorch.org/get-started"
            )
    return device


def has_driver() -> bool:
    """Tell whether an NVIDIA driver is installed, without the seconds that torch takes."""
    return Path("/dev/nvidiactl").exists() or shutil.which("nvidia-smi") is not None


def has_torch() -> bool:
    """Tell whether the packages of the gpu extra are installed."""
    return find_spec("torch") is not None and find_spec("sentence_transformers") is not None


def torch_sees_gpu() -> bool:
    """Ask torch, which is slow to import, for a usable GPU."""
    import torch

    return bool(torch.cuda.is_available())


class ModelLock:
    """Lets one thread at a time use a torch model, in the process that loaded it or a fork of it.

    A forked child has none of the threads that torch started before, and can't use a GPU at all
    once its parent did.
    """

    def __init__(self, name: str, device: str) -> None:
        self._name, self._device = name, device
        self._process, self._lock = os.getpid(), threading.Lock()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock for a block.

        Raises
        ------
        EncoderError
            In a forked child, for a model on a GPU.
        """
        if self._process != os.getpid():
            self._adopt()
        with self._lock:
            yield

    def _adopt(self) -> None:
        """Make the model usable in a forked child: on one thread, as its siblings are many."""
        if self._device == "cuda":
            raise EncoderError(
                f"{self._name} was loaded on a GPU by the parent of this process, and a forked "
                "process can't use that GPU.\n"
                'Start processes with multiprocessing.get_context("spawn"), or open the index '
                'with device="cpu".'
            )
        import torch

        torch.set_num_threads(1)
        self._lock, self._process = threading.Lock(), os.getpid()

"""Which device an encoder runs on."""

from __future__ import annotations

import shutil
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

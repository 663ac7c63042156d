"""What this machine's processor computes fast: the one place that knows, for all that ask."""

from __future__ import annotations

import os
from functools import cache
from typing import Any

OFFERED = {"BF16": "bf16", "FP32": "f32"}  # half precision as a processor offers it; never int8
MULTIPLIES = ("avx512_bf16", "amx_bf16", "bf16")  # torch's names of instructions; the last is ARM's


def has_bfloat16() -> bool:
    """Tell whether the processor multiplies bfloat16, which torch otherwise only imitates.

    Where it does, reranking is 2.7 times as fast, with scores within .02. Where it doesn't, a
    training step takes 17 times as long as in single precision (training_precision.json).
    """
    import torch

    known: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # newer torch only
    return any(known.get(name) for name in MULTIPLIES)


def openvino_core() -> Any:
    """Give the one OpenVINO core that there is, which lives as long as the process does.

    OpenVINO 2026 handles signals on a stack of its own while there is a core. Where a second core
    goes before the first, that stack is freed and stays in use: the next Ctrl-C is a crash.
    """
    return _started()[1]


def was_forked() -> bool:
    """Whether this process was forked from one that had started OpenVINO, which can't run in it."""
    return _started.cache_info().currsize > 0 and _started()[0] != os.getpid()


@cache
def _started() -> tuple[int, Any]:
    """Start OpenVINO: the process in which it runs, and its core."""
    import openvino

    return os.getpid(), openvino.Core()


def machine(core: Any) -> list[str]:
    """List what of a machine decides how OpenVINO compiles a graph: its name, what it offers."""
    return [
        core.get_property("CPU", "FULL_DEVICE_NAME"),
        *core.get_property("CPU", "OPTIMIZATION_CAPABILITIES"),
    ]


def precisions(core: Any) -> list[str]:
    """Name the precisions that OpenVINO offers on this processor; at least single precision."""
    return [OFFERED[name] for name in machine(core) if name in OFFERED] or ["f32"]

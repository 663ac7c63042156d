"""Checkpoints of a training run: safetensors and JSON only, each visible once it is complete.

    DIR.training/seed-42/checkpoint-50/     model, optimizer.safetensors, progress.json,
                                            trainer_state.json

A checkpoint is written under another name and renamed, so a crash leaves the last one in force.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from astrosearch.errors import StorageError
from astrosearch.files import PARTIAL, disk_errors, put_in_place, sync_folder, sync_tree

PREFIX = "checkpoint-"
TENSORS = "optimizer.safetensors"
PROGRESS = "progress.json"  # learning rate, random state
STATE = "trainer_state.json"  # the trainer's own
FULL = ("os error 28", "os error 27", "os error 122")  # no space, file too large, quota


@contextlib.contextmanager
def saving(folder: Path) -> Iterator[None]:
    """Turn the errors of a full disk into a StorageError, those of safetensors and torch too."""
    from safetensors import SafetensorError

    with disk_errors(folder):
        try:
            yield
        except (SafetensorError, RuntimeError) as error:
            if not any(sign in str(error) for sign in FULL):
                raise
            raise StorageError(
                f"the disk holding {folder} is full ({error}).\n"
                "The last checkpoint is kept: make room, and run the same command again."
            ) from error


def save_checkpoint(trainer: Any) -> None:
    """Write all that a run needs to go on; remove checkpoints but for the newest and the best."""
    from safetensors.torch import save_file

    run = Path(trainer.args.output_dir)
    final = run / f"{PREFIX}{trainer.state.global_step}"
    partial = final.with_name(final.name + PARTIAL)
    best = run / f"{PREFIX}{trainer.state.best_global_step}"
    with saving(run):
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        trainer.model.save_pretrained(str(partial), create_model_card=False)
        tensors, groups = _flat(trainer.optimizer.state_dict())
        tensors |= _random_tensors()
        save_file(tensors, partial / TENSORS)
        scaler = trainer.accelerator.scaler
        progress = {
            "groups": groups,
            "scheduler": trainer.lr_scheduler.state_dict(),
            "scaler": None if scaler is None else scaler.state_dict(),
            "python": random.getstate(),
        }
        (partial / PROGRESS).write_text(json.dumps(progress), encoding="utf-8")
        if best == final or best.is_dir():
            trainer.state.best_model_checkpoint = str(best)
        trainer.state.save_to_json(str(partial / STATE))
        sync_tree(partial)
        shutil.rmtree(final, ignore_errors=True)
        put_in_place(partial, final)
        sync_folder(run)
        for old in run.glob(f"{PREFIX}*"):
            if old not in (final, best):
                shutil.rmtree(old, ignore_errors=True)


def load_optimizer(trainer: Any, checkpoint: Path) -> None:
    """Give the optimizer, the schedule and the scaler their states at a checkpoint."""
    from safetensors.torch import load_file

    tensors = load_file(checkpoint / TENSORS)
    progress = json.loads((checkpoint / PROGRESS).read_text(encoding="utf-8"))
    state: dict[int, dict[str, Any]] = {}
    for name, tensor in tensors.items():
        kind, _, key = name.partition("/")
        if kind.isdecimal():
            state.setdefault(int(kind), {})[key] = tensor
    trainer.optimizer.load_state_dict({"state": state, "param_groups": progress["groups"]})
    trainer.lr_scheduler.load_state_dict(progress["scheduler"])
    if progress["scaler"] is not None and trainer.accelerator.scaler is not None:
        trainer.accelerator.scaler.load_state_dict(progress["scaler"])


def load_random(checkpoint: Path) -> None:
    """Set the generators of python, numpy and torch as they were at a checkpoint."""
    import numpy as np
    import torch
    from safetensors.torch import load_file

    tensors = load_file(checkpoint / TENSORS)
    progress = json.loads((checkpoint / PROGRESS).read_text(encoding="utf-8"))
    version, numbers, gauss = progress["python"]
    random.setstate((version, tuple(numbers), gauss))
    keys, rest = tensors["random/numpy"], tensors["random/numpy_rest"].tolist()
    position, has_gauss, cached = int(rest[0]), int(rest[1]), rest[2]
    np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), position, has_gauss, cached))
    torch.set_rng_state(tensors["random/torch"])
    if "random/cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random/cuda"])


def last_checkpoint(run: Path) -> Path | None:
    """Find the last complete checkpoint of a run, and remove what a crash left half-written."""
    found: list[tuple[int, Path]] = []
    for path in run.glob(f"{PREFIX}*"):
        step = path.name.removeprefix(PREFIX)
        if step.isdecimal() and all((path / f).is_file() for f in (TENSORS, PROGRESS, STATE)):
            found.append((int(step), path))
        else:
            shutil.rmtree(path, ignore_errors=True)
    return max(found)[1] if found else None


def _flat(state: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Split an optimizer's state into named tensors and plain values."""
    tensors = {
        f"{number}/{key}": value.contiguous()
        for number, values in state["state"].items()
        for key, value in values.items()
    }
    return tensors, state["param_groups"]


def _random_tensors() -> dict[str, Any]:
    import numpy as np
    import torch

    _, keys, position, has_gauss, cached = np.random.get_state()
    tensors = {
        "random/torch": torch.get_rng_state(),
        "random/numpy": torch.from_numpy(np.asarray(keys).astype(np.int64)),
        "random/numpy_rest": torch.tensor([position, has_gauss, cached], dtype=torch.float64),
    }
    if torch.cuda.is_available():
        tensors["random/cuda"] = torch.cuda.get_rng_state()
    return tensors

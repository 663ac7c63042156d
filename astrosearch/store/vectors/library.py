"""FAISS, imported when first needed."""

from __future__ import annotations

import re
from typing import Any

from astrosearch.errors import BrokenPackage, MissingExtra

_DISTRIBUTION = re.compile(r"faiss[-_](?:cpu|gpu|cuda)\b", re.IGNORECASE)


def faiss() -> Any:
    """Import FAISS; MissingExtra where it isn't installed, BrokenPackage where it isn't whole."""
    try:
        import faiss as library

        library.IndexFlatIP  # noqa: B018  # an emptied folder is a module too, with nothing in it
    except (ImportError, AttributeError) as error:
        purpose = "searching vectors"
        if found := _distributions():
            raise BrokenPackage("faiss", found, str(error), purpose) from error
        raise MissingExtra("faiss", "cpu", purpose) from error
    return library


def _distributions() -> list[str]:
    """Name the installed distributions that provide the module `faiss`."""
    from importlib.metadata import distributions

    names = {str(found.metadata["Name"]) for found in distributions()}
    return sorted(name for name in names if _DISTRIBUTION.match(name))

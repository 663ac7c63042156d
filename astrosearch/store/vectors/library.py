"""FAISS, imported when first needed."""

from __future__ import annotations

import os
import re
import sys
from typing import Any

from astrosearch.errors import BrokenPackage, MissingExtra

_DISTRIBUTION = re.compile(r"faiss[-_](?:cpu|gpu|cuda)\b", re.IGNORECASE)


def _search_on_one_thread() -> None:
    """Have FAISS start no threads in a forked child.

    OpenMP doesn't know that its threads stayed behind in the parent, and would wait for them for
    ever.
    """
    library = sys.modules.get("faiss")
    if library is not None and hasattr(library, "omp_set_num_threads"):
        library.omp_set_num_threads(1)


if hasattr(os, "register_at_fork"):  # not on Windows, which can't fork
    os.register_at_fork(after_in_child=_search_on_one_thread)


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

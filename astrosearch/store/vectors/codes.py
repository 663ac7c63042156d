"""Compressed codes of an index's vectors: they choose candidates, which the vectors then rank.

An inverted file (Jegou et al. 2011, https://doi.org/10.1109/TPAMI.2010.57) holds two bits a
dimension, product-quantized in the fast-scan layout (Andre et al. 2015,
https://doi.org/10.14778/2856318.2856324). It is read into memory; the vectors stay on the disk.
How wide it searches is chosen when it is made, from its own vectors.
"""

from __future__ import annotations

import math
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from astrosearch.errors import OutOfMemory
from astrosearch.store.vectors.library import faiss
from astrosearch.store.vectors.segments import check_sums, damage_error

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODES = "codes"
EXACT_UP_TO = 100_000  # vectors; an exact search of so many takes about 6 ms on one thread
K = 10  # neighbours that recall is measured on

# Seconds, one thread of an AMD EPYC: a full scan of 200,000 codes of 96 bytes takes 1.05 ms.
PER_CODE = 5.5e-11  # a byte of it
PER_ROW = 1.2e-9  # a dimension of a vector gathered and multiplied


@dataclass(frozen=True, slots=True)
class Tuning:
    """How wide codes are searched, and what that gives."""

    probes: int  # lists looked into
    candidates: int  # ranked by their vectors, for K neighbours
    recall: float  # of the K nearest, measured
    asked: float


class Codes:
    """An open file of codes, in memory."""

    def __init__(self, path: Path, tuning: Tuning, sums: bytes | None = None) -> None:
        check_sums(path, sums)
        library = faiss()
        try:
            self.index = library.read_index(str(path))
            self.lists, self.vectors = int(self.index.nlist), int(self.index.ntotal)
        except MemoryError as error:
            raise OutOfMemory(f"opening the codes in {path}") from error
        except (RuntimeError, AttributeError) as error:
            raise damage_error(path) from error
        if not (self.lists and self.vectors):
            raise damage_error(path)
        self.tuning = tuning

    def tuned(self, tuning: Tuning) -> Codes:
        """Return the same codes, searched as widely as `tuning` says."""
        if tuning == self.tuning:
            return self
        other = copy(self)
        other.tuning = tuning
        return other

    def candidates(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        among: NDArray[np.int64] | None = None,
        without: NDArray[np.int64] | None = None,
        all_lists: bool = False,
        least: int = 0,
    ) -> NDArray[np.int64]:
        """Return candidates int64 [n, c], c >= k, for the nearest `k`; -1 where there are fewer.

        `among` are the only ids allowed, `without` ids that are not; `least` is the least c.
        """
        library = faiss()
        share, selector = 1.0, None
        if among is not None:
            share, selector = len(among) / self.vectors, _only(among)
        elif without is not None and len(without):
            selector = library.IDSelectorNot(library.IDSelectorBatch(without))
        probes = self.lists if all_lists else self._probes(k, share)
        parameters = library.SearchParametersIVF(nprobe=probes, sel=selector)
        found: tuple[Any, NDArray[np.int64]] = self.index.search(
            queries, min(self.vectors, max(self._candidates(k), least)), params=parameters
        )
        return found[1]

    def seconds(self, k: int, share: float) -> float:
        """Estimate the seconds one query takes, where only a share of the ids is allowed."""
        return seconds_coded(self.index, self._probes(k, share), self._candidates(k))

    def _candidates(self, k: int) -> int:
        return min(self.vectors, math.ceil(self.tuning.candidates * max(k, K) / K))

    def _probes(self, k: int, share: float) -> int:
        # Fewer wanted lie farther off. At share 0.5 a query's ten nearest are its twenty nearest.
        enough = 4 * self._candidates(k) / max(share, 1e-9) / self.vectors * self.lists
        wider = self.tuning.probes / math.sqrt(max(share, 1e-9))
        return min(self.lists, math.ceil(max(wider, enough)))


def seconds_coded(index: Any, probes: int, candidates: int) -> float:
    """Estimate the seconds one query takes to scan some lists and rank its candidates."""
    scanned = probes / int(index.nlist) * int(index.ntotal) * int(index.code_size)
    return scanned * PER_CODE + seconds_exact(candidates, int(index.d))


def seconds_exact(rows: int, dimension: int) -> float:
    """Estimate the seconds one query takes to rank some vectors by themselves."""
    return rows * dimension * PER_ROW


def _only(ids: NDArray[np.int64]) -> Any:
    import numpy as np

    library = faiss()
    wanted = np.zeros(int(ids.max(initial=0)) + 1, dtype=bool)
    wanted[ids] = True
    bits = np.packbits(wanted, bitorder="little")
    selector = library.IDSelectorBitmap(len(bits), library.swig_ptr(bits))
    selector.bits = bits  # it only points to them
    return selector


def coded_ids(path: Path) -> NDArray[np.int64]:
    """Return the ids int64 [n] in a file of codes, in no particular order."""
    import numpy as np

    library = faiss()
    index = Codes(path, Tuning(1, K, 0.0, 0.0)).index
    lists, parts = index.invlists, [np.empty(0, dtype=np.int64)]
    for number in range(index.nlist):
        size = lists.list_size(number)
        if size:
            parts.append(library.rev_swig_ptr(lists.get_ids(number), size).copy())
    return np.concatenate(parts)

"""Which paper a sentence stands in, by the first sentences of papers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Heads:
    """The papers of one state of an index, by their first sentences, which are titles mostly.

    Attributes
    ----------
    ids : int64 [n]
        Ids of the first sentences, ascending: the ids of a paper's sentences lie side by side.
    counts : int64 [n]
        How many sentences each paper has.
    """

    ids: NDArray[np.int64]
    counts: NDArray[np.int64]

    def places(self, sentence_ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the places [m] of the papers of sentences [m]."""
        places: NDArray[np.int64] = self.ids.searchsorted(sentence_ids, side="right") - 1
        return places

    def ends(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return ids that no sentence of these papers reaches."""
        import numpy as np

        after = np.append(self.ids[1:], np.iinfo(np.int64).max)
        ends: NDArray[np.int64] = after[places]
        return ends

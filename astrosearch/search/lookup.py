"""What an open index tells of itself: its sentences, papers and files."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from astrosearch.errors import AstrosearchError
from astrosearch.records import Context, Hit, Paper, Sentence
from astrosearch.search.checked import whole_number
from astrosearch.search.references import id_of
from astrosearch.search.session import Session
from astrosearch.text import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from astrosearch.search.snapshot import Snapshot
    from astrosearch.store.rows import CodesRow, Counts, EncoderIdentity, SegmentRow, SourceFile


class Lookup(Session):
    """An open index, looked up: nothing is ranked."""

    def sentence(self, sentence_id: int) -> tuple[Sentence, Paper]:
        """Return a sentence and its paper; NotFound if it isn't there."""
        return self.read(lambda state: state.sentence(sentence_id))

    def paper(self, paper_id: str) -> tuple[Paper, list[Sentence]]:
        """Return a paper and its sentences in reading order; NotFound if it isn't there."""
        return self.read(lambda state: state.paper(paper_id))

    def context(self, of: Hit | int, n: int = 3) -> Context:
        """Return up to `n` sentences before and after a hit, or a sentence by its id, in its paper.

        NotFound if it isn't there.
        """
        sentence_id = of.sentence.id if isinstance(of, Hit) else of
        _check_context(n)
        return self.read(lambda state: state.context(sentence_id, n))

    def contexts(self, sentence_ids: Iterable[int], n: int = 3) -> dict[int, Context]:
        """Return the contexts of many sentences by their ids, looked up at once.

        Those that are not there, or no longer, are left out.
        """
        _check_context(n)
        wanted = sorted(set(sentence_ids))
        return self.read(lambda state: state.contexts(wanted, n))

    def find(self, name: str, *, titles: bool = True) -> str:
        """Return the id of the paper or the sentence that a name means.

        Parameters
        ----------
        name : str
            An id, also with a version (`arXiv:2501.99001v2`), a DOI, an ADS bibcode, the address
            of any of them, a file of the corpus (`notes/main.tex`, or `notes/main.tex:33` for the
            sentence at that line), or a part of the title.
        titles : bool
            Whether a part of the title is enough.

        Raises
        ------
        NotFound
            When it means nothing here, or several papers, which the message lists.
        """
        return self.read(lambda state: id_of(state, name, titles=titles))

    def source_of(self, paper_id: str) -> SourceFile:
        """Return the file that a paper was read from; NotFound if there is no such paper."""
        return self.read(lambda state: state.source_of(paper_id))

    def has_paper(self, paper_id: str) -> bool:
        """Say whether there is such a paper."""
        return self.read(lambda state: state.has_paper(paper_id))

    @property
    def encoder_identity(self) -> EncoderIdentity:
        """The encoder the index was built with."""
        return self.read(lambda state: state.encoder)

    @property
    def counts(self) -> Counts:
        """How much the index holds."""
        return self.read(lambda state: state.counts)

    @property
    def segments(self) -> list[SegmentRow]:
        """The live segment files."""
        return self.read(lambda state: state.segments)

    @property
    def codes(self) -> CodesRow | None:
        """The codes that a large index is searched through; None: every search is exact."""
        return self.read(lambda state: state.codes)

    @property
    def database_bytes(self) -> int:
        """Size of the database file."""
        return self.read(lambda state: state.database_bytes)

    @property
    def failures(self) -> list[tuple[str, str]]:
        """(file, reason) of what could not be indexed."""
        return self.read(lambda state: state.failures)

    def vectors(self, ids: Iterable[int]) -> NDArray[np.float32]:
        """Return the vectors of sentences, float32 [n, dim] of unit length, in the order given.

        Raises
        ------
        NotFound
            When a sentence isn't there.
        BadType
            When an id isn't a whole number.
        """
        import numpy as np

        wanted = np.array([whole_number("ids", id, 0) for id in ids], dtype=np.int64)

        def read(state: Snapshot) -> NDArray[np.float32]:
            known = state.sentences(np.unique(wanted).tolist())
            for id in wanted.tolist():
                if id not in known:
                    raise state.no_sentence(id)
            return state.vectors(wanted, checked=True)

        return self.read(read)

    def __repr__(self) -> str:
        """Say what the index holds, or that it is closed."""
        try:
            papers, sentences, encoder = self.read(
                lambda state: (state.counts.papers, state.sentence_count, state.encoder.name)
            )
        except AstrosearchError:
            return f"Index({str(self.path)!r})"
        sizes = f"{counted(papers, 'paper')}, {counted(sentences, 'sentence')}"
        return f"Index({str(self.path)!r}: {sizes}, {encoder})"

    def __len__(self) -> int:
        """Return the number of sentences."""
        return self.read(lambda state: state.sentence_count)

    def __bool__(self) -> bool:
        """Return True, for an empty index too."""
        return True


def _check_context(n: int) -> None:
    if n < 0:
        raise AstrosearchError(f"the context can't be of {n} sentences.\nGive 0 or more.")

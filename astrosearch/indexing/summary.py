"""What an indexing run tells: how far it is, and what it did."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an indexing run is; `fraction` in [0, 1] is an estimate of the work done.

    `papers` are encoded, of `total_papers` that there will be: an estimate until all is read.
    """

    sources: int
    total_sources: int
    sentences: int
    fraction: float
    papers: int = 0
    total_papers: int = 0


@dataclass(slots=True)
class Summary:
    """What an indexing run did; what `astrosearch.build` returns.

    Examples
    --------
    >>> summary = Summary(papers_added=41, sentences_added=1431, failed=[("a.tex", "it is empty")])
    >>> summary.papers_added, len(summary.failed)
    (41, 1)
    """

    papers_added: int = 0
    papers_replaced: int = 0
    sentences_added: int = 0
    sources_read: int = 0
    sources_unchanged: int = 0
    papers: int = 0  # in the index, at the end
    sentences: int = 0
    seconds: float = 0.0
    encoding_seconds: float = 0.0  # of these, in which the encoder was at work
    failed: list[tuple[str, str]] = field(default_factory=list)  # (file, reason); tried again
    skipped: list[tuple[str, str]] = field(default_factory=list)  # (file, reason)
    warnings: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)  # indexed files no longer in the corpus
    pruned: int = 0  # papers dropped with them
    # Of all documents in the corpora, read in this run or before: each is one of three.
    found: int = 0
    indexed: int = 0  # papers of the index
    duplicated: int = 0  # other copies and versions of them
    refused: int = 0  # failed, skipped, left out or removed
    removed: int = 0  # of these, taken out by `remove`
    # (document, reason) of those that this run met
    duplicates: list[tuple[str, str]] = field(default_factory=list)
    # (paper, file) of each that left, since its file no longer holds it
    left: list[tuple[str, str]] = field(default_factory=list)
    others: dict[str, int] = field(default_factory=dict)  # suffix -> files that are no papers

    def _repr_html_(self) -> str:
        from astrosearch.output.notebook import summary_html

        listed = {
            "not read": self.failed,
            "skipped": self.skipped,
            "duplicates": self.duplicates,
            "left the index": self.left,
        }
        return summary_html(
            {
                "papers added": self.papers_added,
                "papers replaced": self.papers_replaced,
                "sentences added": self.sentences_added,
                "files unchanged": self.sources_unchanged,
                "papers dropped": self.pruned,
                "documents found": self.found,
                "papers in the index": self.papers,
                "sentences in the index": self.sentences,
            },
            self.seconds,
            {**listed, "gone from the corpus": [(name, "") for name in self.gone]},
        )

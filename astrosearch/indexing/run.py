"""One pass over a corpus' sources: what becomes of each paper, committed group by group.

A group is a few thousand sentences of whole papers, encoded while the next is read. Sources are
taken in a fixed order and groups are cut by count, so a run that was killed goes on at a group's
edge and ends with the same sentences, ids and vectors as one that was not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from astrosearch.corpus import kinds
from astrosearch.corpus.document import Document
from astrosearch.corpus.source import Source, identify, stamp
from astrosearch.corpus.tree import size_of
from astrosearch.errors import Unreadable
from astrosearch.indexing import decide
from astrosearch.indexing.encode import EncodingThread, Group
from astrosearch.indexing.workers import ReadPaper, readings
from astrosearch.maintenance.merge import compact, small_segments
from astrosearch.records import SourceSentence
from astrosearch.store.rows import Edition, EndSource, NoteEdition, PutPaper, SourceRow
from astrosearch.store.writer import Writer

# Sentences a group: five seconds of encoding. A kill can cost two groups.
GROUP_SENTENCES = 4096

GROUP_CHANGES = 10_000  # papers a group, where most are known already

# An exact search pays a little for each segment; a long run merges them at twice this many.
MANY_SEGMENTS = 16

UNSETTLED = " unsettled"  # ends the stamp of a source that may have changed while it was read


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

    def _repr_html_(self) -> str:
        from astrosearch.output.notebook import summary_html

        listed = {"not read": self.failed, "skipped": self.skipped}
        return summary_html(
            {
                "papers added": self.papers_added,
                "papers replaced": self.papers_replaced,
                "sentences added": self.sentences_added,
                "files unchanged": self.sources_unchanged,
                "papers dropped": self.pruned,
                "papers in the index": self.papers,
                "sentences in the index": self.sentences,
            },
            self.seconds,
            {**listed, "gone from the corpus": [(name, "") for name in self.gone]},
        )


class IndexingRun:
    """One pass over the sources: decides about each paper and commits group by group."""

    def __init__(
        self,
        writer: Writer,
        encoding: EncodingThread,
        *,
        all_categories: bool,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.writer, self._encoding = writer, encoding
        self.all_categories, self.progress = all_categories, progress
        self.summary = Summary()
        self._group = Group()
        self._group_sentences = 0
        self._queued = 0  # sentences to be encoded, with those that are
        self._papers_queued = 0
        self._sources_done = self._sources_total = 0
        self._bytes_done = self._bytes_total = 0
        self._bytes_within = 0  # of the source being read, estimated

    def read(self, sources: Sequence[Source], jobs: int) -> None:
        """Read every source that is new, changed or failed before."""
        rows = self._rows(sources)
        # A file met through two corpora, one within the other, keeps the name it has.
        known = {
            path: replace(source, root=Path(row.root), name=row.name)
            for source in sources
            for path in [str(source.path)]
            for row in [rows[path]]
        }
        wanted = [
            (source, row)
            for path, source in known.items()
            for row in [rows[path]]
            if row.status != "done" or self._stamp(source, row.parts) != row.stamp
        ]
        unchanged = {row.source_id for row in rows.values()} - {row.source_id for _, row in wanted}
        self.summary.sources_unchanged = len(unchanged)
        self.summary.failed += self.writer.sources.failures_of(sorted(unchanged))
        self._read(wanted, jobs)

    def read_again(self, sources: Sequence[Source], jobs: int) -> None:
        """Read sources again that hold a paper which another source no longer gives."""
        rows = self._rows(sources)
        asked = [
            (replace(source, root=Path(row.root), name=row.name), row)
            for source in {str(s.path): s for s in sources}.values()
            for row in [rows[str(source.path)]]
            if row.status == "pending"
        ]
        self._read(asked, jobs)

    def _rows(self, sources: Sequence[Source]) -> dict[str, SourceRow]:
        rows = self.writer.sources.register(
            (str(s.path), str(s.root), s.name, s.kind) for s in sources
        )
        return {path: rows[path] for path in (str(source.path) for source in sources)}

    def _read(self, wanted: Sequence[tuple[Source, SourceRow]], jobs: int) -> None:
        if not wanted:
            return
        self._sources_total += len(wanted)
        sizes = [size_of(source.path) for source, _ in wanted]
        self._bytes_total += sum(sizes)
        run = self.writer.next_run()
        read = readings([source for source, _ in wanted], jobs, all_categories=self.all_categories)
        for (source, row), size, (began, items) in zip(wanted, sizes, read, strict=True):
            self._source(source, row, items, run, size, began)
            self._sources_done += 1
            self._bytes_done += size
            self._bytes_within = 0
            self._tell()
        self._flush(run)
        self._land(run)

    def look_for_gone(
        self, corpora: Sequence[Path], sources: Sequence[Source], *, prune: bool
    ) -> None:
        """Drop papers of files that are no longer sources; list files that are gone.

        A missing file may lie on a disk that is away: its papers stay, unless `prune` is true.
        """
        present = {str(source.path) for source in sources}
        absent = [
            row
            for row in self.writer.sources.by_path().values()
            if row.path not in present and any(Path(row.path).is_relative_to(c) for c in corpora)
        ]
        gone = [row for row in absent if _is_gone(row.path)]
        dropped = [row for row in absent if os.access(row.path, os.R_OK)]
        if prune:
            dropped += gone
        else:
            self.summary.gone = [row.name for row in gone]
        self.summary.pruned = self.writer.prune([row.source_id for row in dropped])

    def _source(
        self,
        source: Source,
        row: SourceRow,
        items: Iterator[ReadPaper | Unreadable],
        run: int,
        size: int,
        began: int,
    ) -> None:
        failures: list[tuple[str, str]] = []
        parts: tuple[str, ...] = (source.name,)
        gave_papers = False
        for item in items:
            if isinstance(item, Unreadable):
                failures.append((item.name, item.reason))
                continue
            gave_papers = True
            parts = tuple(dict.fromkeys((*parts, *item.document.parts)))
            self.summary.warnings += item.document.warnings
            characters = sum(len(sentence.text) for sentence in item.sentences)
            self._bytes_within = min(size, self._bytes_within + 2 * characters)
            self._paper(row, item.document, item.sentences, run)
        state = self._stamp(source, parts)
        clock_went_on = began <= time.time_ns()
        settled = clock_went_on and all(_changed_at(source.root / p) < began for p in parts)
        # What may have changed while it was read is read again next time; then, if it is still
        # as it was at the end of this reading, its date or the clock is wrong.
        if not settled and row.stamp not in (state, state + UNSETTLED):
            state += UNSETTLED
        self.summary.failed += failures
        self.summary.sources_read += 1
        self._group.ended.add(row.source_id)
        self._group.changes.append(
            EndSource(
                row.source_id,
                state,
                parts,
                tuple(failures),
                gave_papers,
                decide.papers_to_keep(source.name, failures),
            )
        )

    def _paper(
        self, row: SourceRow, document: Document, sentences: Sequence[SourceSentence], run: int
    ) -> None:
        # What becomes of it may depend on what a group not yet committed did to it.
        if self._is_in(self._group, document.paper.id):
            self._flush(run)
        encoded = self._encoding.group
        if encoded is not None and self._is_in(encoded, document.paper.id):
            self._land(run)
        change = self._decide(row, document, sentences, run)
        if change is None:
            return
        self._group.changes.append(change)
        self._group.papers |= {document.paper.id, change.edition.paper.id}
        if isinstance(change, PutPaper):
            self._group_sentences += len(change.sentences)
            self._queued += len(change.sentences)
            self._papers_queued += 1
        full = len(self._group.changes) >= GROUP_CHANGES
        if full or self._group_sentences >= GROUP_SENTENCES:
            self._flush(run)

    def _is_in(self, group: Group, paper_id: str) -> bool:
        """Whether a group changes a paper: by a change of its own, or as its source ends in it.

        A source that no longer holds a paper loses it when the source ends.
        """
        indexed = self.writer.sources.indexed_edition(paper_id)
        leaving = indexed is not None and indexed.source_id in group.ended
        return leaving or paper_id in group.papers

    def _decide(
        self, row: SourceRow, document: Document, sentences: Sequence[SourceSentence], run: int
    ) -> PutPaper | NoteEdition | None:
        """Say what becomes of a paper just read; None if its source has a better one."""
        edition = decide.edition_of(row.source_id, document, sentences)
        edition = replace(edition, paper=replace(edition.paper, id=self._id_for(edition, row)))
        indexed = self.writer.sources.indexed_edition(edition.paper.id)
        return decide.change_for(
            edition,
            sentences,
            before=self.writer.sources.edition(row.source_id, edition.paper.id),
            indexed=indexed,
            beaten=indexed is not None and self._is_beaten(edition, row, indexed),
            run=run,
        )

    def _is_beaten(self, edition: Edition, row: SourceRow, indexed: Edition) -> bool:
        if indexed.source_id == row.source_id:
            return False
        holder = self.writer.sources.by_id(indexed.source_id)
        return not decide.wins(
            edition, row.kind, indexed, holder.kind, lambda: _is_gone(holder.path)
        )

    def _id_for(self, edition: Edition, row: SourceRow) -> str:
        """Choose an id that no other paper has; a file that moved keeps its paper's."""
        *ids, longest = decide.possible_ids(edition.paper, row)
        for paper_id in ids:
            holder = self.writer.sources.indexed_edition(paper_id)
            if holder is None or holder.source_id == row.source_id:
                return paper_id
            same = holder.digest == edition.digest
            if same and _is_gone(self.writer.sources.by_id(holder.source_id).path):
                return paper_id
        return longest

    def _flush(self, run: int) -> None:
        """Commit the group before this one, and have this one encoded."""
        if not self._group.changes:
            return
        self._land(run)
        self._encoding.start(self._group)
        self._group, self._group_sentences = Group(), 0

    def _land(self, run: int) -> None:
        """Wait for the group being encoded, and commit it."""
        landed = self._encoding.land(self._tell)
        if landed is None:
            return
        group, vectors = landed
        known = sum(self._is_indexed(put.edition.paper.id) for put in group.puts)
        self.writer.commit(group.changes, vectors, run)
        self.summary.papers_replaced += known
        self.summary.papers_added += len(group.puts) - known
        self.summary.sentences_added += group.sentences
        self.summary.encoding_seconds = self._encoding.seconds
        if small_segments(self.writer.store.segments()) >= 2 * MANY_SEGMENTS:
            compact(self.writer)

    def _is_indexed(self, paper_id: str) -> bool:
        return self.writer.store.paper_key(paper_id) is not None

    def _stamp(self, source: Source, parts: Sequence[str]) -> str:
        if not parts:
            return ""
        state = f"{stamp(source.root, parts)} {identify(source)[0]}"
        filtered = kinds.named(source.kind).holds == "records"
        return f"{state} +all" if self.all_categories and filtered else state

    def _tell(self) -> None:
        if self.progress is not None:
            done = self._bytes_done + self._bytes_within
            read = min(1.0, done / self._bytes_total) if self._bytes_total else 1.0
            # Reading is quick; what is read still waits to be encoded.
            encoded = self._encoding.encoded / self._queued if self._queued else 1.0
            self.progress(
                Progress(
                    self._sources_done,
                    self._sources_total,
                    self._encoding.encoded,
                    read * encoded,
                    int(self._papers_queued * encoded),
                    round(self._papers_queued / read) if read else self._papers_queued,
                )
            )


def _is_gone(path: str) -> bool:
    """Whether a file isn't there; False if its folder may not be entered."""
    try:
        Path(path).stat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _changed_at(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0

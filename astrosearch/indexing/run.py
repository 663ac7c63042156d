"""One pass over a corpus' sources: what becomes of each paper, committed group by group.

A group is a few thousand sentences of whole papers, encoded while the next is read. Sources are
taken in a fixed order and groups are cut by count, so a run that was killed goes on at a group's
edge and ends with the same sentences, ids and vectors as one that was not.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from astrosearch.corpus import kinds, suffixes
from astrosearch.corpus.document import Document, LeftOut
from astrosearch.corpus.source import Source, identify, stamp
from astrosearch.corpus.tree import size_of
from astrosearch.errors import Unreadable
from astrosearch.indexing import decide
from astrosearch.indexing.encode import EncodingThread, Group
from astrosearch.indexing.identity import Identities, is_gone
from astrosearch.indexing.removals import Removals
from astrosearch.indexing.summary import Progress, Summary
from astrosearch.indexing.workers import ReadPaper, readings
from astrosearch.maintenance.merge import compact, small_segments
from astrosearch.records import SourceSentence
from astrosearch.store import outcomes
from astrosearch.store.rows import Edition, EndSource, NoteEdition, PutPaper, Refusal, SourceRow
from astrosearch.store.writer import Writer

# Sentences a group: five seconds of encoding. A kill can cost two groups.
GROUP_SENTENCES = 4096

GROUP_CHANGES = 10_000  # papers a group, where most are known already

# An exact search pays a little for each segment; a long run merges them at twice this many.
MANY_SEGMENTS = 16

_SECOND = 10**9  # nanoseconds
UNSETTLED = " unsettled"  # ends the stamp of a source that may have changed while it was read


class IndexingRun:
    """One pass over the sources: decides about each paper and commits group by group."""

    def __init__(
        self,
        writer: Writer,
        encoding: EncodingThread,
        *,
        all_categories: bool,
        follow_links: bool,
        progress: Callable[[Progress], None] | None,
        removals: Removals,
    ) -> None:
        self.writer, self._encoding = writer, encoding
        self.all_categories, self.progress = all_categories, progress
        self._follow_links = follow_links
        self.summary = Summary()
        self._group = Group()
        self._group_sentences = 0
        self._queued = 0  # sentences to be encoded, with those that are
        self._papers_queued = 0
        self._sources_done = self._sources_total = 0
        self._bytes_done = self._bytes_total = 0
        self._bytes_within = 0  # of the source being read, estimated
        self._identities = Identities(writer)
        self._places: dict[str, tuple[Source, SourceRow]] = {}  # of this run's sources, by path
        self._were_read: set[int] = set()
        self._left: list[tuple[str, str]] = []
        self._left_out = 0
        self._removals = removals

    def read(self, sources: Sequence[Source], jobs: int) -> None:
        """Read every source that is new, changed or failed before."""
        known, doubles = self._identities.known_places(sources)
        self.summary.duplicates += doubles
        rows = self.writer.sources.register(
            (str(s.path), str(s.root), s.name, s.kind) for s in known.values()
        )
        self._identities.look_for_moved(rows, known)
        # A file met through two corpora, one within the other, keeps the name it has.
        self._places = {
            path: (replace(source, root=Path(rows[path].root), name=rows[path].name), rows[path])
            for path, source in known.items()
        }
        wanted = [
            (source, row)
            for source, row in self._places.values()
            if row.status != "done"
            or self._stamp(source, row.parts) != row.stamp
            or self._removals.asks_for(row.path)
        ]
        unchanged = {row.source_id for _, row in self._places.values()}
        unchanged -= {row.source_id for _, row in wanted}
        self.summary.sources_unchanged = len(unchanged)
        self.summary.failed += self.writer.sources.failures_of(sorted(unchanged))
        self._read(wanted, jobs)

    def read_again(self, jobs: int) -> None:
        """Read sources again that hold a paper which another source no longer gives."""
        asked = [
            (self._place(row), row)
            for row in self.writer.sources.by_path().values()
            if row.status == "pending" and row.stamp is not None
            if kinds.rank(row.kind) and not is_gone(row.path)
        ]
        self._read(asked, jobs)

    def _place(self, row: SourceRow) -> Source:
        """Return a source of this run, or as it was found in an earlier one."""
        if row.path in self._places:
            return self._places[row.path][0]
        return Source(Path(row.root), row.name, row.kind, follow=self._follow_links)

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

    def look_for_gone(self, corpora: Sequence[Path], *, prune: bool) -> None:
        """Drop papers of files that are no longer sources; list files that are gone.

        A missing file may lie on a disk that is away: its papers stay, unless `prune` is true.
        """
        absent = [
            row
            for row in self.writer.sources.by_path().values()
            if row.path not in self._places
            if any(Path(row.path).is_relative_to(corpus) for corpus in corpora)
        ]
        gone = [row for row in absent if is_gone(row.path)]
        dropped = [row for row in absent if os.access(row.path, os.R_OK)]
        moved = [row for row in gone if self._identities.has_moved(row.source_id)]
        self.writer.prune([row.source_id for row in moved])
        gone = [row for row in gone if row not in moved]
        if prune:
            dropped += gone
        else:
            self.summary.gone = [row.name for row in gone]
        names = {row.source_id: row.name for row in dropped}
        left = self.writer.prune([*names])
        self.summary.pruned = len(left)
        kept = {row.source_id for row in gone}
        self._left += [(paper, names[id]) for id, paper in left if id not in kept]

    def settle(self) -> None:
        """Say what became of all documents that the sources of this run hold."""
        summary, store = self.summary, self.writer.store
        ids = sorted({row.source_id for _, row in self._places.values()})
        became = outcomes.outcome(store, ids)
        beside = len(summary.duplicates)
        summary.duplicates += outcomes.duplicates(store, sorted(self._were_read))
        left_out = self._left_out
        summary.found = became.found + beside + left_out
        summary.indexed, summary.duplicated = became.indexed, became.duplicates + beside
        summary.refused, summary.removed = became.refused + left_out, became.removed
        summary.left = [
            (paper, file) for paper, file in self._left if store.paper_key(paper) is None
        ]

    def leave_out(self, corpus: Path, files: Sequence[Unreadable], others: Sequence[str]) -> None:
        """List the files of a corpus that are no sources."""
        named = [(item.name, item.reason) for item in files]
        self.summary.skipped += named
        self._left_out += len(named)
        self.writer.leave_out(str(corpus), named)
        for name in others:
            suffix = suffixes.suffix_of(name) or "no suffix"
            self.summary.others[suffix] = self.summary.others.get(suffix, 0) + 1

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
        refusals: list[Refusal] = []
        parts: tuple[str, ...] = (source.name,)
        documents, gave_papers = 0, False
        for item in items:
            documents += item.count if isinstance(item, LeftOut) else 1
            if isinstance(item, Unreadable):
                refusals.append(self._refusal(item, source, failures))
                continue
            gave_papers = True
            parts = tuple(dict.fromkeys((*parts, *item.document.parts)))
            self.summary.warnings += item.document.warnings
            characters = sum(len(sentence.text) for sentence in item.sentences)
            self._bytes_within = min(size, self._bytes_within + 2 * characters)
            repeated = self._paper(row, item.document, item.sentences, run)
            refusals += [] if repeated is None else [repeated]
        state = self._stamp(source, parts)
        clock_went_on = began <= time.time_ns()
        settled = clock_went_on and all(_settled_at(source.root / p) < began for p in parts)
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
                tuple(refusals),
                gave_papers,
                decide.papers_to_keep(source.name, failures),
                documents,
            )
        )
        self._were_read.add(row.source_id)

    def _refusal(
        self, item: Unreadable, source: Source, failures: list[tuple[str, str]]
    ) -> Refusal:
        """Note what a source holds and isn't read; a failure unless it is left out on purpose."""
        if not isinstance(item, LeftOut):
            failures.append((item.name, item.reason))
            return Refusal(item.name, item.reason)
        if kinds.named(source.kind).holds == "records":
            self.summary.skipped.append((item.name, item.reason))
        return Refusal(item.name, item.reason, item.count)

    def _paper(
        self, row: SourceRow, document: Document, sentences: Sequence[SourceSentence], run: int
    ) -> Refusal | None:
        """Have a paper indexed; return the edition that gives way to another in its source."""
        # What becomes of it may depend on what a group not yet committed did to it.
        if self._is_in(self._group, document.paper.id):
            self._flush(run)
        encoded = self._encoding.group
        if encoded is not None and self._is_in(encoded, document.paper.id):
            self._land(run)
        change, repeated = self._decide(row, document, sentences, run)
        if change is None:
            return repeated
        self._group.changes.append(change)
        self._group.papers |= {document.paper.id, change.edition.paper.id}
        if isinstance(change, PutPaper):
            self._group_sentences += len(change.sentences)
            self._queued += len(change.sentences)
            self._papers_queued += 1
        full = len(self._group.changes) >= GROUP_CHANGES
        if full or self._group_sentences >= GROUP_SENTENCES:
            self._flush(run)
        return repeated

    def _is_in(self, group: Group, paper_id: str) -> bool:
        """Whether a group changes a paper: by a change of its own, or as its source ends in it.

        A source that no longer holds a paper loses it when the source ends.
        """
        if paper_id in group.papers or not group.ended:
            return paper_id in group.papers
        indexed = self.writer.sources.indexed_edition(paper_id)
        return indexed is not None and indexed.source_id in group.ended

    def _decide(
        self, row: SourceRow, document: Document, sentences: Sequence[SourceSentence], run: int
    ) -> tuple[PutPaper | NoteEdition | None, Refusal | None]:
        """Say what becomes of a paper just read; None if its source has a better one.

        The second is what the source has besides of the same paper, another version mostly.
        """
        edition = decide.edition_of(row.source_id, document, sentences)
        paper_id, indexed = self._identities.place_of(edition, row)
        edition = replace(edition, paper=replace(edition.paper, id=paper_id))
        before = self.writer.sources.edition(row.source_id, paper_id)
        repeated = None
        if before is not None and before.seen == run:
            repeated = decide.repeated(row.name, before, edition, sentences)
        universal = len(decide.possible_ids(edition.paper, row)) == 1
        removed = indexed is None and self._removals.hold(
            row.path, paper_id, edition.digest, universal=universal
        )
        change = decide.change_for(
            edition,
            sentences,
            before=before,
            indexed=indexed,
            beaten=indexed is not None and self._is_beaten(edition, row, indexed),
            removed=removed,
            run=run,
        )
        return change, repeated

    def _is_beaten(self, edition: Edition, row: SourceRow, indexed: Edition) -> bool:
        if indexed.source_id == row.source_id:
            return False
        holder = self.writer.sources.by_id(indexed.source_id)
        return not decide.wins(
            edition, row.kind, indexed, holder.kind, lambda: is_gone(holder.path)
        )

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
        left = self.writer.commit(group.changes, vectors, run)
        self._left += [(paper, self.writer.sources.by_id(id).name) for id, paper in left]
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


def _settled_at(path: Path) -> int:
    """When a file changed last; two seconds later on a disk that counts in whole seconds."""
    try:
        changed = path.stat().st_mtime_ns
    except OSError:
        return 0
    return changed if changed % _SECOND else changed + 2 * _SECOND

"""Bringing an index up to date with a corpus."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from astrosearch.corpus import discover
from astrosearch.encoder import Encoder, load_encoder
from astrosearch.errors import CorpusError, NotAnIndex, NotFound
from astrosearch.indexing.encode import EncodingThread
from astrosearch.indexing.removals import Removals
from astrosearch.indexing.run import IndexingRun
from astrosearch.indexing.summary import Progress, Summary
from astrosearch.lock import LOCK_FILE, WriterLock
from astrosearch.maintenance.merge import compact
from astrosearch.output.progress import in_notebook, showing_progress
from astrosearch.store import outcomes
from astrosearch.store.database import storage_errors
from astrosearch.store.layout import DATABASE, REBUILDING, refuse_links
from astrosearch.store.reader import Store
from astrosearch.store.rows import EncoderIdentity
from astrosearch.store.writer import Writer


def build(
    *corpora: str | Path,
    index: str | Path = "index",
    encoder: str | Path | Encoder | None = None,
    device: str = "auto",
    jobs: int = 1,
    rebuild: bool = False,
    strict: bool = False,
    all_categories: bool | None = None,
    prune: bool = False,
    restore: bool = False,
    follow_links: bool | None = None,
    progress: Callable[[Progress], None] | bool | None = None,
) -> Summary:
    """Bring the index in folder `index` up to date with the papers under `corpora`.

    Only what is new or changed is read. Interrupt it at any time; a run again goes on from there.

    Parameters
    ----------
    corpora : str or Path
        Folders of papers, or single files.
    encoder : str, Path or Encoder, optional
        "default", a sentence-transformers folder, a hub id, or an encoder already loaded.
        An index keeps to the one it was built with; a new one takes "default".
    device : {"auto", "cpu", "cuda"}
    jobs : int
        Processes that read papers; with several, call under `if __name__ == "__main__":`.
    follow_links : bool
        Follow links that lead out of `corpora`, each folder once; an index keeps to what it was
        told last. Else they are listed as skipped.
    restore : bool
        Take in again what `remove` took out, where `corpora` hold it. Else it stays away, whatever
        becomes of its file, until a file that holds it alone is given by its own name.
    rebuild, strict : bool
        Build a new index, while the old one answers; raise CorpusError at the end if a file failed.
    all_categories, prune : bool
        Take metadata records of every category, not astro-ph alone (an index keeps to what it was
        told last); drop papers whose files are gone from `corpora`.
    progress : callable or bool, optional
        Called with a Progress as the work goes on. True shows it on stderr; left out, it is shown
        in a notebook alone.

    Raises
    ------
    AstrosearchError
        With cause and cure; the index is then as the last finished group left it.

    Examples
    --------
    >>> build("examples/corpus", index=index_folder).papers
    41
    """
    started = time.monotonic()
    paths, folder = _paths(corpora), Path(index).expanduser()
    _refuse_second_writer(folder)
    database, before = _database(folder, rebuild=rebuild), _before(folder)
    follow = before.follow_links if follow_links is None else follow_links
    found = [
        (path, _discovered(path, before.paths, follow=follow, may_be_empty=prune)) for path in paths
    ]
    model, identity = _encoder(encoder, device, folder)
    with _writer(folder, identity, database) as writer, _told(progress) as tell:
        writer.store.encoder().expect(identity.name, identity.fingerprint)
        named = [str(path) for path in paths if path.is_file()]
        removals = Removals(before.removed, restore=restore, named=named)
        how = _How(jobs, before.wide(all_categories), follow, prune, removals, tell)
        summary = _bring_up_to_date(writer, model, found, how)
        if database == REBUILDING:
            writer.take_place()
    summary.seconds = time.monotonic() - started
    return _all_read(summary) if strict else summary


@contextlib.contextmanager
def _told(
    progress: Callable[[Progress], None] | bool | None,
) -> Iterator[Callable[[Progress], None] | None]:
    """Give what is called with a Progress: the caller's own, one that shows it, or nothing."""
    if callable(progress) or progress is False:
        yield progress or None
    elif progress or in_notebook():
        with showing_progress() as tell:
            yield tell
    else:
        yield None


def _paths(corpora: Sequence[str | Path]) -> list[Path]:
    if not corpora:
        raise CorpusError("no corpus was given.\nName a folder of papers: astrosearch index CORPUS")
    return [Path(corpus).expanduser().resolve() for corpus in corpora]


def _refuse_second_writer(folder: Path) -> None:
    """Raise IndexLocked before the papers are looked for, which may take minutes."""
    with storage_errors(folder):
        refuse_links(folder)
        if (folder / LOCK_FILE).exists():
            with WriterLock(folder):
                pass


def _encoder(
    given: str | Path | Encoder | None, device: str, folder: Path
) -> tuple[Encoder, EncoderIdentity]:
    """Load the encoder that is asked for, or the one that an index was built with."""
    named = _encoder_name(folder) if given is None else given
    named = str(named) if isinstance(named, Path) else named
    model = load_encoder(named, device) if isinstance(named, str) else named
    # An index opens with its encoder wherever it is opened from.
    name = getattr(model, "opened_by", model.name)
    return model, EncoderIdentity(name, model.fingerprint, model.dimension, model.text_form)


def _writer(folder: Path, identity: EncoderIdentity, database: str) -> Writer:
    if database == REBUILDING and _other_encoder(folder, identity):
        with storage_errors(folder):
            (folder / REBUILDING).unlink()  # a rebuild with another encoder, given up for this one
    return Writer(folder, create=identity, database=database)


@dataclass(frozen=True, slots=True)
class _How:
    """How a corpus is brought into an index: `build`'s own parameters."""

    jobs: int
    all_categories: bool
    follow_links: bool
    prune: bool
    removals: Removals
    tell: Callable[[Progress], None] | None


def _bring_up_to_date(
    writer: Writer,
    model: Encoder,
    found: Sequence[tuple[Path, discover.Discovery]],
    how: _How,
) -> Summary:
    sources = [source for _, discovery in found for source in discovery.sources]
    with EncodingThread(model) as encoding:
        run = IndexingRun(
            writer,
            encoding,
            all_categories=how.all_categories,
            follow_links=how.follow_links,
            progress=how.tell,
            removals=how.removals,
        )
        if how.all_categories or writer.store.meta().get("all_categories"):
            writer.remember("all_categories", str(int(how.all_categories)))
        if how.follow_links or writer.store.meta().get("follow_links"):
            writer.remember("follow_links", str(int(how.follow_links)))
        for path, discovery in found:
            run.leave_out(path, discovery.skipped, discovery.others)
        run.read(sources, how.jobs)
        run.look_for_gone([path for path, _ in found], prune=how.prune)
        run.read_again(how.jobs)
        run.settle()
    if len(writer.store.segments()) > 1:
        compact(writer)
    counts = writer.store.counts()
    run.summary.papers, run.summary.sentences = counts.papers, counts.sentences
    return run.summary


def _all_read(summary: Summary) -> Summary:
    if not summary.failed:
        return summary
    name, reason = summary.failed[0]
    raise CorpusError(
        f"{len(summary.failed)} of the corpus' files failed, the first: {name}: {reason}.\n"
        "All others are indexed. Fix or remove these files, or leave out --strict."
    )


def _database(folder: Path, *, rebuild: bool) -> str:
    """Choose the database to write: a rebuild goes beside an index that stays in use."""
    interrupted = (folder / REBUILDING).exists()
    if interrupted and not rebuild:
        with storage_errors(folder), WriterLock(folder):  # it may be going on
            pass
        raise NotAnIndex(
            folder.absolute(),
            "a rebuild of it was interrupted",
            "Go on with it: astrosearch index --rebuild. "
            f"Or discard it: delete {REBUILDING} there.",
        )
    return REBUILDING if rebuild and (interrupted or (folder / DATABASE).exists()) else DATABASE


def _discovered(
    corpus: Path, known: frozenset[str], *, follow: bool, may_be_empty: bool
) -> discover.Discovery:
    try:
        return discover.discover(corpus, known, follow_links=follow)
    except NotFound:
        # With a corpus that was deleted, all its files are gone.
        if may_be_empty and any(Path(path).is_relative_to(corpus) for path in known):
            return discover.Discovery((), ())
        raise
    except CorpusError:
        if may_be_empty and corpus.is_dir():
            return discover.Discovery((), ())
        raise


@dataclass(frozen=True, slots=True)
class _Before:
    """What an index knew before a run; nothing of a new one."""

    paths: frozenset[str] = frozenset()
    all_categories: bool = False
    follow_links: bool = False
    removed: Sequence[outcomes.RemovedPaper] = ()

    def wide(self, asked: bool | None) -> bool:
        """Whether to take metadata records of every category."""
        return self.all_categories if asked is None else asked


def _before(folder: Path) -> _Before:
    with contextlib.suppress(NotAnIndex, NotFound), contextlib.closing(Store(folder)) as store:
        return _Before(
            outcomes.paths_with_papers(store),
            outcomes.takes_all_categories(store),
            store.meta().get("follow_links") == "1",
            outcomes.removed_papers(store),
        )
    return _Before()


def _other_encoder(folder: Path, identity: EncoderIdentity) -> bool:
    if not (folder / REBUILDING).exists():
        return False
    with contextlib.closing(Store(folder, REBUILDING)) as store:
        return store.encoder().fingerprint != identity.fingerprint


def _encoder_name(folder: Path) -> str:
    """Name the encoder of the index that is there, or is being rebuilt; else the default."""
    for database in (REBUILDING, DATABASE):
        if (folder / database).is_file():
            with contextlib.suppress(NotAnIndex), contextlib.closing(Store(folder, database)) as db:
                return db.encoder().name
    return "default"

"""Corpus -> training pairs: one reading of every paper, one file at the end.

Pairs within a paper are yielded as it is read. Citing sentences wait in a temporary file until
all papers are read, for they may cite any; passages on methods are kept in bounded samples.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import astuple, dataclass, field, replace
from itertools import chain, islice
from pathlib import Path
from typing import TextIO, TypeVar

from astrosearch.corpus import discover
from astrosearch.corpus.bundle_papers import read_with_files
from astrosearch.corpus.document import Document, SourceTree
from astrosearch.corpus.kinds import BUNDLE, LATEX, named
from astrosearch.corpus.read import read_source
from astrosearch.corpus.sentences import sentences_of
from astrosearch.corpus.source import Source
from astrosearch.corpus.textform import render
from astrosearch.corpus.tree import FolderTree, MemoryTree
from astrosearch.errors import AstrosearchError, NotFound
from astrosearch.files import put_in_place
from astrosearch.records import SourceSentence, TextForm
from astrosearch.training.pairs import within
from astrosearch.training.pairs.bibliography import Work
from astrosearch.training.pairs.citing import CitingSentence, citing_sentences
from astrosearch.training.pairs.families import Families
from astrosearch.training.pairs.file import Columns, Kind, Pair, Split, write_pairs
from astrosearch.training.pairs.fingerprints import alike, digest, near_keys, title_key
from astrosearch.training.pairs.matching import KnownWork, KnownWorks
from astrosearch.training.pairs.selection import Withheld, is_named
from astrosearch.training.pairs.splitting import Shares, Tally, separated, spool
from astrosearch.training.pairs.thesaurus import read_definitions

Progress = Callable[[int, int, int], None]  # sources read, all sources, papers read

T = TypeVar("T")

PAIR_KEYS = 3  # bands compared for a pair: 8 bytes each in memory


@dataclass(frozen=True, slots=True)
class Settings:
    """What to mine: the kinds with their weights, and from which papers."""

    weights: Mapping[Kind, float]
    shares: Shares = field(default_factory=Shares)
    text_form: TextForm = "plain"
    limit_per_paper: int = 50  # pairs of one kind
    thesaurus: Path | None = None
    exclude: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()  # empty: all
    all_categories: bool = False


def mine_pairs(
    corpora: Sequence[Path],
    output: Path | TextIO,
    settings: Settings,
    *,
    columns: Columns = "text",
    progress: Progress | None = None,
) -> Tally:
    """Mine pairs from the papers of corpora; write them to a file, once it is whole, or a stream.

    Raises
    ------
    NotFound, CorpusError
        A corpus isn't there, or holds nothing that can be read.
    AstrosearchError
        No pair was found, or the thesaurus or the folder of `output` can't be used.
    """
    parent = None
    if isinstance(output, Path):
        parent = output.absolute().parent
        if not parent.is_dir():
            raise NotFound(f"there is no folder {parent}.\nMake it, or write elsewhere")
        if output.is_dir():
            raise AstrosearchError(f"{output.absolute()} is a folder.\nName a file: -o PAIRS.jsonl")
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix=".pairs-", dir=parent) as name:
        folder = Path(name)
        # Closed before the folder goes, whatever happens: Windows removes no open file.
        with closing(candidate_pairs(corpora, settings, folder, progress=progress)) as found:
            spool(found, folder)
        with closing(separated(folder, tally)) as pairs:
            if not isinstance(output, Path):
                write_pairs(pairs, output, columns)
            else:
                whole = folder / "pairs.jsonl"
                with whole.open("w", encoding="utf-8", newline="\n") as stream:
                    write_pairs(pairs, stream, columns)
                if tally.written:
                    put_in_place(whole, output, durable=True)
    if not tally.written:
        raise AstrosearchError(
            "no pair was found in what was read.\n"
            "Give more papers, more kinds (--kind), or another --exclude or --only"
        )
    return tally


def candidate_pairs(
    corpora: Sequence[Path],
    settings: Settings,
    folder: Path,
    *,
    progress: Progress | None = None,
) -> Generator[Pair]:
    """Yield pairs as the papers are read, without near-duplicates.

    `folder` takes temporary files. Texts may still be shared by two splits: see
    `splitting.separated`.
    """
    sources = [
        source
        for corpus in corpora
        for source in discover.discover(corpus).sources
        if not settings.only
        or named(source.kind).holds != "paper"
        or is_named(settings.only, source)
    ]
    withheld = _withheld(sources, settings)
    seen: set[int] = set()
    with (
        KnownWorks(folder) as works,
        (folder / "citing.jsonl").open("w+", encoding="utf-8") as citing,
    ):
        miner = _Miner(settings, works, citing)
        found = chain(
            miner.from_papers(_papers(sources, settings, withheld, progress)),
            miner.citations(),
            miner.families(),
            miner.definitions(),
        )
        for pair in found:
            keys_a, keys_b = near_keys(pair.text_a), near_keys(pair.text_b)
            if withheld.holds(keys_a) or withheld.holds(keys_b) or alike(pair.text_a, pair.text_b):
                continue
            bands = islice(zip(keys_a, keys_b, strict=False), PAIR_KEYS)
            both = {digest(f"{a} {b}") for a, b in bands}
            if seen.isdisjoint(both):
                seen |= both
                yield pair


@dataclass(frozen=True, slots=True)
class _Read:
    """A paper with its sentences, and the files of its LaTeX, the main one first."""

    document: Document
    sentences: tuple[SourceSentence, ...]
    tree: SourceTree | None
    parts: tuple[str, ...]


class _Miner:
    def __init__(self, settings: Settings, works: KnownWorks, citing: TextIO) -> None:
        self._settings, self._works, self._citing = settings, works, citing
        self._families = Families(settings.shares.seed)

    def from_papers(self, papers: Iterable[_Read]) -> Iterator[Pair]:
        """Yield the pairs within papers; keep what citations and families need."""
        weights = self._settings.weights
        for read in papers:
            paper = read.document.paper
            split = self._settings.shares.split_of(paper.id)
            if "citation" in weights:
                self._note(read, split)
            if "family" in weights:
                self._families.add(read.document, split)
            rng = random.Random(f"{self._settings.shares.seed} {paper.id}")  # noqa: S311
            found: dict[Kind, Iterable[within.Two]] = {
                "neighbour": within.neighbours(read.sentences, rng),
                "title": within.title_pairs(read.sentences),
                "abstract": within.restated(read.sentences),
            }
            for kind in (kind for kind in found if kind in weights):
                for a, b in self._limited(list(found[kind]), rng):
                    yield self._pair(kind, self._text(a), self._text(b), split, paper.id)

    def citations(self) -> Iterator[Pair]:
        """Yield citing sentences with title, and with title and abstract, of what they cite."""
        self._citing.seek(0)
        for line in self._citing:
            text, paper_id, split, rows = json.loads(line)
            for work in (Work(*row) for row in rows):
                known = self._works.find(work)
                if known is None and work.title:
                    title = render(work.title, work.title_tex, self._settings.text_form)
                    about = work.arxiv_id or work.doi or title_key(work.title)
                    yield self._pair("citation", text, title, split, paper_id, about)
                elif known and known.split == split and known.id != paper_id:
                    yield self._pair("citation", text, known.title, split, paper_id, known.id)
                    if known.abstract:
                        whole = f"{known.title}. {known.abstract}"
                        yield self._pair("citation", text, whole, split, paper_id, known.id)

    def families(self) -> Iterator[Pair]:
        """Yield passages of one family of methods from two papers of one split."""
        for _, a, b in self._families.pairs():
            text_a, text_b = self._text(a.sentences), self._text(b.sentences)
            yield self._pair("family", text_a, text_b, a.split, a.paper_id, b.paper_id)

    def definitions(self) -> Iterator[Pair]:
        """Yield the thesaurus' terms with their definitions."""
        if self._settings.thesaurus is None or "definition" not in self._settings.weights:
            return
        for term, definition in read_definitions(self._settings.thesaurus):
            split = self._settings.shares.split_of(f"term {term}")
            text = render(definition, None, self._settings.text_form)
            yield self._pair("definition", term, text, split, f"term {term}")

    def _note(self, read: _Read, split: Split) -> None:
        paper = read.document.paper
        title = within.title_of(read.sentences)
        if title is not None:
            abstract = self._text(within.abstract_of(read.sentences))
            known = KnownWork(paper.id, split, self._text([title]), abstract or None)
            self._works.add(paper, known)
        if read.tree is None:
            return
        citing = list(citing_sentences(read.tree, read.parts, read.document))
        rng = random.Random(f"citing {self._settings.shares.seed} {paper.id}")  # noqa: S311
        for sentence in self._limited(citing, rng, 4):
            row = (self._citing_text(sentence), paper.id, split, [*map(astuple, sentence.works)])
            self._citing.write(json.dumps(row) + "\n")

    def _citing_text(self, sentence: CitingSentence) -> str:
        return render(sentence.text, sentence.tex, self._settings.text_form)

    def _limited(self, found: Sequence[T], rng: random.Random, times: int = 1) -> Sequence[T]:
        limit = self._settings.limit_per_paper * times
        if len(found) <= limit:
            return found
        return [found[at] for at in sorted(rng.sample(range(len(found)), limit))]

    def _text(self, sentences: Iterable[SourceSentence]) -> str:
        form = self._settings.text_form
        return " ".join(render(each.text, each.tex, form) for each in sentences)

    def _pair(
        self, kind: Kind, a: str, b: str, split: Split, paper_a: str, paper_b: str | None = None
    ) -> Pair:
        weight = self._settings.weights[kind]
        form = self._settings.text_form
        return Pair(a, b, kind, weight, form, split, paper_a, paper_b or paper_a)


def _papers(
    sources: Sequence[Source],
    settings: Settings,
    withheld: Withheld,
    progress: Progress | None,
) -> Iterator[_Read]:
    """Read the papers that may be mined."""
    papers = 0
    for number, source in enumerate(sources):
        if not is_named(settings.exclude, source):
            for read in _read(source, settings):
                paper_id = read.document.paper.id
                papers += 1
                if progress and papers % 100 == 0:
                    progress(number, len(sources), papers)
                if paper_id in settings.exclude or withheld.holds_paper(read.document):
                    continue
                if settings.only and not is_named(settings.only, source, paper_id):
                    continue
                yield read
        if progress:
            progress(number + 1, len(sources), papers)


def _read(source: Source, settings: Settings) -> Iterator[_Read]:
    """Read a source's papers; what can't be read is passed over (`astrosearch index` lists it)."""
    for item, tree, parts in _items(source, settings):
        if isinstance(item, Document):
            sentences = tuple(s for passage in item.passages for s in sentences_of(passage))
            yield _Read(item, sentences, tree, parts or item.parts)


def _items(
    source: Source, settings: Settings
) -> Iterator[tuple[object, SourceTree | None, tuple[str, ...]]]:
    """Yield what a source gives, with the files it comes from where citations are mined."""
    cited = "citation" in settings.weights
    if source.kind == BUNDLE.name and cited:
        for item, paper in read_with_files(source):
            files = MemoryTree(paper.files) if paper is not None else None
            yield item, files, (paper.main, *files.names()) if paper and files else ()
        return
    tree: SourceTree | None = None
    if source.kind == LATEX.name and cited:
        folder = source.name.rpartition("/")[0]
        tree = FolderTree(source.root, within=folder, widened=True)
    for item in read_source(source, all_categories=settings.all_categories):
        yield item, tree, ()


def _withheld(sources: Sequence[Source], settings: Settings) -> Withheld:
    withheld = Withheld()
    for source in sources:
        if settings.exclude and is_named(settings.exclude, source):
            for read in _read(source, replace(settings, weights={})):
                withheld.add(read.document, read.sentences)
    return withheld

"""Citing sentences and what they cite: the benchmarks `citation` and `citation-title`.

A citing sentence is the query, its citations removed; only papers marked `dev` in
`eval/citation_split.tsv` ask, for those marked `train` may have been trained on.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from astrosearch.corpus.fragment import render
from astrosearch.corpus.identifiers import parse_arxiv_id
from astrosearch.errors import AstrosearchError
from astrosearch.evaluation.benchmark import Benchmark
from astrosearch.evaluation.files import MalformedLine, lines_of, objects_of

MIN_WORDS = 4  # of a query: less is what was left of a list of citations
MIN_TITLE = 12  # letters; "Introduction" and "Cosmology" are the titles of many
WITHOUT_ABSTRACT = 1_000  # characters of a text that stand for the abstract it doesn't mark

_CITATION = re.compile(
    r"\\[A-Za-z]*cite[A-Za-z]*\*?\s*(?:\[[^\[\]]*\]\s*){0,2}\{[^{}]*\}", re.IGNORECASE
)
_EMPTY = re.compile(
    r"\s*[(\[]\s*(?:(?:e\.\s?g\.|i\.\s?e\.|cf\.|see|also|and|hereafter|for example)[,;\s]*)*"
    r"[,;.\s]*[)\]]"
)
_BEFORE_STOP = re.compile(r"\s+(?=[,.;:)\]])")
_REPEATED = re.compile(r"([,;])(?:\s*[,;])+")
_OPENING = re.compile(r"(?<=[(\[])[\s,;]+")
_CLOSING = re.compile(r"[\s,;]+(?=[)\]])")
_NO_LETTERS = re.compile("[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Cited:
    """What a sentence cites."""

    title: str
    arxiv_id: str | None


@dataclass(frozen=True, slots=True)
class CitingSentence:
    """A sentence with its citations removed, readable."""

    id: str  # folder of its paper, "#", number within the paper from 1
    folder: str
    paper_title: str
    text: str
    cited: tuple[Cited, ...]


def without_citations(tex: str) -> str:
    r"""A sentence as people read it, its citations left out.

    >>> without_citations(r"It is $2\,M_\odot$ \citep[e.g.][]{Doe2020}, as said (see \cite{A}).")
    'It is 2 M_⊙, as said.'
    """
    text = render(_CITATION.sub(" ", tex))[0]
    while (shorter := _EMPTY.sub("", text)) != text:
        text = shorter
    text = _CLOSING.sub("", _OPENING.sub("", _REPEATED.sub(r"\1", text)))
    return " ".join(_BEFORE_STOP.sub("", text).split())


def normalized(title: str) -> str:
    """A title's ASCII letters and digits, in lower case, for comparing.

    >>> normalized("The {H\\\\,II} Regions: a~survey")
    'thehiiregionsasurvey'
    """
    plain = unicodedata.normalize("NFKD", render(title)[0]).lower()
    return _NO_LETTERS.sub("", plain)


def split_of(data: Path) -> dict[str, str]:
    """Folder of each LaTeX paper -> "dev" or "train"."""
    path = data / "eval" / "citation_split.tsv"
    found: dict[str, str] = {}
    for number, line in lines_of(path):
        folder, _, part = line.partition("\t")
        if number == 1 and folder == "folder":
            continue
        if part not in ("dev", "train"):
            raise MalformedLine(
                path, number, f"{part!r} is neither dev nor train", "Write folder<TAB>dev|train"
            )
        found[folder] = part
    return found


def citing_sentences(data: Path, part: str) -> Iterator[CitingSentence]:
    """Yield the citing sentences of the papers marked `part`, in the file's order."""
    split = split_of(data)
    counts: dict[str, int] = {}
    path = data / "eval" / "citation_contexts.jsonl"
    for number, row in objects_of(path, "slug", "sentence_tex", "cited"):
        folder = row["slug"]
        if split.get(folder) != part:
            continue
        counts[folder] = counts.get(folder, 0) + 1
        text = without_citations(row["sentence_tex"])
        if len(text.split()) < MIN_WORDS:
            continue
        try:
            cited = tuple(Cited(work["title"], work.get("arxiv_id")) for work in row["cited"])
        except (TypeError, KeyError) as error:
            raise MalformedLine(
                path, number, "cited without title", "Give each cited work a title"
            ) from error
        id = f"{folder}#{counts[folder]}"
        yield CitingSentence(id, folder, row.get("paper_title") or "", text, cited)


def citation_title(data: Path) -> Benchmark:
    """Citing sentence -> the titles it cites, among all cited titles of all papers."""
    titles: dict[str, str] = {}
    for _, row in objects_of(data / "eval" / "citation_contexts.jsonl", "cited"):
        for work in row["cited"]:
            key = normalized(work.get("title") or "")
            if key:
                titles.setdefault(key, render(work["title"])[0])
    queries, relevant, excluded = {}, {}, {}
    for sentence in _unseen(data):
        citing = normalized(sentence.paper_title)
        keys = {normalized(work.title) for work in sentence.cited} & titles.keys() - {citing}
        if keys:
            queries[sentence.id] = sentence.text
            relevant[sentence.id] = dict.fromkeys(sorted(keys), 1)
            if citing in titles:
                excluded[sentence.id] = frozenset({citing})
    return Benchmark("citation-title", queries, titles, relevant, excluded)


def citation(data: Path) -> Benchmark:
    """Citing sentence -> the cited papers' titles and abstracts, among all papers of the corpus.

    What is cited is recognised by its arXiv id, else by its normalised title.
    """
    documents = papers(data / "corpus")
    by_title: dict[str, set[str]] = {}
    for id, (title, _) in documents.items():
        if len(key := normalized(title)) >= MIN_TITLE:
            by_title.setdefault(key, set()).add(id)
    queries, relevant, excluded = {}, {}, {}
    for sentence in _unseen(data):
        own = by_title.get(normalized(sentence.paper_title), set())
        found: set[str] = set()
        for work in sentence.cited:
            arxiv = parse_arxiv_id(work.arxiv_id) if work.arxiv_id else None
            if arxiv is not None and arxiv[0] in documents:
                found.add(arxiv[0])
            else:
                found |= by_title.get(normalized(work.title), set())
        if found - own:
            queries[sentence.id] = sentence.text
            relevant[sentence.id] = dict.fromkeys(sorted(found - own), 1)
            if own:
                excluded[sentence.id] = frozenset(own)
    texts = {id: "\n".join(filter(None, parts)) for id, parts in documents.items()}
    return Benchmark("citation", queries, texts, relevant, excluded)


def papers(corpus: Path) -> dict[str, tuple[str, str]]:
    """Title and abstract of every metadata record and full text, by paper id; records come first.

    Most of the texts don't mark their abstract: their first paragraphs stand for it.
    """
    from astrosearch.corpus.document import Document
    from astrosearch.corpus.kinds import TEXT
    from astrosearch.corpus.metadata import read_metadata
    from astrosearch.corpus.plaintext import read_text
    from astrosearch.corpus.source import Source, identify
    from astrosearch.errors import Unreadable

    def of_document(document: Document) -> tuple[str, str]:
        body = [passage for passage in document.passages if passage.section != "Title"]
        abstract = " ".join(passage.text for passage in body if passage.section == "Abstract")
        for passage in body if not abstract else ():
            abstract = f"{abstract} {passage.text}".strip()
            if len(abstract) >= WITHOUT_ABSTRACT:
                break
        if document.full_text:
            abstract = abstract[: 2 * WITHOUT_ABSTRACT]
        return document.paper.title or "", abstract

    found: dict[str, tuple[str, str]] = {}
    for path in sorted((corpus / "metadata").glob("*.jsonl")):
        for document in read_metadata(path, path.name, all_categories=True):
            if isinstance(document, Document):
                found.setdefault(document.paper.id, of_document(document))
    for path in sorted((corpus / "fulltext").glob("*.txt")):
        id = identify(Source(path.parent, path.name, TEXT.name))[0]
        if id not in found:
            try:
                found[id] = of_document(read_text(path.read_bytes(), path.name, id))
            except Unreadable:
                continue  # no paper: the index has none of it either
    if not found:
        raise AstrosearchError(
            f"{corpus} has no papers in metadata/ and fulltext/.\nGive another folder: --data DIR"
        )
    return found


def _unseen(data: Path) -> Iterator[CitingSentence]:
    """Yield the citing sentences of dev papers that no train paper has too."""
    trained = {normalized(sentence.text) for sentence in citing_sentences(data, "train")}
    for sentence in citing_sentences(data, "dev"):
        if normalized(sentence.text) not in trained:
            yield sentence

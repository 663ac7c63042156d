"""Questions and the sentences that answer them, the sentences named by digest.

The texts belong to their authors, so the benchmark's file holds where an answer stands and what
its digest is, never the sentence itself: the corpus supplies that.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from astrosearch.corpus.document import Document
from astrosearch.errors import AstrosearchError
from astrosearch.evaluation.benchmark import Benchmark
from astrosearch.evaluation.files import objects_of

QUESTIONS = Path(__file__).with_name("questions.jsonl")

_NEITHER_LETTER_NOR_DIGIT = re.compile("[^a-z0-9]+")


def sentence_digest(text: str) -> str:
    """Digest of a sentence; spacing, case, punctuation and symbols don't change it.

    The first 16 hexadecimal digits of the sha256 over its lower-case ASCII letters and digits.

    >>> sentence_digest("The H II region, at 5 kpc.") == sentence_digest("the hii region at 5kpc")
    True
    """
    bare = _NEITHER_LETTER_NOR_DIGIT.sub("", text.lower())
    return hashlib.sha256(bare.encode()).hexdigest()[:16]


def questions(data: Path, file: Path = QUESTIONS) -> Benchmark:
    """Question -> the sentences that answer it, among all sentences of all papers asked about.

    Raises
    ------
    AstrosearchError
        When the corpus has no sentence with the digest that a question names.
    """
    from astrosearch.corpus.sentences import sentences_of

    rows = [row for _, row in objects_of(file, "id", "question", "paper_id", "file", "answers")]
    documents: dict[str, str] = {}
    by_digest: dict[tuple[str, str], str] = {}
    for document in _named(data / "corpus", {(row["paper_id"], row["file"]) for row in rows}):
        for passage in document.passages:
            for sentence in sentences_of(passage):
                key = (document.paper.id, sentence_digest(sentence.text))
                if key not in by_digest:
                    by_digest[key] = f"{document.paper.id}#{len(documents) + 1}"
                    documents[by_digest[key]] = sentence.text
    relevant: dict[str, dict[str, int]] = {}
    for row in rows:
        found = [by_digest.get((row["paper_id"], digest)) for digest in row["answers"]]
        if not found or None in found:
            raise AstrosearchError(
                f"question {row['id']}: {row['file']} lacks a sentence that answers it.\n"
                "Give the corpus that the questions were written for: --data DIR"
            )
        relevant[row["id"]] = {id: 1 for id in found if id is not None}
    return Benchmark("questions", {row["id"]: row["question"] for row in rows}, documents, relevant)


def _named(corpus: Path, wanted: set[tuple[str, str]]) -> Iterator[Document]:
    """Yield the papers read from the (id, file) pairs `wanted`, or from LaTeX files beside them."""
    from astrosearch.corpus.discover import discover
    from astrosearch.corpus.kinds import LATEX
    from astrosearch.corpus.read import read_source

    ids = {id for id, _ in wanted}
    files = {file for _, file in wanted}
    folders = {file.rpartition("/")[0] for file in files}
    for source in discover(corpus).sources:
        latex = source.kind == LATEX.name and source.name.rpartition("/")[0] in folders
        if source.name in files or latex:
            for document in read_source(source):
                if isinstance(document, Document) and document.paper.id in ids:
                    yield document

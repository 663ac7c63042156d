"""The kinds of source, one row each: by what they are known, and what reads them.

A new reader is a module and a row in `KINDS`: nothing else in the package names a suffix or a kind
of source, but where a kind is treated in a way of its own, by its constant. Functions are named
as "module:function" and imported when first used, so that what a reader needs waits for its files.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from astrosearch.corpus.suffixes import NOT_READ, suffix_of

Holds = Literal["paper", "records", "files"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of source.

    Parameters
    ----------
    name
        What an index calls it.
    title
        What messages call it, with its usual suffixes.
    suffixes
        Of its files, in lower case.
    reader
        Where a file holds one paper, `read(tree, name, paper_id, budget)`, which returns a Document
        or raises Unreadable. Else `read(source, *, all_categories)`, which yields one of these for
        each paper of a Source.
    rank
        Which of two editions of a paper counts, where both are full texts (or both abstracts) of
        one version: the one of the higher rank.
    holds
        "paper": one. "records": many, each with an id of its own. "files": those of one paper or
        of many, packed.
    binary
        Whether its files are no text until its reader has been over them.
    order
        Sources of a lower one are read first.
    streamed
        Whether it is read where its papers are consumed, for all of them would not fit in memory.
    compressed
        Whether its reader unpacks files that are gzipped, such as `records.jsonl.gz`.
    known_by
        `known(head)`: whether the first 4096 bytes are those of such a file. Asked of files that
        are named by an arXiv id and no known suffix, as downloads are. Rows are asked in turn.
    confirmed_by
        `confirm(path)`: whether a file of its suffixes is one indeed.
    found_in
        Suffixes of other kinds, whose files are of this one where `confirmed_by` says so.
    unconfirmed
        What is said of a file that is not.
    beside_latex
        What is said of a file in the folder of a paper's LaTeX, which is left out; "" says nothing.
        None: it may be a paper.
    often_no_paper
        Whether its suffixes are those of all sorts of files: then `README` and its like are left
        out, and a file isn't named by the arXiv id of its folder.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    reader: str
    rank: int
    holds: Holds = "paper"
    binary: bool = False
    order: int = 0
    streamed: bool = False
    compressed: bool = False
    known_by: str | None = None
    confirmed_by: str | None = None
    found_in: tuple[str, ...] = ()
    unconfirmed: str = ""
    beside_latex: str | None = None
    often_no_paper: bool = False


# Ranks: 3 is what authors wrote, with its formulas; 1 is text with what formulas it kept. Between
# them is room for what is rendered, such as PDF. A record's abstract meets only LaTeX that is no
# more than an abstract, and neither is better.
LATEX = Kind(
    name="latex",
    title="LaTeX (.tex)",
    suffixes=(".tex", ".ltx", ".latex"),
    reader="astrosearch.corpus.latex:read_latex",
    rank=3,
    known_by="astrosearch.corpus.signatures:is_latex",
)
BUNDLE = Kind(
    name="bundle",
    title="arXiv bundles (.tar.gz, .gz, .tar)",
    suffixes=(".gz", ".tgz", ".tar"),
    reader="astrosearch.corpus.bundle_papers:read_bundle",
    rank=3,
    holds="files",
    binary=True,
    known_by="astrosearch.corpus.signatures:is_bundle",
)
METADATA = Kind(
    name="metadata",
    title="arXiv metadata (.jsonl, .json)",
    suffixes=(".json", ".jsonl", ".ndjson"),
    reader="astrosearch.corpus.metadata:read_source",
    rank=3,
    holds="records",
    order=1,
    streamed=True,
    compressed=True,
    confirmed_by="astrosearch.corpus.metadata:is_metadata",
    unconfirmed="JSON, but no arXiv metadata records",
)
LISTING = Kind(
    name="listing",
    title="arXiv's mails (.eml, .txt)",
    suffixes=(".eml", ".mbox"),
    reader="astrosearch.corpus.listing:read_source",
    rank=2,
    holds="records",
    order=1,
    confirmed_by="astrosearch.corpus.listing:is_listing",
    found_in=(".txt", ".text"),
    unconfirmed="a mail, and none that lists papers of arXiv",
)
MARKDOWN = (".md", ".markdown")
TEXT = Kind(
    name="text",
    title="text (.txt) and Markdown (.md)",
    suffixes=(".txt", ".text", *MARKDOWN),
    reader="astrosearch.corpus.plaintext:read_file",
    rank=1,
    known_by="astrosearch.corpus.signatures:is_plain",
    beside_latex="taken for data or notes beside a paper's LaTeX",
    often_no_paper=True,
)
KINDS = (LATEX, BUNDLE, METADATA, LISTING, TEXT)

COMPRESSED = ".gz"  # of a bundle, or of one file of another kind


def named(name: str) -> Kind:
    """Return the kind of a name, as an index stores it.

    Raises
    ------
    KeyError
        When there is none.
    """
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise KeyError(name)


def rank(name: str) -> int:
    """Rank of a kind among editions; 0 for one that only another version of astrosearch knows."""
    return next((kind.rank for kind in KINDS if kind.name == name), 0)


def of_suffix(suffix: str) -> Kind | None:
    """Return the kind whose files have a suffix; None if no reader takes them."""
    return next((kind for kind in KINDS if suffix in kind.suffixes), None)


def found_in(suffix: str) -> list[Kind]:
    """Return the kinds whose files are also met under a suffix of another."""
    return [kind for kind in KINDS if suffix in kind.found_in]


def inner_suffix(file: str) -> str:
    """Suffix that a compressed file had before: that before `.gz`.

    >>> inner_suffix("records.jsonl.gz"), inner_suffix("0704.1659")
    ('.jsonl', '')
    """
    return suffix_of(file[: -len(COMPRESSED)]) if suffix_of(file) == COMPRESSED else ""


def why_not_read(file: str) -> str | None:
    """Say why a file of this name is not read, and what is to be done; None if it may be."""
    suffix = suffix_of(file)
    if suffix not in NOT_READ and suffix == COMPRESSED:
        suffix = inner_suffix(file)
    return NOT_READ.get(suffix) if of_suffix(suffix) is None else None


def readable() -> str:
    """Name the kinds that are read."""
    return ", ".join(kind.title for kind in KINDS)


def function(target: str) -> Callable[..., Any]:
    """Import what a row names as "module:function"."""
    module, _, name = target.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found

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

# Read with a document of LaTeX, and none themselves.
SUPPORT = (".bbl", ".bib", ".sty", ".cls")
# Neither read nor a document, though they hold commands of TeX.
AUXILIARY = (
    ".aux", ".bst", ".clo", ".def", ".fd", ".cfg", ".toc", ".lof", ".lot", ".out", ".log", ".blg",
    ".nav", ".snm", ".vrb", ".idx", ".ind", ".ilg", ".glo", ".gls", ".ist", ".ldf", ".dtx", ".ins",
    ".bbx", ".cbx", ".lbx", ".map", ".fls", ".fdb_latexmk",
)  # fmt: skip
# What LaTeX makes of a paper, and the name of such files.
PRINTED = {".pdf": "PDF files", ".ps": "PostScript files", ".dvi": "DVI files"}

COMPRESSED = ".gz"  # of a bundle, or of one file of another kind

# Suffixes of files that are not read -> what they are, and what is to be done. A kind's own
# suffixes come first.
_GROUPS = {
    ".pdf": "PDF files are not read: give the paper's source",
    ".ps .eps": "PostScript files are not read: give the paper's source",
    ".dvi": "DVI files are not read: give the paper's source",
    ".djvu .djv": "DjVu files hold scanned pages and are not read: give the paper's source",
    ".doc .docx .docm": "Word documents are not read: save it as text (.txt)",
    ".pages .wpd .wps": "documents of this program are not read: save it as text (.txt)",
    ".odt .fodt .sxw": "OpenDocument files are not read: save it as text (.txt)",
    ".rtf": "RTF files are not read: save it as text (.txt)",
    ".ppt .pptx .odp .key": "slides are not read: save their text as .txt",
    ".xls .xlsx .ods .numbers .csv .tsv": "a table of data is not read: only running text is",
    ".epub .mobi .azw .azw3 .fb2": "e-books are not read: save it as text (.txt)",
    ".htm .html .xhtml .mht .mhtml .webarchive": "HTML files are not read: save it as text (.txt)",
    ".xml .nxml .jats .tei .sgml": "XML files are not read: save it as text (.txt)",
    ".zip .7z .rar .cbz": "{} archives are not read: unpack it, or pack it as .tar.gz",
    ".bz2 .tbz .tbz2": "bzip2 archives are not read: unpack it, or pack it as .tar.gz",
    ".xz .txz .lzma": "xz archives are not read: unpack it, or pack it as .tar.gz",
    ".z .zst .lz .lz4": "{} archives are not read: unpack it, or pack it as .tar.gz",
    ".bib .ris .enw .nbib .enl .ciw": (
        "a list of references is not read: it holds no text of papers. Give their sources, or "
        "records with abstracts as arXiv's .json"
    ),
    ".ipynb": "notebooks are not read: save its text as Markdown (.md), with jupyter nbconvert",
    ".rst .adoc .asciidoc .textile .wiki .mediawiki .typ .pod": (
        "this markup is not read: turn it into Markdown (.md), with pandoc, or LaTeX"
    ),
    ".org": "Org files are not read: export it as LaTeX or Markdown (.md)",
    ".lyx": "LyX files are not read: export it as LaTeX (.tex)",
    ".tm .texmacs": "TeXmacs files are not read: export it as LaTeX (.tex)",
    ".rmd .qmd .rnw .jmd .mdx": "this form of Markdown is not read: save it under the suffix .md",
    ".msg .pst .mbx .emlx": "mails are not read: save it as .eml, or its text as .txt",
    ".atom .rss": "feeds are not read: fetch the records as arXiv's .json, or save it as text",
    ".nb .mw .wl": "a notebook of formulas is not read: save its text as .txt",
}


def _not_read() -> dict[str, str]:
    return {
        suffix: reason.format(suffix[1:])
        for suffixes, reason in _GROUPS.items()
        for suffix in suffixes.split()
    }


NOT_READ = _not_read()
# What lies beside papers, and nobody takes for one: figures, data, code, what LaTeX writes.
_BESIDE = frozenset(
    [
        ".png",
        ".jpg",
        ".jpeg",
        ".gif",
        ".tif",
        ".tiff",
        ".bmp",
        ".svg",
        ".webp",
        ".ico",
        ".fig",
        ".xcf",
        ".psd",
        ".ai",
        ".mp4",
        ".mov",
        ".avi",
        ".mp3",
        ".wav",
        ".fits",
        ".fit",
        ".fts",
        ".hdf",
        ".hdf5",
        ".h5",
        ".nc",
        ".npy",
        ".npz",
        ".pkl",
        ".pickle",
        ".mat",
        ".sav",
        ".dat",
        ".data",
        ".db",
        ".sqlite",
        ".parquet",
        ".feather",
        ".root",
        ".vot",
        ".votable",
        ".reg",
        ".tbl",
        ".mrt",
        ".lc",
        ".spec",
        ".asc",
        ".py",
        ".pyc",
        ".pyx",
        ".r",
        ".c",
        ".h",
        ".cc",
        ".cpp",
        ".hpp",
        ".f",
        ".f90",
        ".f77",
        ".for",
        ".jl",
        ".m",
        ".pro",
        ".idl",
        ".java",
        ".js",
        ".ts",
        ".css",
        ".sh",
        ".bash",
        ".bat",
        ".cl",
        ".sm",
        ".gp",
        ".gnu",
        ".plt",
        ".lua",
        ".pl",
        ".rb",
        ".go",
        ".rs",
        ".sql",
        ".ini",
        ".cfg",
        ".yaml",
        ".yml",
        ".toml",
        ".conf",
        ".lock",
        ".mk",
        ".o",
        ".so",
        ".a",
        ".dll",
        ".exe",
        ".whl",
        ".egg",
        ".bak",
        ".old",
        ".orig",
        ".swp",
        ".tmp",
        ".log",
        ".xsl",
        ".xsd",
        ".dtd",
        ".ttf",
        ".otf",
        ".woff",
        ".pfb",
        ".tfm",
        ".sig",
        ".md5",
        ".sha256",
        ".torrent",
        ".bst",
        ".bbl",
        ".sty",
        ".cls",
    ]
)
# Names, without suffix, of files that go with papers and are none.
NO_PAPERS = (
    "readme", "00readme", "license", "licence", "copying", "notice", "changelog", "changes",
    "contributing", "code_of_conduct", "authors", "citation", "requirements", "cmakelists",
    "robots", "todo", "security", "makefile", "dockerfile", "procfile", "gemfile", "rakefile",
    "pkg-info", "manifest", "version", "install", "news", "thanks", "codeowners", "checksums",
    "md5sums", "sha256sums", "latexmkrc",
)  # fmt: skip


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


def suffix_of(file: str) -> str:
    """Last suffix of a file's name, in lower case.

    >>> suffix_of("papers/ms.tar.GZ"), suffix_of("README")
    ('.gz', '')
    """
    last = file.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:].lower() if 0 < dot < len(last) - 1 else ""


def inner_suffix(file: str) -> str:
    """Suffix that a compressed file had before: that before `.gz`.

    >>> inner_suffix("records.jsonl.gz"), inner_suffix("0704.1659")
    ('.jsonl', '')
    """
    return suffix_of(file[: -len(COMPRESSED)]) if suffix_of(file) == COMPRESSED else ""


def is_beside(file: str) -> bool:
    """Whether a file's suffix is one of figures, data or code, and never of a paper."""
    suffix = suffix_of(file)
    return suffix in _BESIDE or suffix in AUXILIARY or file.endswith(("~", "#"))


def is_no_paper(file: str) -> bool:
    """Whether a file of text is by its name one that goes with papers, such as a README."""
    stem = file.rpartition("/")[2].lower()
    suffix = suffix_of(stem)
    return (stem[: -len(suffix)] if suffix else stem) in NO_PAPERS


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

"""Suffixes of files that no reader takes: what they are, and what is to be done."""

from __future__ import annotations

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


def suffix_of(file: str) -> str:
    """Last suffix of a file's name, in lower case.

    >>> suffix_of("papers/ms.tar.GZ"), suffix_of("README")
    ('.gz', '')
    """
    last = file.rpartition("/")[2]
    dot = last.rfind(".")
    return last[dot:].lower() if 0 < dot < len(last) - 1 else ""


def is_beside(file: str) -> bool:
    """Whether a file's suffix is one of figures, data or code, and never of a paper."""
    suffix = suffix_of(file)
    return suffix in _BESIDE or suffix in AUXILIARY or file.endswith(("~", "#"))


def is_no_paper(file: str) -> bool:
    """Whether a file of text is by its name one that goes with papers, such as a README."""
    stem = file.rpartition("/")[2].lower()
    suffix = suffix_of(stem)
    return (stem[: -len(suffix)] if suffix else stem) in NO_PAPERS

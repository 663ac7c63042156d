"""What a fuzzer starts from: the project's example papers, and the words each format knows."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path

from astrosearch.corpus.abbreviations import NEVER_LAST
from astrosearch.corpus.latex import vocabulary
from fuzz.damaged_index import sound
from fuzz.targets import NEXT_FILE

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples" / "corpus"
KEPT = ROOT / "tests" / "fuzz_inputs"
PART = 1500  # bytes; what is small is run often

# Words of each format, that a mutation may put in; apart at white space.
TEX = r"""
    \begin{ \end{ {document} {equation} {figure} {abstract} {verbatim} {align} {itemize} {table}
    \newcommand \renewcommand \def \let \if \iffalse \ifx \else \fi \newif \csname \endcsname
    \input{child} \include{child} \input{ms} \usepackage{macros} \bibliography{refs} \frac{
    \sqrt[ \left( \right) \over ^{ _{ $$ \( \) \[ \] \\ #1 ##1 \verb| \' \" \char \expandafter
    \newenvironment \providecommand \DeclareMathOperator \text{ \mathrm{ \bibitem[ \footnote{
    \section{ \title{ \author{ \affil{ \caption{ \label{ \item \SI{ \newcounter \xspace
    \ensuremath{ \noexpand \string \relax \par \endinput \catcode
"""
BIB = r"""
    @article{ @book{ @string{ @comment{ @preamble{ title author year eprint doi url journal =
    archivePrefix primaryClass # { } " , arXiv: astro-ph/9805201 1807.06209 10.1051/ and others
    https://doi.org/ \bibitem[ \bibitem{ \newblock \entry{ \field{title}{ \bibinfo{title}{
    \enquote{ `` '' \natexlab{a} family={ {et~al.} \protect\citeauthoryear{ van~den
"""
JSON = r"""
    "DOI": "author": "family": "issued": "date-parts": "bibcode": "items": "response": "docs":
    "abstractNote": "creators": "data": &lt; &amp; <sup> </sup> <math> </math> <i> <p> 704.0013
    http://arxiv.org/abs/
    "id": "title": "abstract": "authors": "authors_parsed": "categories": "astro-ph.CO" null
    "versions": "created": "doi": [ ] { } \u001b \ud800 \n \\alpha $ {\\
"""
MAIL = (
    "\\\\\n|arXiv:2601.00011|Paper: astro-ph/9901001|(*cross-listing*)|Title: |Authors: |Date: "
    "|Categories: astro-ph.GA|\\\\ ( https://|replaced with revised version|------------|> |=\n|v2"
    "|Content-Transfer-Encoding: quoted-printable\n"
)
TEXT = r"""
    # ## --- === ``` ~~~ > - * 1. | |---| <!-- --> [^1]: ]( http://a.b ** __ $ [formula] <CIT>
    [MATH_tex= [\citep= Abstract References Introduction Keywords: . ? ! (
"""
RECORDS = [
    b'[{"id": "roe", "title": "On <i>light</i>", "abstract": "<p>At z &lt; 3.</p>",'
    b' "DOI": "10.1/x", "issued": {"date-parts": [[2020]]},'
    b' "author": [{"family": "Roe", "given": "J."}]}]',
    b'{"response": {"docs": [{"bibcode": "2020arXiv200100012R", "title": ["On light"],'
    b' "author": ["Roe, J."], "abstract": "It shines.", "year": "2020"}]}}',
    b'[{"key": "A", "data": {"itemType": "book", "title": "On light", "abstractNote": "It shines.",'
    b' "creators": [{"creatorType": "author", "lastName": "Roe"}], "date": "2020"}}]',
    b'{"id": 704.0013, "title": "On light", "abstract": "<math><msup><mi>a</mi><mn>2</mn></msup>'
    b'</math> is lt; 3."}',
]
MAILED = (
    b"\\\\\narXiv:2601.00011 (*cross-listing*)\nDate: Thu, 1 Jan 2026 20:00:00 GMT   (9kb)\n\n"
    b"Title: Cold dust in\n  discs\nAuthors: A. Adams (1), B. Brown\nCategories: astro-ph.GA\n"
    b"\\\\\n  We weigh dust in discs.\nIt is cold.\n"
    b"\\\\ ( https://arxiv.org/abs/2601.00011 ,  9kb)\n"
)
PRINTED = (
    "MNRAS 000, 1–8 (2021)\n\nThe ﬁne dust\nA. Adams1, B. Brown2\n\nABSTRACT\n"
    "Dust is cold in Garc´ıa’s\nc 2020 RAS, MNRAS 000, 1–8\n\n\f2   A. Adams and B. Brown\n\n"
    "discs of pa\u00ad\nper, effi-\ncient.\n"
)
FRONTS = [
    b"---\ntitle: 'Dust: cold'\nauthor:\n  - name: A. Adams\nabstract: |\n  It is cold.\n---",
    b'+++\ntitle = "Dust"\nauthors = ["A. Adams"]\n+++',
    b"% Dust\n% A. Adams; B. Brown\n% 2020",
    b"Title: Dust\nAuthor: A. Adams\nDate: 2020",
]
SIGNS = ["\u0301", "\u2028", "\u00ad", "\u200b"]
HEADERS = ["ustar\0" + "00", "ustar  \0", "\x1f\x8b\x08", "2301.00001.gz", "%PDF", "../"]
FILES = ["SQLite format 3\0", "IxMp", "IxFI", "IxFl", "IxSQ", "IwPf", "\xff" * 8, "\x7f"]


def seeds(target: str) -> Iterator[bytes]:
    """Yield the first inputs of a target."""
    yield from _MADE[target]()
    for path in sorted((KEPT / target).glob("*")):
        yield path.read_bytes()


def dictionary(target: str) -> str:
    """Write the words of a target's format as a libFuzzer dictionary."""
    known = (*vocabulary.CITATIONS, *vocabulary.REFERENCES, *vocabulary.HEADINGS)
    words = {
        "latex": [*TEX.split(), *(f"\\{name}{{" for name in known)],
        "bundle": HEADERS,
        "metadata": JSON.split(),
        "mail": MAIL.split("|"),
        "bibliography": BIB.split(),
        "sentences": [*TEXT.split(), *SIGNS, *(f"{word}. " for word in sorted(NEVER_LAST))],
        "index": FILES,
    }[target]
    return "".join(f'"{_escaped(word)}"\n' for word in dict.fromkeys(words) if word)


def _escaped(word: str) -> str:
    data = word.encode("utf-8" if word.isprintable() else "latin-1", "replace")
    return "".join(
        chr(byte) if 32 <= byte < 127 and byte not in b'"\\' else f"\\x{byte:02X}" for byte in data
    )


def _texts(*patterns: str) -> Iterator[bytes]:
    for pattern in patterns:
        for path in sorted(EXAMPLES.rglob(pattern)):
            yield path.read_bytes()


def _parts(content: bytes) -> Iterator[bytes]:
    """Cut a text at blank lines into pieces of about `PART` bytes."""
    piece = b""
    for paragraph in re.split(rb"(?<=\n)\n", content):
        piece += paragraph + b"\n"
        if len(piece) >= PART:
            yield piece
            piece = b""
    if piece:
        yield piece


def _latex() -> Iterator[bytes]:
    for content in _texts("*.tex"):
        head, begin, body = content.partition(b"\\begin{document}")
        yield head[:PART] + begin + body[:PART] + b"\\end{document}"
        yield from _parts(body or head)
    galaxies = EXAMPLES / "galaxies" / "halo-streams"
    yield NEXT_FILE.join(
        (galaxies / name).read_bytes()
        for name in ("main.tex", "sections/formation.tex", "macros.tex", "streams.bib")
    )


def _bundle() -> Iterator[bytes]:
    for path in sorted((EXAMPLES / "bundles").iterdir()):
        data = path.read_bytes()
        yield data
        yield gzip.decompress(data)
    tex = b"\\documentclass{a}\\begin{document}Stars shine here.\\end{document}"
    for style in (tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT):
        small = _tar([("a" * 30 + "/ms.tex", tex), ("refs.bbl", b"\\bibitem{a}")], style)
        yield small
        yield gzip.compress(small)
        yield _tar([("n" * 60 + "/" + "n" * 60 + ".tex", tex), ("\u00e9.tex", tex)], style)
        yield _tar([("2301/2301.00001.gz", gzip.compress(tex)), ("2301.00002.gz", small)], style)


def _tar(members: list[tuple[str, bytes]], style: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=style) as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()[:-8192].rstrip(b"\0") + bytes(1024)


def _metadata() -> Iterator[bytes]:
    (content,) = _texts("*.jsonl")
    lines = content.splitlines()
    yield from lines
    yield b"\n".join(lines[:2])
    yield b"[" + b",\n".join(lines[:2]) + b"]"
    yield lines[0].replace(b'", "', b'",\n "')
    yield gzip.compress(lines[0])
    yield from RECORDS


def _mail() -> Iterator[bytes]:
    yield MAILED
    yield MAILED.replace(b"\n", b"\r\n")
    yield b"Content-Transfer-Encoding: quoted-printable\n" + MAILED.replace(
        b"dust in", b"dust =\nin"
    )
    yield MAILED.partition(b"Comments")[0].replace(b"arXiv:2601.00011", b"Paper: astro-ph/9901001")
    yield MAILED.replace(b"Date: ", b"replaced with revised version ")
    yield re.sub(rb"\\\\\\\\\n  We.*?cold\.\n", b"", MAILED, flags=re.DOTALL)
    yield (MAILED + b"-" * 78 + b"\n") * 2
    yield MAILED.rpartition(b"\\\\ (")[0]
    yield b"".join(b"> " + line + b"\n" for line in MAILED.split(b"\n"))


def _bibliography() -> Iterator[bytes]:
    for content in _texts("*.bib"):
        yield from re.findall(rb"@(?:(?!\n@)[\s\S])+", content)
    for content in _texts("*.tex"):
        yield from re.findall(rb"\\begin\{thebibliography\}[\s\S]*?\\end\{thebib", content)
    yield (
        b"\\bibitem[{{Hulse} \\& {Taylor}(1975)}]{a} Hulse, R. \\& Taylor, J. 1975, \\apjl, 195\n"
        b"\\bibitem{b} B. Lee {\\it et al.}, ``On the winds of giants,'' arXiv:1807.06209 (2018).\n"
        b"\\entry{c}{article}{}\\name{author}{1}{}{{{family={Lee}}}}\\field{title}{Cold dust here}"
        b"\\field{year}{2001}\\verb{eprint}\\verb 1807.06209"
    )


def _sentences() -> Iterator[bytes]:
    for number, pattern in enumerate(("*.tex", "*.txt", "*.md")):
        for content in _texts(pattern):
            for part in _parts(content):
                yield bytes([number, 0][: 2 if number == 0 else 1]) + part
                if number == 0:
                    yield b"\x00\x02" + b"\x10\x30\x80\xa0" + part[:400]
    yield b"\x01" + PRINTED.encode()
    yield from (b"\x02" + each + b"\n# Dust {#a}\n\nIt is cold [@roe2010].\n" for each in FRONTS)


def _index() -> Iterator[bytes]:
    sizes = [len(content) for _, content in sorted(sound().files.items())]
    for file, size in enumerate(sizes):
        for how in range(4):
            for place in range(0, size, max(1, size // 12)):
                edit = bytes([how * len(sizes) + file]) + place.to_bytes(4, "little")
                yield edit + (4).to_bytes(2, "little") + b"\xff\xff\xff\x7f"


_MADE = {
    "latex": _latex,
    "bundle": _bundle,
    "metadata": _metadata,
    "mail": _mail,
    "bibliography": _bibliography,
    "sentences": _sentences,
    "index": _index,
}

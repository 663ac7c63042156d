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
    "id": "title": "abstract": "authors": "authors_parsed": "categories": "astro-ph.CO" null
    "versions": "created": "doi": [ ] { } \u001b \ud800 \n \\alpha $ {\\
"""
TEXT = r"""
    # ## --- === ``` ~~~ > - * 1. | |---| <!-- --> [^1]: ]( http://a.b ** __ $ [formula] <CIT>
    [MATH_tex= [\citep= Abstract References Introduction Keywords: . ? ! (
"""
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
    "bibliography": _bibliography,
    "sentences": _sentences,
    "index": _index,
}

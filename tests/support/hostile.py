"""Papers as an enemy would write them: each is a function that writes one into a corpus.

What is made is large only once it is read: 10 GB of zeros are 10 MB, made of one compressed block.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

SHINE = "Stars shine brightly in the quiet night."  # a harmless reading of a hostile paper
SECRET = "The password of the observatory is swordfish."  # it lies outside of the corpus
# BEL, backspace, CR, CSI, OSC 8, C1 CSI, DEL, overrides and isolates of direction
STEERING = "\x07\x08\r\x1b[2J\x1b]8;;http://evil.example\x07\x9b31m\x7f\u202e\u202d\u2066\u2067\u2069\u200f"


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile input and what must become of it: a listed `reason`, or `reads` in the index."""

    write: Callable[[Path], None]
    reason: str = ""  # pattern
    reads: str = ""
    slow: bool = False


CASES: dict[str, Case] = {}


def case(
    reason: str = "", reads: str = "", *, slow: bool = False
) -> Callable[[Callable[[Path], None]], Callable[[Path], None]]:
    def add(write: Callable[[Path], None]) -> Callable[[Path], None]:
        CASES[write.__name__] = Case(write, reason, reads, slow)
        return write

    return add


def document(body: str, preamble: str = "") -> str:
    return (
        f"\\documentclass{{article}}\n{preamble}\n\\begin{{document}}\n"
        f"\\section{{Light}}\n{SHINE}\n\n{body}\n\\end{{document}}\n"
    )


def tex(folder: Path, body: str, preamble: str = "", **others: str) -> None:
    (folder / "evil").mkdir()
    (folder / "evil" / "main.tex").write_text(document(body, preamble))
    for name, text in others.items():
        (folder / "evil" / f"{name}.tex").write_text(text)


def member(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, len(content)
    return info, content


PAPER = member("ms.tex", document("").encode())


def tarred(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for info, content in members:
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def bundle(folder: Path, *members: tuple[tarfile.TarInfo, bytes]) -> None:
    (folder / "evil.tar.gz").write_bytes(gzip.compress(tarred(*members), 1))


def header(name: str, kind: bytes, size: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.type, info.size = kind, size
    return info.tobuf(tarfile.GNU_FORMAT)


def padded(content: bytes) -> bytes:
    return content + bytes(-len(content) % 512)


def repeated(unit: bytes, times: int) -> bytes:
    """`unit` many times over as one gzip file whose size grows by a few bytes each time."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    return (
        b"\x1f\x8b\x08\0\0\0\0\0\0\xff" + block * times + packer.flush() + struct.pack("<II", 0, 0)
    )


def pax(*records: bytes) -> bytes:
    body = b"".join(records)
    return header("x", tarfile.XHDTYPE, len(body)) + padded(body)


def pax_record(field: bytes, value: bytes) -> bytes:
    size = len(field) + len(value) + 3
    while size != (whole := len(str(size)) + len(field) + len(value) + 3):
        size = whole
    return b"%d %s=%s\n" % (size, field, value)


def after_paper(folder: Path, more: bytes) -> None:
    """A tar file of a sound paper with something behind it."""
    (folder / "evil.tar").write_bytes(tarred(PAPER)[: 512 + len(padded(PAPER[1]))] + more)


def outside(folder: Path) -> Path:
    """The folder beside the corpus, which holds a secret."""
    return next(above / "outside" for above in folder.parents if (above / "outside").is_dir())


def line(folder: Path, name: str, unit: str, size: int) -> None:
    with (folder / name).open("w") as file:
        for _ in range(size // 2**20):
            file.write(unit * (2**20 // len(unit)))


# -- bundles


@case(reads=SHINE)
def bundle_with_dots(folder: Path) -> None:
    bundle(
        folder, PAPER, member("../../../outside/secret.tex", b"x"), member("a/../../b.tex", b"x")
    )


@case(reads=SHINE)
def bundle_with_absolute_names(folder: Path) -> None:
    bundle(folder, PAPER, member("/etc/cron.d/evil.tex", b"x"), member("//tmp/evil.tex", b"x"))


@case(reads=SHINE)
def bundle_that_reads_what_it_left_out(folder: Path) -> None:
    body = "\\input{../../../outside/secret}\\input{/etc/passwd}"
    main = member("ms.tex", document(body).encode())
    bundle(folder, main, member("../../../outside/secret.tex", SECRET.encode()))


@case(reads=SHINE)
def bundle_with_links(folder: Path) -> None:
    bundle(
        folder,
        member("s.tex", kind=tarfile.SYMTYPE, link="/etc/passwd"),
        member("h.tex", kind=tarfile.LNKTYPE, link="../../../outside/secret.tex"),
        member("ms.tex", document("\\input{s}\\input{h}").encode()),
    )


@case(reads=SHINE)
def bundle_with_devices(folder: Path) -> None:
    kinds = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.CONTTYPE, b"?")
    bundle(folder, PAPER, *(member(f"dev{n}.tex", kind=kind) for n, kind in enumerate(kinds)))


@case("empty tar file")
def zeros_of_10_gigabytes(folder: Path) -> None:
    (folder / "evil.gz").write_bytes(repeated(bytes(10 * 2**20), 1024))


@case("200 times its size")
def zeros_behind_a_paper(folder: Path) -> None:
    content = gzip.compress(document(SHINE * 99).encode()) + repeated(bytes(10 * 2**20), 1024)
    (folder / "evil.gz").write_bytes(content)


@case("unpacks to more")
def zeros_in_a_tar(folder: Path) -> None:
    start = tarred(PAPER)[: 512 + len(padded(PAPER[1]))]
    start += header("big.tex", tarfile.REGTYPE, 10 * 2**30)
    content = gzip.compress(start) + repeated(bytes(10 * 2**20), 1024)
    (folder / "evil.tar.gz").write_bytes(content)


@case("200 times its size")
def zeros_in_many_gzip_files(folder: Path) -> None:
    content = (
        gzip.compress(document(SHINE * 99).encode()) + gzip.compress(bytes(100 * 2**20), 9) * 100
    )
    (folder / "evil.gz").write_bytes(content)


@case("200 times its size")
def zeros_as_metadata(folder: Path) -> None:
    """They are not skipped as no metadata: the first line is a record."""
    record = gzip.compress(json.dumps({"id": "x", "abstract": "y", "categories": "z"}).encode())
    (folder / "evil.jsonl.gz").write_bytes(record + repeated(bytes(10 * 2**20), 1024))


@case("gzip files in one")
def many_empty_gzip_files(folder: Path) -> None:
    (folder / "evil.gz").write_bytes(gzip.compress(b"") * 300_000)


@case("files|200 times")
def million_tiny_files_that_pack_well(folder: Path) -> None:
    unit = header("a.tex", tarfile.REGTYPE, 0) * 1000
    (folder / "evil.tar.gz").write_bytes(repeated(unit, 1000))


@case("more than 20,000 files")
def many_tiny_files(folder: Path) -> None:
    blocks = b"".join(header(f"{n}.tex", tarfile.REGTYPE, 0) for n in range(100))
    (folder / "evil.tar").write_bytes(blocks * 300)


@case("more than 20,000 files", slow=True)
def million_tiny_files(folder: Path) -> None:
    with tarfile.open(folder / "evil.tar.gz", "w:gz", compresslevel=1) as tar:
        for number in range(10**6):
            tar.addfile(tarfile.TarInfo(f"{number:06x}.tex"))


@case("no TeX source|no LaTeX")
def tar_in_a_tar(folder: Path) -> None:
    inner = member("inner.tar", tarred(PAPER))
    bundle(folder, member("deeper.tar.gz", gzip.compress(tarred(inner))))


@case("compressed twice")
def gzip_in_gzip(folder: Path) -> None:
    content = document("").encode()
    for _ in range(20):
        content = gzip.compress(content)
    (folder / "evil.gz").write_bytes(content)


@case("compressed twice")
def bulk_in_a_bulk(folder: Path) -> None:
    paper = gzip.compress(gzip.compress(tarred(member("2501.00002.gz", gzip.compress(b"x")))))
    (folder / "evil.tar").write_bytes(tarred(member("2501/2501.00001.gz", paper)))


@case("unpacks to more")
def tar_that_claims_10_gigabytes(folder: Path) -> None:
    after_paper(folder, header("big.tex", tarfile.REGTYPE, 10 * 2**30) + b"x" * 2000)


@case("unpacks to more|broken|cut off")
def tar_with_a_sparse_file(folder: Path) -> None:
    info = tarfile.TarInfo("hole.tex")
    info.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    block[483:495] = b"%011o\0" % (10 * 2**30)  # its size unpacked
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    after_paper(folder, bytes(block) + bytes(1024))


@case("broken|cut off")
def tar_with_an_endless_sparse_map(folder: Path) -> None:
    fields = pax_record(b"GNU.sparse.major", b"1") + pax_record(b"GNU.sparse.minor", b"0")
    numbers = b"999999999\n" + b"1\n" * 500_000
    content = header("hole.tex", tarfile.REGTYPE, len(numbers)) + padded(numbers)
    after_paper(folder, pax(fields) + content)


@case(reads=SHINE)
def pax_header_of_no_length(folder: Path) -> None:
    after_paper(folder, pax(b"0 path=x\n") + header("a.tex", tarfile.REGTYPE, 0) + bytes(1024))


@case("broken|header too large")
def pax_header_of_digits(folder: Path) -> None:
    digits = b"1" * 10**6  # tarfile looks through them in the square of the time
    after_paper(folder, pax(digits) + header("a.tex", tarfile.REGTYPE, 0) + bytes(1024))


@case(reads=SHINE)
def pax_header_that_renames(folder: Path) -> None:
    field = pax_record(b"path", b"../../../outside/evil.tex")
    after_paper(
        folder, pax(field) + header("a.tex", tarfile.REGTYPE, 1) + padded(b"x") + bytes(1024)
    )


@case("broken|cut off")
def pax_header_with_a_size(folder: Path) -> None:
    field = pax_record(b"size", b"-1000000")
    after_paper(folder, pax(field) + header("a.tex", tarfile.REGTYPE, 0) + bytes(1024))


@case("broken|cut off|headers within")
def pax_headers_upon_each_other(folder: Path) -> None:
    after_paper(folder, pax(pax_record(b"comment", b"x")) * 5000)


@case("broken|cut off|headers within")
def long_names_upon_each_other(folder: Path) -> None:
    one = header("L", tarfile.GNUTYPE_LONGNAME, 5) + padded(b"name\0")
    after_paper(folder, one * 5000)


@case(reads=SHINE)
def bundle_with_steering_names(folder: Path) -> None:
    bundle(folder, member(f"{STEERING}.tex", document("").encode()), member("../\x1b[2J.tex"))


@case(reads=SHINE)
def readme_that_nests(folder: Path) -> None:
    bundle(folder, PAPER, member("00README.json", b"[" * 10**6))


@case(reads=SHINE)
def readme_that_lists_a_number(folder: Path) -> None:
    bundle(folder, PAPER, member("00README.json", b'{"sources": 5}'))


# -- what lies in the corpus folder


@case("pipe, socket or device")
def pipe_named_as_a_paper(folder: Path) -> None:
    os.mkfifo(folder / "evil.tex")
    os.mkfifo(folder / "evil.txt")


@case("leads out of the corpus")
def link_to_the_secret(folder: Path) -> None:
    (folder / "evil.txt").symlink_to(outside(folder) / "secret.tex")
    (folder / "evil.tex").symlink_to("/etc/passwd")


@case("leads out of the corpus")
def link_to_a_device(folder: Path) -> None:
    (folder / "evil.txt").symlink_to("/dev/zero")


@case("can't be read|leads out")
def links_in_a_circle(folder: Path) -> None:
    (folder / "evil.txt").symlink_to("evil.md")
    (folder / "evil.md").symlink_to("evil.txt")
    (folder / "down").symlink_to(".")


@case(reads=SHINE)
def names_that_steer(folder: Path) -> None:
    """In the name of the file, its folder, title, section and text."""
    (folder / "evil\x1b[2J\x07\u202e").mkdir()
    text = document(
        f"Galaxies {STEERING} turn {STEERING} slowly.", f"\\title{{On {STEERING} turning}}"
    ).replace("Light", f"Light {STEERING}")
    path = folder / "evil\x1b[2J\x07\u202e" / "main\x9b31m\r\x7f.tex"
    path.write_text(text, newline="")


# -- LaTeX


@case(reads=SHINE)
def file_that_reads_itself(folder: Path) -> None:
    tex(folder, "\\input{main}\\input{main.tex}\\include{./main}" * 100)


@case(reads=SHINE)
def files_that_read_each_other(folder: Path) -> None:
    tex(folder, "\\input{b}" * 100, b="\\input{c}" * 100, c="\\input{b}\\input{main}" * 100)


@case(reads=SHINE)
def file_that_reads_what_is_outside(folder: Path) -> None:
    names = (
        "/etc/passwd",
        "../../../outside/secret",
        "../../../outside/secret.tex",
        "~/secret",
        "//etc/passwd",
    )
    reads = "".join(
        f"\\input{{{name}}}\\include{{{name}}}\\import{{..}}{{{name}}}" for name in names
    )
    more = "\\input /etc/passwd \\subfile{../../../outside/secret}"
    more += "\\bibliography{../../../outside/secret}"
    tex(
        folder,
        reads
        + more
        + "\\import{../../../outside/}{secret}\\cite{k}\\usepackage{../../../outside/s}",
    )


@case(reads=SHINE)
def file_that_reads_a_command(folder: Path) -> None:
    target = outside(folder) / "made"
    tex(folder, f'\\input{{|touch {target}}}\\input|"touch {target}" \\write18{{touch {target}}}')


@case(reads=SHINE)
def file_that_reads_through_a_link(folder: Path) -> None:
    tex(folder, "\\include{secret}\\input{all/secret}\\cite{k}\\bibliography{refs}")
    (folder / "evil" / "secret.tex").symlink_to(outside(folder) / "secret.tex")
    (folder / "evil" / "all").symlink_to(outside(folder))
    (folder / "evil" / "refs.bib").symlink_to("/dev/zero")


@case(reads=SHINE)
def files_without_end(folder: Path) -> None:
    tex(folder, "".join(f"\\input{{missing{number}}}" for number in range(20_000)))


@case(reads=SHINE, slow=True)
def macros_that_double(folder: Path) -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    doubling = pairwise(names)
    defined = "".join(f"\\def\\z{a}{{\\z{b}\\z{b}}}" for a, b in doubling)
    tex(folder, "\\za", defined + "\\def\\zz{boom }")


@case(reads=SHINE)
def macros_whose_argument_doubles(folder: Path) -> None:
    names = "abcdefghijklmnopqrstuvwxyz"
    doubling = pairwise(names)
    defined = "".join(f"\\def\\z{a}#1{{\\z{b}{{#1#1}}}}" for a, b in doubling)
    tex(folder, "\\za{boom }", defined + "\\def\\zz#1{#1}")


@case(reads=SHINE)
def macros_that_are_themselves(folder: Path) -> None:
    tex(
        folder,
        "\\a\\b\\d{x}\\e",
        "\\def\\a{\\a\\a}\\def\\b{\\c}\\def\\c{\\b}\\def\\d#1{\\d{#1 x}}\\let\\e\\e",
    )


@case(reads=SHINE)
def environment_of_itself(folder: Path) -> None:
    own = "\\newenvironment{a}{\\begin{center}\\begin{a}}{\\end{a}\\end{center}}"
    tex(folder, "\\begin{a}" * 100 + "\\end{a}" * 100, own)


@case(reads=SHINE, slow=True)
def environments_of_themselves(folder: Path) -> None:
    own = "\\newenvironment{a}{\\begin{center}\\begin{a}\\begin{a}}{\\end{a}\\end{center}}"
    tex(folder, "\\begin{a}" * 100 + "\\end{a}" * 100, own)


@case(reads=SHINE)
def loops_and_built_names(folder: Path) -> None:
    loop = "\\def\\a{\\csname a\\endcsname\\csname a\\endcsname}"
    body = "\\loop\\iftrue x\\repeat\\a\\csname " + "\\csname a" * 200 + "\\expandafter" * 2000
    tex(folder, body, loop)


@case(reads=SHINE)
def braces_within_braces(folder: Path) -> None:
    tex(folder, "{" * 20_000 + "x" + "}" * 20_000 + "{" * 20_000)


@case(reads=SHINE)
def environments_within_environments(folder: Path) -> None:
    depths = {
        "center": 20_000,
        **dict.fromkeys(("abstract", "figure", "equation", "titlepage"), 1000),
    }
    body = "".join(
        f"\\begin{{{name}}}" * depth + "x" + f"\\end{{{name}}}" * depth
        for name, depth in depths.items()
    )
    tex(folder, body)


@case(reads=SHINE)
def dollars_that_nothing_closes(folder: Path) -> None:
    tex(folder, "$ a " * 50_000 + "$" * 50_000 + "$\n")


@case(reads=SHINE)
def dollars_that_open_groups(folder: Path) -> None:
    tex(folder, "${" * 1000 + "$$ a_{" * 1000)


@case(reads=SHINE)
def blocks_within_blocks(folder: Path) -> None:
    long = "of the night " * 20
    parts = (
        "\\abstract",
        "\\acknowledgments",
        f"\\section{{{long}",
        "\\footnote",
        "\\caption",
        "\\'",
    )
    body = "".join(f"{part}{{" * 3000 + "x" + "}" * 6000 for part in parts)
    tex(folder, body)


@case(reads=SHINE)
def formulas_within_formulas(folder: Path) -> None:
    parts = (
        "\\frac",
        "\\tilde",
        "\\not",
        "\\sqrt[",
        "a \\over ",
        "\\buildrel ",
        "x^",
        "{",
        "\\\\[",
    )
    tex(folder, "".join(f"\\begin{{math}}{part * 10_000}\\end{{math}}\n" for part in parts))


@case(reads=SHINE)
def formula_whose_errors_nest(folder: Path) -> None:
    """Each lower script was read twice, the one within it four times, and so on."""
    tex(folder, "$" + "1^{+1}_{" * 40 + "x" + "}" * 40 + "$")


@case(reads=SHINE)
def formula_of_spaces(folder: Path) -> None:
    tex(folder, "$" + "\\quad    {} " * 40 + "\\phantom{x}$" + "\\kern" + " " * 20_000 + "x")


@case(reads=SHINE)
def commands_that_nothing_closes(folder: Path) -> None:
    opened = (
        "\\cite[",
        "\\bibitem[",
        "\\author[",
        "\\item[",
        "\\verb|",
        "\\documentclass[",
        "\\newcommand{",
    )
    body = "".join(part * 1000 + "\n" for part in opened)
    tex(folder, body + "\\cite{k}\\bibliography{refs}")
    entries = "".join(f"@article{{k{n}, author={{A{{ and" for n in range(1000))
    (folder / "evil" / "refs.bib").write_text(
        "@(" * 1000 + entries + "@a{k,author={A" + " " * 10**5
    )


@case(reads=SHINE)
def nul_bytes_in_tex(folder: Path) -> None:
    tex(folder, "Gal\0axies\0 turn.")


@case("not a text file|orphan|no .{1,2}documentclass|empty")
def nul_bytes_alone(folder: Path) -> None:
    (folder / "evil.tex").write_bytes(bytes(10**6))


@case(reads=SHINE)
def bytes_that_are_no_utf8(folder: Path) -> None:
    (folder / "evil.tex").write_bytes(
        document("Gal\0axies").encode() + b"\xc3\x28\xa0\xff\xed\xa0\x80"
    )


@case(reads=SHINE)
def utf16_with_its_mark(folder: Path) -> None:
    (folder / "evil.tex").write_bytes(
        document("Half a pair: \ud800.").encode("utf-16", "surrogatepass")
    )


@case("no .{1,2}documentclass|not a text|empty")
def utf16_cut_in_half(folder: Path) -> None:
    (folder / "evil.tex").write_bytes(b"\xff\xfe" + b"\x00\xd8" * 5000 + b"x")


@case(reads="Galaxies turn")
def directions_and_widths(folder: Path) -> None:
    hebrew = "\u05d0\u05d1\u05d2\u200d"
    tex(folder, f"\u202eGalaxies turn\u202c \u2066here\u2069, \u200bthere\ufeff and {hebrew}.")


@case(reads=SHINE)
def accents_upon_accents(folder: Path) -> None:
    marks = "\u0301\u0327"  # sorted in the square of their number by Python
    tex(
        folder,
        "a" + marks * 10**6 + "\\'{\u0301}" * 2000 + "a" + "\\relax\u0301\\relax\u0327" * 5000,
    )
    (folder / "evil.txt").write_text(f"On light\n\n{SHINE} And a{marks * 10**5}.\n")
    (folder / "evil.jsonl").write_text(
        record(title="a" + marks * 10**4, authors="b" + marks * 10**5)
    )


@case(reads=SHINE)
def numbers_without_end(folder: Path) -> None:
    digits = "9" * 5000
    body = (
        f"\\ifnum{digits}<{digits} x\\fi\\ion{{C}}{{{digits}}}$x^{digits}$\\SI{{{digits}}}{{\\m}}"
    )
    defined = f"\\newcommand{{\\a}}[{digits}]{{x}}\\newcommand{{\\b}}[²]{{x}}"
    tex(folder, body + "\\a\\b", defined + "\\newenvironment{c}[²]{\\begin{center}}{}")


# -- one long line


@case("MiB")
def tex_of_100_megabytes_on_a_line(folder: Path) -> None:
    line(folder, "evil.tex", "word of stars, ", 100 * 2**20)


@case("MiB")
def text_of_100_megabytes_on_a_line(folder: Path) -> None:
    line(folder, "evil.txt", "word of stars, ", 100 * 2**20)


@case("MiB", slow=True)
def markdown_of_100_megabytes_on_a_line(folder: Path) -> None:
    line(folder, "evil.md", "[word](of) **stars, ", 100 * 2**20)


@case("MiB", slow=True)
def record_of_100_megabytes(folder: Path) -> None:
    line(folder, "tail", "word of stars, ", 100 * 2**20)
    with (folder / "evil.jsonl").open("wb") as file:
        file.write(b'{"id": "2501.00009", "categories": "astro-ph.CO", "abstract": "')
        file.write((folder / "tail").read_bytes() + b'"}\n')
    (folder / "tail").unlink()


@case("characters", slow=True)
def tex_of_60_megabytes_on_a_line(folder: Path) -> None:
    line(folder, "evil.tex", "word of stars, ", 60 * 2**20)
    with (folder / "evil.tex").open("r+") as file:
        file.write("\\documentclass{a}\\begin{document}")


@case("a paragraph of more than")
def text_of_30_megabytes_on_a_line(folder: Path) -> None:
    line(folder, "evil.txt", "word of stars, ", 30 * 2**20)


@case(reads=SHINE, slow=True)
def tex_of_15_megabytes_on_a_line(folder: Path) -> None:
    tex(folder, "word of stars, $x$. And ~{more}. " * (15 * 2**20 // 33))


@case("lines: data")
def text_of_a_million_lines(folder: Path) -> None:
    (folder / "evil.txt").write_text("a\n\n" * 10**6)


# -- metadata


def record(**fields: object) -> str:
    """A line of metadata; its paper is another where its fields are others."""
    number = zlib.crc32(json.dumps(fields).encode()) % 90_000 + 10_000
    sound = {
        "id": f"2501.{number}",
        "title": "On light",
        "abstract": SHINE,
        "categories": "astro-ph.GA",
    }
    return json.dumps(sound | fields) + "\n"


@case(reads=SHINE)
def surrogates_alone(folder: Path) -> None:
    half = "\ud800"
    (folder / "evil.jsonl").write_text(
        record(title=half, authors=f"A{half} B", categories=f"astro-ph.GA x{half}", doi=half)
        + record(authors=[f"A{half} B"])
        + record(authors_parsed=[[f"A{half}", "B", ""]])
        + record(id=f"evil{half}")
    )


@case("broken JSON")
def record_that_nests(folder: Path) -> None:
    opened = '{"id": "x", "abstract": "y", "deep": '
    deep = opened + "[" * 10**6 + "]" * 10**6 + "}\n"
    (folder / "evil.jsonl").write_text(record() + deep + opened + "1" * 10**6 + "}\n")


@case("ends inside this record")
def record_that_never_ends(folder: Path) -> None:
    opened = '{"id": "x", "abstract": "y", "deep": '
    (folder / "evil.jsonl").write_text(opened + "[" * 10**6 + "\n" + opened)


@case(reads=SHINE)
def records_that_steer(folder: Path) -> None:
    names = [f"Eve {STEERING} Evil"]
    (folder / "evil.jsonl").write_text(
        record(
            id=f"evil{STEERING}1",
            title=f"On {STEERING} light",
            abstract=f"{SHINE} Galaxies {STEERING} turn slowly.",
            authors=names,
            doi=f"10.1/{STEERING}",
        )
    )


@case(reads=SHINE)
def records_for_a_spreadsheet(folder: Path) -> None:
    run = "=cmd|'/C calc'!A0"
    (folder / "evil.jsonl").write_text(
        record(title=run, abstract=f"@SUM(1) light runs.\n\n{SHINE}")
        + record(
            id="2501.00043", title=f"\u200b{run}", abstract=f"\uff1d1+1 light runs.\n\n{SHINE}"
        )
        + record(id="-1+1", title="+1 light", authors=["=1+1 Evil"])
    )


@case(reads=SHINE)
def records_for_bibtex(folder: Path) -> None:
    out = "}},\n@misc{evil, title = {Out \\write18{x} \\"
    (folder / "evil.jsonl").write_text(
        record(title=f"Light {out}", authors=[f"A {out}"], doi=f"10.1/{out}")
        + record(categories="astro-ph.GA}}@misc{evil,x={y}}")
        + record(id=f"light {out}")
    )


@case(reads=SHINE)
def brackets_within_brackets(folder: Path) -> None:
    authors = "(" * 10**5 + "A. Author" + ")" * 10**5 + ", for for" * 5000
    title = "\\emph{a {b} " * 5000 + "$1 aaa " * 5000 + "\\cite[" * 5000
    (folder / "evil.jsonl").write_text(record(title=title, authors=authors))


# -- text


@case(reads=SHINE)
def marks_that_nothing_closes(folder: Path) -> None:
    """Of Markdown: links, emphasis, code, comments, tags, formulas, the seed's marks."""
    marks = (
        "[a](",
        "![a",
        "**a ",
        "__a ",
        "`a ",
        "<!-- ",
        "<http://",
        "<a b=",
        "> ",
        "$a_",
        "[MATH_tex=[",
    )
    body = "\n\n".join(mark * (9_000 // len(mark)) for mark in marks)
    (folder / "evil.md").write_text(f"# On light\n\n{SHINE} They are far.\n\n{body}\n")


@case(reads=SHINE)
def words_that_nothing_ends(folder: Path) -> None:
    bodies = (
        "A." * 10**5,
        "$" + "_" * 10**5,
        "some word-\nbreak here\n" * 5000,
        "." * 10**5,
        ".[" * 10**5,
    )
    text = "\n\n".join(bodies)
    (folder / "evil.txt").write_text(f"On the light of stars\n\n{SHINE} They are far.\n\n{text}\n")


@case(reads=SHINE)
def text_that_steers(folder: Path) -> None:
    calm = "The night is long and the stars turn slowly above the dome. " * 200
    (folder / "evil.txt").write_text(
        f"On the light\n\n{SHINE} {calm}\n\nGalaxies {STEERING} turn slowly.\n", newline=""
    )


def quick(cases: Iterable[str] = CASES) -> list[str]:
    return [name for name in cases if not CASES[name].slow]

r"""Actions of the commands that read files: `\input`, `\include`, `\import`, `\subfile`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Sequence

from astrosearch.corpus.latex.filenames import candidates, without_tex
from astrosearch.corpus.latex.macros.expansion import MAX_CHARACTERS, MAX_DEPTH, Expansion
from astrosearch.corpus.latex.macros.macro import Frame, Macro
from astrosearch.corpus.latex.source import decode
from astrosearch.corpus.latex.tokens import BREAK, flat, line_ends, prepare, words
from astrosearch.errors import Unreadable

MAX_FILES = 1_000  # that one document reads or looks for; a thesis reads some dozens
MAX_NAME = 1_000  # characters
# Macro packages of plain TeX, which come with TeX; none is missed.
MACRO_PACKAGES = words(
    """
    amstex amssym amssym.def amssym.tex amsppt amsppt.sty epsf epsf.tex epsf.sty psfig psfig.tex
    psfig.sty mn mn.tex harvmac harvmac.tex phyzzx phyzzx.tex aa.cmm eplain jnl jytex texsis
    xypic xy colordvi color.tex graphicx graphicx.tex rotate rotate.tex vanilla.sty manmac tables
    lamstex cmacros pictex amsfonts mssymb miniltx macro macros.tex hyperbasics epsfx supertab
    """
)

_BARE_NAME = re.compile(r'"[^"\n]{1,500}"|(?:\\[A-Za-z]+ ?(?=[/.\w])|\\_|[^\s{}\\%])+')


def included(expansion: Expansion, start: int) -> None:
    r"""`\input{file}` or `\input file`."""
    name = _name(expansion)
    if name is not None:
        _read(expansion, name, [expansion.folder])


def included_if_there(expansion: Expansion, start: int) -> None:
    r"""`\InputIfFileExists{file}{then}{else}`."""
    name = _name(expansion)
    if name is None:
        return
    then, otherwise = expansion.argument(), expansion.argument()
    found = _find(expansion, _plain_name(expansion, name), [expansion.folder])
    if found is not None:
        _read(expansion, name, [expansion.folder])
    chosen = then if found is not None else otherwise
    if chosen and len(expansion.frames) < MAX_DEPTH:
        expansion.frames.append(Frame(flat(chosen)))


def imported(expansion: Expansion, start: int) -> None:
    r"""`\import{folder}{file}`, or `\subimport`, whose folder lies in that of the file it is in."""
    frame = expansion.source()
    if frame.starts("*"):
        frame.position += 1
    frame.skip_blank()
    folder = frame.group()
    frame.skip_blank()
    name = frame.group()
    if folder is not None and name is not None:
        inside = _plain_name(expansion, folder)
        above = dict.fromkeys([*_folders_read(expansion), expansion.folder])
        _read(expansion, name, [posixpath.join(one, inside) for one in above])


def _name(expansion: Expansion) -> str | None:
    frame = expansion.source()
    frame.skip_space()
    name = frame.group()
    if name is not None:
        return name
    match = _BARE_NAME.match(frame.text, frame.position)
    if match is None:
        return None
    frame.position = match.end()
    return match[0]


def _plain_name(expansion: Expansion, name: str) -> str:
    """Return a file's name without TeX: its macros replaced, its signs as they are."""
    return without_tex(expansion.value(name))


def _folders_read(expansion: Expansion) -> list[str]:
    """Folders of the files that are being read, the innermost first."""
    files = [frame.file for frame in expansion.frames if frame.file is not None]
    return [posixpath.dirname(file) for file in reversed(files)]


def _find(expansion: Expansion, name: str, folders: Sequence[str]) -> str | None:
    """Find the file that a name means; one that isn't there is looked for without its folders."""
    paths = expansion.active.get("input@path")
    listed = re.findall(r"\{([^{}]*)\}", paths.text) if isinstance(paths, Macro) else []
    around = [*folders, expansion.folder, *_folders_read(expansion)]
    around += [posixpath.join(expansion.folder, path) for path in listed]
    return expansion.files.find(name, around)


def _read(expansion: Expansion, written: str, folders: Sequence[str]) -> None:
    name = _plain_name(expansion, written)
    if not name or "#" in name or len(name) > MAX_NAME:
        return
    nearby = [f.file for f in expansion.frames if f.file is not None]
    if "\\" in name:
        shown = flat(written).strip()
        expansion.warn(f"{shown}: read by {nearby[-1]}, but no macro tells which file that is")
        return
    if len(expansion.result.parts) >= MAX_FILES:
        expansion.warn(f"reads more than {MAX_FILES:,} files; the rest was left out")
        return
    found = _find(expansion, name, folders)
    if found is None:
        wanted = next(candidates(name, folders), name)
        expansion.result.parts.append(wanted)
        if posixpath.basename(name) not in MACRO_PACKAGES:
            expansion.warn(f"{name}: read by {nearby[-1]}, but it isn't there")
        return
    if found in nearby or len(expansion.frames) >= MAX_DEPTH:
        expansion.warn(f"{found}: reads itself")
        return
    if expansion.result.parts.count(found) > 20:
        expansion.warn(f"{found}: read again and again; the rest was left out")
        return
    expansion.result.parts.append(found)
    try:
        data = expansion.tree.read(found)
        text = decode(data, found) if data is not None else ""
    except Unreadable as error:
        expansion.warn(str(error))
        return
    if len(text) > MAX_CHARACTERS:
        expansion.warn(f"{found}: larger than {MAX_CHARACTERS:,} characters; it was left out")
        return
    text = _subfile_body(prepare(text))
    expansion.frames.append(Frame(text, file=found))
    expansion.stretch(found)


def _subfile_body(text: str) -> str:
    """A child that is a document of its own, without its preamble and end; all lines kept."""
    begin = text.find("\\begin{document}")
    if begin < 0 or not re.search(r"\\document(?:class|style)", text[:begin]):
        return text
    begin += len("\\begin{document}")
    end = text.find("\\end{document}", begin)
    return BREAK * line_ends(text[:begin]) + text[begin : end if end > 0 else len(text)]

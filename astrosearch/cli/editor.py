"""A sentence's file, opened at its line in the user's editor."""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from astrosearch.corpus.bundles import Gunzip, Peeked, unpack
from astrosearch.corpus.kinds import BUNDLE
from astrosearch.corpus.limits import Budget
from astrosearch.corpus.tree import MAX_FILE_BYTES, size_of
from astrosearch.errors import AstrosearchError, NotFound, Unreadable

if TYPE_CHECKING:
    from astrosearch.records import Paper, Sentence
    from astrosearch.search.index import Index

# Editors by how they are told a line: +7, --goto FILE:7, FILE:7 or --line 7. Those of the terminal
# run until the file is closed.
_TERMINAL = {"vi", "vim", "nvim", "view", "emacs", "nano", "pico", "micro", "kak", "joe", "jed"}
_PLUS = {*_TERMINAL, "gvim", "mvim", "emacsclient", "gedit"}
_GOTO = {"code", "code-insiders", "codium", "vscodium", "cursor", "windsurf"}
_COLON = {"subl", "sublime_text", "zed", "zeditor", "hx", "helix"}
_OPTION = {"idea", "pycharm", "clion", "kate"}
_WAITING = {"--wait", "-w", "-f", "--nofork"}

# Of Windows: what its shell reads as more than text, and what no file's name can hold.
_SHELL_SIGNS = re.compile(r'[&|<>^%!"\r\n]')
_NO_NAME = re.compile(r'[<>:"/\\|?*\x00-\x1f]')

_NAME_YOURS = "set VISUAL=notepad" if os.name == "nt" else "export VISUAL=vim"
_CURE = "If the corpus has moved, index it where it lies now: astrosearch index CORPUS"


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, which may lie in another, compressed one.

    `member` is its name within `path`, a bundle called `bundle`; empty for what `path` itself is.
    """

    path: Path
    line: int
    bundle: str = ""
    member: str = ""


def locate(index: Index, paper: Paper, sentence: Sentence) -> Place:
    """Say where a sentence of a paper lies on this machine.

    Raises
    ------
    NotFound
        When the file isn't there.
    """
    source = index.source_of(paper.id)
    member = sentence.file.removeprefix(f"{source.name}/") if source.kind == BUNDLE.name else ""
    path = source.root / (source.name if member else sentence.file)
    if not path.is_file():
        raise NotFound(f"{sentence.file} isn't there any more: tried {path.absolute()}.\n{_CURE}")
    return Place(path.absolute(), sentence.line, source.name if member else "", member)


def edit(
    place: Place, say: Callable[[str], object], environ: Mapping[str, str] = os.environ
) -> None:
    """Open a place in $VISUAL, else $EDITOR; what is compressed as a read-only copy.

    Parameters
    ----------
    place
        As `locate` found it.
    say
        Told where the copy lies.
    environ
        Where the editor is named.

    Raises
    ------
    AstrosearchError
        When no editor is named, it can't be run or it fails, or the file can't be unpacked.
    """
    words = _editor(environ)
    if not place.member and not _is_gzip(place.path):
        _run(command(words, place.path, place.line))
        return
    content = _member(place) if place.member else _unzipped(place.path)
    name = Path(place.member or place.path.stem).name[-60:]
    if os.name == "nt":
        name = _NO_NAME.sub("_", name)
    folder = Path(tempfile.mkdtemp(prefix="astrosearch-"))  # that only this user may enter
    copy = folder / name
    kept = False
    try:
        copy.write_bytes(content)
        copy.chmod(0o400)
        inner = f"/{place.member}" if place.member else ""
        say(f"{place.path}{inner} is opened as a read-only copy, {copy}")
        _run(command(words, copy, place.line))
        kept = not _waits(words)  # others may read it after they have returned
    finally:
        if not kept:
            with contextlib.suppress(OSError):
                copy.chmod(0o600)  # Windows deletes no read-only file
            shutil.rmtree(folder, ignore_errors=True)


def command(words: list[str], path: Path, line: int) -> list[str]:
    """Return an editor's command line for a line of a file; the bare file where none is known.

    >>> command(["vim"], Path("/a b.tex"), 7), command(["code", "--wait"], Path("/a"), 7)
    (['vim', '+7', '/a b.tex'], ['code', '--wait', '--goto', '/a:7'])
    """
    name = _name(words)
    if name in _PLUS:
        return [*words, f"+{line}", str(path)]
    if name in _GOTO:
        return [*words, "--goto", f"{path}:{line}"]
    if name in _COLON:
        return [*words, f"{path}:{line}"]
    if name in _OPTION:
        return [*words, "--line", str(line), str(path)]
    return [*words, str(path)]


def _editor(environ: Mapping[str, str]) -> list[str]:
    for variable in ("VISUAL", "EDITOR"):
        if not environ.get(variable, "").strip():
            continue
        try:
            return words_of(environ[variable], windows=os.name == "nt")
        except ValueError as error:
            raise AstrosearchError(
                f"${variable} can't be read as a command ({error}): {environ[variable]}\n"
                "Fix its quotes."
            ) from error
    raise AstrosearchError(f"no editor is named in $VISUAL or $EDITOR.\nName yours: {_NAME_YOURS}")


def words_of(command: str, *, windows: bool) -> list[str]:
    """Split a command as its system's shell would; in Windows' paths, backslashes are themselves.

    >>> words_of("'/my bin/vim' -R", windows=False)
    ['/my bin/vim', '-R']
    >>> words_of(r'"C:\\My Editors\\code.cmd" --wait', windows=True)
    ['C:\\\\My Editors\\\\code.cmd', '--wait']
    """
    words = shlex.split(command, posix=not windows)
    return [word.strip('"') for word in words] if windows else words


def require_safe(arguments: list[str]) -> None:
    """Refuse a file name that Windows would run parts of, where the editor is a batch file.

    Windows runs batch files in a shell, which reads their arguments as commands, quoted or not; and
    file names come from anywhere.

    Raises
    ------
    AstrosearchError
        When an argument of a batch file holds a sign that means something to that shell.
    """
    if arguments[0].lower().endswith((".bat", ".cmd")):
        for argument in arguments[1:]:
            if _SHELL_SIGNS.search(argument):
                raise AstrosearchError(
                    f"{argument} can't be opened by {arguments[0]}: Windows would run parts of "
                    "the name as a command.\nName an editor that is an .exe, or rename the file."
                )


def _name(words: list[str]) -> str:
    return Path(words[0]).name.lower().partition(".")[0]  # vim.basic, code.cmd


def _waits(words: list[str]) -> bool:
    """Whether an editor returns only when its file is closed."""
    return _name(words) in _TERMINAL | {"hx", "helix"} or not _WAITING.isdisjoint(words)


def _found(editor: str) -> str:
    """Find a program of Windows that may be a batch file, as code.cmd is, on the path alone.

    Whatever lies in the working folder may have come with a corpus.
    """
    found = shutil.which(editor)
    return editor if found is None or Path(found).absolute().parent == Path.cwd() else found


def _run(arguments: list[str]) -> None:
    editor = arguments[0]
    if os.name == "nt":
        arguments = [_found(editor), *arguments[1:]]
        require_safe(arguments)
    try:
        with _leaving_interrupts():
            code = subprocess.run(arguments, check=False).returncode
    except OSError as error:
        raise AstrosearchError(
            f"the editor {editor} can't be run ({error.strerror}).\n"
            f"Name one that is there: {_NAME_YOURS}"
        ) from error
    if code:
        how = f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"
        run = subprocess.list2cmdline(arguments) if os.name == "nt" else shlex.join(arguments)
        raise AstrosearchError(f"the editor {editor} {how}.\nTry what was run: {run}")


@contextlib.contextmanager
def _leaving_interrupts() -> Iterator[None]:
    """Leave Ctrl-C to the editor: Emacs uses that signal for Ctrl-G."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, lambda number, frame: None)  # SIG_IGN would be inherited
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _is_gzip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _member(place: Place) -> bytes:
    """Return the content of a bundle's member."""
    reason = f"it holds no {place.member} any more"
    for unit in unpack(place.path, place.bundle, Budget(size_of(place.path))):
        if isinstance(unit, Unreadable):
            reason = unit.reason if unit.name == place.bundle else reason
            continue
        name, folder = f"{place.bundle}/{place.member}", f"{unit.name}/"
        content = unit.files.get(name[len(folder) :]) if name.startswith(folder) else None
        if content is not None:
            return content
    raise NotFound(f"{place.path} can't be opened: {reason}.\n{_CURE}")


def _unzipped(path: Path) -> bytes:
    """Return the content of a gzipped file."""
    blocks = []
    try:
        with path.open("rb") as file:
            stream = Gunzip(Peeked(file), path.name, total=MAX_FILE_BYTES)
            while block := stream.read(2**20):
                blocks.append(block)
    except Unreadable as error:
        raise AstrosearchError(
            f"{path} can't be opened: {error.reason}.\nUnpack it, and open what comes out."
        ) from error
    return b"".join(blocks)

"""One writer at a time, as far as one system can show the other's locks."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from astrosearch import lock
from astrosearch.errors import IndexLocked
from astrosearch.lock import LOCK_FILE, WriterLock


class Windows(ModuleType):
    """Locks as Windows has them: of bytes, by descriptor."""

    LK_NBLCK, LK_UNLCK = 2, 0

    def __init__(self) -> None:
        super().__init__("msvcrt")
        self.locked: set[int] = set()

    def locking(self, descriptor: int, mode: int, size: int) -> None:
        assert size == 1
        byte = os.lseek(descriptor, 0, os.SEEK_CUR)
        if mode == self.LK_UNLCK:
            self.locked.remove(byte)
        elif byte in self.locked:
            raise PermissionError(13, "Permission denied")
        else:
            self.locked.add(byte)


def test_on_windows_the_locked_byte_lies_behind_what_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    windows = Windows()
    monkeypatch.setitem(sys.modules, "msvcrt", windows)
    monkeypatch.setattr(lock, "sys", SimpleNamespace(platform="win32"))
    with WriterLock(tmp_path):
        assert min(windows.locked) > (tmp_path / LOCK_FILE).stat().st_size
        with pytest.raises(IndexLocked) as error, WriterLock(tmp_path):
            raise AssertionError
        assert error.value.pid == os.getpid()
    assert not windows.locked
    with WriterLock(tmp_path):
        assert (tmp_path / LOCK_FILE).stat().st_size < 4096

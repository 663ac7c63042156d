"""A file appears whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from astrosearch import files
from astrosearch.errors import StorageError
from astrosearch.files import disk_errors, sha256_of, sync_tree, written_whole


@pytest.mark.parametrize("durable", [False, True])
def test_a_file_appears_once_it_is_whole(tmp_path: Path, durable: bool):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with written_whole(path, durable=durable) as partial:
        partial.write_bytes(b"new")
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_file_that_fails_leaves_the_old_one(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    with pytest.raises(OSError, match="Invalid"), written_whole(path) as partial:
        os.truncate(partial, partial.write_bytes(b"new") - 4)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_a_durable_file_is_synced_before_it_is_renamed_and_its_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    calls: list[str] = []
    rename = Path.replace

    def renamed(partial: Path, path: Path) -> Path:
        calls.append("rename")
        return rename(partial, path)

    monkeypatch.setattr(files, "sync_file", lambda path: calls.append(f"sync {path.name}"))
    monkeypatch.setattr(files, "sync_folder", lambda path: calls.append(f"sync {path.name}"))
    monkeypatch.setattr(Path, "replace", renamed)
    with written_whole(tmp_path / "file", durable=True) as partial:
        partial.write_bytes(b"")
    assert calls == ["sync file.partial", "rename", f"sync {tmp_path.name}"]


@pytest.mark.parametrize("releases", [True, False])
def test_windows_waits_for_whoever_has_the_old_file_open_then_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, releases: bool
):
    path = tmp_path / "file"
    path.write_bytes(b"old")
    refusals = iter([None] * 2 if releases else [None] * 10**6)
    rename = Path.replace

    def refused(partial: Path, path: Path) -> Path:
        if next(refusals, "free") != "free":
            raise PermissionError(errno.EACCES, "Access is denied", str(partial))
        return rename(partial, path)

    monkeypatch.setattr(files, "WINDOWS", True)
    monkeypatch.setattr(files, "PATIENCE", 0.3)
    monkeypatch.setattr(Path, "replace", refused)
    if releases:
        with written_whole(path) as partial:
            partial.write_bytes(b"new")
        assert path.read_bytes() == b"new"
        return
    with pytest.raises(StorageError, match="has it open"), written_whole(path) as partial:
        partial.write_bytes(b"new")
    assert path.read_bytes() == b"old"
    assert not partial.exists()


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "is full"),
        (errno.EIO, "is failing"),
        (errno.EACCES, "can't be read or written"),
        (errno.ENOLCK, "can't lock files"),
    ],
)
def test_what_a_disk_says_is_a_storage_error(tmp_path: Path, number: int, said: str):
    with pytest.raises(StorageError, match=said), disk_errors(tmp_path):
        raise OSError(number, os.strerror(number))


def test_other_errors_pass(tmp_path: Path):
    with pytest.raises(FileNotFoundError), disk_errors(tmp_path):
        sha256_of(tmp_path / "none")


def test_checksums_are_those_of_sha256sum(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"abc")
    sync_tree(tmp_path)
    assert sha256_of(tmp_path / "file").startswith("ba7816bf8f01cfea")

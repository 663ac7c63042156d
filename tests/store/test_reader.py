"""The database of an index, opened for reading."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from astrosearch.store import database, reader
from astrosearch.store.reader import Store


def test_a_commit_while_a_reader_without_locks_opens_is_not_missed(
    built: Path, monkeypatch: pytest.MonkeyPatch
):
    connect = database.connect_reading

    def connect_while_somebody_commits(path: Path) -> tuple[sqlite3.Connection, bool]:
        connection, _ = connect(path)
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as writer:
            writer.execute("INSERT INTO meta VALUES ('committed', 'meanwhile')")
        return connection, True

    with contextlib.closing(Store(built)) as store:
        assert not store.is_replaced()
    monkeypatch.setattr(reader, "connect_reading", connect_while_somebody_commits)
    with contextlib.closing(Store(built)) as store:
        assert store.is_replaced()

from __future__ import annotations

import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.connection import connect_reader, connect_writer, to_internal_error


def sqlite_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("what sqlite says")
    error.sqlite_errorcode = code
    return error


def test_a_writer_is_durable_and_checks_foreign_keys(tmp_path: Path) -> None:
    with closing(connect_writer(tmp_path / "desk.db")) as connection:
        pragmas = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_folder_and_file_are_the_owners_alone(tmp_path: Path) -> None:
    with closing(connect_writer(tmp_path / "desk" / "desk.db")):
        pass
    assert stat.S_IMODE((tmp_path / "desk").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "desk" / "desk.db").stat().st_mode) == 0o600


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with closing(connect_writer(tmp_path / "desk.db")) as writer:
        writer.execute("CREATE TABLE coins (name TEXT)")
        with (
            closing(connect_reader(tmp_path / "desk.db")) as reader,
            pytest.raises(sqlite3.OperationalError, match="readonly"),
        ):
            reader.execute("INSERT INTO coins VALUES ('bitcoin')")


def test_a_reader_of_a_missing_file_is_told_so_and_creates_none(tmp_path: Path) -> None:
    with pytest.raises(InternalError, match="cannot be opened"):
        connect_reader(tmp_path / "missing.db")
    assert not (tmp_path / "missing.db").exists()


def test_a_folder_that_cannot_be_made_is_an_internal_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InternalError, match=r"file/desk\.db"):
        connect_writer(tmp_path / "file" / "desk.db")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (sqlite3.SQLITE_FULL, "disk is full: free some space"),
        (sqlite3.SQLITE_READONLY, "is read-only: make the file and its folder writable"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "is read-only"),
        (sqlite3.SQLITE_BUSY, "is locked by another process"),
        (sqlite3.SQLITE_CORRUPT, "is damaged: restore it"),
        (sqlite3.SQLITE_NOTADB, "is not a SQLite database"),
        (sqlite3.SQLITE_CANTOPEN, "cannot be opened"),
        (sqlite3.SQLITE_IOERR_FSYNC, "check the disk"),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, "breaks a rule of its table"),
        (sqlite3.SQLITE_ERROR, "OperationalError: what sqlite says"),
    ],
)
def test_each_failure_says_what_happened_to_which_file(tmp_path: Path, code: int, words: str) -> None:
    error = to_internal_error(sqlite_error(code), tmp_path / "desk.db")
    assert words in error.message
    assert "desk.db" in error.message
    assert "what sqlite says" in error.message

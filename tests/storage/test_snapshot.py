"""A snapshot stays as it was, changes nothing, and tells whether the file did."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.presence import FolderPresence
from cryptodesk.storage.snapshot import FileSnapshot, is_served, is_writable
from cryptodesk.storage.sqlite import SqliteDatabase


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "desk.db"
    with SqliteDatabase(path) as database:
        database.write_blocking(lambda at: at.execute("CREATE TABLE coins (id INTEGER PRIMARY KEY AUTOINCREMENT, n)"))
        database.write_blocking(
            lambda at: at.executemany("INSERT INTO coins (n) VALUES (?)", [(n,) for n in range(5000)])
        )
    return path


def write(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql)


def test_what_is_written_meanwhile_is_not_seen_but_known_of(path: Path) -> None:
    with FileSnapshot(path) as snapshot:
        assert not snapshot.has_changed
        write(path, "DELETE FROM coins WHERE id > 10")
        (table,) = snapshot.tables()
        assert (snapshot.count(table), snapshot.has_changed) == (5000, True)
        batches = list(snapshot.rows(table))
        assert (len(batches), sum(map(len, batches)), batches[0][0]) == (3, 5000, (1, 0))
    with FileSnapshot(path) as snapshot:
        assert (snapshot.count(table), snapshot.has_changed) == (10, False)


def test_numbers_that_were_given_away_are_known_though_their_rows_are_gone(path: Path) -> None:
    write(path, "DELETE FROM coins")
    with FileSnapshot(path) as snapshot:
        assert snapshot.highest_numbers() == {"coins": 5000}
    write(path, "DROP TABLE coins")
    write(path, "CREATE TABLE plain (id INTEGER PRIMARY KEY)")
    with FileSnapshot(path) as snapshot:
        assert snapshot.highest_numbers() == {}


def test_nothing_can_be_written_through_it(path: Path) -> None:
    with FileSnapshot(path) as snapshot, pytest.raises(InternalError, match="read-only"):
        snapshot.read("DELETE FROM coins")


def test_a_text_that_is_no_text_comes_as_halves_of_characters(path: Path) -> None:
    write(path, "INSERT INTO coins (n) VALUES (CAST(X'61ff' AS TEXT))")
    with FileSnapshot(path) as snapshot:
        assert snapshot.read("SELECT n FROM coins WHERE typeof(n) = 'text'") == [("a\udcff",)]


def test_a_whole_file_has_no_damage_and_a_lost_parent_is_some(path: Path) -> None:
    with FileSnapshot(path) as snapshot:
        assert snapshot.damage() == []
    write(path, "CREATE TABLE child (coin INTEGER REFERENCES coins)")
    write(path, "INSERT INTO child VALUES (9999)")
    with FileSnapshot(path) as snapshot:
        assert snapshot.damage() == ["a row of child refers to a row of coins that is gone"]


def test_pages_that_were_overwritten_are_damage(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 2)
        file.write(b"\xa5" * 4096 * 4)
    with FileSnapshot(path) as snapshot:
        assert snapshot.damage()


def test_what_is_not_there_or_no_database_is_named(tmp_path: Path) -> None:
    with pytest.raises(InternalError, match="there is no database"), FileSnapshot(tmp_path / "none.db"):
        pass
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "text.db").write_text("just words " * 500)
    with pytest.raises(InternalError, match="is not a SQLite database"), FileSnapshot(tmp_path / "text.db"):
        pass


def test_it_must_be_open_to_be_read(path: Path) -> None:
    with pytest.raises(InternalError, match="not open"):
        FileSnapshot(path).read("SELECT 1")
    with pytest.raises(InternalError, match="not open"):
        assert FileSnapshot(path).has_changed


def test_a_folder_is_served_while_a_server_is_there(tmp_path: Path) -> None:
    assert not is_served(tmp_path)
    assert list(tmp_path.iterdir()) == []
    with FolderPresence(tmp_path):
        assert is_served(tmp_path)
    assert not is_served(tmp_path)
    assert is_writable(tmp_path)

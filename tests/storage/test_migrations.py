from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.migrations import Migration, apply_migrations, one_by_one

CREATE = Migration(1, "create", ("CREATE TABLE coins (name TEXT)", "INSERT INTO coins VALUES ('bitcoin')"))
EXTEND = Migration(2, "extend", ("ALTER TABLE coins ADD COLUMN rank INTEGER",))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "desk.db"


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_steps_are_applied_in_order_and_only_once(path: Path) -> None:
    assert apply_migrations(path, "market", (CREATE,)) == (1,)
    assert apply_migrations(path, "market", (CREATE, EXTEND)) == (2,)
    assert apply_migrations(path, "market", (CREATE, EXTEND)) == ()
    assert rows(path, "SELECT * FROM coins") == [("bitcoin", None)]
    assert rows(path, "SELECT * FROM schema_migrations") == [("market", 1, "create"), ("market", 2, "extend")]


def test_components_count_their_versions_apart(path: Path) -> None:
    apply_migrations(path, "market", (CREATE,))
    assert apply_migrations(path, "state", (Migration(1, "turns", ("CREATE TABLE turns (id)",)),)) == (1,)


def test_a_failing_step_leaves_nothing_behind_and_keeps_the_steps_before_it(path: Path) -> None:
    broken = Migration(2, "broken", ("CREATE TABLE half (id)", "INSERT INTO nowhere VALUES (1)"))
    with pytest.raises(InternalError, match="no such table: nowhere"):
        apply_migrations(path, "market", (CREATE, broken))
    assert rows(path, "SELECT name FROM sqlite_master WHERE name = 'half'") == []
    assert apply_migrations(path, "market", (CREATE, EXTEND)) == (2,)


def test_a_database_of_a_newer_program_is_refused_untouched(path: Path) -> None:
    apply_migrations(path, "market", (CREATE, EXTEND))
    with pytest.raises(
        InternalError, match=r"newer cryptodesk: its 'market' schema has version 2, .* knows 1; upgrade"
    ):
        apply_migrations(path, "market", (CREATE,))
    assert rows(path, "SELECT * FROM coins") == [("bitcoin", None)]


def test_a_database_with_another_history_is_refused(path: Path) -> None:
    apply_migrations(path, "market", (CREATE,))
    with pytest.raises(InternalError, match="as 'create', this program has it as 'begin'"):
        apply_migrations(path, "market", (Migration(1, "begin", ()),))


@pytest.mark.parametrize("versions", [(2,), (1, 3), (2, 1), (1, 1)])
def test_versions_must_count_up_from_one(path: Path, versions: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="without gaps"):
        apply_migrations(path, "market", [Migration(version, "step", ()) for version in versions])


def test_a_connection_in_a_transaction_is_refused(path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("BEGIN")
    with pytest.raises(ValueError, match="outside a transaction"):
        apply_migrations(connection, "market", (CREATE,))
    connection.execute("ROLLBACK")
    assert apply_migrations(connection, "market", (CREATE,)) == (1,)
    connection.close()


def test_a_file_that_is_no_database_is_refused_with_its_name(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("this is a letter, not a database" * 100)
    with pytest.raises(InternalError, match=r"desk\.db' is not a SQLite database: choose another data folder"):
        apply_migrations(path, "market", (CREATE,))


RANKED = Migration(
    1, "ranked", ("CREATE TABLE ranked (rank INTEGER CHECK (rank IN (1, 2, 3)))", "INSERT INTO ranked VALUES (2)")
)
REWORDED = Migration(2, "reworded", (), rewordings=(one_by_one("ranked", "rank", "1", "2", "3"),))


def test_a_check_is_reworded_under_open_connections_and_refuses_what_it_refused(path: Path) -> None:
    apply_migrations(path, "market", (RANKED,))
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        assert other.execute("SELECT rank FROM ranked").fetchall() == [(2,)]
        assert apply_migrations(path, "market", (RANKED, REWORDED)) == (2,)
        with pytest.raises(sqlite3.IntegrityError, match="rank = 1 OR rank = 2 OR rank = 3"):
            other.execute("INSERT INTO ranked VALUES (4)")
        other.execute("INSERT INTO ranked VALUES (3), (NULL)")
        assert other.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert other.execute("SELECT rank FROM ranked").fetchall() == [(2,), (3,), (None,)]
    assert "OpenEphemeral" not in {row[1] for row in rows(path, "EXPLAIN INSERT INTO ranked VALUES (1)")}


class RefusingConnection(sqlite3.Connection):
    """Of a library that never lets a schema be edited, as Apple's does not."""

    code = sqlite3.SQLITE_ERROR

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if sql.startswith("UPDATE sqlite_master"):
            error = sqlite3.OperationalError("table sqlite_master may not be modified")
            error.sqlite_errorcode = self.code
            raise error
        return super().execute(sql, parameters)


def test_where_a_schema_may_not_be_edited_the_old_check_stays(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, factory=RefusingConnection)) as connection:
        assert apply_migrations(connection, "market", (RANKED, REWORDED)) == (1, 2)
        assert connection.execute("PRAGMA writable_schema").fetchone() == (0,)
        with pytest.raises(sqlite3.IntegrityError, match="rank IN"):
            connection.execute("INSERT INTO ranked VALUES (4)")


def test_a_rewording_that_fails_for_another_reason_undoes_its_step(path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None, factory=RefusingConnection)) as connection:
        connection.code = sqlite3.SQLITE_FULL
        with pytest.raises(InternalError, match="disk is full"):
            apply_migrations(connection, "market", (RANKED, REWORDED))
        assert connection.execute("PRAGMA writable_schema").fetchone() == (0,)
    assert rows(path, "SELECT version FROM schema_migrations") == [(1,)]


STARTER = """
import sys
from pathlib import Path
from cryptodesk.storage.migrations import Migration, apply_migrations, one_by_one
steps = [Migration(1, "create", ("CREATE TABLE coins (name TEXT)",))]
steps += [Migration(n, f"add {n}", (f"INSERT INTO coins VALUES ('{n}')",)) for n in range(2, 30)]
print("ready", flush=True)
sys.stdin.readline()
print(len(apply_migrations(Path(sys.argv[1]), "market", steps)))
"""


def test_processes_that_start_at_once_apply_each_step_once(path: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", STARTER, str(path)], stdin=-1, stdout=-1, stderr=-1, text=True)
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    outputs = [process.communicate() for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], outputs
    assert sum(int(out) for out, _ in outputs) == 29
    assert rows(path, "SELECT name FROM coins") == [(str(n),) for n in range(2, 30)]

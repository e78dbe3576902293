"""The database commands as an operator runs them: what they show, and how they end."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from cryptodesk.cli.db import app
from tests.app.upkeep.desks import fill
from tests.clients.postgres import postgres_dsn, postgres_server

__all__ = ["postgres_dsn", "postgres_server"]

pytest.importorskip("asyncpg")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CRYPTODESK_HOME", str(tmp_path / "home"))
    for name in ("CRYPTODESK_CONFIG", "DATABASE_URL", "CRYPTODESK_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "home"


@pytest.fixture
async def filled(home: Path) -> Path:
    return (await fill(home)).database_path


def run(*arguments: str, code: int = 0) -> Result:
    found = CliRunner().invoke(app, list(arguments))
    assert found.exit_code == code, (found.output, found.exception)
    return found


def run_json(*arguments: str, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


def test_migrating_says_what_it_did_and_then_that_there_is_nothing_to_do(home: Path) -> None:
    lines = run("migrate").stdout.splitlines()
    assert lines[0] == "state 1: api keys"
    assert run("migrate").stdout == f"{home / 'cryptodesk.db'} was up to date.\n"
    assert run_json("migrate") == {"database": str(home / "cryptodesk.db"), "applied": [], "notes": []}


def test_a_database_of_a_newer_program_is_left_as_it_is(home: Path) -> None:
    run("migrate")
    with closing(sqlite3.connect(home / "cryptodesk.db", isolation_level=None)) as connection:
        connection.execute("INSERT INTO schema_migrations VALUES ('ledger', 99, 'from the future')")
    found = run("migrate", code=1)
    assert "was written by a newer cryptodesk" in found.stderr
    assert "has version 99" in found.stderr
    assert run_json("check", code=1)["is_well"] is False


def test_checking_ends_with_what_it_found(filled: Path) -> None:
    assert "whole; 3 sealed, 1 not yet" in run("check").stdout
    found = run_json("check")
    assert (found["database"], found["is_well"]) == (str(filled), True)
    assert {"name": "integrity", "state": "ok", "text": "whole"} in found["findings"]
    filled.write_bytes(b"no database" * 1000)
    assert "is not a SQLite database" in run("check", code=3).stdout


def test_a_database_url_that_is_none_is_wrong_use_and_a_server_that_is_away_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "mysql://u:s3cret@db/x")
    for command in ("migrate", "check", "copy"):
        assert "s3cret" not in run(command, code=2).output
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:s3cret@127.0.0.1:1/desk")
    monkeypatch.setenv("CRYPTODESK_DATABASE_CONNECT_SECONDS", "0.1")
    found = run("check", code=3)
    assert "cannot be reached" in found.stdout
    assert "s3cret" not in found.output


def test_the_file_can_be_meant_though_there_is_a_server(
    filled: Path, monkeypatch: pytest.MonkeyPatch, postgres_dsn: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_dsn)
    assert run_json("check", "--file")["database"] == str(filled)
    assert run("migrate", "--file").stdout == f"{filled} was up to date.\n"


def test_copying_tells_each_table_and_the_way_back(
    filled: Path, monkeypatch: pytest.MonkeyPatch, postgres_dsn: str
) -> None:
    assert "DATABASE_URL: name the PostgreSQL" in run("copy", code=2).stderr
    monkeypatch.setenv("DATABASE_URL", postgres_dsn)
    text = run("copy").stdout
    assert "ledger, entries: whole; 3 sealed, 1 not yet" in text
    assert "To go back, stop the servers and unset DATABASE_URL" in text
    assert "is not empty" in run("copy", code=1).stderr


def test_a_copy_as_json_has_counts_checksums_and_seals(
    filled: Path, monkeypatch: pytest.MonkeyPatch, postgres_dsn: str, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", postgres_dsn)
    moved = filled.rename(tmp_path / "moved.db")
    found = run_json("copy", "--from", str(moved))
    tables = {table["table"]: table for table in found["tables"]}
    assert (tables["ledger_entries"]["rows"], tables["ledger_entries"]["component"]) == (4, "ledger")
    assert len(tables["ledger_entries"]["checksum"]) == 64
    assert (found["source"], found["are_seals_same"], found["replaced_texts"]) == (str(moved), True, 0)
    assert found["seals"][0]["sealed"] == 3

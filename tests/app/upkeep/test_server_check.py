"""A server is looked at and left alone: what keeps a desk from working there is said, with what mends it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from pydantic import SecretStr

from cryptodesk.app.databases import COMPONENTS
from cryptodesk.app.upkeep import Checked, check_database, copy_database, migrate_database
from cryptodesk.app.upkeep.server_check import check_server
from cryptodesk.settings import Settings, SettingsError
from tests.app.upkeep.desks import fill, settings_of
from tests.clients.postgres import Server, postgres_dsn, postgres_server

__all__ = ["postgres_dsn", "postgres_server"]

asyncpg = pytest.importorskip("asyncpg")


def states(found: Checked) -> dict[str, str]:
    return {finding.name: finding.state for finding in found.findings}


def text_of(found: Checked, name: str) -> str:
    return next(finding.text for finding in found.findings if finding.name == name)


async def execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql)
    await connection.close()


async def checked(settings: Settings) -> Checked:
    return await asyncio.to_thread(check_database, settings)


async def test_a_good_database_is_well_and_its_ledger_verified(tmp_path: Path, postgres_dsn: str) -> None:
    source = await fill(tmp_path / "old")
    settings = settings_of(tmp_path / "home", postgres_dsn)
    await asyncio.to_thread(copy_database, settings, source.database_path)
    await asyncio.to_thread(migrate_database, settings)
    found = await checked(settings)
    assert {name: state for name, state in states(found).items() if state != "ok"} == {"durability": "warning"}
    assert {f"schema {name}" for name in (*COMPONENTS, "storage", "document_search")} <= set(states(found))
    assert text_of(found, "ledger") == "whole; 3 sealed, 1 not yet"


async def test_an_empty_database_is_left_empty(tmp_path: Path, postgres_dsn: str) -> None:
    found = await checked(settings_of(tmp_path, postgres_dsn))
    assert (states(found)["schema"], found.has_problem) == ("warning", False)
    connection = await asyncpg.connect(postgres_dsn)
    assert await connection.fetchval("SELECT to_regclass('schema_migrations')") is None
    await connection.close()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:s3cret@127.0.0.1:1/desk", "cannot be reached: check its address in DATABASE_URL"),
        ("postgresql://u:s3cret@127.0.0.1:1,127.0.0.1:2/desk", "cannot be reached"),
    ],
)
def test_a_server_that_is_not_there_is_a_problem_and_no_password_is_shown(tmp_path: Path, url: str, words: str) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(url), database_connect_seconds=0.1)
    found = check_database(settings)
    assert (found.is_reachable, states(found)) == (False, {"connection": "problem"})
    assert words in text_of(found, "connection")
    assert "s3cret" not in repr(found)


async def test_a_database_that_is_not_there_and_a_user_who_is_not_let_in_are_named(
    tmp_path: Path, postgres_server: Server
) -> None:
    found = await checked(settings_of(tmp_path, postgres_server.dsn("nothing")))
    assert "does not exist on its server: create it" in text_of(found, "connection")
    stranger = postgres_server.dsn().replace("postgres:@", "stranger:@")
    found = await checked(settings_of(tmp_path, stranger))
    assert "refused the user or its password" in text_of(found, "connection")


@pytest.mark.parametrize("url", ["mysql://u:pass-word@db/x", "pass-word", "postgresql://u:pass/word@db/x"])
def test_a_url_that_is_none_is_a_wrong_setting(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL"):
        check_database(settings_of(tmp_path, url))


async def test_older_and_newer_schemas_are_told_apart(tmp_path: Path, postgres_dsn: str) -> None:
    settings = settings_of(tmp_path, postgres_dsn)
    await asyncio.to_thread(migrate_database, settings)
    older = {**COMPONENTS, "ledger": COMPONENTS["ledger"][:-1]}
    found = await asyncio.to_thread(check_server, settings, postgres_dsn, older)
    assert "written by a newer cryptodesk" in text_of(found, "schema ledger")
    await execute(postgres_dsn, "DELETE FROM schema_migrations WHERE component = 'ledger' AND version = 10")
    found = await checked(settings)
    assert (states(found)["schema ledger"], found.has_problem) == ("warning", False)
    assert "ledger" not in states(found)


async def test_tables_that_are_gone_are_named(tmp_path: Path, postgres_dsn: str) -> None:
    settings = settings_of(tmp_path, postgres_dsn)
    await asyncio.to_thread(migrate_database, settings)
    await execute(postgres_dsn, "DROP TABLE budgets; ALTER TABLE ledger_entries DROP COLUMN note")
    found = await checked(settings)
    assert "budgets, ledger_entries.note" in text_of(found, "tables")


async def test_a_missing_pgvector_is_a_warning(tmp_path: Path, postgres_server: Server) -> None:
    found = await checked(settings_of(tmp_path, await postgres_server.new_database()))
    assert states(found)["pgvector"] == "warning"
    assert "searched by words and names alone; run CREATE EXTENSION vector" in text_of(found, "pgvector")


async def test_a_schema_that_is_not_there_is_a_problem(tmp_path: Path, postgres_server: Server) -> None:
    url = f"{postgres_server.dsn()}&search_path=nowhere"
    found = await checked(settings_of(tmp_path, url))
    assert states(found)["writing"] == "problem"
    assert "no schema of search_path exists" in text_of(found, "writing")


async def test_too_few_connections_are_a_warning(tmp_path: Path, postgres_dsn: str) -> None:
    settings = settings_of(tmp_path, postgres_dsn).model_copy(update={"database_pool": 500})
    found = await checked(settings)
    assert "a server process takes up to 516: raise max_connections" in text_of(found, "connections")

"""A server is asked, and nothing is made."""

from __future__ import annotations

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.postgres.connecting import PostgresOptions
from cryptodesk.storage.postgres.database import PostgresDatabase
from cryptodesk.storage.postgres.inspecting import inspect_server
from tests.clients.postgres import Server

OPTIONS = PostgresOptions(connect_seconds=0.2)


async def test_an_empty_schema_is_told_and_left_empty(postgres_dsn: str) -> None:
    facts = await inspect_server(postgres_dsn, OPTIONS)
    assert (facts.applied, facts.columns, facts.encoding) == ({}, {}, "UTF8")
    assert (facts.is_standby, facts.is_read_only, facts.may_create) == (False, False, True)
    assert facts.version_number >= 180_000
    assert facts.version.startswith("18")
    assert facts.connections < facts.most_connections
    assert (facts.connection_limit, facts.vector_is_seen) == (-1, True)
    assert facts.vector_version is not None
    assert await inspect_server(postgres_dsn, OPTIONS) == facts


async def test_tables_and_steps_are_those_of_its_own_schema(
    postgres_server: Server, database: PostgresDatabase
) -> None:
    facts = await inspect_server(database._connector._address.dsn, OPTIONS)
    assert facts.applied == {"storage": [(1, "write marks")]}
    assert facts.columns == {
        "coins": {"name"},
        "schema_migrations": {"component", "version", "name"},
        "write_marks": {"writer", "number", "marked_at"},
    }
    assert (await inspect_server(await postgres_server.new_schema(), OPTIONS)).columns == {}


async def test_pgvector_that_could_be_installed_is_told_apart(postgres_server: Server) -> None:
    facts = await inspect_server(await postgres_server.new_database(), OPTIONS)
    assert (facts.vector_version, facts.vector_is_seen) == (None, None)
    assert facts.vector_available is not None


async def test_a_server_that_is_not_there_is_an_error_of_ours() -> None:
    with pytest.raises(InternalError, match="cannot be reached"):
        await inspect_server("postgresql://127.0.0.1:1/desk", OPTIONS)

"""What a program works with is found by making it, and both databases have the same tables and columns."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from cryptodesk.app.databases import COMPONENTS
from cryptodesk.app.upkeep import migrate_database
from cryptodesk.app.upkeep.expecting import expect
from tests.app.upkeep.desks import settings_of
from tests.clients.postgres import postgres_dsn, postgres_server

__all__ = ["postgres_dsn", "postgres_server"]


def test_every_table_belongs_to_a_component_and_stands_behind_its_parents() -> None:
    expected = expect(COMPONENTS)
    names = [table.name for table in expected.tables]
    assert set(expected.component_of) == set(names)
    assert set(expected.component_of.values()) == set(COMPONENTS)
    for table in expected.tables:
        assert all(names.index(parent) <= names.index(table.name) for parent in table.parents)
    assert names.index("document_revisions") < names.index("document_assets")


def test_what_migrations_put_in_is_known() -> None:
    assert expect({"ledger": COMPONENTS["ledger"]}).first_rows["ledger_tally"] == [(1, 0, 0)]


async def test_postgresql_has_the_same_tables_with_the_same_columns(tmp_path: Path, postgres_dsn: str) -> None:
    asyncpg = pytest.importorskip("asyncpg")
    await asyncio.to_thread(migrate_database, settings_of(tmp_path, postgres_dsn))
    connection = await asyncpg.connect(postgres_dsn)
    rows = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()"
    )
    await connection.close()
    found: dict[str, set[str]] = {}
    for table, column in rows:
        found.setdefault(table, set()).add(column)
    own = {name for name in found if name.startswith("document_search_")} | {"schema_migrations", "write_marks"}
    wanted = {table.name: set(table.column_names) for table in expect(COMPONENTS).tables}
    assert {name: columns for name, columns in found.items() if name not in own} == wanted

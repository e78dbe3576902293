"""The tables that this program works with, and what they begin with, found out by making them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from msgspec import Struct

from cryptodesk.storage.migrations import Migration, apply_migrations
from cryptodesk.storage.shape import Table, quoted, tables_of

__all__ = ["Expected", "expect"]


class Expected(Struct, frozen=True):
    """`tables` come behind those that their rows refer to. `first_rows` are what migrations put into them."""

    tables: tuple[Table, ...]
    component_of: Mapping[str, str]
    first_rows: Mapping[str, Sequence[tuple[Any, ...]]]


def expect(components: Mapping[str, Sequence[Migration]]) -> Expected:
    component_of: dict[str, str] = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for component, migrations in components.items():
            apply_migrations(connection, component, migrations)
            for table in tables_of(connection):
                component_of.setdefault(table.name, component)
        tables = tables_of(connection)
        first_rows = {table.name: rows for table in tables if (rows := _rows(connection, table))}
    return Expected(tables, component_of, first_rows)


def _rows(connection: sqlite3.Connection, table: Table) -> list[tuple[Any, ...]]:
    names = ", ".join(map(quoted, table.column_names))
    return connection.execute(f"SELECT {names} FROM {quoted(table.name)}").fetchall()  # noqa: S608 - quoted names

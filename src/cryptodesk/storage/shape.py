"""Which tables a SQLite file has, and what each is made of."""

from __future__ import annotations

import sqlite3

from msgspec import Struct

__all__ = ["Column", "Table", "quoted", "tables_of"]

_NAMES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"
_RECORD = "schema_migrations"


class Column(Struct, frozen=True):
    """`kind` is the type it was declared with, empty where it takes any value."""

    name: str
    kind: str


class Table(Struct, frozen=True):
    """`parents` are the tables that its rows refer to."""

    name: str
    columns: tuple[Column, ...]
    parents: tuple[str, ...]

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def quoted(name: str) -> str:
    """As it stands in a statement of either database."""
    return '"' + name.replace('"', '""') + '"'


def tables_of(connection: sqlite3.Connection) -> tuple[Table, ...]:
    """All but the record of migrations; each behind its parents."""
    found = {name: _table(connection, name) for (name,) in connection.execute(_NAMES) if name != _RECORD}
    ordered: dict[str, Table] = {}

    def add(table: Table, above: frozenset[str]) -> None:
        for parent in table.parents:
            if parent in found and parent not in above:
                add(found[parent], above | {parent})
        ordered.setdefault(table.name, table)

    for table in found.values():
        add(table, frozenset({table.name}))
    return tuple(ordered.values())


def _table(connection: sqlite3.Connection, name: str) -> Table:
    columns = connection.execute("SELECT name, upper(type) FROM pragma_table_info(?) ORDER BY cid", (name,)).fetchall()
    parents = connection.execute('SELECT DISTINCT "table" FROM pragma_foreign_key_list(?)', (name,)).fetchall()
    return Table(name, tuple(Column(*column) for column in columns), tuple(sorted(row[0] for row in parents)))

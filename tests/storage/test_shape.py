"""Tables are found as they are, each behind those that its rows refer to."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from cryptodesk.storage.shape import Column, Table, quoted, tables_of


def shapes(*statements: str) -> tuple[Table, ...]:
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in statements:
            connection.execute(statement)
        return tables_of(connection)


def test_columns_come_with_their_declared_types_in_their_order() -> None:
    (table,) = shapes('CREATE TABLE "od""d" (z INTEGER PRIMARY KEY AUTOINCREMENT, "only" text, a)')
    assert table == Table('od"d', (Column("z", "INTEGER"), Column("only", "TEXT"), Column("a", "")), ())
    assert table.column_names == ("z", "only", "a")
    assert quoted(table.name) == '"od""d"'


def test_parents_stand_before_their_children() -> None:
    found = shapes(
        "CREATE TABLE a (b_id INTEGER REFERENCES b)",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, c_id INTEGER REFERENCES c)",
        "CREATE TABLE c (id INTEGER PRIMARY KEY, own INTEGER REFERENCES c)",
    )
    assert [table.name for table in found] == ["c", "b", "a"]
    assert [table.parents for table in found] == [("c",), ("c",), ("b",)]


def test_tables_that_refer_to_each_other_come_once() -> None:
    found = shapes("CREATE TABLE a (b INTEGER REFERENCES b)", "CREATE TABLE b (a INTEGER REFERENCES a)")
    assert sorted(table.name for table in found) == ["a", "b"]


def test_the_record_of_migrations_and_what_is_sqlites_own_are_left_out() -> None:
    found = shapes(
        "CREATE TABLE schema_migrations (x)", "CREATE TABLE sqlitelike (id INTEGER PRIMARY KEY AUTOINCREMENT)"
    )
    assert [table.name for table in found] == ["sqlitelike"]

"""Findings that files and servers have in common."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from cryptodesk.app.upkeep.expecting import Expected
from cryptodesk.app.upkeep.records import Finding
from cryptodesk.core.errors import InternalError
from cryptodesk.ledger.seals import BOOKS, verify
from cryptodesk.storage.database import Database

__all__ = ["find_in_ledger", "find_in_tables"]

_SHOWN = 5


def find_in_tables(columns: Mapping[str, Collection[str]], expected: Expected, current: Collection[str]) -> Finding:
    """Whether everything is there that the components whose schema is up to date should have."""
    lacking: list[str] = []
    for table in expected.tables:
        if expected.component_of[table.name] not in current:
            continue
        if table.name not in columns:
            lacking.append(table.name)
        else:
            lacking += [f"{table.name}.{name}" for name in table.column_names if name not in columns[table.name]]
    if not lacking:
        return Finding("tables", "ok", "all there")
    shown = ", ".join(lacking[:_SHOWN]) + (f" and {len(lacking) - _SHOWN} more" if len(lacking) > _SHOWN else "")
    return Finding("tables", "problem", f"missing although the schema says they were made: {shown}; restore the backup")


def find_in_ledger(database: Database) -> Finding:
    """What the seals say of all entries and holds."""
    try:
        books = [verify(database, book) for book in BOOKS]
    except InternalError as error:
        return Finding("ledger", "problem", error.message)
    if faults := [f"{book.book}: {book.fault}" for book in books if book.fault is not None]:
        return Finding("ledger", "problem", "; ".join(faults))
    sealed, unsealed = sum(book.sealed for book in books), sum(book.unsealed for book in books)
    return Finding("ledger", "ok", f"whole; {sealed:,} sealed, {unsealed:,} not yet")

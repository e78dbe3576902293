"""Schema changes: each component numbers its own, and each is applied exactly once. Applied here to a SQLite file."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.connection import connect_writer, primary_code, to_internal_error

__all__ = ["Migration", "apply_migrations", "one_by_one", "refuse_foreign_history", "refuse_gaps"]

_CREATE_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    component TEXT NOT NULL,
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (component, version)
) WITHOUT ROWID
"""
_REWORD = "UPDATE sqlite_master SET sql = replace(sql, ?, ?) WHERE type = 'table' AND name = ?"
_APPLIED = "SELECT version, name FROM schema_migrations WHERE component = ? ORDER BY version"


class Migration(Struct, frozen=True):
    """One step of a component's schema. Versions count 1, 2, 3, …; an applied step is history and never edited.

    `postgres` is what PostgreSQL runs in place of `statements` where these cannot be translated (dialect.py).
    `rewordings` are for SQLite alone, and behind the statements: in the text of a table, of which is the first, each
    second is replaced by a third that means the same."""

    version: int
    name: str
    statements: tuple[str, ...]
    postgres: tuple[str, ...] | None = None
    rewordings: tuple[tuple[str, str, str], ...] = ()


def one_by_one(table: str, column: str, *constants: str) -> tuple[str, str, str]:
    """The rewording of a check that a column is one of some constants: SQLite makes a table of more than two of them,
    anew for each row that is inserted."""
    return (
        table,
        f"CHECK ({column} IN ({', '.join(constants)}))",
        f"CHECK ({' OR '.join(f'{column} = {constant}' for constant in constants)})",
    )


def refuse_gaps(component: str, migrations: Sequence[Migration]) -> None:
    """Raises: ValueError if the versions are not 1, 2, 3, …"""
    if [step.version for step in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError(f"migrations of {component!r} must be numbered 1, 2, 3, … without gaps")


def refuse_foreign_history(
    applied: Sequence[tuple[int, str]], label: str, component: str, migrations: Sequence[Migration]
) -> None:
    """Raises: InternalError for versions that this program does not know, or knows by another name."""
    known = {step.version: step.name for step in migrations}
    for version, name in applied:
        if version not in known:
            raise InternalError(
                f"the database {label!r} was written by a newer cryptodesk: its {component!r} schema has version "
                f"{applied[-1][0]}, this program knows {len(known)}; upgrade cryptodesk, or choose another data folder "
                "or DATABASE_URL"
            )
        if known[version] != name:
            raise InternalError(
                f"the database {label!r} has version {version} of the {component!r} schema as {name!r}, this "
                f"program has it as {known[version]!r}; it belongs to another build"
            )


def apply_migrations(
    database: Path | str | sqlite3.Connection, component: str, migrations: Sequence[Migration]
) -> tuple[int, ...]:
    """The versions that were applied now, in order; empty when the schema was up to date.

    Each runs in one exclusive transaction with its own record, so a crash leaves it whole or absent, and of two
    processes that start at once one applies it and the other finds it done. A connection handed in must be in
    autocommit mode (`isolation_level=None`) and outside a transaction.

    Raises: InternalError if the file is newer than this program, was migrated differently, or a step fails;
    ValueError if the versions are not 1, 2, 3, …"""
    refuse_gaps(component, migrations)
    if isinstance(database, sqlite3.Connection):
        return _apply_all(database, _path_of(database), component, migrations)
    path = Path(database)
    with closing(connect_writer(path)) as connection:
        return _apply_all(connection, path, component, migrations)


def _path_of(connection: sqlite3.Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2] or ":memory:")


def _apply_all(
    connection: sqlite3.Connection, path: Path, component: str, migrations: Sequence[Migration]
) -> tuple[int, ...]:
    if connection.in_transaction:
        raise ValueError("migrations need a connection outside a transaction")
    try:
        connection.execute(_CREATE_RECORD)
        applied = connection.execute(_APPLIED, (component,)).fetchall()
        refuse_foreign_history(applied, str(path), component, migrations)
        return tuple(step.version for step in migrations if _apply_one(connection, component, step))
    except sqlite3.Error as error:
        raise to_internal_error(error, path) from error


def _apply_one(connection: sqlite3.Connection, component: str, step: Migration) -> bool:
    """Whether this call applied the step; False when it was there already."""
    connection.execute("BEGIN EXCLUSIVE")
    try:
        done = connection.execute(
            "SELECT 1 FROM schema_migrations WHERE component = ? AND version = ?", (component, step.version)
        ).fetchone()
        if not done:
            for statement in step.statements:
                connection.execute(statement)
            if step.rewordings:
                _reword(connection, step.rewordings)
            connection.execute("INSERT INTO schema_migrations VALUES (?, ?, ?)", (component, step.version, step.name))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return not done


def _reword(connection: sqlite3.Connection, rewordings: Sequence[tuple[str, str, str]]) -> None:
    """Within a transaction. SQLite cannot alter a constraint and has this way for a change that no row shows, so that
    none has to be copied (sqlite.org/lang_altertable.html, section 7)."""
    (version,) = connection.execute("PRAGMA schema_version").fetchone()
    connection.execute("PRAGMA writable_schema = ON")
    try:
        for table, old, new in rewordings:
            connection.execute(_REWORD, (old, new, table))
        connection.execute(f"PRAGMA schema_version = {version + 1}")  # so that every connection reads it anew
    except sqlite3.OperationalError as error:
        # A library may refuse this, as Apple's does; then the old words stay.
        if primary_code(error) != sqlite3.SQLITE_ERROR:
            raise
    finally:
        connection.execute("PRAGMA writable_schema = RESET")

"""Schema changes in PostgreSQL: each is applied exactly once, however many processes start at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.dialect import to_postgres_schema
from cryptodesk.storage.migrations import Migration, refuse_foreign_history, refuse_gaps
from cryptodesk.storage.postgres.connecting import Connector, RawConnection
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, to_internal_error

__all__ = ["MIGRATION_LOCK", "apply_migrations", "statements_of"]

# The same for every program that keeps its record in `schema_migrations`.
MIGRATION_LOCK: Final = 0x6372_7970_746F
_CREATE_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    component text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (component, version)
)
"""
_APPLIED = "SELECT version, name FROM schema_migrations WHERE component = $1 ORDER BY version"
_RECORD = "INSERT INTO schema_migrations VALUES ($1, $2, $3)"
# Old and new versions side by side: a change that has to wait for a table gives up before requests queue up behind it.
# How long the change itself takes, and how long another process makes its own, is not bounded.
_PATIENCE = "SET LOCAL lock_timeout = '5s'"


def statements_of(step: Migration) -> tuple[str, ...]:
    """What the step runs in PostgreSQL. Raises: ValueError where it needs statements of its own."""
    return step.postgres if step.postgres is not None else tuple(map(to_postgres_schema, step.statements))


async def apply_migrations(connector: Connector, component: str, migrations: Sequence[Migration]) -> tuple[int, ...]:
    """The versions that were applied now, in order; each with its own record in one transaction of its own, so that a
    crash leaves it whole or absent.

    Raises: InternalError if the schema is newer than this program, was migrated differently, or a step fails;
    ValueError if the versions are not 1, 2, 3, …"""
    refuse_gaps(component, migrations)
    connection = await connector.connect()
    try:
        if await _is_done(connection, connector.label, component, migrations):
            return ()
        return tuple([step.version for step in migrations if await _apply_one(connection, component, step)])
    except DRIVER_ERRORS as error:
        raise to_internal_error(error, connector.label) from error
    finally:
        await connection.close(timeout=connector.options.connect_seconds)


async def _is_done(connection: RawConnection, label: str, component: str, migrations: Sequence[Migration]) -> bool:
    if await connection.fetchval("SELECT to_regclass('schema_migrations') IS NULL"):
        return False
    applied = [tuple(row) for row in await connection.fetch(_APPLIED, component)]
    refuse_foreign_history(applied, label, component, migrations)
    return len(applied) == len(migrations)


async def _apply_one(connection: RawConnection, component: str, step: Migration) -> bool:
    """Whether this call applied the step; False when it was there already."""
    async with connection.transaction(isolation="read_committed"):
        # As long as it takes: another process may be making a large index.
        await connection.execute("SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK, timeout=None)
        await connection.execute(_CREATE_RECORD)
        applied = dict(await connection.fetch(_APPLIED, component))
        if step.version in applied:
            if applied[step.version] != step.name:
                raise InternalError(f"another build of cryptodesk migrates {component!r} at the same moment")
            return False
        await connection.execute(_PATIENCE)
        for statement in statements_of(step):
            await connection.execute(statement, timeout=None)
        await connection.execute(_RECORD, component, step.version, step.name)
    return True

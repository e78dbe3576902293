"""Schema changes in PostgreSQL: each is applied exactly once, however many processes start at the same time."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.postgres.connecting import MIGRATION_LOCK, Connection
from cryptodesk.documents.postgres.schema import PLAIN_VECTOR, VECTOR, table_statements
from cryptodesk.storage.migrations import Migration

__all__ = ["COMPONENT", "MIGRATIONS", "apply_migrations", "migrations_of"]

COMPONENT = "document_search"
_CREATE_RECORD = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    component text NOT NULL,
    version integer NOT NULL,
    name text NOT NULL,
    PRIMARY KEY (component, version)
)
"""


def migrations_of(*, with_vectors: bool) -> tuple[Migration, ...]:
    """The same steps whether the database can hold vectors or not; the columns are exchanged later (vectors.py)."""
    return (
        Migration(
            1,
            "passages",
            (
                """
            CREATE TABLE document_search_state (
                is_sole boolean PRIMARY KEY DEFAULT true CHECK (is_sole),
                generation bigint NOT NULL DEFAULT 0,
                model text,
                analysis integer NOT NULL DEFAULT 0,
                passages bigint NOT NULL DEFAULT 0,
                unembedded bigint NOT NULL DEFAULT 0,
                latest_known_at double precision NOT NULL DEFAULT '-infinity'
            )
            """,
                "INSERT INTO document_search_state DEFAULT VALUES",
                "CREATE SEQUENCE document_search_numbers",
                f"""
            CREATE TABLE document_search_pending (
                text_hash bytea PRIMARY KEY,
                vector {VECTOR if with_vectors else PLAIN_VECTOR}
            )
            """,
                *table_statements("", with_vectors=with_vectors),
            ),
        ),
    )


MIGRATIONS = migrations_of(with_vectors=True)


async def apply_migrations(connection: Connection, component: str, migrations: Sequence[Migration]) -> tuple[int, ...]:
    """The versions that were applied now, in order; all of them in one transaction.

    Raises: InternalError if the schema is newer than this program or was migrated differently; ValueError if the
    versions are not 1, 2, 3, …"""
    if [step.version for step in migrations] != list(range(1, len(migrations) + 1)):
        raise ValueError(f"migrations of {component!r} must be numbered 1, 2, 3, … without gaps")
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
        await connection.execute(_CREATE_RECORD)
        done = await _applied(connection, component, migrations)
        missing = [step for step in migrations if step.version > done]
        for step in missing:
            for statement in step.statements:
                await connection.execute(statement)
            await connection.execute(
                "INSERT INTO schema_migrations VALUES ($1, $2, $3)", component, step.version, step.name
            )
    return tuple(step.version for step in missing)


async def _applied(connection: Connection, component: str, migrations: Sequence[Migration]) -> int:
    """How many of them are there already."""
    rows = await connection.fetch(
        "SELECT version, name FROM schema_migrations WHERE component = $1 ORDER BY version", component
    )
    known = {step.version: step.name for step in migrations}
    for version, name in rows:
        if version not in known:
            raise InternalError(
                f"the database was written by a newer cryptodesk: its {component!r} schema has version"
                f" {rows[-1]['version']}, this program knows {len(known)}; upgrade cryptodesk or use another database"
            )
        if known[version] != name:
            raise InternalError(
                f"the database has version {version} of the {component!r} schema as {name!r}, this program has it as"
                f" {known[version]!r}; the database belongs to another build"
            )
    return len(rows)

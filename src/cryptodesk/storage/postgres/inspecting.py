"""What a PostgreSQL says of itself. Nothing is changed, and nothing made."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from cryptodesk.storage.postgres.address import Address
from cryptodesk.storage.postgres.connecting import Connector, PostgresOptions
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, to_internal_error

__all__ = ["ServerFacts", "inspect_server"]

_FACTS = """
SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_database(),
    current_schema(), current_setting('server_encoding'), pg_is_in_recovery(),
    current_setting('default_transaction_read_only') = 'on', current_setting('synchronous_commit'),
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int,
    (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')::int,
    coalesce((SELECT rolconnlimit FROM pg_roles WHERE rolname = current_user), -1),
    coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),
    (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
    (SELECT default_version FROM pg_available_extensions WHERE name = 'vector'),
    (SELECT n.nspname = ANY(current_schemas(true)) FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector')
"""
_HAS_RECORD = "SELECT to_regclass('schema_migrations') IS NOT NULL"
_RECORD = "SELECT component, version, name FROM schema_migrations ORDER BY component, version"
_COLUMNS = """
SELECT c.relname, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'p') AND c.relnamespace = current_schema()::regnamespace
    AND a.attnum > 0 AND NOT a.attisdropped
"""


class ServerFacts(Struct, frozen=True, kw_only=True):
    """`most_connections` are those for ordinary users; `connection_limit` is the user's own, -1 for none. `applied` are
    the steps of the schema by component, `columns` those of the tables of its schema."""

    label: str
    version: str
    version_number: int
    database: str
    schema: str | None
    encoding: str
    is_standby: bool
    is_read_only: bool
    synchronous_commit: str
    most_connections: int
    connections: int
    connection_limit: int
    may_create: bool
    vector_version: str | None
    vector_available: str | None
    vector_is_seen: bool | None
    applied: dict[str, list[tuple[int, str]]]
    columns: dict[str, set[str]]


async def inspect_server(url: str, options: PostgresOptions) -> ServerFacts:
    """Raises: InternalError if it cannot be reached or asked."""
    connector = Connector(Address(url), options)
    connection = await connector.connect()
    try:
        # One transaction, so that a pooler takes one session for all of it.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _read(connection, connector.label)
    except DRIVER_ERRORS as error:
        raise to_internal_error(error, connector.label) from error
    finally:
        await connection.close(timeout=options.connect_seconds)


async def _read(connection: Any, label: str) -> ServerFacts:
    facts = await connection.fetchrow(_FACTS)
    applied: dict[str, list[tuple[int, str]]] = {}
    if await connection.fetchval(_HAS_RECORD):
        for component, version, name in await connection.fetch(_RECORD):
            applied.setdefault(component, []).append((version, name))
    columns: dict[str, set[str]] = {}
    for table, column in await connection.fetch(_COLUMNS):
        columns.setdefault(table, set()).add(column)
    names = ServerFacts.__struct_fields__[1:-2]
    return ServerFacts(label=label, applied=applied, columns=columns, **dict(zip(names, facts, strict=True)))

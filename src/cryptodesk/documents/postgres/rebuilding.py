"""Tables made anew beside those in use, in whose place they are put at the end of one transaction."""

from __future__ import annotations

from collections.abc import Mapping

import asyncpg

from cryptodesk.documents.postgres.connecting import Connection
from cryptodesk.documents.postgres.schema import DATA_TABLES, NEXT, index_statements, plain_tables

__all__ = ["make_tables", "take_over"]

# What the graph of so many passages takes while it is made.
_KB_PER_PASSAGE, _LEAST_KB, _MOST_KB = 2, 65_536, 2_097_152


async def make_tables(connection: Connection, *, with_vectors: bool) -> None:
    for statement in plain_tables(NEXT, with_vectors=with_vectors):
        await connection.execute(statement)


async def take_over(connection: Connection, counts: Mapping[tuple[bool, str], int], *, with_vectors: bool) -> int:
    """Completes the new tables and puts them in the place of the others. How many passages they have."""
    records = [(is_name, lexeme, passages) for (is_name, lexeme), passages in counts.items()]
    await connection.copy_records_to_table(f"document_search_terms{NEXT}", records=records)
    passages: int = await connection.fetchval(f"SELECT count(*) FROM document_search_passages{NEXT}")  # noqa: S608
    await _make_indexes(connection, passages, with_vectors=with_vectors)
    for table in DATA_TABLES:
        await connection.execute(f"ANALYZE {table}{NEXT}")
    for table in DATA_TABLES:
        await connection.execute(f"DROP TABLE {table}")
        await connection.execute(f"ALTER TABLE {table}{NEXT} RENAME TO {table}")
    return passages


async def _make_indexes(connection: Connection, passages: int, *, with_vectors: bool) -> None:
    memory = min(max(passages * _KB_PER_PASSAGE, _LEAST_KB), _MOST_KB)
    await connection.execute(f"SET LOCAL maintenance_work_mem = '{memory}kB'")
    try:
        async with connection.transaction():
            await _execute_all(connection, with_vectors=with_vectors)
    except (asyncpg.InsufficientResourcesError, asyncpg.PostgresSystemError):
        # Several workers share memory that a container often has too little of.
        await connection.execute("SET LOCAL max_parallel_maintenance_workers = 0")
        await _execute_all(connection, with_vectors=with_vectors)


async def _execute_all(connection: Connection, *, with_vectors: bool) -> None:
    for statement in index_statements(NEXT, with_vectors=with_vectors):
        await connection.execute(statement)

"""Whether the database can hold vectors, and the columns that are made of them. Without pgvector words and names are
searched, and it is said why; once it is there, the columns are exchanged and what lacks a vector gets one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import asyncpg

from cryptodesk.documents.embedding import EmbeddingUnavailable, Vector
from cryptodesk.documents.postgres.connecting import MIGRATION_LOCK, Connection, writing
from cryptodesk.documents.postgres.schema import PLAIN_VECTOR, VECTOR, vector_index

__all__ = ["Embeds", "NoVectors", "find_fault", "fit_columns"]

# Iterated scans, without which a filter empties an approximate search.
_LEAST_PGVECTOR: Final = (0, 8)
_MISSING = (
    "the database has no pgvector: install it on its server and, as its superuser, run CREATE EXTENSION vector in the"
    " database of DATABASE_URL, then start again"
)
_EXTENSION = """
    SELECT e.extversion, n.nspname, n.nspname = ANY(current_schemas(true))
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
"""
_REFUSALS = (asyncpg.InsufficientPrivilegeError, asyncpg.FeatureNotSupportedError, asyncpg.UndefinedFileError)
_TYPE = """
    SELECT format_type(atttypid, NULL) FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attname = 'vector' AND NOT attisdropped
"""
_COUNT = """
    WITH again AS (UPDATE document_search_passages SET tried = false WHERE tried)
    UPDATE document_search_state SET unembedded = passages
"""


class Embeds(Protocol):
    """What the index wants of an embedder. `fault` says why there are no vectors."""

    @property
    def model_id(self) -> str: ...

    @property
    def fault(self) -> str | None: ...

    async def embed_question(self, text: str) -> Vector: ...

    async def embed(self, texts: Sequence[str]) -> Vector: ...


class NoVectors:
    """In place of an embedder where vectors could not be kept."""

    def __init__(self, model_id: str, fault: str) -> None:
        self.model_id = model_id
        self.fault: str | None = fault

    async def embed_question(self, text: str) -> Vector:
        raise EmbeddingUnavailable(self.fault)

    async def embed(self, texts: Sequence[str]) -> Vector:
        raise EmbeddingUnavailable(self.fault)


async def find_fault(connection: Connection) -> str | None:
    """Why the database cannot hold vectors, None if it can. Installs the extension where it is missing and may be."""
    try:
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", MIGRATION_LOCK)
            await connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
    except _REFUSALS:
        return _MISSING
    version, schema, is_seen = await connection.fetchrow(_EXTENSION)
    if _numbers(version) < _LEAST_PGVECTOR:
        return (
            f"pgvector 0.8 or newer is needed, the database has {version!r}: update the extension on its server, then"
            " run ALTER EXTENSION vector UPDATE"
        )
    if not is_seen:
        return f"pgvector is in the schema {schema!r}: name it behind your own, as in search_path=desk,{schema}"
    return None


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdecimal())


async def fit_columns(connection: Connection, *, with_vectors: bool) -> None:
    """Makes the columns of vectors what this database can hold. They lose nothing: what is exchanged was empty."""
    for table in ("document_search_passages", "document_search_pending"):
        held = await connection.fetchval(_TYPE, table)
        if held is None or (held == PLAIN_VECTOR and with_vectors):
            async with writing(connection):
                await _exchange(connection, table, VECTOR if with_vectors else PLAIN_VECTOR)


async def _exchange(connection: Connection, table: str, kind: str) -> None:
    # The column goes with the extension when that is dropped, and the index on it with the column.
    await connection.execute(f"ALTER TABLE {table} DROP COLUMN IF EXISTS vector")
    await connection.execute(f"ALTER TABLE {table} ADD COLUMN vector {kind}")
    if table == "document_search_passages":
        await connection.execute(f"ALTER TABLE {table} ALTER COLUMN vector SET STORAGE PLAIN")
        await connection.execute(_COUNT)
        if kind == VECTOR:
            await connection.execute(vector_index(table))

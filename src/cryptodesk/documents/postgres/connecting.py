"""Connections of the pool, and what their failures are called. Only InternalError and IndexBusy leave this package."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias

import asyncpg

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.index import IndexBusy
from cryptodesk.documents.postgres.pooling import SharedSessions

__all__ = ["MIGRATION_LOCK", "Connection", "Pool", "alone", "connected", "lock_key", "writing"]

_LOG = logging.getLogger(__name__)

Pool: TypeAlias = Any
Connection: TypeAlias = Any

# The same for every program that keeps its record in `schema_migrations`.
MIGRATION_LOCK = 0x6372_7970_746F

_ACQUIRE_SECONDS = 30.0
_PATIENCE = "600s"
_PATIENTLY = (
    "SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
)
_DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, ConnectionError)


@asynccontextmanager
async def connected(pool: Pool) -> AsyncIterator[Connection]:
    """A connection of the pool. Raises: InternalError, IndexBusy for whatever the database fails with."""
    try:
        connection = await pool.acquire(timeout=_ACQUIRE_SECONDS)
    except (*_DRIVER_ERRORS, OSError, TimeoutError) as error:
        raise _internal(error) from error
    try:
        with _translated():
            yield connection
    finally:
        with _translated():
            await pool.release(connection)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except asyncpg.LockNotAvailableError as error:
        raise IndexBusy("another process is writing the document index") from error
    except _DRIVER_ERRORS as error:
        raise _internal(error) from error


def _internal(error: BaseException) -> InternalError:
    _LOG.warning("document index: %s: %s", type(error).__name__, error)
    return InternalError(
        f"the database with the document index cannot be used ({type(error).__name__}); see the log of the server"
    )


async def lock_key(connection: Connection, purpose: str) -> int:
    """The key of an advisory lock: another one in every schema, for locks are known to the whole database."""
    key: int = await connection.fetchval("SELECT hashtextextended(current_schema() || $1, 0)", f".{purpose}")
    return key


@asynccontextmanager
async def writing(connection: Connection) -> AsyncIterator[None]:
    """A transaction that changes the index, after all others. It ends with its process, however that ends."""
    async with connection.transaction(isolation="read_committed"):
        await connection.execute(f"SET LOCAL lock_timeout = '{_PATIENCE}'")
        key = await lock_key(connection, "document_search.write")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", key)
        # What is written after it takes as long as it takes.
        await connection.execute("SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0")
        yield


@asynccontextmanager
async def alone(pool: Pool, connection: Connection, purpose: str) -> AsyncIterator[None]:
    """One process at a time."""
    key = await lock_key(connection, purpose)
    if isinstance(pool, SharedSessions):
        async with connected(pool) as other, other.transaction(isolation="read_committed"):
            await other.execute(_PATIENTLY)
            await other.execute("SELECT pg_advisory_xact_lock($1)", key)
            yield
        return
    await connection.execute("SELECT pg_advisory_lock($1)", key)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", key)

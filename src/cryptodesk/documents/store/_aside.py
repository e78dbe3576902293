"""Reads and writes of the event loop that take long: beside it, whichever the database is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from cryptodesk.storage.database import Connection, Database
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["fetch", "write"]

T = TypeVar("T")


async def fetch(database: Database, sql: str, parameters: Sequence[Any], shape: Callable[[list[Any]], T]) -> T:
    """What `shape`, which runs in a thread, makes of the rows. Raises: InternalError."""
    if isinstance(database, SqliteDatabase):
        # Its reads block whoever asks.
        return await asyncio.to_thread(lambda: shape(database.read(sql, parameters)))
    rows = await database.fetch(sql, parameters)
    return await asyncio.to_thread(shape, rows)


async def write(database: Database, action: Callable[[Connection], T]) -> T:
    """What `action` returned, once it is on disk. It may compute: a loop that serves does not stand still for it.

    Raises: InternalError; whatever `action` raised."""
    if isinstance(database, SqliteDatabase):
        return await database.write(action)
    return await asyncio.to_thread(database.write_blocking, action)

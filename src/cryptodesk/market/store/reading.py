"""How the stores read: a file directly, a server as rarely as can be.

Reading a row of a file takes microseconds, asking a server takes a trip over the network. So what a server said is kept
in memory for as long as nothing of its area was changed; who changes something counts that up in the same
transaction, and each question begins by reading the count. No process ever sees less than what was committed then."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final, Protocol

from cryptodesk.market.store.moments import FAR_FUTURE
from cryptodesk.storage.database import Connection, Database
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["CANDLES", "PART", "SERIES", "Reading", "Reads", "count_change", "records_area"]

# The part of a database in which all writers of market data stand in one line, and nobody else.
PART: Final = "market"

CANDLES: Final = "candles"
SERIES: Final = "series"

_CHANGES = "SELECT changes FROM market_changes WHERE area = ?"
_COUNT = """
INSERT INTO market_changes (area, changes) VALUES (?, 1)
ON CONFLICT (area) DO UPDATE SET changes = market_changes.changes + 1
"""
_MOST_BYTES = 16 * 2**20
# By measure, with room for small objects that are shared or not: a row is a tuple, a cell at most 32 bytes of number.
_ROW_BYTES, _CELL_BYTES = 64, 40

_Key = tuple[str, tuple[Any, ...]]


def records_area(kind: str) -> str:
    return f"records {kind}"


def count_change(connection: Connection, area: str) -> None:
    """Tells all processes that what they remember of the area is out of date, once the transaction is committed."""
    connection.execute(_COUNT, (area,))


class Reading(Protocol):
    """What one question reads."""

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """All rows. The list may be shared: it is not to be changed."""
        ...

    async def fetch_much(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """As `fetch`, for what may take long; it holds nobody up."""
        ...

    async def fetch_anew(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        """As `fetch`, for what is not worth remembering."""
        ...

    async def bound(self, until: int, latest: str, parameters: Sequence[Any]) -> int:
        """`until`, or where that changes nothing the far future, so that the same question is asked in the same words
        tomorrow. `latest` asks for the latest moment of whatever the bound is for."""
        ...


class Reads:
    """The way of one store to its database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memory = None if isinstance(database, SqliteDatabase) else _Memory()

    async def begin(self, area: str) -> Reading:
        """Raises: InternalError for a failing database."""
        if self._memory is None:
            return _Direct(self._database)
        rows = await self._database.fetch(_CHANGES, (area,))
        return _Remembering(self._database, self._memory, (area, rows[0][0] if rows else 0))


class _Direct:
    __slots__ = ("_database",)

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return await self._database.fetch(sql, parameters)

    async def fetch_much(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return await asyncio.to_thread(self._database.read, sql, parameters)

    async def fetch_anew(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return await self._database.fetch(sql, parameters)

    async def bound(self, until: int, latest: str, parameters: Sequence[Any]) -> int:
        return until


class _Remembering:
    """`state` is the area with its count of changes when the question began. Rows that were read after a later change
    are kept under the earlier count, where nobody who begins after that change finds them."""

    __slots__ = ("_database", "_memory", "_state")

    def __init__(self, database: Database, memory: _Memory, state: tuple[str, int]) -> None:
        self._database = database
        self._memory = memory
        self._state = state

    async def fetch(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        key = (sql, tuple(parameters))
        held = self._memory.find(key, self._state)
        if held is None:
            held = await self._database.fetch(sql, parameters)
            self._memory.keep(key, self._state, held)
        return held

    fetch_much = fetch

    async def fetch_anew(self, sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
        return await self._database.fetch(sql, parameters)

    async def bound(self, until: int, latest: str, parameters: Sequence[Any]) -> int:
        if until >= FAR_FUTURE:
            return until
        ((last,),) = await self.fetch(latest, parameters)
        return FAR_FUTURE if last is None or last <= until else until


class _Memory:
    """Rows by question; those that were not asked for the longest go first when it is full."""

    def __init__(self, most_bytes: int = _MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._held: OrderedDict[_Key, tuple[tuple[str, int], list[Any], int]] = OrderedDict()

    def find(self, key: _Key, state: tuple[str, int]) -> list[Any] | None:
        held = self._held.get(key)
        if held is None or held[0] != state:
            return None
        self._held.move_to_end(key)
        return held[1]

    def keep(self, key: _Key, state: tuple[str, int], rows: list[Any]) -> None:
        before = self._held.pop(key, None)
        if before is not None:
            self._bytes -= before[2]
        size = _size(rows)
        if 4 * size > self._most_bytes:  # it would drive out everything else
            return
        self._held[key] = (state, rows, size)
        self._bytes += size
        while self._bytes > self._most_bytes:
            _, (_, _, freed) = self._held.popitem(last=False)
            self._bytes -= freed


def _size(rows: Sequence[Sequence[Any]]) -> int:
    texts = sum(len(cell) for row in rows for cell in row if isinstance(cell, str | bytes))
    return texts + sum(_ROW_BYTES + _CELL_BYTES * len(row) for row in rows) + _ROW_BYTES

"""Runs the stores' statements on a connection of the driver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.storage.database import Outcome, Statement
from cryptodesk.storage.dialect import adapt, is_plain_insert, returns_rows, to_postgres_query
from cryptodesk.storage.postgres.bridge import Asked
from cryptodesk.storage.postgres.connecting import RawConnection

__all__ = ["Inserts", "execute", "run"]


async def run(connection: RawConnection, asked: Asked) -> Outcome:
    if not asked.is_many:
        return await execute(connection, asked.sql, asked.parameters)
    await connection.executemany(to_postgres_query(asked.sql), [adapt(row) for row in asked.parameters])
    return Outcome([], -1)


async def execute(connection: RawConnection, sql: str, parameters: Sequence[Any]) -> Outcome:
    query, values = to_postgres_query(sql), adapt(parameters)
    if returns_rows(sql):
        rows = [tuple(row) for row in await connection.fetch(query, *values)]
        return Outcome(rows, len(rows))
    return Outcome([], _count(await connection.execute(query, *values)))


def _count(status: str) -> int:
    """Of "UPDATE 3" or "INSERT 0 3"."""
    last = status.rpartition(" ")[2]
    return int(last) if last.isdecimal() else -1


class Inserts:
    """Rows of plain inserts, gathered by statement: one round trip for all rows of one. They read nothing, so any order
    of them is one that running their batches one by one could have had."""

    def __init__(self) -> None:
        self._rows: dict[str, list[list[Any]]] = {}

    def take(self, statements: Sequence[Statement]) -> bool:
        """Whether all of them are plain inserts, which are then taken."""
        if not all(is_plain_insert(sql) for sql, _ in statements):
            return False
        for sql, parameters in statements:
            self._rows.setdefault(sql, []).append(adapt(parameters))
        return True

    async def run(self, connection: RawConnection) -> None:
        for sql, rows in self._rows.items():
            query = to_postgres_query(sql)
            if len(rows) == 1:
                await connection.execute(query, *rows[0])
            else:
                await connection.executemany(query, rows)

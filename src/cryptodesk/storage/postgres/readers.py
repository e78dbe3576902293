"""Connections of one event loop that read at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

from cryptodesk.storage.dialect import adapt, to_postgres_query
from cryptodesk.storage.postgres.connecting import Connector, RawConnection, terminate
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, is_lost, is_passing, to_internal_error

__all__ = ["Readers"]

_ATTEMPTS: Final = 3


class Readers:
    """At most `most` connections, opened when they are needed and kept. Who finds none free waits for one."""

    def __init__(self, connector: Connector, most: int) -> None:
        self._connector = connector
        self._room = asyncio.Semaphore(most)
        self._idle: list[RawConnection] = []
        self._is_closed = False

    async def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """A read that the server broke off is repeated; one that took too long is not, for that would cost the server
        the same again. Raises: InternalError."""
        query, values = to_postgres_query(sql), adapt(parameters)
        async with self._room:
            for attempt in range(1, _ATTEMPTS + 1):
                connection = await self._take()
                try:
                    return await self._fetch(connection, query, values)
                except DRIVER_ERRORS as error:
                    may_succeed = is_passing(error) or is_lost(error) or connection.is_closed()
                    if attempt == _ATTEMPTS or isinstance(error, TimeoutError) or not may_succeed:
                        raise to_internal_error(error, self._connector.label) from error
                finally:
                    self._give_back(connection)
        raise AssertionError("unreachable")

    async def close(self) -> None:
        self._is_closed = True
        idle, self._idle = self._idle, []
        for connection in idle:
            with contextlib.suppress(*DRIVER_ERRORS):
                await connection.close(timeout=self._connector.options.connect_seconds)

    def break_off(self) -> None:
        self._is_closed = True
        self._drop_idle()

    def _drop_idle(self) -> None:
        idle, self._idle = self._idle, []
        for connection in idle:
            terminate(connection)

    async def _fetch(self, connection: RawConnection, query: str, values: Sequence[Any]) -> list[Any]:
        try:
            if self._connector.is_pooled:
                # Both halves of a statement have to reach the same session.
                async with connection.transaction(readonly=True):
                    records = await connection.fetch(query, *values)
            else:
                records = await connection.fetch(query, *values)
        except BaseException as error:
            if is_lost(error) or isinstance(error, TimeoutError) or not isinstance(error, Exception):
                terminate(connection)
            if is_lost(error):  # then the others that lie ready are dead as well, or will not be missed
                self._drop_idle()
            raise
        return [tuple(record) for record in records]

    async def _take(self) -> RawConnection:
        while self._idle:
            connection = self._idle.pop()  # the latest, so that what is not needed grows old
            if not connection.is_closed():
                return connection
        return await self._connector.connect()

    def _give_back(self, connection: RawConnection) -> None:
        if connection.is_closed():
            return
        if self._is_closed:
            terminate(connection)
        else:
            self._idle.append(connection)

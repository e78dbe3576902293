"""Tells a server whether it is the only one on its database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine
from typing import Any, Final

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.postgres.connecting import Connector, RawConnection
from cryptodesk.storage.postgres.failures import DRIVER_ERRORS, to_internal_error

__all__ = ["PostgresPresence"]

log = logging.getLogger("cryptodesk.storage")

_LOOK_SECONDS: Final = 2.0
# After a restart every server has lost its lock, and may not have taken it again yet.
_SETTLED_SECONDS: Final = 60.0

_KEY = "hashtextextended(current_schema() || '.cryptodesk.presence', 0)"
_ALONE = f"SELECT pg_try_advisory_lock({_KEY})"
_SHARE = f"SELECT pg_advisory_lock_shared({_KEY})"
_UNLOCK = f"SELECT pg_advisory_unlock({_KEY})"
_UPTIME = "SELECT extract(epoch FROM now() - pg_postmaster_start_time())::float8"


class PostgresPresence:
    """A `with` block in which this process is known to serve the database. `is_sole` says whether, on entering, no
    other process did, on any machine: only then is a claim in the database surely a dead process's.

    A lock that all servers share says so; the server forgets it when the connection ends, however it ends, and it is
    taken again when the connection was lost. Nobody is ever kept from serving. Where it cannot be known - behind a
    pooler, or soon after the database was started - nobody is alone, and abandoned claims wait until they lapse."""

    def __init__(self, connector: Connector, blocking: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self.is_sole = False
        self._connector = connector
        self._blocking = blocking
        self._connection: RawConnection | None = None
        self._watch: asyncio.Task[None] | None = None

    def __enter__(self) -> PostgresPresence:
        """Raises: InternalError."""
        if not self._connector.is_pooled:
            self._blocking(self._enter())
        return self

    def __exit__(self, *_: object) -> None:
        self.is_sole = False
        if not self._connector.is_pooled:
            self._blocking(self._leave())

    async def _enter(self) -> None:
        self.is_sole = await self._take()
        self._watch = asyncio.create_task(self._keep())

    async def _take(self) -> bool:
        """Whether nobody else held the lock for sure."""
        self._connection = await self._connector.connect()
        try:
            is_alone: bool = await self._connection.fetchval(_ALONE)
            await self._connection.execute(_SHARE)
            if is_alone:
                await self._connection.execute(_UNLOCK)
            uptime: float = await self._connection.fetchval(_UPTIME)
        except DRIVER_ERRORS as error:
            self._connection.terminate()
            raise to_internal_error(error, self._connector.label) from error
        return is_alone and uptime >= _SETTLED_SECONDS

    async def _keep(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._connection is None or self._connection.is_closed():
                with contextlib.suppress(InternalError):  # it is tried again
                    await self._take()
                    log.warning("the connection that says that this server is there was lost, and made anew")

    async def _leave(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.wait([self._watch])
        if self._connection is not None:
            with contextlib.suppress(*DRIVER_ERRORS):
                await self._connection.close(timeout=self._connector.options.connect_seconds)

"""The line before the counting: while one transaction is under way, requests and corrections gather for the next."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from cryptodesk.state.limits_counts import Correction, Decision, Request, decide
from cryptodesk.storage.database import Connection, Database

__all__ = ["LimitLine"]

log = logging.getLogger("cryptodesk.state.limits")

_MOST_AT_ONCE: Final = 256


class _Waiting(Struct):
    request: Request
    decided: asyncio.Future[Decision]


class _Returned(Struct):
    correction: Correction
    written: asyncio.Future[None]


class LimitLine:
    """Belongs to one event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._requests: list[_Waiting] = []
        self._corrections: list[_Returned] = []
        self._writing: asyncio.Task[None] | None = None

    def ask(self, request: Request) -> asyncio.Future[Decision]:
        """The decision, once what it counts is on disk. Not to be cancelled: shield it."""
        waiting = _Waiting(request, asyncio.get_running_loop().create_future())
        self._requests.append(waiting)
        self._write_soon()
        return waiting.decided

    def give(self, correction: Correction) -> asyncio.Future[None]:
        """Done once it is on disk, or could not be written, which is logged."""
        returned = _Returned(correction, asyncio.get_running_loop().create_future())
        self._corrections.append(returned)
        self._write_soon()
        return returned.written

    def _write_soon(self) -> None:
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())

    async def _write_all(self) -> None:
        try:
            while self._requests or self._corrections:
                requests, self._requests = self._requests[:_MOST_AT_ONCE], self._requests[_MOST_AT_ONCE:]
                returned, self._corrections = self._corrections, []
                await self._write(requests, returned)
        finally:
            self._writing = None

    async def _write(self, waiting: Sequence[_Waiting], returned: Sequence[_Returned]) -> None:
        requests = [each.request for each in waiting]
        corrections = [each.correction for each in returned]

        def act(connection: Connection) -> list[Decision]:
            return decide(connection, requests, corrections)

        try:
            decisions = await self._database.write(act)
        except Exception as error:
            for each in waiting:
                each.decided.set_exception(error)
            if returned:
                log.exception("what %d runs gave back of their limits could not be recorded", len(returned))
        else:
            for each, decision in zip(waiting, decisions, strict=True):
                each.decided.set_result(decision)
        for given in returned:
            given.written.set_result(None)

    async def drain(self) -> None:
        """Returns once nothing waits any more."""
        while self._writing is not None:
            await asyncio.shield(self._writing)

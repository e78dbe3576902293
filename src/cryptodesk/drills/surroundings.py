"""What stands around the run of a drill and can fail too: the clock, a built-in tool, the disk of the ledger."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec import Struct, structs

from cryptodesk.app.desk import Desk
from cryptodesk.app.recording.taping import Untaped
from cryptodesk.core.clock import Clock, SystemClock
from cryptodesk.core.errors import LedgerUnavailable, ToolFailed
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.money import HoldWanted, Needs
from cryptodesk.core.ports import ToolRunner
from cryptodesk.core.requests import Caller
from cryptodesk.core.tools import ToolRunContext, ToolSpec, ToolTrace
from cryptodesk.drills.plays import FAILING, LASTING
from cryptodesk.drills.script import TOOL
from cryptodesk.ledger.amounts import NOTHING
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Found, Query, Record
from cryptodesk.storage.database import Connection
from cryptodesk.tools import ToolContext, ToolRegistry, ToolServices, load_tools

__all__ = ["DrillTaping", "FullDisk", "SkewedClock"]

R = TypeVar("R", bound=Record)

_SKEW = timedelta(hours=1)
_NOBODY = Caller("f", "f")
_MOST_ROWS = 10_000
_NO_LIMIT = 2**30


class SkewedClock:
    """The system's clock, which can be put forward by an hour and back."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._clock.now() + self._ahead

    def unix(self) -> float:
        return self._clock.unix() + self._ahead.total_seconds()

    async def jump(self) -> None:
        self._ahead = _SKEW

    def put_right(self) -> None:
        self._ahead = timedelta()


class _FaultyTools:
    """The desk's tools; for the drill's own expressions one that breaks or takes too long, run as any other is."""

    def __init__(self, tools: ToolRunner, faulty: ToolRunner) -> None:
        self._tools = tools
        self._faulty = faulty

    def spec(self, name: str) -> ToolSpec:
        return self._tools.spec(name)

    def names(self) -> Sequence[str]:
        return self._tools.names()

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        is_ours = call.name == TOOL and any(each in call.arguments for each in (FAILING, LASTING))
        return await (self._faulty if is_ours else self._tools).run(call, context)


async def _break(arguments: Struct, context: ToolContext) -> Struct:
    if getattr(arguments, "expression", "") == FAILING:
        raise ToolFailed("the drill has this tool fail")
    await asyncio.Event().wait()
    return arguments


class _NoMarket:
    async def find(self, query: Query[R]) -> Found[R]:
        raise ToolFailed("the drill's own tool asks no market")


class DrillTaping(Untaped):
    """A desk's ports as they are, but for its tools."""

    def __init__(self, clock: Clock) -> None:
        broken = structs.replace(load_tools()[TOOL], function=_break)
        self._faulty = ToolRegistry(ToolServices(clock, AssetDirectory(()), _NoMarket()), {TOOL: broken})

    def tools(self, tools: ToolRunner) -> ToolRunner:
        return _FaultyTools(tools, self._faulty)


class FullDisk:
    """The disk under a desk's ledger: `fill` leaves no room for a single row, as a full one does."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def fill(self) -> None:
        """Raises: RuntimeError where rows could still be written."""
        await self._limit(1)
        for _ in range(_MOST_ROWS):
            try:
                await self._desk.holds.reserve(self._wanted())
            except LedgerUnavailable:
                return
        raise RuntimeError("the drill could not fill the disk of its ledger")

    async def free(self) -> None:
        await self._limit(_NO_LIMIT)

    async def _limit(self, pages: int) -> None:
        def limit(connection: Connection) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()

        await self._desk.database.write(limit)

    def _wanted(self) -> HoldWanted:
        """The smallest row there is: where it finds no room no other does."""
        now = self._desk.clock.unix()
        run_id = new_time_ordered_id(now)
        return HoldWanted(run_id, _NOBODY, "f", "f", NOTHING, lambda: Needs(NOTHING, NOTHING), now, now)

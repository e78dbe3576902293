"""Places holds within budgets. Those that wait at the same moment are placed in one transaction, in the order in which
they came: what is spent and held is read once for all of them, and nobody else's writes wait for each in turn."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, TypeAlias

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.money import Hold, HoldWanted, Needs, Outcome
from cryptodesk.ledger.amounts import divide_down
from cryptodesk.ledger.budgets import BudgetRoom, Rooms
from cryptodesk.ledger.rows import INSERT_HOLD, amount_text
from cryptodesk.ledger.tally import count_up
from cryptodesk.storage.database import Connection, Database

__all__ = ["HoldLine", "Refusal", "capped", "hold_columns", "wanted_columns"]

# A run gets its whole worst case while this many of them would fit into what is left of a budget; less than that is
# shared out, so that a few runs, which will hardly ever cost their worst, do not lock out all others.
_AMPLE: Final = 4
_SHARE: Final = 8
_MOST_AT_ONCE: Final = 64


class Refusal(Struct, frozen=True):
    """The budget that has no room left."""

    room: BudgetRoom


Placed: TypeAlias = Hold | Refusal


class _Asked:
    """A hold that is wanted, what the run needs of it, and the future that hears what became of it."""

    __slots__ = ("future", "needs", "wanted")

    def __init__(self, wanted: HoldWanted) -> None:
        self.wanted = wanted
        self.needs: Needs = wanted.needs()
        self.future: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()

    def tell(self, placed: Placed | BaseException) -> None:
        if self.future.done():
            return
        if isinstance(placed, BaseException):
            self.future.set_exception(placed)
        else:
            self.future.set_result(placed)


class HoldLine:
    """The holds that wait in this process."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._waiting: deque[_Asked] = deque()
        self._serving: asyncio.Task[None] | None = None

    async def place(self, wanted: HoldWanted) -> Placed:
        """Returns once the hold is on disk, or is known to have no room. Raises: InternalError."""
        asked = _Asked(wanted)
        self._waiting.append(asked)
        if self._serving is None:
            self._serving = asyncio.get_running_loop().create_task(self._serve())
        return await asked.future

    async def _serve(self) -> None:
        group: list[_Asked] = []
        try:
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]
                await self._place_group(group)
        except BaseException:  # cancelled with its loop
            for asked in (*group, *self._waiting):
                asked.future.cancel()
            self._waiting.clear()
            raise
        finally:
            self._serving = None

    async def _place_group(self, group: Sequence[_Asked]) -> None:
        try:
            for asked, placed in zip(group, await self._write(group), strict=True):
                asked.tell(placed)
        except Exception as error:
            if len(group) == 1:
                group[0].tell(error)
            else:  # one of them may be at fault, and the others are not
                await asyncio.gather(*(self._place_group([asked]) for asked in group))

    async def _write(self, group: Sequence[_Asked]) -> Sequence[Placed]:
        found: Sequence[Placed] | None = None
        while found is None:
            found = await self._database.write(lambda connection: self._place_all(connection, group))
        return found

    def _place_all(self, connection: Connection, group: Sequence[_Asked]) -> Sequence[Placed] | None:
        """None while there is more to count. Refusals are returned, because raising would undo what others wrote in the
        same transaction."""
        if not count_up(connection):
            return None
        rooms = Rooms(connection, self._clock.unix())
        placed, rows = [], []
        for asked in group:
            found = _place(rooms, asked)
            if isinstance(found, Hold):
                rows.append(wanted_columns(asked.wanted, found))
                rooms.take(asked.wanted.caller, found.amount_usd, asked.wanted.created_at, found.lapses_at)
            placed.append(found)
        if rows:
            connection.executemany(INSERT_HOLD, rows)
        return placed


def _place(rooms: Rooms, asked: _Asked) -> Placed:
    wanted, needs = asked.wanted, asked.needs
    left = rooms.of(wanted.caller, wanted.created_at)
    amount = capped(wanted)
    for room in left:
        amount = min(amount, _share(room.left_usd, wanted.worst_usd, needs.modest_usd))
        if room.left_usd < needs.least_usd:
            return Refusal(room)
    return Hold(wanted.run_id, amount, wanted.lapses_at, bool(left) or wanted.cost_usd is not None)


def _share(left_usd: Decimal, worst_usd: Decimal, modest_usd: Decimal) -> Decimal:
    """How much of a budget one run may set aside."""
    if left_usd >= worst_usd * _AMPLE:
        return worst_usd
    return min(left_usd, max(divide_down(left_usd, _SHARE), modest_usd))


def capped(wanted: HoldWanted) -> Decimal:
    return wanted.worst_usd if wanted.cost_usd is None else min(wanted.worst_usd, wanted.cost_usd)


def wanted_columns(wanted: HoldWanted, hold: Hold) -> tuple[object, ...]:
    return hold_columns(wanted, "hold", hold.amount_usd, wanted.created_at, hold.lapses_at, "finished")


def hold_columns(
    wanted: HoldWanted, kind: str, amount: Decimal, moment: float, lapses_at: float, outcome: Outcome
) -> tuple[object, ...]:
    """As `rows.hold_row` of an entry, which every run would make twice for this alone."""
    run_id, caller, price_version = wanted.run_id, wanted.caller, wanted.price_version
    entry_id = f"{run_id}:{kind}"
    text = amount_text(entry_id, amount, price_version)
    opening = (entry_id, caller.account_id, caller.key_id, run_id, kind, text, moment, wanted.model_id)
    return (*opening, price_version, lapses_at, outcome)

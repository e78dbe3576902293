"""Credits: the Messari dialects' own count of use, beside the money of the ledger and without effect on it."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import RunEvent, RunFinished
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.storage.database import Database

__all__ = ["UNLIMITED_CREDITS", "CreditAllowance", "CreditBook", "CreditTariff", "MeteredEngine"]

log = logging.getLogger("cryptodesk.ledger.credits")

# What an account without a limit is said to be allocated: the wire format has no word for "no limit", and clients
# compare what remains with what the next request takes.
UNLIMITED_CREDITS = 1_000_000_000

# A run of the same trace id counts once: a job that is begun again after its process was killed keeps its id.
_USE = (
    "INSERT INTO credit_uses (trace_id, account_id, dialect, credits, used_at) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (trace_id) DO NOTHING"
)
_SPENT = (
    "SELECT CAST(coalesce(sum(credits), 0) AS INTEGER) FROM credit_uses "
    "WHERE account_id = ? AND used_at >= ? AND used_at < ?"
)


class CreditTariff(Struct, frozen=True):
    """Credits of a run that ended well; what failed or was cancelled takes none, other dialects neither.
    Source: Messari's documentation, credits of AI chat and of deep research."""

    chat: int = 5
    deep_research: int = 500

    def credits(self, dialect: str) -> int:
        if dialect == "messari_deep_research":
            return self.deep_research
        return self.chat if dialect.startswith("messari_") else 0


class CreditAllowance(Struct, frozen=True):
    """What an account may spend in the period that began at `starts_at`, in credits. Times are unix seconds."""

    account_id: str
    allocated: int
    remaining: int
    starts_at: float
    ends_at: float


class CreditBook:
    """Uses by calendar month, UTC. Without `credits_a_month` there is no limit, and `UNLIMITED_CREDITS` stand for it.

    It counts and tells; it refuses nobody."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        credits_a_month: int | None = None,
        tariff: CreditTariff | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._allocated = UNLIMITED_CREDITS if credits_a_month is None else credits_a_month
        self._tariff = tariff or CreditTariff()

    async def use(self, request: RunRequest) -> None:
        """Counts a run that ended well. Returns once it is on disk."""
        used = self._tariff.credits(request.dialect)
        if used > 0:
            batch = self._database.batch()
            parameters = (request.trace_id, request.caller.account_id, request.dialect, used, self._clock.unix())
            batch.add(_USE, parameters)
            await batch.commit()

    async def allowance(self, caller: Caller) -> CreditAllowance:
        """Of the current month. What remains is never below 0."""
        start, end = _month_of(self._clock.now())
        ((spent,),) = await self._database.fetch(_SPENT, (caller.account_id, start, end))
        return CreditAllowance(caller.account_id, self._allocated, max(0, self._allocated - spent), start, end)


class _RunEngine(Protocol):
    def run(self, request: RunRequest) -> AsyncIterator[list[RunEvent]]: ...


class MeteredEngine:
    """An engine whose well-ended runs are counted before their last event is seen."""

    def __init__(self, engine: _RunEngine, book: CreditBook) -> None:
        self._engine = engine
        self._book = book

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        events = self._engine.run(request)
        try:
            async for batch in events:
                if any(isinstance(event, RunFinished) for event in batch):
                    await self._count(request)
                yield batch
        finally:
            if isinstance(events, AsyncGenerator):
                await events.aclose()

    async def _count(self, request: RunRequest) -> None:
        # A run never raises, and an answer that is there is not withheld for a count.
        try:
            await self._book.use(request)
        except CryptodeskError:
            log.exception("the credits of run %s could not be counted", request.trace_id)


def _month_of(now: datetime) -> tuple[float, float]:
    """Unix seconds of its begin and of the next month's."""
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return start.timestamp(), end.timestamp()

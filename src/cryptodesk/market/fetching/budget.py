"""How much a source may be asked in a day. Counted at once, written down a little later."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Protocol

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import InternalError
from cryptodesk.core.ticks import SystemTicks, Ticks
from cryptodesk.market.fetching.errors import LimitedBySource

__all__ = ["CallBudget", "CallStore"]

log = logging.getLogger("cryptodesk.market")

_SAVE_SECONDS = 5.0


class CallStore(Protocol):
    """Units spent, by UTC day (`2026-09-09`) and source."""

    async def load(self, day: str) -> Mapping[str, int]:
        """What every process together has written, by source. Raises: InternalError."""
        ...

    async def add(self, day: str, units: Mapping[str, int]) -> Mapping[str, int]:
        """Adds to what is there; the new totals of the sources named. Raises: InternalError."""
        ...


class CallBudget:
    """Units spent today, for all sources; over midnight UTC it starts anew. Close it, so that nothing is forgotten.

    What others spent before this process's first request of a day is read by `learn`, which comes before each request.
    A process that is killed forgets what it spent in the last few seconds; two processes on one store learn of each
    other's spending with the same delay. Without a store it counts in memory alone."""

    def __init__(
        self, clock: Clock, store: CallStore | None = None, *, ticks: Ticks | None = None,
        save_seconds: float = _SAVE_SECONDS,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._store = store
        self._ticks: Ticks = ticks or SystemTicks()
        self._save_seconds = save_seconds
        self._day = ""
        self._learned_day = ""
        self._written: Counter[str] = Counter()
        self._saving: Counter[tuple[str, str]] = Counter()
        self._unsaved: Counter[tuple[str, str]] = Counter()
        self._writes = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._is_closed = False

    async def __aenter__(self) -> CallBudget:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def learn(self) -> None:
        """Reads what all processes have spent today, once a day. A store that fails refuses nobody: it is asked again
        before the next request."""
        self._turn_the_page()
        if self._store is None or self._learned_day == self._day:
            return
        async with self._writes:  # what of ours is on its way there is neither missed nor counted twice
            await self._learn(self._store)

    async def _learn(self, store: CallStore) -> None:
        day = self._turn_the_page()
        if self._learned_day == day:
            return
        try:
            written = await store.load(day)
        except InternalError as error:
            log.warning("the day's calls could not be read: %s", error.message)
            return
        if self._turn_the_page() == day:
            self._written, self._learned_day = Counter(written), day

    def used(self, source: str) -> int:
        """Units spent today, as far as it was learned."""
        key = (self._turn_the_page(), source)
        return self._written[source] + self._saving[key] + self._unsaved[key]

    def check(self, source: str, units: int, per_day: int | None) -> None:
        """Raises: UpstreamRateLimited if so much is not left today."""
        if per_day is None or self.used(source) + units <= per_day:
            return
        raise LimitedBySource(
            f"{source}: the daily budget of {per_day} requests is used up until 00:00 UTC",
            upstream=source,
            retry_after_seconds=self._seconds_to_midnight(),
        )

    def spend(self, source: str, units: int, per_day: int | None) -> None:
        """Counts a request that is sent now. Raises: UpstreamRateLimited if so much is not left today."""
        self.check(source, units, per_day)
        self._unsaved[self._turn_the_page(), source] += units
        if self._store is not None and not self._is_closed and (self._task is None or self._task.done()):
            self._task = asyncio.get_running_loop().create_task(self._save_later())

    async def save(self) -> None:
        """Writes down what is not yet. What a failing store did not take is kept for the next time."""
        if self._store is None:
            return
        async with self._writes:
            self._saving, self._unsaved = self._unsaved, Counter()
            try:
                for day in sorted({day for day, _ in self._saving}):
                    await self._write(self._store, day)
            finally:
                self._unsaved.update(self._saving)
                self._saving = Counter()

    async def close(self) -> None:
        """Writes down the rest. What is spent afterwards is counted, but no longer written."""
        self._is_closed = True
        if self._task is not None:
            if not self._writes.locked():  # a write that has begun is not cut off: it may be done already
                self._task.cancel()
            await asyncio.wait((self._task,))
        await self.save()

    async def _save_later(self) -> None:
        while self._unsaved and not self._is_closed:
            await self._ticks.sleep(self._save_seconds)
            await self.save()

    async def _write(self, store: CallStore, day: str) -> None:
        units = {source: count for (of_day, source), count in self._saving.items() if of_day == day}
        try:
            totals = await store.add(day, units)
        except InternalError as error:
            log.warning("the day's calls could not be written: %s", error.message)
            return
        for source, total in totals.items():
            del self._saving[day, source]
            if day == self._day:
                self._written[source] = total

    def _turn_the_page(self) -> str:
        """The day of now."""
        day = self._clock.now().date().isoformat()
        if day != self._day:
            self._day = day
            self._written.clear()
            if self._store is None:
                self._unsaved.clear()
        return day

    def _seconds_to_midnight(self) -> float:
        now = self._clock.now()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight - now).total_seconds()

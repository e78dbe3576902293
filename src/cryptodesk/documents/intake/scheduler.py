"""Keeps subscriptions fresh inside a server: each when it is due, one at a time from a host, never on the hot path.

Any number of servers may do so on one database: each subscription that is due is synced by one of them."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Protocol

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import CryptodeskError
from cryptodesk.documents.intake.sync import Synced
from cryptodesk.documents.sources._web import host_of
from cryptodesk.documents.store.records import Subscription

__all__ = ["FeedScheduler"]

log = logging.getLogger("cryptodesk.documents")

_HOSTS_AT_ONCE = 4
_LONGEST_SLEEP_SECONDS = 60.0
_SHORTEST_SLEEP_SECONDS = 1.0
_JITTER = 0.1
# Of a process that died while it synced: another one then tries.
_CLAIM = timedelta(minutes=15)

Sleep = Callable[[float], Awaitable[None]]
OnChange = Callable[[], Awaitable[None]]


class Syncs(Protocol):
    async def sync(self, subscription: Subscription) -> Synced: ...


class Subscriptions(Protocol):
    async def fetch_all(self) -> list[Subscription]: ...

    async def claim(self, found: Subscription, until: datetime) -> bool:
        """Whether the caller may sync it: of all processes that found it due, one."""
        ...


async def _nothing() -> None:
    """For a server without an index."""


class FeedScheduler:
    """`run` it as a task and cancel that to stop. `on_change` is awaited after a round that changed something, so that
    the index follows; what it raises is logged, and tried again with the next change."""

    def __init__(
        self,
        syncer: Syncs,
        subscriptions: Subscriptions,
        clock: Clock,
        *,
        on_change: OnChange = _nothing,
        sleep: Sleep = asyncio.sleep,
        random: Random | None = None,
    ) -> None:
        self._syncer = syncer
        self._subscriptions = subscriptions
        self._clock = clock
        self._on_change = on_change
        self._sleep = sleep
        self._random = random or Random()
        self._delays: dict[int, float] = {}
        self._must_tell = False

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.run_once()
                pause = await self.seconds_to_next()
            except CryptodeskError:
                log.exception("the subscriptions could not be read; the next try is in a minute")
                pause = _LONGEST_SLEEP_SECONDS
            await self._sleep(pause)

    async def run_once(self) -> list[Synced]:
        """Syncs what is due, hosts side by side and the subscriptions of a host one after the other."""
        by_host: dict[str, list[Subscription]] = defaultdict(list)
        for subscription in sorted(await self.due(), key=lambda found: found.due_at):
            by_host[host_of(subscription.address) or subscription.source].append(subscription)
        places = asyncio.Semaphore(_HOSTS_AT_ONCE)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._sync_host(queue, places)) for queue in by_host.values()]
        done = [synced for task in tasks for synced in task.result()]
        await self._tell(done)
        return done

    async def due(self) -> list[Subscription]:
        now, held = self._clock.unix(), await self._subscriptions.fetch_all()
        return [found for found in held if found.is_enabled and self._due_at(found) <= now]

    async def seconds_to_next(self) -> float:
        """Short enough that a subscription added meanwhile does not wait for long."""
        now, held = self._clock.unix(), await self._subscriptions.fetch_all()
        waits = [self._due_at(found) - now for found in held if found.is_enabled]
        return min(max(min(waits, default=_LONGEST_SLEEP_SECONDS), _SHORTEST_SLEEP_SECONDS), _LONGEST_SLEEP_SECONDS)

    def _due_at(self, subscription: Subscription) -> float:
        """A little later than written, by a part of the interval drawn for each round, so that feeds which were added
        together do not stay together."""
        delay = self._delays.get(subscription.subscription_id, 0.0)
        return subscription.due_at.timestamp() + delay * subscription.interval_seconds

    async def _sync_host(self, queue: list[Subscription], places: asyncio.Semaphore) -> list[Synced]:
        done = []
        async with places:
            for subscription in queue:
                try:
                    if await self._subscriptions.claim(subscription, self._clock.now() + _CLAIM):
                        done.append(await self._syncer.sync(subscription))
                except CryptodeskError:
                    # The database failed; the next round may find it well.
                    log.exception("%s could not be synced", subscription.address)
                self._delays[subscription.subscription_id] = self._random.random() * _JITTER
        return done

    async def _tell(self, done: list[Synced]) -> None:
        self._must_tell = self._must_tell or any(synced.has_changed for synced in done)
        if not self._must_tell:
            return
        try:
            await self._on_change()
        except (CryptodeskError, OSError, RuntimeError):
            # A full disk, or another process that holds the index: it can wait for the next round.
            log.exception("the index could not follow the documents")
        else:
            self._must_tell = False

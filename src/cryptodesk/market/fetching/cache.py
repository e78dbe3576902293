"""Answers kept for a while: fresh ones at once, aging ones at once and renewed aside, old ones in place of errors."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import UpstreamError
from cryptodesk.core.ticks import SystemTicks, Ticks
from cryptodesk.market.fetching.errors import copy_of
from cryptodesk.market.fetching.flights import Flights
from cryptodesk.market.fetching.sizes import estimate_bytes

__all__ = ["CacheLimits", "CacheStatus", "Cached", "FreshCache"]

log = logging.getLogger("cryptodesk.market")

T = TypeVar("T")
Fetch = Callable[[], Awaitable[T]]


class Cached(Struct, Generic[T], frozen=True):
    """`error` says why a stale value was not replaced by a newer one, if that was tried."""

    value: T
    fetched_at: datetime
    is_stale: bool = False
    error: str | None = None


class CacheLimits(Struct, frozen=True, kw_only=True):
    """`max_bytes` is by estimate. `failure_seconds` is how long a failure speaks for the source, so that it is not
    asked by every request. `error_stale_seconds` is how old, past its time, a value may be that stands in for one."""

    max_entries: int = 2048
    max_bytes: int = 64 * 2**20
    failure_seconds: float = 10.0
    error_stale_seconds: float = 3600.0


class CacheStatus(Struct, frozen=True):
    name: str
    entries: int
    bytes: int
    hits: int
    stale_hits: int
    misses: int
    shared: int
    failures: int
    evictions: int
    refreshing: int
    last_error: str | None
    last_error_at: datetime | None


class _Moment(Struct, frozen=True):
    """On both clocks: the running one stands still while a machine sleeps, the wall clock may be set back."""

    ticks: float
    unix: float


class _Entry:
    __slots__ = ("cached", "kept_at", "size")

    def __init__(self, cached: Cached[Any], kept_at: _Moment, size: int) -> None:
        self.cached = cached
        self.kept_at = kept_at
        self.size = size


class _Counts:
    __slots__ = ("evictions", "failures", "hits", "misses", "stale_hits")

    def __init__(self) -> None:
        self.hits = self.stale_hits = self.misses = self.failures = self.evictions = 0


class FreshCache:
    """Keys are the caller's; where sources share a cache, each key begins with the source's name."""

    def __init__(
        self, name: str, *, clock: Clock, limits: CacheLimits = CacheLimits(), ticks: Ticks | None = None,  # noqa: B008
        size_of: Callable[[Any], int] = estimate_bytes,
    ) -> None:  # fmt: skip
        self.name = name
        self._clock = clock
        self._ticks: Ticks = ticks or SystemTicks()
        self._limits = limits
        self._size_of = size_of
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._failures: OrderedDict[Hashable, tuple[UpstreamError, _Moment]] = OrderedDict()
        self._flights: Flights[Cached[Any]] = Flights(name)
        self._bytes = 0
        self._counts = _Counts()
        self._last_error: tuple[str, datetime] | None = None

    async def __aenter__(self) -> FreshCache:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Breaks off what is being fetched: whoever waits for it gets UpstreamUnavailable."""
        await self._flights.close()

    async def get(
        self,
        key: Hashable,
        *,
        ttl_seconds: float,
        stale_seconds: float,
        fetch: Fetch[T],
        error_stale_seconds: float | None = None,
    ) -> Cached[T]:
        """Up to `ttl_seconds` old: as kept. For `stale_seconds` more: as kept, marked, and renewed aside. Older:
        fetched, once for all who wait; if that fails, the old value for `error_stale_seconds` past its time.

        Raises: what `fetch` raised, where no value can stand in for it."""
        entry = self._entries.get(key)
        past = self._age(entry.kept_at) - ttl_seconds if entry else None
        if entry and past is not None and past < stale_seconds:
            self._entries.move_to_end(key)
            return self._served(key, entry, fetch, is_fresh=past < 0)
        failure = self._recent_failure(key)
        if failure is None:
            self._counts.misses += 1
            try:
                return await self._flights.join(key, lambda: self._fill(key, fetch))
            except UpstreamError as error:
                failure = error
        allowed = self._limits.error_stale_seconds if error_stale_seconds is None else error_stale_seconds
        entry = self._entries.get(key)
        if entry is None or self._age(entry.kept_at) - ttl_seconds >= allowed:
            raise copy_of(failure)
        self._counts.stale_hits += 1
        return _marked(entry.cached, failure)

    def status(self) -> CacheStatus:
        counts = self._counts
        error, error_at = self._last_error or (None, None)
        return CacheStatus(
            name=self.name,
            entries=len(self._entries),
            bytes=self._bytes,
            hits=counts.hits,
            stale_hits=counts.stale_hits,
            misses=counts.misses,
            shared=self._flights.shared,
            failures=counts.failures,
            evictions=counts.evictions,
            refreshing=len(self._flights),
            last_error=error,
            last_error_at=error_at,
        )

    def _served(self, key: Hashable, entry: _Entry, fetch: Fetch[Any], *, is_fresh: bool) -> Cached[Any]:
        if is_fresh:
            self._counts.hits += 1
            return entry.cached
        self._counts.stale_hits += 1
        failure = self._recent_failure(key)
        if failure is None:
            self._flights.launch(key, lambda: self._fill(key, fetch))
        return _marked(entry.cached, failure)

    async def _fill(self, key: Hashable, fetch: Fetch[Any]) -> Cached[Any]:
        try:
            value = await fetch()
        except UpstreamError as error:
            self._remember(key, error)
            raise
        except Exception as error:
            # A defect of ours, and a refresh has nobody to tell it to.
            log.exception("%s: fetching failed: %s", self.name, type(error).__name__)
            raise
        cached = Cached(value, self._clock.now())
        self._keep(key, cached)
        return cached

    def _keep(self, key: Hashable, cached: Cached[Any]) -> None:
        self._drop(key)
        size = self._size_of(cached.value)
        if size > self._limits.max_bytes:
            return
        self._entries[key] = _Entry(cached, self._now(), size)
        self._bytes += size
        while self._bytes > self._limits.max_bytes or len(self._entries) > self._limits.max_entries:
            self._drop(next(iter(self._entries)))
            self._counts.evictions += 1

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._bytes -= entry.size

    def _remember(self, key: Hashable, error: UpstreamError) -> None:
        self._counts.failures += 1
        self._last_error = (error.message[:200], self._clock.now())
        self._failures[key] = (copy_of(error), self._now())
        self._failures.move_to_end(key)
        if len(self._failures) > self._limits.max_entries:
            self._failures.popitem(last=False)

    def _recent_failure(self, key: Hashable) -> UpstreamError | None:
        failed = self._failures.get(key)
        if failed is None:
            return None
        error, failed_at = failed
        if self._age(failed_at) < self._limits.failure_seconds:
            return error
        del self._failures[key]
        return None

    def _now(self) -> _Moment:
        return _Moment(self._ticks.monotonic(), self._clock.unix())

    def _age(self, since: _Moment) -> float:
        return max(self._ticks.monotonic() - since.ticks, self._clock.unix() - since.unix)


def _marked(cached: Cached[Any], failure: UpstreamError | None) -> Cached[Any]:
    return Cached(cached.value, cached.fetched_at, True, failure.message if failure else None)

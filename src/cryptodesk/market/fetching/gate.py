"""What every request to a source passes: breaker, budget, rate and the number of requests at once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from cryptodesk.core.breaker import Breaker
from cryptodesk.core.errors import (
    UpstreamBadAnswer,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.ticks import Ticks
from cryptodesk.market.fetching.budget import CallBudget
from cryptodesk.market.fetching.errors import LimitedBySource
from cryptodesk.market.fetching.http import SourcePolicy
from cryptodesk.market.fetching.limiter import RateLimiter

__all__ = ["Gate"]

log = logging.getLogger("cryptodesk.market")

_FAULTS = (UpstreamUnavailable, UpstreamTimeout, UpstreamBadAnswer)


class Gate:
    """The block of `admit` is one request; what it raises is what the gate learns from."""

    def __init__(self, source: str, policy: SourcePolicy, budget: CallBudget, ticks: Ticks) -> None:
        self.breaker = Breaker(
            source,
            failures=policy.breaker_failures,
            open_seconds=policy.breaker_open_seconds,
            ticks=ticks,
            label=f"source {source}",
        )
        self.limiter = RateLimiter(
            source,
            per_minute=policy.per_minute,
            burst=policy.burst,
            limited_seconds=policy.limited_seconds,
            ticks=ticks,
        )
        self.requests = 0
        self.in_flight = 0
        self._source = source
        self._policy = policy
        self._budget = budget
        self._slots = asyncio.Semaphore(policy.concurrency)

    @asynccontextmanager
    async def admit(self, weight: int, seconds_left: Callable[[], float]) -> AsyncIterator[None]:
        """Entered when the request may be sent. Raises (entering): UpstreamError, as soon as it is clear that it may
        not be sent in time."""
        await self._budget.learn()
        self.check(weight)
        await self.limiter.acquire(weight, seconds_left())
        try:
            await self._take_slot(seconds_left())
        except BaseException:
            self.limiter.give_back(weight)
            raise
        try:
            ticket = self._enter(weight)
            self.in_flight += 1
            try:
                with self._learning(ticket):
                    yield
            finally:
                self.in_flight -= 1
        finally:
            self._slots.release()

    def check(self, weight: int) -> None:
        """Raises: UpstreamError if a request would be refused without regard to the rate."""
        self.breaker.check()
        self._budget.check(self._source, weight, self._policy.per_day)

    def _enter(self, weight: int) -> int:
        """The breaker's ticket. Much may have happened while the request waited, so all is asked again."""
        try:
            if paused := self.limiter.paused_seconds:
                raise LimitedBySource(
                    f"{self._source} told us to slow down, retry in {paused:.0f} s",
                    upstream=self._source,
                    retry_after_seconds=paused,
                )
            self.check(weight)
        except UpstreamError:
            self.limiter.give_back(weight)
            raise
        self._budget.spend(self._source, weight, self._policy.per_day)
        self.requests += 1
        return self.breaker.admit()

    async def _take_slot(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._slots.acquire()
                return
        except TimeoutError:
            pass
        raise UpstreamTimeout(
            f"{self._source} is busy with {self._policy.concurrency} earlier requests", upstream=self._source
        )

    @contextmanager
    def _learning(self, ticket: int) -> Iterator[None]:
        try:
            yield
        except UpstreamRateLimited as error:
            self.breaker.release(ticket)
            self._slow_down(error)
            raise
        except UpstreamRejected:
            self._succeed(ticket)  # a source that says no is well
            raise
        except _FAULTS:
            self.breaker.fail(ticket)
            raise
        except BaseException:
            self.breaker.release(ticket)
            raise
        self._succeed(ticket)

    def _succeed(self, ticket: int) -> None:
        self.breaker.succeed(ticket)
        self.limiter.succeed()

    def _slow_down(self, error: UpstreamRateLimited) -> None:
        was_paused = bool(self.limiter.paused_seconds)
        seconds = self.limiter.pause(error.retry_after_seconds)
        if not was_paused:
            log.warning("source %s limits our requests: left alone for %g s", self._source, seconds)

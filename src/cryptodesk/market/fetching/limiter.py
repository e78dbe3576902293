"""The rate a source is asked at: a bucket of tokens, and silence after being told to slow down."""

from __future__ import annotations

import math

from cryptodesk.core.ticks import Ticks
from cryptodesk.market.fetching.errors import LimitedBySource

__all__ = ["RateLimiter"]

_TOLERANCE_SECONDS = 1e-6
_LARGEST_ESCALATION = 16


class RateLimiter:
    """`per_minute` units of weight flow in, up to `burst` are kept. Callers are served in the order they came.

    A token is taken before it has flowed in, and its taker waits until it has; so nobody has to be woken, and how
    long a wait would be is known before it begins."""

    def __init__(self, source: str, *, per_minute: float, burst: int, limited_seconds: float, ticks: Ticks) -> None:
        self._source = source
        self._per_second = per_minute / 60.0
        self._burst = float(burst)
        self._limited_seconds = limited_seconds
        self._ticks = ticks
        self._tokens = self._burst
        self._refilled_at = ticks.monotonic()  # in the future while nobody is let through
        self._pauses = 0
        self._pauses_in_a_row = 0

    @property
    def paused_seconds(self) -> float:
        """How long the source is still left alone; 0 when it is not."""
        return max(0.0, self._refilled_at - self._ticks.monotonic())

    def wait_seconds(self, weight: int = 1) -> float:
        """How long a request of this weight would wait now."""
        self._refill()
        return self.paused_seconds + max(0.0, (weight - self._tokens) / self._per_second)

    async def acquire(self, weight: int, at_most_seconds: float) -> None:
        """Returns when the request may be sent.

        Raises: UpstreamRateLimited, at once, when that would be later than the time allows."""
        deadline = self._ticks.monotonic() + at_most_seconds
        while not await self._wait_for_turn(weight, deadline):
            pass

    def give_back(self, weight: int) -> None:
        """For a request that was not sent after all."""
        self._tokens = min(self._burst, self._tokens + weight)

    def pause(self, seconds: float | None) -> float:
        """Nobody is let through for so long; None for the policy's own time, doubled at each further pause until a
        request succeeds. The seconds that were set."""
        if not self.paused_seconds:  # what was sent before the first refusal is refused as well
            self._pauses_in_a_row += 1
        if seconds is None:
            factor = min(2 ** (self._pauses_in_a_row - 1), _LARGEST_ESCALATION)
            seconds = self._limited_seconds * factor
        self._pauses += 1
        # Whoever waits queues anew, and one goes ahead: a full bucket would be another burst.
        self._tokens = 1.0
        self._refilled_at = max(self._refilled_at, self._ticks.monotonic() + seconds)
        return seconds

    def succeed(self) -> None:
        self._pauses_in_a_row = 0

    async def _wait_for_turn(self, weight: int, deadline: float) -> bool:
        """False if the source told us to slow down meanwhile, so that the queue forms anew."""
        wait = self.wait_seconds(weight)
        # Where nothing is in the way and the time has run out all the same, that is for the request itself to find.
        if wait > _TOLERANCE_SECONDS and self._ticks.monotonic() + wait > deadline + _TOLERANCE_SECONDS:
            raise LimitedBySource(
                f"{self._source} is asked no faster than its limit allows, retry in {math.ceil(wait)} s",
                upstream=self._source,
                retry_after_seconds=wait,
            )
        self._tokens -= weight
        if wait <= _TOLERANCE_SECONDS:
            return True
        pauses = self._pauses
        try:
            await self._ticks.sleep(wait)
        except BaseException:
            if pauses == self._pauses:
                self.give_back(weight)
            raise
        return pauses == self._pauses

    def _refill(self) -> None:
        passed = self._ticks.monotonic() - self._refilled_at
        if passed > 0:
            self._tokens = min(self._burst, self._tokens + passed * self._per_second)
            self._refilled_at += passed

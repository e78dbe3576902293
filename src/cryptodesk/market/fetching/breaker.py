"""The circuit breaker: a source that keeps failing is left alone, then tried by one request."""

from __future__ import annotations

import logging
import math
from typing import Literal

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.market.fetching.timing import Ticks

__all__ = ["Breaker", "BreakerState"]

log = logging.getLogger("cryptodesk.market")

BreakerState = Literal["closed", "open", "half_open"]


class Breaker:
    """Opens after `failures` in a row. After `open_seconds` one probe is let through: it closes or opens it again.

    Each admitted request ends in exactly one of `succeed`, `fail` and `release`, with the ticket it was given."""

    def __init__(self, source: str, *, failures: int, open_seconds: float, ticks: Ticks) -> None:
        self._source = source
        self._allowed = failures
        self._open_seconds = open_seconds
        self._ticks = ticks
        self._failed = 0
        self._opened_at: float | None = None
        self._is_probing = False
        self._ticket = 0

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return "closed"
        return "half_open" if self._is_probing or not self.open_seconds_left else "open"

    @property
    def open_seconds_left(self) -> float:
        if self._opened_at is None:
            return 0.0
        return max(0.0, self._opened_at + self._open_seconds - self._ticks.monotonic())

    def check(self) -> None:
        """Raises: UpstreamUnavailable if a request would not be admitted now."""
        if self._opened_at is None or (not self._is_probing and not self.open_seconds_left):
            return
        raise UpstreamUnavailable(
            f"{self._source} is left alone after {self._failed} failures in a row, "
            f"retry in {max(1, math.ceil(self.open_seconds_left))} s",
            upstream=self._source,
        )

    def admit(self) -> int:
        """The ticket of a request that is sent now. Raises: UpstreamUnavailable."""
        self.check()
        self._is_probing = self._opened_at is not None
        return self._ticket

    def succeed(self, ticket: int) -> None:
        if ticket != self._ticket:  # sent before the breaker opened: old news
            return
        if self._opened_at is not None:
            log.warning("source %s answers again", self._source)
            self._ticket += 1
        self._failed = 0
        self._opened_at = None
        self._is_probing = False

    def fail(self, ticket: int) -> None:
        if ticket != self._ticket:
            return
        self._failed += 1
        if self._failed >= self._allowed:
            self._open()

    def release(self, ticket: int) -> None:
        """The request ended without a verdict: cancelled, or refused for its own sake."""
        if ticket == self._ticket:
            self._is_probing = False

    def _open(self) -> None:
        if self._opened_at is None:
            log.warning(
                "source %s failed %d times in a row: left alone for %g s",
                self._source, self._failed, self._open_seconds,
            )  # fmt: skip
        self._opened_at = self._ticks.monotonic()
        self._is_probing = False
        self._ticket += 1

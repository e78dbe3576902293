"""The circuit breaker: an upstream that keeps failing is left alone, then tried by one request."""

from __future__ import annotations

import logging
import math
from collections import deque
from typing import Literal

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.ticks import Ticks

__all__ = ["Breaker", "BreakerState"]

log = logging.getLogger("cryptodesk.breaker")

BreakerState = Literal["closed", "open", "half_open"]


class Breaker:
    """Opens after `failures` in a row within `window_seconds`. After `open_seconds` one probe is let through: it closes
    or opens it again. `label` is what the log calls the upstream.

    Each admitted request ends in exactly one of `succeed`, `fail` and `release`, with the ticket it was given."""

    def __init__(
        self,
        upstream: str,
        *,
        failures: int,
        open_seconds: float,
        ticks: Ticks,
        window_seconds: float = math.inf,
        label: str = "",
    ) -> None:
        self._upstream = upstream
        self._label = label or upstream
        self._open_seconds = open_seconds
        self._window_seconds = window_seconds
        self._ticks = ticks
        self._failed = 0
        self._failed_at: deque[float] = deque(maxlen=failures)
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

    @property
    def admits(self) -> bool:
        """Whether a request would be admitted now."""
        return self._opened_at is None or (not self._is_probing and not self.open_seconds_left)

    def check(self) -> None:
        """Raises: UpstreamUnavailable if a request would not be admitted now."""
        if self.admits:
            return
        raise UpstreamUnavailable(
            f"{self._upstream} is left alone after {self._failed} failures in a row, "
            f"retry in {max(1, math.ceil(self.open_seconds_left))} s",
            upstream=self._upstream,
        )

    def admit(self) -> int:
        """The ticket of a request that is sent now. Raises: UpstreamUnavailable."""
        self.check()
        return self.insist()

    def insist(self) -> int:
        """The ticket of a request that is sent whatever the state, because there is nobody else to ask."""
        self._is_probing = self._opened_at is not None
        return self._ticket

    def succeed(self, ticket: int) -> None:
        if ticket != self._ticket:  # sent before the breaker opened: old news
            return
        if self._failed:
            self._close()

    def fail(self, ticket: int) -> None:
        if ticket != self._ticket:
            return
        now = self._ticks.monotonic()
        self._failed += 1
        self._failed_at.append(now)
        is_full = len(self._failed_at) == self._failed_at.maxlen
        if self._opened_at is not None or (is_full and now - self._failed_at[0] <= self._window_seconds):
            self._open(now)

    def release(self, ticket: int) -> None:
        """The request ended without a verdict: cancelled, or refused for its own sake."""
        if ticket == self._ticket:
            self._is_probing = False

    def _open(self, now: float) -> None:
        if self._opened_at is None:
            log.warning(
                "%s failed %d times in a row: left alone for %g s", self._label, self._failed, self._open_seconds
            )
        self._opened_at = now
        self._is_probing = False
        self._ticket += 1

    def _close(self) -> None:
        if self._opened_at is not None:
            log.warning("%s answers again", self._label)
            self._ticket += 1
        self._failed = 0
        self._failed_at.clear()
        self._opened_at = None
        self._is_probing = False

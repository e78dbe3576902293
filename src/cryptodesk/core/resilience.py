"""What is done about a route of a model that fails: how often it is asked again, and when it is left alone."""

from __future__ import annotations

import math

from msgspec import Struct

from cryptodesk.core.breaker import Breaker, BreakerState
from cryptodesk.core.errors import (
    UpstreamConnectTimeout,
    UpstreamError,
    UpstreamRateLimited,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ticks import SystemTicks, Ticks

__all__ = ["BreakerRule", "Resilience", "RetryRule", "may_pass"]

# Callers choose the names behind `local/*`; what is known of the oldest is forgotten beyond this.
_MOST_ROUTES = 512


class RetryRule(Struct, frozen=True):
    """How often one route is asked again before the next one is. A pause is drawn between 0 and `pause_seconds`, which
    doubles with each attempt up to `longest_pause_seconds`; an upstream that says when to come back is given that time
    as well. All pauses of one call together stay under `seconds`."""

    retries: int = 2
    seconds: float = 10.0
    pause_seconds: float = 0.25
    longest_pause_seconds: float = 4.0


class BreakerRule(Struct, frozen=True):
    """A route is left alone for `open_seconds` after `failures` attempts in a row that failed within `window_seconds`;
    with 0 failures never."""

    failures: int = 5
    window_seconds: float = 60.0
    open_seconds: float = 30.0


class Resilience:
    """One for all runs of a process: its breakers know how each route has fared."""

    def __init__(self, retry: RetryRule, breaker: BreakerRule, ticks: Ticks | None = None) -> None:
        self.retry = retry
        self.ticks: Ticks = ticks or SystemTicks()
        self._rule = breaker
        self._breakers: dict[tuple[str, str], Breaker] = {}

    def breaker(self, route: ModelRoute) -> Breaker | None:
        """The breaker of a provider's model, shared by all public ids it serves; None where breakers are off."""
        key = (route.provider, route.upstream_model)
        found = self._breakers.get(key)
        return self._make(key) if found is None and self._rule.failures else found

    def states(self) -> dict[tuple[str, str], BreakerState]:
        """By provider and upstream model, of every route that was asked."""
        return {key: breaker.state for key, breaker in self._breakers.items()}

    def pause_before_retry(self, error: UpstreamError, retries: int, seconds_left: float) -> float | None:
        """Seconds to wait before a route that failed is asked again, `retries` times so far; None if it is not."""
        rule = self.retry
        if retries >= rule.retries or not may_pass(error):
            return None
        pause = self.ticks.chance() * min(rule.longest_pause_seconds, rule.pause_seconds * math.ldexp(1.0, retries))
        pause += error.retry_after_seconds or 0.0
        return pause if pause < seconds_left else None

    def _make(self, key: tuple[str, str]) -> Breaker:
        if len(self._breakers) >= _MOST_ROUTES:
            del self._breakers[next(iter(self._breakers))]
        provider, model = key
        made = self._breakers[key] = Breaker(
            provider,
            failures=self._rule.failures,
            open_seconds=self._rule.open_seconds,
            window_seconds=self._rule.window_seconds,
            ticks=self.ticks,
            label=f"model {model!r} of provider {provider}",
        )
        return made


def may_pass(error: UpstreamError) -> bool:
    """Whether the same request may well succeed a moment later: the upstream is limited, in trouble or out of reach. A
    wrong key or address stays wrong, and what was silent for long has had its time."""
    status = error.upstream_status
    if not error.retryable or not isinstance(error, UpstreamUnavailable | UpstreamRateLimited | UpstreamTimeout):
        return False
    if status is None:
        return not isinstance(error, UpstreamTimeout) or isinstance(error, UpstreamConnectTimeout)
    return status in (200, 408, 429) or status >= 500

"""Limits of use: what is counted, in which windows, and what is said of a limit that is reached.

A window is a calendar minute, day or month in UTC. All of one scope's requests that are admitted in a window count
against it, whichever process admits them; the next window begins at nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, Literal, get_args

from msgspec import Struct

from cryptodesk.core.errors import LargerThanLimit, RateLimited
from cryptodesk.core.requests import Caller

__all__ = [
    "MEASURES",
    "Ask",
    "Limit",
    "LimitState",
    "Measure",
    "Scope",
    "Window",
    "duration_text",
    "too_large",
    "too_many",
    "unit_of",
    "window_at",
]

Scope = Literal["key", "account"]
Measure = Literal[
    "requests_a_minute",
    "requests_a_day",
    "requests_a_month",
    "tokens_a_minute",
    "tokens_a_day",
    "tokens_a_month",
    "streams",
]
Unit = Literal["requests", "tokens", "streams"]

MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)

_SECONDS: Final = {"minute": 60, "day": 86_400}


class Limit(Struct, frozen=True):
    """The most of `measure` that a key or an account has in one window; of streams, at any moment."""

    scope: Scope
    scope_id: str
    measure: Measure
    amount: int


class Window(Struct, frozen=True):
    """Unix seconds; `ends_at` belongs to the next one."""

    starts_at: int
    ends_at: int


class LimitState(Struct, frozen=True):
    """A limit with what is used of it. `resets_at` is the end of its window, None for streams."""

    limit: Limit
    used: int
    resets_at: datetime | None = None

    @property
    def remaining(self) -> int:
        return max(0, self.limit.amount - self.used)


class Ask(Struct, frozen=True):
    """What one run wants of its caller's limits. `tokens` are what it is expected to take, `least_tokens` what it reads
    and itself asks to have written: less than that no limit may set aside for it."""

    ask_id: str
    caller: Caller
    tokens: int = 0
    least_tokens: int = 0
    is_stream: bool = False


def unit_of(measure: Measure) -> Unit:
    if measure == "streams":
        return "streams"
    return "tokens" if measure.startswith("tokens") else "requests"


def window_at(measure: Measure, unix_seconds: float) -> Window | None:
    """The window of that moment; None for streams, which have none."""
    period = measure.rpartition("_")[2]
    if period == "month":
        return _month_at(unix_seconds)
    length = _SECONDS.get(period)
    if length is None:
        return None
    starts_at = int(unix_seconds // length) * length
    return Window(starts_at, starts_at + length)


def _month_at(unix_seconds: float) -> Window:
    moment = datetime.fromtimestamp(unix_seconds, UTC)
    start = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = start.replace(year=start.year + start.month // 12, month=start.month % 12 + 1)
    return Window(int(start.timestamp()), int(end.timestamp()))


def too_many(state: LimitState, now: datetime) -> RateLimited:
    """The refusal of a request that finds no room."""
    limit, resets_at = state.limit, state.resets_at
    if resets_at is None:
        message = f"The {limit.scope} has {state.used} of at most {limit.amount} streams open; wait for one to end."
        return RateLimited(message, measure=limit.measure, scope=limit.scope)
    period = limit.measure.rpartition("_")[2]
    wait = duration_text(max(1, -int((now - resets_at).total_seconds() // 1)))
    message = (
        f"Rate limit reached: {state.used:,} of the {limit.scope}'s {limit.amount:,} {unit_of(limit.measure)} a "
        f"{period} are used. Resets in {wait}."
    )
    return RateLimited(message, measure=limit.measure, scope=limit.scope, resets_at=resets_at)


def too_large(limit: Limit, tokens: int) -> LargerThanLimit:
    """The refusal of a request that no window has room for."""
    period = limit.measure.rpartition("_")[2]
    message = (
        f"Request too large: it may take {tokens:,} tokens, and the {limit.scope} has {limit.amount:,} a {period}. "
        "Send less, or ask for a shorter answer."
    )
    return LargerThanLimit(message, measure=limit.measure, scope=limit.scope)


def duration_text(seconds: int) -> str:
    """3h12m5s: hours and minutes are left out while they are zero at the front."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours}h{minutes}m{rest}s"
    return f"{minutes}m{rest}s" if minutes else f"{rest}s"

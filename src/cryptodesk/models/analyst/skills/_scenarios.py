"""What stretches of the past of the same length did: counted on the closes, and never a promise."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.series import percent_between
from cryptodesk.models.analyst.skills._closes import Closes
from cryptodesk.models.analyst.skills._returns import (
    annualised_volatility_pct,
    log_returns,
    simple_returns,
    window_moves,
    windows_that_reached,
)

__all__ = [
    "SHARES",
    "Range",
    "View",
    "Windows",
    "daily_falls",
    "range_of",
    "recent_volatility_pct",
    "view_of",
    "windows_of",
]

_YEAR = timedelta(days=364)
_VOLATILITY_DAYS = 90
# Of every hundred windows so many ended below the figure.
SHARES = (10, 25, 50, 75, 90)


class View(Struct, frozen=True):
    """One asset as it is looked at: `needed_pct` is the move to the target, `reached` counts the windows in which any
    close came that far."""

    closes: Closes
    windows: Windows | None
    target: Decimal | None
    needed_pct: Decimal | None
    reached: int


class Range(Struct, frozen=True):
    """The lowest and the highest close of the last 52 weeks; `place_pct` is 0 at the low and 100 at the high."""

    low: Decimal
    high: Decimal
    place_pct: Decimal | None


class Windows(Struct, frozen=True):
    """Every window of `days` that the closes hold; they overlap. `moves_pct` are sorted."""

    days: int
    moves_pct: tuple[float, ...]

    @property
    def count(self) -> int:
        return len(self.moves_pct)

    @property
    def higher(self) -> int:
        return self.count - bisect_right(self.moves_pct, 0.0)

    def at_least(self, needed_pct: Decimal) -> int:
        """How many ended at least so far away: up for a positive move, down for a negative one."""
        if needed_pct >= 0:
            return self.count - bisect_left(self.moves_pct, float(needed_pct))
        return bisect_right(self.moves_pct, float(needed_pct))

    def edge(self, needed_pct: Decimal) -> float:
        """The move of the window that ended furthest that way."""
        return self.moves_pct[-1] if needed_pct >= 0 else self.moves_pct[0]

    def below(self, share: int) -> float:
        """The move that `share` of a hundred windows did not exceed, by nearest rank."""
        rank = -(-share * self.count // 100)
        return self.moves_pct[max(rank - 1, 0)]


def view_of(closes: Closes, days: int, target: Decimal | None, factor: Decimal | None) -> View:
    """`factor` gives the target as a multiple of the last close."""
    last = closes.last
    aim = target if target is not None else None if factor is None else last * factor
    needed = None if aim is None else percent_between(last, aim)
    reached = 0 if needed is None else windows_that_reached(closes.days, closes.values, days, float(needed))
    return View(closes, windows_of(closes, days), aim, needed, reached)


def windows_of(closes: Closes, days: int) -> Windows | None:
    """None where the record is shorter than one window."""
    moves = window_moves(closes.days, closes.values, days)
    return Windows(days, tuple(sorted(moves))) if moves else None


def range_of(closes: Closes) -> Range:
    first = bisect_left(closes.days, closes.days[-1] - _YEAR)
    at = range(first, len(closes.days))
    low, high = (closes.price(pick(at, key=lambda one: closes.values[one])) for pick in (min, max))
    return Range(low, high, (closes.last - low) / (high - low) * 100 if high > low else None)


def recent_volatility_pct(closes: Closes) -> float | None:
    """Of the last 90 daily returns, by the year."""
    return annualised_volatility_pct(
        log_returns(closes.days[-_VOLATILITY_DAYS - 1 :], closes.values[-_VOLATILITY_DAYS - 1 :])
    )


def daily_falls(closes: Closes, at_least_pct: Decimal) -> tuple[int, int]:
    """On how many days the close fell by at least so much, and of how many days."""
    limit = float(at_least_pct) / 100
    values = [one.value for one in simple_returns(closes.days, closes.values)]
    return sum(1 for value in values if value <= -limit), len(values)

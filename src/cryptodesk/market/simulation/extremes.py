"""Highest and lowest prices over a span, found without building the bars in between."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from cryptodesk.market.simulation.candles import log_within
from cryptodesk.market.simulation.days import DAY_MINUTES
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.prices import DayPath

__all__ = ["ExtremeBook", "Extremes"]

_BLOCK_DAYS = 366
_BLOCKS_KEPT = 8_192


class Extremes(Struct, frozen=True, gc=False):
    """Logarithms of the highest and lowest price, in first units, and the minutes they were paid."""

    high: float
    high_minute: int
    low: float
    low_minute: int

    def joined(self, other: Extremes) -> Extremes:
        """Of both spans; of two equal prices the earlier stays."""
        high = other if other.high > self.high else self
        low = other if other.low < self.low else self
        return Extremes(high.high, high.high_minute, low.low, low.low_minute)


class ExtremeBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self._block = lru_cache(maxsize=_BLOCKS_KEPT)(self._of_days)

    def since_birth(self, place: int, minute: int) -> Extremes:
        """All-time extremes as of a minute, the current day included."""
        day, within = divmod(minute, DAY_MINUTES)
        born = self._market.coins[place].born
        extremes = self._of_minutes(place, day, 0, within)
        for first in range(born - born % _BLOCK_DAYS, day, _BLOCK_DAYS):
            until = min(first + _BLOCK_DAYS, day)
            # An unfinished block is another one tomorrow and is not worth keeping.
            find = self._block if until < day else self._of_days
            extremes = find(place, max(first, born), until).joined(extremes)
        return extremes

    def last_day(self, place: int, minute: int) -> Extremes:
        """Of the last 24 hours, or since birth where that is less."""
        day, within = divmod(minute, DAY_MINUTES)
        today = self._of_minutes(place, day, 0, within)
        if day <= self._market.coins[place].born:
            return today
        return self._of_minutes(place, day - 1, within, DAY_MINUTES).joined(today)

    def _of_minutes(self, place: int, day: int, since: int, until: int) -> Extremes:
        path = self._market.prices.path(place, day)
        start = day * DAY_MINUTES
        if path is None:
            height = self._market.prices.log_at(place, start + since)
            return Extremes(height, start + since, height, start + since)
        bridge = self._market.shapes.bridges[path.shape]
        heights = [log_within(path, bridge, within) for within in range(since, until + 1)]
        high, low = max(heights), min(heights)
        return Extremes(high, start + since + heights.index(high), low, start + since + heights.index(low))

    def _of_days(self, place: int, first: int, until: int) -> Extremes:
        found: Extremes | None = None
        for day in self._candidates(place, first, until):
            path = self._market.prices.path(place, day)
            if path is not None:
                of_day = self._of_path(path, day)
                found = of_day if found is None else found.joined(of_day)
        return found if found is not None else self._of_minutes(place, first, 0, 0)

    def _of_path(self, path: DayPath, day: int) -> Extremes:
        shapes = self._market.shapes
        bridge = shapes.bridges[path.shape]
        tilt = (path.closed - path.opened) / DAY_MINUTES / path.swing
        top, bottom = shapes.highest(path.shape, tilt), shapes.lowest(path.shape, tilt)
        start = day * DAY_MINUTES
        return Extremes(log_within(path, bridge, top), start + top, log_within(path, bridge, bottom), start + bottom)

    def _candidates(self, place: int, first: int, until: int) -> Sequence[int]:
        """Days that may hold an extreme: those whose ends come close enough to the highest or lowest midnight."""
        prices = self._market.prices
        if self._market.coins[place].gap_threshold:
            # Midnights within a gap are prices that nobody paid.
            return range(first, until)
        levels = prices.levels(place, first, until + 1)
        reach = prices.swings[place] * self._market.shapes.reach
        reaches = [reach * nerves for nerves in self._market.factors.nerves[first:until]]
        highest, lowest = max(levels), min(levels)
        return [
            day
            for day, opened, closed, stray in zip(range(first, until), levels, levels[1:], reaches, strict=False)
            if opened + stray >= highest
            or closed + stray >= highest
            or opened - stray <= lowest
            or closed - stray <= lowest
        ]

"""Bars of any market whose days are known: a coin, a token, anything with a path for each day.

A day's bar, its 24 hourly bars and its 288 five-minute bars are read from the same path, so they agree. Blocks
of bars are kept for the last few hundred asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from math import exp
from typing import Protocol

from cryptodesk.market.records import INTERVALS, Candle, Interval
from cryptodesk.market.simulation.days import DAY_MINUTES, midnight, moment_of, weekday_of
from cryptodesk.market.simulation.prices import DayPath
from cryptodesk.market.simulation.shapes import Shapes

__all__ = ["CandleBook", "Track", "log_within"]

# About 90 kB each.
_BLOCKS_KEPT = 256
_BLOCK_DAYS: dict[Interval, int] = {"5m": 1, "15m": 4, "1h": 16, "4h": 64, "1d": 366}
_WEEK_DAYS = 7


class Track(Protocol):
    """A market over time. It trades from `first_minute` until before `end_minute`."""

    @property
    def key(self) -> int | str: ...

    @property
    def first_minute(self) -> int: ...

    @property
    def end_minute(self) -> int: ...

    def __hash__(self) -> int: ...

    def path(self, day: int) -> DayPath | None:
        """How a day ran; None where nothing was traded."""
        ...


def log_within(path: DayPath, bridge: Sequence[float], within: int) -> float:
    """Logarithm of the price at a minute of the day."""
    return path.opened + (path.closed - path.opened) * (within / DAY_MINUTES) + path.swing * bridge[within]


class CandleBook:
    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._block = lru_cache(maxsize=_BLOCKS_KEPT)(self._build_block)
        self._midnight = lru_cache(maxsize=_BLOCKS_KEPT * 64)(midnight)

    def between(self, track: Track, interval: Interval, start: int, end: int, unit: float = 1.0) -> tuple[Candle, ...]:
        """Bars that open at `start` <= minute and close by `end`, oldest first, for `unit` old coins a coin."""
        start = max(start, self.first_opening(track, interval))
        end = min(end, track.end_minute)
        if interval == "1w":
            return tuple(self._weeks(track, start, end, unit))
        length = _BLOCK_DAYS[interval] * DAY_MINUTES
        bars: list[Candle] = []
        for number in range(start // length, max(end - 1, start) // length + 1):
            block = self._block(track, interval, number, unit)
            is_inside = start <= number * length and (number + 1) * length <= end
            bars += block if is_inside else self._cut(block, interval, start, end)
        return tuple(bars)

    @staticmethod
    def first_opening(track: Track, interval: Interval) -> int:
        """When a market's first bar opens: before the market itself does, where that falls into an interval."""
        length = int(INTERVALS[interval].total_seconds()) // 60
        phase = weekday_of(track.first_minute // DAY_MINUTES) * DAY_MINUTES if interval == "1w" else 0
        return track.first_minute - (track.first_minute % min(length, DAY_MINUTES)) - phase

    @staticmethod
    def _cut(block: Sequence[Candle], interval: Interval, start: int, end: int) -> Iterator[Candle]:
        first, last = moment_of(start), moment_of(end) - INTERVALS[interval]
        return (bar for bar in block if first <= bar.opened_at <= last)

    def _build_block(self, track: Track, interval: Interval, number: int, unit: float) -> tuple[Candle, ...]:
        size = _BLOCK_DAYS[interval]
        days = range(
            max(number * size, track.first_minute // DAY_MINUTES),
            min((number + 1) * size, -(-track.end_minute // DAY_MINUTES)),
        )
        return tuple(bar for day in days for bar in self._bars_of(track, interval, day, unit))

    def _bars_of(self, track: Track, interval: Interval, day: int, unit: float) -> Iterator[Candle]:
        path = track.path(day)
        if path is None:
            return
        if interval == "1d" and not path.since:
            yield self._whole_day(path, day, unit)
            return
        yield from self._parts(path, day, interval, unit)

    def _whole_day(self, path: DayPath, day: int, unit: float) -> Candle:
        opened, closed, swing, shape, traded, _ = path
        bridge = self._shapes.bridges[shape]
        tilt = (closed - opened) / DAY_MINUTES / swing
        first, last = exp(opened) * unit, exp(closed) * unit
        high = exp(log_within(path, bridge, self._shapes.highest(shape, tilt))) * unit
        low = exp(log_within(path, bridge, self._shapes.lowest(shape, tilt))) * unit
        return Candle(
            self._midnight(day),
            first,
            max(high, first, last),
            min(low, first, last),
            last,
            traded * (1 / first + 1 / last) / 2,
            traded,
        )

    def _parts(self, path: DayPath, day: int, interval: Interval, unit: float) -> Iterator[Candle]:
        bridge, traded = self._shapes.bridges[path.shape], self._shapes.traded[path.shape]
        opened, move, swing = path.opened, path.closed - path.opened, path.swing
        logs = [opened + move * (within / DAY_MINUTES) + swing * bridge[within] for within in range(DAY_MINUTES + 1)]
        length = INTERVALS[interval].seconds // 60 or DAY_MINUTES
        cheap, dear = 1 / (exp(path.opened) * unit), 1 / (exp(path.closed) * unit)
        for start in range(path.since - path.since % length, DAY_MINUTES, length):
            since, until = max(start, path.since), start + length
            part = logs[since : until + 1]
            before, after = traded[since], traded[until]
            yield Candle(
                moment_of(day * DAY_MINUTES + start),
                exp(part[0]) * unit,
                exp(max(part)) * unit,
                exp(min(part)) * unit,
                exp(part[-1]) * unit,
                # The price of a coin drifts with the trade, from the first midnight's to the second's: parts add up.
                path.quote_volume * ((after - before) * cheap + (dear - cheap) * (after**2 - before**2) / 2),
                path.quote_volume * (after - before),
            )

    def _weeks(self, track: Track, start: int, end: int, unit: float) -> Iterator[Candle]:
        first = -(-start // DAY_MINUTES)
        monday = first + -weekday_of(first) % _WEEK_DAYS
        while (monday + _WEEK_DAYS) * DAY_MINUTES <= end:
            bars = self.between(track, "1d", monday * DAY_MINUTES, (monday + _WEEK_DAYS) * DAY_MINUTES, unit)
            if bars:
                yield _merged(bars, midnight(monday))
            monday += _WEEK_DAYS


def _merged(bars: Sequence[Candle], opened_at: datetime) -> Candle:
    return Candle(
        opened_at,
        bars[0].open,
        max(bar.high for bar in bars),
        min(bar.low for bar in bars),
        bars[-1].close,
        sum(bar.volume for bar in bars),
        sum(bar.quote_volume or 0.0 for bar in bars),
    )

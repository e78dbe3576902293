"""A history in a result: its bars by day, and what can be computed of a stretch of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from math import fsum, sqrt
from statistics import fmean, median
from typing import Any

from cryptodesk.verification.dates import read_day
from cryptodesk.verification.entities import Entity

__all__ = ["Series"]


class Series:
    """Rows of `[time, value …]`, oldest first. Values that are no numbers are None and pass for nothing."""

    def __init__(
        self,
        entity: Entity | None,
        call: int,
        path: tuple[str | int, ...],
        headers: tuple[str, ...],
        rows: Sequence[Any],
        interval: str,
    ) -> None:
        self.entity = entity
        self.call = call
        self.path = path
        self.headers = headers
        self.interval = interval
        self._rows = rows
        self._columns: dict[str, list[float | None]] = {}
        self._told: dict[tuple[str, tuple[int, int]], list[float]] = {}

    @property
    def pointer(self) -> str:
        return "".join(f"/{key}" for key in self.path)

    @cached_property
    def rows(self) -> Sequence[Sequence[Any]]:
        return [row for row in self._rows if isinstance(row, list) and len(row) == len(self.headers)]

    @cached_property
    def days(self) -> Sequence[date]:
        return [read_day(str(row[0])) or date.min for row in self.rows]

    def row_of(self, day: date) -> int | None:
        """The first bar of the day."""
        days = self.days
        if not self._is_in_order:
            return days.index(day) if day in days else None
        at = bisect_left(days, day)
        return at if at < len(days) and days[at] == day else None

    @property
    def measure(self) -> str:
        """What the bars are of: price where they have opens and closes."""
        last = self.headers[-1]
        return "price" if "close" in self.headers or len(self.headers) > 2 else last

    def column(self, name: str) -> int | None:
        """The column of open, high, low, close, volume; a history of one value has it under every name but volume."""
        if name in self.headers:
            return self.headers.index(name)
        return 1 if len(self.headers) == 2 and name in {"open", "high", "low", "close", "level"} else None

    def stretch(self, first: date | None, last: date | None) -> tuple[int, int]:
        """Positions of the first bar and of the one after the last within the days."""
        days = self.days
        if not self._is_in_order:
            inside = [at for at, day in enumerate(days) if (first or day) <= day <= (last or day)]
            return (inside[0], inside[-1] + 1) if inside else (0, 0)
        begin = 0 if first is None else bisect_left(days, first)
        end = len(days) if last is None else bisect_right(days, last)
        return (begin, end) if begin < end else (0, 0)

    @cached_property
    def _is_in_order(self) -> bool:
        return all(one <= other for one, other in pairwise(self.days))

    def last_hours(self, hours: float) -> tuple[int, int]:
        """The bars of the last so many hours of the record."""
        if not self.rows:
            return 0, 0
        first = self.days[-1] - timedelta(days=max(round(hours / 24), 1) - 1)
        return self.stretch(first, None)

    def values(self, name: str, span: tuple[int, int]) -> list[float]:
        known = self._columns.get(name)
        if known is None:
            column = self.column(name)
            numbers = [] if column is None else [row[column] for row in self.rows]
            known = self._columns[name] = [one if type(one) in (int, float) else None for one in numbers]
        return [one for one in known[span[0] : span[1]] if one is not None]

    def changes(self, span: tuple[int, int]) -> list[tuple[float, float]]:
        """Pairs of begin and end that a change over the stretch may be counted from: the open, the first close, the
        close before."""
        closes, opens = self.values("close", span), self.values("open", span)
        if not closes:
            return []
        # A single close has no change of its own, only one since the close before it.
        starts = [] if len(closes) == 1 and len(self.headers) == 2 else [*opens[:1], closes[0]]
        if span[0] > 0:
            starts += self.values("close", (span[0] - 1, span[0]))
        return [(start, closes[-1]) for start in dict.fromkeys(starts) if start]

    def statistic(self, name: str, span: tuple[int, int]) -> list[float]:
        """What may be meant by high, low, mean, total, median of the stretch."""
        if (name, span) not in self._told:
            self._told[name, span] = self._statistic(name, span)
        return self._told[name, span]

    def _statistic(self, name: str, span: tuple[int, int]) -> list[float]:
        closes = self.values("close", span) or self.values(self.headers[-1], span)
        if not closes:
            return []
        if name == "high":
            return [max(self.values("high", span) or closes), max(closes)]
        if name == "low":
            return [min(self.values("low", span) or closes), min(closes)]
        if name == "mean":
            volumes = self.values("volume", span)
            return [fmean(closes), median(closes), *([fmean(volumes)] if volumes else [])]
        if name == "total":
            return [sum(self.values("volume", span) or closes)]
        return []

    def risk(self, span: tuple[int, int]) -> list[float]:
        """Percentages of volatility (of a day and of a year) and of the deepest drawdown."""
        if ("risk", span) not in self._told:
            self._told["risk", span] = self._risk(span)
        return self._told["risk", span]

    def _risk(self, span: tuple[int, int]) -> list[float]:
        closes = self.values("close", span)
        if len(closes) < 3:
            return []
        returns = [after / before - 1 for before, after in pairwise(closes) if before]
        found = []
        for deviation in _deviations(returns):
            found += [deviation * 100, deviation * 100 * 365**0.5]
        peak, deepest = closes[0], 0.0
        for close in closes:
            peak = max(peak, close)
            deepest = min(deepest, close / peak - 1)
        return [*found, deepest * 100, min(returns) * 100, max(returns) * 100]

    def cells(self) -> Iterator[tuple[float, str, date, int]]:
        """Every value with the name of its column, its day and its row."""
        names = self.headers
        for at, row in enumerate(self.rows):
            for column in range(1, len(names)):
                if type(row[column]) in (int, float):
                    yield row[column], names[column], self.days[at], at


def _deviations(values: Sequence[float]) -> tuple[float, ...]:
    """The standard deviation of a sample and of the whole; in floats: `statistics` takes forty times as long."""
    if len(values) < 2:
        return ()
    mean = fsum(values) / len(values)
    squares = fsum([(value - mean) ** 2 for value in values])
    return sqrt(squares / (len(values) - 1)), sqrt(squares / len(values))

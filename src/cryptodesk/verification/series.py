"""A history in a result: its bars by day, and what can be computed of a stretch of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from statistics import fmean, median, pstdev, stdev
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

    @property
    def pointer(self) -> str:
        return "".join(f"/{key}" for key in self.path)

    @cached_property
    def rows(self) -> Sequence[Sequence[Any]]:
        return [row for row in self._rows if isinstance(row, list) and len(row) == len(self.headers)]

    @cached_property
    def days(self) -> Sequence[date]:
        return [read_day(str(row[0])) or date.min for row in self.rows]

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
        inside = [
            at for at, day in enumerate(self.days) if (first is None or day >= first) and (last is None or day <= last)
        ]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)

    def last_hours(self, hours: float) -> tuple[int, int]:
        """The bars of the last so many hours of the record."""
        if not self.rows:
            return 0, 0
        first = self.days[-1] - timedelta(days=max(round(hours / 24), 1) - 1)
        return self.stretch(first, None)

    def values(self, name: str, span: tuple[int, int]) -> list[float]:
        column = self.column(name)
        if column is None:
            return []
        return [row[column] for row in self.rows[span[0] : span[1]] if type(row[column]) in (int, float)]

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
        closes = self.values("close", span)
        if len(closes) < 3:
            return []
        returns = [after / before - 1 for before, after in pairwise(closes) if before]
        found = []
        for deviation in (stdev(returns), pstdev(returns)):
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

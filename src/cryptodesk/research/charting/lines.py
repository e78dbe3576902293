"""The rows of a chart's series: made from records, brought to shared moments, set to a hundred, thinned. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from statistics import median

from msgspec import Struct, structs

from cryptodesk.core.research import ChartRow
from cryptodesk.market.query import AssetId
from cryptodesk.market.records import CandleSeries, MetricSeries, Provenance
from cryptodesk.research.charting.downsampling import thin
from cryptodesk.research.charting.specs import MOST_ROWS

__all__ = ["Line", "are_apart", "candle_line", "field_line", "indexed", "metric_line", "shared", "thinned", "varies"]

# Above it the smaller of two courses lies flat on the floor of their chart.
_APART = 5.0
_INDEX_DECIMALS = 4


class Line(Struct, frozen=True):
    """The course of one entity, oldest first: unix seconds, then values. `instrument` is a market's own name of it."""

    entity: AssetId
    unit: str
    provenance: Provenance
    rows: tuple[ChartRow, ...]
    instrument: str = ""

    @property
    def times(self) -> list[int]:
        return [int(row[0] or 0) for row in self.rows]

    @property
    def values(self) -> list[float]:
        """The second column."""
        return [float(row[1] or 0.0) for row in self.rows]


def metric_line(entity: AssetId, series: MetricSeries) -> Line:
    rows = [(int(point.at.timestamp()), point.value) for point in series.points if isfinite(point.value)]
    return Line(entity, series.unit, series.provenance, tuple(rows))


def field_line(entity: AssetId, series: CandleSeries, field: str) -> Line:
    """One field of the candles: close, high, low or quote_volume."""
    values = ((int(candle.opened_at.timestamp()), getattr(candle, field)) for candle in series.candles)
    rows = tuple([(at, value) for at, value in values if value is not None and isfinite(value)])
    return Line(entity, series.quote_currency, series.provenance, rows, series.instrument)


def candle_line(entity: AssetId, series: CandleSeries) -> Line:
    """Time, open, high, low, close, and what was traded: in the quote currency where every bar tells, else in coins."""
    is_valued = all(candle.quote_volume is not None for candle in series.candles)
    rows = [
        (
            int(candle.opened_at.timestamp()),
            candle.open,
            candle.high,
            candle.low,
            candle.close,
            candle.quote_volume if is_valued else candle.volume,
        )
        for candle in series.candles
        if isfinite(candle.open + candle.high + candle.low + candle.close)
    ]
    unit = series.quote_currency if is_valued else ""
    return Line(entity, unit, series.provenance, tuple(rows), series.instrument)


def varies(line: Line) -> bool:
    """Whether the second column does: readers drop a chart of which it does not."""
    return bool(line.rows) and any(row[1] != line.rows[0][1] for row in line.rows)


def are_apart(lines: Sequence[Line]) -> bool:
    """Whether their usual values are too far from each other for one axis."""
    usual = [abs(median(line.values)) for line in lines if line.rows]
    return len(usual) > 1 and max(usual) > _APART * min(usual)


def shared(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Each at the moments that all of them have."""
    common = set(lines[0].times).intersection(*(line.times for line in lines[1:])) if lines else set()
    if all(len(line.rows) == len(common) for line in lines):
        return tuple(lines)
    return tuple(structs.replace(line, rows=tuple(row for row in line.rows if row[0] in common)) for line in lines)


def indexed(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Each with its first value at 100. Lines that begin at zero or below have no such course and are left out."""
    return tuple(_indexed(line) for line in lines if line.rows and line.values[0] > 0)


def _indexed(line: Line) -> Line:
    factor = 100 / line.values[0]
    rows = ((at, round(value * factor, _INDEX_DECIMALS)) for at, value in zip(line.times, line.values, strict=True))
    return structs.replace(line, unit="index", rows=tuple(rows))


def thinned(lines: Sequence[Line], most: int = MOST_ROWS) -> tuple[Line, ...]:
    """At most `most` rows each; lines at the same moments stay so. Call it in a thread where there is work to do."""
    times = lines[0].times
    if all(line.times == times for line in lines[1:]):
        places = thin(times, [line.values for line in lines], most)
        return tuple(_at(line, places) for line in lines)
    return tuple(_at(line, thin(line.times, [line.values], most)) for line in lines)


def _at(line: Line, places: Sequence[int]) -> Line:
    if len(places) == len(line.rows):
        return line
    return structs.replace(line, rows=tuple(line.rows[place] for place in places))

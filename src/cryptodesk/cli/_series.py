"""The series behind an answer, and how they are drawn with characters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import msgspec

from cryptodesk.core.events import RunFold
from cryptodesk.core.research import Chart
from cryptodesk.core.tools import ToolTrace

__all__ = ["Series", "chart_lines", "draw_chart", "series_of", "sparkline"]

_BARS = "▁▂▃▄▅▆▇█"
_EIGHTHS = " " + _BARS
_WIDEST_SPARKLINE = 60
_LABEL_WIDTH = 12


class Series(NamedTuple):
    """Oldest first; `points` are a day (or a moment) in ISO 8601 and a value."""

    name: str
    points: tuple[tuple[str, float], ...]


def sparkline(values: Sequence[float], width: int = _WIDEST_SPARKLINE) -> str:
    """The series as block characters, lowest to highest; longer ones are thinned to `width` evenly spaced values."""
    values = _thinned(values, width)
    low, high = min(values), max(values)
    if high == low:
        return _BARS[len(_BARS) // 2] * len(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in values)


def chart_lines(series: Sequence[Series], width: int = 120) -> list[str]:
    """One line each: name, chart, first and last value with their dates."""
    names = max(6, *(len(each.name) for each in series)) if series else 0
    lines = []
    for each in series:
        (first_day, first), (last_day, last) = each.points[0], each.points[-1]
        span = f"{first:g} on {first_day[:10]} to {last:g} on {last_day[:10]}"
        room = max(10, min(_WIDEST_SPARKLINE, width - names - len(span) - 4))
        lines.append(f"{each.name:>{names}}  {sparkline([value for _, value in each.points], room)}  {span}")
    return lines


def draw_chart(series: Series, width: int, height: int = 8) -> list[str]:
    """An area of block characters with the highest and lowest value at its left and the dates below."""
    values = _thinned([value for _, value in series.points], max(10, width - _LABEL_WIDTH - 3))
    low, high = min(values), max(values)
    scale = (high - low) or 1.0
    # The lowest value still shows: an eighth of a row.
    levels = [1 + round((value - low) / scale * (height * 8 - 1)) for value in values]
    labels = {height - 1: f"{high:g}", 0: f"{low:g}"}
    rows = [
        f"{labels.get(row, ''):>{_LABEL_WIDTH}} ┤"
        + "".join(_EIGHTHS[min(8, max(0, level - row * 8))] for level in levels)
        for row in reversed(range(height))
    ]
    first, last = series.points[0][0][:10], series.points[-1][0][:10]
    below = " " * (_LABEL_WIDTH + 2) + first + last.rjust(max(len(values) - len(first), len(last) + 1))
    return [f"{series.name}: {series.points[0][1]:g} to {series.points[-1][1]:g}", *rows, below]


def series_of(fold: RunFold) -> list[Series]:
    """Those of a researched answer's charts, else the price histories among the tool results; each once."""
    research = fold.finished.research if fold.finished is not None else None
    charts = research.charts if research is not None else ()
    found = [each for chart in charts for each in _of_chart(chart)] or [
        each for trace in fold.traces for each in _of_trace(trace)
    ]
    return list(dict.fromkeys(each for each in found if len(each.points) > 1))


def _of_chart(chart: Chart) -> Iterator[Series]:
    slugs = [column.slug for column in chart.columns]
    column = slugs.index("close") if "close" in slugs else 1
    for series in chart.series:
        points = [(_day(row[0]), row[column]) for row in series.rows if len(row) > column and row[0] is not None]
        name = series.entity.symbol or series.entity.name
        told = name if chart.metric in ("close", "price") else f"{name} {chart.metric.replace('_', ' ')}"
        yield Series(told, tuple((day, float(value)) for day, value in points if value is not None))


def _day(unix_seconds: int | float | None) -> str:
    return datetime.fromtimestamp(unix_seconds or 0, UTC).isoformat()


def _of_trace(trace: ToolTrace) -> Iterator[Series]:
    for result in _results(trace):
        history = result.get("history")
        if isinstance(history, dict):
            yield Series(str(result.get("symbol", "?")), tuple(_closes(history)))


def _results(trace: ToolTrace) -> list[dict[str, Any]]:
    if trace.output is None:
        return []
    try:
        output = msgspec.json.decode(trace.output)
    except msgspec.DecodeError:
        return []
    found = output.get("market_data_result", {}) if isinstance(output, dict) else {}
    results = found.get("results", []) if isinstance(found, dict) else []
    return [result for result in results if isinstance(result, dict)]


def _closes(history: dict[str, Any]) -> Iterator[tuple[str, float]]:
    headers = history.get("headers", [])
    if "time" not in headers or "close" not in headers:
        return
    at, close = headers.index("time"), headers.index("close")
    for row in history.get("rows", []):
        if row[close] is not None:
            yield str(row[at]), float(row[close])


def _thinned(values: Sequence[float], width: int) -> list[float]:
    """Evenly spaced, but the highest and the lowest are always among them: a chart without its peak tells another
    story."""
    if len(values) <= width:
        return list(values)
    last = len(values) - 1
    edges = [round(step * last / width) for step in range(width + 1)]
    high, low = max(values), min(values)
    thinned = []
    for start, stop in pairwise(edges):
        bucket = values[start : max(stop, start + 1)]
        thinned.append(high if high in bucket else low if low in bucket else values[start])
    thinned[-1] = values[-1] if thinned[-1] not in (high, low) else thinned[-1]
    return thinned

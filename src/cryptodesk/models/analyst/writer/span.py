"""A stretch of price history in words: where it began and ended, the change, the high and the low."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal

from msgspec import Struct, structs

from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import big_money, day, money
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.series import Bar, Series, read_series
from cryptodesk.models.analyst.writer.draft import Fact
from cryptodesk.models.analyst.writer.figures import derived_fact

__all__ = ["SpanFigures", "bar_date", "covers_note", "read_span", "span_facts", "with_days"]


class SpanFigures(Struct, frozen=True):
    """The figures of one holding's history, formatted; `change` is in percent points, None from a zero start."""

    series: Series
    start: str
    end: str
    start_day: str
    end_day: str
    high: str
    high_day: str
    low: str
    low_day: str
    change: Decimal | None


def read_span(holding: Holding) -> SpanFigures | None:
    """None when the results hold no usable history, or one that was cut so that its newest rows are gone."""
    series = holding.series
    if series is None or holding.series_block is None:
        return None
    show = big_money if series.value_name != "close" else money
    currency = holding.series_block.currency
    highest, lowest = series.highest, series.lowest
    texts = [show(value, currency) or "" for value in (series.start, series.end, highest.high, lowest.low)]
    first, last = series.bars[0], series.bars[-1]
    return SpanFigures(
        series=series,
        start=texts[0],
        end=texts[1],
        start_day=day(first.day),
        end_day=_last_day(series, last),
        high=texts[2],
        high_day=bar_date(series, highest),
        low=texts[3],
        low_day=bar_date(series, lowest),
        change=series.change_pct,
    )


def with_days(figures: SpanFigures, holding: Holding, results: Sequence[Result]) -> SpanFigures:
    """The very days of the ends, where the results hold the daily bars of the long bars that the ends are in."""
    series = figures.series
    if not series.has_ohlc or series.days_a_bar < 2:
        return figures
    daily = [bar for result in results for bar in _daily_bars(holding, result)]
    highs = [bar for bar in daily if bar.high == series.highest.high and _is_in(bar, series.highest, series)]
    lows = [bar for bar in daily if bar.low == series.lowest.low and _is_in(bar, series.lowest, series)]
    return structs.replace(
        figures,
        high_day=day(highs[0].day) if highs else figures.high_day,
        low_day=day(lows[0].day) if lows else figures.low_day,
    )


def _is_in(bar: Bar, long: Bar, series: Series) -> bool:
    return long.day <= bar.day < long.day + timedelta(days=series.days_a_bar)


def _daily_bars(holding: Holding, result: Result) -> Iterator[Bar]:
    for row in result.rows("results"):
        if str(row.get("asset_id")) == str(holding.asset.asset_id):
            series = read_series(row.get("history"))
            if series is not None and series.interval == "1d" and series.has_ohlc:
                yield from series.bars


def bar_date(series: Series, bar: Bar) -> str:
    """The bar's date; a bar of several days names its first."""
    return day(bar.day) if _is_daily(series) else f"the {_length(series)} from {day(bar.day)}"


def _last_day(series: Series, bar: Bar) -> str:
    # Joined bars are whole at the newest end, so the last of them ends on its own last day.
    joined = re.fullmatch(r"(\d{1,3})d", series.interval)
    if series.has_ohlc and joined:
        return day(bar.day + timedelta(days=int(joined[1]) - 1))
    return day(bar.day) if _is_daily(series) else f"the end of the {_length(series)} from {day(bar.day)}"


def _is_daily(series: Series) -> bool:
    return series.interval in {"1d", ""} or not series.has_ohlc


def _length(series: Series) -> str:
    count, unit = series.interval[:-1], {"h": "hour", "d": "day", "w": "week", "m": "minute"}.get(series.interval[-1:])
    if unit is None or not count.isdigit():
        return "bar"
    return unit if count == "1" else f"{count} {unit}s"


def covers_note(holding: Holding, asked_start: str | None, asked_end: str | None) -> str:
    """A sentence where the record covers less than was asked; empty where it covers all."""
    series = holding.series
    if series is None:
        return ""
    first, last = day(series.bars[0].day), day(series.bars[-1].day)
    parts = []
    is_exact = series.interval == "1d"
    if asked_start is not None and is_exact and first > asked_start:
        parts.append(f"begins on {first}")
    if asked_end is not None and is_exact and last < asked_end:
        parts.append(f"ends on {last}")
    return (
        f"The record for {holding.asset.name} {' and '.join(parts)}, so the figures cover only that part."
        if parts
        else ""
    )


def span_facts(holding: Holding, figures: SpanFigures) -> tuple[Fact, ...]:
    currency = (holding.series_block or holding.block).currency
    series = figures.series
    facts = [
        derived_fact(holding, "period_start", series.start, currency, series.bars[0].day),
        derived_fact(holding, "period_end", series.end, currency, series.bars[-1].day),
        derived_fact(holding, "period_high", series.highest.high, currency, series.highest.day),
        derived_fact(holding, "period_low", series.lowest.low, currency, series.lowest.day),
    ]
    if figures.change is not None:
        facts.insert(2, derived_fact(holding, "period_change_pct", figures.change, "percent"))
    return tuple(facts)

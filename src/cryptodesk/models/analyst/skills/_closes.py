"""Daily closes for the skills that reckon with them: what the results hold, and what they lack of the span."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.series import read_series
from cryptodesk.models.analyst.skills._spans import MOST_DAYS, Span, close_calls, span_of
from cryptodesk.models.analyst.text import plain, shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Fact, Setting, join_names

__all__ = [
    "BITCOIN",
    "Closes",
    "Gathered",
    "Span",
    "close_calls",
    "figure_fact",
    "gather",
    "over",
    "short_notes",
    "span_of",
]

BITCOIN = AssetRef(1, "BTC", "Bitcoin", "BTC")
_DAY = timedelta(days=1)


class Closes(Struct, frozen=True):
    """Daily closes of one asset, oldest first. The first is that of the day before the span, where it is on record."""

    asset: AssetRef
    days: tuple[date, ...]
    values: tuple[float, ...]
    currency: str
    results: tuple[Result, ...]

    def price(self, at: int) -> Decimal:
        """The exact decimal of a close, as the result shows it."""
        return Decimal(repr(self.values[at]))

    @property
    def prices(self) -> tuple[Decimal, ...]:
        return tuple(map(Decimal, map(repr, self.values)))

    @property
    def last(self) -> Decimal:
        return self.price(-1)

    @property
    def name(self) -> str:
        return shown(self.asset.name or self.asset.symbol, 80)

    @property
    def symbol(self) -> str:
        return shown(self.asset.symbol or self.asset.name, 24)

    @property
    def label(self) -> str:
        return shown(self.asset.label, 110)

    @property
    def dates(self) -> str:
        return f"{self.days[0].isoformat()} to {self.days[-1].isoformat()}"


class Gathered(Struct, frozen=True):
    """What was found, in the order asked, and a sentence for each asset of which nothing was."""

    closes: tuple[Closes, ...]
    absent: tuple[str, ...]

    @property
    def results(self) -> tuple[Result, ...]:
        """One for each origin, its newest: what the others would say of it is the same."""
        newest: dict[object, Result] = {}
        for result in sorted((each for one in self.closes for each in one.results), key=lambda each: each.as_of):
            newest[result.sources, result.notes] = result
        return tuple(newest.values())


def gather(setting: Setting, calls: Sequence[Call], assets: Sequence[AssetRef], count: int | None = None) -> Gathered:
    """The closes that these calls brought; all daily closes of the evidence where it holds none of the calls.

    `count` keeps the last so many days and the one before."""
    wanted = {call.key for call in calls}
    every = setting.evidence.results_of(MARKET_DATA)
    own = [result for result in every if Call(result.tool, dict(result.arguments)).key in wanted] or list(every)
    closes: list[Closes] = []
    absent: list[str] = []
    for asset in assets:
        found = _closes(asset, own, count)
        if found is None:
            absent.append(_why_absent(asset, own))
        else:
            closes.append(found)
    return Gathered(tuple(closes), tuple(absent))


def _closes(asset: AssetRef, results: Sequence[Result], count: int | None) -> Closes | None:
    prices: dict[date, float] = {}
    used: list[Result] = []
    for result in results:
        for row in result.rows("results"):
            found = _daily(row.get("history")) if str(row.get("asset_id")) == str(asset.asset_id) else {}
            if found:
                asset = _named(asset, row)
                prices |= found
                used.append(result)
    days = sorted(prices)[-(count + 1) if count is not None else 0 :]
    if not days:
        return None
    currency = plain(used[0].at("quote_currency") or used[0].arguments.get("convert"), 10) or "USD"
    return Closes(asset, tuple(days), tuple(prices[day] for day in days), currency, tuple(used))


def _daily(history: Any) -> dict[date, float]:
    """Closes above zero by their day; none where the bars are not daily ones.

    A table of closes alone is read here: thousands of them make one answer, and bars would cost ten times as much."""
    if isinstance(history, dict) and history.get("interval") == "1d" and history.get("headers") == ["time", "close"]:
        rows = history.get("rows")
        return dict(filter(None, map(_cell, rows))) if isinstance(rows, list) else {}
    series = read_series(history)
    if series is None or series.interval != "1d" or series.value_name != "close":
        return {}
    return {bar.day: float(bar.close) for bar in series.bars if bar.close > 0}


def _cell(row: Any) -> tuple[date, float] | None:
    try:
        time, close = row
        if type(close) is float or type(close) is int:
            return (date.fromisoformat(time), close) if 0 < close < math.inf else None
    except (TypeError, ValueError):
        pass
    return None


def _named(asset: AssetRef, row: Any) -> AssetRef:
    if asset.symbol:
        return asset
    name = plain(row.get("name"), 80) or asset.name
    return AssetRef(asset.asset_id, plain(row.get("symbol"), 24), name, asset.text)


def _why_absent(asset: AssetRef, results: Sequence[Result]) -> str:
    fields = {"history", "convert", "quotes", "market_data"}
    reasons = [
        shown(gap.reason, 200)
        for result in results
        for gap in result.unavailable
        if gap.asset_id in {None, str(asset.asset_id)} and gap.field in fields
    ]
    why = "; ".join(dict.fromkeys(reasons)) or "the result does not have them"
    return f"There are no daily closes of {shown(asset.label, 110)} for this: {why}."


def over(span: Span, closes: Closes) -> str:
    """ "over …" or "since …", with the dates of the first and the last close unless the words are these dates."""
    label = f"the {len(closes.days):,} newest days on record" if span.is_all else span.label
    last = max((day for day in closes.days if span.end is None or day <= span.end), default=closes.days[-1])
    said = f"{closes.days[0].isoformat()} to {last.isoformat()}"
    dates = "" if label == said else f" ({said})"
    return f"{label}{dates}" if label.startswith("since ") else f"over {label}{dates}"


def short_notes(gathered: Gathered, span: Span) -> list[str]:
    """What must be said of the days: why they are not those asked for, and of which assets the record is shorter."""
    names: dict[str, list[str]] = {}
    for one in gathered.closes:
        names.setdefault(_shortness(one, span), []).append(one.name)
    said = [f"The record of {join_names(who)} {what}." for what, who in names.items() if what]
    return [*filter(None, (span.note, *said))]


def _shortness(closes: Closes, span: Span) -> str:
    """What the record lacks of the span; empty where it holds it all."""
    parts = []
    if span.start is not None and closes.days[0] > span.start:
        parts.append(f"begins on {closes.days[0].isoformat()}")
    if span.end is not None and closes.days[-1] < span.end - _DAY:
        parts.append(f"ends on {closes.days[-1].isoformat()}")
    if span.count is not None and len(closes.days) < min(span.count, MOST_DAYS):
        parts.append(f"holds {plural(len(closes.days), 'day')} of it")
    return " and ".join(parts)


def figure_fact(closes: Closes, field: str, value: float | int | None, unit: str = "", on: date | None = None) -> Fact:
    """A figure that was reckoned from the closes; `on` where it is one day's own."""
    asset, last = closes.asset, closes.results[-1]
    source, as_of = ", ".join(last.sources), (on or closes.days[-1]).isoformat()
    return Fact(field, value, unit, asset.name, asset.symbol, asset.asset_id, as_of, source)

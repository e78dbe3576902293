"""Price history as a table: bars chosen, and joined into longer ones where asked or where they would not fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.records import Candle, Provenance
from cryptodesk.tools._envelope import Origin, origin_of
from cryptodesk.tools._market_currency import PricedSeries
from cryptodesk.tools._market_span import MAX_COUNT, HistoryArguments, Span

__all__ = ["HEADERS", "History", "HistoryTable", "history_gap", "make_history"]

HEADERS: dict[str, list[str]] = {
    "close": ["time", "close"],
    "ohlcv": ["time", "open", "high", "low", "close", "volume"],
    "market_cap": ["time", "market_cap"],
    "volume": ["time", "volume"],
}

_DAY = timedelta(days=1)
_DAYS_A_WEEK = 7
_LETTERS = {"1d": "d", "1w": "w"}
# A close or a capitalisation belongs to the end of its bar.
_DATED_BY_LAST_DAY = frozenset({"close", "market_cap"})


class HistoryTable(Struct, frozen=True):
    """Rows oldest first. Closes and capitalisations are dated by their bar's last day, other values by its first."""

    interval: str
    headers: list[str]
    rows: list[list[Any]]
    truncated: bool | UnsetType = UNSET
    note: str | UnsetType = UNSET


class History(Struct, frozen=True):
    """The table and where its rows come from; or the gap, where there are no rows."""

    table: HistoryTable | None = None
    origin: Origin | None = None
    gap: str | None = None


_Bar = Sequence[Candle]


def history_gap(asset_id: int, priced: PricedSeries, history: HistoryArguments) -> str | None:
    """Why this kind of history cannot be given at all; None where it can."""
    if history.interval not in _LETTERS:
        return f"no {history.interval} candles are at hand; 1d and 1w are"
    if history.series == "ohlcv" and priced.is_crossed:
        return f"highs and lows are not known in {priced.series.quote_currency}; ask for the series close"
    if history.series == "market_cap" and compute_supply_figure(asset_id, priced.series.provenance.as_of) is None:
        return "no source of this asset's past supply is at hand"
    return None


def make_history(
    asset_id: int, priced: PricedSeries, history: HistoryArguments, span: Span, most_rows: int = MAX_COUNT
) -> History:
    """The bars of the span. The note says where the record does not cover it.

    More bars than `most_rows` (or 365) are joined by as many as it takes, counted back from the newest."""
    bars = _chosen(_bars(priced.series.candles, history.interval), span)
    step = max(-(-len(bars) // max(min(most_rows, MAX_COUNT), 1)), 1)
    rows = [_row(bar, history.series, asset_id) for bar in _joined(bars, step)]
    notes = _coverage(priced, span, bars)
    if step > 1:
        notes.append(f"{len(bars)} bars were too many to list: every {step} are joined, the newest whole")
    table = HistoryTable(
        interval=f"{step}{_LETTERS[history.interval]}",
        headers=HEADERS[history.series],
        rows=rows,
        truncated=True if step > 1 else UNSET,
        note="; ".join(notes) or UNSET,
    )
    if not bars:
        return History(table, gap=f"no bars in the span asked for: {table.note}")
    return History(table, _origin(bars, history, priced))


def _coverage(priced: PricedSeries, span: Span, bars: Sequence[_Bar]) -> list[str]:
    """What of the span the record lacks: its start, its end, or bars to count."""
    candles = priced.series.candles
    first, last = candles[0].opened_at, candles[-1].opened_at
    lacks_start = span.start is not None and span.start < first
    lacks_end = span.end is not None and span.end > last + _DAY
    lacks_bars = (span.tail is not None and len(bars) < span.tail) or (span.head is not None and len(bars) < span.head)
    if bars and not (lacks_start or lacks_end or lacks_bars):
        return []
    return [f"the record runs from {first:%Y-%m-%d} to {last:%Y-%m-%d}"]


def _origin(bars: Sequence[_Bar], history: HistoryArguments, priced: PricedSeries) -> Origin:
    """Where the rows come from; `as_of` is the end of the last bar."""
    provenance = priced.series.provenance
    mode, note = provenance.mode, None
    if history.series == "market_cap":
        mode, note = "computed", "close × the supply that the issuance rule gives for that day"
    elif history.series != "close":
        note = f"volume in {priced.series.quote_currency}, on this market ({priced.series.instrument}) alone"
    return origin_of(["history"], Provenance(provenance.source, mode, bars[-1][-1].opened_at + _DAY), note)


def _bars(candles: Sequence[Candle], interval: str) -> list[_Bar]:
    if interval == "1d":
        return [(candle,) for candle in candles]
    weeks = (tuple(week) for _, week in groupby(candles, key=lambda candle: candle.opened_at.isocalendar()[:2]))
    return [week for week in weeks if len(week) == _DAYS_A_WEEK]


def _chosen(bars: list[_Bar], span: Span) -> list[_Bar]:
    inside = [
        bar
        for bar in bars
        if (span.start is None or bar[0].opened_at >= span.start) and (span.end is None or bar[0].opened_at < span.end)
    ]
    if span.head is not None:
        return inside[: span.head]
    return inside if span.tail is None else inside[-span.tail :]


def _joined(bars: list[_Bar], step: int) -> list[_Bar]:
    if step == 1:
        return bars
    first = len(bars) % step
    groups = [bars[:first]] if first else []
    groups += [bars[start : start + step] for start in range(first, len(bars), step)]
    return [tuple(candle for bar in group for candle in bar) for group in groups]


def _row(bar: _Bar, series: str, asset_id: int) -> list[Any]:
    first, last = bar[0], bar[-1]
    day = f"{(last if series in _DATED_BY_LAST_DAY else first).opened_at:%Y-%m-%d}"
    if series == "close":
        return [day, last.close]
    if series == "volume":
        return [day, _volume(bar)]
    if series == "market_cap":
        supply = compute_supply_figure(asset_id, last.opened_at + _DAY)
        return [day, None if supply is None else last.close * supply.value]
    high, low = max(candle.high for candle in bar), min(candle.low for candle in bar)
    return [day, first.open, high, low, last.close, _volume(bar)]


def _volume(bar: _Bar) -> float | None:
    volumes = [candle.quote_volume for candle in bar]
    return None if None in volumes else sum(volume for volume in volumes if volume is not None)

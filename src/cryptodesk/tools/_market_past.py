"""Histories of several assets: the right bars found for the interval and the series asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import AssetId, Found
from cryptodesk.market.records import MetricSeries
from cryptodesk.tools._market_candles import Currency, Reach, end_of, load_priced, reach_of
from cryptodesk.tools._market_currency import PricedSeries, is_dollar
from cryptodesk.tools._market_history import History, make_history, make_metric_history
from cryptodesk.tools._market_span import HistoryArguments, Span
from cryptodesk.tools._tool import ToolContext

__all__ = ["Histories", "HistoryRequest", "MakeHistory", "load_histories"]

# A table of at most so many rows.
MakeHistory = Callable[[int], History]

_LONG = ("1d", "1w")
_METRIC_INTERVALS = ("1h", "1d", "1w")


class HistoryRequest(Struct, frozen=True):
    """`has_days` tells that daily candles of the ids are given, whether or not they have any."""

    arguments: HistoryArguments
    span: Span
    currency: Currency
    has_days: bool = True


class Histories(Struct, frozen=True):
    """`makers` by the ids' text, one for each id; `found` are the answers behind them."""

    makers: dict[str, MakeHistory]
    found: tuple[Found[Any], ...] = ()


async def load_histories(
    ids: Sequence[AssetId], days: Mapping[str, PricedSeries], request: HistoryRequest, context: ToolContext
) -> Histories:
    """`days` are daily candles of the assets where they are at hand: their whole record."""
    if request.arguments.series == "market_cap":
        return await _capitals(ids, days, request, context)
    return await _bars(ids, days, request, context)


async def _bars(
    ids: Sequence[AssetId], days: Mapping[str, PricedSeries], request: HistoryRequest, context: ToolContext
) -> Histories:
    interval = request.arguments.interval
    if interval == "1d" and request.has_days:
        return Histories({str(asset_id): _maker(asset_id, days.get(str(asset_id)), request) for asset_id in ids})
    ended_at = _common_end(ids, days, context.now)
    reach = Reach() if interval == "1w" else reach_of(request.span, interval, context.now, ended_at)
    loaded = await load_priced(ids, interval, request.currency, context, reach)
    notes = (reach.note,) if reach.note else ()
    makers = {}
    for asset_id in ids:
        priced = loaded.by_id.get(str(asset_id))
        if interval == "1w" and (priced is None or not priced.series.candles):
            priced = days.get(str(asset_id))
        makers[str(asset_id)] = _maker(asset_id, priced, request, notes, has_days=str(asset_id) in days)
    return Histories(makers, loaded.found)


def _maker(
    asset_id: AssetId,
    priced: PricedSeries | None,
    request: HistoryRequest,
    notes: Sequence[str] = (),
    *,
    has_days: bool = False,
) -> MakeHistory:
    if priced is None:
        interval = request.arguments.interval
        others = "; 1d and 1w are" if has_days and interval not in _LONG else ""
        return _none(f"no {interval} candles are at hand{others}")
    table = partial(make_history, asset_id, priced, request.arguments, request.span, notes=notes)
    return lambda most_rows: table(most_rows=most_rows)


def _none(reason: str) -> MakeHistory:
    return lambda most_rows: History(gap=reason)


def _common_end(ids: Sequence[AssetId], days: Mapping[str, PricedSeries], now: datetime) -> datetime | None:
    """Where the records of all the assets ended long ago, the last of these ends."""
    ends = [end_of(days[str(asset_id)].series, now) for asset_id in ids if str(asset_id) in days]
    known = [end for end in ends if end is not None]
    return max(known) if known and len(known) == len(ends) else None


async def _capitals(
    ids: Sequence[AssetId], days: Mapping[str, PricedSeries], request: HistoryRequest, context: ToolContext
) -> Histories:
    """From what a source recorded, else from daily closes where an issuance rule gives the supply."""
    interval = request.arguments.interval
    found: Found[MetricSeries] = Found()
    if interval in _METRIC_INTERVALS and request.currency.is_dollar:
        reach = reach_of(request.span, interval, context.now, _common_end(ids, days, context.now))
        found = await context.find(
            MetricSeries, ids, metric="market_cap", interval=interval, start=reach.start, end=reach.end
        )
    recorded = {series.entity: series for series in found.records if series.points and is_dollar(series.unit)}
    return Histories({str(one): _capital(one, recorded, days, request) for one in ids}, (found,))


def _capital(
    asset_id: AssetId,
    recorded: Mapping[str, MetricSeries],
    days: Mapping[str, PricedSeries],
    request: HistoryRequest,
) -> MakeHistory:
    arguments, series = request.arguments, recorded.get(str(asset_id))
    if series is not None and series.granularity == arguments.interval:
        return partial(make_metric_history, series, arguments, request.span)
    if arguments.interval in _LONG:
        return _maker(asset_id, days.get(str(asset_id)), request)
    return _none("capitalisation is kept by the hour, the day and the week; no such record is at hand")

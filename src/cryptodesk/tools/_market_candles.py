"""Candles of several assets in the currency asked for: as recorded there, or crossed through a coin's own."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.market.query import AssetId, Found
from cryptodesk.market.records import INTERVALS, CandleSeries, Interval
from cryptodesk.tools._assets import ResolvedAsset, resolve_asset
from cryptodesk.tools._market_currency import PricedSeries, as_recorded, crossed, is_dollar, is_state_money
from cryptodesk.tools._market_span import Span
from cryptodesk.tools._tool import ToolContext

__all__ = ["MOST_BARS", "Currency", "PricedCandles", "Reach", "currency_of", "end_of", "load_priced", "reach_of"]

# Bars of one asset that are read for one answer: five weeks by the five minutes, a year by the hour.
MOST_BARS = 10_000


class Currency(Struct, frozen=True):
    """What money is counted in. `base_id` is the coin of that name, where it is one and no dollar."""

    code: str
    base_id: int | None = None

    @property
    def is_dollar(self) -> bool:
        return is_dollar(self.code)


class Reach(Struct, frozen=True):
    """Which bars are read: opened in `start` <= t < `end`. `note` says what of the span that leaves out."""

    start: datetime | None = None
    end: datetime | None = None
    note: str | None = None


class PricedCandles(Struct, frozen=True):
    """`unpriced` have candles and no rate; `found` are the answers, for what they say of sources that failed."""

    by_id: dict[str, PricedSeries]
    unpriced: dict[str, CandleSeries]
    has_rate: bool
    found: tuple[Found[CandleSeries], ...]


def currency_of(code: str, context: ToolContext) -> Currency:
    if is_dollar(code) or is_state_money(code):
        return Currency(code)
    coin = resolve_asset(code, context.services.assets, context.run.as_of)
    return Currency(code, coin.asset.asset_id if isinstance(coin, ResolvedAsset) else None)


async def load_priced(
    ids: Sequence[AssetId], interval: Interval, currency: Currency, context: ToolContext, reach: Reach | None = None
) -> PricedCandles:
    """By the ids' text, what has at least one bar."""
    start, end = (reach.start, reach.end) if reach else (None, None)

    async def find(asked: Sequence[AssetId], code: str) -> Found[CandleSeries]:
        if not asked:
            return Found()
        return await context.find(CandleSeries, asked, interval=interval, quote_currency=code, start=start, end=end)

    base_ids = () if currency.base_id is None else (currency.base_id,)
    plain, direct, base = await asyncio.gather(
        find(ids, "USD"), find(() if currency.is_dollar else ids, currency.code), find(base_ids, "USD")
    )
    rate = next((series for series in base.records if series.candles), None)
    priced: dict[str, PricedSeries] = {}
    unpriced: dict[str, CandleSeries] = {}
    for series in (*direct.records, *plain.records):
        asset_id = str(series.asset_id)
        if asset_id in priced or not (series.candles or currency.is_dollar):
            continue
        outcome = _priced(series, rate, currency)
        if outcome is None:
            unpriced[asset_id] = series
        else:
            priced[asset_id] = outcome
    return PricedCandles(priced, unpriced, currency.is_dollar or rate is not None, (plain, direct, base))


def _priced(series: CandleSeries, rate: CandleSeries | None, currency: Currency) -> PricedSeries | None:
    recorded = as_recorded(series, currency.code)
    if recorded is not None or rate is None:
        return recorded
    return crossed(series, rate, currency.code)


def reach_of(span: Span, interval: str, now: datetime, known_until: datetime | None = None) -> Reach:
    """Which bars answer the span, with room for bars that are missing; at most `MOST_BARS`, the last ones.

    `known_until` is the end of the record, where it ended before now."""
    length = INTERVALS[interval]  # type: ignore[index]  # checked by the arguments' own type
    until = min(now, known_until or now)
    end, start = span.end, span.start
    if start is not None and span.head is not None:
        end = start + 2 * (span.head + 1) * length
    elif start is None:
        start = min(end or until, until) - 2 * ((span.tail or 0) + 1) * length
    earliest = min(end or until, until) - MOST_BARS * length
    if start >= earliest:
        return Reach(start, end)
    note = f"only the last {MOST_BARS:,} bars of {interval} in the span are read, from {earliest:%Y-%m-%d}"
    return Reach(earliest, end, note)


def end_of(candles: CandleSeries | None, now: datetime) -> datetime | None:
    """When the record of daily candles ended, if that was more than two days before now."""
    if candles is None or now - candles.provenance.as_of < timedelta(days=2):
        return None
    return candles.provenance.as_of
